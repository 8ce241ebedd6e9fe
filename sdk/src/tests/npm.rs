//! The face of the npm package: events in, effects out, as plain objects.
#![cfg(feature = "npm")]

use js_sys::{Array, Function};
use portcullis_types::ErrorCode;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{answer, eval, json};
use crate::convert::{get, get_text, set, to_js};
use crate::npm::{Core, accepts_id_token, begin_redirect, is_local_path, refuse_redirect};
use crate::wire::write_answer;

fn kinds(effects: &Array) -> Vec<String> {
    effects
        .iter()
        .filter_map(|effect| get_text(&effect, "kind"))
        .collect()
}

fn status(core: &mut Core) -> String {
    get_text(&core.session(), "status").unwrap()
}

/// A client by cookie whose first request has been answered with a session.
fn signed_in() -> Core {
    let mut core = Core::new(false, true, false, true);
    let sent = core.handle(1.0, 1.0, "started", &JsValue::UNDEFINED);
    let response = json("{}");
    set(&response, "id", &get(&sent.get(0), "id"));
    set(&response, "session", &write_answer(&answer()));
    core.handle(50.0, 50.0, "response", &response);
    core
}

#[wasm_bindgen_test]
fn starting_asks_for_the_session() {
    let mut core = Core::new(false, true, true, true);
    assert_eq!(status(&mut core), "loading");
    let effects = core.handle(1.5, 1_763_000_000_000.0, "started", &JsValue::UNDEFINED);
    assert_eq!(kinds(&effects), ["send"]);
    assert_eq!(
        get_text(&effects.get(0), "what").as_deref(),
        Some("session")
    );
    assert!(core.deadline().is_some_and(|at| at > 1_000.0));
}

#[wasm_bindgen_test]
fn the_session_is_shown_in_camel_case_and_stays_the_same_object() {
    let mut core = signed_in();
    let session = core.session();
    assert_eq!(get_text(&session, "status").as_deref(), Some("signedIn"));
    assert_eq!(
        get(&session, "idleExpiresAt").as_f64(),
        Some(1_763_000_360_000.0)
    );
    assert_eq!(
        get(&get(&session, "user"), "hasPassword").as_bool(),
        Some(true)
    );
    assert_eq!(get(&session, "stale").as_bool(), Some(false));
    assert!(session == core.session(), "it is the same object");
    assert!(core.can("notes:delete"));
    assert!(!core.can("notes"));
    core.handle(60.0, 60.0, "refused", &"step_up_required".into());
    assert!(
        session != core.session(),
        "it is another object after a change"
    );
    assert_eq!(status(&mut core), "stepUp");
    core.handle(61.0, 61.0, "stepUpCancelled", &JsValue::UNDEFINED);
    assert_eq!(status(&mut core), "signedIn");
}

#[wasm_bindgen_test]
fn a_permission_is_explained_by_the_pattern_that_grants_it() {
    let core = signed_in();
    let explain = |core: &Core, permission: &str| {
        let why = core.explain(permission);
        let allowed = get(&why, "allowed").as_bool();
        (
            allowed,
            get_text(&why, "reason").unwrap(),
            get_text(&why, "by"),
        )
    };
    let granted = |by: &str| (Some(true), "granted".to_owned(), Some(by.to_owned()));
    assert_eq!(explain(&core, "notes:delete"), granted("notes:*"));
    assert_eq!(explain(&core, "users:write"), granted("*"));
    for text in ["notes", "notes:*", "*", "", "notes:d\u{e9}lete"] {
        let invalid = (Some(false), "not_a_permission".to_owned(), None);
        assert_eq!(explain(&core, text), invalid, "{text}");
    }
    let nobody = Core::new(false, true, false, true);
    let missing = (Some(false), "not_granted".to_owned(), None);
    assert_eq!(explain(&nobody, "notes:delete"), missing);
}

#[wasm_bindgen_test]
fn tokens_that_are_not_shared_stay_off_the_channel() {
    let sign_in = json(
        r#"{"chain":"c","sent":1,"tokens":{"access_token":"a","token_type":"Bearer",
        "expires_in":600,"refresh_token":"r","scope":""}}"#,
    );
    let asks = json(r#"{"kind":"want_tokens","generation":0}"#);
    for share in [true, false] {
        let mut core = Core::new(true, true, true, share);
        core.handle(1.0, 1.0, "started", &JsValue::UNDEFINED);
        let mut effects = core.handle(2.0, 2.0, "redeemed", &sign_in);
        effects = effects.concat(&core.handle(3.0, 3.0, "message", &asks));
        let said = kinds(&effects).contains(&"broadcast".to_owned());
        assert_eq!(said, share);
    }
}

