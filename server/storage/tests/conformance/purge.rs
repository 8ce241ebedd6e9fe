//! Purging: what is over goes, what is needed stays.

use portcullis_domain::{
    SecretHash, Store,
    audit::AuditKind::{
        CodeIssued, CodeReused, FamilyRevoked, RefreshReplayed, Refreshed, SignedIn,
    },
    ceremonies::CeremonyStore,
    oauth::{ConsumeCode, NewRefreshToken, OAuthStore, RefreshRotation, RotateRefresh},
    sessions::{Session, SessionStore},
};

use crate::support::*;

const DAY: i64 = 86_400;

async fn sessions_go_when_they_are_over(db: &Fixture) {
    let user = ada(db).await;
    let alive = new_session(user);
    let idle = Session {
        idle_seconds: 10,
        ..new_session(user)
    };
    let over = Session {
        expires_at: later(10),
        ..new_session(user)
    };
    for session in [&alive, &idle, &over] {
        db.begin_session(session.clone(), None, event(SignedIn))
            .await
            .unwrap();
    }
    assert_eq!(db.purge_expired(later(9)).await.unwrap(), 0);
    assert_eq!(db.purge_expired(later(10)).await.unwrap(), 2);
    assert!(db.session_by_token(alive.token).await.unwrap().is_some());
    assert!(db.session_by_token(idle.token).await.unwrap().is_none());
    assert!(db.session_by_token(over.token).await.unwrap().is_none());
    assert_eq!(db.count_audited(SignedIn).await, 3, "the log stays");
}

async fn a_spent_ceremony_stays_spent_until_it_has_expired(db: &Fixture) {
    let ceremony = hash();
    db.spend_ceremony(ceremony, later(300)).await.unwrap();
    assert_eq!(db.purge_expired(later(300)).await.unwrap(), 0);
    assert!(!db.spend_ceremony(ceremony, later(300)).await.unwrap());
    assert_eq!(db.purge_expired(later(DAY)).await.unwrap(), 1);
}

async fn codes_go_a_day_later(db: &Fixture) {
    let code = new_code(ada(db).await);
    db.save_code(code.clone(), event(CodeIssued)).await.unwrap();
    let consume = |at| db.consume_code(code.code, "spa", later(at), event(CodeReused));
    assert!(matches!(consume(0).await.unwrap(), ConsumeCode::Fresh(_)));
    assert_eq!(db.purge_expired(later(3600)).await.unwrap(), 0);
    assert!(matches!(
        consume(3600).await.unwrap(),
        ConsumeCode::Reused { .. }
    ));
    assert_eq!(db.purge_expired(later(DAY + 60)).await.unwrap(), 1);
    assert!(matches!(
        consume(DAY + 60).await.unwrap(),
        ConsumeCode::Unknown
    ));
}

async fn families_go_a_day_and_an_hour_later_with_their_tokens(db: &Fixture) {
    let user = ada(db).await;
    let (revoked, token) = begin_family(db, user).await;
    let (alive, alive_token) = begin_family(db, user).await;
    db.revoke_family_of(token, "spa", NOW, event(FamilyRevoked))
        .await
        .unwrap();
    assert_eq!(db.purge_expired(later(3600)).await.unwrap(), 0);
    assert_eq!(db.purge_expired(later(DAY)).await.unwrap(), 0);
    // Services are told of it for as long as a token of it may be about.
    assert!(db.purge_expired(later(DAY + 3600)).await.unwrap() > 0);
    assert!(db.family(revoked).await.unwrap().is_none());
    assert!(db.family(alive).await.unwrap().is_some());
    assert!(matches!(
        refresh(db, alive_token, 0).await.1,
        RotateRefresh::Rotated(_)
    ));
    db.purge_expired(later(31 * DAY)).await.unwrap();
    assert!(db.family(alive).await.unwrap().is_none());
}

/// Presents a token; its successor, and what it came to.
async fn refresh(db: &Fixture, presented: SecretHash, at: i64) -> (SecretHash, RotateRefresh) {
    let (now, successor) = (later(at), hash());
    let rotation = RefreshRotation {
        presented,
        client_id: "spa".to_owned(),
        dpop_jkt: None,
        certificate: None,
        successor: NewRefreshToken {
            token: successor,
            expires_at: later(at + 7 * DAY),
        },
        sealed_successor: vec![1],
        now,
        retry_seconds: 30,
    };
    let result = db
        .rotate_refresh(rotation, event(Refreshed), event(RefreshReplayed))
        .await;
    (successor, result.unwrap())
}

async fn a_spent_token_gives_its_thief_away_until_it_has_expired(db: &Fixture) {
    let (family, first) = begin_family(db, ada(db).await).await;
    let (second, _) = refresh(db, first, 6 * DAY).await;
    let (third, _) = refresh(db, second, 12 * DAY).await;
    assert_eq!(
        db.purge_expired(later(12 * DAY)).await.unwrap(),
        1,
        "the first has expired"
    );
    assert!(matches!(
        refresh(db, first, 12 * DAY).await.1,
        RotateRefresh::Refused
    ));
    assert!(matches!(
        refresh(db, second, 12 * DAY + 60).await.1,
        RotateRefresh::Replayed(_)
    ));
    assert!(matches!(
        refresh(db, third, 12 * DAY + 60).await.1,
        RotateRefresh::Refused
    ));
    assert!(
        db.family(family)
            .await
            .unwrap()
            .unwrap()
            .revoked_at
            .is_some()
    );
}

async fn a_great_many_go_in_small_portions(db: &Fixture) {
    let ceremonies: Vec<_> = (0..1203).map(|_| hash()).collect();
    futures::future::join_all(ceremonies.iter().map(|it| db.spend_ceremony(*it, NOW))).await;
    assert_eq!(db.purge_expired(later(DAY)).await.unwrap(), 1203);
    assert_eq!(db.purge_expired(later(DAY)).await.unwrap(), 0);
}

conformance!(
    sessions_go_when_they_are_over,
    a_spent_ceremony_stays_spent_until_it_has_expired,
    codes_go_a_day_later,
    families_go_a_day_and_an_hour_later_with_their_tokens,
    a_spent_token_gives_its_thief_away_until_it_has_expired,
    a_great_many_go_in_small_portions,
);
