//! Making an account, password, signing out, and the list of one's sessions.

use portcullis_core::Event;
use portcullis_types::session::{SessionList, SessionSummary, SessionsEnded};
use portcullis_types::{ErrorCode, SessionId, paths};
use wasm_bindgen::JsValue;

use crate::auth::Auth;
use crate::config::Mode;
use crate::convert::{new_object, set};
use crate::driver::Inner;
use crate::error::{AuthError, ErrorKind, Failure};
use crate::wire::{fields, id_text, read_answer};

impl Auth {
    /// Makes an account with email and password, and signs in.
    pub async fn register(
        &self,
        email: &str,
        password: &str,
        name: Option<&str>,
    ) -> Result<(), AuthError> {
        Ok(self
            .0
            .sign_in_by(paths::REGISTER, register_body(email, password, name))
            .await?)
    }

    /// Signs in with email and password; `remember`: for 30 days on this device. For a user who
    /// is signed in already this confirms it is them.
    pub async fn sign_in_with_password(
        &self,
        email: &str,
        password: &str,
        remember: bool,
    ) -> Result<(), AuthError> {
        let body = password_sign_in_body(email, password, remember);
        Ok(self.0.sign_in_by(paths::PASSWORD_SIGN_IN, body).await?)
    }

    /// Makes the first admin with the token of the set-up link, and signs in.
    pub async fn setup(
        &self,
        token: &str,
        email: &str,
        password: &str,
        name: Option<&str>,
    ) -> Result<(), AuthError> {
        Ok(self
            .0
            .sign_in_by(paths::SETUP, setup_body(token, email, password, name))
            .await?)
    }

    /// Sets a password, or changes it; `current` is needed where there is one.
    pub async fn set_password(
        &self,
        current: Option<&str>,
        new: &str,
        end_other_sessions: bool,
    ) -> Result<(), AuthError> {
        let body = set_password_body(current, new, end_other_sessions);
        Ok(self.0.set_password(body).await?)
    }

    /// Signs out here and in every other tab; `everywhere`: on all other devices as well.
    ///
    /// By cookie this needs the server: when it cannot be reached, the session lives on and the
    /// error says so. In token mode the tokens are forgotten at once, and revoked as soon as the
    /// server is there.
    pub async fn sign_out(&self, everywhere: bool) -> Result<(), AuthError> {
        Ok(self.0.sign_out(everywhere).await?)
    }

    /// The user's sessions, the current one first.
    pub async fn sessions(&self) -> Result<Vec<SessionSummary>, AuthError> {
        let list: SessionList = self.request("GET", paths::SESSIONS, None::<&()>).await?;
        Ok(list.sessions)
    }

    /// Ends one session of the user's.
    pub async fn end_session(&self, id: SessionId) -> Result<(), AuthError> {
        let path = [paths::SESSIONS, "/", &id_text(id.0)].concat();
        self.0.call("DELETE", &path, None).await?;
        if self.session().view().is_some_and(|view| view.id == id) {
            self.0.drive(Event::SignedOut);
        }
        Ok(())
    }

    /// Ends all sessions of the user's but this one, and says how many there were.
    pub async fn end_other_sessions(&self) -> Result<u64, AuthError> {
        let body = Some(new_object());
        let answer = self.0.call("POST", paths::END_OTHER_SESSIONS, body).await?;
        let ended: SessionsEnded = crate::convert::from_js(answer)?;
        Ok(ended.ended)
    }
}

impl Inner {
    /// See [`Auth::sign_out`].
    pub(crate) async fn sign_out(&self, everywhere: bool) -> Result<(), Failure> {
        if let Mode::Token { .. } = self.config.mode {
            if everywhere {
                return Err(ErrorKind::WrongMode.into());
            }
        } else {
            match self
                .call("POST", paths::SIGN_OUT, Some(sign_out_body(everywhere)))
                .await
            {
                // It was over already.
                Err(f) if f.kind() == ErrorKind::Server(ErrorCode::NotAuthenticated) => {}
                Err(failure) => return Err(failure),
                Ok(_) => {}
            }
        }
        self.drive(Event::SignedOut);
        Ok(())
    }

    /// See [`Auth::set_password`].
    pub(crate) async fn set_password(&self, body: JsValue) -> Result<(), Failure> {
        self.call("PUT", paths::PASSWORD, Some(body)).await?;
        // Whether there is a password is part of the session's view.
        self.drive(Event::Look);
        Ok(())
    }

    /// Sends `body` to a route that signs in, and takes over the session it answers with.
    pub(crate) async fn sign_in_by(&self, path: &str, body: JsValue) -> Result<(), Failure> {
        self.needs_cookie()?;
        self.signed_in(&self.call("POST", path, Some(body)).await?)
    }

    /// Takes over the session that a sign-in route has answered with.
    pub(crate) fn signed_in(&self, answer: &JsValue) -> Result<(), Failure> {
        let answer = read_answer(answer).filter(|answer| answer.session.is_some());
        self.drive(Event::SignedIn(answer.ok_or(ErrorKind::UnexpectedAnswer)?));
        Ok(())
    }
}

/// [`RegisterRequest`](portcullis_types::account::RegisterRequest).
pub(crate) fn register_body(email: &str, password: &str, name: Option<&str>) -> JsValue {
    fields(&[
        ("email", Some(email)),
        ("password", Some(password)),
        ("name", name),
    ])
}

/// [`PasswordSignInRequest`](portcullis_types::account::PasswordSignInRequest).
pub(crate) fn password_sign_in_body(email: &str, password: &str, remember: bool) -> JsValue {
    let body = fields(&[("email", Some(email)), ("password", Some(password))]);
    set(&body, "remember", &remember.into());
    body
}

/// [`SetupRequest`](portcullis_types::account::SetupRequest).
pub(crate) fn setup_body(token: &str, email: &str, password: &str, name: Option<&str>) -> JsValue {
    let token = ("token", Some(token));
    fields(&[
        token,
        ("email", Some(email)),
        ("password", Some(password)),
        ("name", name),
    ])
}

/// [`SetPasswordRequest`](portcullis_types::account::SetPasswordRequest).
pub(crate) fn set_password_body(current: Option<&str>, new: &str, end_others: bool) -> JsValue {
    let body = fields(&[("current", current), ("new", Some(new))]);
    set(&body, "end_other_sessions", &end_others.into());
    body
}

/// [`SignOutRequest`](portcullis_types::session::SignOutRequest).
pub(crate) fn sign_out_body(everywhere: bool) -> JsValue {
    let body = new_object();
    set(&body, "everywhere", &everywhere.into());
    body
}
