//! Proofs of possession (RFC 9449 section 4.3).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, Method};
use portcullis_verify::{
    Refusal, TokenVerifier,
    dpop::{Asked, Dpop, PROOF, Wrong},
};
use serde_json::{Value, json};

use crate::support::{
    Clock, NOW, Signer, bent, claims, passes, prover::Prover, rules, verifier_with, why,
};

const ORIGIN: &str = "https://api.example";
const ADDRESS: &str = "https://api.example/orders";
const TOKEN: &str = "a.token.of-some-kind";

struct Place {
    clock: Clock,
    prover: Prover,
    dpop: Dpop,
}

impl Place {
    fn new(dpop: Dpop) -> Self {
        let clock = Clock::new();
        Self {
            prover: Prover::new(&clock),
            clock,
            dpop,
        }
    }

    fn check(&self, proof: &str) -> Result<Option<String>, Wrong> {
        let mut headers = HeaderMap::new();
        headers.insert(PROOF, HeaderValue::from_str(proof).unwrap());
        self.check_headers(&headers)
    }

    /// Checks and spends.
    fn check_headers(&self, headers: &HeaderMap) -> Result<Option<String>, Wrong> {
        let asked = Asked {
            method: &Method::POST,
            origin: ORIGIN,
            path: "/orders",
            token: Some(TOKEN),
        };
        let now = self.clock.now();
        let Some(proof) = self.dpop.check(headers, &asked, now)? else {
            return Ok(None);
        };
        self.dpop.spend(&proof, now)?;
        Ok(Some(proof.thumbprint().to_owned()))
    }

    fn claims(&self) -> Value {
        self.prover.claims("POST", ADDRESS, TOKEN)
    }

    fn sign(&self, claims: &Value) -> String {
        let header = self.prover.header();
        self.prover.signer.sign_with(&header, claims)
    }
}

#[test]
fn rfc9449_4_3_a_proof_for_the_request_passes_once() {
    for alg in ["ES256", "EdDSA"] {
        let mut it = Place::new(Dpop::without_nonces());
        it.prover = Prover::of(Signer::new(alg, "one"), &it.clock);
        let proof = it.sign(&it.claims());
        assert_eq!(it.check(&proof), Ok(Some(it.prover.thumbprint())), "{alg}");
        assert_eq!(it.check(&proof), Err(Wrong::Proof), "{alg}");
        let again = it.sign(&it.claims());
        assert_eq!(it.check(&again), Ok(Some(it.prover.thumbprint())));
    }
}

#[test]
fn rfc9449_4_3_a_proof_for_another_request_does_not_pass() {
    let it = Place::new(Dpop::without_nonces());
    for (name, value) in [
        ("htm", json!("GET")),
        ("htm", json!("post")),
        ("htm", Value::Null),
        ("htm", json!(["POST"])),
        ("htu", json!("https://api.example/other")),
        ("htu", json!("https://other.example/orders")),
        ("htu", json!("http://api.example/orders")),
        ("htu", Value::Null),
        ("ath", json!("AAAA")),
        ("ath", json!("")),
        ("ath", json!(1)),
        ("ath", Value::Null),
        ("jti", Value::Null),
        ("jti", json!("")),
        ("jti", json!(1)),
        ("jti", json!("x".repeat(257))),
        ("iat", Value::Null),
        ("iat", json!("now")),
        ("iat", json!(NOW - 61)),
        ("iat", json!(NOW + 11)),
        ("iat", json!(NOW * 1000)),
        ("nonce", json!(1)),
    ] {
        let proof = it.sign(&bent(&it.claims(), name, value.clone()));
        assert_eq!(it.check(&proof), Err(Wrong::Proof), "{name}: {value}");
    }
    for (name, value) in [
        ("htu", json!("https://api.example/orders?page=2#x")),
        ("htu", json!("HTTPS://API.example:443/orders")),
        ("iat", json!(NOW - 60)),
        ("iat", json!(NOW + 10)),
        ("jti", json!("x".repeat(256))),
    ] {
        let proof = it.sign(&bent(&it.claims(), name, value.clone()));
        assert!(it.check(&proof).is_ok(), "{name}: {value}");
    }
}

#[test]
fn rfc9449_4_2_a_proof_has_its_form() {
    let it = Place::new(Dpop::without_nonces());
    let header = it.prover.header();
    let jwk = header["jwk"].clone();
    let other = Signer::es256().jwk();
    for (name, value) in [
        ("typ", json!("JWT")),
        ("typ", json!("at+jwt")),
        ("typ", json!("application/dpop+jwt")),
        ("typ", Value::Null),
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("ES384")),
        ("alg", json!("EdDSA")),
        ("alg", Value::Null),
        ("jwk", Value::Null),
        ("jwk", json!(jwk.to_string())),
        ("jwk", json!([jwk])),
        ("jwk", other),
        ("jwk", bent(&jwk, "d", json!("AAAA"))),
        ("jwk", bent(&jwk, "x", Value::Null)),
        ("jwk", bent(&jwk, "use", json!("enc"))),
        ("crit", json!(["b64"])),
        ("jku", json!("https://evil.example")),
        ("x5c", json!([])),
    ] {
        let bad = bent(&header, name, value.clone());
        let proof = it.prover.signer.sign_with(&bad, &it.claims());
        assert_eq!(it.check(&proof), Err(Wrong::Proof), "{name}: {value}");
    }
    let good = it.sign(&it.claims());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    bytes[5] ^= 1;
    let wrong = format!("{message}.{}", URL_SAFE_NO_PAD.encode(bytes));
    for proof in [
        "",
        "x",
        "a.b.c",
        &format!("{message}."),
        &wrong,
        &"A".repeat(5000),
    ] {
        assert_eq!(it.check(proof), Err(Wrong::Proof), "{proof}");
    }
    let twice = header
        .to_string()
        .replacen('{', "{\"typ\":\"dpop+jwt\",", 1);
    let claims = it.claims().to_string();
    let twice = it
        .prover
        .signer
        .sign_bytes(twice.as_bytes(), claims.as_bytes());
    assert_eq!(it.check(&twice), Err(Wrong::Proof));
    let mut headers = HeaderMap::new();
    assert_eq!(it.check_headers(&headers), Ok(None));
    for _ in 0..2 {
        let proof = it.sign(&it.claims());
        headers.append(PROOF, HeaderValue::from_str(&proof).unwrap());
    }
    assert_eq!(it.check_headers(&headers), Err(Wrong::Proof), "two proofs");
}

