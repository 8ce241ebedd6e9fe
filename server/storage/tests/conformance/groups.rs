//! Groups: made, moved, filled; what they give their members, and nothing above itself.

use portcullis_domain::{
    UserId,
    accounts::AccountStore,
    audit::AuditKind::{GroupChanged, GroupCreated, ProfileChanged, RoleChanged},
    groups::{ChangedGroup, DEEPEST, GroupChange, GroupStore, NewGroup},
    roles::{Role, RoleStore},
};
use portcullis_types::profile::{PostalAddress, Profile};

use crate::support::*;

async fn make(db: &Fixture, name: &str, parent: Option<&str>) -> ChangedGroup {
    let group = NewGroup {
        name: name.to_owned(),
        description: String::new(),
        parent: parent.map(str::to_owned),
        created_at: NOW,
    };
    db.create_group(group, event(GroupCreated)).await.unwrap()
}

async fn change(db: &Fixture, name: &str, change: GroupChange) -> ChangedGroup {
    db.change_group(name, vec![change], event(GroupChanged))
        .await
        .unwrap()
}

async fn moved(db: &Fixture, name: &str, parent: &str) -> ChangedGroup {
    change(db, name, GroupChange::Move(Some(parent.to_owned()))).await
}

/// Names of groups and roles, whether "a:b" is allowed, and the account's version.
async fn seen(db: &Fixture, user: UserId) -> (Vec<String>, Vec<String>, usize, i64) {
    let principal = db.principal(user).await.unwrap().unwrap();
    let allowed = principal.permissions.patterns().count();
    let version = principal.account.version;
    (principal.groups, principal.roles, allowed, version)
}

async fn clerks(db: &Fixture) {
    let role = Role {
        name: "clerk".to_owned(),
        description: String::new(),
        permissions: vec!["a:b".to_owned()],
    };
    db.define_roles(&[role], event(RoleChanged)).await.unwrap();
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|&it| it.to_owned()).collect()
}

async fn members_have_the_roles_of_all_groups_above(db: &Fixture) {
    let user = ada(db).await;
    clerks(db).await;
    make(db, "company", None).await;
    make(db, "sales", Some("company")).await;
    make(db, "north", Some("sales")).await;
    make(db, "other", None).await;
    assert_eq!(
        change(db, "north", GroupChange::Add(user)).await,
        ChangedGroup::Changed(vec![user])
    );
    let (groups, roles, allowed, before) = seen(db, user).await;
    assert_eq!(groups, words(&["company", "north", "sales"]));
    assert_eq!((roles, allowed), (words(&[]), 0));
    let give = GroupChange::GiveRole("clerk".to_owned());
    assert_eq!(
        change(db, "company", give.clone()).await,
        ChangedGroup::Changed(vec![user])
    );
    let (_, roles, allowed, after) = seen(db, user).await;
    assert_eq!((roles, allowed), (words(&["clerk"]), 1));
    assert!(after > before);
    assert_eq!(change(db, "company", give).await, ChangedGroup::Unchanged);
    assert_eq!(
        change(db, "sales", GroupChange::Move(None)).await,
        ChangedGroup::Changed(vec![user])
    );
    let (groups, roles, allowed, last) = seen(db, user).await;
    assert_eq!(groups, words(&["north", "sales"]));
    assert_eq!((roles, allowed), (words(&[]), 0));
    assert!(last > after);
}

async fn a_changed_role_counts_up_the_version_of_those_who_have_it_by_a_group(db: &Fixture) {
    let user = ada(db).await;
    clerks(db).await;
    make(db, "company", None).await;
    make(db, "sales", Some("company")).await;
    change(db, "sales", GroupChange::Add(user)).await;
    change(db, "company", GroupChange::GiveRole("clerk".to_owned())).await;
    let (.., before) = seen(db, user).await;
    let role = Role {
        name: "clerk".to_owned(),
        description: String::new(),
        permissions: vec!["a:b".to_owned(), "a:c".to_owned()],
    };
    db.define_roles(&[role], event(RoleChanged)).await.unwrap();
    let (_, _, allowed, after) = seen(db, user).await;
    assert_eq!((allowed, after), (2, before + 1));
}

async fn whoever_leaves_or_is_left_without_the_group_loses_what_it_gave(db: &Fixture) {
    let user = ada(db).await;
    clerks(db).await;
    make(db, "sales", None).await;
    make(db, "north", Some("sales")).await;
    let role = "clerk".to_owned();
    change(db, "north", GroupChange::GiveRole(role.clone())).await;
    let gone: [&[GroupChange]; 3] = [
        &[GroupChange::Remove(user)],
        &[GroupChange::TakeRole(role.clone())],
        &[GroupChange::Delete],
    ];
    for changes in gone {
        change(db, "north", GroupChange::GiveRole(role.clone())).await;
        change(db, "north", GroupChange::Add(user)).await;
        assert_eq!(seen(db, user).await.2, 1, "{changes:?}");
        for one in changes {
            assert_eq!(
                change(db, "north", one.clone()).await,
                ChangedGroup::Changed(vec![user])
            );
        }
        assert_eq!(seen(db, user).await.2, 0, "{changes:?}");
    }
    assert_eq!(seen(db, user).await.0, words(&[]));
}

