//! Wycheproof's vectors through the step that verifies signatures here, with keys as an issuer
//! publishes them: nothing is accepted wrongly, and nothing refused wrongly except what is off on
//! purpose, which is listed by name and number.
//!
//! The crate has the vectors of each algorithm, their signatures in the form that JOSE wants, but
//! leaves out Wycheproof's set of whole JWSs: `tests/forms.rs` builds its cases anew.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use serde_json::{Value, json};
use wycheproof::{TestResult, ecdsa, eddsa, mac, rsa_pkcs1_verify, rsa_pss_verify};

use crate::{Algorithm, Rules, SetupError, SharedSecret, key::Key, shared_secret};

/// What became of a set.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    accepted: usize,
    refused: usize,
    /// Of the refused, those that the set calls valid.
    off: usize,
}

impl Seen {
    #[track_caller]
    fn see(&mut self, name: &str, id: usize, expected: TestResult, accepted: bool) {
        let wrong = accepted && expected == TestResult::Invalid;
        assert!(!wrong, "{name} {id} is accepted wrongly");
        self.accepted += usize::from(accepted);
        self.refused += usize::from(!accepted);
        self.off += usize::from(!accepted && expected == TestResult::Valid);
    }
}

const fn seen(accepted: usize, refused: usize, off: usize) -> Seen {
    Seen {
        accepted,
        refused,
        off,
    }
}

fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Whether a key, published for that algorithm, made a signature.
fn signed(jwk: &Value, name: &str, bytes: &[u8], signature: &[u8]) -> bool {
    let Some(algorithm) = Algorithm::named(name) else {
        return false;
    };
    let mut jwk = jwk.as_object().unwrap().clone();
    jwk.insert("alg".to_owned(), json!(name));
    let key = Key::from_jwk(&jwk);
    key.is_some_and(|key| key.signed(algorithm, bytes, &base64url(signature)))
}

fn ecdsa(set: ecdsa::TestName, name: &str, curve: &str) -> Seen {
    let mut seen = Seen::default();
    for group in ecdsa::TestSet::load(set).unwrap().test_groups {
        // Uncompressed point: 0x04, then x and y.
        let point = &group.key.key[1..];
        let (x, y) = point.split_at(point.len() / 2);
        let jwk = json!({ "kty": "EC", "crv": curve, "x": base64url(x), "y": base64url(y) });
        for test in group.tests {
            let accepted = signed(&jwk, name, &test.msg, &test.sig);
            seen.see(name, test.tc_id, test.result, accepted);
        }
    }
    seen
}

#[test]
fn rfc7518_3_4_ecdsa() {
    use ecdsa::TestName::{
        EcdsaSecp256k1Sha256P1363, EcdsaSecp256r1Sha256P1363, EcdsaSecp384r1Sha384P1363,
        EcdsaSecp521r1Sha512P1363,
    };
    let p256 = ecdsa(EcdsaSecp256r1Sha256P1363, "ES256", "P-256");
    assert_eq!(p256, seen(173, 89, 0));
    let p384 = ecdsa(EcdsaSecp384r1Sha384P1363, "ES384", "P-384");
    assert_eq!(p384, seen(193, 87, 0));
    // Off.
    let p521 = ecdsa(EcdsaSecp521r1Sha512P1363, "ES512", "P-521");
    assert_eq!(p521, seen(0, 318, 231));
    let k256 = ecdsa(EcdsaSecp256k1Sha256P1363, "ES256K", "secp256k1");
    assert_eq!(k256, seen(0, 252, 167));
}

fn eddsa(set: eddsa::TestName, curve: &str) -> Seen {
    let mut seen = Seen::default();
    for group in eddsa::TestSet::load(set).unwrap().test_groups {
        let jwk = json!({ "kty": "OKP", "crv": curve, "x": base64url(&group.key.pk) });
        for test in group.tests {
            let accepted = signed(&jwk, "EdDSA", &test.msg, &test.sig);
            seen.see(curve, test.tc_id, test.result, accepted);
        }
    }
    seen
}

#[test]
fn rfc8037_3_1_eddsa() {
    assert_eq!(eddsa(eddsa::TestName::Ed25519, "Ed25519"), seen(88, 63, 0));
    // Off.
    assert_eq!(eddsa(eddsa::TestName::Ed448, "Ed448"), seen(0, 87, 17));
}

fn rsa(n: &[u8], e: &[u8]) -> Value {
    let number = |bytes: &[u8]| {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        base64url(&bytes[zeros..])
    };
    json!({ "kty": "RSA", "n": number(n), "e": number(e) })
}

fn pkcs1(set: rsa_pkcs1_verify::TestName, name: &str) -> Seen {
    let mut seen = Seen::default();
    let set = rsa_pkcs1_verify::TestSet::load(set).unwrap();
    for group in set.test_groups {
        let jwk = rsa(&group.key.n, &group.key.e);
        for test in group.tests {
            let accepted = signed(&jwk, name, &test.msg, &test.sig);
            seen.see(name, test.tc_id, test.result, accepted);
        }
    }
    seen
}

