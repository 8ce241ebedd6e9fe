//! What a client is told of a user by scopes, and what its claim mappers make of that; what a token
//! is trusted by, no mapper touches.

use portcullis_http_tests::{
    App, Browser, Server,
    app::{query, session_of},
    clients::{confidential, public, service},
    jwt,
};
use portcullis_types::{
    client::{
        ClaimMapper,
        ClaimPlace::{self, AccessToken, IdToken, Userinfo},
        ClaimValue, Client, GrantType,
        UserAttribute::{self, Email, Name, Permissions, Roles},
    },
    paths,
};
use reqwest::Method;
use serde_json::{Value, json};

const ORDERS: &str = "https://orders.example";
const EVERYWHERE: [ClaimPlace; 3] = [IdToken, Userinfo, AccessToken];

fn from(claim: &str, attribute: UserAttribute, to: &[ClaimPlace]) -> ClaimMapper {
    ClaimMapper {
        claim: claim.to_owned(),
        from: Some(attribute),
        value: None,
        scope: None,
        to: to.to_vec(),
    }
}

fn always(claim: &str, value: ClaimValue, to: &[ClaimPlace]) -> ClaimMapper {
    ClaimMapper {
        from: None,
        value: Some(value),
        ..from(claim, Name, to)
    }
}

fn text(text: &str) -> ClaimValue {
    ClaimValue::Text(text.to_owned())
}

fn shop(scope: &str) -> App {
    let mut app = App::new("shop", "https://shop.example/callback");
    scope.clone_into(&mut app.scope);
    app
}

fn client(mappers: Vec<ClaimMapper>) -> Client {
    let mut client = public("shop", "https://shop.example/callback");
    for scope in ["roles", "permissions"] {
        client.scopes.push(scope.to_owned());
    }
    client.resources = vec![ORDERS.to_owned()];
    client.claim_mappers = mappers;
    client
}

/// What somebody's ID token, userinfo and access token say.
async fn told(server: &Server, browser: &Browser, path: &str, app: &App) -> [Value; 3] {
    let program = server.program();
    let back = browser.get(path).await.location();
    let code = query(&back, "code").unwrap_or_else(|| panic!("{back}"));
    let answer = app.redeem(&program, &code).await.status(200);
    let access = answer.text_at("/access_token");
    let call = program.call(Method::GET, paths::OAUTH_USERINFO);
    let userinfo = call.bearer(&access).send().await.status(200).json();
    [
        jwt::claims(&answer.text_at("/id_token")),
        userinfo,
        jwt::claims(&access),
    ]
}

async fn all_told(server: &Server, browser: &Browser, scope: &str) -> [Value; 3] {
    let app = shop(scope);
    told(server, browser, &app.path(), &app).await
}

#[tokio::test]
async fn the_scopes_roles_and_permissions_tell_them_when_granted_and_not_before() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    server.register(&client(Vec::new())).await;
    for (scope, roles, permissions) in [
        ("openid", Value::Null, Value::Null),
        ("openid profile email", Value::Null, Value::Null),
        ("openid roles", json!(["user"]), Value::Null),
        ("openid permissions", Value::Null, json!(["notes:write"])),
        (
            "openid roles permissions",
            json!(["user"]),
            json!(["notes:write"]),
        ),
    ] {
        let [id_token, userinfo, access] = all_told(&server, &ada, scope).await;
        for claims in [&id_token, &userinfo] {
            assert_eq!(claims["roles"], roles, "{scope}: {claims}");
            assert_eq!(claims["permissions"], permissions, "{scope}: {claims}");
        }
        assert!(access["roles"].is_null() && access["permissions"].is_null());
    }
    // Who is not registered for them does not get to ask, in whichever way.
    let mut app = App::spa();
    "openid roles".clone_into(&mut app.scope);
    let back = ada.get(&app.path()).await.location();
    assert_eq!(query(&back, "error").as_deref(), Some("invalid_scope"));
    let claims = json!({ "id_token": { "roles": null }, "userinfo": { "permissions": null } });
    let claims = claims.to_string();
    let app = App::spa();
    let path = app.path_with(&[("claims", &claims), ("scope", "openid")]);
    for claims in told(&server, &ada, &path, &app).await {
        assert!(claims["roles"].is_null() && claims["permissions"].is_null());
    }
    let app = shop("openid");
    let path = app.path_with(&[("claims", &claims)]);
    let [id_token, userinfo, _] = told(&server, &ada, &path, &app).await;
    assert_eq!(id_token["roles"], json!(["user"]));
    assert_eq!(userinfo["permissions"], json!(["notes:write"]));
    assert!(userinfo["roles"].is_null() && id_token["permissions"].is_null());
}

