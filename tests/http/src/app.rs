//! An OAuth app: a public client that runs the code flow with PKCE and keeps its tokens.

use aws_lc_rs::digest::{SHA256, digest};
use portcullis_types::paths;
use reqwest::Method;
use url::Url;

use crate::{
    Answer, Browser, call,
    device::{base64url, random},
};

/// One attempt of one client.
#[derive(Clone, Debug)]
pub struct App {
    /// `client_id`.
    pub id: String,
    /// Where it wants the browser back.
    pub redirect_uri: String,
    /// PKCE verifier.
    pub verifier: String,
    /// CSRF protection of the flow.
    pub state: String,
    /// What the ID token must repeat.
    pub nonce: String,
    /// What it asks for.
    pub scope: String,
}

/// What the token endpoint gave.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Access token.
    pub access: String,
    /// Refresh token.
    pub refresh: String,
}

impl Tokens {
    /// The tokens of an answer.
    #[track_caller]
    pub fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{:?}", answer.text());
        Self {
            access: answer.text_at("/access_token"),
            refresh: answer.text_at("/refresh_token"),
        }
    }
}

impl App {
    /// The single-page app that most tests use.
    pub fn spa() -> Self {
        Self::new("spa", "http://localhost:5173/callback")
    }

    /// Another client.
    pub fn other() -> Self {
        Self::new("other", "https://other.example/callback")
    }

    /// A client.
    pub fn new(id: &str, redirect_uri: &str) -> Self {
        Self {
            id: id.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            verifier: base64url(&random(32)),
            state: base64url(&random(16)),
            nonce: base64url(&random(16)),
            scope: "openid profile email".to_owned(),
        }
    }

    /// The verifier's S256 challenge.
    pub fn challenge(&self) -> String {
        base64url(digest(&SHA256, self.verifier.as_bytes()).as_ref())
    }

