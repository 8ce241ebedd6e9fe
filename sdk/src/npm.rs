//! The face that the package `@portcullis/sdk` drives: the machine, permissions and redirect
//! transactions, as plain objects. The package's own TypeScript is the thin layer around it that
//! `driver` is for Rust: it tells the machine what happens and does what it asks for.
//!
//! Compiled to WebAssembly, a layer that does nothing but call the browser's functions is three
//! times as large as in the browser's own language, and everything that decides is here
//! (docs/decisions/0004).
//!
//! The session is `{ status }` with `status` one of `loading`, `unreachable`, `signedOut`
//! (and `reason`: `anonymous`, `signedOut`, `ended`), `signedIn` (`user`, `roles`, `permissions`,
//! `id`, `version`, `amr`, `authTime`, `idleExpiresAt`, `expiresAt`, `stale`) and `stepUp` (the
//! same fields but `stale`). It is the same object until it changes, so that `===` tells.

use js_sys::Array;
use portcullis_core::event::{Lock, NoToken, Reply, Request};
use portcullis_core::redirect::{Answer, RANDOM_BYTES, RedirectError, Transaction};
use portcullis_core::{Effect, Event, Machine, Now, Session, Settings};
use portcullis_policy::Permission;
use portcullis_types::ErrorCode;
use portcullis_types::events::EventKind;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::convert::{get, new_object, set};
use crate::messages;
use crate::wire::{
    IN_SCRIPTS, id_claims, integer, put_integer, put_text, read_answer, read_tokens, text,
    write_transaction, write_view,
};

/// Small rather than fast: a page holds a few kilobytes here, and the usual allocator alone would
/// be a tenth of the module.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: lol_alloc::LockedAllocator<lol_alloc::FreeListAllocator> =
    lol_alloc::LockedAllocator::new(lol_alloc::FreeListAllocator::new());

/// The machine of one tab.
#[wasm_bindgen]
pub struct Core {
    machine: Machine,
    /// The session as a plain object, made when it is first asked for after a change.
    shown: Option<JsValue>,
}

#[wasm_bindgen]
impl Core {
    /// A machine for a browser that has these means; `share`: tokens may go to other tabs over the
    /// channel, where any script of the origin can read them. It knows of no page, and works in a
    /// worker as well.
    #[expect(clippy::fn_params_excessive_bools, reason = "as in `Settings`")]
    #[wasm_bindgen(constructor)]
    pub fn new(token_mode: bool, channel: bool, locks: bool, share: bool) -> Self {
        Self {
            machine: Machine::new(Settings {
                token_mode,
                channel,
                locks,
                share_tokens: share,
            }),
            shown: None,
        }
    }

    /// The session as a plain object.
    #[wasm_bindgen(getter)]
    pub fn session(&mut self) -> JsValue {
        self.shown
            .get_or_insert_with(|| session_object(self.machine.session()))
            .clone()
    }

    /// When, by `performance.now()`, a `tick` is due; `undefined`: never.
    #[wasm_bindgen(getter)]
    #[expect(clippy::cast_precision_loss, reason = "a time in milliseconds fits")]
    pub fn deadline(&self) -> Option<f64> {
        self.machine.next_deadline().map(|at| at as f64)
    }

    /// Whether the user has this permission.
    pub fn can(&self, permission: &str) -> bool {
        Permission::parse(permission).is_ok_and(|p| self.machine.permissions().allows(&p))
    }

    /// Whether the user has this permission, and why: `{ allowed, reason, by? }` with `reason` one of
    /// `granted` (and `by`: the pattern that grants it), `not_granted` and `not_a_permission`.
    pub fn explain(&self, permission: &str) -> JsValue {
        let object = new_object();
        let permission = Permission::parse(permission);
        let found = permission.as_ref().ok();
        let found = found.and_then(|p| self.machine.permissions().find(p));
        let reason = if let Some((pattern, _)) = found {
            put_text(&object, "by", pattern.as_str());
            "granted"
        } else if permission.is_ok() {
            "not_granted"
        } else {
            "not_a_permission"
        };
        set(&object, "allowed", &JsValue::from_bool(found.is_some()));
        put_text(&object, "reason", reason);
        object
    }

