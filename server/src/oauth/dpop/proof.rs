//! One proof: its form, its key and its signature (RFC 9449 sections 4.2 and 4.3).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::crypto::token::{base64url, sha256};

/// Longest proof in bytes; an ordinary one has 500.
const LONGEST: usize = 4096;
/// Longest `jti` in bytes.
const LONGEST_ID: usize = 256;
/// Parameters that only private and symmetric keys have (RFC 7518 section 6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// What a proof says.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    pub(super) jti: String,
    pub(super) htm: String,
    pub(super) htu: String,
    pub(super) iat: f64,
    pub(super) ath: Option<String>,
    pub(super) nonce: Option<String>,
}

/// A proof whose signature is good.
#[derive(Debug)]
pub(super) struct Proof {
    /// The key's thumbprint (RFC 7638).
    pub(super) jkt: String,
    pub(super) claims: Claims,
}

/// Reads a proof and verifies that its own key signed it. Whether it is for this request is for the
/// caller to see.
pub(super) fn verify(text: &str) -> Option<Proof> {
    if text.len() > LONGEST {
        return None;
    }
    let header = URL_SAFE_NO_PAD.decode(text.split('.').next()?).ok()?;
    let header: Map<String, Value> = serde_json::from_slice(&header).ok()?;
    // Extensions that must be understood are not (RFC 7515 section 4.1.11).
    if header.get("typ")? != "dpop+jwt" || header.contains_key("crit") {
        return None;
    }
    let jwk = header.get("jwk")?.as_object()?;
    if PRIVATE.iter().any(|name| jwk.contains_key(*name)) {
        return None;
    }
    let (algorithm, key, jkt) = match header.get("alg")?.as_str()? {
        "ES256" => elliptic(jwk)?,
        "EdDSA" => edwards(jwk)?,
        _ => return None,
    };
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let claims = jsonwebtoken::decode::<Claims>(text, &key, &validation)
        .ok()?
        .claims;
    (1..=LONGEST_ID)
        .contains(&claims.jti.len())
        .then_some(Proof { jkt, claims })
}

/// A key on P-256, and its thumbprint.
fn elliptic(jwk: &Map<String, Value>) -> Option<(Algorithm, DecodingKey, String)> {
    if jwk.get("kty")? != "EC" || jwk.get("crv")? != "P-256" {
        return None;
    }
    let (x, y) = (coordinate(jwk, "x")?, coordinate(jwk, "y")?);
    let key = DecodingKey::from_ec_components(x, y).ok()?;
    let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    Some((Algorithm::ES256, key, thumbprint(&canonical)))
}

/// A key on Ed25519, and its thumbprint (RFC 8037 section 2 and appendix A.3).
fn edwards(jwk: &Map<String, Value>) -> Option<(Algorithm, DecodingKey, String)> {
    if jwk.get("kty")? != "OKP" || jwk.get("crv")? != "Ed25519" {
        return None;
    }
    let x = coordinate(jwk, "x")?;
    let key = DecodingKey::from_ed_components(x).ok()?;
    let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    Some((Algorithm::EdDSA, key, thumbprint(&canonical)))
}

/// 32 bytes in the one way in which they can be written, so that a key has one thumbprint.
fn coordinate<'a>(jwk: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let text = jwk.get(name)?.as_str()?;
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    (bytes.len() == 32).then_some(text)
}

fn thumbprint(canonical: &str) -> String {
    base64url(&sha256(canonical.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9449 section 4.1.
    const TOKEN_REQUEST: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6Ik\
        VDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09r\
        X282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTY\
        zZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF\
        0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJ\
        K70nfbV37xRZT3Lg";
    /// RFC 9449 section 7.1.
    const RESOURCE_REQUEST: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6\
        IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09\
        rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS\
        2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRy\
        ZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0N\
        BcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYo\
        MxhAJpLjA";
    /// RFC 9449 section 6.1: the thumbprint of the key in both.
    const JKT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    /// RFC 9449 section 7.1.
    const ACCESS_TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";

    #[test]
    fn rfc9449_4_1_the_proof_of_the_token_request_verifies() {
        let proof = verify(TOKEN_REQUEST).unwrap();
        assert_eq!(proof.jkt, JKT);
        let claims = proof.claims;
        assert_eq!(claims.jti, "-BwC3ESc6acc2lTc");
        assert_eq!(claims.htm, "POST");
        assert_eq!(claims.htu, "https://server.example.com/token");
        assert_eq!((claims.ath, claims.nonce), (None, None));
    }

    #[test]
    fn rfc9449_7_1_the_proof_of_the_resource_request_verifies_with_its_ath() {
        let proof = verify(RESOURCE_REQUEST).unwrap();
        assert_eq!(proof.jkt, JKT);
        assert_eq!(proof.claims.htm, "GET");
        let ath = base64url(&sha256(ACCESS_TOKEN.as_bytes()));
        assert_eq!(ath, "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
        assert_eq!(proof.claims.ath, Some(ath));
    }

    #[test]
    fn rfc8037_a_3_the_thumbprint_of_an_ed25519_key() {
        let jwk =
            r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        let (_, _, jkt) = edwards(&serde_json::from_str(jwk).unwrap()).unwrap();
        assert_eq!(jkt, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn every_altered_byte_breaks_a_proof() {
        let bytes = TOKEN_REQUEST.as_bytes();
        for at in 0..bytes.len() {
            let mut altered = bytes.to_vec();
            altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).unwrap();
            if altered != TOKEN_REQUEST {
                assert!(verify(&altered).is_none(), "at {at}");
            }
        }
        for none in ["", ".", "..", "a.b.c", &"A".repeat(5000)] {
            assert!(verify(none).is_none());
        }
    }
}
