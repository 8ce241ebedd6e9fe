//! Devices that wait: decided once, redeemed once, and told what to do meanwhile.

use portcullis_domain::{
    FamilyId, SecretHash, Store, UserId,
    accounts::AccountStore,
    audit::AuditKind::{
        AccountDisabled, ClientCreated, ClientDeleted, DeviceAllowed, DeviceDenied,
    },
    clients::ClientStore,
    devices::{DeviceAuthorization, DeviceDecision, DeviceStore, PollDevice},
};
use portcullis_types::client::Client;

use crate::support::*;

fn new_device() -> DeviceAuthorization {
    DeviceAuthorization {
        device_code: hash(),
        user_code: hash(),
        family: FamilyId(id()),
        client_id: "tv".to_owned(),
        scopes: vec!["openid".to_owned()],
        resources: vec!["https://api.example".to_owned()],
        interval_seconds: 5,
        created_at: NOW,
        expires_at: later(600),
    }
}

async fn waiting(db: &Fixture) -> DeviceAuthorization {
    let device = new_device();
    assert!(db.save_device(device.clone()).await.unwrap());
    device
}

fn decision(device: &DeviceAuthorization, user: UserId, allowed: bool) -> DeviceDecision {
    DeviceDecision {
        user_code: device.user_code,
        user,
        allowed,
        auth_time: later(-100),
        amr: vec!["hwk".to_owned()],
        now: later(10),
    }
}

async fn allow(db: &Fixture, device: &DeviceAuthorization, user: UserId) -> bool {
    let decided = db.decide_device(decision(device, user, true), event(DeviceAllowed));
    decided.await.unwrap()
}

async fn poll(db: &Fixture, code: SecretHash, client: &str, at: i64) -> String {
    let heard = db.poll_device(code, client, later(at)).await.unwrap();
    let text = format!("{heard:?}");
    text.split('(').next().unwrap().to_owned()
}

async fn rfc8628_a_device_waits_is_let_in_and_gets_its_grant_once(db: &Fixture) {
    let (user, device) = (ada(db).await, waiting(db).await);
    let found = db.waiting_device(device.user_code, NOW).await.unwrap();
    assert_eq!(format!("{:?}", found.unwrap()), format!("{device:?}"));
    assert_eq!(poll(db, device.device_code, "tv", 1).await, "Pending");
    assert!(allow(db, &device, user).await);
    let found = db.waiting_device(device.user_code, later(11)).await;
    assert!(found.unwrap().is_none(), "it waits no more");
    assert_eq!(poll(db, device.device_code, "other", 12).await, "Unknown");
    let heard = db.poll_device(device.device_code, "tv", later(12)).await;
    let PollDevice::Granted(grant) = heard.unwrap() else {
        panic!("not granted")
    };
    assert_eq!((grant.family, grant.user), (device.family, user));
    assert_eq!(grant.scopes, device.scopes);
    assert_eq!(grant.resources, device.resources);
    assert_eq!(
        (grant.auth_time, grant.amr),
        (later(-100), vec!["hwk".to_owned()])
    );
    assert_eq!(poll(db, device.device_code, "tv", 20).await, "Unknown");
    assert_eq!(db.count_audited(DeviceAllowed).await, 1);
}

async fn rfc8628_3_5_who_asks_too_often_is_slowed_down(db: &Fixture) {
    let device = waiting(db).await;
    let ask = async |at| poll(db, device.device_code, "tv", at).await;
    assert_eq!(ask(0).await, "Pending");
    assert_eq!(ask(4).await, "SlowDown");
    assert_eq!(ask(13).await, "SlowDown", "ten seconds now");
    assert_eq!(ask(27).await, "SlowDown", "fifteen");
    assert_eq!(ask(47).await, "Pending", "twenty");
    assert_eq!(ask(67).await, "Pending");
    assert_eq!(ask(599).await, "Pending");
    assert_eq!(ask(600).await, "Expired");
    assert_eq!(poll(db, hash(), "tv", 0).await, "Unknown");
    assert_eq!(poll(db, device.device_code, "other", 0).await, "Unknown");
}

