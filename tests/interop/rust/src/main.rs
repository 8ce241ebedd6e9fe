//! The crate `openidconnect`, driven line by line: a JSON object on standard input says what to do
//! next, and one on standard output what came of it. One process is one client.

use std::io::{BufRead as _, Write as _, stdin, stdout};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient,
    CoreClientAuthMethod, CoreClientRegistrationRequest, CoreDeviceAuthorizationResponse,
    CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
    CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::registration::EmptyAdditionalClientMetadata;
use openidconnect::reqwest::blocking as http;
use openidconnect::reqwest::redirect::Policy;
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalProviderMetadata, AuthType, AuthorizationCode,
    ClientId, ClientSecret, CsrfToken, DeviceAuthorizationUrl, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, IntrospectionUrl, IssuerUrl, LogoutProviderMetadata, LogoutRequest, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl,
    ProviderMetadata, RedirectUrl, Scope, TokenIntrospectionResponse as _, TokenResponse as _,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What discovery tells that the crate leaves to its users.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Endpoints {
    device_authorization_endpoint: DeviceAuthorizationUrl,
    introspection_endpoint: IntrospectionUrl,
}

impl AdditionalProviderMetadata for Endpoints {}

type Metadata = ProviderMetadata<
    LogoutProviderMetadata<Endpoints>,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Client = CoreClient<
    EndpointSet,
    EndpointSet,
    EndpointSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What to do.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Task {
    /// Be a client that registers itself.
    Register {
        issuer: IssuerUrl,
        token: AccessToken,
        redirect_uri: RedirectUrl,
    },
    /// Be a client that is registered; an empty secret: it has none.
    Be {
        issuer: IssuerUrl,
        id: ClientId,
        secret: String,
        redirect_uri: RedirectUrl,
        /// Whether the secret is sent in the form.
        #[serde(default)]
        post: bool,
    },
    /// Ask for a code: where to send the browser.
    Begin,
    /// Redeem it.
    Finish {
        code: AuthorizationCode,
        state: CsrfToken,
    },
    Userinfo,
    Refresh,
    Introspect,
    ClientCredentials {
        scope: Scope,
    },
    /// Ask for a device to be let in: the link to show.
    Device,
    /// Wait until it is.
    Wait,
    /// Where to send the browser to sign out.
    Logout {
        to: PostLogoutRedirectUrl,
    },
}

/// What belongs to one sign-in.
struct Transaction {
    verifier: PkceCodeVerifier,
    state: CsrfToken,
    nonce: Nonce,
}

struct Program {
    http: http::Client,
    metadata: Option<Metadata>,
    client: Option<Client>,
    transaction: Option<Transaction>,
    device: Option<CoreDeviceAuthorizationResponse>,
    tokens: Option<CoreTokenResponse>,
}

impl Program {
    fn new() -> Result<Self> {
        Ok(Self {
            // Whoever follows redirects here can be sent anywhere.
            http: http::Client::builder().redirect(Policy::none()).build()?,
            metadata: None,
            client: None,
            transaction: None,
            device: None,
            tokens: None,
        })
    }

    fn client(&self) -> Result<&Client> {
        self.client.as_ref().context("no client yet")
    }

    fn tokens(&self) -> Result<&CoreTokenResponse> {
        self.tokens.as_ref().context("no tokens yet")
    }

