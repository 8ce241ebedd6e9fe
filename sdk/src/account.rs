//! Making an account, password, signing out, and the list of one's sessions.

use portcullis_core::Event;
use portcullis_types::account::{
    PasswordSignInRequest, RegisterRequest, SetPasswordRequest, SetupRequest,
};
use portcullis_types::session::{SessionList, SessionSummary, SessionsEnded, SignOutRequest};
use portcullis_types::{ErrorCode, SessionAnswer, SessionId, paths};
use serde::Serialize;

use crate::auth::Auth;
use crate::config::Mode;
use crate::convert::to_js;
use crate::driver::Inner;
use crate::error::{AuthError, ErrorKind};

impl Auth {
    /// Makes an account with email and password, and signs in.
    pub async fn register(
        &self,
        email: &str,
        password: &str,
        name: Option<&str>,
    ) -> Result<(), AuthError> {
        let body = RegisterRequest {
            email: email.to_owned(),
            password: password.to_owned(),
            name: name.map(str::to_owned),
        };
        self.sign_in_by(paths::REGISTER, &body).await
    }

    /// Signs in with email and password; `remember`: for 30 days on this device. For a user who
    /// is signed in already this confirms it is them.
    pub async fn sign_in_with_password(
        &self,
        email: &str,
        password: &str,
        remember: bool,
    ) -> Result<(), AuthError> {
        let body = PasswordSignInRequest {
            email: email.to_owned(),
            password: password.to_owned(),
            remember,
        };
        self.sign_in_by(paths::PASSWORD_SIGN_IN, &body).await
    }

    /// Makes the first admin with the token of the set-up link, and signs in.
    pub async fn setup(
        &self,
        token: &str,
        email: &str,
        password: &str,
        name: Option<&str>,
    ) -> Result<(), AuthError> {
        let body = SetupRequest {
            token: token.to_owned(),
            email: email.to_owned(),
            password: password.to_owned(),
            name: name.map(str::to_owned),
        };
        self.sign_in_by(paths::SETUP, &body).await
    }

    /// Sets a password, or changes it; `current` is needed where there is one.
    pub async fn set_password(
        &self,
        current: Option<&str>,
        new: &str,
        end_other_sessions: bool,
    ) -> Result<(), AuthError> {
        let body = SetPasswordRequest {
            current: current.map(str::to_owned),
            new: new.to_owned(),
            end_other_sessions,
        };
        let answer = self
            .0
            .call("PUT", paths::PASSWORD, Some(to_js(&body)?))
            .await;
        answer?;
        // Whether there is a password is part of the session's view.
        self.0.drive(Event::Look);
        Ok(())
    }

    /// Signs out here and in every other tab; `everywhere`: on all other devices as well.
    ///
    /// By cookie this needs the server: when it cannot be reached, the session lives on and the
    /// error says so. In token mode the tokens are forgotten at once.
    pub async fn sign_out(&self, everywhere: bool) -> Result<(), AuthError> {
        if let Mode::Token { .. } = self.0.config.mode {
            if everywhere {
                return Err(ErrorKind::WrongMode.into());
            }
            self.0.drive(Event::SignedOut);
            return Ok(());
        }
        let body = SignOutRequest { everywhere };
        let answer = self
            .0
            .call("POST", paths::SIGN_OUT, Some(to_js(&body)?))
            .await;
        match answer {
            Err(error) if error.code() != Some(ErrorCode::NotAuthenticated) => Err(error),
            _ => {
                self.0.drive(Event::SignedOut);
                Ok(())
            }
        }
    }

    /// The user's sessions, the current one first.
    pub async fn sessions(&self) -> Result<Vec<SessionSummary>, AuthError> {
        let list: SessionList = self.request("GET", paths::SESSIONS, None::<&()>).await?;
        Ok(list.sessions)
    }

    /// Ends one session of the user's.
    pub async fn end_session(&self, id: SessionId) -> Result<(), AuthError> {
        let path = [paths::SESSIONS, "/", &id.to_string()].concat();
        self.0.call("DELETE", &path, None).await?;
        if self.session().view().is_some_and(|view| view.id == id) {
            self.0.drive(Event::SignedOut);
        }
        Ok(())
    }

    /// Ends all sessions of the user's but this one, and says how many there were.
    pub async fn end_other_sessions(&self) -> Result<u64, AuthError> {
        let ended: SessionsEnded = self
            .request("POST", paths::END_OTHER_SESSIONS, Some(&Empty {}))
            .await?;
        Ok(ended.ended)
    }

    /// Sends `body` to a route that signs in, and takes over the session it answers with.
    pub(crate) async fn sign_in_by<B: Serialize>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<(), AuthError> {
        self.0
            .signed_in(self.request("POST", path, Some(body)).await?)
    }
}

impl Inner {
    /// Takes over the session that a sign-in route has answered with.
    pub(crate) fn signed_in(&self, answer: SessionAnswer) -> Result<(), AuthError> {
        if answer.session.is_none() {
            return Err(ErrorKind::UnexpectedAnswer.into());
        }
        self.drive(Event::SignedIn(answer));
        Ok(())
    }
}

/// The body of a request that has nothing to say.
#[derive(Serialize)]
pub(crate) struct Empty {}