async fn a_decision_is_made_once_and_in_time(db: &Fixture) {
    let user = ada(db).await;
    let device = waiting(db).await;
    let deny = decision(&device, user, false);
    assert!(db.decide_device(deny, event(DeviceDenied)).await.unwrap());
    assert!(!allow(db, &device, user).await);
    assert_eq!(poll(db, device.device_code, "tv", 20).await, "Denied");
    let late = waiting(db).await;
    let too_late = DeviceDecision {
        now: later(600),
        ..decision(&late, user, true)
    };
    assert!(
        !db.decide_device(too_late, event(DeviceAllowed))
            .await
            .unwrap()
    );
    let found = db.waiting_device(late.user_code, later(600)).await;
    assert!(found.unwrap().is_none());
    let nobody = decision(&late, UserId(id()), true);
    assert!(
        !db.decide_device(nobody, event(DeviceAllowed))
            .await
            .unwrap()
    );
    assert_eq!(db.count_audited(DeviceAllowed).await, 0);
    assert_eq!(db.count_audited(DeviceDenied).await, 1);
}

async fn two_devices_never_show_the_same_code(db: &Fixture) {
    let device = waiting(db).await;
    let other = DeviceAuthorization {
        user_code: device.user_code,
        ..new_device()
    };
    assert!(!db.save_device(other.clone()).await.unwrap());
    assert_eq!(poll(db, other.device_code, "tv", 1).await, "Unknown");
    assert_eq!(poll(db, device.device_code, "tv", 1).await, "Pending");
}

async fn of_many_who_ask_at_once_one_gets_the_grant(db: &Fixture) {
    let user = ada(db).await;
    for callers in ROUNDS {
        let device = waiting(db).await;
        assert!(allow(db, &device, user).await);
        let code = device.device_code;
        let heard = db
            .race(callers, move |node, _| async move {
                let heard = node.poll_device(code, "tv", later(20)).await.unwrap();
                matches!(heard, PollDevice::Granted(_))
            })
            .await;
        assert_eq!(heard.iter().filter(|granted| **granted).count(), 1);
    }
}

async fn of_many_who_decide_at_once_one_does(db: &Fixture) {
    let user = ada(db).await;
    for callers in ROUNDS {
        let device = waiting(db).await;
        let decided = db
            .race(callers, |node, caller| {
                let decision = decision(&device, user, caller % 2 == 0);
                async move {
                    let made = node.decide_device(decision, event(DeviceAllowed)).await;
                    made.unwrap()
                }
            })
            .await;
        let winner = decided.iter().position(|made| *made).unwrap();
        assert_eq!(decided.iter().filter(|made| **made).count(), 1);
        let expected = if winner % 2 == 0 { "Granted" } else { "Denied" };
        assert_eq!(poll(db, device.device_code, "tv", 20).await, expected);
    }
    assert_eq!(db.count_audited(DeviceAllowed).await, ROUNDS.len());
}

async fn whoever_is_disabled_lets_nothing_in_and_nothing_of_theirs_gets_in(db: &Fixture) {
    let user = ada(db).await;
    let (before, after) = (waiting(db).await, waiting(db).await);
    assert!(allow(db, &before, user).await);
    let disabled = db.disable_account(user, later(15), event(AccountDisabled));
    disabled.await.unwrap();
    assert_eq!(poll(db, before.device_code, "tv", 20).await, "Expired");
    assert!(!allow(db, &after, user).await);
}

async fn a_deleted_clients_devices_wait_no_more(db: &Fixture) {
    let (user, device) = (ada(db).await, waiting(db).await);
    let client = Client::new("tv", "TV");
    let created = db.create_client(client, None, event(ClientCreated));
    assert!(created.await.unwrap());
    let deleted = db.delete_client("tv", later(5), event(ClientDeleted));
    assert!(deleted.await.unwrap());
    assert!(!allow(db, &device, user).await);
    assert_eq!(poll(db, device.device_code, "tv", 20).await, "Unknown");
}

async fn what_is_over_goes_an_hour_later(db: &Fixture) {
    let device = waiting(db).await;
    db.purge_expired(later(600 + 3599)).await.unwrap();
    assert_eq!(poll(db, device.device_code, "tv", 4199).await, "Expired");
    db.purge_expired(later(600 + 3600)).await.unwrap();
    assert_eq!(poll(db, device.device_code, "tv", 4200).await, "Unknown");
}

conformance!(
    rfc8628_a_device_waits_is_let_in_and_gets_its_grant_once,
    rfc8628_3_5_who_asks_too_often_is_slowed_down,
    a_decision_is_made_once_and_in_time,
    two_devices_never_show_the_same_code,
    of_many_who_ask_at_once_one_gets_the_grant,
    of_many_who_decide_at_once_one_does,
    whoever_is_disabled_lets_nothing_in_and_nothing_of_theirs_gets_in,
    a_deleted_clients_devices_wait_no_more,
    what_is_over_goes_an_hour_later,
);
