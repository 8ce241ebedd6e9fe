//! Opaque access tokens: found until they expire or their client is gone, and by no other hash.

use portcullis_domain::{
    Store,
    access_tokens::{AccessTokenStore, OpaqueToken},
    audit::AuditKind::{ClientCreated, ClientDeleted},
    clients::ClientStore,
};
use portcullis_types::client::Client;

use crate::support::*;

async fn kept(db: &Fixture, client: &str) -> OpaqueToken {
    let token = OpaqueToken {
        token: hash(),
        client_id: client.to_owned(),
        claims: r#"{"sub":"ä"}"#.to_owned(),
        expires_at: later(60),
    };
    db.save_access_token(token.clone()).await.unwrap();
    token
}

async fn a_token_is_found_until_it_expires(db: &Fixture) {
    let token = kept(db, "spa").await;
    let find = |hash, at| db.access_token(hash, later(at));
    assert_eq!(
        find(token.token, 59).await.unwrap(),
        Some(token.clone()),
        "as it was kept"
    );
    assert_eq!(find(token.token, 60).await.unwrap(), None);
    assert_eq!(find(hash(), 0).await.unwrap(), None);
    // The same hash twice would be one token for two.
    assert!(db.save_access_token(token).await.is_err());
}

async fn a_client_takes_its_tokens_along(db: &Fixture) {
    let client = Client::new("shop", "Shop");
    let create = || db.create_client(client.clone(), None, event(ClientCreated));
    assert!(create().await.unwrap());
    let (shops, others) = (kept(db, "shop").await, kept(db, "other").await);
    let deleted = db.delete_client("shop", NOW, event(ClientDeleted));
    assert!(deleted.await.unwrap());
    assert!(create().await.unwrap());
    assert_eq!(db.access_token(shops.token, NOW).await.unwrap(), None);
    let found = db.access_token(others.token, NOW).await.unwrap();
    assert!(found.is_some());
}

async fn what_is_over_goes(db: &Fixture) {
    kept(db, "spa").await;
    assert_eq!(db.purge_expired(later(59)).await.unwrap(), 0);
    assert_eq!(db.purge_expired(later(60)).await.unwrap(), 1);
}

conformance!(
    a_token_is_found_until_it_expires,
    a_client_takes_its_tokens_along,
    what_is_over_goes,
);
