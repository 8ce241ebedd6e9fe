//! What tokens are signed with, and that nobody notices when it becomes another key.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use portcullis_domain::audit::AuditStore;
use portcullis_http_tests::{
    App, Browser, Server, all_at_once,
    app::{Tokens, session_of},
    clients::confidential,
    jwt,
};
use portcullis_types::{
    client::{Client, SigningAlgorithm},
    paths,
};
use portcullis_verify::{Issuer, Rules, TokenVerifier};
use serde_json::{Value, json};

use super::bearer::refused;

const DAY: i64 = 24 * 3600;

/// A client for each algorithm, and one that says nothing.
fn clients() -> Vec<Client> {
    let client = |id: &str| {
        let mut client = Client::new(id, id);
        client.redirect_uris = vec!["https://shop.example/callback".to_owned()];
        client
    };
    let mut clients = vec![client("default")];
    for algorithm in SigningAlgorithm::ALL {
        let mut with = client(algorithm.as_str());
        with.id_token_signed_response_alg = algorithm;
        with.access_token_signing_alg = algorithm;
        clients.push(with);
    }
    clients
}

async fn start() -> Server {
    Server::start_with(|config| config.clients.extend(clients())).await
}

fn app(id: &str) -> App {
    App::new(id, "https://shop.example/callback")
}

async fn jwks(program: &Browser) -> Value {
    program.get(paths::JWKS).await.status(200).json()
}

fn kids(jwks: &Value) -> Vec<String> {
    let keys = jwks["keys"].as_array().unwrap().iter();
    let mut kids: Vec<_> = keys
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect();
    kids.sort();
    kids
}

#[tokio::test]
async fn who_reads_the_keys_once_knows_that_of_their_first_token() {
    let server = start().await;
    let (ada, program) = (server.person("ada").await, server.program());
    let keys = jwks(&program).await;
    for id in ["default", "ES256", "RS256", "EdDSA"] {
        let app = app(id);
        let answer = app.redeem(&program, &app.code(&ada).await).await;
        jwt::verify(&answer.text_at("/id_token"), &keys, &server.origin, id);
    }
    assert_eq!(kids(&jwks(&program).await), kids(&keys));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_who_ask_for_the_keys_at_once_get_the_same() {
    let server = Server::start().await;
    let (admin, program) = (server.admin().await, server.program());
    assert!(!jwks(&program).await.to_string().contains("EdDSA"));
    let mut client = confidential("new");
    client.id_token_signed_response_alg = SigningAlgorithm::EdDsa;
    admin.create_client(&client).await.status(201);
    let asked = (0..50).map(|_| {
        let program = server.program();
        async move { kids(&jwks(&program).await) }
    });
    let all = all_at_once(asked).await;
    assert!(all.iter().all(|kids| *kids == all[0]));
    let keys = jwks(&program).await;
    assert_eq!(kids(&keys), all[0]);
    let edwards = |key: &&Value| key["alg"] == "EdDSA";
    let keys = keys["keys"].as_array().unwrap().iter();
    assert_eq!(keys.filter(edwards).count(), 1);
}

async fn rotate(admin: &Browser, body: Value) -> portcullis_http_tests::Answer {
    admin
        .post(&format!("{}/rotate", paths::ADMIN_KEYS), body)
        .await
}

#[tokio::test]
async fn oidcc_15_1_id_tokens_are_rs256_and_access_tokens_es256_unless_the_client_says_otherwise() {
    let server = start().await;
    let (ada, program) = (server.person("ada").await, server.program());
    for (id, of_id_token, of_access_token) in [
        ("default", "RS256", "ES256"),
        ("ES256", "ES256", "ES256"),
        ("RS256", "RS256", "RS256"),
        ("EdDSA", "EdDSA", "EdDSA"),
    ] {
        let app = app(id);
        let answer = app.redeem(&program, &app.code(&ada).await).await;
        let tokens = Tokens::of(&answer);
        let id_token = answer.text_at("/id_token");
        assert_eq!(jwt::header(&id_token)["alg"], of_id_token, "{id}");
        assert_eq!(jwt::header(&tokens.access)["alg"], of_access_token, "{id}");
        let keys = jwks(&program).await;
        jwt::verify(&id_token, &keys, &server.origin, id);
        jwt::verify(&tokens.access, &keys, &server.origin, &server.origin);
        session_of(&program, &tokens.access).await.status(200);
        let again = app.refresh(&program, &tokens.refresh).await;
        session_of(&program, &Tokens::of(&again).access)
            .await
            .status(200);
        refused(&program, &id_token, "an ID token").await;
    }
}

/// What verifies elsewhere is read by somebody else's verifier too.
#[tokio::test]
async fn a_service_takes_tokens_of_each_algorithm() {
    let server = start().await;
    let (ada, program) = (server.person("ada").await, server.program());
    for id in ["ES256", "RS256", "EdDSA"] {
        let token = app(id).tokens(&ada, &program).await.access;
        let clock = Arc::clone(&server.clock);
        let rules = Rules::access_tokens(&server.origin)
            .clock(move || portcullis_domain::Clock::now(&*clock));
        let issuer = Issuer::discover(&server.origin, rules).unwrap();
        let claims = issuer.verify(&token).await.unwrap();
        assert_eq!(claims.subject, ada.user_id().await, "{id}");
    }
}

#[tokio::test]
async fn rsa_keys_have_2048_bits_and_none_has_private_parts() {
    let server = start().await;
    let (ada, program) = (server.person("ada").await, server.program());
    app("RS256").tokens(&ada, &program).await;
    app("EdDSA").tokens(&ada, &program).await;
    let keys = jwks(&program).await;
    for key in keys["keys"].as_array().unwrap() {
        let mut names: Vec<_> = key
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        names.sort_unstable();
        match key["alg"].as_str().unwrap() {
            "RS256" => {
                assert_eq!(names, ["alg", "e", "kid", "kty", "n", "use"]);
                let modulus = URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap()).unwrap();
                assert_eq!(modulus.len(), 256);
                assert_eq!(key["e"], "AQAB");
            }
            "EdDSA" => assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x"]),
            _ => assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x", "y"]),
        }
    }
}

