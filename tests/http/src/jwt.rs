//! JWTs as a client or an attacker sees them: read, verified against the published keys, forged.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

use crate::device::base64url;

/// The header, unverified.
pub fn header(token: &str) -> Value {
    part(token, 0)
}

/// The claims, unverified.
pub fn claims(token: &str) -> Value {
    part(token, 1)
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// The claims, after the signature, issuer and audience have been verified with the JWK Set.
#[track_caller]
pub fn verify(token: &str, jwks: &Value, issuer: &str, audience: &str) -> Value {
    let claims = verify_statement(token, jwks, issuer, audience);
    assert!(claims["exp"].is_number(), "it ends: {claims}");
    claims
}

/// The claims of something that is signed and no token: it has no end.
#[track_caller]
pub fn verify_statement(token: &str, jwks: &Value, issuer: &str, audience: &str) -> Value {
    let header = header(token);
    let keys = jwks["keys"].as_array().unwrap();
    let jwk = keys.iter().find(|key| key["kid"] == header["kid"]);
    let jwk = jwk.expect("the key is published");
    assert_eq!(header["alg"], jwk["alg"]);
    let key = DecodingKey::from_jwk(&serde_json::from_value(jwk.clone()).unwrap()).unwrap();
    let algorithm: Algorithm = header["alg"].as_str().unwrap().parse().unwrap();
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    // The server's clock stands where the test put it.
    validation.validate_exp = false;
    validation.set_required_spec_claims(&["iss", "aud"]);
    let token = jsonwebtoken::decode::<Value>(token, &key, &validation);
    token.unwrap().claims
}

/// A token of these parts; the signature is given as bytes.
pub fn assemble(header: &Value, claims: &Value, signature: &[u8]) -> String {
    let text = |value: &Value| base64url(value.to_string().as_bytes());
    format!("{}.{}.{}", text(header), text(claims), base64url(signature))
}