/// A claim that was asked for by itself goes with its scope, like all others.
#[tokio::test]
async fn a_scope_that_is_taken_from_the_client_takes_single_claims_along() {
    let server = Server::start().await;
    let (admin, ada) = (server.admin().await, server.person("ada").await);
    let program = server.program();
    let mut registered = client(Vec::new());
    admin.create_client(&registered).await.status(201);
    let app = shop("openid");
    let claims = json!({ "userinfo": { "email": null, "roles": null } }).to_string();
    let back = ada
        .get(&app.path_with(&[("claims", &claims)]))
        .await
        .location();
    let code = query(&back, "code").unwrap();
    let access = app.redeem(&program, &code).await.text_at("/access_token");
    let ask = async || {
        let call = program.call(Method::GET, paths::OAUTH_USERINFO);
        call.bearer(&access).send().await.status(200)
    };
    let told = ask().await;
    assert_eq!(told.at("/email"), "ada@example.com");
    assert_eq!(told.at("/roles"), json!(["user"]));
    registered.scopes = vec!["openid".to_owned()];
    admin.update_client(&registered).await.status(200);
    assert_eq!(ask().await.json(), json!({ "sub": ada.user_id().await }));
}

/// What is taken away is gone from the next answer on.
#[tokio::test]
async fn asvs_8_3_2_roles_are_those_of_now() {
    let server = Server::start().await;
    let (admin, ada) = (server.admin().await, server.person("ada").await);
    let program = server.program();
    server
        .register(&client(vec![from("groups", Roles, &[AccessToken])]))
        .await;
    let app = shop("openid roles");
    let tokens = app.tokens(&ada, &program).await;
    assert_eq!(jwt::claims(&tokens.access)["groups"], json!(["user"]));
    let user = ada.user_id().await;
    let role = format!("{}/{user}/roles/user", paths::ADMIN_USERS);
    admin.delete(&role).await.status(204);
    let call = program.call(Method::GET, paths::OAUTH_USERINFO);
    let told = call.bearer(&tokens.access).send().await.status(200);
    assert_eq!(told.at("/roles"), json!([]));
    let refreshed = app.refresh(&program, &tokens.refresh).await.status(200);
    let claims = jwt::claims(&refreshed.text_at("/access_token"));
    assert_eq!(claims["groups"], json!([]));
}

