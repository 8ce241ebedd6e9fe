//! Tokens that are taken back.

use std::sync::Arc;

use async_trait::async_trait;
use portcullis_verify::{
    Claims, Full, Issuer, OutOfReach, Refusal, Revocable, Revocations, RevokedInMemory,
    TokenVerifier,
};
use serde_json::{Value, json};

use crate::support::{
    API, Clock, ISSUER, NOW, Signer, and_a_half, bent, claims, passes, rules, verifier_with, why,
};

struct Place {
    signer: Signer,
    clock: Clock,
    list: Arc<RevokedInMemory>,
    verifier: Revocable<Issuer, Arc<RevokedInMemory>>,
}

fn place(capacity: usize) -> Place {
    let (signer, clock) = (Signer::es256(), Clock::new());
    let list = Arc::new(RevokedInMemory::new(capacity).clock(clock.asked()));
    let verifier = verifier_with(&signer, rules(&clock));
    Place {
        verifier: Revocable::new(verifier, Arc::clone(&list)),
        signer,
        clock,
        list,
    }
}

#[tokio::test]
async fn a_token_is_revoked_by_its_id_and_no_other_is() {
    let it = place(10);
    assert_eq!(it.verifier.issuers(), [ISSUER]);
    let token = it.signer.sign(&claims());
    passes(it.verifier.verify(&token).await);
    it.list.revoke_token(ISSUER, "token-1", NOW + 600).unwrap();
    assert_eq!(why(&it.verifier, &token).await, Refusal::Revoked);
    let other = it.signer.sign(&bent(&claims(), "jti", json!("token-2")));
    passes(it.verifier.verify(&other).await);
    // Another issuer's tokens may have the same id.
    let it = place(10);
    it.list
        .revoke_token("https://other.example", "token-1", NOW + 600)
        .unwrap();
    passes(it.verifier.verify(&it.signer.sign(&claims())).await);
}

#[tokio::test]
async fn a_users_tokens_are_revoked_up_to_a_moment() {
    let it = place(10);
    it.list.revoke_user(ISSUER, "ada", NOW, NOW + 600).unwrap();
    let issued = |at: Value| it.signer.sign(&bent(&claims(), "iat", at));
    for at in [json!(NOW - 100), json!(NOW), and_a_half(NOW - 1)] {
        assert_eq!(why(&it.verifier, &issued(at)).await, Refusal::Revoked);
    }
    passes(it.verifier.verify(&issued(json!(NOW + 1))).await);
    let bob = it.signer.sign(&bent(&claims(), "sub", json!("bob")));
    passes(it.verifier.verify(&bob).await);
    // An earlier moment takes nothing back.
    it.list.revoke_user(ISSUER, "ada", 5, 10).unwrap();
    let token = it.signer.sign(&claims());
    assert_eq!(why(&it.verifier, &token).await, Refusal::Revoked);
    assert_eq!(it.list.len(), 1);
}

#[tokio::test]
async fn a_token_that_does_not_say_when_it_was_issued_is_revoked_with_its_user() {
    let (signer, clock) = (Signer::es256(), Clock::new());
    let list = RevokedInMemory::new(10).clock(clock.asked());
    list.revoke_user(ISSUER, "ada", NOW, NOW + 600).unwrap();
    let rules = portcullis_verify::Rules::untyped_access_tokens(API).clock(clock.asked());
    let verifier = Revocable::new(verifier_with(&signer, rules), list);
    let token = signer.sign(&bent(&claims(), "iat", Value::Null));
    assert_eq!(why(&verifier, &token).await, Refusal::Revoked);
}

#[tokio::test]
async fn what_is_remembered_is_bounded_and_goes_with_the_tokens() {
    let it = place(2);
    it.list.revoke_token(ISSUER, "token-1", NOW + 10).unwrap();
    it.list.revoke_user(ISSUER, "bob", NOW, NOW + 900).unwrap();
    assert_eq!(it.list.revoke_token(ISSUER, "c", NOW + 10), Err(Full));
    assert_eq!(it.list.revoke_user(ISSUER, "c", NOW, NOW), Err(Full));
    // As long as any verifier may let the token pass, it is remembered.
    let lenient = verifier_with(&it.signer, rules(&it.clock).leeway_seconds(300));
    let verifier = Revocable::new(lenient, Arc::clone(&it.list));
    let token = it.signer.sign(&bent(&claims(), "exp", json!(NOW + 10)));
    it.clock.advance(309);
    assert_eq!(it.list.revoke_token(ISSUER, "c", NOW + 10), Err(Full));
    assert_eq!(why(&verifier, &token).await, Refusal::Revoked);
    it.clock.advance(2);
    it.list.revoke_token(ISSUER, "c", NOW + 900).unwrap();
    assert_eq!(why(&verifier, &token).await, Refusal::Expired);
    assert_eq!(it.list.len(), 2);
    assert!(!it.list.is_empty());
}

/// A list that cannot be asked.
struct Lost;

#[async_trait]
impl Revocations for Lost {
    async fn is_revoked(&self, _: &Claims) -> Result<bool, OutOfReach> {
        Err(OutOfReach)
    }
}

#[tokio::test]
async fn no_list_no_token() {
    let signer = Signer::es256();
    let verifier = Revocable::new(verifier_with(&signer, rules(&Clock::new())), Lost);
    assert_eq!(
        why(&verifier, &signer.sign(&claims())).await,
        Refusal::Unavailable
    );
    // What is wrong anyway is not looked up.
    let token = signer.sign(&bent(&claims(), "aud", json!("x")));
    assert_eq!(why(&verifier, &token).await, Refusal::Audience);
}
