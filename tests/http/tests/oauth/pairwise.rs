//! Pairwise subjects (OpenID Connect Core section 8): clients of one sector know somebody by the
//! same one, others by another, and nobody finds out who that is here.

use portcullis_http_tests::{
    Answer, App, Browser, Server,
    app::{query, session_of},
    clients::{client_path, public, service},
    jwt, routes,
};
use portcullis_types::{
    client::{Client, SubjectType},
    paths,
};
use reqwest::Method;
use serde_json::{Value, json};

const ORDERS: &str = "https://orders.example";
const MAIL: &str = "https://mail.example";

fn pairwise(id: &str, uri: &str) -> Client {
    let mut client = public(id, uri);
    client.subject_type = SubjectType::Pairwise;
    client.resources = vec![ORDERS.to_owned()];
    client
}

/// Two applications of a shop and one of a bank, and a public client beside (`spa`).
struct Scene {
    server: Server,
    ada: Browser,
    program: Browser,
    user: String,
}

fn shop() -> App {
    App::new("shop", "https://shop.example/callback")
}

fn till() -> App {
    App::new("till", "https://shop.example:8443/till")
}

fn bank() -> App {
    App::new("bank", "https://bank.example/callback")
}

impl Scene {
    async fn set() -> Self {
        let server = Server::start_with(|config| {
            for app in [shop(), till(), bank()] {
                config.clients.push(pairwise(&app.id, &app.redirect_uri));
            }
        })
        .await;
        let ada = server.person("ada").await;
        Self {
            user: ada.user_id().await,
            ada,
            program: server.program(),
            server,
        }
    }

    async fn redeemed(&self, app: &App, browser: &Browser) -> Answer {
        let code = app.code(browser).await;
        app.redeem(&self.program, &code).await.status(200)
    }

    async fn subject(&self, app: &App, browser: &Browser) -> String {
        let answer = self.redeemed(app, browser).await;
        let claims = jwt::claims(&answer.text_at("/id_token"));
        claims["sub"].as_str().unwrap().to_owned()
    }

    async fn userinfo(&self, method: Method, token: &str) -> Answer {
        let call = self.program.call(method, paths::OAUTH_USERINFO);
        call.bearer(token).send().await
    }
}

#[tokio::test]
async fn oidcc_8_1_a_subject_is_stable_in_its_sector_and_another_elsewhere() {
    let scene = Scene::set().await;
    let eve = scene.server.person("eve").await;
    let ada = scene.subject(&shop(), &scene.ada).await;
    assert_eq!(ada.len(), 43, "32 bytes in base64url");
    assert_eq!(scene.subject(&shop(), &scene.ada).await, ada);
    assert_eq!(scene.subject(&till(), &scene.ada).await, ada);
    let elsewhere = scene.subject(&bank(), &scene.ada).await;
    let other = scene.subject(&shop(), &eve).await;
    let public = scene.subject(&App::spa(), &scene.ada).await;
    assert_eq!(public, scene.user);
    let mut all = vec![ada.clone(), elsewhere, other, public];
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 4, "{all:?}");
    // After a restart as well.
    let again = scene.server.another_node(|config| {
        let app = shop();
        config.clients.push(pairwise(&app.id, &app.redirect_uri));
    });
    let node = again.await;
    let browser = node.visit_with(&scene.ada);
    let code = shop().code(&browser).await;
    let app = shop();
    let code_again = app.code(&browser).await;
    assert_ne!(code, code_again);
    let answer = app.redeem(&node.program(), &code_again).await.status(200);
    assert_eq!(jwt::claims(&answer.text_at("/id_token"))["sub"], *ada);
}

