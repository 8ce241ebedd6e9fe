//! Passkeys: signing in, signing up, and the list of one's own.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use portcullis_core::Event;
use portcullis_types::passkey::{PasskeyList, PasskeyView};
use portcullis_types::{PasskeyId, paths};
use wasm_bindgen::JsValue;
use web_sys::AbortController;

use crate::auth::Auth;
use crate::config::Mode;
use crate::convert::{from_js, get, new_object, set};
use crate::driver::Inner;
use crate::error::{AuthError, ErrorKind, Failure};
use crate::webauthn::{Ceremony, autofill_support, run, support};
use crate::wire::{fields, id_text};

/// The server keeps a ceremony for five minutes; autofill may wait for hours, and begins a new
/// one in good time.
const AUTOFILL_RENEWAL: u32 = 240_000;

/// How to sign in with a passkey.
#[derive(Clone, Copy, Debug, Default)]
pub struct PasskeySignIn {
    /// Offer passkeys in the autofill of an `autocomplete="username webauthn"` field instead of
    /// opening a dialog. Waits until one is chosen; a ceremony with a dialog takes its place, and
    /// ends it with [`ErrorKind::Aborted`].
    pub autofill: bool,
    /// Stay signed in for 30 days on this device.
    pub remember: bool,
}

/// What a ceremony is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    SignIn,
    AutofillSignIn,
    SignUp,
    Register,
}

impl Auth {
    /// Signs in with a passkey, without a user name. For a user who is signed in already this
    /// confirms it is them.
    pub async fn sign_in_with_passkey(&self, options: PasskeySignIn) -> Result<(), AuthError> {
        let purpose = if options.autofill {
            Purpose::AutofillSignIn
        } else {
            Purpose::SignIn
        };
        let extra = remember(options.remember);
        self.0.passkey(purpose, new_object(), extra).await?;
        Ok(())
    }

    /// Makes an account that has only a passkey, and signs in.
    pub async fn sign_up_with_passkey(
        &self,
        email: &str,
        name: Option<&str>,
    ) -> Result<(), AuthError> {
        let body = fields(&[("email", Some(email)), ("name", name)]);
        self.0.passkey(Purpose::SignUp, body, new_object()).await?;
        Ok(())
    }

    /// Adds a passkey to the account; without a name it is called after the device.
    pub async fn register_passkey(&self, name: Option<&str>) -> Result<PasskeyView, AuthError> {
        let extra = fields(&[("name", name)]);
        Ok(from_js(
            self.0
                .passkey(Purpose::Register, new_object(), extra)
                .await?,
        )?)
    }

    /// Whether this page can do passkeys at all.
    pub fn passkeys_supported(&self) -> bool {
        support().is_ok()
    }

    /// Whether passkeys can be offered in a field's autofill.
    pub async fn passkey_autofill_supported(&self) -> bool {
        autofill_support().await
    }

    /// The user's passkeys, oldest first.
    pub async fn passkeys(&self) -> Result<Vec<PasskeyView>, AuthError> {
        let list: PasskeyList = self.request("GET", paths::PASSKEYS, None::<&()>).await?;
        Ok(list.passkeys)
    }

    /// Calls a passkey something else.
    pub async fn rename_passkey(&self, id: PasskeyId, name: &str) -> Result<(), AuthError> {
        let path = [paths::PASSKEYS, "/", &id_text(id.0)].concat();
        let body = fields(&[("name", Some(name))]);
        self.0.call("PATCH", &path, Some(body)).await?;
        Ok(())
    }

    /// Takes a passkey away. The last way to sign in stays.
    pub async fn delete_passkey(&self, id: PasskeyId) -> Result<(), AuthError> {
        let path = [paths::PASSKEYS, "/", &id_text(id.0)].concat();
        self.0.call("DELETE", &path, None).await?;
        Ok(())
    }

    /// Ends the passkey ceremony that is open, if one is: its call ends with
    /// [`ErrorKind::Aborted`]. For a form that goes away while autofill waits.
    pub fn abort_passkey(&self) {
        if let Some(open) = self.0.ceremony.take() {
            open.abort.abort();
        }
    }
}

/// The extra field of a sign-in's finishing request.
pub(crate) fn remember(remember: bool) -> JsValue {
    let extra = new_object();
    set(&extra, "remember", &remember.into());
    extra
}

/// A ceremony that is open, and what ends it.
pub(crate) struct Pending {
    kind: Ceremony,
    abort: AbortController,
}

