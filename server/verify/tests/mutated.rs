//! Tokens that were changed at random never pass, and nothing panics at whatever comes.

use std::sync::LazyLock;

use portcullis_verify::{Chain, Issuer, Refusal, SharedSecret, TokenVerifier};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{
    API, Clock, ISSUER, NOW, Signer, and_a_half, base64url, bent, claims, rules, verifier,
};

struct Place {
    signer: Signer,
    verifier: Issuer,
    chain: Chain,
    token: String,
}

const SECRET: [u8; 32] = [9; 32];

static PLACE: LazyLock<Place> = LazyLock::new(|| {
    let signer = Signer::es256();
    let secret = SharedSecret::new("billing", &SECRET, rules(&Clock::new())).unwrap();
    let chain = Chain::new().and(verifier(&signer)).unwrap();
    let place = Place {
        token: signer.sign(&claims()),
        verifier: verifier(&signer),
        chain: chain.and(secret).unwrap(),
        signer,
    };
    assert!(outcome(&place.verifier, &place.token).is_ok());
    place
});

fn outcome(verifier: &impl TokenVerifier, token: &str) -> Result<(), Refusal> {
    // Nothing is fetched here, so it is ready at once.
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(verifier.verify(token)).poll(&mut context) {
        std::task::Poll::Ready(outcome) => outcome.map(|_| ()),
        std::task::Poll::Pending => panic!("it waits"),
    }
}

fn never(token: &str) {
    let place = &*PLACE;
    assert!(outcome(&place.verifier, token).is_err(), "{token}");
    assert!(outcome(&place.chain, token).is_err(), "{token}");
}

/// Any JSON, not too large.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        Just(json!(ISSUER)),
        Just(json!("none")),
        Just(json!("HS256")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z]{1,5}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

const NAMES: [&str; 14] = [
    "alg",
    "typ",
    "kid",
    "jwk",
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "client_id",
    "cnf",
    "scope",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_byte_that_is_replaced(at in 0_usize..1000, with in any::<char>()) {
        let token = &PLACE.token;
        let at = at % token.len();
        let changed = format!("{}{with}{}", &token[..at], &token[at + 1..]);
        prop_assume!(changed != *token);
        never(&changed);
    }

    #[test]
    fn a_bit_of_the_signature(at in 0_usize..512) {
        let token = &PLACE.token;
        let (message, _) = token.rsplit_once('.').unwrap();
        let mut signature = PLACE.signer.signature(message.as_bytes());
        signature[at / 8] ^= 1 << (at % 8);
        never(&format!("{message}.{}", base64url(signature)));
    }

    #[test]
    fn a_piece_that_is_cut_out_doubled_or_put_in(
        from in 0_usize..1000, length in 1_usize..100, text in "[A-Za-z0-9._=-]{0,20}",
    ) {
        let token = &PLACE.token;
        let from = from % token.len();
        let to = (from + length).min(token.len());
        let cut = format!("{}{text}{}", &token[..from], &token[to..]);
        prop_assume!(cut != *token);
        never(&cut);
        never(&format!("{}{}", &token[..to], &token[from..]));
        if !text.is_empty() {
            never(&format!("{}{text}{}", &token[..from], &token[from..]));
        }
    }

    #[test]
    fn parts_of_different_tokens(header in json_value(), claims in json_value()) {
        let part = |value: &Value| base64url(value.to_string());
        let parts: Vec<&str> = PLACE.token.split('.').collect();
        never(&format!("{}.{}.{}", part(&header), parts[1], parts[2]));
        never(&format!("{}.{}.{}", parts[0], part(&claims), parts[2]));
        never(&format!("{}.{}.{}", part(&header), part(&claims), parts[2]));
    }

    /// Signed with the right key: what passes says all the same what a token must say.
    #[test]
    fn a_member_of_a_token_that_is_signed_well(
        name in prop::sample::select(&NAMES[..]), value in json_value(),
    ) {
        let place = &*PLACE;
        let (good_header, good) = (place.signer.header(), claims());
        let header = bent(&good_header, name, value.clone());
        let said = bent(&good, name, value);
        for (header, said) in [(&header, &good), (&good_header, &said), (&header, &said)] {
            if outcome(&place.verifier, &place.signer.sign_with(header, said)).is_ok() {
                prop_assert_eq!(&header["alg"], "ES256");
                prop_assert_eq!(&header["typ"], "at+jwt");
                prop_assert!(header["kid"].is_null() || header["kid"] == "one");
                prop_assert!(header["jwk"].is_null());
                prop_assert_eq!(&said["iss"], ISSUER);
                prop_assert_eq!(&said["aud"], API);
                prop_assert!(said["exp"].as_f64() > and_a_half(NOW - 31).as_f64());
                for text in ["sub", "jti", "client_id"] {
                    prop_assert!(said[text].as_str().is_some_and(|text| !text.is_empty()));
                }
                prop_assert!(said["cnf"].is_null());
            }
        }
    }

    /// A key of somebody else's, with whatever header and claims.
    #[test]
    fn signed_by_somebody_else(
        name in prop::sample::select(&NAMES[..]), value in json_value(), secret in any::<[u8; 32]>(),
    ) {
        let said = bent(&claims(), "iss", json!("billing"));
        for signer in [Signer::hs256(&secret), Signer::new("EdDSA", "one")] {
            let header = bent(&signer.header(), name, value.clone());
            for said in [&claims(), &said] {
                never(&signer.sign_with(&header, said));
                never(&signer.sign_with(&header, &bent(said, name, value.clone())));
            }
        }
    }

    #[test]
    fn anything_at_all(text in ".{0,300}", bytes in "[A-Za-z0-9_.-]{0,300}") {
        never(&text);
        never(&bytes);
    }
}