    fn run(&mut self, task: Task) -> Result<Value> {
        match task {
            Task::Register {
                issuer,
                token,
                redirect_uri,
            } => {
                let metadata = Metadata::discover(&issuer, &self.http)?;
                let registration = metadata.registration_endpoint();
                let registration = registration.context("no registration endpoint")?;
                let response = CoreClientRegistrationRequest::new(
                    vec![redirect_uri.clone()],
                    EmptyAdditionalClientMetadata::default(),
                )
                .set_initial_access_token(Some(token))
                .register(registration, &self.http)?;
                let secret = response.client_secret().cloned();
                let id = response.client_id().clone();
                self.be(metadata, id, secret, redirect_uri, false);
                Ok(json!({}))
            }
            Task::Be {
                issuer,
                id,
                secret,
                redirect_uri,
                post,
            } => {
                let metadata = Metadata::discover(&issuer, &self.http)?;
                let found = metadata.issuer().to_string();
                let secret = (!secret.is_empty()).then(|| ClientSecret::new(secret));
                self.be(metadata, id, secret, redirect_uri, post);
                Ok(json!({ "issuer": found }))
            }
            Task::Begin => self.begin(),
            Task::Finish { code, state } => self.finish(code, &state),
            Task::Userinfo => {
                let token = self.tokens()?.access_token().clone();
                let claims: CoreUserInfoClaims =
                    self.client()?.user_info(token, None)?.request(&self.http)?;
                let email = claims.email().map(|email| email.to_string());
                Ok(json!({ "sub": claims.subject().to_string(), "email": email }))
            }
            Task::Refresh => {
                let before = self.tokens()?.refresh_token().context("no refresh token")?;
                let client = self.client()?;
                let tokens = client.exchange_refresh_token(before)?.request(&self.http)?;
                let after = tokens.refresh_token().context("no new refresh token")?;
                let answer = json!({ "before": before.secret(), "after": after.secret() });
                Ok(answer)
            }
            Task::Introspect => {
                let token = self.tokens()?.access_token();
                let found = self.client()?.introspect(token).request(&self.http)?;
                Ok(json!({ "active": found.active(), "sub": found.sub() }))
            }
            Task::ClientCredentials { scope } => {
                let request = self.client()?.exchange_client_credentials()?;
                let tokens = request.add_scope(scope).request(&self.http)?;
                Ok(json!({ "scopes": tokens.scopes() }))
            }
            Task::Device => {
                let request = self.client()?.exchange_device_code();
                let scope = Scope::new("openid".to_owned());
                let device: CoreDeviceAuthorizationResponse =
                    request.add_scope(scope).request(&self.http)?;
                let link = device.verification_uri_complete();
                let link = link.context("no link")?.secret().clone();
                self.device = Some(device);
                Ok(json!({ "link": link }))
            }
            Task::Wait => {
                let device = self.device.take().context("no device yet")?;
                let request = self.client()?.exchange_device_access_token(&device)?;
                let patience = Some(Duration::from_mins(1));
                let tokens = request.request(&self.http, std::thread::sleep, patience)?;
                let id_token = tokens.id_token().context("no ID token")?;
                let verifier = self.client()?.id_token_verifier();
                // Nothing that a device sends along would come back in it.
                let claims = id_token.claims(&verifier, |_: Option<&Nonce>| Ok(()))?;
                Ok(json!({ "sub": claims.subject().to_string() }))
            }
            Task::Logout { to } => {
                let metadata = self.metadata.as_ref().context("no metadata yet")?;
                let endpoint = &metadata.additional_metadata().end_session_endpoint;
                let endpoint = endpoint.clone().context("no end session endpoint")?;
                let id_token = self.tokens()?.id_token().context("no ID token")?;
                let url = LogoutRequest::from(endpoint)
                    .set_id_token_hint(id_token)
                    .set_post_logout_redirect_uri(to)
                    .set_state(CsrfToken::new("out".to_owned()))
                    .http_get_url();
                Ok(json!({ "url": url.to_string() }))
            }
        }
    }

    fn be(
        &mut self,
        metadata: Metadata,
        id: ClientId,
        secret: Option<ClientSecret>,
        redirect_uri: RedirectUrl,
        post: bool,
    ) {
        let endpoints = metadata.additional_metadata().additional_metadata.clone();
        let auth = if post {
            AuthType::RequestBody
        } else {
            AuthType::BasicAuth
        };
        let client = CoreClient::from_provider_metadata(metadata.clone(), id, secret)
            .set_redirect_uri(redirect_uri)
            .set_auth_type(auth)
            .set_device_authorization_url(endpoints.device_authorization_endpoint)
            .set_introspection_url(endpoints.introspection_endpoint);
        self.client = Some(client);
        self.metadata = Some(metadata);
    }

    fn begin(&mut self) -> Result<Value> {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = self
            .client()?
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scope(Scope::new("profile".to_owned()))
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        self.transaction = Some(Transaction {
            verifier,
            state,
            nonce,
        });
        Ok(json!({ "url": url.to_string() }))
    }

    fn finish(&mut self, code: AuthorizationCode, state: &CsrfToken) -> Result<Value> {
        let transaction = self.transaction.take().context("nothing was begun")?;
        if transaction.state.secret() != state.secret() {
            bail!("the state is not ours");
        }
        let client = self.client()?;
        let tokens = client
            .exchange_code(code)?
            .set_pkce_verifier(transaction.verifier)
            .request(&self.http)?;
        let id_token = tokens.id_token().context("no ID token")?;
        let verifier = client.id_token_verifier();
        let claims = id_token.claims(&verifier, &transaction.nonce)?;
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = id_token.signing_alg()?;
            let key = id_token.signing_key(&verifier)?;
            let found = AccessTokenHash::from_token(tokens.access_token(), algorithm, key)?;
            if found != *expected {
                bail!("the ID token is for another access token");
            }
        }
        let subject = claims.subject().to_string();
        drop(verifier);
        self.tokens = Some(tokens);
        Ok(json!({ "sub": subject }))
    }
}

fn main() -> Result<()> {
    let mut program = Program::new()?;
    for line in stdin().lock().lines() {
        let task = serde_json::from_str(&line?)?;
        let answer = program
            .run(task)
            .unwrap_or_else(|error| json!({ "error": format!("{error:#}: {error:?}") }));
        writeln!(stdout(), "{answer}")?;
    }
    Ok(())
}