    /// Takes what has happened, at these readings of both clocks, and answers with what is to be
    /// done, in this order. See `Event` and `Effect` in the package's `core.ts`.
    #[expect(clippy::cast_possible_truncation, reason = "times in milliseconds fit")]
    pub fn handle(&mut self, mono: f64, wall: f64, kind: &str, event: &JsValue) -> Array {
        let effects = Array::new();
        if let Some(event) = read_event(kind, event) {
            let now = Now {
                mono: mono as i64,
                wall: wall as i64,
            };
            for effect in self.machine.handle(now, event) {
                if effect == Effect::Notify {
                    self.shown = None;
                }
                effects.push(&write_effect(&effect));
            }
        }
        effects
    }
}

/// Begins a sign-in by redirect, of 64 random bytes: `{ state, nonce, verifier, return_to }`.
#[wasm_bindgen(js_name = beginRedirect)]
pub fn begin_redirect(random: &[u8], return_to: &str) -> JsValue {
    let mut bytes = [0; RANDOM_BYTES];
    for (to, from) in bytes.iter_mut().zip(random) {
        *to = *from;
    }
    write_transaction(&Transaction::new(&bytes, return_to))
}

/// Whether a path stays on the page's own origin.
#[wasm_bindgen(js_name = isLocalPath)]
pub fn is_local_path(path: &str) -> bool {
    portcullis_core::redirect::is_local_path(path)
}

/// Checks the answer that a redirect has brought, `{ state?, iss?, code?, error? }`: why it is
/// refused, or nothing.
#[wasm_bindgen(js_name = refuseRedirect)]
pub fn refuse_redirect(transaction: &JsValue, answer: &JsValue, issuer: &str) -> Option<String> {
    const INVALID: &str = "redirect_invalid";
    let Some(expected) = text(transaction, "state") else {
        return Some(INVALID.to_owned());
    };
    let state = text(answer, "state");
    let iss = text(answer, "iss");
    let code = text(answer, "code");
    let error = text(answer, "error");
    let answer = Answer {
        state: state.as_deref(),
        issuer: iss.as_deref(),
        code: code.as_deref(),
        error: error.as_deref(),
    };
    let reason = match answer.code_of(&expected, issuer) {
        Ok(_) => return None,
        Err(RedirectError::Refused(_)) => "redirect_refused",
        Err(_) => INVALID,
    };
    Some(reason.to_owned())
}

/// Whether an ID token is the one that the transaction asked for.
#[wasm_bindgen(js_name = acceptsIdToken)]
pub fn accepts_id_token(transaction: &JsValue, token: &str, issuer: &str, client_id: &str) -> bool {
    match (text(transaction, "nonce"), id_claims(token)) {
        (Some(nonce), Some(claims)) => claims.are_of(&nonce, issuer, client_id),
        _ => false,
    }
}

fn read_event(kind: &str, event: &JsValue) -> Option<Event> {
    Some(match kind {
        "started" => Event::Started,
        "tick" => Event::Tick,
        "look" => Event::Look,
        "visible" => Event::Visible(event.is_truthy()),
        "restored" => Event::Restored(event.is_truthy()),
        "online" => Event::Online(event.is_truthy()),
        "signedIn" => Event::SignedIn(read_answer(event)?),
        "signedOut" => Event::SignedOut,
        "redeemed" => Event::Redeemed {
            chain: text(event, "chain")?,
            tokens: read_tokens(&get(event, "tokens"))?,
            sent: integer(event, "sent")?,
        },
        "response" => Event::Response {
            id: count(event, "id")?,
            reply: read_reply(event),
        },
        "message" => Event::Message(messages::read(event)?),
        "leader" => lock(Lock::Leader, event),
        "refresh" => lock(Lock::Refresh, event),
        "hello" => stream(EventKind::Hello, event),
        "changed" => stream(EventKind::Changed, event),
        "ended" => stream(EventKind::Ended, event),
        "streamClosed" => Event::StreamClosed,
        "refused" => Event::Refused(code(&event.as_string()?)),
        "stepUpCancelled" => Event::StepUpCancelled,
        "needToken" => Event::NeedToken {
            waiter: count(event, "waiter")?,
            rejected: integer(event, "rejected").and_then(|n| u64::try_from(n).ok()),
        },
        _ => return None,
    })
}

