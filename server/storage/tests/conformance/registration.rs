//! Applications that register themselves: no more often than they are let, whole or not at all.

use portcullis_domain::{
    Store,
    audit::AuditKind::{ClientCreated, ClientDeleted, RegistrationTokenMade},
    clients::ClientStore,
    registration::{InitialToken, RegisterClient, RegistrationStore, SelfRegistration},
};
use portcullis_types::client::Client;

use crate::support::*;

async fn initial(db: &Fixture, uses: u32) -> InitialToken {
    let token = InitialToken {
        token: hash(),
        uses_left: uses,
        created_at: NOW,
        expires_at: later(60),
    };
    let saved = db.save_initial_token(token.clone(), event(RegistrationTokenMade));
    saved.await.unwrap();
    token
}

fn registration(initial: &InitialToken, id: &str) -> SelfRegistration {
    SelfRegistration {
        initial: initial.token,
        client: Client::new(id, id),
        secret: None,
        token: hash(),
    }
}

async fn register(db: &Fixture, registration: SelfRegistration, at: i64) -> RegisterClient {
    let registered = db.register_client(registration, later(at), event(ClientCreated));
    registered.await.unwrap()
}

async fn a_token_is_good_for_so_many_in_time(db: &Fixture) {
    let token = initial(db, 2).await;
    let is_good = |hash, at| db.is_initial_token(hash, later(at));
    assert!(is_good(token.token, 59).await.unwrap());
    assert!(!is_good(token.token, 60).await.unwrap());
    assert!(!is_good(hash(), 1).await.unwrap());
    let first = registration(&token, "1");
    let managing = first.token;
    assert_eq!(register(db, first, 1).await, RegisterClient::Registered);
    assert!(db.client("1").await.unwrap().is_some());
    assert!(db.is_registration_token("1", managing).await.unwrap());
    assert!(!db.is_registration_token("2", managing).await.unwrap());
    assert!(!db.is_registration_token("1", hash()).await.unwrap());
    assert!(db.registered_itself("1").await.unwrap());
    assert!(!db.registered_itself("2").await.unwrap());
    // An id that is taken uses nothing up.
    let again = register(db, registration(&token, "1"), 1).await;
    assert_eq!(again, RegisterClient::Taken);
    let late = register(db, registration(&token, "2"), 60).await;
    assert_eq!(late, RegisterClient::NoToken);
    let second = register(db, registration(&token, "2"), 59).await;
    assert_eq!(second, RegisterClient::Registered);
    let third = register(db, registration(&token, "3"), 1).await;
    assert_eq!(third, RegisterClient::NoToken);
    assert!(!is_good(token.token, 1).await.unwrap());
    assert!(db.client("3").await.unwrap().is_none());
    assert_eq!(db.count_audited(ClientCreated).await, 2);
    let deleted = db.delete_client("1", later(2), event(ClientDeleted));
    assert!(deleted.await.unwrap());
    assert!(!db.is_registration_token("1", managing).await.unwrap());
}

async fn of_many_at_once_no_more_register_than_may(db: &Fixture) {
    let token = initial(db, 3).await;
    let results = db
        .race(50, |node, caller| {
            let registration = registration(&token, &format!("client{caller}"));
            async move {
                let registered = node.register_client(registration, later(1), event(ClientCreated));
                registered.await.unwrap()
            }
        })
        .await;
    let registered = |it: &&RegisterClient| **it == RegisterClient::Registered;
    assert_eq!(results.iter().filter(registered).count(), 3);
    assert_eq!(db.clients("", None, 100).await.unwrap().len(), 3);
    assert_eq!(db.count_audited(ClientCreated).await, 3);
}

async fn what_is_over_goes(db: &Fixture) {
    initial(db, 1).await;
    assert_eq!(db.purge_expired(later(59)).await.unwrap(), 0);
    assert_eq!(db.purge_expired(later(60)).await.unwrap(), 1);
}

conformance!(
    a_token_is_good_for_so_many_in_time,
    of_many_at_once_no_more_register_than_may,
    what_is_over_goes,
);
