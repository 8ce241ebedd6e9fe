//! [`Auth`] as an application uses it, in headless Chromium, with the network replaced by answers
//! of the contract. (Against the real server: `tests/browser`.)

#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use js_sys::Function;
use portcullis_sdk::types::ErrorCode;
use portcullis_sdk::{Auth, Config, ErrorKind, Mode, Session, SignedOutReason};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const SESSION: &str = r#"{"session":{"id":"01890a5d-ac96-774b-bcce-b302099a8057",
    "user":{"id":"01890a5d-0000-774b-bcce-b302099a8057","email":"ada@example.com","name":"Ada",
    "has_password":true,"created_at":1},"roles":["user"],"permissions":["notes:*"],"version":1,
    "amr":["pwd"],"auth_time":1,"idle_expires_at":9999999999999,"expires_at":9999999999999},
    "server_time":1763000000000}"#;
const NOBODY: &str = r#"{"session":null,"server_time":1763000000000}"#;

/// A network in which `server` answers as told; each test has a server of its own, and with it a
/// channel and locks of its own.
struct Network {
    server: &'static str,
}

impl Network {
    fn new(server: &'static str) -> Self {
        run(
            "if (!window.answers) { window.answers = {}; window.sent = []; \
             window.fetch = async (input, init = {}) => { \
               const url = new URL(input.url ?? input); \
               const headers = new Headers(input.headers ?? init.headers); \
               window.sent.push({ server: url.origin, path: url.pathname, body: init.body, \
                 csrf: headers.get('x-portcullis'), authorization: headers.get('authorization') }); \
               const answer = window.answers[url.origin + url.pathname]; \
               if (!answer) throw new TypeError('Failed to fetch'); \
               return new Response(answer.body, { status: answer.status, \
                 headers: { 'content-type': 'application/json' } }); } }",
        );
        Self { server }
    }

    fn answers(&self, path: &str, status: u16, body: &str) {
        let (server, body) = (self.server, body.replace('\n', " "));
        run(&format!(
            "window.answers['{server}{path}'] = {{ status: {status}, body: `{body}` }}"
        ));
    }

    fn is_down(&self) {
        let server = self.server;
        run(&format!(
            "for (const key in window.answers) if (key.startsWith('{server}')) delete \
             window.answers[key]"
        ));
    }

    /// The last request to `path`: its CSRF header and body.
    fn last(&self, path: &str) -> (Option<String>, String) {
        let request = format!(
            "window.sent.filter((r) => r.server === '{}' && r.path === '{path}').at(-1)",
            self.server
        );
        let get = |name: &str| run(&format!("return ({request})?.{name}")).as_string();
        (get("csrf"), get("body").unwrap_or_default())
    }

    fn auth(&self) -> Auth {
        Auth::new(Config {
            server: Some(self.server.to_owned()),
            ..Config::default()
        })
    }
}

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

fn run(script: &str) -> JsValue {
    Function::new_no_args(script)
        .call0(&JsValue::UNDEFINED)
        .unwrap()
}

#[wasm_bindgen_test]
async fn a_session_is_restored() {
    let network = Network::new("https://restore.example");
    network.answers("/api/auth/session", 200, SESSION);
    let auth = network.auth();
    assert_eq!(auth.session(), Session::Loading);
    assert!(!auth.can("notes:read"));
    auth.ready().await;
    assert_eq!(auth.session().user().unwrap().name, "Ada");
    assert!(auth.can("notes:read") && !auth.can("users:read"));
    assert!(auth.can_any(&["users:read", "notes:read"]) && !auth.can_any::<&str>(&[]));
    assert!(auth.can_all(&["notes:write", "notes:read"]) && !auth.can_all::<&str>(&[]));
}

#[wasm_bindgen_test]
async fn signing_in_and_out_is_told_to_subscribers_and_to_other_clients() {
    let network = Network::new("https://sign-in.example");
    network.answers("/api/auth/session", 200, NOBODY);
    let (auth, other) = (network.auth(), network.auth());
    auth.ready().await;
    other.ready().await;
    let reason = SignedOutReason::Anonymous;
    assert_eq!(auth.session(), Session::SignedOut { reason });
    let seen = Rc::new(RefCell::new(Vec::new()));
    let log = Rc::clone(&seen);
    let subscription = auth.subscribe(move |session| log.borrow_mut().push(session.is_signed_in()));
    network.answers("/api/auth/password/sign-in", 200, SESSION);
    auth.sign_in_with_password("ada@example.com", "a password", true)
        .await
        .unwrap();
    assert!(auth.session().is_signed_in());
    let (csrf, body) = network.last("/api/auth/password/sign-in");
    assert_eq!(csrf.as_deref(), Some("1"));
    assert_eq!(
        body,
        r#"{"email":"ada@example.com","password":"a password","remember":true}"#
    );
    until(|| other.session().is_signed_in()).await;
    network.answers("/api/auth/sign-out", 200, "{}");
    other.sign_out(true).await.unwrap();
    assert_eq!(
        network.last("/api/auth/sign-out").1,
        r#"{"everywhere":true}"#
    );
    until(|| !auth.session().is_signed_in()).await;
    let reason = SignedOutReason::SignedOut;
    assert_eq!(auth.session(), Session::SignedOut { reason });
    assert_eq!(*seen.borrow(), [true, false]);
    drop(subscription);
    auth.sign_in_with_password("ada@example.com", "a password", false)
        .await
        .unwrap();
    assert_eq!(seen.borrow().len(), 2, "who has unsubscribed hears nothing");
}

