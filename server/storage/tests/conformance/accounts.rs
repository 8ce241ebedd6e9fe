//! Accounts: made whole or not at all, found, listed, disabled with all that was open.

use portcullis_domain::{
    Account, AccountStatus, NewAccount, PasskeyId, UserId,
    accounts::{AccountStore, CreateAccount, DisableAccount},
    audit::{
        AuditKind::{
            AccountCreated, AccountDisabled, AccountEnabled, RoleChanged, SessionEnded, SignedIn,
        },
        AuditStore,
    },
    oauth::OAuthStore,
    passkeys::PasskeyStore,
    passwords::PasswordStore,
    roles::{Role, RoleStore},
    sessions::{FirstSession, Session, SessionStore},
};
use portcullis_policy::Permission;
use portcullis_storage::testing::refuse_audit;

use crate::support::*;

async fn an_account_is_made_with_all_that_comes_with_it(db: &Fixture) {
    let mut new = new_account("ada");
    new.roles = vec!["admin".to_owned()];
    new.passkey = Some(new_passkey());
    let session = new_session(new.id);
    let created = db.create_account(
        new.clone(),
        Some(session.clone().into()),
        event(AccountCreated),
    );
    assert_eq!(created.await.unwrap(), CreateAccount::Created);

    let account = db.account(new.id).await.unwrap().unwrap();
    assert_eq!(
        (account.id, &account.email, account.name.as_str()),
        (new.id, &new.email, "ada")
    );
    assert_eq!(
        (account.status, account.has_password),
        (AccountStatus::Enabled, true)
    );
    assert_eq!(account.created_at, NOW);
    assert_eq!(
        db.password_of(new.id).await.unwrap().unwrap().0,
        password("ada").0
    );
    assert_eq!(db.passkeys_of(new.id).await.unwrap().len(), 1);
    assert_eq!(
        db.session_by_token(session.token)
            .await
            .unwrap()
            .unwrap()
            .id,
        session.id
    );
    assert_eq!(
        db.principal(new.id).await.unwrap().unwrap().roles,
        ["admin"]
    );
    assert_eq!(db.audited().await, ["account.created"]);
}

/// Bob's session, and Ada signing up in the same browser.
async fn in_the_same_browser(db: &Fixture) -> (Session, NewAccount, FirstSession) {
    let before = new_session(create(db, new_account("bob")).await);
    let begun = db.begin_session(before.clone(), None, event(SignedIn));
    assert!(begun.await.unwrap());
    let new = new_account("ada");
    let first = FirstSession {
        session: new_session(new.id),
        replaces: Some(before.id),
    };
    (before, new, first)
}

async fn a_new_account_ends_the_session_before_with_a_row_of_its_own(db: &Fixture) {
    let (before, new, first) = in_the_same_browser(db).await;
    let token = first.session.token;
    let created = db.create_account(new, Some(first), event(AccountCreated));
    assert_eq!(created.await.unwrap(), CreateAccount::Created);
    assert!(db.session_by_token(before.token).await.unwrap().is_none());
    assert!(db.session_by_token(token).await.unwrap().is_some());
    let rows = db.audit_rows(2).await.unwrap();
    assert_eq!(
        (rows[0].kind.as_str(), rows[1].kind.as_str()),
        ("session.ended", "account.created")
    );
    assert_eq!(
        (rows[0].actor, rows[0].subject),
        (Some(before.user), Some(before.user))
    );
}

async fn an_account_that_cannot_end_the_session_before_is_not_made(db: &Fixture) {
    let (before, new, first) = in_the_same_browser(db).await;
    refuse_audit(&db.url, SessionEnded.as_str()).await.unwrap();
    let user = new.id;
    db.create_account(new, Some(first), event(AccountCreated))
        .await
        .unwrap_err();
    assert!(db.account(user).await.unwrap().is_none());
    assert!(db.session_by_token(before.token).await.unwrap().is_some());
}

async fn an_address_has_one_account(db: &Fixture) {
    ada(db).await;
    let again = new_account("ada");
    let session = new_session(again.id);
    let user = again.id;
    let created = db
        .create_account(again, Some(session.clone().into()), event(AccountCreated))
        .await;
    assert_eq!(created.unwrap(), CreateAccount::Taken);
    assert!(db.account(user).await.unwrap().is_none());
    assert!(db.session_by_token(session.token).await.unwrap().is_none());
    assert_eq!(db.audited().await, ["account.created"]);
}

