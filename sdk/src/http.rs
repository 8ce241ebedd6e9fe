//! Requests to the server: JSON in, JSON or a problem document out.

use std::pin::Pin;
use std::task::{Context, Poll};

use js_sys::Promise;
use portcullis_core::event::{Bearer, NoToken};
use portcullis_types::ErrorCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestCache, RequestCredentials, RequestInit, Response};

use crate::auth::Auth;
use crate::convert::{from_js, parse_json, set, to_js, to_json};
use crate::driver::Inner;
use crate::error::{AuthError, ErrorKind, Failure};
use crate::platform::window;
use crate::wire::read_problem;

/// The static header that a cross-site form cannot send; see the server's CSRF check.
pub(crate) const CSRF_HEADER: &str = "x-portcullis";

/// An answer whose body has been read.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The body as a JavaScript value; `undefined` if it is empty or not JSON.
    pub(crate) body: JsValue,
    /// Seconds, from the `Retry-After` header.
    pub(crate) retry_after: Option<u32>,
}

impl Auth {
    /// Sends a JSON request to the server, as the application's own API calls do, and reads its
    /// JSON answer. `path` begins with a slash. For a `T` of `()` the answer may be empty.
    ///
    /// A refusal comes back as the problem it was; one that is about the session (not signed in,
    /// step-up required) changes [`Auth::session`] too.
    pub async fn request<B, T>(
        &self,
        method: &str,
        path: &str,
        body: Option<&B>,
    ) -> Result<T, AuthError>
    where
        B: Serialize + ?Sized,
        T: DeserializeOwned,
    {
        let body = body.map(to_js).transpose()?;
        Ok(from_js(self.0.call(method, path, body).await?)?)
    }
}

/// How to send a request, apart from what it says.
#[derive(Clone, Copy, Default)]
pub(crate) struct Options<'a> {
    /// Ends it early.
    pub(crate) signal: Option<&'a web_sys::AbortSignal>,
    /// Leave the cookie at home: the request proves itself by a token, or needs no proof.
    pub(crate) without_cookie: bool,
    /// Send it even if the page is closed meanwhile.
    pub(crate) keepalive: bool,
}

impl Inner {
    /// Sends a JSON request to the server, with the cookie or a token, and answers with the body
    /// of its answer.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<JsValue>,
    ) -> Result<JsValue, Failure> {
        let headers = new_headers()?;
        let body = body.as_ref().and_then(to_json);
        if body.is_some() {
            put(&headers, "content-type", "application/json");
        }
        put(&headers, CSRF_HEADER, "1");
        let by_token = self.by_token();
        let options = Options {
            without_cookie: by_token,
            ..Options::default()
        };
        let mut rejected = None;
        let answer = loop {
            let bearer = if by_token {
                Some(self.bearer(rejected).await?)
            } else {
                None
            };
            if let Some(bearer) = &bearer {
                put(
                    &headers,
                    "authorization",
                    &["Bearer ", &bearer.token].concat(),
                );
            }
            let answer = self
                .exchange(method, path, &headers, body.as_deref(), options)
                .await?;
            match bearer {
                // One refresh, one retry.
                Some(bearer) if answer.status == 401 && rejected.is_none() => {
                    rejected = Some(bearer.generation);
                }
                _ => break answer,
            }
        };
        if (200..300).contains(&answer.status) {
            return Ok(answer.body);
        }
        let failure = refusal(&answer);
        if let ErrorKind::Server(code) = failure.kind() {
            self.drive(portcullis_core::Event::Refused(code));
        }
        Err(failure)
    }

    async fn bearer(&self, rejected: Option<u64>) -> Result<Bearer, Failure> {
        self.token(rejected).await.map_err(|reason| match reason {
            NoToken::SignedOut => ErrorKind::SignedOut.into(),
            NoToken::Unreachable => ErrorKind::Network.into(),
        })
    }

    /// Sends a request to `path` on the server and reads the answer, whatever its status.
    pub(crate) async fn exchange(
        &self,
        method: &str,
        path: &str,
        headers: &Headers,
        body: Option<&str>,
        options: Options<'_>,
    ) -> Result<Answer, Failure> {
        let init = RequestInit::new();
        init.set_method(method);
        init.set_headers(headers.as_ref());
        init.set_cache(RequestCache::NoStore);
        init.set_signal(options.signal);
        if let Some(body) = body {
            init.set_body(&JsValue::from_str(body));
        }
        if options.without_cookie {
            init.set_credentials(RequestCredentials::Omit);
        }
        if options.keepalive {
            set(&init, "keepalive", &JsValue::TRUE);
        }
        let url = [self.server.as_str(), path].concat();
        let response = wait(window()?.fetch_with_str_and_init(&url, &init)).await?;
        let response: Response = response.unchecked_into();
        let text = wait(response.text().map_err(|_| ErrorKind::Network)?).await?;
        let retry_after = response.headers().get("retry-after").ok().flatten();
        Ok(Answer {
            status: response.status(),
            body: text
                .as_string()
                .and_then(|t| parse_json(&t))
                .unwrap_or(JsValue::UNDEFINED),
            retry_after: retry_after.and_then(|seconds| seconds.parse().ok()),
        })
    }
}

/// Waits for a promise of the network; whatever goes wrong there is [`ErrorKind::Network`].
pub(crate) fn wait(promise: Promise) -> Wait {
    Wait(JsFuture::from(promise))
}

/// See [`wait`]; a type of its own, so that those who wait share its code.
pub(crate) struct Wait(JsFuture);

impl Future for Wait {
    type Output = Result<JsValue, Failure>;

    #[inline(never)]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0)
            .poll(context)
            .map_err(|_| ErrorKind::Network.into())
    }
}

/// An empty list of headers.
pub(crate) fn new_headers() -> Result<Headers, Failure> {
    Headers::new().map_err(|_| ErrorKind::NotSupported.into())
}

/// Adds a header of ours; its name and value are always fit for one.
pub(crate) fn put(headers: &Headers, name: &str, value: &str) {
    let _ = headers.set(name, value);
}

/// The failure that an answer other than 2xx stands for.
fn refusal(answer: &Answer) -> Failure {
    let Some(problem) = read_problem(&answer.body) else {
        // Not our server's words: a proxy in between, or a gateway whose upstream is down.
        return Failure::Kind(match answer.status {
            429 => ErrorKind::Server(ErrorCode::RateLimited),
            502..=504 => ErrorKind::Network,
            _ => ErrorKind::UnexpectedAnswer,
        });
    };
    Failure::Told(Box::new(AuthError {
        kind: ErrorKind::Server(problem.code),
        message: problem.detail,
        field: problem.field,
        retry_after: problem.retry_after.or(answer.retry_after),
    }))
}