#[test]
fn rfc9449_8_with_nonces_the_makers_clock_does_not_matter() {
    let it = Place::new(Dpop::new().unwrap());
    let proof = it.sign(&it.claims());
    assert_eq!(it.check(&proof), Err(Wrong::Nonce));
    let nonce = it.dpop.nonce(it.clock.now()).unwrap();
    let with = |nonce: &str, iat: i64| {
        let claims = bent(&it.claims(), "nonce", json!(nonce));
        it.sign(&bent(&claims, "iat", json!(iat)))
    };
    for iat in [NOW, 0, NOW + 86_400] {
        assert!(it.check(&with(&nonce, iat)).is_ok());
    }
    for other in ["", "x", &nonce[1..], &format!("{nonce}A")] {
        assert_eq!(it.check(&with(other, NOW)), Err(Wrong::Nonce));
    }
    // It does not stand in for anything else.
    let claims = bent(&it.claims(), "nonce", json!(nonce));
    let proof = it.sign(&bent(&claims, "htm", json!("GET")));
    assert_eq!(it.check(&proof), Err(Wrong::Proof));
    let used = with(&nonce, NOW);
    assert!(it.check(&used).is_ok());
    assert_eq!(it.check(&used), Err(Wrong::Proof));
    it.clock.advance(121);
    assert_eq!(it.check(&with(&nonce, NOW)), Err(Wrong::Nonce));
    assert_eq!(Dpop::without_nonces().nonce(it.clock.now()), None);
}

#[test]
fn processes_that_share_the_key_take_each_others_nonces() {
    let now = Clock::new().now();
    let nonce = |dpop: Dpop| dpop.nonce(now).unwrap();
    assert_eq!(
        nonce(Dpop::with_nonces([1; 32])),
        nonce(Dpop::with_nonces([1; 32]))
    );
    assert_ne!(
        nonce(Dpop::with_nonces([1; 32])),
        nonce(Dpop::with_nonces([2; 32]))
    );
    assert_ne!(nonce(Dpop::new().unwrap()), nonce(Dpop::new().unwrap()));
    assert_eq!(
        format!("{:?}", Dpop::with_nonces([1; 32])),
        "Dpop { nonces: true, .. }"
    );
}

#[tokio::test]
async fn rfc9449_7_1_a_bound_token_needs_its_key_and_an_unbound_one_has_none() {
    let (signer, clock) = (Signer::es256(), Clock::new());
    let verifier = verifier_with(&signer, rules(&clock));
    let (owner, thief) = (Prover::new(&clock), Prover::new(&clock));
    let bound = signer.sign(&bent(&claims(), "cnf", owner.confirmation()));
    let unbound = signer.sign(&claims());
    let with =
        async |token: &str, key: &Prover| verifier.verify_bound(token, &key.thumbprint()).await;
    let claims_of_bound = passes(with(&bound, &owner).await);
    assert_eq!(claims_of_bound.thumbprint, Some(owner.thumbprint()));
    assert_eq!(with(&bound, &thief).await.err(), Some(Refusal::Bound));
    assert_eq!(why(&verifier, &bound).await, Refusal::Bound);
    assert_eq!(with(&unbound, &owner).await.err(), Some(Refusal::NotBound));
    let none = verifier.verify_bound(&bound, "").await;
    assert_eq!(none.err(), Some(Refusal::Bound));
    // Bound in a way that cannot be checked here is not unbound.
    let thumbprint = owner.thumbprint();
    for confirmation in [
        json!({}),
        json!({ "x5t": thumbprint }),
        json!({ "jkt": thumbprint, "x5t#S256": "" }),
        json!({ "jkt": thumbprint, "x5t#S256": null }),
        json!({ "jkt": thumbprint, "kid": thumbprint }),
        json!({ "x5t#S256": [thumbprint] }),
        json!({ "jkt": "" }),
        json!({ "jkt": [thumbprint] }),
        json!({ "jkt": format!("{thumbprint}=") }),
        json!({ "jwk": owner.header()["jwk"] }),
        json!({ "kid": "one" }),
        json!([]),
        json!(thumbprint),
        json!(false),
    ] {
        let token = signer.sign(&bent(&claims(), "cnf", confirmation.clone()));
        let wrong = Refusal::Claim("cnf");
        assert_eq!(why(&verifier, &token).await, wrong, "{confirmation}");
        assert_eq!(
            with(&token, &owner).await.err(),
            Some(wrong),
            "{confirmation}"
        );
    }
}
