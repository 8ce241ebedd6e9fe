//! Portcullis: its clients, somebody who signs in, and what is asked.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use portcullis_types::client::{ClientChanged, SigningAlgorithm};
use portcullis_types::paths;

use super::asks::{Chain, Client, Each, GRANT, refresh_token};
use super::{
    AIM_GRANTS, AIM_INTROSPECTIONS, AIM_REFRESHES, CONNECTIONS, GRANTS, INTROSPECTIONS, Kind,
    REFRESHES, REPEATED, UNSEEN, good,
};
use crate::http;
use crate::load::Same;
use crate::process::Server;
use crate::session::sign_up;

/// PKCE of RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const REDIRECT_URI: &str = "https://shop.example/callback";

/// Everything asks from one address, which would soon be refused.
const SETTINGS: &str = "[limits]\nclient_authentications_per_client_and_ip = 1000000\n";

/// A running server with its clients.
pub(super) struct Ours {
    pub(super) server: Server,
    /// The secrets of `service` and `shop`.
    service: String,
    shop: String,
    /// What a service's secret is for tokens in each algorithm.
    pub(super) signed: Vec<(SigningAlgorithm, String)>,
}

impl Ours {
    pub(super) fn start(program: &Path, data: &Path) -> Result<Self> {
        fs::create_dir_all(data)?;
        let settings = data.join("portcullis.toml");
        fs::write(&settings, SETTINGS)?;
        let of_service = ["--grant", "client_credentials", "--scope", "orders:read"];
        let service = register(program, data, "service", &of_service)?;
        let of_shop = ["--redirect-uri", REDIRECT_URI];
        let shop = register(program, data, "shop", &of_shop)?;
        let mut signed = Vec::new();
        for algorithm in SigningAlgorithm::ALL {
            let of_it = ["--access-token-alg", algorithm.as_str()];
            let id = format!("service-{}", algorithm.as_str());
            let options = [&of_service[..], &of_it].concat();
            signed.push((algorithm, register(program, data, &id, &options)?));
        }
        let serve = [
            "serve".as_ref(),
            "--data-dir".as_ref(),
            data.as_os_str(),
            "--config".as_ref(),
            settings.as_os_str(),
        ];
        let server = Server::start(program, &serve, "/readyz")?;
        Ok(Self {
            server,
            service,
            shop,
            signed,
        })
    }

    pub(super) fn service(&self, port: u16, path: &'static str) -> Client {
        Client::new(port, path, "service", &self.service)
    }

    /// An answer to a client that asks for itself.
    pub(super) fn grant(&self) -> Result<http::Answer> {
        self.service(self.server.port, paths::OAUTH_TOKEN)
            .ask(GRANT)
    }

    /// What is measured.
    pub(super) fn kinds(&self) -> Result<Vec<Kind>> {
        let port = self.server.port;
        let service = self.service(port, paths::OAUTH_TOKEN);
        let asking = self.service(port, paths::OAUTH_INTROSPECT);
        let grants = (0..CONNECTIONS).map(|_| Same(service.request(GRANT)));
        let (making, asking_once) = (service.clone(), asking.clone());
        Ok(vec![
            Kind::of(GRANTS, grants).aiming(AIM_GRANTS),
            Kind::of(REFRESHES, self.chains()?).aiming(AIM_REFRESHES),
            Kind::anew(INTROSPECTIONS, move |server| {
                let tokens = service.tokens(server, REPEATED)?;
                Ok(asking.introspections(&tokens, Each::again_and_again))
            })
            .aiming(AIM_INTROSPECTIONS),
            Kind::anew("introspections, each token once", move |server| {
                let tokens = making.tokens(server, UNSEEN)?;
                Ok(asking_once.introspections(&tokens, Each::once))
            }),
        ])
    }

    /// A family of tokens for each connection.
    fn chains(&self) -> Result<Vec<Chain>> {
        let port = self.server.port;
        let cookie = format!("Cookie: {}\r\n", sign_up(&self.server)?);
        let shop = Client::new(port, paths::OAUTH_TOKEN, "shop", &self.shop);
        let path = format!(
            "{}?response_type=code&client_id=shop&redirect_uri={REDIRECT_URI}&scope=openid\
             &state=s&nonce=n&code_challenge={CHALLENGE}&code_challenge_method=S256",
            paths::OAUTH_AUTHORIZE
        );
        let begin = || {
            let sent = good(http::send(port, "GET", &path, &cookie, "")?)?;
            let to = sent.field("location").context("sent nowhere")?;
            let (_, code) = to.split_once("code=").context("sent back without a code")?;
            let code = code.split('&').next().unwrap_or_default();
            let answer = shop.ask(&format!(
                "grant_type=authorization_code&code={code}&redirect_uri={REDIRECT_URI}\
                 &code_verifier={VERIFIER}"
            ))?;
            Ok(Chain::new(&shop, refresh_token(&answer)?))
        };
        (0..CONNECTIONS).map(|_| begin()).collect()
    }
}

/// Registers a client with a secret; the secret.
fn register(program: &Path, data: &Path, id: &str, options: &[&str]) -> Result<String> {
    let output = Command::new(program)
        .args(["client", "create", "--id", id, "--name", id, "--json"])
        .args(["--auth-method", "client_secret_basic"])
        .args(options)
        .args(["--data-dir".as_ref() as &OsStr, data.as_os_str()])
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cannot register {id}: {said}");
    let made: ClientChanged = serde_json::from_slice(&output.stdout)?;
    made.client_secret.context("no secret was made")
}
