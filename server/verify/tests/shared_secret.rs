//! HS256.

use portcullis_verify::{Refusal, Rules, SetupError, SharedSecret, TokenVerifier};
use serde_json::json;

use crate::support::{API, Clock, ISSUER, NOW, Signer, bent, claims, passes, rules, why};

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

fn verifier() -> SharedSecret {
    SharedSecret::new(ISSUER, SECRET, rules(&Clock::new())).unwrap()
}

#[tokio::test]
async fn a_token_of_who_has_the_secret_passes_and_of_nobody_else() {
    let signer = Signer::hs256(SECRET);
    let verifier = verifier();
    assert_eq!(verifier.issuers(), [ISSUER]);
    passes(verifier.verify(&signer.sign(&claims())).await);
    for other in [&SECRET[..31], b"", b"secret", &[0; 32]] {
        let token = Signer::hs256(other).sign(&claims());
        assert_eq!(why(&verifier, &token).await, Refusal::Signature);
    }
    // HMAC fills a secret up with zeros: the same secret in another form, which has it all the same.
    let filled = [SECRET, &[0; 8]].concat();
    passes(
        verifier
            .verify(&Signer::hs256(&filled).sign(&claims()))
            .await,
    );
    let token = signer.sign(&bent(&claims(), "iss", json!("https://other.example")));
    assert_eq!(why(&verifier, &token).await, Refusal::Issuer);
    let token = signer.sign(&bent(&claims(), "exp", json!(NOW - 31)));
    assert_eq!(why(&verifier, &token).await, Refusal::Expired);
    let header = bent(&signer.header(), "typ", json!("JWT"));
    let token = signer.sign_with(&header, &claims());
    assert_eq!(why(&verifier, &token).await, Refusal::Type);
}

#[tokio::test]
async fn nothing_but_hs256_is_allowed() {
    let signer = Signer::hs256(SECRET);
    let verifier = verifier();
    for alg in [
        "HS384", "HS512", "none", "hs256", "", "ES256", "RS256", "dir", "HS1",
    ] {
        let header = bent(&signer.header(), "alg", json!(alg));
        let token = signer.sign_with(&header, &claims());
        assert_eq!(why(&verifier, &token).await, Refusal::Algorithm, "{alg}");
    }
    let token = Signer::es256().sign(&claims());
    assert_eq!(why(&verifier, &token).await, Refusal::Algorithm);
}

#[test]
fn rfc7518_3_2_a_secret_is_as_long_as_its_hash() {
    let made = |secret: &[u8], rules| SharedSecret::new(ISSUER, secret, rules).err();
    let rules = || Rules::access_tokens(API);
    assert_eq!(made(&[1; 31], rules()), Some(SetupError::Secret(32)));
    assert_eq!(made(b"", rules()), Some(SetupError::Secret(32)));
    assert_eq!(made(&[1; 32], rules()), None);
    // One audience for a key (ASVS 9.2.4).
    let two = rules().or_audience("https://other.example");
    assert_eq!(made(SECRET, two), Some(SetupError::Audience));
    let nobody = SharedSecret::new("", SECRET, rules());
    assert_eq!(nobody.err(), Some(SetupError::NoIssuer));
}

#[tokio::test]
async fn asvs_9_2_4_a_token_for_more_than_one_is_refused() {
    let signer = Signer::hs256(SECRET);
    let verifier = verifier();
    let to = |aud| signer.sign(&bent(&claims(), "aud", aud));
    passes(verifier.verify(&to(json!([API]))).await);
    let both = to(json!([API, "https://other.example"]));
    assert_eq!(why(&verifier, &both).await, Refusal::Audience);
}

#[test]
fn a_secret_does_not_show_itself() {
    let shown = format!("{:?}", verifier());
    assert_eq!(
        shown,
        "SharedSecret { issuer: \"https://auth.example\", .. }"
    );
}