#[wasm_bindgen_test]
fn signing_out_tells_the_other_tabs_and_the_listeners() {
    let mut core = signed_in();
    let effects = core.handle(70.0, 70.0, "signedOut", &JsValue::UNDEFINED);
    assert_eq!(kinds(&effects), ["broadcast", "close", "notify"]);
    assert_eq!(
        get_text(&core.session(), "reason").as_deref(),
        Some("signedOut")
    );
    assert!(!core.can("notes:delete"));
    // Another tab that hears of it follows.
    let mut other = signed_in();
    other.handle(80.0, 80.0, "message", &get(&effects.get(0), "message"));
    assert_eq!(status(&mut other), "signedOut");
}

#[wasm_bindgen_test]
fn what_is_no_event_is_ignored() {
    let mut core = signed_in();
    for (kind, event) in [
        ("of_tomorrow", JsValue::UNDEFINED),
        ("response", JsValue::UNDEFINED),
        ("response", json(r#"{"id":"x"}"#)),
        ("response", json(r#"{"id":4000000000,"session":{}}"#)),
        ("message", json(r#"{"kind":"session","answer":{}}"#)),
        ("signedIn", json("{}")),
        ("redeemed", json(r#"{"chain":"c"}"#)),
        ("needToken", JsValue::NULL),
        ("refused", JsValue::from_f64(1.0)),
    ] {
        core.handle(90.0, 90.0, kind, &event);
        assert_eq!(status(&mut core), "signedIn", "{kind}");
    }
}

#[wasm_bindgen_test]
fn a_redirects_answer_is_checked() {
    let transaction = begin_redirect(&[7; 64], "/notes");
    let state = get_text(&transaction, "state").unwrap();
    assert_eq!(
        get_text(&transaction, "return_to").as_deref(),
        Some("/notes")
    );
    let refuse = |answer: &str| {
        let answer = json(&answer.replace("STATE", &state));
        refuse_redirect(&transaction, &answer, "https://a.example")
    };
    let iss = r#""iss":"https://a.example""#;
    assert_eq!(
        refuse(&format!(r#"{{"state":"STATE","code":"c",{iss}}}"#)),
        None
    );
    let invalid = Some("redirect_invalid".to_owned());
    assert_eq!(
        refuse(&format!(r#"{{"state":"other","code":"c",{iss}}}"#)),
        invalid
    );
    assert_eq!(refuse(r#"{"state":"STATE","code":"c"}"#), invalid);
    assert_eq!(
        refuse(r#"{"state":"STATE","code":"c","iss":"https://evil.example"}"#),
        invalid
    );
    let refused = Some("redirect_refused".to_owned());
    assert_eq!(
        refuse(&format!(
            r#"{{"state":"STATE","error":"access_denied",{iss}}}"#
        )),
        refused
    );
    assert_eq!(refuse_redirect(&JsValue::NULL, &JsValue::NULL, ""), invalid);
    assert!(!accepts_id_token(
        &transaction,
        "e30.e30.x",
        "https://a.example",
        "spa"
    ));
    assert!(is_local_path("/notes") && !is_local_path("//evil.example"));
    let elsewhere = begin_redirect(&[7; 64], "https://evil.example");
    assert_eq!(get_text(&elsewhere, "return_to").as_deref(), Some("/"));
}

#[wasm_bindgen_test]
fn the_session_says_what_the_contract_says_in_camel_case() {
    let wire = to_js(&answer().session.unwrap()).unwrap();
    let camel_case = eval(
        "(value) => JSON.stringify(Object.entries(JSON.parse(JSON.stringify(value).replace( \
         /\"(\\w+)\":/g, (key) => key.replace(/_(\\w)/g, (_, letter) => letter.toUpperCase())))) \
         .filter(([key]) => key !== 'status' && key !== 'stale') \
         .map(([key, v]) => [key, v instanceof Object && !Array.isArray(v) \
           ? Object.entries(v).sort() : v]).sort())",
    );
    let camel_case: Function = camel_case.into();
    let text = |value: &JsValue| camel_case.call1(&JsValue::UNDEFINED, value).unwrap();
    let shown = signed_in().session();
    assert_eq!(text(&shown), text(&wire));
    assert!(text(&shown).as_string().unwrap().contains("hasPassword"));
}

#[wasm_bindgen_test]
fn refusals_that_say_nothing_about_the_session_change_nothing() {
    for code in ErrorCode::ALL {
        let mut core = signed_in();
        let effects = core.handle(90.0, 90.0, "refused", &code.as_str().into());
        let expected: &[&str] = match code {
            ErrorCode::NotAuthenticated | ErrorCode::Forbidden => &["send"],
            ErrorCode::StepUpRequired => &["notify"],
            _ => &[],
        };
        assert_eq!(kinds(&effects), expected, "{}", code.as_str());
    }
}
