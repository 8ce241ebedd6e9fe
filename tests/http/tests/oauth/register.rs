//! Applications that register themselves (RFC 7591) and manage that (RFC 7592).

use portcullis_http_tests::{
    Answer, App, Browser, Server, all_at_once, app::Tokens, app::session_of, clients::basic,
    database,
};
use portcullis_types::paths;
use reqwest::Method;
use serde_json::{Value, json};

const URI: &str = "https://shop.example/callback";

/// What an admin hands out.
async fn initial(admin: &Browser, uses: u32, seconds: u32) -> String {
    let body = json!({ "uses": uses, "seconds": seconds });
    let made = admin.post(paths::ADMIN_REGISTRATION_TOKENS, body).await;
    made.status(201).text_at("/token")
}

async fn send(program: &Browser, method: Method, path: &str, token: &str, body: &Value) -> Answer {
    let call = program.call(method, path).json(body);
    call.bearer(token).send().await
}

async fn register(program: &Browser, token: &str, body: &Value) -> Answer {
    send(program, Method::POST, paths::OAUTH_REGISTER, token, body).await
}

/// A registered application.
struct Own {
    id: String,
    token: String,
}

impl Own {
    fn of(answer: &Answer) -> Self {
        Self {
            id: answer.text_at("/client_id"),
            token: answer.text_at("/registration_access_token"),
        }
    }

    async fn call(&self, program: &Browser, method: Method, body: &Value) -> Answer {
        let path = format!("{}/{}", paths::OAUTH_REGISTER, self.id);
        send(program, method, &path, &self.token, body).await
    }
}

fn public() -> Value {
    json!({
        "client_name": "Shop", "redirect_uris": [URI], "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "id_token_signed_response_alg": "ES256", "contacts": ["ada@example.com"],
    })
}

#[tokio::test]
async fn rfc7591_3_an_application_registers_itself_and_works() {
    let server = Server::start().await;
    let (admin, ada) = (server.admin().await, server.person("ada").await);
    let program = server.program();
    let metadata = program.get(paths::OPENID_METADATA).await;
    let endpoint = format!("{}{}", server.origin, paths::OAUTH_REGISTER);
    assert_eq!(metadata.at("/registration_endpoint"), endpoint);
    let token = initial(&admin, 1, 60).await;
    let answer = register(&program, &token, &public()).await.status(201);
    assert_eq!(answer.header("cache-control"), "no-store");
    let own = Own::of(&answer);
    assert_eq!(answer.at("/client_name"), "Shop");
    assert_eq!(answer.at("/scope"), "openid profile email");
    assert_eq!(answer.at("/response_types"), json!(["code"]));
    assert_eq!(answer.at("/client_id_issued_at"), 1_800_000_000);
    assert!(answer.at("/client_secret").is_null() && answer.at("/contacts").is_null());
    let uri = format!("{endpoint}/{}", own.id);
    assert_eq!(answer.at("/registration_client_uri"), uri);
    let app = App::new(&own.id, URI);
    let tokens = app.allowed_tokens(&ada, &program).await;
    session_of(&program, &tokens.access).await.status(200);
    Tokens::of(&app.refresh(&program, &tokens.refresh).await);
    let rows = server.audit().await;
    let made: Vec<&str> = rows.iter().map(|row| row.kind.as_str()).collect();
    assert!(made.contains(&"client.registration_token_made"));
    assert!(made.contains(&"client.created"));
}

