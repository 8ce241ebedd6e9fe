//! Signing in by redirect: authorization code with PKCE.

use portcullis_core::redirect::is_local_path;
use portcullis_core::redirect::{Answer, IdClaims, RANDOM_BYTES, RedirectError, Transaction};
use portcullis_core::{Event, base64url};
use portcullis_types::paths;
use wasm_bindgen::JsValue;
use web_sys::{UrlSearchParams, Window};

use crate::auth::Auth;
use crate::config::Mode;
use crate::convert::{parse_json, to_json};
use crate::error::{AuthError, ErrorKind};
use crate::http::Options;
use crate::platform::{challenge, now, random, tab_storage, window};
use crate::wire::{read_claims, read_tokens, read_transaction, write_transaction};

/// The server's sign-in page.
const SIGN_IN_PAGE: &str = "/sign-in";

impl Auth {
    /// Sends the browser to the server to sign in, and back to the path `return_to` of this
    /// origin afterwards. By cookie: to the server's sign-in page. In token mode: through the
    /// authorization endpoint, with PKCE, state and nonce; [`Auth::handle_redirect`] must run on
    /// the page of the redirect URI.
    pub async fn sign_in_with_redirect(&self, return_to: &str) -> Result<(), AuthError> {
        let window = window()?;
        let query = UrlSearchParams::new().map_err(|_| ErrorKind::NotSupported)?;
        let path = if let Mode::Token {
            client_id,
            redirect_uri,
            scope,
        } = &self.0.config.mode
        {
            let transaction = Transaction::new(&random::<RANDOM_BYTES>()?, return_to);
            let challenge = challenge(&transaction.verifier).await?;
            for (name, value) in transaction.request(client_id, redirect_uri, scope, &challenge) {
                query.append(name, value);
            }
            remember(&transaction).ok_or(ErrorKind::NotSupported)?;
            paths::OAUTH_AUTHORIZE
        } else {
            query.append(
                "return_to",
                if is_local_path(return_to) {
                    return_to
                } else {
                    "/"
                },
            );
            SIGN_IN_PAGE
        };
        let url = [&self.0.server, path, "?", &String::from(query.to_string())].concat();
        window
            .location()
            .assign(&url)
            .map_err(|_| ErrorKind::NotSupported.into())
    }

    /// Completes a sign-in by redirect if this page was loaded by one, and says where the user
    /// wanted to go; nothing: this is no such page. Takes the answer out of the address bar.
    pub async fn handle_redirect(&self) -> Result<Option<String>, AuthError> {
        let Mode::Token {
            client_id,
            redirect_uri,
            scope,
        } = &self.0.config.mode
        else {
            return Ok(None);
        };
        let window = window()?;
        let query = window.location().search().ok();
        let query = query.and_then(|query| UrlSearchParams::new_with_str(&query).ok());
        let Some(query) = query else { return Ok(None) };
        let (state, code, error) = (query.get("state"), query.get("code"), query.get("error"));
        let Some(state) = state.filter(|_| code.is_some() || error.is_some()) else {
            return Ok(None);
        };
        clean_address(&window);
        let invalid = || AuthError::new(ErrorKind::RedirectInvalid);
        let transaction = recall(&state).ok_or_else(invalid)?;
        let issuer = query.get("iss");
        let answer = Answer {
            state: Some(&state),
            issuer: issuer.as_deref(),
            code: code.as_deref(),
            error: error.as_deref(),
        };
        let code = transaction
            .code(answer, &self.0.server)
            .map_err(|error| match error {
                RedirectError::Refused(_) => AuthError::new(ErrorKind::RedirectRefused),
                _ => invalid(),
            })?;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", &transaction.verifier),
        ];
        let sent = now().mono;
        let answer = self
            .0
            .post_form(paths::OAUTH_TOKEN, &fields, Options::default())
            .await?;
        if answer.status != 200 {
            // A server in trouble is not a refusal, but the code may be spent all the same.
            let refused = answer.status < 500;
            return Err(if refused {
                ErrorKind::RedirectRefused
            } else {
                ErrorKind::Network
            }
            .into());
        }
        let tokens = read_tokens(&answer.body).ok_or(ErrorKind::UnexpectedAnswer)?;
        if scope.split(' ').any(|scope| scope == "openid") {
            let claims = tokens
                .id_token
                .as_deref()
                .and_then(id_claims)
                .ok_or_else(invalid)?;
            if !transaction.accepts(&claims, &self.0.server, client_id) {
                return Err(invalid());
            }
        }
        self.0.drive(Event::Redeemed {
            chain: state,
            tokens,
            sent,
        });
        self.ready().await;
        Ok(Some(transaction.return_to))
    }
}

fn key(state: &str) -> String {
    ["portcullis:", state].concat()
}

/// Keeps the transaction in the tab's own storage: other tabs may be signing in as well.
fn remember(transaction: &Transaction) -> Option<()> {
    let text = to_json(&write_transaction(transaction))?;
    tab_storage()?
        .set_item(&key(&transaction.state), &text)
        .ok()
}

/// Takes the transaction out of the storage: an answer counts once.
fn recall(state: &str) -> Option<Transaction> {
    let storage = tab_storage()?;
    let text = storage.get_item(&key(state)).ok().flatten()?;
    let _ = storage.remove_item(&key(state));
    read_transaction(&parse_json(&text)?)
}

/// Takes code and state out of the address bar and the history.
fn clean_address(window: &Window) {
    let path = window.location().pathname().unwrap_or_default();
    if let Ok(history) = window.history() {
        let state = history.state().unwrap_or(JsValue::NULL);
        let _ = history.replace_state_with_url(&state, "", Some(&path));
    }
}

/// The claims of a JWT, which is three base64url parts with dots between (RFC 7519 section 3).
fn id_claims(token: &str) -> Option<IdClaims> {
    let payload = base64url::decode(token.split('.').nth(1)?)?;
    read_claims(&parse_json(&String::from_utf8(payload).ok()?)?)
}
