//! What an attacker would try, beside what the standards list.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, Method};
use portcullis_verify::{
    Chain, Issuer, Refusal, Revocable, RevokedInMemory, Rules, SetupError, SharedSecret,
    TokenVerifier, Unverified,
    dpop::{Asked, Dpop, PROOF, Wrong},
};
use serde_json::{Value, json};

use crate::support::{
    API, Clock, ISSUER, NOW, Signer, base64url, bent, claims, jwks, passes, prover::Prover, rules,
    verifier, why,
};

/// The public key as an HMAC secret, in the forms in which an attacker can get hold of it
/// (CVE-2015-9235).
#[tokio::test]
async fn asvs_9_1_2_hs256_with_the_public_key_is_refused() {
    for alg in ["ES256", "EdDSA", "RS256"] {
        let signer = Signer::new(alg, "one");
        let verifier = verifier(&signer);
        let jwk = signer.jwk();
        let mut secrets = vec![
            signer.jwks(),
            jwk.to_string(),
            ISSUER.to_owned(),
            String::new(),
        ];
        for name in ["x", "y", "n", "e"] {
            secrets.extend(jwk[name].as_str().map(str::to_owned));
        }
        for secret in secrets {
            let forger = Signer::hs256(secret.as_bytes());
            for name in ["HS256", "HS384", "HS512", alg] {
                let header = bent(&signer.header(), "alg", json!(name));
                let token = forger.sign_with(&header, &claims());
                let expected = if name == alg {
                    Refusal::Signature
                } else {
                    Refusal::Algorithm
                };
                assert_eq!(why(&verifier, &token).await, expected, "{alg} as {name}");
            }
        }
    }
}

/// The same behind a chain that does have a verifier for HS256: it is another issuer's.
#[tokio::test]
async fn asvs_9_1_2_a_secret_does_not_speak_for_an_issuer_with_keys() {
    let signer = Signer::es256();
    let secret = [5; 32];
    let chain = Chain::new().and(verifier(&signer)).unwrap();
    let other = SharedSecret::new("billing", &secret, rules(&Clock::new())).unwrap();
    let chain = chain.and(other).unwrap();
    let forger = Signer::hs256(&secret);
    for header in [forger.header(), signer.header()] {
        let token = forger.sign_with(&header, &claims());
        assert!(chain.verify(&token).await.is_err());
    }
    let mine = bent(&claims(), "iss", json!("billing"));
    passes(chain.verify(&forger.sign(&mine)).await);
}

/// A key that comes along with the token.
#[tokio::test]
async fn asvs_9_1_3_a_key_from_the_header_is_never_used() {
    let (signer, theirs) = (Signer::es256(), Signer::es256());
    let verifier = verifier(&signer);
    for (name, value) in [
        ("jwk", theirs.jwk()),
        ("jwk", signer.jwk()),
        ("jku", json!("https://evil.example/jwks.json")),
        ("jku", json!("https://auth.example/.well-known/jwks.json")),
        ("x5u", json!("https://evil.example/cert.pem")),
        ("x5c", json!(["AAAA"])),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("zip", json!("DEF")),
        ("enc", json!("A128GCM")),
    ] {
        let header = bent(&signer.header(), name, value);
        // Even if everything else is right.
        for key in [&signer, &theirs] {
            let token = key.sign_with(&header, &claims());
            assert_eq!(why(&verifier, &token).await, Refusal::Header, "{name}");
        }
        let text = header
            .to_string()
            .replacen(&format!("\"{name}\":"), "\"x\":null,\"JKU\":", 1);
        let token = theirs.sign_bytes(text.as_bytes(), claims().to_string().as_bytes());
        assert_eq!(why(&verifier, &token).await, Refusal::Signature);
    }
    // Thumbprints of certificates choose nothing.
    let header = bent(&signer.header(), "x5t", json!("AAAA"));
    passes(verifier.verify(&signer.sign_with(&header, &claims())).await);
}

/// A JWS within a JWS, and one with two layers of signatures.
#[tokio::test]
async fn a_token_in_a_token_is_none() {
    let signer = Signer::es256();
    let verifier = verifier(&signer);
    let token = signer.sign(&claims());
    let header = bent(&signer.header(), "cty", json!("JWT"));
    let nested = signer.sign_bytes(header.to_string().as_bytes(), token.as_bytes());
    assert_eq!(why(&verifier, &nested).await, Refusal::Malformed);
    let twice = signer.sign_text(&token);
    assert_eq!(why(&verifier, &twice).await, Refusal::Malformed);
}

