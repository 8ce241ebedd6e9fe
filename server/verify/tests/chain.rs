//! Several issuers at once.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use portcullis_verify::{
    Chain, Claims, Issuer, Refusal, Rules, SetupError, SharedSecret, TokenVerifier, Unverified,
};
use serde_json::{Value, json};

use crate::support::{API, Clock, ISSUER, Signer, bent, claims, passes, rules, verifier, why};

const OTHER: &str = "https://other.example";
const SECRET: [u8; 32] = [7; 32];

fn shared_secret(issuer: &str) -> SharedSecret {
    SharedSecret::new(issuer, &SECRET, rules(&Clock::new())).unwrap()
}

fn of(issuer: &str, signer: &Signer) -> Issuer {
    Issuer::with_keys(issuer, &signer.jwks(), rules(&Clock::new())).unwrap()
}

fn from(issuer: &str) -> Value {
    bent(&claims(), "iss", json!(issuer))
}

#[tokio::test]
async fn asvs_10_3_3_each_issuer_speaks_for_itself_only() {
    let (one, two) = (Signer::es256(), Signer::es256());
    let secret = Signer::hs256(&SECRET);
    let chain = Chain::new()
        .and(of(ISSUER, &one))
        .and_then(|chain| chain.and(of(OTHER, &two)))
        .and_then(|chain| chain.and(shared_secret("billing")))
        .unwrap();
    let mut issuers = chain.issuers();
    issuers.sort();
    assert_eq!(issuers, ["billing", ISSUER, OTHER]);
    for (issuer, key) in [(ISSUER, &one), (OTHER, &two), ("billing", &secret)] {
        let claims = passes(chain.verify(&key.sign(&from(issuer))).await);
        assert_eq!(claims.issuer, issuer);
    }
    // Everybody's key under everybody else's name.
    for (issuer, key, expected) in [
        (OTHER, &one, Refusal::Signature),
        (ISSUER, &two, Refusal::Signature),
        (ISSUER, &secret, Refusal::Algorithm),
        ("billing", &one, Refusal::Algorithm),
    ] {
        assert_eq!(
            why(&chain, &key.sign(&from(issuer))).await,
            expected,
            "{issuer}"
        );
    }
    for unknown in [
        "https://evil.example",
        "https://auth.example/",
        "",
        "Billing",
    ] {
        for key in [&one, &two, &secret] {
            let token = key.sign(&from(unknown));
            assert_eq!(why(&chain, &token).await, Refusal::Issuer, "{unknown}");
        }
    }
    for none in [Value::Null, json!([ISSUER, OTHER]), json!(1)] {
        let token = one.sign(&bent(&claims(), "iss", none));
        assert_eq!(why(&chain, &token).await, Refusal::Claim("iss"));
    }
}

#[test]
fn two_verifiers_for_one_issuer_are_a_mistake() {
    let (one, two) = (Signer::es256(), Signer::es256());
    let twice = Some(SetupError::Twice(ISSUER.to_owned()));
    let chain = Chain::new().and(of(ISSUER, &one)).unwrap();
    assert_eq!(chain.clone().and(of(ISSUER, &two)).err(), twice);
    assert_eq!(chain.clone().and(shared_secret(ISSUER)).err(), twice);
    // Also by way of another chain.
    let inner = Chain::new().and(of(OTHER, &two)).unwrap();
    let inner = inner.and(of(ISSUER, &two)).unwrap();
    assert_eq!(chain.clone().and(inner).err(), twice);
    assert_eq!(chain.and(Chain::new()).err(), Some(SetupError::NoIssuer));
}

/// Counts how often it is asked, and has an answer.
struct Counting {
    issuers: Vec<String>,
    asked: Arc<AtomicUsize>,
    answer: Result<Claims, Refusal>,
}

#[async_trait]
impl TokenVerifier for Counting {
    fn issuers(&self) -> Vec<String> {
        self.issuers.clone()
    }

    async fn check(&self, _: &Unverified<'_>) -> Result<Claims, Refusal> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.answer.clone()
    }
}

#[tokio::test]
async fn what_the_picked_one_says_is_final_and_no_other_is_asked() {
    let signer = Signer::es256();
    let good = passes(verifier(&signer).verify(&signer.sign(&claims())).await);
    let asked = Arc::new(AtomicUsize::new(0));
    let lenient = Counting {
        issuers: vec!["https://lenient.example".to_owned()],
        asked: Arc::clone(&asked),
        answer: Ok(good.clone()),
    };
    let chain = Chain::new().and(of(ISSUER, &signer)).unwrap();
    let chain = chain.and(lenient).unwrap();
    let expired = bent(&claims(), "exp", json!(1));
    let theirs = Signer::es256();
    for (token, expected) in [
        (signer.sign(&expired), Refusal::Expired),
        (theirs.sign(&claims()), Refusal::Signature),
        (signer.sign(&from("https://evil.example")), Refusal::Issuer),
    ] {
        assert_eq!(why(&chain, &token).await, expected);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    // One that answers with another issuer's claims is not believed.
    let token = signer.sign(&from("https://lenient.example"));
    assert_eq!(why(&chain, &token).await, Refusal::Issuer);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    // Nor does its being out of reach let anybody in.
    let broken = Counting {
        issuers: vec![OTHER.to_owned()],
        asked,
        answer: Err(Refusal::Unavailable),
    };
    let chain = chain.and(broken).unwrap();
    let token = signer.sign(&from(OTHER));
    assert_eq!(why(&chain, &token).await, Refusal::Unavailable);
}

#[tokio::test]
async fn a_chain_without_verifiers_refuses_everything() {
    let signer = Signer::es256();
    assert_eq!(
        why(&Chain::new(), &signer.sign(&claims())).await,
        Refusal::Issuer
    );
}

/// The same subject of two issuers is two people; rules may differ by issuer too.
#[tokio::test]
async fn rules_are_each_issuers_own() {
    let (one, two) = (Signer::es256(), Signer::es256());
    let untyped = Rules::untyped_access_tokens(API).clock(Clock::new().asked());
    let lax = Issuer::with_keys(OTHER, &two.jwks(), untyped).unwrap();
    let chain = Chain::new()
        .and(of(ISSUER, &one))
        .unwrap()
        .and(lax)
        .unwrap();
    let as_jwt = |signer: &Signer, issuer: &str| {
        let header = bent(&signer.header(), "typ", json!("JWT"));
        signer.sign_with(&header, &from(issuer))
    };
    passes(chain.verify(&as_jwt(&two, OTHER)).await);
    assert_eq!(why(&chain, &as_jwt(&one, ISSUER)).await, Refusal::Type);
}
