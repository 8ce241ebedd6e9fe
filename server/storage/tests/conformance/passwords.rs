//! Password hashes: replaced only if they are what the caller checked.

use portcullis_domain::{
    UserId, accounts::AccountStore, audit::AuditKind::PasswordChanged, passwords::PasswordStore,
};

use crate::support::*;

async fn a_password_is_replaced_if_it_is_the_expected_one(db: &Fixture) {
    let user = ada(db).await;
    let replace = |expected, new: &str| {
        db.replace_password(user, expected, password(new), event(PasswordChanged))
    };
    assert!(replace(Some(password("ada")), "new").await.unwrap());
    assert_eq!(
        db.password_of(user).await.unwrap().unwrap().0,
        password("new").0
    );
    assert!(!replace(Some(password("ada")), "newer").await.unwrap());
    assert!(!replace(None, "newer").await.unwrap());
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
    let set = |expected, new: &str| {
        db.replace_password(user, expected, password(new), event(PasswordChanged))
    };
    assert!(!set(Some(password("ada")), "first").await.unwrap());
    assert!(set(None, "first").await.unwrap());
    let after = db.account(user).await.unwrap().unwrap();
    assert!(after.has_password && !before.has_password);
    assert!(after.version > before.version);
    assert_eq!(db.count_audited(PasswordChanged).await, 1);
}

async fn nobody_has_no_password(db: &Fixture) {
    let nobody = UserId(id());
    assert!(db.password_of(nobody).await.unwrap().is_none());
    let set = db
        .replace_password(nobody, None, password("x"), event(PasswordChanged))
        .await;
    assert!(!set.unwrap());
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
                    node.replace_password(user, Some(expected), new, audit)
                        .await
                        .unwrap()
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

conformance!(
    a_password_is_replaced_if_it_is_the_expected_one,
    a_first_password_changes_the_account,
    nobody_has_no_password,
    of_many_changes_at_once_one_wins,
);