#[tokio::test]
async fn a_mapper_says_something_else_in_its_places_and_by_its_scope() {
    let server = Server::start().await;
    let (admin, ada) = (server.admin().await, server.person("ada").await);
    let mappers = vec![
        from("nickname", Name, &[IdToken]),
        from("groups", Roles, &EVERYWHERE),
        from("upn", Email, &[Userinfo]),
        always("tenant", text("acme"), &EVERYWHERE),
        always("level", ClaimValue::Number(3), &[IdToken]),
        always("beta", ClaimValue::Flag(true), &[Userinfo]),
        always(
            "tags",
            ClaimValue::List(vec!["a".to_owned()]),
            &[AccessToken],
        ),
        ClaimMapper {
            scope: Some("permissions".to_owned()),
            ..always("plan", text("gold"), &[IdToken])
        },
        // Nothing at all.
        ClaimMapper {
            from: None,
            ..from("email", Name, &[IdToken, Userinfo])
        },
        // Another's words for a claim that there is.
        always("name", text("Somebody"), &[Userinfo]),
    ];
    admin.create_client(&client(mappers)).await.status(201);
    let [id_token, userinfo, access] = all_told(&server, &ada, "openid").await;
    for (claims, name, value) in [
        (&id_token, "nickname", Value::Null),
        (&id_token, "groups", Value::Null),
        (&id_token, "tenant", json!("acme")),
        (&id_token, "level", json!(3)),
        (&id_token, "plan", Value::Null),
        (&userinfo, "upn", Value::Null),
        (&userinfo, "beta", json!(true)),
        (&userinfo, "name", json!("Somebody")),
        (&access, "groups", Value::Null),
        (&access, "tenant", json!("acme")),
        (&access, "tags", json!(["a"])),
    ] {
        assert_eq!(claims[name], value, "{name}: {claims}");
    }
    let scope = "openid profile email roles permissions";
    let [id_token, userinfo, access] = all_told(&server, &ada, scope).await;
    for (claims, name, value) in [
        (&id_token, "nickname", json!("ada")),
        (&id_token, "name", json!("ada")),
        (&id_token, "groups", json!(["user"])),
        (&id_token, "plan", json!("gold")),
        (&id_token, "email", Value::Null),
        (&id_token, "email_verified", json!(false)),
        (&id_token, "beta", Value::Null),
        (&userinfo, "upn", json!("ada@example.com")),
        (&userinfo, "email", Value::Null),
        (&userinfo, "name", json!("Somebody")),
        (&userinfo, "level", Value::Null),
        (&access, "groups", json!(["user"])),
        (&access, "nickname", Value::Null),
        (&access, "email", Value::Null),
        (&access, "name", Value::Null),
    ] {
        assert_eq!(claims[name], value, "{name}: {claims}");
    }
}

#[tokio::test]
async fn who_introspects_is_told_what_the_token_says() {
    let server = Server::start().await;
    let (admin, ada) = (server.admin().await, server.person("ada").await);
    let program = server.program();
    let mut mapped = client(vec![from("groups", Roles, &[AccessToken])]);
    mapped.access_token_format = portcullis_types::client::AccessTokenFormat::Opaque;
    server.register(&mapped).await;
    let orders = service("orders", ORDERS, &[]);
    let secret = admin.secret_of_new(&orders).await;
    let token = shop("openid roles").token_for(&ada, &program, ORDERS).await;
    let fields = [("token", &*token)];
    let who = ("orders", &*secret);
    let told = program.post_as(who, paths::OAUTH_INTROSPECT, &fields).await;
    assert_eq!(told.at("/active"), true);
    assert_eq!(told.at("/groups"), json!(["user"]));
}

/// Neither by an admin's mistake nor by one that is in the database already.
#[tokio::test]
async fn what_a_token_is_trusted_by_is_never_mapped() {
    let server = Server::start().await;
    let (admin, ada) = (server.admin().await, server.person("ada").await);
    let program = server.program();
    let reserved = [
        "iss",
        "sub",
        "sub_id",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "typ",
        "cnf",
        "act",
        "may_act",
        "azp",
        "nonce",
        "acr",
        "amr",
        "auth_time",
        "at_hash",
        "c_hash",
        "s_hash",
        "sid",
        "events",
        "scope",
        "client_id",
        "active",
        "token_type",
        "username",
        "authorization_details",
    ];
    for claim in reserved {
        let bent = client(vec![always(claim, text("x"), &EVERYWHERE)]);
        let answer = admin.create_client(&bent).await;
        assert_eq!(answer.at("/field"), "claim_mappers", "{claim}");
        answer.problem(400, "invalid_request");
    }
    // Past all checks.
    let all = || reserved.map(|claim| always(claim, text("x"), &EVERYWHERE));
    server.register(&client(all().to_vec())).await;
    let scope = "openid profile email";
    let bent = all_told(&server, &ada, scope).await;
    let mut plain = client(Vec::new());
    "plain".clone_into(&mut plain.id);
    server.register(&plain).await;
    let mut app = App::new("plain", "https://shop.example/callback");
    scope.clone_into(&mut app.scope);
    let plain = told(&server, &ada, &app.path(), &app).await;
    for (bent, plain) in bent.iter().zip(&plain) {
        let names = |claims: &Value| -> Vec<String> {
            let claims = claims.as_object().unwrap();
            claims.keys().cloned().collect()
        };
        assert_eq!(names(bent), names(plain));
        for name in reserved {
            assert_ne!(bent[name], "x", "{name}");
        }
        for name in [
            "iss",
            "sub",
            "aud",
            "exp",
            "acr",
            "amr",
            "auth_time",
            "scope",
        ] {
            let differs = name == "aud" && bent[name] == "shop";
            assert!(bent[name] == plain[name] || differs, "{name}");
        }
    }
    // It is good for what it is good for, and its own words are not believed for others.
    let tokens = shop(scope).tokens(&ada, &program).await;
    session_of(&program, &tokens.access).await.status(200);
}