/// The issuer in the header (RFC 7519 section 5.3) is a hint for encrypted tokens and no claim.
#[tokio::test]
async fn claims_in_the_header_are_not_claims() {
    let (one, two) = (Signer::es256(), Signer::es256());
    let verifier = verifier(&one);
    for name in ["iss", "sub", "aud", "exp"] {
        let mut header = two.header();
        header[name] = claims()[name].clone();
        let said = bent(&claims(), name, Value::Null);
        assert!(
            verifier
                .verify(&two.sign_with(&header, &said))
                .await
                .is_err()
        );
        assert!(
            verifier
                .verify(&one.sign_with(&header, &said))
                .await
                .is_err()
        );
    }
}

/// Names that look the same, or would be the same to somebody less strict.
#[tokio::test]
async fn names_are_compared_byte_for_byte() {
    let signer = Signer::es256();
    let chain = Chain::new().and(verifier(&signer)).unwrap();
    for iss in [
        "https://auth.example\0",
        "https://auth.example ",
        " https://auth.example",
        "https://auth.example.",
        "https://auth.example:443",
        "https://auth.example#",
        "https://auth.example/../",
        "HTTPS://auth.example",
        "https://\u{430}uth.example",
        "https://auth\u{200b}.example",
        "https:\\\\auth.example",
    ] {
        let token = signer.sign(&bent(&claims(), "iss", json!(iss)));
        assert_eq!(why(&chain, &token).await, Refusal::Issuer, "{iss:?}");
    }
    for aud in [
        "https://api.example\0",
        "https://api.example ",
        "https://\u{430}pi.example",
    ] {
        let token = signer.sign(&bent(&claims(), "aud", json!(aud)));
        assert_eq!(why(&chain, &token).await, Refusal::Audience, "{aud:?}");
    }
    // Written with escapes it is the same text, and JSON says so.
    let text = claims()
        .to_string()
        .replace("https://auth", "\\u0068ttps:\\/\\/auth");
    let header = signer.header().to_string();
    passes(
        chain
            .verify(&signer.sign_bytes(header.as_bytes(), text.as_bytes()))
            .await,
    );
    // Members that differ in case are other members.
    let text = claims()
        .to_string()
        .replacen('{', "{\"ISS\":\"https://evil.example\",", 1);
    let claims = passes(
        chain
            .verify(&signer.sign_bytes(header.as_bytes(), text.as_bytes()))
            .await,
    );
    assert_eq!(claims.issuer, ISSUER);
}

/// One issuer's key in another issuer's name, by way of the same `kid`.
#[tokio::test]
async fn an_issuer_cannot_sign_for_another_by_its_key_id() {
    let (ours, theirs) = (Signer::new("ES256", "k"), Signer::new("ES256", "k"));
    let other = "https://other.example";
    let of = |issuer: &str, signer: &Signer| {
        Issuer::with_keys(issuer, &signer.jwks(), rules(&Clock::new())).unwrap()
    };
    let chain = Chain::new().and(of(ISSUER, &ours)).unwrap();
    let chain = chain.and(of(other, &theirs)).unwrap();
    assert_eq!(
        why(&chain, &theirs.sign(&claims())).await,
        Refusal::Signature
    );
    passes(
        chain
            .verify(&theirs.sign(&bent(&claims(), "iss", json!(other))))
            .await,
    );
}

/// RS256 tokens under a key that is published for PS256, and a smaller hash's name.
#[tokio::test]
async fn an_rsa_key_signs_in_the_one_way_that_it_says() {
    let (pkcs1, pss) = (Signer::new("RS256", "one"), Signer::new("PS256", "one"));
    let verifier = verifier(&pss);
    passes(verifier.verify(&pss.sign(&claims())).await);
    assert_eq!(why(&verifier, &pkcs1.sign(&claims())).await, Refusal::Key);
    // Where the key does not say, both are right, each under its own name.
    let open = jwks([bent(&pss.jwk(), "alg", Value::Null)]);
    let open = Issuer::with_keys(ISSUER, &open, rules(&Clock::new())).unwrap();
    for signer in [&pkcs1, &pss] {
        passes(open.verify(&signer.sign(&claims())).await);
        let other = if signer.alg == "RS256" {
            "PS256"
        } else {
            "RS256"
        };
        let header = bent(&signer.header(), "alg", json!(other));
        let token = signer.sign_with(&header, &claims());
        assert_eq!(why(&open, &token).await, Refusal::Signature);
    }
}

