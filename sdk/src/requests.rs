//! The machine's own requests: the session, refreshing and revoking tokens.

use portcullis_core::Event;
use portcullis_core::event::{Reply, Request};
use portcullis_types::paths;
use web_sys::{AbortController, UrlSearchParams};

use crate::config::Mode;
use crate::convert::get_text;
use crate::driver::Inner;
use crate::error::{ErrorKind, Failure};
use crate::http::{Answer, Options, new_headers, put};
use crate::wire::{read_answer, read_tokens};

impl Inner {
    /// Sends request `id` and tells the machine what came of it.
    pub(crate) async fn answer(&self, id: u32, request: Request) {
        let Ok(abort) = AbortController::new() else {
            return;
        };
        let signal = abort.signal();
        self.requests.borrow_mut().push((id, abort));
        let reply = self.reply(request, &signal).await;
        self.requests.borrow_mut().retain(|(other, _)| *other != id);
        if !signal.aborted() {
            let reply = reply.unwrap_or(Reply::Failed { retry_after: None });
            self.drive(Event::Response { id, reply });
        }
    }

    async fn reply(
        &self,
        request: Request,
        signal: &web_sys::AbortSignal,
    ) -> Result<Reply, Failure> {
        let options = Options {
            signal: Some(signal),
            ..Options::default()
        };
        match request {
            Request::Session { token } => {
                let headers = new_headers()?;
                let by_token = token.is_some();
                if let Some(token) = token {
                    put(&headers, "authorization", &["Bearer ", &token].concat());
                }
                let options = Options {
                    without_cookie: by_token,
                    ..options
                };
                let answer = self
                    .exchange("GET", paths::SESSION, &headers, None, options)
                    .await?;
                Ok(match answer.status {
                    200 => {
                        read_answer(&answer.body).map_or_else(|| failed(&answer), Reply::Session)
                    }
                    401 => Reply::Rejected,
                    _ => failed(&answer),
                })
            }
            Request::Refresh { token } => {
                let fields = [("grant_type", "refresh_token"), ("refresh_token", &token)];
                let answer = self.post_form(paths::OAUTH_TOKEN, &fields, options).await?;
                Ok(match answer.status {
                    200 => read_tokens(&answer.body).map_or_else(|| failed(&answer), Reply::Tokens),
                    // Anything else at 400 is a mistake of set-up, and signs nobody out.
                    400 | 401 if is_final(&answer) => Reply::Rejected,
                    _ => failed(&answer),
                })
            }
            Request::Revoke { token } => {
                // The user may close the tab as soon as they have signed out.
                let options = Options {
                    keepalive: true,
                    ..options
                };
                let fields = [("token", token.as_str())];
                let answer = self
                    .post_form(paths::OAUTH_REVOKE, &fields, options)
                    .await?;
                Ok(if answer.status < 500 && answer.status != 429 {
                    Reply::Done
                } else {
                    failed(&answer)
                })
            }
        }
    }

    /// Posts a form to an OAuth endpoint as this public client.
    pub(crate) async fn post_form(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        options: Options<'_>,
    ) -> Result<Answer, Failure> {
        let form = UrlSearchParams::new().map_err(|_| ErrorKind::NotSupported)?;
        if let Mode::Token { client_id, .. } = &self.config.mode {
            form.append("client_id", client_id);
        }
        for (name, value) in fields {
            form.append(name, value);
        }
        let headers = new_headers()?;
        put(
            &headers,
            "content-type",
            "application/x-www-form-urlencoded",
        );
        let options = Options {
            without_cookie: true,
            ..options
        };
        self.exchange(
            "POST",
            path,
            &headers,
            Some(&String::from(form.to_string())),
            options,
        )
        .await
    }
}

/// Whether the token endpoint says that the sign-in is over (RFC 6749 section 5.2).
fn is_final(answer: &Answer) -> bool {
    get_text(&answer.body, "error").as_deref() == Some("invalid_grant")
}

fn failed(answer: &Answer) -> Reply {
    Reply::Failed {
        retry_after: answer.retry_after,
    }
}