/// ID token, access token, userinfo, introspection, before and after a refresh.
#[tokio::test]
async fn oidcc_8_all_that_a_client_is_told_names_somebody_by_the_same_subject() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (ada, program) = (server.person("ada").await, server.program());
    let user = ada.user_id().await;
    let mut client = pairwise("shop", "https://shop.example/callback");
    client.token_endpoint_auth_method = portcullis_types::client::AuthMethod::ClientSecretBasic;
    let secret = admin.secret_of_new(&client).await;
    let orders = service("orders", ORDERS, &[]);
    let orders = admin.secret_of_new(&orders).await;
    let app = shop();
    let code = app.code_for(&ada, ORDERS).await;
    let post = async |path: &str, fields: &[(&str, &str)]| {
        let answer = program.post_as(("shop", &secret), path, fields).await;
        answer.status(200)
    };
    let first = post(paths::OAUTH_TOKEN, &app.code_fields(&code)).await;
    let refresh = first.text_at("/refresh_token");
    let second = post(paths::OAUTH_TOKEN, &app.refresh_fields(&refresh)).await;
    let mut told: Vec<Value> = Vec::new();
    told.push(jwt::claims(&first.text_at("/id_token")));
    for answer in [&first, &second] {
        let access = answer.text_at("/access_token");
        told.push(jwt::claims(&access));
        let fields = [("token", &*access)];
        told.push(post(paths::OAUTH_INTROSPECT, &fields).await.json());
        let path = paths::OAUTH_INTROSPECT;
        let asked = program.post_as(("orders", &orders), path, &fields).await;
        told.push(asked.status(200).json());
    }
    let refresh = second.text_at("/refresh_token");
    let fields = [("token", &*refresh)];
    told.push(post(paths::OAUTH_INTROSPECT, &fields).await.json());
    // Once more, for a token of which userinfo knows something.
    let code = app.code(&ada).await;
    let plain = post(paths::OAUTH_TOKEN, &app.code_fields(&code)).await;
    let access = plain.text_at("/access_token");
    for method in [Method::GET, Method::POST] {
        let call = program.call(method, paths::OAUTH_USERINFO).bearer(&access);
        told.push(call.send().await.status(200).json());
    }
    let subject = told[0]["sub"].clone();
    assert!(subject.as_str().is_some_and(|it| it.len() == 43));
    for claims in told {
        assert_eq!(claims["sub"], subject, "{claims}");
        assert!(!claims.to_string().contains(&user), "{claims}");
    }
    // The log is the operator's: it says who it was.
    let rows = server.audit().await;
    let row = rows.iter().find(|row| row.kind == "oauth.family_began");
    assert_eq!(row.unwrap().subject.unwrap().to_string(), user);
}

/// Otherwise the client would read the id at the session, and whatever comes later.
#[tokio::test]
async fn a_pairwise_clients_token_opens_nothing_of_our_own_api() {
    let scene = Scene::set().await;
    let token = scene.redeemed(&shop(), &scene.ada).await;
    let token = token.text_at("/access_token");
    let (all, _) = routes::all(&scene.program).await;
    let mut refused = 0;
    for route in all {
        let path = route.path.replace("{id}", &scene.user);
        let path = path.replace("{role}", "user");
        let call = scene.program.call(route.method.clone(), &path);
        let call = call.json(&json!({ "checks": [] })).bearer(&token);
        let answer = call.send().await;
        let text = answer.text();
        assert!(!text.contains(&scene.user), "{}: {text}", route.name());
        if answer.status == 403 && answer.text().contains("pairwise") {
            refused += 1;
        }
    }
    assert!(refused > 20, "{refused}");
    for (method, path) in [
        (Method::GET, paths::SESSION),
        (Method::GET, paths::SESSIONS),
        (Method::GET, paths::EVENTS),
        (Method::GET, paths::NOTES),
        (Method::POST, paths::AUTHZ_CHECK),
        (Method::GET, paths::ADMIN_USERS),
    ] {
        let call = scene.program.call(method, path).json(&json!({}));
        let answer = call.bearer(&token).send().await;
        answer.problem(403, "forbidden");
        // Nor beside the cookie of who it is.
        let call = scene.ada.call(Method::GET, path).bearer(&token);
        let answer = call.send().await;
        assert!(answer.status >= 400, "{path}: {}", answer.text());
    }
    let told = scene.userinfo(Method::GET, &token).await.status(200);
    assert_eq!(told.at("/name"), "ada");
    // The other client's opens what it did.
    let spa = App::spa().tokens(&scene.ada, &scene.program).await.access;
    session_of(&scene.program, &spa).await.status(200);
}

