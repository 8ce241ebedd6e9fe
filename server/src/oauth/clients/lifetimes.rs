//! How long a client's tokens live: as it is registered, or else as everybody's.

use portcullis_types::client::Client;

use crate::app::App;

/// Lifetimes in seconds.
pub(crate) struct Lifetimes {
    pub(crate) access_token: i64,
    /// Refresh tokens without use.
    pub(crate) refresh_idle: i64,
    /// Token families at all.
    pub(crate) refresh_absolute: i64,
}

impl Lifetimes {
    pub(crate) fn of(app: &App, client: &Client) -> Self {
        let usual = &app.config.oauth;
        Self {
            access_token: client
                .access_token_seconds
                .unwrap_or(usual.access_token_seconds),
            refresh_idle: client
                .refresh_idle_seconds
                .unwrap_or(usual.refresh_idle_seconds),
            refresh_absolute: client
                .refresh_absolute_seconds
                .unwrap_or(usual.refresh_absolute_seconds),
        }
    }
}
