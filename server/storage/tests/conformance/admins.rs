//! The first admin: made once, whoever asks at the same time.

use portcullis_domain::{
    NewAccount,
    accounts::{AccountStore, CreateAccount},
    audit::AuditKind::{AccountCreated, RoleAssigned},
    roles::{ADMIN, RoleStore},
};

use crate::support::*;

fn new_admin(name: &str) -> NewAccount {
    NewAccount {
        roles: vec![ADMIN.to_owned()],
        ..new_account(name)
    }
}

async fn the_first_admin_is_made_once(db: &Fixture) {
    assert!(!db.admin_exists().await.unwrap());
    ada(db).await;
    assert!(
        !db.admin_exists().await.unwrap(),
        "any account is not an admin"
    );
    let first = db
        .create_first_admin(new_admin("root"), None, event(AccountCreated))
        .await;
    assert_eq!(first.unwrap(), CreateAccount::Created);
    assert!(db.admin_exists().await.unwrap());
    let second = db
        .create_first_admin(new_admin("root2"), None, event(AccountCreated))
        .await;
    assert_eq!(second.unwrap(), CreateAccount::AdminExists);
    assert!(
        db.account_by_email(&email("root2"))
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(db.count_audited(AccountCreated).await, 2);
}

async fn the_first_admin_needs_a_free_address(db: &Fixture) {
    ada(db).await;
    let first = db
        .create_first_admin(new_admin("ada"), None, event(AccountCreated))
        .await;
    assert_eq!(first.unwrap(), CreateAccount::Taken);
    assert!(!db.admin_exists().await.unwrap());
    assert_eq!(db.count_audited(AccountCreated).await, 1);
}

async fn many_callers_at_once_make_one_admin(db: &Fixture) {
    for callers in ROUNDS {
        let results = db
            .race(callers, |node, _| {
                let new = new_admin(&unique_name());
                async move {
                    let (user, audit) = (new.id, event(AccountCreated));
                    (
                        user,
                        node.create_first_admin(new, None, audit).await.unwrap(),
                    )
                }
            })
            .await;
        let mut made = Vec::new();
        for (user, result) in results {
            if result == CreateAccount::Created {
                made.push(user);
            }
            assert_eq!(
                db.account(user).await.unwrap().is_some(),
                result == CreateAccount::Created
            );
        }
        let [admin] = made.as_slice() else {
            panic!("of {callers}: {made:?}")
        };
        // The next round begins without an admin.
        db.unassign_role(*admin, ADMIN, event(RoleAssigned))
            .await
            .unwrap();
        assert!(!db.admin_exists().await.unwrap());
    }
}

async fn giving_the_role_and_making_the_first_admin_wait_for_each_other(db: &Fixture) {
    let user = ada(db).await;
    let results = db
        .race(2, |node, caller| async move {
            if caller == 0 {
                node.assign_role(user, ADMIN, event(RoleAssigned))
                    .await
                    .unwrap();
                None
            } else {
                let new = new_admin("root");
                Some(
                    node.create_first_admin(new, None, event(AccountCreated))
                        .await
                        .unwrap(),
                )
            }
        })
        .await;
    // Either is right, and neither hangs or fails.
    assert!(matches!(
        results[1],
        Some(CreateAccount::Created | CreateAccount::AdminExists)
    ));
    assert!(db.admin_exists().await.unwrap());
}

conformance!(
    the_first_admin_is_made_once,
    the_first_admin_needs_a_free_address,
    many_callers_at_once_make_one_admin,
    giving_the_role_and_making_the_first_admin_wait_for_each_other,
);