    /// The parameters of the authorization request.
    pub fn parameters(&self) -> Vec<(String, String)> {
        let challenge = self.challenge();
        [
            ("response_type", "code"),
            ("client_id", &self.id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", &self.scope),
            ("state", &self.state),
            ("nonce", &self.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// The parameters with some replaced or added; an empty value leaves one out.
    pub fn parameters_of(&self, changes: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut parameters = self.parameters();
        for (name, value) in changes {
            parameters.retain(|(known, _)| known != name);
            if !value.is_empty() {
                parameters.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
        parameters
    }

    /// The authorization request with some parameters replaced or added; an empty value leaves the
    /// parameter out.
    pub fn path_with(&self, changes: &[(&str, &str)]) -> String {
        let parameters = self.parameters_of(changes);
        let query = call::form(&borrowed(&parameters));
        format!("{}?{query}", paths::OAUTH_AUTHORIZE)
    }

    /// The authorization request.
    pub fn path(&self) -> String {
        self.path_with(&[])
    }

    /// Pushes the authorization request.
    pub async fn push(&self, program: &Browser) -> Answer {
        self.push_with(program, &[]).await
    }

    /// Pushes the authorization request, with some parameters replaced or added.
    pub async fn push_with(&self, program: &Browser, changes: &[(&str, &str)]) -> Answer {
        let parameters = self.parameters_of(changes);
        post(program, paths::OAUTH_PAR, &borrowed(&parameters)).await
    }

    /// The `request_uri` of a pushed request.
    pub async fn pushed(&self, program: &Browser) -> String {
        self.pushed_with(program, &[]).await
    }

    /// The `request_uri` of a pushed request with some parameters replaced or added.
    pub async fn pushed_with(&self, program: &Browser, changes: &[(&str, &str)]) -> String {
        let pushed = self.push_with(program, changes).await;
        pushed.status(201).text_at("/request_uri")
    }

    /// The authorization request that shows a `request_uri`.
    pub fn pushed_path(&self, request_uri: &str) -> String {
        let query = call::form(&[("client_id", &*self.id), ("request_uri", request_uri)]);
        format!("{}?{query}", paths::OAUTH_AUTHORIZE)
    }

    /// Sends the browser to the server; the code it comes back with.
    pub async fn code(&self, browser: &Browser) -> String {
        let answer = browser.get(&self.path()).await;
        let back = answer.location();
        assert!(back.starts_with(&self.redirect_uri), "{back}");
        assert_eq!(query(&back, "state").as_deref(), Some(&*self.state));
        assert_eq!(query(&back, "iss").as_deref(), Some(&*browser.origin));
        query(&back, "code").expect("a code")
    }

    /// Exchanges a code.
    pub async fn redeem(&self, program: &Browser, code: &str) -> Answer {
        self.redeem_with(program, code, &[]).await
    }

    /// Exchanges a code, with some fields replaced; an empty value leaves the field out.
    pub async fn redeem_with(
        &self,
        program: &Browser,
        code: &str,
        changes: &[(&str, &str)],
    ) -> Answer {
        let fields = self.code_fields(code);
        post(program, paths::OAUTH_TOKEN, &changed(&fields, changes)).await
    }

    /// The fields that exchange a code.
    pub fn code_fields<'a>(&'a self, code: &'a str) -> [(&'a str, &'a str); 5] {
        [
            ("grant_type", "authorization_code"),
            ("client_id", &*self.id),
            ("code", code),
            ("redirect_uri", &*self.redirect_uri),
            ("code_verifier", &*self.verifier),
        ]
    }

    /// The fields that refresh.
    pub fn refresh_fields<'a>(&'a self, token: &'a str) -> [(&'a str, &'a str); 3] {
        [
            ("grant_type", "refresh_token"),
            ("client_id", &*self.id),
            ("refresh_token", token),
        ]
    }

    /// Refreshes.
    pub async fn refresh(&self, program: &Browser, token: &str) -> Answer {
        post(program, paths::OAUTH_TOKEN, &self.refresh_fields(token)).await
    }

    /// Gives a refresh token back.
    pub async fn revoke(&self, program: &Browser, token: &str) -> Answer {
        let fields = [("client_id", &*self.id), ("token", token)];
        post(program, paths::OAUTH_REVOKE, &fields).await
    }

    /// Sends the browser to the server, where its person is asked and says yes; the code.
    pub async fn allowed_code(&self, browser: &Browser, path: &str) -> String {
        let to = browser.get(path).await.location();
        let request = to.strip_prefix("/consent#request=");
        let request = request.unwrap_or_else(|| panic!("not asked: {to}"));
        let body = serde_json::json!({ "request": request, "allow": true });
        let decided = browser.post(paths::CONSENT, body).await.status(200);
        let answer = browser.get(&decided.text_at("/continue_to")).await;
        query(&answer.location(), "code").expect("a code")
    }

    /// The whole flow of an application that asks: consent, code, then tokens.
    pub async fn allowed_tokens(&self, browser: &Browser, program: &Browser) -> Tokens {
        let code = self.allowed_code(browser, &self.path()).await;
        Tokens::of(&self.redeem(program, &code).await)
    }

    /// A code for a service, as somebody who is signed in gets it.
    pub async fn code_for(&self, browser: &Browser, resource: &str) -> String {
        let path = self.path_with(&[("resource", resource)]);
        let back = browser.get(&path).await.location();
        query(&back, "code").expect("a code")
    }

    /// An access token for a service.
    pub async fn token_for(&self, browser: &Browser, program: &Browser, resource: &str) -> String {
        let code = self.code_for(browser, resource).await;
        let answer = self.redeem(program, &code).await.status(200);
        answer.text_at("/access_token")
    }

    /// The whole flow: code, then tokens.
    pub async fn tokens(&self, browser: &Browser, program: &Browser) -> Tokens {
        let code = self.code(browser).await;
        Tokens::of(&self.redeem(program, &code).await)
    }
}

fn borrowed(parameters: &[(String, String)]) -> Vec<(&str, &str)> {
    let pairs = parameters.iter();
    pairs
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

fn changed<'a>(
    fields: &[(&'a str, &'a str)],
    changes: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let kept = fields
        .iter()
        .filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
    let added = changes.iter().filter(|(_, value)| !value.is_empty());
    kept.chain(added).copied().collect()
}

async fn post(program: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    program.call(Method::POST, path).form(fields).send().await
}

/// A parameter of a URL's query.
pub fn query(url: &str, name: &str) -> Option<String> {
    let url = Url::options()
        .base_url(Some(&Url::parse("http://relative.invalid").unwrap()))
        .parse(url)
        .unwrap();
    let mut pairs = url.query_pairs();
    pairs
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

/// What a bearer of that token sees as its session.
pub async fn session_of(program: &Browser, access_token: &str) -> Answer {
    program
        .call(Method::GET, paths::SESSION)
        .bearer(access_token)
        .send()
        .await
}
