//! Passkeys: added up to the limit, used without losing a counter, never the last way in deleted.

use portcullis_domain::{
    PasskeyId, UserId,
    accounts::AccountStore,
    audit::AuditKind::{AccountDisabled, PasskeyAdded, PasskeyDeleted, PasskeyRenamed},
    passkeys::{AddPasskey, DeletePasskey, NewPasskey, PasskeyStore},
};

use crate::support::*;

async fn add(db: &Fixture, user: UserId, passkey: NewPasskey, limit: u32) -> AddPasskey {
    db.add_passkey(user, passkey, limit, event(PasskeyAdded))
        .await
        .unwrap()
}

async fn passkeys_come_back_as_kept_and_oldest_first(db: &Fixture) {
    let user = ada(db).await;
    let first = new_passkey();
    let second = NewPasskey {
        created_at: later(1),
        synced: false,
        ..new_passkey()
    };
    assert_eq!(add(db, user, second.clone(), 10).await, AddPasskey::Added);
    assert_eq!(add(db, user, first.clone(), 10).await, AddPasskey::Added);
    let kept = db.passkeys_of(user).await.unwrap();
    assert_eq!(
        kept.iter().map(|it| it.id).collect::<Vec<_>>(),
        [first.id, second.id]
    );
    assert_eq!(
        (kept[0].user, &kept[0].credential_id),
        (user, &first.credential_id)
    );
    assert_eq!(
        (kept[0].name.as_str(), &kept[0].data),
        ("Laptop", &first.data)
    );
    assert_eq!((kept[0].synced, kept[1].synced), (true, false));
    assert_eq!((kept[0].created_at, kept[0].last_used_at), (NOW, None));
    let found = db
        .passkey_by_credential(&second.credential_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.id, second.id);
    assert!(
        db.passkey_by_credential(b"unknown")
            .await
            .unwrap()
            .is_none()
    );
    assert!(db.passkeys_of(UserId(id())).await.unwrap().is_empty());
    assert_eq!(db.count_audited(PasskeyAdded).await, 2);
}

async fn adding_a_passkey_can_be_refused(db: &Fixture) {
    let user = ada(db).await;
    let bob = create(db, new_account("bob")).await;
    let first = new_passkey();
    assert_eq!(add(db, user, first.clone(), 1).await, AddPasskey::Added);
    assert_eq!(add(db, user, new_passkey(), 1).await, AddPasskey::Limit);
    let same = NewPasskey {
        credential_id: first.credential_id,
        ..new_passkey()
    };
    assert_eq!(add(db, bob, same.clone(), 10).await, AddPasskey::Exists);
    assert_eq!(add(db, user, same, 10).await, AddPasskey::Exists);
    assert_eq!(
        add(db, UserId(id()), new_passkey(), 10).await,
        AddPasskey::NoAccount
    );
    db.disable_account(bob, NOW, event(AccountDisabled))
        .await
        .unwrap();
    assert_eq!(add(db, bob, new_passkey(), 10).await, AddPasskey::NoAccount);
    assert_eq!(db.passkeys_of(user).await.unwrap().len(), 1);
    assert!(db.passkeys_of(bob).await.unwrap().is_empty());
    assert_eq!(db.count_audited(PasskeyAdded).await, 1);
}

async fn the_limit_of_passkeys_holds_when_many_are_added_at_once(db: &Fixture) {
    let mut added_before = 0;
    for callers in ROUNDS {
        let user = create(db, new_account(&unique_name())).await;
        let before = new_passkey();
        assert_eq!(add(db, user, before, 10).await, AddPasskey::Added);
        let limit = if callers == 2 { 2 } else { 10 };
        let results = db
            .race(callers, |node, _| async move {
                node.add_passkey(user, new_passkey(), limit, event(PasskeyAdded))
                    .await
                    .unwrap()
            })
            .await;
        let added = results
            .iter()
            .filter(|it| **it == AddPasskey::Added)
            .count();
        let refused = results
            .iter()
            .filter(|it| **it == AddPasskey::Limit)
            .count();
        assert_eq!(
            (added, refused),
            (limit as usize - 1, callers - added),
            "of {callers}"
        );
        assert_eq!(db.passkeys_of(user).await.unwrap().len(), limit as usize);
        added_before += 1 + added;
        assert_eq!(db.count_audited(PasskeyAdded).await, added_before);
    }
}

async fn one_credential_added_many_times_at_once_is_kept_once(db: &Fixture) {
    let users = [ada(db).await, create(db, new_account("bob")).await];
    let credential_id = hash().0.to_vec();
    let results = db
        .race(50, |node, caller| {
            let passkey = NewPasskey {
                credential_id: credential_id.clone(),
                ..new_passkey()
            };
            async move {
                let audit = event(PasskeyAdded);
                node.add_passkey(users[caller % 2], passkey, 10, audit)
                    .await
                    .unwrap()
            }
        })
        .await;
    assert_eq!(
        results
            .iter()
            .filter(|it| **it == AddPasskey::Added)
            .count(),
        1
    );
    assert_eq!(
        results
            .iter()
            .filter(|it| **it == AddPasskey::Exists)
            .count(),
        49
    );
}

