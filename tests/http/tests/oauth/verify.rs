//! A service of somebody else's that takes our access tokens, by way of `portcullis-verify`: it
//! knows the issuer's address and nothing else.

use std::sync::Arc;

use axum::{Router, routing::get};
use portcullis_domain::{Clock, ManualClock};
use portcullis_http_tests::{App, Program, Prover, Server, prover};
use portcullis_verify::{Issuer, Refusal, Rules, TokenVerifier, Verified, VerifyLayer, dpop::Dpop};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

fn verifier(issuer: &str, clock: &Arc<ManualClock>) -> Issuer {
    let clock = Arc::clone(clock);
    let rules = Rules::access_tokens(issuer).clock(move || clock.now());
    Issuer::discover(issuer, rules).unwrap()
}

async fn hello(who: Verified) -> String {
    format!("{} {}", who.subject, who.scope.join("+"))
}

/// A service with one route.
struct Service {
    origin: String,
    client: Client,
}

impl Service {
    async fn start(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let clock = Arc::clone(&server.clock);
        let layer = VerifyLayer::new(verifier(&server.origin, &server.clock))
            .clock(move || clock.now())
            .scope("profile")
            .dpop(Dpop::without_nonces(), &origin)
            .unwrap();
        let app = Router::new().route("/hello", get(hello)).layer(layer);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            origin,
            client: Client::builder().no_proxy().build().unwrap(),
        }
    }

    async fn ask(&self, authorization: &str, proof: Option<String>) -> Response {
        let mut request = self.client.get(format!("{}/hello", self.origin));
        request = request.header("authorization", authorization);
        if let Some(proof) = proof {
            request = request.header("dpop", proof);
        }
        request.send().await.unwrap()
    }

    async fn bearer(&self, token: &str) -> Response {
        self.ask(&format!("Bearer {token}"), None).await
    }
}

async fn code(response: Response) -> String {
    let status = response.status().as_u16();
    let problem: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    format!("{status} {}", problem["code"].as_str().unwrap())
}

#[tokio::test]
async fn rfc9068_4_a_service_takes_our_access_tokens_and_no_other_tokens() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let service = Service::start(&server).await;
    let redeemed = app.redeem(&program, &app.code(&ada).await).await;
    let token = redeemed.text_at("/access_token");
    let answer = service.bearer(&token).await;
    assert_eq!(answer.status(), 200);
    let said = answer.text().await.unwrap();
    assert_eq!(
        said,
        format!("{} openid+profile+email", ada.user_id().await)
    );
    let id_token = redeemed.text_at("/id_token");
    assert_eq!(
        code(service.bearer(&id_token).await).await,
        "401 invalid_token"
    );
    let refresh = redeemed.text_at("/refresh_token");
    assert_eq!(
        code(service.bearer(&refresh).await).await,
        "401 invalid_token"
    );
    let mut narrow = App::spa();
    narrow.scope = "openid".to_owned();
    let narrow = narrow.tokens(&ada, &program).await.access;
    assert_eq!(
        code(service.bearer(&narrow).await).await,
        "403 insufficient_scope"
    );
    // Another server's.
    let other = Server::start().await;
    let eve = other.person("eve").await;
    let theirs = App::spa().tokens(&eve, &other.program()).await.access;
    assert_eq!(
        code(service.bearer(&theirs).await).await,
        "401 invalid_token"
    );
    server.clock.advance_seconds(600 + 30);
    assert_eq!(
        code(service.bearer(&token).await).await,
        "401 invalid_token"
    );
}

#[tokio::test]
async fn rfc9449_7_our_bound_tokens_pass_there_with_proofs_for_there() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (key, service) = (Prover::new(&server), Service::start(&server).await);
    let token = key
        .tokens(&ada, &server.program(), &App::spa())
        .await
        .access;
    let proof = |key: &Prover, origin: &str| {
        let mut claims = key.claims("GET", "/hello", Some(&token));
        claims["htu"] = json!(format!("{origin}/hello"));
        Some(key.sign(&key.header(), &claims))
    };
    let bound = format!("DPoP {token}");
    let good = proof(&key, &service.origin);
    assert_eq!(service.ask(&bound, good.clone()).await.status(), 200);
    let again = service.ask(&bound, good).await;
    assert_eq!(code(again).await, "401 invalid_dpop_proof");
    let elsewhere = proof(&key, &server.origin);
    let answer = service.ask(&bound, elsewhere).await;
    assert_eq!(code(answer).await, "401 invalid_dpop_proof");
    let stolen = proof(&Prover::new(&server), &service.origin);
    assert_eq!(
        code(service.ask(&bound, stolen).await).await,
        "401 invalid_token"
    );
    assert_eq!(
        code(service.bearer(&token).await).await,
        "401 invalid_token"
    );
}

/// What the program serves, by the system's clock.
#[tokio::test]
async fn tokens_of_portcullis_serve_verify_over_http() {
    const CLIENT: &str = "[[clients]]\nid = \"spa\"\nname = \"Spa\"\n\
                          redirect_uris = [\"http://localhost:5173/callback\"]\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("portcullis.toml"), CLIENT).unwrap();
    let program = Program::start(&folder).await;
    let ada = program.browser();
    ada.register("ada").await.status(200);
    let client = program.client();
    let token = App::spa().tokens(&ada, &client).await.access;
    let discover = |issuer: &str, audience: &str| {
        Issuer::discover(issuer, Rules::access_tokens(audience)).unwrap()
    };
    let issuer = program.origin.clone();
    let verifier = discover(&issuer, &issuer);
    let claims = verifier.verify(&token).await.unwrap();
    assert_eq!(claims.subject, ada.user_id().await);
    assert_eq!(claims.client_id.as_deref(), Some("spa"));
    assert!(claims.has_scope("profile"));
    let elsewhere = discover(&issuer, "https://api.example");
    let refused = elsewhere.verify(&token).await.err();
    assert_eq!(refused, Some(Refusal::Audience));
    let key = prover::hash("nobody's");
    let bound = verifier.verify_bound(&token, &key).await.err();
    assert_eq!(bound, Some(Refusal::NotBound));
    // Its keys are kept: it need not be there for the next token.
    program.kill().await;
    verifier.verify(&token).await.unwrap();
    let late = discover(&issuer, &issuer).verify(&token).await.err();
    assert_eq!(late, Some(Refusal::Unavailable));
}
