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
    for callers in [2, 50] {
        let fresh = !db.admin_exists().await.unwrap();
        let results = db
            .race(callers, |node, caller| {
                let new = new_admin(&format!("admin{callers}-{caller}"));
                async move {
                    node.create_first_admin(new, None, event(AccountCreated))
                        .await
                        .unwrap()
                }
            })
            .await;
        let made = results
            .iter()
            .filter(|result| **result == CreateAccount::Created)
            .count();
        assert_eq!(made, usize::from(fresh));
        // The next round begins without an admin.
        let (admin, _) = find_admin(db, callers).await;
        db.unassign_role(admin.id, ADMIN, event(RoleAssigned))
            .await
            .unwrap();
    }
}

/// The account that the round of so many callers made.
async fn find_admin(
    db: &Fixture,
    callers: usize,
) -> (
    portcullis_domain::Account,
    Option<portcullis_domain::passwords::PasswordHash>,
) {
    for caller in 0..callers {
        let address = email(&format!("admin{callers}-{caller}"));
        if let Some(found) = db.account_by_email(&address).await.unwrap() {
            return found;
        }
    }
    panic!("no admin was made")
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
