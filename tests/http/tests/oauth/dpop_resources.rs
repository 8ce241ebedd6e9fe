//! Bound access tokens at the API: only together with their key (RFC 9449 sections 7 and 8).

use axum::{Router, routing::get};
use portcullis_http_tests::{
    Answer, App, Browser, Prover, Server, all_at_once, app::session_of, prover,
};
use portcullis_server::Actor;
use portcullis_types::paths;
use reqwest::Method;
use serde_json::json;

struct Scene {
    server: Server,
    program: Browser,
    key: Prover,
    token: String,
}

impl Scene {
    async fn set() -> Self {
        let server = Server::start().await;
        let ada = server.person("ada").await;
        let (program, key) = (server.program(), Prover::new(&server));
        let token = key.tokens(&ada, &program, &App::spa()).await.access;
        Self {
            server,
            program,
            key,
            token,
        }
    }

    /// Asks for the session with this proof.
    async fn with(&self, proof: &str) -> Answer {
        let call = self.program.call(Method::GET, paths::SESSION);
        let call = call.header("authorization", format!("DPoP {}", self.token));
        call.header("dpop", proof).send().await
    }
}

#[track_caller]
fn refused(answer: Answer, error: &str) {
    let challenge = answer.header("www-authenticate").to_owned();
    assert!(
        challenge.starts_with(&format!("DPoP error=\"{error}\"")),
        "{challenge}: {}",
        answer.text()
    );
    assert!(challenge.contains("algs=\"ES256 EdDSA\""));
    answer.problem(401, "not_authenticated");
}

#[tokio::test]
async fn rfc9449_7_1_a_bound_token_opens_what_it_should_with_its_proof() {
    let scene = Scene::set().await;
    let session = scene.key.get(&scene.program, paths::SESSION, &scene.token);
    let session = session.await.status(200);
    assert_eq!(session.at("/session/user/name"), "ada");
    assert!(!session.header("dpop-nonce").is_empty());
    let body = json!({ "text": "proved" });
    let call = scene
        .key
        .call(&scene.program, Method::POST, paths::NOTES, &scene.token);
    call.json(&body).send().await.status(201);
    // The query is no part of what is proved.
    let notes = format!("{}?x=1", paths::NOTES);
    let notes = scene.key.get(&scene.program, &notes, &scene.token).await;
    assert_eq!(notes.status(200).at("/notes/0/text"), "proved");
    let check = json!({ "checks": [{ "permission": "notes:write" }] });
    let path = paths::AUTHZ_CHECK;
    let call = scene
        .key
        .call(&scene.program, Method::POST, path, &scene.token);
    call.json(&check).send().await.status(200);
    // Accounts are managed in a browser session, proof or not.
    let passkeys = scene.key.get(&scene.program, paths::PASSKEYS, &scene.token);
    passkeys.await.problem(403, "cookie_session_required");
}

#[tokio::test]
async fn rfc9449_7_2_a_bound_token_is_refused_as_a_bearers() {
    let scene = Scene::set().await;
    refused(
        session_of(&scene.program, &scene.token).await,
        "invalid_token",
    );
    // Not even with a proof beside it.
    let call = scene.program.call(Method::GET, paths::SESSION);
    let call = call.bearer(&scene.token);
    let proof = scene.key.proof("GET", paths::SESSION, Some(&scene.token));
    refused(call.header("dpop", proof).send().await, "invalid_token");
    // And a bearer's token is bound to no key.
    let ada = scene.server.browser();
    ada.sign_in("ada").await.status(200);
    let bearer = App::spa().tokens(&ada, &scene.program).await.access;
    let answer = scene.key.get(&scene.program, paths::SESSION, &bearer).await;
    refused(answer, "invalid_token");
}

