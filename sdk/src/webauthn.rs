//! The browser's side of a passkey ceremony: `navigator.credentials`, and JSON to and from it.
//!
//! web-sys knows the WebAuthn types of level 1; the calls that take and give JSON (level 3) are
//! reached by name, and done here by hand where a browser lacks them.

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use portcullis_core::base64url;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

use crate::convert::{get, get_text, set};
use crate::error::ErrorKind;
use crate::platform::now;

/// Which ceremony.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ceremony {
    /// `credentials.create()`: a new passkey.
    Create,
    /// `credentials.get()` in a dialog.
    Get,
    /// `credentials.get()` from the autofill of a form field.
    Autofill,
}

/// The global `PublicKeyCredential`, if this page may use passkeys.
pub(crate) fn support() -> Result<JsValue, ErrorKind> {
    let window = web_sys::window().ok_or(ErrorKind::NotSupported)?;
    if !window.is_secure_context() {
        return Err(ErrorKind::NotAllowedHere);
    }
    let class = get(&window, "PublicKeyCredential");
    if class.is_function() {
        Ok(class)
    } else {
        Err(ErrorKind::NotSupported)
    }
}

/// Whether the browser offers passkeys in autofill.
pub(crate) async fn autofill_support() -> bool {
    let Ok(class) = support() else { return false };
    let Some(promise) = call(&class, "isConditionalMediationAvailable", None) else {
        return false;
    };
    JsFuture::from(Promise::resolve(&promise))
        .await
        .is_ok_and(|answer| answer.is_truthy())
}

/// Runs a ceremony with the server's options and answers with the credential as JSON.
pub(crate) async fn run(
    ceremony: Ceremony,
    options: &JsValue,
    signal: &AbortSignal,
) -> Result<JsValue, ErrorKind> {
    let class = support()?;
    let (parse, method) = match ceremony {
        Ceremony::Create => ("parseCreationOptionsFromJSON", "create"),
        Ceremony::Get | Ceremony::Autofill => ("parseRequestOptionsFromJSON", "get"),
    };
    let public_key = call(&class, parse, Some(options))
        .or_else(|| options_from_json(options))
        .ok_or(ErrorKind::UnexpectedAnswer)?;
    let request = JsValue::from(Object::new());
    set(&request, "publicKey", &public_key);
    set(&request, "signal", signal);
    if ceremony == Ceremony::Autofill {
        set(&request, "mediation", &"conditional".into());
    }
    let credentials = get(
        web_sys::window()
            .ok_or(ErrorKind::NotSupported)?
            .navigator()
            .as_ref(),
        "credentials",
    );
    let begun = now().mono;
    let promise = call(&credentials, method, Some(&request)).ok_or(ErrorKind::NotSupported)?;
    match JsFuture::from(Promise::resolve(&promise)).await {
        Ok(credential) if credential.is_object() => Ok(credential_to_json(&credential)),
        Ok(_) => Err(ErrorKind::Cancelled),
        Err(error) => {
            let limit = get(options, "timeout").as_f64();
            let waited = now().mono - begun;
            let timed_out = limit.is_some_and(|limit| waited >= crate::platform::millis(limit));
            Err(kind_of(&error, ceremony, timed_out))
        }
    }
}

/// What an exception of `navigator.credentials` means (WebAuthn level 3 sections 5.1.3, 5.1.4).
/// The browser does not tell apart a user who said no, one who had no passkey and one who let the
/// time run out, so that pages cannot find out which it was; only the time can be measured.
pub(crate) fn kind_of(error: &JsValue, ceremony: Ceremony, timed_out: bool) -> ErrorKind {
    match get_text(error, "name").as_deref() {
        Some("NotAllowedError") if timed_out => ErrorKind::TimedOut,
        Some("NotAllowedError") => ErrorKind::Cancelled,
        Some("TimeoutError") => ErrorKind::TimedOut,
        Some("AbortError") => ErrorKind::Aborted,
        Some("InvalidStateError") if ceremony == Ceremony::Create => ErrorKind::AlreadyRegistered,
        Some("SecurityError") => ErrorKind::NotAllowedHere,
        Some("TypeError") => ErrorKind::UnexpectedAnswer,
        _ => ErrorKind::NotSupported,
    }
}

/// Calls the method `name` of `object`, if there is one and it does not throw.
fn call(object: &JsValue, name: &str, argument: Option<&JsValue>) -> Option<JsValue> {
    let method: Function = get(object, name).dyn_into().ok()?;
    match argument {
        Some(argument) => method.call1(object, argument),
        None => method.call0(object),
    }
    .ok()
}

/// Does what `parseCreationOptionsFromJSON` and `parseRequestOptionsFromJSON` do, as far as the
/// server's options go: the same object with bytes in place of base64url.
pub(crate) fn options_from_json(options: &JsValue) -> Option<JsValue> {
    let options = copy(options);
    decode(&options, "challenge")?;
    let user = get(&options, "user");
    if user.is_object() {
        let user = copy(&user);
        decode(&user, "id")?;
        set(&options, "user", &user);
    }
    for list in ["excludeCredentials", "allowCredentials"] {
        let credentials = get(&options, list);
        if Array::is_array(&credentials) {
            let decoded = Array::new();
            for credential in Array::from(&credentials).iter() {
                let credential = copy(&credential);
                decode(&credential, "id")?;
                decoded.push(&credential);
            }
            set(&options, list, &decoded);
        }
    }
    Some(options)
}

fn copy(object: &JsValue) -> JsValue {
    Object::assign(&Object::new(), object.unchecked_ref()).into()
}

fn decode(object: &JsValue, name: &str) -> Option<()> {
    let bytes = base64url::decode(&get_text(object, name)?)?;
    set(object, name, &Uint8Array::from(bytes.as_slice()).buffer());
    Some(())
}

/// A credential as `toJSON` gives it; done by hand where that is missing, or throws as some
/// password managers' replacements do.
fn credential_to_json(credential: &JsValue) -> JsValue {
    call(credential, "toJSON", None)
        .filter(JsValue::is_object)
        .unwrap_or_else(|| credential_by_hand(credential))
}

/// Does what `toJSON` does, as far as the server reads it.
pub(crate) fn credential_by_hand(credential: &JsValue) -> JsValue {
    let json = JsValue::from(Object::new());
    for name in ["id", "type", "authenticatorAttachment"] {
        set(&json, name, &get(credential, name));
    }
    encode(credential, &json, "rawId");
    let results = call(credential, "getClientExtensionResults", None);
    set(
        &json,
        "clientExtensionResults",
        &results.unwrap_or_else(|| Object::new().into()),
    );
    let response = get(credential, "response");
    let answer = JsValue::from(Object::new());
    for name in [
        "clientDataJSON",
        "attestationObject",
        "authenticatorData",
        "signature",
        "userHandle",
    ] {
        encode(&response, &answer, name);
    }
    if let Some(transports) = call(&response, "getTransports", None) {
        set(&answer, "transports", &transports);
    }
    set(&json, "response", &answer);
    json
}

fn encode(from: &JsValue, to: &JsValue, name: &str) {
    if Reflect::has(from, &name.into()).unwrap_or(false) {
        let value = get(from, name);
        if value.is_object() {
            let bytes = Uint8Array::new(&value).to_vec();
            set(to, name, &base64url::encode(&bytes).into());
        }
    }
}
