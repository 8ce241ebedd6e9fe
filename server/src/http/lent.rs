//! What an application may do here with somebody's token that had to ask them first: what its scopes
//! name, and that they may do themselves. The operator's own applications act as the person does.

use std::sync::Arc;

use portcullis_domain::Principal;
use portcullis_policy::{Pattern, PermissionSet};
use portcullis_types::{
    UserView,
    client::{Client, Consent},
};

/// Whether people are asked before a client gets tokens for them.
pub(crate) fn is_lent(client: &Client) -> bool {
    client.consent != Consent::Skipped
}

/// The principal as such a client may act for them: a scope that reads as a permission or a pattern
/// of them allows that much of what they have. Roles are told by a scope of their own.
pub(crate) fn limited(principal: &Principal, client: &Client, scopes: &[String]) -> Arc<Principal> {
    let named: PermissionSet = granted(client, scopes)
        .filter_map(|it| Pattern::parse(it).ok())
        .collect();
    let own = &principal.permissions;
    // Of two that overlap, the narrower one. What only partly overlaps allows nothing.
    let theirs = named.patterns().filter(|it| own.covers([*it]));
    let mine = own.patterns().filter(|it| named.covers([*it]));
    let mut limited = Principal {
        permissions: theirs.chain(mine).cloned().collect(),
        ..principal.clone()
    };
    if !has(client, scopes, "roles") {
        limited.roles.clear();
    }
    if !has(client, scopes, "groups") {
        limited.groups.clear();
    }
    Arc::new(limited)
}

/// Takes out of what such a client sees of a session what it was not let see of the person.
pub(crate) fn hide(user: &mut UserView, client: &Client, scopes: &[String]) {
    if !has(client, scopes, "profile") {
        user.name.clear();
    }
    if !has(client, scopes, "email") {
        user.email.clear();
    }
    user.has_password = false;
}

fn granted<'s>(client: &Client, scopes: &'s [String]) -> impl Iterator<Item = &'s String> {
    scopes.iter().filter(|scope| client.scopes.contains(scope))
}

fn has(client: &Client, scopes: &[String], name: &str) -> bool {
    granted(client, scopes).any(|scope| scope == name)
}

#[cfg(test)]
mod tests {
    use portcullis_domain::{AccountStatus, Email, Timestamp, UserId, accounts::Account};
    use portcullis_policy::Permission;
    use portcullis_types::profile::Profile;
    use uuid::Uuid;

    use super::*;

    fn principal() -> Principal {
        Principal {
            account: Account {
                id: UserId(Uuid::nil()),
                email: Email::parse("ada@example.com").unwrap(),
                name: "Ada".to_owned(),
                profile: Profile::default(),
                profile_changed_at: None,
                status: AccountStatus::Enabled,
                email_verified: false,
                language: None,
                has_password: true,
                version: 1,
                created_at: Timestamp(0),
            },
            roles: vec!["user".to_owned()],
            groups: vec!["staff".to_owned()],
            permissions: PermissionSet::default(),
        }
    }

    fn allows(own: &[&str], scopes: &[&str], permission: &str) -> bool {
        let mut principal = principal();
        principal.permissions = own.iter().map(|it| Pattern::parse(it).unwrap()).collect();
        let mut client = Client::new("partner", "Partner");
        let scopes: Vec<String> = scopes.iter().map(|it| (*it).to_owned()).collect();
        client.scopes.clone_from(&scopes);
        let limited = limited(&principal, &client, &scopes);
        limited
            .permissions
            .allows(&Permission::parse(permission).unwrap())
    }

    #[test]
    fn it_may_do_what_its_scopes_name_and_the_person_may() {
        for (own, scopes, permission, may) in [
            (&["*"][..], &["openid"][..], "notes:write", false),
            (&["*"], &["notes:write"], "notes:write", true),
            (&["*"], &["notes:write"], "notes:read", false),
            (&["*"], &["notes:*"], "notes:read", true),
            (&["notes:*"], &["*"], "notes:read", true),
            (&["notes:*"], &["*"], "users:read", false),
            (&["notes:read"], &["notes:*"], "notes:read", true),
            (&["notes:read"], &["notes:*"], "notes:write", false),
            (&["users:read"], &["notes:read"], "notes:read", false),
            (&[], &["notes:read"], "notes:read", false),
        ] {
            assert_eq!(allows(own, scopes, permission), may, "{own:?} {scopes:?}");
        }
    }

    #[test]
    fn a_scope_that_the_client_no_longer_has_allows_nothing() {
        let mut principal = principal();
        principal.permissions = [Pattern::parse("*").unwrap()].into_iter().collect();
        let client = Client::new("partner", "Partner");
        let limited = limited(&principal, &client, &["notes:read".to_owned()]);
        assert!(limited.permissions.is_empty() && limited.roles.is_empty());
    }
}
