//! The first admin is made once, and the last one stays, whoever asks at the same time.

use portcullis_domain::{
    AccountStatus, Store, UserId,
    accounts::{AccountStore, CreateAccount, DisableAccount},
    audit::AuditKind::{
        AccountCreated, AccountDisabled, AccountEnabled, RoleAssigned, RoleUnassigned,
    },
    roles::{ADMIN, ChangeRole, RoleStore},
    sessions::SessionStore,
};

use crate::support::*;

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
        assert_eq!(made.len(), 1, "of {callers}: {made:?}");
        db.remove_all_admins().await;
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

async fn the_last_admin_keeps_the_role_and_stays_enabled(db: &Fixture) {
    let (root, other) = (
        create(db, new_admin("root")).await,
        create(db, new_admin("other")).await,
    );
    let unassign = async |user| {
        let change = db.unassign_role(user, ADMIN, event(RoleUnassigned)).await;
        change.unwrap()
    };
    let disable = async |user| {
        let change = db.disable_account(user, NOW, event(AccountDisabled)).await;
        change.unwrap()
    };
    assert_eq!(disable(other).await, DisableAccount::Disabled(vec![]));
    // The other has the role, but cannot sign in.
    let session = new_session(root);
    db.begin_session(session.clone(), None, event(AccountCreated))
        .await
        .unwrap();
    let before = db.account(root).await.unwrap().unwrap();
    assert_eq!(unassign(root).await, ChangeRole::LastAdmin);
    assert_eq!(disable(root).await, DisableAccount::LastAdmin);
    let after = db.account(root).await.unwrap().unwrap();
    assert_eq!(
        (after.status, after.version),
        (AccountStatus::Enabled, before.version)
    );
    assert_eq!(db.principal(root).await.unwrap().unwrap().roles, [ADMIN]);
    assert!(db.session_by_token(session.token).await.unwrap().is_some());
    assert_eq!(db.count_audited(RoleUnassigned).await, 0);
    assert_eq!(db.count_audited(AccountDisabled).await, 1);
    // Who is no admin, or cannot sign in, is not the last one.
    assert_eq!(unassign(other).await, ChangeRole::Changed);
    assert_eq!(unassign(other).await, ChangeRole::Unchanged);
    let ada = ada(db).await;
    assert_eq!(disable(ada).await, DisableAccount::Disabled(vec![]));
    // With a second one, the first may go.
    db.assign_role(ada, ADMIN, event(RoleAssigned))
        .await
        .unwrap();
    assert_eq!(unassign(root).await, ChangeRole::LastAdmin);
    db.enable_account(ada, event(AccountEnabled)).await.unwrap();
    assert_eq!(unassign(root).await, ChangeRole::Changed);
    assert_eq!(disable(ada).await, DisableAccount::LastAdmin);
}

/// Takes the role away, or disables: whether it was done.
async fn depose(node: &impl Store, admin: UserId, disable: bool) -> bool {
    if disable {
        let change = node.disable_account(admin, NOW, event(AccountDisabled));
        change.await.unwrap() != DisableAccount::LastAdmin
    } else {
        let change = node.unassign_role(admin, ADMIN, event(RoleUnassigned));
        change.await.unwrap() != ChangeRole::LastAdmin
    }
}

async fn of_all_admins_deposed_at_once_one_stays(db: &Fixture) {
    for (round, callers) in ROUNDS.into_iter().enumerate() {
        let mut admins = Vec::new();
        for _ in 0..callers {
            admins.push(create(db, new_admin(&unique_name())).await);
        }
        let results = db
            .race(callers, |node, caller| {
                let admin = admins[caller];
                // All by the role, all by the account, and half and half.
                let disable = match round % 3 {
                    0 => false,
                    1 => true,
                    _ => caller % 2 == 0,
                };
                async move { depose(&node, admin, disable).await }
            })
            .await;
        let stayed = results.iter().filter(|done| !**done).count();
        assert_eq!(stayed, 1, "of {callers}: {results:?}");
        let mut left = 0;
        for admin in admins {
            let found = db.principal(admin).await.unwrap().unwrap();
            let enabled = found.account.status == AccountStatus::Enabled;
            left += usize::from(enabled && found.roles == [ADMIN]);
        }
        assert_eq!(left, 1);
        db.remove_all_admins().await;
    }
}

async fn giving_and_taking_the_role_and_disabling_at_once_end_well(db: &Fixture) {
    let mut users = Vec::new();
    for _ in 0..4 {
        users.push(create(db, new_admin(&unique_name())).await);
    }
    for _ in 0..10 {
        let results = db
            .race(16, |node, caller| {
                let user = users[caller % 4];
                async move {
                    match caller / 4 {
                        0 => node
                            .assign_role(user, ADMIN, event(RoleAssigned))
                            .await
                            .map(drop),
                        1 => node
                            .enable_account(user, event(AccountEnabled))
                            .await
                            .map(drop),
                        2 => node
                            .unassign_role(user, ADMIN, event(RoleUnassigned))
                            .await
                            .map(drop),
                        _ => node
                            .disable_account(user, NOW, event(AccountDisabled))
                            .await
                            .map(drop),
                    }
                    .map_err(|error| error.to_string())
                }
            })
            .await;
        // Nobody waits for somebody who waits for them.
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        let mut left = 0;
        for user in &users {
            let found = db.principal(*user).await.unwrap().unwrap();
            let enabled = found.account.status == AccountStatus::Enabled;
            left += usize::from(enabled && found.roles == [ADMIN]);
        }
        assert!(left >= 1);
    }
}

conformance!(
    the_last_admin_keeps_the_role_and_stays_enabled,
    of_all_admins_deposed_at_once_one_stays,
    giving_and_taking_the_role_and_disabling_at_once_end_well,
    the_first_admin_is_made_once,
    the_first_admin_needs_a_free_address,
    many_callers_at_once_make_one_admin,
    giving_the_role_and_making_the_first_admin_wait_for_each_other,
);