/// A token says which key, and the key which algorithm.
#[tokio::test]
async fn asvs_9_1_2_one_keys_algorithm_is_not_anothers() {
    let server = start().await;
    let (ada, program) = (server.person("ada").await, server.program());
    let mut parts = Vec::new();
    for id in ["ES256", "RS256", "EdDSA"] {
        let token = app(id).tokens(&ada, &program).await.access;
        let signature = URL_SAFE_NO_PAD.decode(token.rsplit('.').next().unwrap());
        parts.push((jwt::header(&token), jwt::claims(&token), signature.unwrap()));
    }
    for (header, claims, signature) in &parts {
        for (other, ..) in &parts {
            for name in ["alg", "kid"] {
                if header[name] == other[name] {
                    continue;
                }
                let mut bent = header.clone();
                bent[name] = other[name].clone();
                let token = jwt::assemble(&bent, claims, signature);
                refused(&program, &token, &format!("{header} as {bent}")).await;
            }
        }
    }
    // The public RSA key as an HMAC secret.
    let (header, claims, _) = &parts[1];
    let keys = jwks(&program).await;
    let of_rsa = |key: &&Value| key["kid"] == header["kid"];
    let key = keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(of_rsa)
        .unwrap();
    let modulus = key["n"].as_str().unwrap();
    for secret in [
        modulus.as_bytes().to_vec(),
        URL_SAFE_NO_PAD.decode(modulus).unwrap(),
        key.to_string().into_bytes(),
    ] {
        let mut forged = Header::new(Algorithm::HS256);
        forged.typ = Some("at+jwt".to_owned());
        forged.kid = Some(header["kid"].as_str().unwrap().to_owned());
        let token = jsonwebtoken::encode(&forged, claims, &EncodingKey::from_secret(&secret));
        refused(&program, &token.unwrap(), "HS256 with the public RSA key").await;
    }
}

/// Whoever keeps the JWK Set from before a rotation can verify what is signed after it.
#[tokio::test]
async fn the_next_key_is_published_before_it_is_used() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (ada, program) = (server.person("ada").await, server.program());
    let before = app_of_spa(&ada, &program).await;
    let known = jwks(&program).await;
    rotate(&admin, json!({})).await.problem(409, "conflict");
    assert_eq!(jwks(&program).await, known);
    server.clock.advance_seconds(3600);
    admin.sign_in("root").await.status(200);
    rotate(&admin, json!({})).await.status(200);
    let ada = server.browser();
    ada.sign_in("ada").await.status(200);
    let after = app_of_spa(&ada, &program).await;
    assert_ne!(jwt::header(&after)["kid"], jwt::header(&before)["kid"]);
    for token in [&before, &after] {
        jwt::verify(token, &known, &server.origin, &server.origin);
        jwt::verify(token, &jwks(&program).await, &server.origin, &server.origin);
    }
    let rows = server.database.audit_rows(20).await.unwrap();
    let row = rows.iter().find(|row| row.kind == "key.rotated").unwrap();
    assert_eq!(row.detail["from"], jwt::header(&before)["kid"]);
    assert_eq!(row.detail["to"], jwt::header(&after)["kid"]);
    assert!(row.actor.is_some());
}

async fn app_of_spa(browser: &Browser, program: &Browser) -> String {
    App::spa().tokens(browser, program).await.access
}

