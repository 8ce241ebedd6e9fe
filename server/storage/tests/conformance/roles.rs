//! Roles: defined, given, taken away; each change of an account counts its version up.

use portcullis_domain::{
    UserId,
    accounts::AccountStore,
    audit::{
        AuditKind::{RoleAssigned, RoleChanged, RoleUnassigned},
        AuditStore,
    },
    roles::{ADMIN, ChangeRole, Role, RoleStore},
};

use crate::support::*;

fn role(name: &str, permissions: &[&str]) -> Role {
    Role {
        name: name.to_owned(),
        description: format!("What a {name} does"),
        permissions: permissions.iter().map(|&text| text.to_owned()).collect(),
    }
}

async fn version(db: &Fixture, user: UserId) -> i64 {
    db.account(user).await.unwrap().unwrap().version
}

async fn the_admin_role_always_exists(db: &Fixture) {
    let roles = db.roles().await.unwrap();
    let [admin] = roles.as_slice() else {
        panic!("{roles:?}")
    };
    assert_eq!(
        (admin.name.as_str(), admin.permissions.as_slice()),
        (ADMIN, ["*".to_owned()].as_slice())
    );
}

async fn defining_roles_makes_each_what_it_says_and_leaves_others_alone(db: &Fixture) {
    let (user, moderator) = (
        role("user", &["notes:write"]),
        role("Moderator", &["notes:*"]),
    );
    db.define_roles(&[user.clone(), moderator.clone()], event(RoleChanged))
        .await
        .unwrap();
    let changed = role("user", &["notes:write", "notes:read"]);
    db.define_roles(std::slice::from_ref(&changed), event(RoleChanged))
        .await
        .unwrap();
    db.define_roles(&[], event(RoleChanged)).await.unwrap();
    let roles = db.roles().await.unwrap();
    let names: Vec<_> = roles.iter().map(|role| role.name.as_str()).collect();
    assert_eq!(names, ["Moderator", "admin", "user"]);
    assert_eq!((&roles[0], &roles[2]), (&moderator, &changed));
}

async fn a_changed_role_counts_up_the_version_of_those_who_have_it(db: &Fixture) {
    db.define_roles(
        &[role("user", &["a:b"]), role("guest", &[])],
        event(RoleChanged),
    )
    .await
    .unwrap();
    let (ada, bob) = (ada(db).await, create(db, new_account("bob")).await);
    db.assign_role(ada, "user", event(RoleAssigned))
        .await
        .unwrap();
    db.assign_role(bob, "guest", event(RoleAssigned))
        .await
        .unwrap();
    let before = (version(db, ada).await, version(db, bob).await);
    db.define_roles(
        &[role("user", &["a:b"]), role("guest", &[])],
        event(RoleChanged),
    )
    .await
    .unwrap();
    assert_eq!((version(db, ada).await, version(db, bob).await), before);
    db.define_roles(
        &[role("user", &["a:c"]), role("guest", &[])],
        event(RoleChanged),
    )
    .await
    .unwrap();
    assert!(version(db, ada).await > before.0);
    assert_eq!(version(db, bob).await, before.1);
}

async fn what_a_role_allowed_and_allows_is_written_down(db: &Fixture) {
    let define = |roles: Vec<Role>| async move {
        db.define_roles(&roles, event(RoleChanged)).await.unwrap();
    };
    define(vec![role("user", &["a:b"]), role("guest", &[])]).await;
    define(vec![role("user", &["a:b"]), role("guest", &[])]).await;
    let described = Role {
        description: "Something else".to_owned(),
        ..role("user", &["a:b"])
    };
    define(vec![described]).await;
    assert!(db.audited().await.is_empty(), "nobody may do anything else");
    define(vec![role("user", &["a:c", "a:d"]), role("guest", &["a:b"])]).await;
    let rows = db.audit_rows(10).await.unwrap();
    let details: Vec<_> = rows.iter().map(|row| row.detail.to_string()).collect();
    assert_eq!(
        details,
        [
            r#"{"after":["a:c","a:d"],"before":["a:b"],"role":"user"}"#,
            r#"{"after":["a:b"],"before":[],"role":"guest"}"#,
        ]
    );
    assert_eq!(db.count_audited(RoleChanged).await, 2);
}