#[tokio::test]
async fn rfc7591_2_what_is_left_out_gets_the_specifications_defaults() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (program, token) = (server.program(), initial(&admin, 1, 60).await);
    let body = json!({ "redirect_uris": [URI] });
    let answer = register(&program, &token, &body).await.status(201);
    assert_eq!(
        answer.at("/token_endpoint_auth_method"),
        "client_secret_basic"
    );
    assert_eq!(answer.at("/grant_types"), json!(["authorization_code"]));
    assert_eq!(answer.at("/id_token_signed_response_alg"), "RS256");
    assert_eq!(answer.at("/client_secret_expires_at"), 0);
    let (id, secret) = (
        answer.text_at("/client_id"),
        answer.text_at("/client_secret"),
    );
    let call = program.call(Method::POST, paths::OAUTH_INTROSPECT);
    let call = call.form(&[("token", "x")]);
    let told = call
        .header("authorization", basic(&id, &secret))
        .send()
        .await;
    assert_eq!(told.status(200).at("/active"), false);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rfc7591_1_2_nobody_registers_without_a_token_or_more_often_than_it_is_good_for() {
    nobody_registers_more_often(Server::start().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rfc7591_1_2_nobody_registers_more_often_on_postgresql() {
    nobody_registers_more_often(Server::start_on_postgres().await).await;
}

async fn nobody_registers_more_often(server: Server) {
    let (admin, ada) = (server.admin().await, server.person("ada").await);
    let (program, late) = (server.program(), initial(&admin, 5, 60).await);
    server.clock.advance_seconds(60);
    let before = server.tables().await;
    let session = ada.session_token();
    let bent = format!("pc_iat_{}", "A".repeat(43));
    for token in ["x", &*late, &*session, &*bent] {
        let refused = register(&program, token, &public()).await;
        let challenge = refused.header("www-authenticate").to_owned();
        refused.oauth_error(401, "invalid_token");
        assert_eq!(challenge, "Bearer error=\"invalid_token\"");
    }
    let call = program.call(Method::POST, paths::OAUTH_REGISTER);
    let refused = call.json(&public()).send().await;
    refused.oauth_error(401, "invalid_token");
    let after = server.tables().await;
    assert_eq!(database::changed(&before, &after), Vec::<String>::new());
    let token = initial(&admin, 3, 60).await;
    let answers = all_at_once((0..50).map(|_| {
        let (program, token) = (server.program(), token.clone());
        async move { register(&program, &token, &public()).await.status }
    }))
    .await;
    assert_eq!(answers.iter().filter(|status| **status == 201).count(), 3);
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 47);
    assert_eq!(server.audited("client.created").await, 3);
}

#[tokio::test]
async fn rfc7591_5_what_takes_an_admin_is_refused_and_uses_nothing_up() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (program, token) = (server.program(), initial(&admin, 1, 60).await);
    let with = |changes: Value| {
        let mut body = public();
        let fields = body.as_object_mut().unwrap();
        fields.extend(changes.as_object().unwrap().clone());
        body
    };
    let exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    for (changes, error) in [
        (
            json!({ "scope": "openid admin" }),
            "invalid_client_metadata",
        ),
        (
            json!({ "grant_types": ["client_credentials"] }),
            "invalid_client_metadata",
        ),
        (
            json!({ "grant_types": [exchange] }),
            "invalid_client_metadata",
        ),
        (
            json!({ "grant_types": ["password"] }),
            "invalid_client_metadata",
        ),
        (
            json!({ "grant_types": ["implicit"] }),
            "invalid_client_metadata",
        ),
        (
            json!({ "response_types": ["token"] }),
            "invalid_client_metadata",
        ),
        (
            json!({ "jwks_uri": "https://169.254.169.254/keys" }),
            "invalid_client_metadata",
        ),
        (
            json!({ "token_endpoint_auth_method": "private_key_jwt" }),
            "invalid_client_metadata",
        ),
        (
            json!({ "id_token_signed_response_alg": "none" }),
            "invalid_client_metadata",
        ),
        (
            json!({ "client_name": "\u{202e}" }),
            "invalid_client_metadata",
        ),
        (
            json!({ "logo_uri": "javascript:alert(1)" }),
            "invalid_client_metadata",
        ),
        (json!({ "redirect_uris": [] }), "invalid_redirect_uri"),
        (
            json!({ "redirect_uris": ["http://shop.example/"] }),
            "invalid_redirect_uri",
        ),
        (
            json!({ "redirect_uris": ["javascript:alert(1)"] }),
            "invalid_redirect_uri",
        ),
        (
            json!({ "redirect_uris": ["https://*.example/"] }),
            "invalid_redirect_uri",
        ),
        (
            json!({ "redirect_uris": "https://shop.example/" }),
            "invalid_client_metadata",
        ),
    ] {
        let refused = register(&program, &token, &with(changes)).await;
        refused.oauth_error(400, error);
    }
    register(&program, &token, &json!([]))
        .await
        .oauth_error(400, "invalid_client_metadata");
    assert_eq!(server.audited("client.created").await, 0);
    // What is not asked for here is not had either.
    let body = with(json!({
        "client_id": "spa", "may_introspect": true, "may_impersonate": true, "require_pkce": false,
        "resources": ["https://api.example"], "serves": ["https://api.example"],
        "consent": "skipped", "access_token_seconds": 86_400,
    }));
    let own = Own::of(&register(&program, &token, &body).await.status(201));
    assert_ne!(own.id, "spa");
    let seen = admin
        .get(&format!("{}/{}", paths::ADMIN_CLIENTS, own.id))
        .await;
    assert_eq!(seen.at("/client/consent"), "remembered");
    assert_eq!(seen.at("/client/may_introspect"), false);
    assert_eq!(seen.at("/client/may_impersonate"), false);
    assert_eq!(seen.at("/client/require_pkce"), true);
    for name in ["resources", "serves", "access_token_seconds"] {
        assert!(seen.at(&format!("/client/{name}")).is_null(), "{name}");
    }
}

