//! Signing in by redirect: authorization code with PKCE.

use portcullis_core::Event;
use portcullis_core::redirect::{Answer, RANDOM_BYTES, RedirectError, Transaction, is_local_path};
use portcullis_types::paths;
use wasm_bindgen::JsValue;
use web_sys::{UrlSearchParams, Window};

use crate::auth::Auth;
use crate::config::Mode;
use crate::convert::{parse_json, to_json};
use crate::driver::Inner;
use crate::error::{AuthError, ErrorKind, Failure};
use crate::http::Options;
use crate::platform::{challenge, now, random, tab_storage, window};
use crate::wire::{id_claims, read_tokens, read_transaction, write_transaction};

/// The server's sign-in page.
const SIGN_IN_PAGE: &str = "/sign-in";

impl Auth {
    /// Sends the browser to the server to sign in, and back to the path `return_to` of this
    /// origin afterwards. By cookie: to the server's sign-in page. In token mode: through the
    /// authorization endpoint, with PKCE, state and nonce; [`Auth::handle_redirect`] must run on
    /// the page of the redirect URI.
    pub async fn sign_in_with_redirect(&self, return_to: &str) -> Result<(), AuthError> {
        Ok(self.0.sign_in_with_redirect(return_to).await?)
    }

    /// Completes a sign-in by redirect if this page was loaded by one, and says where the user
    /// wanted to go; nothing: this is no such page. Takes the answer out of the address bar.
    pub async fn handle_redirect(&self) -> Result<Option<String>, AuthError> {
        Ok(self.0.handle_redirect(self).await?)
    }
}

/// An answer that has passed its checks: what to redeem the code with.
struct Redemption {
    code: String,
    transaction: Transaction,
}

impl Inner {
    /// See [`Auth::sign_in_with_redirect`].
    pub(crate) async fn sign_in_with_redirect(&self, return_to: &str) -> Result<(), Failure> {
        let query = UrlSearchParams::new().map_err(|_| ErrorKind::NotSupported)?;
        if !self.by_token() {
            query.append(
                "return_to",
                if is_local_path(return_to) {
                    return_to
                } else {
                    "/"
                },
            );
            return self.leave(SIGN_IN_PAGE, &query);
        }
        let transaction = Transaction::new(&random::<RANDOM_BYTES>()?, return_to);
        let challenge = challenge(&transaction.verifier).await?;
        if let Mode::Token {
            client_id,
            redirect_uri,
            scope,
        } = &self.config.mode
        {
            for (name, value) in transaction.request(client_id, redirect_uri, scope, &challenge) {
                query.append(name, value);
            }
        }
        remember(&transaction).ok_or(ErrorKind::NotSupported)?;
        self.leave(paths::OAUTH_AUTHORIZE, &query)
    }

    fn leave(&self, path: &str, query: &UrlSearchParams) -> Result<(), Failure> {
        let url = [&self.server, path, "?", &String::from(query.to_string())].concat();
        window()?
            .location()
            .assign(&url)
            .map_err(|_| ErrorKind::NotSupported.into())
    }

    /// See [`Auth::handle_redirect`].
    pub(crate) async fn handle_redirect(&self, auth: &Auth) -> Result<Option<String>, Failure> {
        let Some(redemption) = self.redemption()? else {
            return Ok(None);
        };
        let sent = now().mono;
        let answer = {
            let fields = [
                ("grant_type", "authorization_code"),
                ("code", redemption.code.as_str()),
                ("redirect_uri", self.redirect_uri()),
                ("code_verifier", &redemption.transaction.verifier),
            ];
            self.post_form(paths::OAUTH_TOKEN, &fields, Options::default())
                .await?
        };
        match answer.status {
            200 => self.redeem(&redemption.transaction, &answer.body, sent)?,
            // A server in trouble is not a refusal, but the code may be spent all the same.
            500.. => return Err(ErrorKind::Network.into()),
            _ => return Err(ErrorKind::RedirectRefused.into()),
        }
        auth.ready().await;
        Ok(Some(redemption.transaction.return_to))
    }

    fn redirect_uri(&self) -> &str {
        match &self.config.mode {
            Mode::Token { redirect_uri, .. } => redirect_uri,
            Mode::Cookie => "",
        }
    }

    /// Reads and checks the answer in the address, if there is one, and takes it out of there.
    fn redemption(&self) -> Result<Option<Redemption>, Failure> {
        let window = window()?;
        let query = window.location().search().unwrap_or_default();
        let query = UrlSearchParams::new_with_str(&query).map_err(|_| ErrorKind::NotSupported)?;
        let [state, code, error, issuer] = ["state", "code", "error", "iss"].map(|n| query.get(n));
        let Some(state) = state.filter(|_| self.by_token() && (code.is_some() || error.is_some()))
        else {
            return Ok(None);
        };
        clean_address(&window);
        let transaction = recall(&state).ok_or(ErrorKind::RedirectInvalid)?;
        let answer = Answer {
            state: Some(&state),
            issuer: issuer.as_deref(),
            code: code.as_deref(),
            error: error.as_deref(),
        };
        let code = transaction
            .code(answer, &self.server)
            .map_err(|error| match error {
                RedirectError::Refused(_) => ErrorKind::RedirectRefused,
                _ => ErrorKind::RedirectInvalid,
            })?;
        Ok(Some(Redemption {
            code: code.to_owned(),
            transaction,
        }))
    }

    /// Takes over the tokens of the token endpoint's answer, after a look at the ID token.
    fn redeem(&self, tx: &Transaction, body: &JsValue, sent: i64) -> Result<(), Failure> {
        let tokens = read_tokens(body).ok_or(ErrorKind::UnexpectedAnswer)?;
        if let Mode::Token {
            client_id, scope, ..
        } = &self.config.mode
            && scope.split(' ').any(|scope| scope == "openid")
        {
            let claims = tokens.id_token.as_deref().and_then(id_claims);
            if !claims.is_some_and(|claims| tx.accepts(&claims, &self.server, client_id)) {
                return Err(ErrorKind::RedirectInvalid.into());
            }
        }
        self.drive(Event::Redeemed {
            chain: tx.state.clone(),
            tokens,
            sent,
        });
        Ok(())
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
