//! The conversions done by hand say exactly what serde says of the same types.

use portcullis_core::message::Message;
use portcullis_core::redirect::Transaction;
use portcullis_core::tokens::SharedTokens;
use portcullis_types::account::{
    PasswordSignInRequest, RegisterRequest, SetPasswordRequest, SetupRequest,
};
use portcullis_types::oauth::TokenResponse;
use portcullis_types::session::SignOutRequest;
use portcullis_types::{ErrorCode, Problem, SessionAnswer};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{answer, json};
use crate::account::{
    password_sign_in_body, register_body, set_password_body, setup_body, sign_out_body,
};
use crate::convert::{from_js, to_js, to_json};
use crate::messages;
use crate::wire::{
    fields, id, id_claims, read_answer, read_code, read_problem, read_tokens, read_transaction,
    write_answer, write_transaction,
};

/// JSON with the keys of objects in order.
fn text(value: &JsValue) -> String {
    let sorted = super::eval(
        "(value) => JSON.stringify(value, (_, v) => v && typeof v === 'object' && \
         !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort()) : v)",
    );
    let sorted: js_sys::Function = sorted.into();
    sorted
        .call1(&JsValue::UNDEFINED, value)
        .unwrap()
        .as_string()
        .unwrap()
}

#[wasm_bindgen_test]
fn a_session_is_written_and_read_as_serde_does_it() {
    let empty = SessionAnswer {
        session: None,
        ..answer()
    };
    for answer in [answer(), empty] {
        let by_serde = to_js(&answer).unwrap();
        assert_eq!(text(&write_answer(&answer)), text(&by_serde));
        assert_eq!(read_answer(&by_serde), Some(answer.clone().into()));
        assert_eq!(
            read_answer(&write_answer(&answer)),
            Some(answer.clone().into())
        );
        assert_eq!(
            from_js::<SessionAnswer>(write_answer(&answer)).unwrap(),
            answer
        );
    }
}

#[wasm_bindgen_test]
fn what_is_no_session_is_not_taken_for_one() {
    for text in [
        "null",
        "{}",
        "[]",
        r#"{"session":null}"#,
        r#"{"server_time":"1"}"#,
        r#"{"server_time":1,"session":{}}"#,
        r#"{"server_time":1,"session":{"id":"01890a5d-ac96-774b-bcce-b302099a8057"}}"#,
    ] {
        assert_eq!(read_answer(&json(text)), None, "{text}");
    }
    let mut broken = to_json(&write_answer(&answer())).unwrap();
    broken = broken.replace("\"version\":41", "\"version\":\"41\"");
    assert_eq!(read_answer(&json(&broken)), None);
}

