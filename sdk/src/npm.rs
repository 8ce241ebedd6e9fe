//! The face that `@portcullis/sdk` wraps: plain objects in, plain objects out.
//!
//! It is kept narrow, because each method exported from a module costs as much as the code behind
//! it; what needs no more than a line of JavaScript is done in the package's TypeScript.
//!
//! Every promise resolves; none rejects. It resolves to an *outcome*: `{ ok: true, value? }` or
//! `{ ok: false, reason, message, field?, retryAfter? }`, where `reason` is one of the names of
//! [`ErrorKind::as_str`](crate::ErrorKind::as_str). Bodies of requests are as on the wire, in
//! snake_case; what comes back is in camelCase.
//!
//! The session is `{ status }` with `status` one of `loading`, `unreachable`, `signedOut`
//! (and `reason`: `anonymous`, `signedOut`, `ended`), `signedIn` (`user`, `roles`, `permissions`,
//! `id`, `version`, `amr`, `authTime`, `idleExpiresAt`, `expiresAt`, `stale`) and `stepUp` (the
//! same fields but `stale`). It is the same object until it changes, so that `===` tells.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::{Array, Function, Promise};
use portcullis_core::Session;
use portcullis_types::paths;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;

use crate::auth::{Auth, Subscription};
use crate::config::{Config, Mode};
use crate::convert::{camel_case, get, get_text, new_object, set};
use crate::error::Failure;
use crate::passkeys::{Purpose, remember};
use crate::wire::{put_text, write_view};

/// Small rather than fast: a page holds a few kilobytes here, and the usual allocator alone would
/// be a tenth of the module.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: lol_alloc::LockedAllocator<lol_alloc::FreeListAllocator> =
    lol_alloc::LockedAllocator::new(lol_alloc::FreeListAllocator::new());