async fn a_passkey_of_another_account_leaves_no_account_behind(db: &Fixture) {
    let first = new_passkey_account("ada");
    let mut second = new_passkey_account("bob");
    second.passkey.clone_from(&first.passkey);
    second.passkey.as_mut().unwrap().id = PasskeyId(id());
    create(db, first).await;
    let created = db.create_account(second, None, event(AccountCreated)).await;
    assert_eq!(created.unwrap(), CreateAccount::Taken);
    assert!(db.account_by_email(&email("bob")).await.unwrap().is_none());
    assert_eq!(db.audited().await, ["account.created"]);
}

async fn an_unknown_role_leaves_no_account_behind(db: &Fixture) {
    let mut new = new_account("ada");
    new.roles = vec!["nobody".to_owned()];
    db.create_account(new, None, event(AccountCreated))
        .await
        .unwrap_err();
    assert!(db.account_by_email(&email("ada")).await.unwrap().is_none());
    assert!(db.audited().await.is_empty());
    // The connection is as good as before.
    ada(db).await;
}

async fn an_account_is_found_by_its_address(db: &Fixture) {
    let user = ada(db).await;
    let passkey_only = create(db, new_passkey_account("bob")).await;
    let (account, hash) = db.account_by_email(&email("ada")).await.unwrap().unwrap();
    assert_eq!((account.id, hash.unwrap().0), (user, password("ada").0));
    let (account, hash) = db.account_by_email(&email("bob")).await.unwrap().unwrap();
    assert_eq!((account.id, account.has_password), (passkey_only, false));
    assert!(hash.is_none());
    assert!(db.account_by_email(&email("eve")).await.unwrap().is_none());
}

async fn a_principal_is_what_its_roles_allow(db: &Fixture) {
    let role = |name: &str, permissions: &[&str]| Role {
        name: name.to_owned(),
        description: String::new(),
        permissions: permissions.iter().map(|&text| text.to_owned()).collect(),
    };
    let roles = [
        role("writer", &["notes:write"]),
        role("reader", &["notes:read", "users:*"]),
    ];
    db.define_roles(&roles, event(RoleChanged)).await.unwrap();
    let mut new = new_account("ada");
    new.roles = vec!["writer".to_owned(), "reader".to_owned()];
    let user = create(db, new).await;
    let nobody = create(db, new_account("bob")).await;

    let principal = db.principal(user).await.unwrap().unwrap();
    assert_eq!(principal.account.id, user);
    assert_eq!(principal.roles, ["reader", "writer"]);
    for (permission, allowed) in [
        ("notes:write", true),
        ("notes:read", true),
        ("users:delete", true),
        ("notes:delete", false),
    ] {
        let permission = Permission::parse(permission).unwrap();
        assert_eq!(
            principal.permissions.allows(&permission),
            allowed,
            "{permission}"
        );
    }
    let nobody = db.principal(nobody).await.unwrap().unwrap();
    assert!(nobody.roles.is_empty());
    assert!(
        !nobody
            .permissions
            .allows(&Permission::parse("notes:read").unwrap())
    );
    assert!(db.principal(UserId(id())).await.unwrap().is_none());
}

async fn disabling_an_account_ends_all_that_was_open(db: &Fixture) {
    let user = ada(db).await;
    let other = create(db, new_account("bob")).await;
    let session = new_session(user);
    db.begin_session(session.clone(), None, event(AccountCreated))
        .await
        .unwrap();
    let others = new_session(other);
    db.begin_session(others.clone(), None, event(AccountCreated))
        .await
        .unwrap();
    let (family, _) = begin_family(db, user).await;
    let (others_family, _) = begin_family(db, other).await;
    let before = db.account(user).await.unwrap().unwrap();

    let ended = db
        .disable_account(user, later(1), event(AccountDisabled))
        .await
        .unwrap();
    assert_eq!(
        ended,
        DisableAccount::Disabled(vec![(session.id, session.token)])
    );
    let after = db.account(user).await.unwrap().unwrap();
    assert_eq!(after.status, AccountStatus::Disabled);
    assert!(after.version > before.version);
    assert!(db.session_by_token(session.token).await.unwrap().is_none());
    assert_eq!(
        db.family(family).await.unwrap().unwrap().revoked_at,
        Some(later(1))
    );
    // Somebody else notices nothing.
    assert!(db.session_by_token(others.token).await.unwrap().is_some());
    assert_eq!(
        db.family(others_family).await.unwrap().unwrap().revoked_at,
        None
    );

    // Once more changes nothing.
    let again = db
        .disable_account(user, later(2), event(AccountDisabled))
        .await
        .unwrap();
    assert_eq!(again, DisableAccount::Disabled(vec![]));
    assert_eq!(
        db.account(user).await.unwrap().unwrap().version,
        after.version
    );
    assert_eq!(db.count_audited(AccountDisabled).await, 1);
    let nobody = db
        .disable_account(UserId(id()), NOW, event(AccountDisabled))
        .await
        .unwrap();
    assert_eq!(nobody, DisableAccount::NoUser);
    assert_eq!(db.count_audited(AccountDisabled).await, 1);
}

