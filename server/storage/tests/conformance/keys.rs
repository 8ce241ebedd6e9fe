//! Signing keys: the first is made once.

use portcullis_domain::keys::{KeyStore, SigningKey};

use crate::support::*;

fn key(kid: &str) -> SigningKey {
    SigningKey {
        kid: kid.to_owned(),
        algorithm: "ES256".to_owned(),
        sealed: vec![0, 159, 146, 150],
        public_jwk: "{\"kty\":\"EC\"}".to_owned(),
        created_at: NOW,
    }
}

async fn the_first_key_is_kept_and_no_other(db: &Fixture) {
    assert!(db.signing_keys().await.unwrap().is_empty());
    assert!(db.save_first_signing_key(key("one")).await.unwrap());
    assert!(!db.save_first_signing_key(key("two")).await.unwrap());
    let keys = db.signing_keys().await.unwrap();
    let [kept] = keys.as_slice() else {
        panic!("{keys:?}")
    };
    assert_eq!(
        (kept.kid.as_str(), kept.algorithm.as_str()),
        ("one", "ES256")
    );
    assert_eq!(
        (&kept.sealed, &kept.public_jwk),
        (&key("one").sealed, &key("one").public_jwk)
    );
    assert_eq!(kept.created_at, NOW);
}

async fn of_many_nodes_that_start_at_once_one_makes_the_key(db: &Fixture) {
    let results = db
        .race(50, |node, caller| async move {
            node.save_first_signing_key(key(&format!("key{caller}")))
                .await
                .unwrap()
        })
        .await;
    let winner = results.iter().position(|kept| *kept).unwrap();
    assert_eq!(results.iter().filter(|kept| **kept).count(), 1);
    let keys = db.signing_keys().await.unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].kid, format!("key{winner}"));
}

conformance!(
    the_first_key_is_kept_and_no_other,
    of_many_nodes_that_start_at_once_one_makes_the_key
);
