//! [`Auth::fetch`]: the application's own requests, with whatever proves who is signed in.

use portcullis_core::Event;
use portcullis_core::event::NoToken;
use portcullis_types::ErrorCode;
use wasm_bindgen::JsCast;
use web_sys::{Request, Response, Url};

use crate::auth::Auth;
use crate::config::Mode;
use crate::convert::{get_text, parse_json};
use crate::driver::Inner;
use crate::error::{AuthError, ErrorKind, Failure};
use crate::http::{CSRF_HEADER, put, wait};
use crate::platform::window;
use crate::wire::read_code;

impl Auth {
    /// Sends a request of the application's. To the server's origin it carries what proves the
    /// session: the CSRF header by cookie, the access token in token mode. To any other origin it
    /// goes as it is.
    ///
    /// An answer of 401 in token mode leads to one refresh and one retry. Whatever answer comes
    /// in the end is returned; an error means that there was none.
    pub async fn fetch(&self, request: Request) -> Result<Response, AuthError> {
        Ok(self.0.fetch(request).await?)
    }
}

impl Inner {
    /// See [`Auth::fetch`].
    pub(crate) async fn fetch(&self, request: Request) -> Result<Response, Failure> {
        if !self.is_trusted(&request.url()) {
            return send(&request).await;
        }
        if let Mode::Cookie = self.config.mode {
            put(&request.headers(), CSRF_HEADER, "1");
            let response = send(&request).await?;
            self.learn_from(&response).await;
            return Ok(response);
        }
        let again = request.clone().map_err(|_| ErrorKind::NotSupported)?;
        let bearer = match self.token(None).await {
            Ok(bearer) => bearer,
            Err(NoToken::SignedOut) => return send(&request).await,
            Err(NoToken::Unreachable) => return Err(ErrorKind::Network.into()),
        };
        let response = send_with(&request, &bearer.token).await?;
        if response.status() != 401 {
            return Ok(response);
        }
        match self.token(Some(bearer.generation)).await {
            Ok(bearer) => send_with(&again, &bearer.token).await,
            Err(_) => Ok(response),
        }
    }

    /// Whether requests to `url` may carry proof of who is signed in.
    fn is_trusted(&self, url: &str) -> bool {
        let origin = |url: &str| Url::new(url).ok().map(|url| url.origin());
        let Some(target) = origin(url) else {
            return false;
        };
        if origin(&self.server).as_ref() == Some(&target) {
            return true;
        }
        matches!(self.config.mode, Mode::Token { .. })
            && self
                .config
                .token_origins
                .iter()
                .any(|o| origin(o).as_ref() == Some(&target))
    }

    /// Tells the machine if the server refused for a reason that is about the session.
    async fn learn_from(&self, response: &Response) {
        match response.status() {
            401 => self.drive(Event::Refused(ErrorCode::NotAuthenticated)),
            403 => {
                // The application reads the answer's body itself: this reads a copy.
                let Ok(text) = response.clone().and_then(|copy| copy.text()) else {
                    return;
                };
                let Ok(text) = wait(text).await else { return };
                let body = text.as_string().and_then(|text| parse_json(&text));
                if let Some(code) = body.and_then(|body| get_text(&body, "code")) {
                    self.drive(Event::Refused(read_code(&code)));
                }
            }
            _ => {}
        }
    }
}

async fn send(request: &Request) -> Result<Response, Failure> {
    Ok(wait(window()?.fetch_with_request(request))
        .await?
        .unchecked_into())
}

async fn send_with(request: &Request, token: &str) -> Result<Response, Failure> {
    put(
        &request.headers(),
        "authorization",
        &["Bearer ", token].concat(),
    );
    send(request).await
}
