//! The calls of the admin API that are about clients.

use portcullis_sdk::{Auth, AuthError};
use portcullis_types::client::{AuthMethod, ClientSecretView, ClientSource, RotateSecretRequest};
use portcullis_types::{Timestamp, paths};
use serde::Deserialize;

use super::wire::Registration;

/// A client, as far as these pages look into it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ClientView {
    /// What it is registered as.
    pub(super) client: Registration,
    /// Where.
    pub(super) source: ClientSource,
    /// Its secrets, newest first.
    pub(super) secrets: Vec<ClientSecretView>,
    /// When it was registered; nothing for those of the file.
    pub(super) created_at: Option<Timestamp>,
}

impl ClientView {
    pub(super) fn id(&self) -> String {
        self.client.text("id")
    }

    pub(super) fn name(&self) -> String {
        self.client.text("name")
    }

    /// Whether it proves itself with a secret.
    pub(super) fn has_secret(&self) -> bool {
        let method = self.client.text("token_endpoint_auth_method");
        let all = AuthMethod::ALL.into_iter();
        all.filter(|it| it.has_secret())
            .any(|it| it.as_str() == method)
    }

    pub(super) fn is_of_file(&self) -> bool {
        self.source == ClientSource::File
    }
}

/// A page of clients, by id.
#[derive(Debug, Deserialize)]
pub(super) struct ClientPage {
    pub(super) clients: Vec<ClientView>,
    pub(super) next: Option<String>,
}

/// A client that was registered or changed, and its secret if that made one.
#[derive(Clone, Deserialize)]
pub(super) struct ClientChanged {
    pub(super) client: ClientView,
    pub(super) client_secret: Option<String>,
}

fn encoded(text: &str) -> String {
    String::from(js_sys::encode_uri_component(text))
}

fn path(id: &str) -> String {
    format!("{}/{}", paths::ADMIN_CLIENTS, encoded(id))
}

/// A page of clients with `search` in their id or name, from after `after` on.
pub(super) async fn clients(
    client: &Auth,
    search: &str,
    after: Option<&str>,
) -> Result<ClientPage, AuthError> {
    let mut path = format!("{}?limit=50", paths::ADMIN_CLIENTS);
    for (name, value) in [("search", Some(search)), ("after", after)] {
        if let Some(value) = value.filter(|it| !it.is_empty()) {
            path.extend(["&", name, "=", &encoded(value)]);
        }
    }
    client.request("GET", &path, None::<&()>).await
}

/// One client.
pub(super) async fn show(client: &Auth, id: &str) -> Result<ClientView, AuthError> {
    client.request("GET", &path(id), None::<&()>).await
}

/// Registers a client, or changes the one with that id.
pub(super) async fn save(
    client: &Auth,
    id: Option<&str>,
    registration: &Registration,
) -> Result<ClientChanged, AuthError> {
    let (method, path) = match id {
        Some(id) => ("PUT", path(id)),
        None => ("POST", paths::ADMIN_CLIENTS.to_owned()),
    };
    client.request(method, &path, Some(registration)).await
}

/// Gives it another secret; the one before it is good for so many seconds more.
pub(super) async fn rotate(
    client: &Auth,
    id: &str,
    overlap_seconds: u32,
) -> Result<ClientChanged, AuthError> {
    let path = format!("{}/rotate-secret", path(id));
    let body = RotateSecretRequest { overlap_seconds };
    client.request("POST", &path, Some(&body)).await
}

/// Deletes it.
pub(super) async fn delete(client: &Auth, id: &str) -> Result<(), AuthError> {
    client.request("DELETE", &path(id), None::<&()>).await
}