/// The client as JavaScript holds it.
#[wasm_bindgen]
pub struct AuthClient {
    auth: Auth,
    /// The session as a plain object, made when it is first asked for after a change.
    shown: Rc<RefCell<Option<JsValue>>>,
    /// Those of `subscribe`, and the first one, which forgets the object above.
    subscriptions: RefCell<Vec<Subscription>>,
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
            subscriptions: RefCell::new(vec![forget]),
        }
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

    /// Calls `listener()` after every change; it reads `session` itself. Answers with what
    /// `unsubscribe` takes.
    pub fn subscribe(&self, listener: Function) -> u32 {
        let subscription = self.auth.subscribe(move |_| {
            // A listener that throws is its owner's affair and must not keep others from hearing.
            if let Err(error) = listener.call0(&JsValue::UNDEFINED) {
                crate::platform::report(&error);
            }
        });
        let id = subscription.id();
        self.subscriptions.borrow_mut().push(subscription);
        id
    }

    /// Ends a subscription; again: does nothing.
    pub fn unsubscribe(&self, id: u32) {
        let mut subscriptions = self.subscriptions.borrow_mut();
        let at = subscriptions
            .iter()
            .position(|subscription| subscription.id() == id);
        let ended = at.map(|at| subscriptions.swap_remove(at));
        // What the listener owns may do anything as it goes.
        drop(subscriptions);
        drop(ended);
    }

    /// Whether the user has this permission.
    pub fn can(&self, permission: &str) -> bool {
        self.auth.can(permission)
    }

    /// From `stepUp` back to `signedIn`.
    #[wasm_bindgen(js_name = cancelStepUp)]
    pub fn cancel_step_up(&self) {
        self.auth.cancel_step_up();
    }

    /// Makes an account with `{ email, password, name? }`, and signs in.
    pub fn register(&self, body: JsValue) -> Promise {
        self.sign_in_by(paths::REGISTER, body)
    }

    /// Signs in with `{ email, password, remember? }`.
    #[wasm_bindgen(js_name = signInWithPassword)]
    pub fn sign_in_with_password(&self, body: JsValue) -> Promise {
        self.sign_in_by(paths::PASSWORD_SIGN_IN, body)
    }

    /// Makes the first admin with `{ token, email, password, name? }`, and signs in.
    pub fn setup(&self, body: JsValue) -> Promise {
        self.sign_in_by(paths::SETUP, body)
    }

    fn sign_in_by(&self, path: &'static str, body: JsValue) -> Promise {
        let inner = Rc::clone(&self.auth.0);
        promise(async move { outcome(inner.sign_in_by(path, body).await) })
    }

    /// Sets or changes the password with `{ current?, new, end_other_sessions? }`.
    #[wasm_bindgen(js_name = setPassword)]
    pub fn set_password(&self, body: JsValue) -> Promise {
        let inner = Rc::clone(&self.auth.0);
        promise(async move { outcome(inner.set_password(body).await) })
    }

    /// Signs out.
    #[wasm_bindgen(js_name = signOut)]
    pub fn sign_out(&self, everywhere: bool) -> Promise {
        let inner = Rc::clone(&self.auth.0);
        promise(async move { outcome(inner.sign_out(everywhere).await) })
    }

    /// Signs in with a passkey.
    #[wasm_bindgen(js_name = signInWithPasskey)]
    pub fn sign_in_with_passkey(&self, autofill: bool, keep: bool) -> Promise {
        let purpose = if autofill {
            Purpose::AutofillSignIn
        } else {
            Purpose::SignIn
        };
        self.passkey(purpose, new_object(), remember(keep))
    }

    /// Makes an account that has only a passkey with `{ email, name? }`, and signs in.
    #[wasm_bindgen(js_name = signUpWithPasskey)]
    pub fn sign_up_with_passkey(&self, body: JsValue) -> Promise {
        self.passkey(Purpose::SignUp, body, new_object())
    }

    /// Adds a passkey called `{ name? }`. The value is the passkey:
    /// `{ id, credentialId, name, synced, createdAt, lastUsedAt }`.
    #[wasm_bindgen(js_name = registerPasskey)]
    pub fn register_passkey(&self, name: JsValue) -> Promise {
        self.passkey(Purpose::Register, new_object(), name)
    }

    fn passkey(&self, purpose: Purpose, body: JsValue, extra: JsValue) -> Promise {
        let inner = Rc::clone(&self.auth.0);
        promise(async move {
            let answer = inner.passkey(purpose, body, extra).await;
            if purpose == Purpose::Register {
                value(answer)
            } else {
                outcome(answer.map(drop))
            }
        })
    }

    /// Ends the ceremony that is open, such as an autofill whose form goes away.
    #[wasm_bindgen(js_name = abortPasskey)]
    pub fn abort_passkey(&self) {
        self.auth.abort_passkey();
    }

    /// A request with a JSON body to the server's own API, for lists and acts that have no method
    /// of their own here. The value is the answer's body.
    pub fn call(&self, method: String, path: String, body: JsValue) -> Promise {
        let inner = Rc::clone(&self.auth.0);
        promise(async move {
            let body = Some(body).filter(|body| !body.is_undefined());
            value(inner.call(&method, &path, body).await)
        })
    }

    /// Sends the browser to the server to sign in.
    #[wasm_bindgen(js_name = signInWithRedirect)]
    pub fn sign_in_with_redirect(&self, return_to: String) -> Promise {
        let inner = Rc::clone(&self.auth.0);
        promise(async move { outcome(inner.sign_in_with_redirect(&return_to).await) })
    }

    /// Completes a sign-in by redirect. The value is the path to go to; none: this is no page
    /// that a redirect leads to.
    #[wasm_bindgen(js_name = handleRedirect)]
    pub fn handle_redirect(&self) -> Promise {
        let auth = self.auth.clone();
        promise(async move {
            let to = auth.0.handle_redirect(&auth).await;
            value(to.map(|to| to.map_or(JsValue::UNDEFINED, JsValue::from)))
        })
    }

    /// Sends a request with whatever proves who is signed in. The value is the response, of any
    /// status.
    pub fn fetch(&self, request: web_sys::Request) -> Promise {
        let inner = Rc::clone(&self.auth.0);
        promise(async move {
            match inner.fetch(request).await {
                Ok(response) => success(&response),
                Err(failed) => failure(&failed),
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

fn outcome(result: Result<(), Failure>) -> JsValue {
    value(result.map(|()| JsValue::UNDEFINED))
}

fn value(result: Result<JsValue, Failure>) -> JsValue {
    match result {
        Ok(value) => success(&camel_case(&value)),
        Err(failed) => failure(&failed),
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

fn failure(failure: &Failure) -> JsValue {
    let object = new_object();
    set(&object, "ok", &JsValue::FALSE);
    put_text(&object, "reason", failure.kind().as_str());
    put_text(&object, "message", failure.message());
    if let Failure::Told(error) = failure {
        if let Some(field) = &error.field {
            put_text(&object, "field", field);
        }
        if let Some(seconds) = error.retry_after {
            set(&object, "retryAfter", &seconds.into());
        }
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