#[tokio::test]
async fn rfc7592_an_application_manages_its_own_registration_only() {
    let server = Server::start().await;
    let (admin, ada) = (server.admin().await, server.person("ada").await);
    let (program, token) = (server.program(), initial(&admin, 2, 60).await);
    let own = Own::of(&register(&program, &token, &public()).await.status(201));
    let other = Own::of(&register(&program, &token, &public()).await.status(201));
    let shown = own
        .call(&program, Method::GET, &Value::Null)
        .await
        .status(200);
    assert_eq!(shown.at("/client_id"), own.id);
    let strangers = [
        Own {
            id: own.id.clone(),
            token: other.token.clone(),
        },
        Own {
            id: own.id.clone(),
            token: token.clone(),
        },
        Own {
            id: "spa".to_owned(),
            token: own.token.clone(),
        },
        Own {
            id: "nobody".to_owned(),
            token: own.token.clone(),
        },
    ];
    for stranger in &strangers {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let refused = stranger.call(&program, method, &public()).await;
            refused.oauth_error(401, "invalid_token");
        }
    }
    let app = App::new(&own.id, URI);
    let tokens = app.allowed_tokens(&ada, &program).await;
    let mut body = public();
    own.call(&program, Method::PUT, &body)
        .await
        .oauth_error(400, "invalid_client_metadata");
    body["client_id"] = json!(own.id);
    body["client_name"] = json!("Shop of Ada");
    body["token_endpoint_auth_method"] = json!("client_secret_post");
    let changed = own.call(&program, Method::PUT, &body).await.status(200);
    assert_eq!(changed.at("/client_name"), "Shop of Ada");
    assert!(changed.text_at("/client_secret").starts_with("pc_cs_"));
    body["scope"] = json!("admin");
    own.call(&program, Method::PUT, &body)
        .await
        .oauth_error(400, "invalid_client_metadata");
    session_of(&program, &tokens.access).await.status(200);
    own.call(&program, Method::DELETE, &Value::Null)
        .await
        .status(204);
    session_of(&program, &tokens.access).await.status(401);
    own.call(&program, Method::GET, &Value::Null)
        .await
        .oauth_error(401, "invalid_token");
    other
        .call(&program, Method::GET, &Value::Null)
        .await
        .status(200);
    let tables = server.tables().await;
    for table in ["initial_access_tokens", "registration_tokens"] {
        let kept = tables[table].join("\n");
        assert!(!kept.contains(&token) && !kept.contains(&other.token));
    }
}

#[tokio::test]
async fn a_token_for_registering_is_bounded_and_an_admins_to_make() {
    let server = Server::start().await;
    let (admin, ada) = (server.admin().await, server.person("ada").await);
    for (uses, seconds) in [(0, 60), (1001, 60), (1, 0), (1, 30 * 24 * 3600 + 1)] {
        let body = json!({ "uses": uses, "seconds": seconds });
        let refused = admin.post(paths::ADMIN_REGISTRATION_TOKENS, body).await;
        refused.problem(400, "invalid_request");
    }
    let body = json!({ "uses": 1, "seconds": 60 });
    let refused = ada.post(paths::ADMIN_REGISTRATION_TOKENS, body).await;
    refused.problem(403, "forbidden");
    assert_eq!(server.audited("client.registration_token_made").await, 0);
}