async fn a_use_is_recorded_unless_another_came_in_between(db: &Fixture) {
    let user = ada(db).await;
    let passkey = new_passkey();
    add(db, user, passkey.clone(), 10).await;
    let seen = db
        .passkey_by_credential(&passkey.credential_id)
        .await
        .unwrap()
        .unwrap();
    let record = |revision, data: u8, synced| {
        db.record_passkey_use(passkey.id, revision, vec![data], synced, later(5))
    };
    assert!(record(seen.revision, 7, false).await.unwrap());
    assert!(!record(seen.revision, 8, true).await.unwrap());
    let now = db
        .passkey_by_credential(&passkey.credential_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (now.data.as_slice(), now.synced, now.last_used_at),
        ([7].as_slice(), false, Some(later(5)))
    );
    assert!(now.revision > seen.revision);
    assert!(record(now.revision, 9, true).await.unwrap());
    let unknown = db
        .record_passkey_use(PasskeyId(id()), 0, vec![], true, NOW)
        .await;
    assert!(!unknown.unwrap());
}

async fn of_many_uses_at_once_one_is_recorded(db: &Fixture) {
    let user = ada(db).await;
    let passkey = new_passkey();
    add(db, user, passkey.clone(), 10).await;
    for callers in ROUNDS {
        let seen = db
            .passkey_by_credential(&passkey.credential_id)
            .await
            .unwrap()
            .unwrap();
        let results = db
            .race(callers, |node, caller| async move {
                let data = vec![u8::try_from(caller).unwrap()];
                node.record_passkey_use(passkey.id, seen.revision, data, true, NOW)
                    .await
                    .unwrap()
            })
            .await;
        let winner = results.iter().position(|it| *it).unwrap();
        assert_eq!(results.iter().filter(|it| **it).count(), 1, "of {callers}");
        let kept = db
            .passkey_by_credential(&passkey.credential_id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(kept.data, [u8::try_from(winner).unwrap()]);
    }
}

async fn a_passkey_is_renamed_by_its_owner_only(db: &Fixture) {
    let user = ada(db).await;
    let passkey = new_passkey();
    add(db, user, passkey.clone(), 10).await;
    let rename = |user, id, name| db.rename_passkey(user, id, name, event(PasskeyRenamed));
    assert!(rename(user, passkey.id, "Phone \u{1f4f1}").await.unwrap());
    assert!(!rename(UserId(id()), passkey.id, "Mine").await.unwrap());
    assert!(!rename(user, PasskeyId(id()), "None").await.unwrap());
    assert_eq!(
        db.passkeys_of(user).await.unwrap()[0].name,
        "Phone \u{1f4f1}"
    );
    assert_eq!(db.count_audited(PasskeyRenamed).await, 1);
}

async fn a_passkey_is_deleted_unless_it_is_the_last_way_in(db: &Fixture) {
    let with_password = ada(db).await;
    let passkey = new_passkey();
    add(db, with_password, passkey.clone(), 10).await;
    let new = new_passkey_account("bob");
    let (only, second) = (new.passkey.as_ref().unwrap().id, new_passkey());
    let without = create(db, new).await;
    let delete = |user, id| db.delete_passkey(user, id, event(PasskeyDeleted));

    assert_eq!(
        delete(with_password, only).await.unwrap(),
        DeletePasskey::NotFound
    );
    assert_eq!(
        delete(with_password, passkey.id).await.unwrap(),
        DeletePasskey::Deleted
    );
    assert_eq!(
        delete(with_password, passkey.id).await.unwrap(),
        DeletePasskey::NotFound
    );
    assert_eq!(
        delete(UserId(id()), only).await.unwrap(),
        DeletePasskey::NotFound
    );
    assert_eq!(
        delete(without, only).await.unwrap(),
        DeletePasskey::LastCredential
    );
    assert_eq!(db.passkeys_of(without).await.unwrap().len(), 1);
    assert_eq!(db.count_audited(PasskeyDeleted).await, 1);
    add(db, without, second.clone(), 10).await;
    assert_eq!(delete(without, only).await.unwrap(), DeletePasskey::Deleted);
    assert_eq!(
        delete(without, second.id).await.unwrap(),
        DeletePasskey::LastCredential
    );
    assert_eq!(db.count_audited(PasskeyDeleted).await, 2);
}

async fn the_last_passkey_stays_when_all_are_deleted_at_once(db: &Fixture) {
    for callers in ROUNDS {
        let new = new_passkey_account(&unique_name());
        let mut passkeys = vec![new.passkey.as_ref().unwrap().id];
        let user = create(db, new).await;
        for _ in 1..callers {
            let passkey = new_passkey();
            passkeys.push(passkey.id);
            add(db, user, passkey, 100).await;
        }
        let results = db
            .race(callers, |node, caller| {
                let passkey = passkeys[caller];
                async move {
                    node.delete_passkey(user, passkey, event(PasskeyDeleted))
                        .await
                        .unwrap()
                }
            })
            .await;
        let kept = results
            .iter()
            .filter(|it| **it == DeletePasskey::LastCredential)
            .count();
        assert_eq!(kept, 1, "of {callers}");
        assert_eq!(db.passkeys_of(user).await.unwrap().len(), 1);
    }
    let deleted: usize = ROUNDS.iter().map(|callers| callers - 1).sum();
    assert_eq!(db.count_audited(PasskeyDeleted).await, deleted);
}

conformance!(
    passkeys_come_back_as_kept_and_oldest_first,
    adding_a_passkey_can_be_refused,
    the_limit_of_passkeys_holds_when_many_are_added_at_once,
    one_credential_added_many_times_at_once_is_kept_once,
    a_use_is_recorded_unless_another_came_in_between,
    of_many_uses_at_once_one_is_recorded,
    a_passkey_is_renamed_by_its_owner_only,
    a_passkey_is_deleted_unless_it_is_the_last_way_in,
    the_last_passkey_stays_when_all_are_deleted_at_once,
);
