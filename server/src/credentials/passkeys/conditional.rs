//! Passkeys that a browser makes without asking, after a sign-in with a password that its password
//! manager filled in (conditional create, WebAuthn level 3 section 5.1.3).
//!
//! Nobody is there to touch or verify anything, so such a passkey may come without UP and UV
//! (section 7.1 steps 15 and 16). webauthn-rs 0.6 insists on both. UV is left to it as `preferred`
//! for the registration alone, and the passkey is kept as one that must always verify its user; UP
//! is set for it where nothing is signed over, which is without attestation. What the passkey is
//! good for does not change: each sign-in asks for both.

use serde_json::{Value, json};
use webauthn_rs::prelude::{Passkey, PasskeyRegistration};

use crate::http::errors::{ApiError, ApiResult};

/// How the attestation object of a passkey without attestation begins its format, in CBOR.
const WITHOUT_ATTESTATION: &[u8] = b"\x63fmt\x64none";
/// The name of the authenticator data, in CBOR.
const AUTHENTICATOR_DATA: &[u8] = b"\x68authData";
/// Where the flags are in authenticator data (section 6.1), and that of user presence.
const FLAGS: usize = 32;
const USER_PRESENT: u8 = 1;

/// Asks a browser's options for no more than can be had without a person.
pub(super) fn relax(options: &mut Value) {
    if let Some(selection) = options.get_mut("authenticatorSelection") {
        selection["userVerification"] = json!("preferred");
    }
    // Browsers refuse to make a passkey that is good for nothing without verification while none
    // is required.
    if let Some(extensions) = options.get_mut("extensions").and_then(Value::as_object_mut) {
        extensions.remove("credentialProtectionPolicy");
        extensions.remove("enforceCredentialProtectionPolicy");
    }
}

/// Makes the verifier accept a registration without user verification.
pub(super) fn accept(registration: &PasskeyRegistration) -> ApiResult<PasskeyRegistration> {
    replace(registration, "/rs/policy", "preferred")
}

/// A passkey that was registered so, as one that must verify its user at every sign-in.
pub(super) fn require_verification(passkey: &Passkey) -> ApiResult<Passkey> {
    replace(passkey, "/cred/registration_policy", "required")
}

/// As webauthn-rs has no setters; a state that does not have the expected form ends the ceremony.
fn replace<T: serde::Serialize + serde::de::DeserializeOwned>(
    value: &T,
    pointer: &str,
    with: &str,
) -> ApiResult<T> {
    let broken = || ApiError::internal("conditional registration");
    let mut value = serde_json::to_value(value).map_err(|_| broken())?;
    *value.pointer_mut(pointer).ok_or_else(broken)? = json!(with);
    serde_json::from_value(value).map_err(|_| broken())
}

/// Sets the flag of user presence in an attestation object without attestation. Anything else is
/// left as it is, and refused later if the flag is missing.
pub(super) fn set_present(attestation: &mut [u8]) {
    let places = |part: &[u8]| -> Vec<usize> {
        let windows = attestation.windows(part.len()).enumerate();
        windows
            .filter(|(_, window)| *window == part)
            .map(|(at, _)| at)
            .collect()
    };
    let ([_], [at]) = (&*places(WITHOUT_ATTESTATION), &*places(AUTHENTICATOR_DATA)) else {
        return;
    };
    let length = at + AUTHENTICATOR_DATA.len();
    // A byte string with its length in one byte, or in two (RFC 8949 section 3).
    let head = match attestation.get(length) {
        Some(0x58) => 2,
        Some(0x59) => 3,
        _ => return,
    };
    if let Some(flags) = attestation.get_mut(length + head + FLAGS) {
        *flags |= USER_PRESENT;
    }
}