async fn what_cannot_be_is_told_and_changes_nothing(db: &Fixture) {
    let user = ada(db).await;
    make(db, "sales", None).await;
    make(db, "north", Some("sales")).await;
    let before = (db.groups().await.unwrap(), db.audited().await);
    assert_eq!(make(db, "sales", None).await, ChangedGroup::Taken);
    assert_eq!(make(db, "x", Some("none")).await, ChangedGroup::NoParent);
    assert_eq!(moved(db, "sales", "north").await, ChangedGroup::Cycle);
    assert_eq!(moved(db, "sales", "sales").await, ChangedGroup::Cycle);
    assert_eq!(moved(db, "sales", "none").await, ChangedGroup::NoParent);
    let table = [
        ("none", GroupChange::Delete, ChangedGroup::NoGroup),
        ("sales", GroupChange::Delete, ChangedGroup::HasGroups),
        (
            "sales",
            GroupChange::GiveRole("none".to_owned()),
            ChangedGroup::NoRole,
        ),
        (
            "sales",
            GroupChange::TakeRole("none".to_owned()),
            ChangedGroup::Unchanged,
        ),
        (
            "sales",
            GroupChange::Add(UserId(id())),
            ChangedGroup::NoUser,
        ),
        ("sales", GroupChange::Remove(user), ChangedGroup::Unchanged),
    ];
    for (group, one, expected) in table {
        assert_eq!(change(db, group, one.clone()).await, expected, "{one:?}");
    }
    // All or nothing: the description stays.
    let both = vec![
        GroupChange::Describe("Other".to_owned()),
        GroupChange::Move(Some("north".to_owned())),
    ];
    let changed = db.change_group("sales", both, event(GroupChanged)).await;
    assert_eq!(changed.unwrap(), ChangedGroup::Cycle);
    let after = (db.groups().await.unwrap(), db.audited().await);
    assert_eq!(before, after);
}

async fn groups_sit_in_one_another_so_deep_and_no_deeper(db: &Fixture) {
    make(db, "g1", None).await;
    for number in 2..=DEEPEST {
        let parent = format!("g{}", number - 1);
        let made = make(db, &format!("g{number}"), Some(&parent)).await;
        assert_eq!(made, ChangedGroup::Changed(Vec::new()), "{number}");
    }
    let deepest = format!("g{DEEPEST}");
    assert_eq!(make(db, "x", Some(&deepest)).await, ChangedGroup::TooDeep);
    make(db, "top", None).await;
    assert_eq!(moved(db, "g1", "top").await, ChangedGroup::TooDeep);
    assert_eq!(
        moved(db, "g2", "top").await,
        ChangedGroup::Changed(Vec::new())
    );
}

/// Two groups, each moved into the other at the same time: one of them gets there.
async fn those_who_move_groups_at_once_make_no_cycle(db: &Fixture) {
    for round in 0..10 {
        let names = [format!("a{round}"), format!("b{round}")];
        for name in &names {
            make(db, name, None).await;
        }
        let results = db
            .race(2, |node, number| {
                let (own, other) = (names[number].clone(), names[1 - number].clone());
                async move {
                    let into = vec![GroupChange::Move(Some(other))];
                    let changed = node.change_group(&own, into, event(GroupChanged));
                    changed.await.unwrap()
                }
            })
            .await;
        let cycles = results.iter().filter(|it| **it == ChangedGroup::Cycle);
        assert_eq!(cycles.count(), 1, "{results:?}");
    }
}

async fn members_come_in_pages(db: &Fixture) {
    make(db, "sales", None).await;
    let mut users = Vec::new();
    for name in ["ada", "eve", "bob"] {
        users.push(create(db, new_account(name)).await);
    }
    users.sort();
    for user in &users {
        change(db, "sales", GroupChange::Add(*user)).await;
    }
    let page = db.group_members("sales", None, 2).await.unwrap();
    let ids: Vec<_> = page.iter().map(|member| member.id).collect();
    assert_eq!(ids, users[..2]);
    let page = db.group_members("sales", Some(ids[1]), 2).await.unwrap();
    assert_eq!((page.len(), page[0].id), (1, users[2]));
    assert_eq!(db.groups().await.unwrap()[0].members, 3);
    assert!(db.group_members("none", None, 2).await.unwrap().is_empty());
}

async fn a_profile_is_kept_with_the_time_of_its_change(db: &Fixture) {
    let user = ada(db).await;
    let before = db.account(user).await.unwrap().unwrap();
    assert_eq!(before.profile, Profile::default());
    assert_eq!(before.profile_changed_at, None);
    let profile = Profile {
        given_name: Some("Ada".to_owned()),
        address: Some(PostalAddress {
            country: Some("UK".to_owned()),
            ..PostalAddress::default()
        }),
        ..Profile::default()
    };
    let audit = event(ProfileChanged);
    let at = audit.at;
    let replaced = db.replace_profile(user, "Countess", profile.clone(), audit);
    assert!(replaced.await.unwrap());
    let after = db.account(user).await.unwrap().unwrap();
    assert_eq!(
        (after.name.as_str(), &after.profile),
        ("Countess", &profile)
    );
    assert_eq!(after.profile_changed_at, Some(at));
    assert_eq!(after.version, before.version + 1);
    let nobody = UserId(id());
    let replaced = db.replace_profile(nobody, "X", profile, event(ProfileChanged));
    assert!(!replaced.await.unwrap());
    assert_eq!(db.count_audited(ProfileChanged).await, 1);
}

conformance!(
    members_have_the_roles_of_all_groups_above,
    a_changed_role_counts_up_the_version_of_those_who_have_it_by_a_group,
    whoever_leaves_or_is_left_without_the_group_loses_what_it_gave,
    what_cannot_be_is_told_and_changes_nothing,
    groups_sit_in_one_another_so_deep_and_no_deeper,
    those_who_move_groups_at_once_make_no_cycle,
    members_come_in_pages,
    a_profile_is_kept_with_the_time_of_its_change,
);
