//! Signing keys: each is made once, and takes the other's place once.

use portcullis_domain::{
    AuditEvent, Store, Timestamp,
    audit::{AuditKind, AuditStore},
    keys::{KeyRotation, KeyStore, SigningKey},
};
use portcullis_types::keys::KeyState;

use crate::support::*;

const DAY: i64 = 24 * 3600;

fn next(kid: &str) -> SigningKey {
    SigningKey {
        kid: kid.to_owned(),
        algorithm: "ES256".to_owned(),
        sealed: vec![0, 159, 146, 150],
        public_jwk: "{\"kty\":\"EC\"}".to_owned(),
        created_at: NOW,
        activated_at: None,
        retired_at: None,
        expires_at: None,
    }
}

fn active(kid: &str) -> SigningKey {
    SigningKey {
        activated_at: Some(NOW),
        ..next(kid)
    }
}

fn rotation(from: &str, to: &str, after: &str) -> KeyRotation {
    KeyRotation {
        algorithm: "ES256".to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        next: next(after),
        now: NOW.plus_seconds(5),
        expires_at: NOW.plus_seconds(DAY),
    }
}

fn rotated() -> AuditEvent {
    event(AuditKind::KeyRotated)
}

async fn states(db: &Fixture) -> Vec<(String, KeyState)> {
    let keys = db.signing_keys().await.unwrap();
    let mut states: Vec<_> = keys
        .iter()
        .map(|key| (key.kid.clone(), key.state()))
        .collect();
    states.sort_by(|a, b| a.0.cmp(&b.0));
    states
}

fn owned(states: &[(&str, KeyState)]) -> Vec<(String, KeyState)> {
    let owned = states
        .iter()
        .map(|(kid, state)| ((*kid).to_owned(), *state));
    owned.collect()
}

async fn one_key_is_active_and_one_next_for_each_algorithm(db: &Fixture) {
    assert!(db.signing_keys().await.unwrap().is_empty());
    assert!(!db.save_signing_key(next("0")).await.unwrap());
    assert!(db.save_signing_key(active("1")).await.unwrap());
    assert!(!db.save_signing_key(active("2")).await.unwrap());
    let keys = db.signing_keys().await.unwrap();
    let [kept] = keys.as_slice() else {
        panic!("{keys:?}")
    };
    assert_eq!((kept.kid.as_str(), kept.algorithm.as_str()), ("1", "ES256"));
    assert_eq!(
        (&kept.sealed, &kept.public_jwk),
        (&next("1").sealed, &next("1").public_jwk)
    );
    assert_eq!((kept.created_at, kept.activated_at), (NOW, Some(NOW)));
    assert_eq!((kept.retired_at, kept.expires_at), (None, None));
    assert!(db.save_signing_key(next("3")).await.unwrap());
    assert!(!db.save_signing_key(next("4")).await.unwrap());
    let other = SigningKey {
        algorithm: "RS256".to_owned(),
        ..active("5")
    };
    assert!(db.save_signing_key(other).await.unwrap());
    let expected = [
        ("1", KeyState::Active),
        ("3", KeyState::Next),
        ("5", KeyState::Active),
    ];
    assert_eq!(states(db).await, owned(&expected));
}

async fn of_many_nodes_that_make_a_key_at_once_one_does(db: &Fixture) {
    let results = db
        .race(50, |node, caller| async move {
            node.save_signing_key(active(&format!("key{caller}")))
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

async fn a_rotation_moves_each_key_on_and_is_written_down(db: &Fixture) {
    db.save_signing_key(active("1")).await.unwrap();
    db.save_signing_key(next("2")).await.unwrap();
    let rotation = rotation("1", "2", "3");
    assert!(db.rotate_signing_key(rotation, rotated()).await.unwrap());
    let expected = [
        ("1", KeyState::Retired),
        ("2", KeyState::Active),
        ("3", KeyState::Next),
    ];
    assert_eq!(states(db).await, owned(&expected));
    let keys = db.signing_keys().await.unwrap();
    let of = |kid: &str| keys.iter().find(|key| key.kid == kid).unwrap();
    let later = Some(NOW.plus_seconds(5));
    assert_eq!((of("1").retired_at, of("2").activated_at), (later, later));
    assert_eq!(of("1").expires_at, Some(NOW.plus_seconds(DAY)));
    assert_eq!(of("1").activated_at, Some(NOW));
    let rows = db.audit_rows(10).await.unwrap();
    let kinds: Vec<&str> = rows.iter().map(|row| row.kind.as_str()).collect();
    assert_eq!(kinds, ["key.rotated"]);
}

async fn what_is_no_longer_active_or_next_is_not_rotated(db: &Fixture) {
    db.save_signing_key(active("1")).await.unwrap();
    db.save_signing_key(next("2")).await.unwrap();
    let of_another = KeyRotation {
        algorithm: "RS256".to_owned(),
        ..rotation("1", "2", "3")
    };
    let wrong = [
        rotation("2", "1", "3"),
        rotation("1", "1", "3"),
        rotation("1", "x", "3"),
        rotation("x", "2", "3"),
        of_another,
    ];
    for rotation in wrong {
        assert!(!db.rotate_signing_key(rotation, rotated()).await.unwrap());
    }
    let expected = [("1", KeyState::Active), ("2", KeyState::Next)];
    assert_eq!(states(db).await, owned(&expected));
    assert!(db.audit_rows(10).await.unwrap().is_empty());
}

async fn of_many_nodes_that_rotate_at_once_one_does(db: &Fixture) {
    db.save_signing_key(active("1")).await.unwrap();
    db.save_signing_key(next("2")).await.unwrap();
    let results = db
        .race(50, |node, caller| async move {
            let rotation = rotation("1", "2", &format!("key{caller}"));
            node.rotate_signing_key(rotation, rotated()).await.unwrap()
        })
        .await;
    let winner = results.iter().position(|rotated| *rotated).unwrap();
    assert_eq!(results.iter().filter(|rotated| **rotated).count(), 1);
    let next = format!("key{winner}");
    let expected = [
        ("1", KeyState::Retired),
        ("2", KeyState::Active),
        (next.as_str(), KeyState::Next),
    ];
    assert_eq!(states(db).await, owned(&expected));
    assert_eq!(db.audit_rows(100).await.unwrap().len(), 1);
}

async fn a_retired_key_is_kept_while_an_old_id_token_may_come_back_as_a_hint(db: &Fixture) {
    db.save_signing_key(active("1")).await.unwrap();
    db.save_signing_key(next("2")).await.unwrap();
    let rotation = rotation("1", "2", "3");
    let expires_at = rotation.expires_at;
    db.rotate_signing_key(rotation, rotated()).await.unwrap();
    let kept = |now: Timestamp| async move {
        db.purge_expired(now).await.unwrap();
        db.signing_keys().await.unwrap().len()
    };
    assert_eq!(kept(expires_at.plus_seconds(400 * DAY - 1)).await, 3);
    assert_eq!(kept(expires_at.plus_seconds(400 * DAY)).await, 2);
    let later = NOW.plus_seconds(10_000 * DAY);
    assert_eq!(kept(later).await, 2, "those in use never go");
}

conformance!(
    one_key_is_active_and_one_next_for_each_algorithm,
    of_many_nodes_that_make_a_key_at_once_one_does,
    a_rotation_moves_each_key_on_and_is_written_down,
    what_is_no_longer_active_or_next_is_not_rotated,
    of_many_nodes_that_rotate_at_once_one_does,
    a_retired_key_is_kept_while_an_old_id_token_may_come_back_as_a_hint,
);