/// RSA keys that anybody can take apart.
#[tokio::test]
async fn asvs_11_6_1_weak_rsa_keys_verify_nothing() {
    let signer = Signer::new("RS256", "one");
    let token = signer.sign(&claims());
    let jwk = signer.jwk();
    let (n, e) = (jwk["n"].as_str().unwrap(), jwk["e"].as_str().unwrap());
    for (n, e) in [
        // 1024 bits, 2048 bits with an exponent of one, of zero, of two, and none at all.
        (base64url([0xff; 128]), e.to_owned()),
        (n.to_owned(), base64url([1])),
        (n.to_owned(), base64url([0])),
        (n.to_owned(), base64url([2])),
        (n.to_owned(), String::new()),
        (String::new(), e.to_owned()),
        (base64url([1]), e.to_owned()),
        // A zero in front, which makes another text of the same number.
        (base64url([&[0][..], &[0xff; 256]].concat()), e.to_owned()),
    ] {
        let bad = bent(&bent(&jwk, "n", json!(n)), "e", json!(e));
        // A good key beside it, so that there is one; the token names the bad one.
        let other = bent(&jwk, "kid", json!("other"));
        let verifier = Issuer::with_keys(ISSUER, &jwks([bad, other]), rules(&Clock::new()));
        let outcome = why(&verifier.unwrap(), &token).await;
        assert!(
            matches!(outcome, Refusal::Key | Refusal::Signature),
            "{outcome}"
        );
    }
    // With an exponent of one the signature is the padded hash itself: anybody can write it.
    let parts = token.rsplit_once('.').unwrap().0;
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, parts.as_bytes());
    let prefix = [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
        0x05, 0x00, 0x04, 0x20,
    ];
    let padding = vec![0xff; 256 - 3 - prefix.len() - 32];
    let forged = [&[0, 1][..], &padding, &[0], &prefix, hash.as_ref()].concat();
    let bad = jwks([bent(&jwk, "e", json!(base64url([1])))]);
    let verifier = Issuer::with_keys(ISSUER, &bad, rules(&Clock::new())).unwrap();
    let token = format!("{parts}.{}", base64url(forged));
    assert_eq!(why(&verifier, &token).await, Refusal::Signature);
}

/// Points that are not on the curve, or at infinity.
#[tokio::test]
async fn points_off_the_curve_verify_nothing() {
    let signer = Signer::es256();
    let token = signer.sign(&claims());
    for (x, y) in [
        ([0; 32], [0; 32]),
        ([1; 32], [1; 32]),
        ([0xff; 32], [0xff; 32]),
    ] {
        let bad = bent(&signer.jwk(), "x", json!(base64url(x)));
        let bad = jwks([bent(&bad, "y", json!(base64url(y)))]);
        let verifier = Issuer::with_keys(ISSUER, &bad, rules(&Clock::new())).unwrap();
        assert_eq!(why(&verifier, &token).await, Refusal::Signature);
    }
}

/// With a key of small order one signature fits any text; whoever publishes one, or proves to have
/// one, lets anybody sign.
#[tokio::test]
async fn ed25519_keys_of_small_order_verify_nothing() {
    let signer = Signer::new("EdDSA", "one");
    let token = signer.sign(&claims());
    let (message, _) = token.rsplit_once('.').unwrap();
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let forged = format!("{message}.{}", base64url([neutral, [0; 32]].concat()));
    for x in [neutral, [0; 32]] {
        let bad = jwks([bent(&signer.jwk(), "x", json!(base64url(x)))]);
        let verifier = Issuer::with_keys(ISSUER, &bad, rules(&Clock::new()));
        assert_eq!(verifier.err(), Some(SetupError::Keys));
        let both = jwks([bent(&signer.jwk(), "x", json!(base64url(x))), signer.jwk()]);
        let verifier = Issuer::with_keys(ISSUER, &both, rules(&Clock::new())).unwrap();
        assert_eq!(why(&verifier, &forged).await, Refusal::Signature);
        passes(verifier.verify(&token).await);
    }
}

/// Years, milliseconds, and the ends of what numbers there are.
#[tokio::test]
async fn times_at_the_edge_do_not_wrap_around() {
    let signer = Signer::es256();
    let verifier = verifier(&signer);
    let header = signer.header().to_string();
    for exp in [
        "9223372036854775807",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
        "1e308",
        "-1e308",
        "1e-400",
        "0.0",
        "-0.0",
        "1799999969.999",
    ] {
        let text = bent(&claims(), "exp", json!("?")).to_string();
        let text = text.replace("\"?\"", exp);
        let token = signer.sign_bytes(header.as_bytes(), text.as_bytes());
        assert!(verifier.verify(&token).await.is_err(), "{exp}");
    }
    let far = bent(&claims(), "nbf", json!(NOW + 86_400));
    assert_eq!(
        why(&verifier, &signer.sign(&far)).await,
        Refusal::NotYetValid
    );
}

