//! Applications that register themselves: no more often than they are let, whole or not at all.

use portcullis_domain::{
    RegistrationTokenId, SecretHash, Store,
    audit::AuditKind::{
        ClientCreated, ClientDeleted, RegistrationTokenMade, RegistrationTokenRevoked,
    },
    clients::ClientStore,
    registration::{InitialToken, RegisterClient, RegistrationStore, SelfRegistration},
};
use portcullis_types::client::Client;
use uuid::Uuid;

use crate::support::*;

struct Initial {
    token: SecretHash,
    kept: InitialToken,
}

fn one(uses: u32) -> InitialToken {
    InitialToken {
        id: RegistrationTokenId(id()),
        prefix: "pc_iat_abcd".to_owned(),
        uses,
        uses_left: uses,
        made_by: None,
        created_at: NOW,
        expires_at: later(60),
        last_used_at: None,
    }
}

async fn initial(db: &Fixture, uses: u32) -> Initial {
    initial_with(db, one(uses)).await
}

fn registration(initial: &Initial, id: &str) -> SelfRegistration {
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
    let is_good = async |hash, at| db.initial_token(hash, later(at)).await.unwrap().is_some();
    assert!(is_good(token.token, 59).await);
    assert!(!is_good(token.token, 60).await);
    assert!(!is_good(hash(), 1).await);
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
    assert!(!is_good(token.token, 1).await);
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

async fn tokens_are_listed_until_they_are_over_with_what_became_of_them(db: &Fixture) {
    let mut made = Vec::new();
    for uses in 1..=3 {
        let kept = InitialToken {
            // Of the same millisecond the order is anybody's.
            id: RegistrationTokenId(Uuid::from_u128(uses.into())),
            ..one(uses)
        };
        made.push(initial_with(db, kept).await);
    }
    let listed = |before, at| db.initial_tokens(before, later(at), 2);
    let first = listed(None, 1).await.unwrap();
    assert_eq!(first, [made[2].kept.clone(), made[1].kept.clone()]);
    let second = listed(Some(first[1].id), 1).await.unwrap();
    assert_eq!(second, [made[0].kept.clone()]);
    assert_eq!(listed(None, 60).await.unwrap(), []);
    assert_eq!(
        register(db, registration(&made[0], "1"), 7).await,
        RegisterClient::Registered
    );
    let used = listed(Some(first[1].id), 8).await.unwrap();
    assert_eq!((used[0].uses, used[0].uses_left), (1, 0));
    assert_eq!(used[0].last_used_at, Some(later(7)));
}

async fn initial_with(db: &Fixture, kept: InitialToken) -> Initial {
    let token = hash();
    let saved = db.save_initial_token(token, kept.clone(), event(RegistrationTokenMade));
    saved.await.unwrap();
    Initial { token, kept }
}

async fn nobody_registers_with_a_token_that_was_taken_back(db: &Fixture) {
    let token = initial(db, 50).await;
    let id = token.kept.id;
    let revoke = |id, at| db.revoke_initial_token(id, later(at), event(RegistrationTokenRevoked));
    assert!(
        !revoke(RegistrationTokenId(Uuid::from_u128(7)), 1)
            .await
            .unwrap()
    );
    assert!(!revoke(id, 60).await.unwrap());
    assert_eq!(db.count_audited(RegistrationTokenRevoked).await, 0);
    // Fifty at once, one of whom takes it back: what is there when that returns stays all there is.
    let there = db
        .race(50, |node, caller| {
            let registration = registration(&token, &format!("client{caller}"));
            async move {
                if caller == 25 {
                    let revoked =
                        node.revoke_initial_token(id, later(1), event(RegistrationTokenRevoked));
                    assert!(revoked.await.unwrap());
                    return Some(node.clients("", None, 100).await.unwrap().len());
                }
                let registered = node.register_client(registration, later(1), event(ClientCreated));
                registered.await.unwrap();
                None
            }
        })
        .await;
    let there = there.into_iter().flatten().next().unwrap();
    assert_eq!(db.clients("", None, 100).await.unwrap().len(), there);
    let late = register(db, registration(&token, "late"), 2).await;
    assert_eq!(late, RegisterClient::NoToken);
    assert!(!revoke(id, 2).await.unwrap());
    assert_eq!(db.count_audited(RegistrationTokenRevoked).await, 1);
    assert!(db.initial_tokens(None, NOW, 10).await.unwrap().is_empty());
}

async fn what_is_over_goes(db: &Fixture) {
    initial(db, 1).await;
    assert_eq!(db.purge_expired(later(59)).await.unwrap(), 0);
    assert_eq!(db.purge_expired(later(60)).await.unwrap(), 1);
}

conformance!(
    a_token_is_good_for_so_many_in_time,
    of_many_at_once_no_more_register_than_may,
    tokens_are_listed_until_they_are_over_with_what_became_of_them,
    nobody_registers_with_a_token_that_was_taken_back,
    what_is_over_goes,
);
