//! `sector_identifier_uri` (OpenID Connect Core section 8.1): whoever runs a sector must count a
//! client in, and nobody has this network searched for it.

use axum::http::StatusCode;
use portcullis_http_tests::{
    Answer, App, Browser, Page, Server,
    clients::{initial_token, public},
    database, jwt,
};
use portcullis_types::{
    client::{Client, SubjectType},
    paths,
};
use reqwest::Method;
use serde_json::{Value, json};

const ONE: &str = "https://one.example/cb";
const TWO: &str = "https://two.example/cb";

fn in_sector(id: &str, uris: &[&str], page: &Page) -> Client {
    let mut client = public(id, ONE);
    client.redirect_uris = uris.iter().map(|uri| (*uri).to_owned()).collect();
    client.subject_type = SubjectType::Pairwise;
    client.sector_identifier_uri = Some(page.uri.clone());
    client
}

fn list(page: &Page, uris: &[&str]) {
    page.say(StatusCode::OK, json!(uris).to_string());
}

async fn subject(server: &Server, app: &App, browser: &Browser) -> Value {
    // An application that has registered itself asks first.
    let to = browser.get(&app.path()).await.location();
    let code = if to.starts_with("/consent") {
        app.allowed_code(browser, &app.path()).await
    } else {
        app.code(browser).await
    };
    let answer = app.redeem(&server.program(), &code).await.status(200);
    jwt::claims(&answer.text_at("/id_token"))["sub"].clone()
}

#[tokio::test]
async fn oidcc_8_1_clients_that_a_sector_lists_share_their_subjects() {
    let server = Server::start().await;
    let (admin, ada) = (server.admin().await, server.person("ada").await);
    let page = Page::start().await;
    list(&page, &[ONE, TWO, "https://three.example/"]);
    let both = in_sector("both", &[ONE, TWO], &page);
    admin.create_client(&both).await.status(201);
    let two = in_sector("two", &[TWO], &page);
    admin.create_client(&two).await.status(201);
    assert_eq!(
        page.asked(),
        2,
        "once each, and never when somebody signs in"
    );
    let mut alone = public("alone", TWO);
    alone.subject_type = SubjectType::Pairwise;
    admin.create_client(&alone).await.status(201);
    let of = async |id: &str, uri: &str| subject(&server, &App::new(id, uri), &ada).await;
    let shared = of("both", ONE).await;
    assert_eq!(of("both", TWO).await, shared);
    assert_eq!(of("two", TWO).await, shared);
    assert_ne!(of("alone", TWO).await, shared);
    assert_eq!(page.asked(), 2);
}

#[tokio::test]
async fn oidcc_8_1_who_is_not_listed_is_not_registered() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let page = Page::start().await;
    let client = in_sector("shop", &[ONE, TWO], &page);
    let before = server.tables().await;
    let listed = json!([ONE, TWO]).to_string();
    for (status, text) in [
        (StatusCode::OK, json!([ONE]).to_string()),
        (StatusCode::OK, "[]".to_owned()),
        (StatusCode::OK, json!([ONE, format!("{TWO}/")]).to_string()),
        (
            StatusCode::OK,
            json!({ "redirect_uris": [ONE, TWO] }).to_string(),
        ),
        (StatusCode::OK, format!("{listed}]")),
        (StatusCode::OK, json!([ONE, TWO, 1]).to_string()),
        (StatusCode::OK, "<html>".to_owned()),
        (StatusCode::OK, format!("{listed}{}", " ".repeat(70_000))),
        (StatusCode::FOUND, listed.clone()),
        (StatusCode::NOT_FOUND, listed.clone()),
        (StatusCode::CREATED, listed.clone()),
    ] {
        page.say(status, text);
        let asked = page.asked();
        let answer = admin.create_client(&client).await;
        assert_eq!(answer.at("/field"), "sector_identifier_uri");
        answer.problem(400, "invalid_request");
        assert_eq!(page.asked(), asked + 1, "no redirect is followed");
    }
    let mut nowhere = client.clone();
    nowhere.sector_identifier_uri = Some("http://127.0.0.1:1/sector".to_owned());
    let answer = admin.create_client(&nowhere).await;
    assert_eq!(answer.at("/field"), "sector_identifier_uri");
    let after = server.tables().await;
    assert_eq!(database::changed(&before, &after), [""; 0]);
    list(&page, &[ONE, TWO]);
    admin.create_client(&client).await.status(201);
}

