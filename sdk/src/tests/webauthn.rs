//! WebAuthn's JSON, and what its exceptions mean.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{eval, json};
use crate::convert::{get, get_text, to_json};
use crate::error::ErrorKind;
use crate::webauthn::{Ceremony, credential_by_hand, kind_of, options_from_json, support};

#[wasm_bindgen_test]
fn an_exception_becomes_an_outcome() {
    use Ceremony::{Autofill, Create, Get};
    let table = [
        ("NotAllowedError", Get, false, ErrorKind::Cancelled),
        ("NotAllowedError", Create, false, ErrorKind::Cancelled),
        ("NotAllowedError", Get, true, ErrorKind::TimedOut),
        ("TimeoutError", Get, false, ErrorKind::TimedOut),
        ("AbortError", Autofill, false, ErrorKind::Aborted),
        (
            "InvalidStateError",
            Create,
            false,
            ErrorKind::AlreadyRegistered,
        ),
        ("InvalidStateError", Get, false, ErrorKind::NotSupported),
        ("SecurityError", Create, false, ErrorKind::NotAllowedHere),
        ("NotSupportedError", Create, false, ErrorKind::NotSupported),
        ("ConstraintError", Create, false, ErrorKind::NotSupported),
    ];
    for (name, ceremony, timed_out, expected) in table {
        let error = eval(&format!("new DOMException('secret detail', '{name}')"));
        assert_eq!(kind_of(&error, ceremony, timed_out), expected, "{name}");
    }
    assert_eq!(
        kind_of(&eval("new TypeError('x')"), Get, false),
        ErrorKind::UnexpectedAnswer
    );
    assert_eq!(
        kind_of(&JsValue::UNDEFINED, Get, false),
        ErrorKind::NotSupported
    );
}

#[wasm_bindgen_test]
fn this_page_may_use_passkeys() {
    assert!(support().is_ok());
}

const CREATION: &str = r#"{"challenge":"-_8","rp":{"id":"localhost","name":"x"},"timeout":5,
    "user":{"id":"AQID","name":"ada","displayName":"Ada"},
    "pubKeyCredParams":[{"type":"public-key","alg":-7}],
    "excludeCredentials":[{"type":"public-key","id":"_-4"}]}"#;

/// Bytes in place of base64url, as this browser's own function has them.
#[wasm_bindgen_test]
fn options_are_read_by_hand_as_the_browser_reads_them() {
    let bytes = eval(
        "(o) => JSON.stringify([o.challenge, o.user?.id, o.excludeCredentials?.[0].id, \
         o.allowCredentials?.[0].id].map((b) => b && [...new Uint8Array(b)]))",
    );
    let bytes: js_sys::Function = bytes.into();
    let bytes = |options: &JsValue| {
        bytes
            .call1(&JsValue::UNDEFINED, options)
            .unwrap()
            .as_string()
            .unwrap()
    };
    let by_hand = options_from_json(&json(CREATION)).unwrap();
    assert_eq!(bytes(&by_hand), "[[251,255],[1,2,3],[255,238],null]");
    let class = support().unwrap();
    let theirs: js_sys::Function = get(&class, "parseCreationOptionsFromJSON")
        .dyn_into()
        .unwrap();
    let theirs = theirs.call1(&class, &json(CREATION)).unwrap();
    assert_eq!(bytes(&by_hand), bytes(&theirs));
    let request = r#"{"challenge":"AAE","allowCredentials":[{"type":"public-key","id":"AQ"}]}"#;
    let request = options_from_json(&json(request)).unwrap();
    assert_eq!(bytes(&request), "[[0,1],null,null,[1]]");
    // Nothing else is touched.
    assert_eq!(
        get_text(&get(&by_hand, "rp"), "id").as_deref(),
        Some("localhost")
    );
    assert_eq!(get(&by_hand, "timeout").as_f64(), Some(5.0));
}

#[wasm_bindgen_test]
fn options_that_are_not_base64url_are_refused() {
    assert!(options_from_json(&json(r#"{"challenge":"a+b/"}"#)).is_none());
    assert!(options_from_json(&json("{}")).is_none());
}

#[wasm_bindgen_test]
fn a_credential_is_written_by_hand_where_to_json_is_missing() {
    let credential = eval(
        "{ id: 'AQI', type: 'public-key', authenticatorAttachment: 'platform', \
         rawId: new Uint8Array([1, 2]).buffer, getClientExtensionResults: () => ({ a: 1 }), \
         response: { clientDataJSON: new Uint8Array([251]).buffer, \
           attestationObject: new Uint8Array([255, 255]).buffer, userHandle: null, \
           getTransports: () => ['internal'] } }",
    );
    let json = to_json(&credential_by_hand(&credential)).unwrap();
    assert_eq!(
        json,
        r#"{"id":"AQI","type":"public-key","authenticatorAttachment":"platform","rawId":"AQI","clientExtensionResults":{"a":1},"response":{"clientDataJSON":"-w","attestationObject":"__8","transports":["internal"]}}"#
    );
}
