//! The face that `@portcullis/sdk` wraps: plain objects in, plain objects out.
//!
//! Every promise resolves; none rejects. It resolves to an *outcome*:
//! `{ ok: true, … }` or `{ ok: false, reason, message, field?, retryAfter? }`, where `reason` is
//! one of the names of [`ErrorKind::as_str`](crate::ErrorKind::as_str).
//!
//! The session is `{ status }` with `status` one of `loading`, `unreachable`, `signedOut`
//! (and `reason`: `anonymous`, `signedOut`, `ended`), `signedIn` (`user`, `roles`, `permissions`,
//! `id`, `version`, `amr`, `authTime`, `idleExpiresAt`, `expiresAt`, `stale`) and `stepUp` (the
//! same fields). It is the same object until it changes, so that `===` tells.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::{Array, Function, Promise};
use portcullis_core::Session;
use portcullis_types::paths;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;

use crate::account::{password_sign_in_body, register_body, setup_body};
use crate::auth::{Auth, Subscription};
use crate::config::{Config, Mode};
use crate::convert::{camel_case, get, get_text, new_object, set};
use crate::error::AuthError;
use crate::passkeys::PasskeySignIn;
use crate::wire::write_view;

/// The client as JavaScript holds it.
#[wasm_bindgen]
pub struct AuthClient {
    auth: Auth,
    /// The session as a plain object, made when it is first asked for after a change.
    shown: Rc<RefCell<Option<JsValue>>>,
    _forget: Subscription,
}

/// What ends a subscription.
#[wasm_bindgen]
pub struct Unsubscribe(Option<Subscription>);

#[wasm_bindgen]
impl Unsubscribe {
    /// Ends the subscription; again: does nothing.
    pub fn stop(&mut self) {
        self.0 = None;
    }
}