#[wasm_bindgen_test]
async fn a_refusal_says_why_and_which_field() {
    let network = Network::new("https://refusal.example");
    network.answers("/api/auth/session", 200, NOBODY);
    let auth = network.auth();
    auth.ready().await;
    network.answers(
        "/api/auth/register",
        422,
        r#"{"type":"/docs/errors#email_invalid","title":"Not an email address","status":422,
        "detail":"Write it with an @.","code":"email_invalid","field":"email","retry_after":3}"#,
    );
    let error = auth
        .register("ada", "a long password", None)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Server(ErrorCode::EmailInvalid));
    assert_eq!(error.message, "Write it with an @.");
    assert_eq!(
        (error.field.as_deref(), error.retry_after),
        (Some("email"), Some(3))
    );
    // A proxy's page, and no answer at all.
    network.answers("/api/auth/register", 502, "<h1>Bad gateway</h1>");
    let error = auth
        .register("ada", "a long password", None)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Network);
    network.is_down();
    let error = auth
        .register("ada", "a long password", None)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Network);
}

#[wasm_bindgen_test]
async fn a_server_out_of_reach_signs_nobody_out() {
    let network = Network::new("https://away.example");
    let auth = network.auth();
    auth.ready().await;
    assert_eq!(auth.session(), Session::Unreachable);
    network.answers("/api/auth/session", 200, SESSION);
    // It is tried again by itself.
    until(|| auth.session().is_signed_in()).await;
    network.is_down();
    let error = auth
        .set_password(None, "another long password", false)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Network);
    assert!(auth.session().is_signed_in());
}

#[wasm_bindgen_test]
async fn step_up_is_shown_and_can_be_declined() {
    let network = Network::new("https://step-up.example");
    network.answers("/api/auth/session", 200, SESSION);
    let auth = network.auth();
    auth.ready().await;
    network.answers(
        "/api/auth/password",
        403,
        r#"{"type":"x","title":"x","status":403,"detail":"x","code":"step_up_required"}"#,
    );
    let error = auth
        .set_password(None, "another long password", false)
        .await
        .unwrap_err();
    assert!(error.is_step_up());
    assert!(matches!(auth.session(), Session::StepUp { .. }));
    auth.cancel_step_up();
    assert!(matches!(auth.session(), Session::SignedIn { .. }));
}

#[wasm_bindgen_test]
async fn subscribers_may_come_and_go_while_they_are_told() {
    let network = Network::new("https://subscribers.example");
    network.answers("/api/auth/session", 200, SESSION);
    let auth = network.auth();
    let calls = Rc::new(Cell::new(0));
    let second = Rc::new(RefCell::new(None));
    let first = {
        let (auth, calls, second) = (auth.clone(), Rc::clone(&calls), Rc::clone(&second));
        auth.clone().subscribe(move |_| {
            calls.set(calls.get() + 1);
            // Unsubscribes the one after it, and subscribes another.
            drop(second.borrow_mut().take());
            let calls = Rc::clone(&calls);
            std::mem::forget(auth.subscribe(move |_| calls.set(calls.get() + 100)));
        })
    };
    let late = Rc::clone(&calls);
    *second.borrow_mut() = Some(auth.subscribe(move |_| late.set(late.get() + 10)));
    auth.ready().await;
    TimeoutFuture::new(20).await;
    assert_eq!(
        calls.get(),
        1,
        "neither the one that left nor the one that came was told"
    );
    drop(first);
}

#[wasm_bindgen_test]
async fn fetch_carries_proof_to_the_own_server_only() {
    let network = Network::new("https://fetch.example");
    network.answers("/api/auth/session", 200, SESSION);
    network.answers("/api/notes", 200, "{}");
    let auth = network.auth();
    auth.ready().await;
    let request = |url: &str| web_sys::Request::new_with_str(url).unwrap();
    let response = auth
        .fetch(request("https://fetch.example/api/notes"))
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(network.last("/api/notes").0.as_deref(), Some("1"));
    let elsewhere = Network::new("https://elsewhere.example");
    elsewhere.answers("/api/notes", 200, "{}");
    auth.fetch(request("https://elsewhere.example/api/notes"))
        .await
        .unwrap();
    assert_eq!(elsewhere.last("/api/notes").0, None);
    let error = auth
        .fetch(request("https://nowhere.example/"))
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Network);
}

#[wasm_bindgen_test]
async fn token_mode_without_tokens_is_signed_out_and_manages_no_account() {
    let auth = Auth::new(Config {
        server: Some("https://tokens.example".to_owned()),
        mode: Mode::Token {
            client_id: "spa".to_owned(),
            redirect_uri: "https://app.example/callback".to_owned(),
            scope: "openid".to_owned(),
        },
        ..Config::default()
    });
    auth.ready().await;
    let reason = SignedOutReason::Anonymous;
    assert_eq!(auth.session(), Session::SignedOut { reason });
    let error = auth
        .sign_in_with_password("a@example.com", "x", false)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::WrongMode);
    let error = auth.sessions().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::SignedOut);
    assert_eq!(
        auth.handle_redirect().await,
        Ok(None),
        "this page was loaded by no redirect"
    );
}