/// A code that says something about the session; all others say nothing, and their names need not be
/// here.
fn code(name: &str) -> ErrorCode {
    const TELLING: [ErrorCode; 3] = [
        ErrorCode::NotAuthenticated,
        ErrorCode::Forbidden,
        ErrorCode::StepUpRequired,
    ];
    const NAMES: [&str; 3] = [
        TELLING[0].as_str(),
        TELLING[1].as_str(),
        TELLING[2].as_str(),
    ];
    let at = NAMES.iter().position(|known| *known == name);
    at.and_then(|at| TELLING.get(at).copied())
        .unwrap_or(ErrorCode::Unknown)
}

fn lock(lock: Lock, granted: &JsValue) -> Event {
    if granted.is_truthy() {
        Event::LockGranted(lock)
    } else {
        Event::LockFailed(lock)
    }
}

fn stream(kind: EventKind, event: &JsValue) -> Event {
    Event::Stream {
        kind,
        version: integer(event, "version").unwrap_or(-1),
    }
}

fn count(object: &JsValue, name: &str) -> Option<u32> {
    integer(object, name).and_then(|n| u32::try_from(n).ok())
}

/// `{ session? | tokens? | done? | rejected?, retryAfter? }`; anything else is a failure.
fn read_reply(event: &JsValue) -> Reply {
    let (session, tokens) = (get(event, "session"), get(event, "tokens"));
    if let Some(answer) = read_answer(&session) {
        Reply::Session(answer)
    } else if let Some(tokens) = read_tokens(&tokens) {
        Reply::Tokens(tokens)
    } else if get(event, "rejected").is_truthy() {
        Reply::Rejected
    } else if get(event, "done").is_truthy() {
        Reply::Done
    } else {
        Reply::Failed {
            retry_after: count(event, "retryAfter"),
        }
    }
}

fn write_effect(effect: &Effect) -> JsValue {
    let object = new_object();
    let kind = match effect {
        Effect::Send { id, request } => {
            put_integer(&object, "id", i64::from(*id));
            let (what, token) = match request {
                Request::Session { token } => ("session", token.as_ref()),
                Request::Refresh { token } => ("refresh", Some(token)),
                Request::Revoke { token } => ("revoke", Some(token)),
            };
            put_text(&object, "what", what);
            if let Some(token) = token {
                put_text(&object, "token", token);
            }
            "send"
        }
        Effect::Abort { id } => {
            put_integer(&object, "id", i64::from(*id));
            "abort"
        }
        Effect::Broadcast(message) => {
            set(&object, "message", &messages::write(message));
            "broadcast"
        }
        Effect::RequestLock(lock) => {
            put_text(&object, "lock", lock_name(*lock));
            "request"
        }
        Effect::ReleaseLock(lock) => {
            put_text(&object, "lock", lock_name(*lock));
            "release"
        }
        Effect::OpenStream => "open",
        Effect::CloseStream => "close",
        Effect::Settle { waiter, outcome } => {
            put_integer(&object, "waiter", i64::from(*waiter));
            match outcome {
                Ok(bearer) => {
                    put_text(&object, "token", &bearer.token);
                    put_integer(&object, "generation", bearer.generation.cast_signed());
                }
                Err(NoToken::SignedOut) => put_text(&object, "reason", "signed_out"),
                Err(NoToken::Unreachable) => put_text(&object, "reason", "network"),
            }
            "settle"
        }
        Effect::Notify => "notify",
    };
    put_text(&object, "kind", kind);
    object
}

const fn lock_name(lock: Lock) -> &'static str {
    match lock {
        Lock::Leader => "leader",
        Lock::Refresh => "refresh",
    }
}

fn session_object(session: &Session) -> JsValue {
    let object = session
        .view()
        .map_or_else(new_object, |view| write_view(view, &IN_SCRIPTS));
    let status = match session {
        Session::Loading => "loading",
        Session::Unreachable => "unreachable",
        Session::SignedOut { reason } => {
            put_text(&object, "reason", reason.as_str());
            "signedOut"
        }
        Session::SignedIn { stale, .. } => {
            set(&object, "stale", &JsValue::from_bool(*stale));
            "signedIn"
        }
        Session::StepUp { .. } => "stepUp",
    };
    put_text(&object, "status", status);
    object
}