#[tokio::test]
async fn a_retired_key_stays_published_until_its_last_token_has_expired_and_no_longer() {
    let server = Server::start_with(|config| config.oauth.access_token_seconds = 2 * DAY).await;
    let admin = server.admin().await;
    let (ada, program) = (server.person("ada").await, server.program());
    let app = App::spa();
    let answer = app.redeem(&program, &app.code(&ada).await).await;
    let (token, hint) = (answer.text_at("/access_token"), answer.text_at("/id_token"));
    rotate(&admin, json!({ "force": true })).await.status(200);
    let kid = jwt::header(&token)["kid"].as_str().unwrap().to_owned();
    server.clock.advance_seconds(2 * DAY - 1);
    session_of(&program, &token).await.status(200);
    assert!(kids(&jwks(&program).await).contains(&kid));
    server.clock.advance_seconds(1 + 60);
    session_of(&program, &token).await.status(401);
    assert!(!kids(&jwks(&program).await).contains(&kid));
    // The ID token of then still says whose sign-out it is.
    let fields = [("id_token_hint", &*hint), ("client_id", "spa")];
    let query = portcullis_http_tests::call::form(&fields);
    let path = format!("{}?{query}", paths::OAUTH_LOGOUT);
    program.get(&path).await.status(200);
}

/// All nodes need the first RSA key at once, and make one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_need_a_key_first_all_get_the_same_one() {
    let server = start().await;
    let node = server
        .another_node(|config| config.clients.extend(clients()))
        .await;
    let ada = server.person("ada").await;
    let issued = all_at_once((0..8).map(|number| {
        let (ada, program) = if number % 2 == 0 {
            (ada.clone(), server.program())
        } else {
            (server_at(&node, &ada), node.program())
        };
        async move { app("RS256").tokens(&ada, &program).await.access }
    }))
    .await;
    let first = jwt::header(&issued[0])["kid"].clone();
    for token in &issued {
        assert_eq!(jwt::header(token)["kid"], first);
        for program in [server.program(), node.program()] {
            session_of(&program, token).await.status(200);
        }
    }
}

fn server_at(node: &Server, browser: &Browser) -> Browser {
    node.visit_with(browser)
}

/// Another node rotates twice before this one hears of it.
#[tokio::test]
async fn a_token_signed_with_a_key_that_another_node_made_just_now_is_good() {
    let server = Server::start().await;
    let node = server.another_node(|_| {}).await;
    let admin = node.admin().await;
    for _ in 0..2 {
        rotate(&admin, json!({ "force": true })).await.status(200);
    }
    let ada = node.person("ada").await;
    let token = App::spa().tokens(&ada, &node.program()).await.access;
    let known = jwks(&server.program()).await;
    assert!(!kids(&known).contains(&jwt::header(&token)["kid"].as_str().unwrap().to_owned()));
    session_of(&server.program(), &token).await.status(200);
}

/// The clients of an application that never rests, while admins rotate as fast as they can: nothing
/// fails, and what was issued before and after is good.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_fails_because_of_a_rotation() {
    under_load(start().await, 40).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_fails_because_of_a_rotation_on_postgresql() {
    under_load(Server::start_on_postgres().await, 20).await;
}

async fn under_load(server: Server, rotations: usize) {
    let admin = server.admin().await;
    let ada = server.person("ada").await;
    let done = Arc::new(AtomicBool::new(false));
    let workers: Vec<_> = (0..6)
        .map(|_| {
            let (ada, program, done) = (ada.clone(), server.program(), Arc::clone(&done));
            tokio::spawn(async move {
                let app = App::spa();
                let mut tokens = app.tokens(&ada, &program).await;
                let mut issued = vec![tokens.access.clone()];
                while !done.load(Ordering::Relaxed) {
                    session_of(&program, &tokens.access).await.status(200);
                    tokens = Tokens::of(&app.refresh(&program, &tokens.refresh).await);
                    issued.push(tokens.access.clone());
                    jwks(&program).await;
                }
                issued
            })
        })
        .collect();
    for _ in 0..rotations {
        rotate(&admin, json!({ "algorithm": "ES256", "force": true }))
            .await
            .status(200);
    }
    done.store(true, Ordering::Relaxed);
    let mut issued = Vec::new();
    for worker in workers {
        issued.extend(worker.await.unwrap());
    }
    let (program, keys) = (server.program(), jwks(&server.program()).await);
    let mut used: Vec<String> = Vec::new();
    for token in &issued {
        session_of(&program, token).await.status(200);
        jwt::verify(token, &keys, &server.origin, &server.origin);
        used.push(jwt::header(token)["kid"].as_str().unwrap().to_owned());
    }
    used.sort();
    used.dedup();
    assert!(used.len() > 2, "they were signed with several keys");
    assert_eq!(server.audited("key.rotated").await, rotations);
}