/// A token for one service, taken to another that trusts the same issuer.
#[tokio::test]
async fn asvs_9_2_3_a_service_cannot_use_its_callers_tokens_elsewhere() {
    let signer = Signer::es256();
    let of = |audience: &str| {
        let rules = Rules::access_tokens(audience).clock(Clock::new().asked());
        Issuer::with_keys(ISSUER, &signer.jwks(), rules).unwrap()
    };
    let token = signer.sign(&claims());
    passes(of(API).verify(&token).await);
    assert_eq!(
        why(&of("https://bank.example"), &token).await,
        Refusal::Audience
    );
}

#[test]
fn a_token_does_not_show_itself() {
    let token = Signer::es256().sign(&claims());
    let shown = format!("{:?}", Unverified::parse(&token).unwrap());
    assert_eq!(
        shown,
        "Unverified { issuer: Some(\"https://auth.example\"), .. }"
    );
}

/// A number of 32 bytes as DER writes it.
fn der_integer(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let mut number = bytes[zeros..].to_vec();
    if number.first().is_none_or(|first| *first >= 0x80) {
        number.insert(0, 0);
    }
    let length = u8::try_from(number.len()).unwrap();
    [&[2, length][..], &number].concat()
}

/// The form in which everybody but JOSE writes ECDSA signatures.
#[tokio::test]
async fn rfc7518_3_4_a_signature_in_der_is_none() {
    let signer = Signer::es256();
    let token = signer.sign(&claims());
    let (message, _) = token.rsplit_once('.').unwrap();
    let signature = signer.signature(message.as_bytes());
    let (r, s) = signature.split_at(32);
    let numbers = [der_integer(r), der_integer(s)].concat();
    let length = u8::try_from(numbers.len()).unwrap();
    let der = [&[0x30, length][..], &numbers].concat();
    let token = format!("{message}.{}", base64url(der));
    assert_eq!(why(&verifier(&signer), &token).await, Refusal::Signature);
}

/// The order of P-256 less a number.
fn negated(number: &[u8]) -> Vec<u8> {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63,
        0x25, 0x51,
    ];
    let mut borrowed = 0;
    let mut difference = ORDER;
    for (digit, less) in difference.iter_mut().zip(number).rev() {
        let value = i16::from(*digit) - i16::from(*less) - borrowed;
        borrowed = i16::from(value < 0);
        *digit = u8::try_from(value.rem_euclid(256)).unwrap();
    }
    difference.to_vec()
}

/// Of each ECDSA signature there is another that anybody can work out: the same JWS in another text.
fn with_other_signature(jws: &str) -> String {
    let (message, signature) = jws.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let (r, s) = signature.split_at(32);
    let other = format!("{message}.{}", base64url([r, &negated(s)].concat()));
    assert_ne!(jws, other);
    other
}

#[tokio::test]
async fn a_revoked_token_does_not_come_back_with_its_other_signature() {
    let signer = Signer::es256();
    let token = signer.sign(&claims());
    let other = with_other_signature(&token);
    passes(verifier(&signer).verify(&other).await);
    let list = RevokedInMemory::new(10);
    list.revoke_token(ISSUER, "token-1", NOW + 600).unwrap();
    let verifier = Revocable::new(verifier(&signer), list);
    for token in [token, other] {
        assert_eq!(why(&verifier, &token).await, Refusal::Revoked);
    }
}

#[test]
fn a_spent_proof_does_not_come_back_with_its_other_signature() {
    let clock = Clock::new();
    let (dpop, key) = (Dpop::without_nonces(), Prover::new(&clock));
    let proof = key.proof("GET", API, "token");
    let asked = Asked {
        method: &Method::GET,
        origin: API,
        path: "/",
        token: Some("token"),
    };
    let spend = |proof: &str| {
        let value = HeaderValue::from_str(proof).unwrap();
        let headers = HeaderMap::from_iter([(PROOF, value)]);
        let proof = dpop.check(&headers, &asked, clock.now())?.unwrap();
        dpop.spend(&proof, clock.now())
    };
    let other = with_other_signature(&proof);
    assert_eq!(spend(&other), Ok(()));
    assert_eq!(spend(&proof), Err(Wrong::Proof));
}