#[tokio::test]
async fn mappers_that_make_no_sense_are_refused() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let good = json!(client(vec![from("groups", Roles, &[IdToken])]));
    for (what, mapper) in [
        (
            "both",
            json!({ "claim": "a", "from": "name", "value": "x" }),
        ),
        ("nowhere", json!({ "claim": "a", "from": "name", "to": [] })),
        ("unnamed", json!({ "claim": "", "from": "name" })),
        ("spaced", json!({ "claim": "a b", "from": "name" })),
        ("long", json!({ "claim": "a".repeat(65), "from": "name" })),
        (
            "long text",
            json!({ "claim": "a", "value": "x".repeat(257) }),
        ),
        ("line", json!({ "claim": "a", "value": "x\ny" })),
        ("unknown", json!({ "claim": "a", "from": "password" })),
        ("the id", json!({ "claim": "a", "from": "id" })),
        ("deep", json!({ "claim": "a", "value": { "b": 1 } })),
        ("fraction", json!({ "claim": "a", "value": 1.5 })),
        (
            "more",
            json!({ "claim": "a", "from": "name", "script": "x" }),
        ),
        (
            "elsewhere",
            json!({ "claim": "a", "from": "name", "to": ["logout_token"] }),
        ),
    ] {
        let mut body = good.clone();
        body["claim_mappers"] = json!([mapper]);
        let answer = admin.post(paths::ADMIN_CLIENTS, body).await;
        assert_eq!(answer.status, 400, "{what}: {}", answer.text());
        answer.problem(400, "invalid_request");
    }
    let mut twice = good.clone();
    twice["claim_mappers"] = json!([
        { "claim": "a", "from": "name", "to": ["id_token"] },
        { "claim": "a", "value": "x", "to": ["userinfo", "id_token"] },
    ]);
    let answer = admin.post(paths::ADMIN_CLIENTS, twice).await;
    assert_eq!(answer.at("/field"), "claim_mappers");
    answer.problem(400, "invalid_request");
    let mut body = good.clone();
    body["claim_mappers"] = json!(vec![json!({ "claim": "a", "from": "name" }); 51]);
    let answer = admin.post(paths::ADMIN_CLIENTS, body).await;
    answer.problem(400, "invalid_request");
    admin.post(paths::ADMIN_CLIENTS, good).await.status(201);
}

/// Claims about a user take one.
#[tokio::test]
async fn rfc6749_4_4_a_clients_own_token_has_no_scopes_that_are_about_users() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let mut job = confidential("job");
    job.grant_types = vec![GrantType::ClientCredentials];
    job.redirect_uris = Vec::new();
    let scopes = [
        "openid",
        "profile",
        "email",
        "groups",
        "roles",
        "permissions",
        "work",
    ];
    job.scopes = scopes.map(str::to_owned).to_vec();
    job.claim_mappers = vec![from("groups", Permissions, &EVERYWHERE)];
    let secret = admin.secret_of_new(&job).await;
    let program = server.program();
    let ask = async |scope: &str| {
        let fields = [("grant_type", "client_credentials"), ("scope", scope)];
        let fields = &fields[..if scope.is_empty() { 1 } else { 2 }];
        program
            .post_as(("job", &secret), paths::OAUTH_TOKEN, fields)
            .await
    };
    let answer = ask("").await.status(200);
    assert_eq!(answer.at("/scope"), "work");
    let claims = jwt::claims(&answer.text_at("/access_token"));
    assert!(claims["groups"].is_null(), "{claims}");
    for scope in ["roles", "permissions", "groups", "work roles"] {
        ask(scope).await.oauth_error(400, "invalid_scope");
    }
}