async fn nodes_that_define_roles_at_once_do_not_fail(db: &Fixture) {
    db.define_roles(&[role("a", &[]), role("b", &[])], event(RoleChanged))
        .await
        .unwrap();
    let user = ada(db).await;
    for name in ["a", "b"] {
        db.assign_role(user, name, event(RoleAssigned))
            .await
            .unwrap();
    }
    for callers in ROUNDS {
        let results = db
            .race(callers, |node, caller| async move {
                // Each changes what the user may do; every other one knows one role only.
                let permission = format!("x:y{caller}");
                let roles = [role("a", &[&permission]), role("b", &[&permission])];
                node.define_roles(&roles[caller % 2..], event(RoleChanged))
                    .await
                    .map_err(|error| error.to_string())
            })
            .await;
        assert!(results.iter().all(Result::is_ok), "{results:?}");
    }
    assert_eq!(db.roles().await.unwrap().len(), 3);
}

async fn a_role_is_given_and_taken_away_once(db: &Fixture) {
    db.define_roles(&[role("user", &["a:b"])], event(RoleChanged))
        .await
        .unwrap();
    let user = ada(db).await;
    let mut last = version(db, user).await;
    let steps = [
        (true, ChangeRole::Changed),
        (true, ChangeRole::Unchanged),
        (false, ChangeRole::Changed),
        (false, ChangeRole::Unchanged),
    ];
    for (give, expected) in steps {
        let change = if give {
            db.assign_role(user, "user", event(RoleAssigned)).await
        } else {
            db.unassign_role(user, "user", event(RoleUnassigned)).await
        };
        assert_eq!(change.unwrap(), expected);
        let now = version(db, user).await;
        assert_eq!(now > last, expected == ChangeRole::Changed);
        last = now;
    }
    assert_eq!(
        db.audited().await,
        ["account.created", "role.assigned", "role.unassigned"]
    );
}

async fn nobody_and_nothing_are_told_apart(db: &Fixture) {
    let user = ada(db).await;
    let nobody = UserId(id());
    for (who, role, expected) in [
        (nobody, ADMIN, ChangeRole::NoUser),
        (nobody, "nothing", ChangeRole::NoUser),
        (user, "nothing", ChangeRole::NoRole),
    ] {
        let given = db
            .assign_role(who, role, event(RoleAssigned))
            .await
            .unwrap();
        let taken = db
            .unassign_role(who, role, event(RoleUnassigned))
            .await
            .unwrap();
        assert_eq!((given, taken), (expected, expected));
    }
    assert_eq!(db.audited().await, ["account.created"]);
}

async fn of_many_who_give_a_role_one_does(db: &Fixture) {
    let user = ada(db).await;
    create(db, new_admin("root")).await;
    for callers in ROUNDS {
        let before = version(db, user).await;
        let results = db
            .race(callers, |node, _| async move {
                node.assign_role(user, ADMIN, event(RoleAssigned))
                    .await
                    .unwrap()
            })
            .await;
        let changed = results
            .iter()
            .filter(|it| **it == ChangeRole::Changed)
            .count();
        assert_eq!(changed, 1, "of {callers}");
        assert_eq!(version(db, user).await, before + 1);
        db.unassign_role(user, ADMIN, event(RoleUnassigned))
            .await
            .unwrap();
    }
    assert_eq!(db.count_audited(RoleAssigned).await, ROUNDS.len());
}

conformance!(
    the_admin_role_always_exists,
    defining_roles_makes_each_what_it_says_and_leaves_others_alone,
    a_changed_role_counts_up_the_version_of_those_who_have_it,
    what_a_role_allowed_and_allows_is_written_down,
    nodes_that_define_roles_at_once_do_not_fail,
    a_role_is_given_and_taken_away_once,
    nobody_and_nothing_are_told_apart,
    of_many_who_give_a_role_one_does,
);
