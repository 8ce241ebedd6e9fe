//! Password hashes: replaced only if they are what the caller checked.

use portcullis_domain::{
    UserId,
    accounts::AccountStore,
    audit::AuditKind::{PasswordChanged, SessionsEnded, SignedIn},
    oauth::OAuthStore,
    passwords::PasswordStore,
    sessions::{EndOthers, Session, SessionStore},
};
use portcullis_storage::testing::refuse_audit;

use crate::support::*;

async fn a_password_is_replaced_if_it_is_the_expected_one(db: &Fixture) {
    let user = ada(db).await;
    let replace = async |expected, new: &str| {
        let audit = event(PasswordChanged);
        let replaced = db.replace_password(user, expected, password(new), None, audit);
        replaced.await.unwrap().is_some()
    };
    assert!(replace(Some(password("ada")), "new").await);
    assert_eq!(
        db.password_of(user).await.unwrap().unwrap().0,
        password("new").0
    );
    assert!(!replace(Some(password("ada")), "newer").await);
    assert!(!replace(None, "newer").await);
    assert_eq!(
        db.password_of(user).await.unwrap().unwrap().0,
        password("new").0
    );
    assert_eq!(db.count_audited(PasswordChanged).await, 1);
}

async fn a_first_password_changes_the_account(db: &Fixture) {
    let user = create(db, new_passkey_account("ada")).await;
    assert!(db.password_of(user).await.unwrap().is_none());
    let before = db.account(user).await.unwrap().unwrap();
    let set = async |expected, new: &str| {
        let audit = event(PasswordChanged);
        let replaced = db.replace_password(user, expected, password(new), None, audit);
        replaced.await.unwrap().is_some()
    };
    assert!(!set(Some(password("ada")), "first").await);
    assert!(set(None, "first").await);
    let after = db.account(user).await.unwrap().unwrap();
    assert!(after.has_password && !before.has_password);
    assert!(after.version > before.version);
    assert_eq!(db.count_audited(PasswordChanged).await, 1);
}

async fn nobody_has_no_password(db: &Fixture) {
    let nobody = UserId(id());
    assert!(db.password_of(nobody).await.unwrap().is_none());
    let set = db
        .replace_password(nobody, None, password("x"), None, event(PasswordChanged))
        .await;
    assert!(set.unwrap().is_none());
    assert!(db.audited().await.is_empty());
}

async fn of_many_changes_at_once_one_wins(db: &Fixture) {
    let user = ada(db).await;
    let mut current = password("ada");
    for (round, callers) in ROUNDS.into_iter().enumerate() {
        let results = db
            .race(callers, |node, caller| {
                let (expected, new) = (current.clone(), password(&format!("{round}-{caller}")));
                async move {
                    let audit = event(PasswordChanged);
                    node.replace_password(user, Some(expected), new, None, audit)
                        .await
                        .unwrap()
                        .is_some()
                }
            })
            .await;
        assert_eq!(
            results.iter().filter(|won| **won).count(),
            1,
            "of {callers}"
        );
        let winner = results.iter().position(|won| *won).unwrap();
        current = password(&format!("{round}-{winner}"));
        assert_eq!(db.password_of(user).await.unwrap().unwrap().0, current.0);
    }
    assert_eq!(db.count_audited(PasswordChanged).await, ROUNDS.len());
}

/// A user with three sessions and a family; the sessions, and what ends all but the first.
async fn with_sessions(db: &Fixture) -> (UserId, [Session; 3], EndOthers) {
    let user = ada(db).await;
    let sessions = [(); 3].map(|()| new_session(user));
    for session in &sessions {
        let begun = db.begin_session(session.clone(), None, event(SignedIn));
        assert!(begun.await.unwrap());
    }
    let others = EndOthers {
        keep: sessions[0].id,
        audit: event(SessionsEnded),
    };
    (user, sessions, others)
}

async fn a_change_can_end_the_other_sessions(db: &Fixture) {
    let (user, [keep, one, other], others) = with_sessions(db).await;
    let (family, _) = begin_family(db, user).await;
    let replace = async |expected: &str| {
        let (expected, others) = (Some(password(expected)), Some(others.clone()));
        let audit = event(PasswordChanged);
        let replaced = db.replace_password(user, expected, password("new"), others, audit);
        replaced.await.unwrap()
    };
    assert!(replace("wrong").await.is_none());
    assert_eq!(db.sessions_of(user, NOW).await.unwrap().len(), 3);
    let mut ended = replace("ada").await.unwrap();
    ended.sort_unstable_by_key(|(id, _)| *id);
    assert_eq!(ended, [(one.id, one.token), (other.id, other.token)]);
    let left = db.sessions_of(user, NOW).await.unwrap();
    assert_eq!(left.iter().map(|it| it.id).collect::<Vec<_>>(), [keep.id]);
    assert!(
        db.family(family)
            .await
            .unwrap()
            .unwrap()
            .revoked_at
            .is_some()
    );
    // With nothing to end there is no row that says so.
    assert!(replace("new").await.unwrap().is_empty());
    let rows = db.audited().await;
    assert_eq!(
        rows[rows.len() - 3..],
        ["password.changed", "session.all_ended", "password.changed"]
    );
}

async fn a_change_that_cannot_end_the_other_sessions_is_not_made(db: &Fixture) {
    let (user, sessions, others) = with_sessions(db).await;
    refuse_audit(&db.url, SessionsEnded.as_str()).await.unwrap();
    let (expected, new) = (Some(password("ada")), password("new"));
    db.replace_password(user, expected, new, Some(others), event(PasswordChanged))
        .await
        .unwrap_err();
    let kept = db.password_of(user).await.unwrap().unwrap();
    assert_eq!(kept.0, password("ada").0);
    let left = db.sessions_of(user, NOW).await.unwrap();
    assert_eq!(left.len(), sessions.len());
    assert_eq!(db.count_audited(PasswordChanged).await, 0);
}

conformance!(
    a_change_can_end_the_other_sessions,
    a_change_that_cannot_end_the_other_sessions_is_not_made,
    a_password_is_replaced_if_it_is_the_expected_one,
    a_first_password_changes_the_account,
    nobody_has_no_password,
    of_many_changes_at_once_one_wins,
);
