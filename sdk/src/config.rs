//! How a client is set up.

/// Settings of an [`Auth`](crate::Auth).
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The server's public URL, which is also its OAuth issuer; nothing: the page's own origin.
    pub server: Option<String>,
    /// How requests prove who is signed in.
    pub mode: Mode,
    /// Further origins, such as `https://api.example.com`, to which [`Auth::fetch`] may send the
    /// access token. The server's own is always among them. Token mode only.
    ///
    /// [`Auth::fetch`]: crate::Auth::fetch
    pub token_origins: Vec<String>,
}

/// How requests prove who is signed in.
#[derive(Clone, Debug, Default)]
pub enum Mode {
    /// By the server's `HttpOnly` session cookie. Needs the server on the page's own origin.
    #[default]
    Cookie,
    /// By OAuth tokens, kept in memory only and shared between open tabs of the same origin.
    Token {
        /// The OAuth client's id.
        client_id: String,
        /// Where the server sends the browser back to.
        redirect_uri: String,
        /// Scopes to ask for, separated by spaces; `openid` gets an ID token checked.
        scope: String,
    },
}
