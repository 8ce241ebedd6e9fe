//! Token families: begun, looked at, revoked by their client.

use portcullis_domain::{
    FamilyId, Store, UserId,
    audit::AuditKind::{FamilyBegan, FamilyRevoked, TokenRevoked},
    oauth::OAuthStore,
};

use crate::support::*;

async fn a_family_comes_back_as_begun(db: &Fixture) {
    let family = new_family(ada(db).await);
    assert!(
        db.begin_family(family.clone(), new_token(), event(FamilyBegan))
            .await
            .unwrap()
    );
    let kept = db.family(family.id).await.unwrap().unwrap();
    assert_eq!(format!("{kept:?}"), format!("{family:?}"));
    assert!(db.family(FamilyId(id())).await.unwrap().is_none());
    assert_eq!(db.count_audited(FamilyBegan).await, 1);
}

async fn nobody_begins_no_family(db: &Fixture) {
    let family = new_family(UserId(id()));
    assert!(
        !db.begin_family(family, new_token(), event(FamilyBegan))
            .await
            .unwrap()
    );
    assert!(db.audited().await.is_empty());
}

async fn rfc7009_a_client_revokes_its_own_family_only(db: &Fixture) {
    let user = ada(db).await;
    let (family, token) = begin_family(db, user).await;
    let (sibling, _) = begin_family(db, user).await;
    let revoke = |token, client| db.revoke_family_of(token, client, later(1), event(FamilyRevoked));
    assert_eq!(revoke(token, "other").await.unwrap(), None);
    assert_eq!(revoke(hash(), "spa").await.unwrap(), None);
    assert_eq!(db.count_audited(FamilyRevoked).await, 0);
    assert_eq!(revoke(token, "spa").await.unwrap(), Some(family));
    assert_eq!(
        db.family(family).await.unwrap().unwrap().revoked_at,
        Some(later(1))
    );
    assert_eq!(db.family(sibling).await.unwrap().unwrap().revoked_at, None);
    assert_eq!(
        revoke(token, "spa").await.unwrap(),
        None,
        "it was revoked before"
    );
    assert_eq!(db.count_audited(FamilyRevoked).await, 1);
}

async fn a_family_is_revoked_once_and_by_its_client(db: &Fixture) {
    let (family, token) = begin_family(db, ada(db).await).await;
    let revoke = |client| db.revoke_family(family, client, later(1), event(FamilyRevoked));
    assert!(!revoke("other").await.unwrap());
    assert_eq!(db.family(family).await.unwrap().unwrap().revoked_at, None);
    assert!(revoke("spa").await.unwrap());
    assert!(!revoke("spa").await.unwrap());
    let kept = db.family(family).await.unwrap().unwrap();
    assert_eq!(kept.revoked_at, Some(later(1)));
    assert_eq!(db.count_audited(FamilyRevoked).await, 1);
    // Its token is still there; that its family is not good is for the caller to see.
    let fresh = db.fresh_refresh_token(token, NOW).await.unwrap().unwrap();
    assert_eq!(fresh.family, family);
    let over = db.fresh_refresh_token(token, later(7 * 86_400));
    assert_eq!(over.await.unwrap(), None);
    assert_eq!(db.fresh_refresh_token(hash(), NOW).await.unwrap(), None);
}

async fn of_many_who_revoke_a_token_one_does(db: &Fixture) {
    for callers in ROUNDS {
        let token = hash();
        assert!(!db.is_token_revoked(token).await.unwrap());
        let results = db
            .race(callers, |node, _| async move {
                node.revoke_token(token, later(600), event(TokenRevoked))
                    .await
                    .unwrap()
            })
            .await;
        assert_eq!(results.iter().filter(|revoked| **revoked).count(), 1);
        assert!(db.is_token_revoked(token).await.unwrap());
    }
    assert_eq!(db.count_audited(TokenRevoked).await, ROUNDS.len());
    assert_eq!(db.purge_expired(later(600)).await.unwrap(), 0);
    let purged = db.purge_expired(later(600 + 3600)).await.unwrap();
    assert_eq!(purged, ROUNDS.len() as u64);
}

conformance!(
    a_family_is_revoked_once_and_by_its_client,
    of_many_who_revoke_a_token_one_does,
    a_family_comes_back_as_begun,
    nobody_begins_no_family,
    rfc7009_a_client_revokes_its_own_family_only,
);