/// The one vector of each set that may be accepted, a padding without its NULL, is refused.
#[test]
fn rfc7518_3_3_rsa_pkcs1() {
    use rsa_pkcs1_verify::TestName::{
        Rsa2048Sha256, Rsa2048Sha384, Rsa2048Sha512, Rsa3072Sha256, Rsa3072Sha384, Rsa3072Sha512,
        Rsa4096Sha256, Rsa4096Sha384, Rsa4096Sha512, Rsa8192Sha256, Rsa8192Sha384, Rsa8192Sha512,
    };
    for (set, name, expected) in [
        (Rsa2048Sha256, "RS256", seen(9, 250, 0)),
        (Rsa3072Sha256, "RS256", seen(8, 251, 0)),
        (Rsa4096Sha256, "RS256", seen(7, 251, 0)),
        (Rsa8192Sha256, "RS256", seen(7, 251, 0)),
        (Rsa2048Sha384, "RS384", seen(7, 251, 0)),
        (Rsa3072Sha384, "RS384", seen(7, 252, 0)),
        (Rsa4096Sha384, "RS384", seen(7, 252, 0)),
        (Rsa8192Sha384, "RS384", seen(7, 252, 0)),
        (Rsa2048Sha512, "RS512", seen(8, 251, 0)),
        (Rsa3072Sha512, "RS512", seen(8, 252, 0)),
        (Rsa4096Sha512, "RS512", seen(7, 252, 0)),
        (Rsa8192Sha512, "RS512", seen(7, 252, 0)),
    ] {
        assert_eq!(pkcs1(set, name), expected, "{set:?}");
    }
}

fn pss(set: rsa_pss_verify::TestName, name: &str) -> Seen {
    let mut seen = Seen::default();
    let set = rsa_pss_verify::TestSet::load(set).unwrap();
    for group in set.test_groups {
        let jwk = rsa(&group.key.n, &group.key.e);
        for test in group.tests {
            let accepted = signed(&jwk, name, &test.msg, &test.sig);
            seen.see(name, test.tc_id, test.result, accepted);
        }
    }
    seen
}

/// The salt is as long as the hash, and both hashes are the same one; other RSA-PSS is not JOSE's.
#[test]
fn rfc7518_3_5_rsa_pss() {
    use rsa_pss_verify::TestName::{
        RsaPss2048Sha256Mgf1SaltLen32, RsaPss2048Sha256Mgf1Sha1_20, RsaPss2048Sha384Mgf1SaltLen48,
        RsaPss3072Sha256Mgf1SaltLen32, RsaPss4096Sha256Mgf1SaltLen32,
        RsaPss4096Sha384Mgf1SaltLen48, RsaPss4096Sha512Mgf1SaltLen32,
        RsaPss4096Sha512Mgf1SaltLen64,
    };
    for (set, name, expected) in [
        (RsaPss2048Sha256Mgf1SaltLen32, "PS256", seen(63, 45, 0)),
        (RsaPss3072Sha256Mgf1SaltLen32, "PS256", seen(63, 45, 0)),
        (RsaPss4096Sha256Mgf1SaltLen32, "PS256", seen(63, 45, 0)),
        (RsaPss2048Sha384Mgf1SaltLen48, "PS384", seen(95, 46, 0)),
        (RsaPss4096Sha384Mgf1SaltLen48, "PS384", seen(95, 46, 0)),
        (RsaPss4096Sha512Mgf1SaltLen64, "PS512", seen(132, 47, 0)),
        // Off.
        (RsaPss2048Sha256Mgf1Sha1_20, "PS256", seen(0, 108, 63)),
        (RsaPss4096Sha512Mgf1SaltLen32, "PS512", seen(0, 177, 132)),
    ] {
        assert_eq!(pss(set, name), expected, "{set:?}");
    }
}

fn hmac(set: mac::TestName) -> Seen {
    let mut seen = Seen::default();
    for group in mac::TestSet::load(set).unwrap().test_groups {
        for test in group.tests {
            let verifier = SharedSecret::new("a", &test.key, Rules::access_tokens("b"));
            let accepted = match verifier {
                Ok(_) => {
                    let key = DecodingKey::from_secret(&test.key);
                    shared_secret::signed(&key, &test.msg, &base64url(&test.tag))
                }
                Err(why) => {
                    assert_eq!(why, SetupError::Secret(32));
                    assert!(test.key.len() < 32);
                    false
                }
            };
            seen.see("HS256", test.tc_id, test.result, accepted);
        }
    }
    seen
}

/// Off: secrets of 16 bytes, and tags that were cut in half.
#[test]
fn rfc7518_3_2_hmac() {
    assert_eq!(hmac(mac::TestName::HmacSha256), seen(30, 144, 36));
    // Off altogether: HS384 and HS512.
    assert_eq!(hmac(mac::TestName::HmacSha384), seen(0, 174, 66));
    assert_eq!(hmac(mac::TestName::HmacSha512), seen(0, 174, 66));
}