#[wasm_bindgen]
impl AuthClient {
    /// Makes the client and starts to restore the session.
    ///
    /// `config`: `{ server?, tokenOrigins?: string[], token?: { clientId, redirectUri, scope? } }`;
    /// with `token` it works by tokens, without by cookie.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &JsValue) -> Self {
        let token = get(config, "token");
        let mode = if token.is_object() {
            Mode::Token {
                client_id: get_text(&token, "clientId").unwrap_or_default(),
                redirect_uri: get_text(&token, "redirectUri").unwrap_or_default(),
                scope: get_text(&token, "scope").unwrap_or_else(|| "openid".to_owned()),
            }
        } else {
            Mode::Cookie
        };
        let origins = get(config, "tokenOrigins");
        let token_origins = if Array::is_array(&origins) {
            Array::from(&origins)
                .iter()
                .filter_map(|origin| origin.as_string())
                .collect()
        } else {
            Vec::new()
        };
        let auth = Auth::new(Config {
            server: get_text(config, "server"),
            mode,
            token_origins,
        });
        let shown = Rc::new(RefCell::new(None));
        let outdated = Rc::clone(&shown);
        let forget = auth.subscribe(move |_| *outdated.borrow_mut() = None);
        Self {
            auth,
            shown,
            _forget: forget,
        }
    }

    /// Resolves, to nothing, once the session is known or the server known to be out of reach.
    pub fn ready(&self) -> Promise {
        let auth = self.auth.clone();
        promise(async move {
            auth.ready().await;
            JsValue::UNDEFINED
        })
    }

    /// The session as a plain object.
    #[wasm_bindgen(getter)]
    pub fn session(&self) -> JsValue {
        if let Some(object) = &*self.shown.borrow() {
            return object.clone();
        }
        let object = session_object(&self.auth.session());
        *self.shown.borrow_mut() = Some(object.clone());
        object
    }

    /// Calls `listener()` after every change; it reads `session` itself.
    pub fn subscribe(&self, listener: Function) -> Unsubscribe {
        Unsubscribe(Some(self.auth.subscribe(move |_| {
            // A listener that throws is its owner's affair and must not keep others from being told.
            if let Err(error) = listener.call0(&JsValue::UNDEFINED) {
                crate::platform::report(&error);
            }
        })))
    }

    /// Whether the user has this permission.
    pub fn can(&self, permission: &str) -> bool {
        self.auth.can(permission)
    }

    /// Whether the user has one of these permissions; of none: no.
    #[wasm_bindgen(js_name = canAny)]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "wasm-bindgen hands over owned lists"
    )]
    pub fn can_any(&self, permissions: Vec<String>) -> bool {
        self.auth.can_any(&permissions)
    }

    /// Whether the user has all of these permissions; of none: no.
    #[wasm_bindgen(js_name = canAll)]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "wasm-bindgen hands over owned lists"
    )]
    pub fn can_all(&self, permissions: Vec<String>) -> bool {
        self.auth.can_all(&permissions)
    }

    /// From `stepUp` back to `signedIn`.
    #[wasm_bindgen(js_name = cancelStepUp)]
    pub fn cancel_step_up(&self) {
        self.auth.cancel_step_up();
    }

    /// Makes an account with a password. Outcome: `{ ok: true }`.
    #[expect(clippy::needless_pass_by_value, reason = "wasm-bindgen hands over owned texts")]
    pub fn register(&self, email: &str, password: &str, name: Option<String>) -> Promise {
        self.sign_in_by(
            paths::REGISTER,
            register_body(email, password, name.as_deref()),
        )
    }

    /// Signs in with a password. Outcome: `{ ok: true }`.
    #[wasm_bindgen(js_name = signInWithPassword)]
    pub fn sign_in_with_password(&self, email: &str, password: &str, remember: bool) -> Promise {
        self.sign_in_by(
            paths::PASSWORD_SIGN_IN,
            password_sign_in_body(email, password, remember),
        )
    }

    /// Makes the first admin. Outcome: `{ ok: true }`.
    #[expect(clippy::needless_pass_by_value, reason = "wasm-bindgen hands over owned texts")]
    pub fn setup(&self, token: &str, email: &str, password: &str, name: Option<String>) -> Promise {
        self.sign_in_by(
            paths::SETUP,
            setup_body(token, email, password, name.as_deref()),
        )
    }

    fn sign_in_by(&self, path: &'static str, body: JsValue) -> Promise {
        let auth = self.auth.clone();
        promise(async move { outcome(auth.0.sign_in_by(path, body).await) })
    }

    /// Sets or changes the password. Outcome: `{ ok: true }`.
    #[wasm_bindgen(js_name = setPassword)]
    pub fn set_password(
        &self,
        current: Option<String>,
        new: String,
        end_other_sessions: bool,
    ) -> Promise {
        let auth = self.auth.clone();
        promise(async move {
            outcome(
                auth.set_password(current.as_deref(), &new, end_other_sessions)
                    .await,
            )
        })
    }

    /// Signs out. Outcome: `{ ok: true }`.
    #[wasm_bindgen(js_name = signOut)]
    pub fn sign_out(&self, everywhere: bool) -> Promise {
        let auth = self.auth.clone();
        promise(async move { outcome(auth.sign_out(everywhere).await) })
    }

    /// Signs in with a passkey. Outcome: `{ ok: true }`.
    #[wasm_bindgen(js_name = signInWithPasskey)]
    pub fn sign_in_with_passkey(&self, autofill: bool, remember: bool) -> Promise {
        let auth = self.auth.clone();
        promise(async move {
            outcome(
                auth.sign_in_with_passkey(PasskeySignIn { autofill, remember })
                    .await,
            )
        })
    }

    /// Makes an account that has only a passkey. Outcome: `{ ok: true }`.
    #[wasm_bindgen(js_name = signUpWithPasskey)]
    pub fn sign_up_with_passkey(&self, email: String, name: Option<String>) -> Promise {
        let auth = self.auth.clone();
        promise(async move { outcome(auth.sign_up_with_passkey(&email, name.as_deref()).await) })
    }

    /// Adds a passkey. Outcome: `{ ok: true, value: passkey }`, with the passkey
    /// `{ id, credentialId, name, synced, createdAt, lastUsedAt }`.
    #[wasm_bindgen(js_name = registerPasskey)]
    pub fn register_passkey(&self, name: Option<String>) -> Promise {
        let auth = self.auth.clone();
        promise(async move { value(auth.create_passkey(name.as_deref()).await) })
    }

    /// Whether this browser has passkeys.
    #[wasm_bindgen(js_name = passkeysSupported)]
    pub fn passkeys_supported(&self) -> bool {
        self.auth.passkeys_supported()
    }

    /// Whether passkeys can be offered by autofill. Resolves to a boolean.
    #[wasm_bindgen(js_name = passkeyAutofillSupported)]
    pub fn passkey_autofill_supported(&self) -> Promise {
        let auth = self.auth.clone();
        promise(async move { auth.passkey_autofill_supported().await.into() })
    }

    /// Ends the ceremony that is open, such as an autofill whose form goes away.
    #[wasm_bindgen(js_name = abortPasskey)]
    pub fn abort_passkey(&self) {
        self.auth.abort_passkey();
    }

    /// A request with a JSON body to the server's own API, for lists and acts that have no method
    /// of their own here. Outcome: `{ ok: true, value }` with the answer's keys in camelCase.
    pub fn call(&self, method: String, path: String, body: JsValue) -> Promise {
        let auth = self.auth.clone();
        let body = if body.is_undefined() {
            None
        } else {
            Some(body)
        };
        promise(async move { value(auth.0.call(&method, &path, body).await) })
    }

    /// Sends the browser to the server to sign in. Outcome: `{ ok: true }`.
    #[wasm_bindgen(js_name = signInWithRedirect)]
    pub fn sign_in_with_redirect(&self, return_to: String) -> Promise {
        let auth = self.auth.clone();
        promise(async move { outcome(auth.sign_in_with_redirect(&return_to).await) })
    }

    /// Completes a sign-in by redirect. Outcome: `{ ok: true, value: returnTo | undefined }`.
    #[wasm_bindgen(js_name = handleRedirect)]
    pub fn handle_redirect(&self) -> Promise {
        let auth = self.auth.clone();
        promise(async move {
            let to = auth.handle_redirect().await;
            value(to.map(|to| to.map_or(JsValue::UNDEFINED, JsValue::from)))
        })
    }

    /// Sends a request with whatever proves who is signed in. Outcome: `{ ok: true, value:
    /// Response }`; the response may have any status.
    pub fn fetch(&self, request: web_sys::Request) -> Promise {
        let auth = self.auth.clone();
        promise(async move {
            match auth.fetch(request).await {
                Ok(response) => success(&response),
                Err(error) => failure(&error),
            }
        })
    }
}