#[tokio::test]
async fn a_page_that_is_gone_stands_in_the_way_of_new_addresses_only() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let page = Page::start().await;
    list(&page, &[ONE, TWO]);
    let mut client = in_sector("shop", &[ONE, TWO], &page);
    admin.create_client(&client).await.status(201);
    page.say(StatusCode::INTERNAL_SERVER_ERROR, String::new());
    "Shop of Ada".clone_into(&mut client.name);
    client.dpop_bound_access_tokens = true;
    admin.update_client(&client).await.status(200);
    client.redirect_uris.pop();
    admin.update_client(&client).await.status(200);
    // One that was not there before is asked about, also where it was once.
    client.redirect_uris.push(TWO.to_owned());
    let refused = admin.update_client(&client).await;
    refused.problem(400, "invalid_request");
    list(&page, &[TWO]);
    admin.update_client(&client).await.status(200);
    // Another sector is another question, about all of them.
    let other = Page::start().await;
    list(&other, &[TWO]);
    client.sector_identifier_uri = Some(other.uri.clone());
    let refused = admin.update_client(&client).await;
    refused.problem(400, "invalid_request");
    // So is a client that was not pairwise.
    let mut public = public("plain", ONE);
    admin.create_client(&public).await.status(201);
    public.subject_type = SubjectType::Pairwise;
    public.sector_identifier_uri = Some(other.uri.clone());
    let refused = admin.update_client(&public).await;
    refused.problem(400, "invalid_request");
}

async fn register(program: &Browser, token: &str, body: &Value) -> Answer {
    let call = program.call(Method::POST, paths::OAUTH_REGISTER).json(body);
    call.bearer(token).send().await
}

/// What an application says where it is, is not where this network is searched.
#[tokio::test]
async fn an_application_has_nothing_fetched_that_only_this_network_reaches() {
    let server = Server::start().await;
    let (admin, program) = (server.admin().await, server.program());
    let token = initial_token(&admin, 2).await;
    let page = Page::start().await;
    list(&page, &[ONE]);
    let body = |sector: &str| {
        json!({
            "redirect_uris": [ONE], "subject_type": "pairwise", "sector_identifier_uri": sector,
            "token_endpoint_auth_method": "none", "id_token_signed_response_alg": "ES256",
        })
    };
    let port = page.uri.split(':').nth(2).unwrap();
    let mut said = Vec::new();
    for sector in [
        page.uri.clone(),
        format!("https://127.0.0.1:{port}"),
        format!("https://localhost:{port}"),
        format!("https://[::1]:{port}"),
        format!("https://[::ffff:127.0.0.1]:{port}"),
        format!("https://2130706433:{port}"),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://10.0.0.1/".to_owned(),
        "https://192.168.1.1/".to_owned(),
        "https://[fd00::1]/".to_owned(),
        "https://no-such-host.invalid/".to_owned(),
    ] {
        let refused = register(&program, &token, &body(&sector)).await;
        let words = refused.text_at("/error_description").replace(&sector, "");
        said.push(words);
        refused.oauth_error(400, "invalid_client_metadata");
    }
    // Nobody learns which of them there are.
    said.sort();
    said.dedup();
    assert!(said.len() <= 2, "{said:?}");
    assert_eq!(page.asked(), 0);
    // And nobody goes on asking.
    let mut refused = Vec::new();
    for _ in 0..20 {
        let answer = register(&program, &token, &body("https://10.0.0.1/")).await;
        refused.push(answer.status);
    }
    assert_eq!(refused.iter().filter(|status| **status == 400).count(), 9);
    assert_eq!(refused[19], 429);
    server.clock.advance_seconds(60);
    let token = initial_token(&admin, 2).await;
    // Without a token that is good nobody has anything fetched or read.
    let refused = register(&program, "x", &body("https://10.0.0.1/")).await;
    refused.oauth_error(401, "invalid_token");
    let bent = format!("pc_iat_{}", "A".repeat(43));
    for body in [body("https://10.0.0.1/"), json!([])] {
        let refused = register(&program, &bent, &body).await;
        refused.oauth_error(401, "invalid_token");
    }
    // It can be pairwise by its own host, and then stays so.
    let mut own = body("");
    own.as_object_mut().unwrap().remove("sector_identifier_uri");
    let made = register(&program, &token, &own).await.status(201);
    assert_eq!(made.at("/subject_type"), "pairwise");
    let id = made.text_at("/client_id");
    let path = format!("{}/{id}", paths::OAUTH_REGISTER);
    let managing = made.text_at("/registration_access_token");
    let mut body = own.clone();
    body["client_id"] = json!(id);
    body["subject_type"] = Value::Null;
    let call = program.call(Method::PUT, &path).json(&body);
    let kept = call.bearer(&managing).send().await.status(200);
    assert_eq!(kept.at("/subject_type"), "pairwise");
    let ada = server.person("ada").await;
    let subject = subject(&server, &App::new(&id, ONE), &ada).await;
    assert_ne!(subject, ada.user_id().await);
}