/// Gives the place for a ceremony back when dropped, unless another one has taken it.
struct OpenCeremony<'a> {
    place: &'a RefCell<Option<Pending>>,
    abort: AbortController,
}

impl Drop for OpenCeremony<'_> {
    fn drop(&mut self) {
        let mut place = self.place.borrow_mut();
        if place.as_ref().is_some_and(|open| open.abort == self.abort) {
            *place = None;
        }
    }
}

impl Inner {
    /// Accounts are managed by cookie; with tokens one signs in by redirect.
    pub(crate) fn needs_cookie(&self) -> Result<(), Failure> {
        match self.config.mode {
            Mode::Cookie => Ok(()),
            Mode::Token { .. } => Err(ErrorKind::WrongMode.into()),
        }
    }

    /// From beginning to end: `body` begins the ceremony, `extra` are the fields that finish it
    /// besides the credential. Answers with what the server says in the end.
    pub(crate) async fn passkey(
        &self,
        purpose: Purpose,
        body: JsValue,
        extra: JsValue,
    ) -> Result<JsValue, Failure> {
        self.needs_cookie()?;
        support()?;
        let (kind, begin, finish) = match purpose {
            Purpose::SignIn => (
                Ceremony::Get,
                paths::PASSKEY_SIGN_IN_BEGIN,
                paths::PASSKEY_SIGN_IN_FINISH,
            ),
            Purpose::AutofillSignIn => (
                Ceremony::Autofill,
                paths::PASSKEY_SIGN_IN_BEGIN,
                paths::PASSKEY_SIGN_IN_FINISH,
            ),
            Purpose::SignUp => (
                Ceremony::Create,
                paths::PASSKEY_SIGN_UP_BEGIN,
                paths::PASSKEY_SIGN_UP_FINISH,
            ),
            Purpose::Register => (
                Ceremony::Create,
                paths::PASSKEY_REGISTER_BEGIN,
                paths::PASSKEY_REGISTER_FINISH,
            ),
        };
        if kind == Ceremony::Autofill && !autofill_support().await {
            return Err(ErrorKind::NotSupported.into());
        }
        let (server, credential) = self.ceremony(kind, begin, &body).await?;
        set(&extra, "ceremony", &get(&server, "ceremony"));
        set(&extra, "credential", &credential);
        let answer = self.call("POST", finish, Some(extra)).await?;
        if purpose == Purpose::Register {
            self.drive(Event::Look);
        } else {
            self.signed_in(&answer)?;
        }
        Ok(answer)
    }

    /// Takes the one place there is for a ceremony. A dialog ends whatever is open; autofill, which
    /// is started by a form that appears and not by the user, yields to a dialog.
    fn open_ceremony(
        &self,
        kind: Ceremony,
        abort: &AbortController,
    ) -> Result<OpenCeremony<'_>, Failure> {
        let mut place = self.ceremony.borrow_mut();
        if let Some(open) = &*place {
            if kind == Ceremony::Autofill && open.kind != Ceremony::Autofill {
                return Err(ErrorKind::Aborted.into());
            }
            open.abort.abort();
        }
        *place = Some(Pending {
            kind,
            abort: abort.clone(),
        });
        Ok(OpenCeremony {
            place: &self.ceremony,
            abort: abort.clone(),
        })
    }

    /// Begins a ceremony at the server and runs it in the browser: what the server began with, and
    /// the credential. A browser has room for one at a time.
    async fn ceremony(
        &self,
        kind: Ceremony,
        path: &str,
        body: &JsValue,
    ) -> Result<(JsValue, JsValue), Failure> {
        loop {
            let abort = AbortController::new().map_err(|_| ErrorKind::NotSupported)?;
            let signal = abort.signal();
            let _open = self.open_ceremony(kind, &abort)?;
            let begun = self.call("POST", path, Some(body.clone())).await?;
            if signal.aborted() {
                return Err(ErrorKind::Aborted.into());
            }
            let renewed = Rc::new(Cell::new(false));
            let timer = (kind == Ceremony::Autofill).then(|| {
                let renewed = Rc::clone(&renewed);
                Timeout::new(AUTOFILL_RENEWAL, move || {
                    renewed.set(true);
                    abort.abort();
                })
            });
            let credential = run(kind, &get(&begun, "options"), &signal).await;
            drop(timer);
            match credential {
                Err(ErrorKind::Aborted) if renewed.get() => {}
                Err(kind) => return Err(kind.into()),
                Ok(credential) => return Ok((begun, credential)),
            }
        }
    }
}