#[tokio::test]
async fn rfc9449_7_1_a_proof_is_for_one_request_one_token_and_one_key() {
    let scene = Scene::set().await;
    let (key, token) = (&scene.key, &scene.token);
    let bent = |name: &str, value: serde_json::Value| {
        let mut claims = key.claims("GET", paths::SESSION, Some(token));
        claims[name] = value;
        key.sign(&key.header(), &claims)
    };
    let thief = Prover::new(&scene.server);
    thief.keep_nonce(&scene.key.get(&scene.program, paths::SESSION, token).await);
    for (why, proof) in [
        ("no proof", String::new()),
        (
            "another key",
            thief.proof("GET", paths::SESSION, Some(token)),
        ),
        (
            "another method",
            key.proof("POST", paths::SESSION, Some(token)),
        ),
        ("another path", key.proof("GET", paths::NOTES, Some(token))),
        ("no token", key.proof("GET", paths::SESSION, None)),
        ("another token", key.proof("GET", paths::SESSION, Some("x"))),
        ("a token in clear", bent("ath", json!(token))),
        (
            "a shorter hash",
            bent("ath", json!(prover::hash(token)[..42])),
        ),
        (
            "another origin",
            bent("htu", json!("https://evil.example/api/auth/session")),
        ),
        ("two tokens", bent("ath", json!([prover::hash(token)]))),
    ] {
        let answer = scene.with(&proof).await;
        assert_eq!(answer.status, 401, "{why}: {}", answer.text());
        refused(answer, "invalid_dpop_proof");
    }
    let call = scene.program.call(Method::GET, paths::SESSION);
    let call = call.header("authorization", format!("DPoP {token}"));
    refused(call.send().await, "invalid_dpop_proof");
    // A thief's own token does not help with somebody else's key.
    let eve = scene.server.person("eve").await;
    let hers = thief.tokens(&eve, &scene.program, &App::spa()).await.access;
    let answer = scene.key.get(&scene.program, paths::SESSION, &hers).await;
    refused(answer, "invalid_dpop_proof");
    thief
        .get(&scene.program, paths::SESSION, &hers)
        .await
        .status(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rfc9449_11_1_a_proof_passes_once_at_the_api_too() {
    let scene = Scene::set().await;
    let proof = scene.key.proof("GET", paths::SESSION, Some(&scene.token));
    let statuses = all_at_once((0..50).map(|_| {
        let (program, token, proof) = (scene.program.clone(), scene.token.clone(), proof.clone());
        async move {
            let call = program.call(Method::GET, paths::SESSION);
            let call = call.header("authorization", format!("DPoP {token}"));
            call.header("dpop", proof).send().await.status
        }
    }))
    .await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 49);
    // As long as its nonce is good, and after that because it is not.
    scene.server.clock.advance_seconds(59);
    refused(scene.with(&proof).await, "invalid_dpop_proof");
    scene.server.clock.advance_seconds(120);
    refused(scene.with(&proof).await, "use_dpop_nonce");
}

#[tokio::test]
async fn rfc9449_9_an_old_nonce_is_replaced_without_signing_anybody_out() {
    let scene = Scene::set().await;
    let get = async || {
        let answer = scene
            .key
            .call(&scene.program, Method::GET, paths::SESSION, &scene.token);
        answer.send().await
    };
    get().await.status(200);
    scene.server.clock.advance_seconds(120);
    let answer = get().await;
    let (old, new) = (
        scene.key.nonce().unwrap(),
        answer.header("dpop-nonce").to_owned(),
    );
    assert!(!new.is_empty() && new != old);
    scene.key.keep_nonce(&answer);
    refused(answer, "use_dpop_nonce");
    get().await.status(200);
    // A nonce of before a restart is none after it, so nothing is replayed then.
    let restarted = scene.server.another_node(|_| {}).await;
    let proof = scene.key.proof("GET", paths::SESSION, Some(&scene.token));
    scene.with(&proof).await.status(200);
    let program = restarted.program();
    let call = program.call(Method::GET, paths::SESSION);
    let call = call.header("authorization", format!("DPoP {}", scene.token));
    refused(call.header("dpop", proof).send().await, "use_dpop_nonce");
}

#[tokio::test]
async fn a_bound_token_ends_as_others_do() {
    let scene = Scene::set().await;
    scene.server.clock.advance_seconds(600);
    // Expired before the proof is looked at: refreshing is what helps.
    let answer = scene
        .key
        .get(&scene.program, paths::SESSION, &scene.token)
        .await;
    refused(answer, "invalid_token");
    let ada = scene.server.browser();
    ada.sign_in("ada").await.status(200);
    let token = scene
        .key
        .tokens(&ada, &scene.program, &App::spa())
        .await
        .access;
    let get = async || scene.key.get(&scene.program, paths::SESSION, &token).await;
    get().await.status(200);
    let everywhere = json!({ "everywhere": true });
    ada.post(paths::SIGN_OUT, everywhere).await.status(204);
    refused(get().await, "invalid_token");
    for garbage in ["", "x", "a.b.c", &token[..token.len() - 1]] {
        let answer = scene.key.get(&scene.program, paths::SESSION, garbage).await;
        assert_eq!(answer.status, 401, "{garbage}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_hosts_handlers_get_the_same_wherever_they_are_nested() {
    let server = Server::start_app(
        |_| {},
        |portcullis| {
            let name = async |actor: Actor| actor.principal().account.name.clone();
            let mine = portcullis.layer(Router::new().route("/name", get(name)));
            let nested = Router::new().nest("/shop", Router::new().nest("/v1", mine));
            nested.merge(portcullis.router())
        },
    )
    .await;
    let ada = server.person("ada").await;
    let (program, key) = (server.program(), Prover::new(&server));
    let token = key.tokens(&ada, &program, &App::spa()).await.access;
    let path = "/shop/v1/name";
    assert_eq!(
        key.get(&program, path, &token).await.status(200).text(),
        "ada"
    );
    let proof = key.proof("GET", "/name", Some(&token));
    let call = program.call(Method::GET, path).header("dpop", proof);
    let call = call.header("authorization", format!("DPoP {token}"));
    refused(call.send().await, "invalid_dpop_proof");
}

#[tokio::test]
async fn a_page_of_the_client_proves_across_origins() {
    let scene = Scene::set().await;
    let origin = "http://localhost:5173";
    let call = scene.program.call(Method::OPTIONS, paths::NOTES);
    let call = call
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "authorization,content-type,dpop,x-portcullis",
        );
    let preflight = call.send().await;
    let allowed = preflight
        .header("access-control-allow-headers")
        .to_lowercase();
    for name in ["authorization", "content-type", "dpop", "x-portcullis"] {
        assert!(allowed.contains(name), "{name}: {allowed}");
    }
    for path in [paths::SESSION, paths::NOTES] {
        let call = scene
            .key
            .call(&scene.program, Method::GET, path, &scene.token);
        let answer = call.header("origin", origin).send().await.status(200);
        assert_eq!(answer.header("access-control-allow-origin"), origin);
        let exposed = answer
            .header("access-control-expose-headers")
            .to_lowercase();
        for name in ["dpop-nonce", "www-authenticate", "retry-after"] {
            assert!(exposed.contains(name), "{name}: {exposed}");
        }
    }
    // No cookie stands in where the proof is wrong.
    let ada = scene.server.browser();
    ada.sign_in("ada").await.status(200);
    let call = ada.call(Method::GET, paths::SESSION);
    let call = call.header("authorization", format!("DPoP {}", scene.token));
    refused(call.send().await, "invalid_dpop_proof");
    // Nor does the scheme's name stand in for the signs of a page of our own.
    let call = ada.call(Method::POST, paths::NOTES).without("x-portcullis");
    let call = call.header("authorization", "DPoP x");
    refused(
        call.json(&json!({ "text": "x" })).send().await,
        "invalid_token",
    );
}