#[tokio::test]
async fn a_client_that_becomes_pairwise_is_refused_from_then_on() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (ada, program) = (server.person("ada").await, server.program());
    let mut client = public("shop", "https://shop.example/callback");
    admin.create_client(&client).await.status(201);
    let app = shop();
    let tokens = app.tokens(&ada, &program).await;
    session_of(&program, &tokens.access).await.status(200);
    client.subject_type = SubjectType::Pairwise;
    admin.update_client(&client).await.status(200);
    let refused = session_of(&program, &tokens.access).await;
    refused.problem(403, "forbidden");
    let refreshed = app.refresh(&program, &tokens.refresh).await.status(200);
    let access = refreshed.text_at("/access_token");
    assert_ne!(jwt::claims(&access)["sub"], ada.user_id().await);
    let path = paths::OAUTH_USERINFO;
    let call = program.call(Method::GET, path).bearer(&tokens.access);
    let told = call.send().await.status(200);
    assert_eq!(told.at("/sub"), jwt::claims(&access)["sub"]);
}

/// Whether the same person is there is what two clients must not find out by a hint.
#[tokio::test]
async fn an_id_token_of_another_sector_is_no_hint() {
    let scene = Scene::set().await;
    let token = async |app: &App| scene.redeemed(app, &scene.ada).await.text_at("/id_token");
    let (of_shop, of_till) = (token(&shop()).await, token(&till()).await);
    let (of_bank, of_spa) = (token(&bank()).await, token(&App::spa()).await);
    let eve = scene.server.person("eve").await;
    for (app, hint, is_good) in [
        (shop(), &of_shop, true),
        (shop(), &of_till, true),
        (shop(), &of_bank, false),
        (shop(), &of_spa, false),
        (bank(), &of_shop, false),
        (App::spa(), &of_shop, false),
        (App::spa(), &of_spa, true),
    ] {
        let path = app.path_with(&[("id_token_hint", hint), ("prompt", "none")]);
        let back = scene.ada.get(&path).await.location();
        assert_eq!(query(&back, "code").is_some(), is_good, "{back}");
        // Who is there makes no difference.
        let other = eve.get(&path).await.location();
        let error = query(&other, "error").unwrap();
        assert_eq!(error == "login_required", is_good, "{other}");
        if !is_good {
            assert_eq!(query(&back, "error").as_deref(), Some("invalid_request"));
            let changes = [("id_token_hint", &**hint)];
            let pushed = app.push_with(&scene.program, &changes).await;
            pushed.oauth_error(400, "invalid_request");
        }
    }
}

#[tokio::test]
async fn a_subject_in_claims_is_the_clients_own_for_somebody() {
    let scene = Scene::set().await;
    let own = scene.subject(&shop(), &scene.ada).await;
    let elsewhere = scene.subject(&bank(), &scene.ada).await;
    for (subject, is_good) in [(&own, true), (&elsewhere, false), (&scene.user, false)] {
        let claims = json!({ "id_token": { "sub": { "value": subject } } }).to_string();
        let path = shop().path_with(&[("claims", &claims), ("prompt", "none")]);
        let back = scene.ada.get(&path).await.location();
        assert_eq!(query(&back, "code").is_some(), is_good, "{back}");
    }
}