/// An application that has somebody's sign-in must not learn whom a shop knows them by: neither by
/// naming the shop's address later, nor by naming it where nobody is redirected.
#[tokio::test]
async fn no_application_moves_into_anothers_sector() {
    let server = Server::start().await;
    let (admin, ada) = (server.admin().await, server.person("ada").await);
    let program = server.program();
    let mut shop = public("shop", "https://shop.example/cb");
    shop.subject_type = SubjectType::Pairwise;
    server.register(&shop).await;
    let of_shop = subject(&server, &App::new("shop", "https://shop.example/cb"), &ada).await;
    let token = initial_token(&admin, 3).await;
    let device = "urn:ietf:params:oauth:grant-type:device_code";
    let body = |uri: &str, subject_type: &str, third: &str| {
        json!({
            "redirect_uris": [uri], "subject_type": subject_type,
            "grant_types": ["authorization_code", "refresh_token", third],
            "token_endpoint_auth_method": "none", "id_token_signed_response_alg": "ES256",
        })
    };
    let own = "https://evil.example/cb";
    let mut known = Vec::new();
    for kind in ["pairwise", "public"] {
        let mut said = body(own, kind, "");
        said["grant_types"].as_array_mut().unwrap().pop();
        let made = register(&program, &token, &said).await.status(201);
        let id = made.text_at("/client_id");
        let app = App::new(&id, own);
        let tokens = app.allowed_tokens(&ada, &program).await;
        let path = format!("{}/{id}", paths::OAUTH_REGISTER);
        let managing = made.text_at("/registration_access_token");
        for (uri, kind, sector) in [
            ("https://shop.example/cb", "pairwise", None),
            (own, "pairwise", Some("https://shop.example/sector")),
            (
                own,
                if kind == "public" {
                    "pairwise"
                } else {
                    "public"
                },
                None,
            ),
        ] {
            let mut said = said.clone();
            said["client_id"] = json!(id);
            said["redirect_uris"] = json!([uri]);
            said["subject_type"] = json!(kind);
            if let Some(sector) = sector {
                said["sector_identifier_uri"] = json!(sector);
            }
            let call = program.call(Method::PUT, &path).json(&said);
            let refused = call.bearer(&managing).send().await;
            refused.oauth_error(400, "invalid_client_metadata");
        }
        let call = program.call(Method::GET, paths::OAUTH_USERINFO);
        let told = call.bearer(&tokens.access).send().await.status(200);
        known.push(told.at("/sub"));
    }
    // Codes on a screen come without an address of anybody's.
    let uri = "https://shop.example/cb";
    let said = body(uri, "pairwise", device);
    let mut listed = said.clone();
    listed["sector_identifier_uri"] = json!("https://shop.example/sector");
    let refused = register(&program, &token, &listed).await;
    refused.oauth_error(400, "invalid_client_metadata");
    let made = register(&program, &token, &said).await.status(201);
    let id = made.text_at("/client_id");
    known.push(subject(&server, &App::new(&id, uri), &ada).await);
    assert!(!known.contains(&of_shop), "{known:?}");
    // Nor by leaving the codes out afterwards.
    let mut less = said.clone();
    less["client_id"] = json!(id);
    less["grant_types"].as_array_mut().unwrap().pop();
    let path = format!("{}/{id}", paths::OAUTH_REGISTER);
    let call = program.call(Method::PUT, &path).json(&less);
    let managing = made.text_at("/registration_access_token");
    let refused = call.bearer(&managing).send().await;
    refused.oauth_error(400, "invalid_client_metadata");
}
