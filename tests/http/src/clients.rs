//! OAuth clients that tests register.

use portcullis_domain::{
    Clock, RegistrationTokenId, Rng, SecretHash,
    audit::{AuditEvent, AuditKind},
    clients::{ClientSecret, ClientStore},
    registration::{InitialToken, RegistrationStore},
};
use portcullis_server::SystemRng;
use portcullis_types::{
    client::{AuthMethod, Client, ExchangeRule, GrantType, SigningAlgorithm},
    paths,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{Answer, Browser, Server, device::random};

/// A client with a secret in the header.
pub fn confidential(id: &str) -> Client {
    let mut client = Client::new(id, id);
    client.token_endpoint_auth_method = AuthMethod::ClientSecretBasic;
    client.redirect_uris = vec!["https://shop.example/callback".to_owned()];
    client
}

/// A public client that signs people in.
pub fn public(id: &str, redirect_uri: &str) -> Client {
    let mut client = Client::new(id, id);
    client.redirect_uris = vec![redirect_uri.to_owned()];
    // The default makes an RSA key, which takes a while.
    client.id_token_signed_response_alg = SigningAlgorithm::Es256;
    client
}

/// A service with a secret that others call, and that may exchange tokens for those it calls.
pub fn service(id: &str, serves: &str, calls: &[&str]) -> Client {
    let mut client = confidential(id);
    client.grant_types = vec![GrantType::TokenExchange, GrantType::ClientCredentials];
    client.redirect_uris = Vec::new();
    client.serves = vec![serves.to_owned()];
    client.resources = calls.iter().map(|uri| (*uri).to_owned()).collect();
    lets_exchange(&mut client);
    client
}

/// Lets a client exchange anybody's tokens that are its to show, for all that it calls and has, and
/// says that it acts.
pub fn lets_exchange(client: &mut Client) {
    if !client.resources.is_empty() {
        client.may_exchange = vec![ExchangeRule {
            from: vec!["*".to_owned()],
            to: client.resources.clone(),
            scopes: client.scopes.clone(),
            roles: Vec::new(),
            within: None,
            impersonate: false,
        }];
    }
}

impl Server {
    /// Registers a client past the API, with a secret that nobody knows.
    pub async fn register(&self, client: &Client) {
        let now = self.clock.now();
        let secret = ClientSecret {
            secret: SecretHash(random(32).try_into().unwrap()),
            sealed: None,
            created_at: now,
            expires_at: None,
        };
        let secret = client
            .token_endpoint_auth_method
            .has_secret()
            .then_some(secret);
        let audit = AuditEvent {
            kind: AuditKind::ClientCreated,
            at: now,
            actor: None,
            subject: None,
            session: None,
            family: None,
            ip: String::new(),
            request: None,
            detail: Value::Null,
            mails: Vec::new(),
        };
        let created = self.database.create_client(client.clone(), secret, audit);
        assert!(created.await.unwrap());
    }

    /// What applications register themselves with, made past the API and known to nobody; its id.
    pub async fn registration_token(&self) -> String {
        let now = self.clock.now();
        let token = InitialToken {
            id: RegistrationTokenId(SystemRng::default().uuid_at(now)),
            prefix: "pc_iat_abcd".to_owned(),
            uses: 1,
            uses_left: 1,
            made_by: None,
            created_at: now,
            expires_at: now.plus_seconds(60),
            last_used_at: None,
        };
        let id = token.id.to_string();
        let hash = SecretHash(random(32).try_into().unwrap());
        let audit = AuditEvent::by_itself(AuditKind::RegistrationTokenMade, now);
        let saved = self.database.save_initial_token(hash, token, audit);
        saved.await.unwrap();
        id
    }
}

impl Browser {
    /// Registers a client as an admin.
    pub async fn create_client(&self, client: &Client) -> Answer {
        self.post(paths::ADMIN_CLIENTS, json!(client)).await
    }

    /// Registers a client as an admin; its secret.
    pub async fn secret_of_new(&self, client: &Client) -> String {
        let created = self.create_client(client).await.status(201);
        created.text_at("/client_secret")
    }

    /// Changes a client as an admin.
    pub async fn update_client(&self, client: &Client) -> Answer {
        self.put(&client_path(&client.id), json!(client)).await
    }

    /// Gives a client another secret as an admin.
    pub async fn rotate_secret(&self, id: &str, overlap_seconds: u32) -> Answer {
        let path = format!("{}/rotate-secret", client_path(id));
        self.post(&path, json!({ "overlap_seconds": overlap_seconds }))
            .await
    }

    /// Posts a form with HTTP Basic authentication, as RFC 6749 section 2.3.1 writes it.
    pub async fn post_as(
        &self,
        (id, secret): (&str, &str),
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let call = self.call(Method::POST, path).form(fields);
        call.header("authorization", basic(id, secret)).send().await
    }
}

/// What applications register themselves with, from an admin: good for a minute.
pub async fn initial_token(admin: &Browser, uses: u32) -> String {
    let body = json!({ "uses": uses, "seconds": 60 });
    let made = admin.post(paths::ADMIN_REGISTRATION_TOKENS, body).await;
    made.status(201).text_at("/token")
}

/// Where a client is managed.
pub fn client_path(id: &str) -> String {
    format!("{}/{id}", paths::ADMIN_CLIENTS)
}

/// The header of HTTP Basic authentication, as RFC 6749 section 2.3.1 writes it.
pub fn basic(id: &str, secret: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let encode =
        |text: &str| -> String { url::form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let pair = format!("{}:{}", encode(id), encode(secret));
    format!("Basic {}", STANDARD.encode(pair))
}