/// A promise for what `future` comes to. Boxed, so that the module has the machinery of promises
/// once and not once for each kind of future.
fn promise(future: impl Future<Output = JsValue> + 'static) -> Promise {
    fn of(future: Pin<Box<dyn Future<Output = JsValue>>>) -> Promise {
        future_to_promise(async move { Ok(future.await) })
    }
    of(Box::pin(future))
}

fn outcome(result: Result<(), AuthError>) -> JsValue {
    match result {
        Ok(()) => success(&JsValue::UNDEFINED),
        Err(error) => failure(&error),
    }
}

fn value(result: Result<JsValue, AuthError>) -> JsValue {
    match result {
        Ok(value) => success(&camel_case(&value)),
        Err(error) => failure(&error),
    }
}

fn success(value: &JsValue) -> JsValue {
    let object = new_object();
    set(&object, "ok", &JsValue::TRUE);
    if !value.is_undefined() {
        set(&object, "value", value);
    }
    object
}

fn failure(error: &AuthError) -> JsValue {
    let object = new_object();
    set(&object, "ok", &JsValue::FALSE);
    set(&object, "reason", &error.kind.as_str().into());
    set(&object, "message", &error.message.as_str().into());
    if let Some(field) = &error.field {
        set(&object, "field", &field.as_str().into());
    }
    if let Some(seconds) = error.retry_after {
        set(&object, "retryAfter", &seconds.into());
    }
    object
}

fn session_object(session: &Session) -> JsValue {
    let object = session
        .view()
        .map_or_else(new_object, |view| camel_case(&write_view(view)));
    let status = match session {
        Session::Loading => "loading",
        Session::Unreachable => "unreachable",
        Session::SignedOut { reason } => {
            set(&object, "reason", &reason.as_str().into());
            "signedOut"
        }
        Session::SignedIn { stale, .. } => {
            set(&object, "stale", &(*stale).into());
            "signedIn"
        }
        Session::StepUp { .. } => "stepUp",
    };
    set(&object, "status", &status.into());
    object
}
