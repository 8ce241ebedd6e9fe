//! One proof: its form, its key and its signature (RFC 9449 sections 4.2 and 4.3).

use serde_json::{Map, Value};

use crate::{Algorithm, jws::Jws, key::Key};

/// Longest proof in bytes; an ordinary one has 500.
const LONGEST: usize = 4096;
/// Longest `jti` in bytes.
const LONGEST_ID: usize = 256;

/// What a proof says.
#[derive(Debug)]
pub(super) struct Claims {
    pub(super) jti: String,
    pub(super) htm: String,
    pub(super) htu: String,
    pub(super) iat: f64,
    pub(super) ath: Option<String>,
    pub(super) nonce: Option<String>,
}

/// Reads a proof and verifies that its own key signed it: the thumbprint of the key, and what it
/// says. Whether it is for this request is for the caller to see.
pub(super) fn verify(text: &str) -> Option<(String, Claims)> {
    let jws = Jws::parse(text, LONGEST).ok()?;
    if jws.text("typ").ok()? != Some("dpop+jwt") {
        return None;
    }
    let algorithm = match jws.algorithm().ok()? {
        "ES256" => Algorithm::Es256,
        "EdDSA" => Algorithm::EdDsa,
        _ => return None,
    };
    let key = Key::from_jwk(jws.header.get("jwk")?.as_object()?)?;
    if !key.signed(algorithm, jws.signed.as_bytes(), jws.signature) {
        return None;
    }
    let claims = Claims::read(&jws.payload)?;
    (1..=LONGEST_ID)
        .contains(&claims.jti.len())
        .then(|| (key.thumbprint().to_owned(), claims))
}

impl Claims {
    fn read(all: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| all.get(name)?.as_str().map(str::to_owned);
        let optional = |name: &str| match all.get(name) {
            None => Some(None),
            Some(value) => value.as_str().map(|text| Some(text.to_owned())),
        };
        Some(Self {
            jti: text("jti")?,
            htm: text("htm")?,
            htu: text("htu")?,
            iat: all.get("iat")?.as_f64()?,
            ath: optional("ath")?,
            nonce: optional("nonce")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::digest::{SHA256, digest};
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

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
        let (jkt, claims) = verify(TOKEN_REQUEST).unwrap();
        assert_eq!(jkt, JKT);
        assert_eq!(claims.jti, "-BwC3ESc6acc2lTc");
        assert_eq!(claims.htm, "POST");
        assert_eq!(claims.htu, "https://server.example.com/token");
        assert_eq!((claims.ath, claims.nonce), (None, None));
    }

    #[test]
    fn rfc9449_7_1_the_proof_of_the_resource_request_verifies_with_its_ath() {
        let (jkt, claims) = verify(RESOURCE_REQUEST).unwrap();
        assert_eq!(jkt, JKT);
        assert_eq!(claims.htm, "GET");
        let ath = URL_SAFE_NO_PAD.encode(digest(&SHA256, ACCESS_TOKEN.as_bytes()));
        assert_eq!(ath, "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
        assert_eq!(claims.ath, Some(ath));
    }

    #[test]
    fn rfc8037_a_3_the_thumbprint_of_an_ed25519_key() {
        let jwk =
            r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        let key = Key::from_jwk(&serde_json::from_str(jwk).unwrap()).unwrap();
        assert_eq!(
            key.thumbprint(),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
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