#[wasm_bindgen_test]
fn tokens_and_problems_are_read_as_serde_does_it() {
    let with = r#"{"access_token":"a","token_type":"Bearer","expires_in":600,
        "refresh_token":"r","id_token":"i","scope":"openid"}"#;
    let without = r#"{"access_token":"a","token_type":"Bearer","expires_in":600,"scope":""}"#;
    for text in [with, without] {
        let by_hand = read_tokens(&json(text)).unwrap();
        let by_serde: TokenResponse = from_js(json(text)).unwrap();
        assert_eq!(by_hand.access_token, by_serde.access_token);
        assert_eq!(by_hand.refresh_token, by_serde.refresh_token);
        assert_eq!(by_hand.id_token, by_serde.id_token);
        assert_eq!(by_hand.expires_in, by_serde.expires_in);
        assert_eq!(by_hand.scope, by_serde.scope);
    }
    assert!(read_tokens(&json(r#"{"error":"invalid_grant"}"#)).is_none());
    let mut problem = Problem::new(ErrorCode::RateLimited, "Wait.")
        .field("email")
        .retry_after(7);
    problem.rp_id = Some("example.com".to_owned());
    assert_eq!(read_problem(&to_js(&problem).unwrap()), Some(problem));
}

#[wasm_bindgen_test]
fn every_error_code_is_known_by_its_name() {
    for code in ErrorCode::ALL {
        assert_eq!(read_code(code.as_str()), *code);
    }
    assert_eq!(read_code("of_tomorrow"), ErrorCode::Unknown);
}

#[wasm_bindgen_test]
fn bodies_of_requests_are_those_of_the_contract() {
    let (email, password) = (
        "ada@example.com".to_owned(),
        "p\u{e4}ss \"word\"".to_owned(),
    );
    let some = Some("Ada".to_owned());
    let register = RegisterRequest {
        email: email.clone(),
        password: password.clone(),
        name: some.clone(),
    };
    let by_hand = register_body(&email, &password, some.as_deref());
    assert_eq!(text(&by_hand), text(&to_js(&register).unwrap()));
    let sign_in = PasswordSignInRequest {
        email: email.clone(),
        password: password.clone(),
        remember: true,
    };
    let by_hand = password_sign_in_body(&email, &password, true);
    assert_eq!(text(&by_hand), text(&to_js(&sign_in).unwrap()));
    let setup = SetupRequest {
        token: "t".into(),
        email: email.clone(),
        password: password.clone(),
        name: None,
    };
    let by_hand = setup_body("t", &email, &password, None);
    assert_eq!(text(&by_hand), text(&to_js(&setup).unwrap()));
    let set = SetPasswordRequest {
        current: Some(password.clone()),
        new: password.clone(),
        end_other_sessions: true,
    };
    let by_hand = set_password_body(Some(&password), &password, true);
    assert_eq!(text(&by_hand), text(&to_js(&set).unwrap()));
    let sign_out = SignOutRequest { everywhere: true };
    assert_eq!(text(&sign_out_body(true)), text(&to_js(&sign_out).unwrap()));
    assert_eq!(
        text(&fields(&[("a", None), ("b", Some("x"))])),
        r#"{"b":"x"}"#
    );
}

#[wasm_bindgen_test]
fn messages_between_tabs_come_back_as_they_were() {
    let session = answer().session.unwrap().id;
    let tokens = SharedTokens {
        chain: "c1".into(),
        since: 1_763_000_000_000,
        generation: 3,
        access: "at".into(),
        refresh: Some("rt".into()),
        lifetime: 600_000,
        remaining: -5,
        sent_wall: 1_763_000_000_001,
        family: Some(session),
        replaces: Some("c0".into()),
    };
    let bare = SharedTokens {
        refresh: None,
        family: None,
        replaces: None,
        ..tokens.clone()
    };
    let chain = Some("c1".to_owned());
    for message in [
        Message::Session {
            answer: answer().into(),
        },
        Message::SignedOut {
            id: Some(session),
            chain: chain.clone(),
        },
        Message::Ended {
            id: None,
            chain: chain.clone(),
        },
        Message::Ended {
            id: Some(session),
            chain: None,
        },
        Message::WantTokens {
            chain: None,
            generation: 0,
        },
        Message::WantTokens {
            chain,
            generation: 9,
        },
        Message::Failed {
            chain: "c1".into(),
            generation: 9,
            failures: 2,
            wait: 500,
        },
        Message::Tokens(tokens.into()),
        Message::Tokens(bare.into()),
    ] {
        assert_eq!(messages::read(&messages::write(&message)), Some(message));
    }
    for text in [
        "null",
        "1",
        "{}",
        r#"{"kind":"of_tomorrow"}"#,
        r#"{"kind":"tokens"}"#,
    ] {
        assert_eq!(messages::read(&json(text)), None, "{text}");
    }
}

#[wasm_bindgen_test]
fn a_transaction_survives_the_tabs_storage() {
    let transaction = Transaction::new(&[9; 64], "/notes?x=\u{e4}");
    let text = to_json(&write_transaction(&transaction)).unwrap();
    assert_eq!(read_transaction(&json(&text)), Some(transaction));
    assert_eq!(read_transaction(&json("{}")), None);
}

#[wasm_bindgen_test]
fn ids_are_uuids_and_nothing_else() {
    let read = |text: &str| id(&fields(&[("id", Some(text))]), "id");
    let uuid = answer().session.unwrap().id.0;
    assert_eq!(read("01890a5d-ac96-774b-bcce-b302099a8057"), Some(uuid));
    assert_eq!(read("01890A5D-AC96-774B-BCCE-B302099A8057"), Some(uuid));
    for text in [
        "",
        "01890a5d",
        "01890a5d-ac96-774b-bcce-b302099a805x",
        "../../admin",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[wasm_bindgen_test]
fn rfc7519_claims_are_read_from_the_middle_part() {
    // {"iss":"https://a.example","aud":"spa","nonce":"n","name":"n\u{e9}"}
    let payload =
        "eyJpc3MiOiJodHRwczovL2EuZXhhbXBsZSIsImF1ZCI6InNwYSIsIm5vbmNlIjoibiIsIm5hbWUiOiJuw6kifQ";
    let claims = id_claims(&format!("e30.{payload}.sig")).unwrap();
    assert_eq!(
        (claims.iss.as_str(), claims.aud.as_str()),
        ("https://a.example", "spa")
    );
    assert_eq!(claims.nonce.as_deref(), Some("n"));
    for token in [
        "",
        "e30",
        "e30.e30",
        "e30.!!.sig",
        "e30.e30.sig",
        ".",
        "..",
        "e30..sig",
        "e30.\u{e9}.sig",
    ] {
        assert!(id_claims(token).is_none(), "{token}");
    }
}
