//! What only a browser can show: run by `cargo xtask test wasm` in headless Chromium.

mod npm;
mod platform;
mod tabs;
mod webauthn;
mod wire;

use std::str::FromStr;

use gloo_timers::future::TimeoutFuture;
use js_sys::{Function, JSON};
use portcullis_types::{SessionAnswer, SessionId, SessionView, Timestamp, UserId, UserView};
use uuid::Uuid;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_browser);

/// Waits until something is so, for as long as a busy machine may need.
async fn until(so: impl Fn() -> bool) {
    for _ in 0..500 {
        if so() {
            return;
        }
        TimeoutFuture::new(10).await;
    }
    assert!(so(), "it did not come to that in five seconds");
}

/// A JavaScript value from its JSON.
fn json(text: &str) -> JsValue {
    JSON::parse(text).unwrap()
}

/// What JavaScript makes of an expression.
fn eval(expression: &str) -> JsValue {
    let body = format!("return ({expression})");
    Function::new_no_args(&body)
        .call0(&JsValue::UNDEFINED)
        .unwrap()
}

fn answer() -> SessionAnswer {
    SessionAnswer {
        session: Some(SessionView {
            id: SessionId(Uuid::from_str("01890a5d-ac96-774b-bcce-b302099a8057").unwrap()),
            user: UserView {
                id: UserId(Uuid::from_str("ffffffff-0000-7abc-8def-0123456789ab").unwrap()),
                email: "ada@example.com".into(),
                name: "Ada \u{1f511} \u{202e}L.".into(),
                has_password: true,
                created_at: Timestamp(1_700_000_000_123),
            },
            roles: vec!["admin".into(), "user".into()],
            permissions: vec!["*".into(), "notes:*".into()],
            version: 41,
            amr: vec!["hwk".into(), "user".into()],
            auth_time: Timestamp(1_763_000_000_001),
            idle_expires_at: Timestamp(1_763_000_360_000),
            expires_at: Timestamp(-1),
        }),
        server_time: Timestamp(1_763_000_000_999),
    }
}
