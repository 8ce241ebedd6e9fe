//! The keys that a client signs with: its assertions and its request objects.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey};
use portcullis_domain::Timestamp;
use portcullis_types::client::{Jwk, JwkSet};

use super::signed;
use crate::{app::App, oauth::clients::Registered};

/// Signature algorithms that they may have, best first. The last one is for secrets.
pub(crate) const ALGORITHMS: [&str; 5] = ["ES256", "EdDSA", "PS256", "RS256", "HS256"];

/// Shortest and longest RSA modulus in bytes.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=1024;

/// The client's secrets, as keys of an HMAC.
pub(super) fn of_secrets(
    app: &App,
    client: &Registered,
    now: Timestamp,
) -> Vec<(Algorithm, DecodingKey)> {
    let open = |sealed: &Vec<u8>| app.client_secrets.open(sealed, client.id.as_bytes());
    client
        .good_secrets(now)
        .filter_map(|secret| open(secret.sealed.as_ref()?))
        .map(|secret| (Algorithm::HS256, DecodingKey::from_secret(&secret)))
        .collect()
}

/// The client's public keys that a JWT could be signed with: all, or the one it names.
pub(super) async fn of_client(
    app: &App,
    client: &Registered,
    jwt: &str,
    now: Timestamp,
) -> Vec<(Algorithm, DecodingKey)> {
    let kid = signed::key_id(jwt);
    let kid = kid.as_deref();
    let mut found = Vec::new();
    let usable = |jwks: &JwkSet| {
        found = usable(jwks, kid);
        // FAPI 2.0 section 5.4.
        found.retain(|(algorithm, _)| !client.fapi2 || *algorithm != Algorithm::RS256);
        !found.is_empty()
    };
    any_of_client(app, client, now, usable).await;
    found
}

/// Whether something is true of the client's public keys, as they are registered or where it
/// publishes them: there they are fetched again before it is not.
pub(super) async fn any_of_client(
    app: &App,
    client: &Registered,
    now: Timestamp,
    mut is: impl FnMut(&JwkSet) -> bool,
) -> bool {
    if let Some(jwks) = &client.jwks {
        return is(jwks);
    }
    let Some(uri) = &client.jwks_uri else {
        return false;
    };
    let Some(jwks) = app.client_keys.get(uri, now).await else {
        return false;
    };
    if is(&jwks) {
        return true;
    }
    // A key that is not there may be new.
    let again = app.client_keys.get_again(uri, now).await;
    again.is_some_and(|jwks| is(&jwks))
}

/// Whether a key is to sign with, or for nothing in particular.
pub(super) fn is_for_signing(key: &Jwk) -> bool {
    key.use_.as_deref().is_none_or(|it| it == "sig")
}

fn usable(jwks: &JwkSet, kid: Option<&str>) -> Vec<(Algorithm, DecodingKey)> {
    jwks.keys
        .iter()
        .filter(|key| kid.is_none() || key.kid.as_deref() == kid)
        .filter(|key| is_for_signing(key))
        .flat_map(of_jwk)
        .collect()
}

/// A key with each algorithm that it may be used with: the key decides, not the JWT.
fn of_jwk(jwk: &Jwk) -> Vec<(Algorithm, DecodingKey)> {
    let (algorithms, key): (&[Algorithm], _) = match jwk.kty.as_str() {
        "EC" if jwk.crv.as_deref() == Some("P-256") => {
            let (x, y) = (sized(jwk.x.as_ref()), sized(jwk.y.as_ref()));
            let key = x.zip(y).map(|(x, y)| DecodingKey::from_ec_components(x, y));
            (&[Algorithm::ES256], key)
        }
        "OKP" if jwk.crv.as_deref() == Some("Ed25519") => {
            let key = sized(jwk.x.as_ref()).map(DecodingKey::from_ed_components);
            (&[Algorithm::EdDSA], key)
        }
        "RSA" => {
            let n = jwk.n.as_deref().filter(|n| {
                let bytes = URL_SAFE_NO_PAD.decode(n);
                bytes.is_ok_and(|bytes| MODULUS.contains(&bytes.len()))
            });
            let key = n.zip(jwk.e.as_deref());
            let key = key.map(|(n, e)| DecodingKey::from_rsa_components(n, e));
            (&[Algorithm::PS256, Algorithm::RS256], key)
        }
        _ => (&[], None),
    };
    let Some(Ok(key)) = key else {
        return Vec::new();
    };
    let fits = |algorithm: &Algorithm| {
        let said = jwk.alg.as_deref();
        said.is_none_or(|said| said.parse().is_ok_and(|said: Algorithm| said == *algorithm))
    };
    let algorithms = algorithms.iter().filter(|it| fits(it));
    algorithms
        .map(|algorithm| (*algorithm, key.clone()))
        .collect()
}

/// 32 bytes.
fn sized(text: Option<&String>) -> Option<&str> {
    let text = text?.as_str();
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    (bytes.len() == 32).then_some(text)
}