/// An exchange that translated the subject would tell a service who it is, and a client which of its
/// users another client's are.
#[tokio::test]
async fn rfc8693_an_exchanged_token_names_its_subject_as_before() {
    let scene = Scene::set().await;
    let admin = scene.server.admin().await;
    let secret = admin
        .secret_of_new(&service("orders", ORDERS, &[MAIL]))
        .await;
    let app = shop();
    let token = app.token_for(&scene.ada, &scene.program, ORDERS).await;
    let subject = jwt::claims(&token)["sub"].clone();
    let fields = [
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ),
        ("subject_token", &*token),
        (
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
        ),
        ("resource", MAIL),
    ];
    let who = ("orders", &*secret);
    let post = async |path: &str, fields: &[(&str, &str)]| {
        scene.program.post_as(who, path, fields).await.status(200)
    };
    let exchanged = post(paths::OAUTH_TOKEN, &fields).await;
    let exchanged = exchanged.text_at("/access_token");
    let claims = jwt::claims(&exchanged);
    assert_eq!(claims["sub"], subject);
    assert_eq!(claims["act"], json!({ "sub": "orders" }));
    let told = post(paths::OAUTH_INTROSPECT, &[("token", &exchanged)]).await;
    assert_eq!(told.at("/sub"), subject);
    for text in [claims.to_string(), told.text()] {
        assert!(!text.contains(&scene.user), "{text}");
    }
    let rows = scene.server.audit().await;
    let row = rows.iter().find(|row| row.kind == "oauth.token_exchanged");
    assert_eq!(row.unwrap().subject.unwrap().to_string(), scene.user);
}

#[tokio::test]
async fn nobody_is_registered_who_could_pass_for_somebody_or_look_at_others() {
    let scene = Scene::set().await;
    let admin = scene.server.admin().await;
    let subject = scene.subject(&shop(), &scene.ada).await;
    let named = public(&subject, "https://a.example/");
    let refused = admin.create_client(&named).await;
    assert_eq!(refused.at("/field"), "id");
    refused.problem(400, "invalid_request");
    let with = |change: fn(&mut Client)| {
        let mut client = pairwise("new", "https://new.example/");
        change(&mut client);
        client
    };
    for (client, field) in [
        (with(|it| it.serves = vec![MAIL.to_owned()]), "subject_type"),
        (with(|it| it.may_introspect = true), "subject_type"),
        (
            with(|it| it.redirect_uris.push("https://b.example/".to_owned())),
            "sector_identifier_uri",
        ),
        (
            with(|it| it.redirect_uris = vec!["http://127.0.0.1/".to_owned()]),
            "sector_identifier_uri",
        ),
        (
            // Anybody can write the shop's name into a scheme of their own.
            with(|it| {
                it.redirect_uris
                    .push("com.evil.app://new.example/cb".to_owned());
            }),
            "sector_identifier_uri",
        ),
    ] {
        let answer = admin.create_client(&client).await;
        assert_eq!(answer.at("/field"), field, "{}", answer.text());
        answer.problem(400, "invalid_request");
    }
    scene
        .program
        .get(&client_path("new"))
        .await
        .problem(401, "not_authenticated");
    // Alone, it is a sector of its own.
    let mut bent = pairwise("bent", "com.evil.app://shop.example/cb");
    bent.redirect_uris = vec!["com.evil.app://shop.example/cb".to_owned()];
    admin.create_client(&bent).await.status(201);
    let app = App::new("bent", "com.evil.app://shop.example/cb");
    assert_ne!(scene.subject(&app, &scene.ada).await, subject);
}

/// Signing out by the ID token's hint works as it does for others, and only for whom it names.
#[tokio::test]
async fn oidc_rp_logout_knows_whose_pairwise_id_token_is_shown() {
    let scene = Scene::set().await;
    let eve = scene.server.person("eve").await;
    let hint = scene.redeemed(&shop(), &scene.ada).await;
    let hint = hint.text_at("/id_token");
    let path = format!("{}?id_token_hint={hint}", paths::OAUTH_LOGOUT);
    eve.get(&path).await.status(200);
    assert!(eve.is_signed_in().await, "eve is asked first");
    scene.ada.get(&path).await.status(200);
    assert!(!scene.ada.is_signed_in().await);
}