async fn enabling_an_account_lets_it_in_again(db: &Fixture) {
    let user = ada(db).await;
    assert!(
        db.enable_account(user, event(AccountEnabled))
            .await
            .unwrap()
    );
    assert_eq!(db.count_audited(AccountEnabled).await, 0, "it was enabled");
    db.disable_account(user, NOW, event(AccountDisabled))
        .await
        .unwrap();
    let disabled = db.account(user).await.unwrap().unwrap();
    assert!(
        db.enable_account(user, event(AccountEnabled))
            .await
            .unwrap()
    );
    let enabled: Account = db.account(user).await.unwrap().unwrap();
    assert_eq!(enabled.status, AccountStatus::Enabled);
    assert!(enabled.version > disabled.version);
    assert!(
        db.begin_session(new_session(user), None, event(AccountCreated))
            .await
            .unwrap()
    );
    assert!(
        !db.enable_account(UserId(id()), event(AccountEnabled))
            .await
            .unwrap()
    );
    assert_eq!(db.count_audited(AccountEnabled).await, 1);
}

async fn of_many_who_want_an_address_one_gets_it(db: &Fixture) {
    for callers in ROUNDS {
        let name = unique_name();
        let results = db
            .race(callers, |node, _| {
                let new = new_account(&name);
                let session = new_session(new.id);
                async move {
                    node.create_account(new, Some(session.into()), event(AccountCreated))
                        .await
                        .unwrap()
                }
            })
            .await;
        let made = results
            .iter()
            .filter(|result| **result == CreateAccount::Created)
            .count();
        assert_eq!(made, 1, "of {callers}");
        let taken = results
            .iter()
            .filter(|result| **result == CreateAccount::Taken)
            .count();
        assert_eq!(taken, callers - 1);
        let (account, _) = db.account_by_email(&email(&name)).await.unwrap().unwrap();
        assert_eq!(db.sessions_of(account.id, NOW).await.unwrap().len(), 1);
    }
    assert_eq!(db.count_audited(AccountCreated).await, ROUNDS.len());
}

async fn a_sign_in_racing_with_disabling_leaves_nothing_open(db: &Fixture) {
    let user = ada(db).await;
    db.race(20, |node, caller| async move {
        if caller == 10 {
            node.disable_account(user, NOW, event(AccountDisabled))
                .await
                .unwrap();
        } else if caller % 2 == 0 {
            node.begin_session(new_session(user), None, event(AccountCreated))
                .await
                .unwrap();
        } else {
            let audit = event(AccountCreated);
            node.begin_family(new_family(user), new_token(), audit)
                .await
                .unwrap();
        }
    })
    .await;
    assert!(db.sessions_of(user, NOW).await.unwrap().is_empty());
    let (family, first) = (new_family(user), new_token());
    assert!(
        !db.begin_family(family, first, event(AccountCreated))
            .await
            .unwrap()
    );
}

conformance!(
    an_account_is_made_with_all_that_comes_with_it,
    a_new_account_ends_the_session_before_with_a_row_of_its_own,
    an_account_that_cannot_end_the_session_before_is_not_made,
    an_address_has_one_account,
    a_passkey_of_another_account_leaves_no_account_behind,
    an_unknown_role_leaves_no_account_behind,
    an_account_is_found_by_its_address,
    a_principal_is_what_its_roles_allow,
    disabling_an_account_ends_all_that_was_open,
    enabling_an_account_lets_it_in_again,
    of_many_who_want_an_address_one_gets_it,
    a_sign_in_racing_with_disabling_leaves_nothing_open,
);
