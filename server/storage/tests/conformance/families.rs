//! Token families: begun, looked at, revoked by their client.

use portcullis_domain::{
    FamilyId, UserId,
    audit::AuditKind::{FamilyBegan, FamilyRevoked},
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

conformance!(
    a_family_comes_back_as_begun,
    nobody_begins_no_family,
    rfc7009_a_client_revokes_its_own_family_only,
);
