//! What the browser offers, asked for in one place: clocks, randomness, hashing, where the page
//! is, and storage for as long as the tab lives.

use js_sys::Uint8Array;
use portcullis_core::{Now, base64url};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Storage, Window};

use crate::error::{ErrorKind, Failure};

pub(crate) fn window() -> Result<Window, Failure> {
    web_sys::window().ok_or_else(|| ErrorKind::NotSupported.into())
}

/// Both clocks.
pub(crate) fn now() -> Now {
    let wall = millis(js_sys::Date::now());
    let performance = web_sys::window().and_then(|window| window.performance());
    Now {
        mono: performance.map_or(wall, |performance| millis(performance.now())),
        wall,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds fit; the cast saturates"
)]
pub(crate) fn millis(value: f64) -> i64 {
    value as i64
}

/// The page's origin; empty where there is none.
pub(crate) fn origin() -> String {
    web_sys::window()
        .and_then(|window| window.location().origin().ok())
        .unwrap_or_default()
}

/// Random bytes from WebCrypto.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    let crypto = window()?.crypto().map_err(|_| ErrorKind::NotSupported)?;
    crypto
        .get_random_values_with_u8_array(&mut bytes)
        .map_err(|_| ErrorKind::NotSupported)?;
    Ok(bytes)
}

/// base64url of the SHA-256 of a text: PKCE's challenge from its verifier (RFC 7636 section 4.2).
/// Browsers offer WebCrypto in secure contexts only.
pub(crate) async fn challenge(verifier: &str) -> Result<String, Failure> {
    let unsupported = |_| Failure::Kind(ErrorKind::NotSupported);
    let window = window()?;
    if !window.is_secure_context() {
        return Err(ErrorKind::NotSupported.into());
    }
    let subtle = window.crypto().map_err(unsupported)?.subtle();
    let digest = subtle.digest_with_str_and_u8_array("SHA-256", verifier.as_bytes());
    let hash = JsFuture::from(digest.map_err(unsupported)?)
        .await
        .map_err(unsupported)?;
    Ok(base64url::encode(&Uint8Array::new(&hash).to_vec()))
}

/// The tab's own storage; reading the property throws where the user has forbidden storage.
pub(crate) fn tab_storage() -> Option<Storage> {
    web_sys::window()?.session_storage().ok().flatten()
}
