//! The list of accounts: in pages, searched, with what each account has.

use portcullis_domain::{
    UserId,
    accounts::{AccountQuery, AccountStore, AccountSummary},
    audit::AuditKind::{RoleChanged, SignedIn},
    roles::{Role, RoleStore},
    sessions::{Session, SessionStore},
};

use crate::support::*;

async fn the_list_of_accounts_is_newest_first_and_in_pages(db: &Fixture) {
    let mut made = Vec::new();
    for number in 0..5 {
        made.push(create(db, new_account(&format!("user{number}"))).await);
    }
    made.reverse();
    let page = |after, limit| AccountQuery {
        search: None,
        after,
        limit,
        now: NOW,
    };
    let ids = |page: Vec<AccountSummary>| -> Vec<UserId> {
        page.into_iter().map(|summary| summary.account.id).collect()
    };
    assert_eq!(ids(db.accounts(page(None, 100)).await.unwrap()), made);
    assert_eq!(ids(db.accounts(page(None, 2)).await.unwrap()), made[..2]);
    assert_eq!(
        ids(db.accounts(page(Some(made[1]), 2)).await.unwrap()),
        made[2..4]
    );
    assert_eq!(ids(db.accounts(page(Some(made[4]), 2)).await.unwrap()), []);
}

async fn the_list_of_accounts_is_searched_without_regard_to_case(db: &Fixture) {
    for (address, name) in [
        ("ada.lovelace", "Ada"),
        ("grace", "Grace Hopper"),
        ("per_cent", "100 % Élodie"),
        ("bang", "Wow! \\o/"),
    ] {
        let mut new = new_account(address);
        new.name = name.to_owned();
        create(db, new).await;
    }
    for (search, found) in [
        ("LOVELACE", vec!["Ada"]),
        ("hopper", vec!["Grace Hopper"]),
        ("élo", vec!["100 % Élodie"]),
        ("ÉLO", vec!["100 % Élodie"]),
        ("%", vec!["100 % Élodie"]),
        ("_", vec!["100 % Élodie"]),
        ("!", vec!["Wow! \\o/"]),
        ("\\", vec!["Wow! \\o/"]),
        ("'; DROP TABLE accounts; --", vec![]),
        ("ace", vec!["Grace Hopper", "Ada"]),
    ] {
        let search = Some(search.to_owned());
        let query = AccountQuery {
            search: search.clone(),
            after: None,
            limit: 10,
            now: NOW,
        };
        let page = db.accounts(query).await.unwrap();
        let names: Vec<_> = page
            .iter()
            .map(|summary| summary.account.name.as_str())
            .collect();
        assert_eq!(names, found, "{search:?}");
    }
}

async fn the_list_of_accounts_counts_what_each_has(db: &Fixture) {
    let role = Role {
        name: "user".into(),
        description: String::new(),
        permissions: vec![],
    };
    db.define_roles(&[role], event(RoleChanged)).await.unwrap();
    let mut new = new_passkey_account("ada");
    new.roles = vec!["user".to_owned(), "admin".to_owned()];
    let user = create(db, new).await;
    create(db, new_account("bob")).await;
    for (idle_seconds, expires_at) in [
        (3600, later(86_400)),
        (10, later(86_400)),
        (3600, later(10)),
    ] {
        let session = Session {
            idle_seconds,
            expires_at,
            ..new_session(user)
        };
        assert!(
            db.begin_session(session, None, event(SignedIn))
                .await
                .unwrap()
        );
    }
    let at = |now| AccountQuery {
        search: None,
        after: None,
        limit: 10,
        now,
    };
    let page = db.accounts(at(later(9))).await.unwrap();
    let [bob, ada] = page.as_slice() else {
        panic!("{page:?}")
    };
    assert_eq!((bob.roles.len(), bob.passkeys, bob.sessions), (0, 0, 0));
    assert_eq!(
        (ada.roles.as_slice(), ada.passkeys, ada.sessions),
        (["admin".to_owned(), "user".to_owned()].as_slice(), 1, 3)
    );
    // Idle limit and absolute limit are over at the limit itself.
    assert_eq!(db.accounts(at(later(10))).await.unwrap()[1].sessions, 1);
}

conformance!(
    the_list_of_accounts_is_newest_first_and_in_pages,
    the_list_of_accounts_is_searched_without_regard_to_case,
    the_list_of_accounts_counts_what_each_has,
);
