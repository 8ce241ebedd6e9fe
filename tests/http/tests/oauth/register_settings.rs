//! What an application changes of its own registration (RFC 7592), and what an admin has made of it
//! and stays.

use portcullis_http_tests::{
    Answer, Browser, Server, all_at_once,
    clients::{client_path, initial_token},
};
use portcullis_types::{
    client::{AccessTokenFormat, ClaimMapper, ClaimPlace, Client, GrantType, UserAttribute},
    paths,
};
use reqwest::Method;
use serde_json::{Value, json};

/// An application that has registered itself.
struct Scene {
    server: Server,
    admin: Browser,
    program: Browser,
    id: String,
    token: String,
    /// What it was told that it is registered as.
    metadata: Value,
}

impl Scene {
    async fn set() -> Self {
        Self::registered(json!({
            "client_name": "Shop", "redirect_uris": ["https://shop.example/callback"],
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
            "id_token_signed_response_alg": "ES256",
        }))
        .await
    }

    async fn registered(body: Value) -> Self {
        let server = Server::start().await;
        let (admin, program) = (server.admin().await, server.program());
        let token = initial_token(&admin, 1).await;
        let call = program.call(Method::POST, paths::OAUTH_REGISTER);
        let made = call.json(&body).bearer(&token).send().await.status(201);
        let mut scene = Self {
            id: made.text_at("/client_id"),
            token: made.text_at("/registration_access_token"),
            metadata: Value::Null,
            server,
            admin,
            program,
        };
        scene.metadata = scene.shown().await;
        scene
    }

    async fn call(&self, method: Method, body: &Value) -> Answer {
        let path = format!("{}/{}", paths::OAUTH_REGISTER, self.id);
        let call = self.program.call(method, &path).json(body);
        call.bearer(&self.token).send().await
    }

    async fn shown(&self) -> Value {
        self.call(Method::GET, &Value::Null)
            .await
            .status(200)
            .json()
    }

    async fn put(&self, body: &Value) -> Answer {
        self.call(Method::PUT, body).await
    }

    /// The client as admins see it.
    async fn client(&self) -> Client {
        let shown = self.admin.get(&client_path(&self.id)).await.status(200);
        serde_json::from_value(shown.at("/client")).unwrap()
    }

    /// What an admin makes of it.
    async fn changed(&self, change: impl FnOnce(&mut Client)) -> Client {
        let mut client = self.client().await;
        change(&mut client);
        self.admin.update_client(&client).await.status(200);
        client
    }

    /// As little as an application can say.
    fn least(&self) -> Value {
        json!({ "client_id": self.id, "redirect_uris": ["https://shop.example/callback"] })
    }
}

fn settings(client: &mut Client) {
    client.scopes = vec!["openid".to_owned(), "orders:read".to_owned()];
    client.grant_types.push(GrantType::DeviceCode);
    client.resources = vec!["https://orders.example".to_owned()];
    client.access_token_seconds = Some(60);
    client.refresh_idle_seconds = Some(600);
    client.refresh_absolute_seconds = Some(6000);
    client.access_token_format = AccessTokenFormat::Opaque;
    client.require_pushed_authorization_requests = true;
    client.dpop_bound_access_tokens = true;
    client.claim_mappers = vec![ClaimMapper {
        claim: "groups".to_owned(),
        from: Some(UserAttribute::Roles),
        value: None,
        scope: None,
        to: vec![ClaimPlace::IdToken],
    }];
}

#[tokio::test]
async fn rfc7592_2_2_what_an_admin_has_made_of_it_stays() {
    let scene = Scene::set().await;
    let mut expected = scene.changed(settings).await;
    // What it repeats of what it was told, and what it leaves out.
    let told = scene.shown().await;
    assert_eq!(told["scope"], "openid orders:read");
    let mut named = told.clone();
    named["client_name"] = json!("Shop of Ada");
    scene.put(&named).await.status(200);
    "Shop of Ada".clone_into(&mut expected.name);
    assert_eq!(scene.client().await, expected);
    scene.put(&scene.least()).await.status(200);
    "Unnamed application".clone_into(&mut expected.name);
    assert_eq!(scene.client().await, expected);
    // Its own are its own: addresses and pages.
    let mut moved = scene.least();
    moved["redirect_uris"] = json!(["https://shop.example/other"]);
    moved["logo_uri"] = json!("https://shop.example/logo.svg");
    scene.put(&moved).await.status(200);
    expected.redirect_uris = vec!["https://shop.example/other".to_owned()];
    expected.logo_uri = Some("https://shop.example/logo.svg".to_owned());
    assert_eq!(scene.client().await, expected);
}

#[tokio::test]
async fn an_application_gets_no_more_by_itself_than_it_has() {
    let scene = Scene::set().await;
    let before = scene
        .changed(|it| it.scopes = vec!["openid".to_owned()])
        .await;
    let device = GrantType::DeviceCode.as_str();
    for (name, value) in [
        ("scope", json!("openid email")),
        ("scope", json!("openid orders:read")),
        ("grant_types", json!(["authorization_code", device])),
        ("grant_types", json!(["client_credentials"])),
        ("jwks_uri", json!("https://shop.example/keys")),
    ] {
        let mut body = scene.least();
        body[name] = value;
        let refused = scene.put(&body).await;
        refused.oauth_error(400, "invalid_client_metadata");
        assert_eq!(scene.client().await, before, "{name}");
    }
    // Less it can have; and what is no metadata is passed over.
    let mut less = scene.least();
    less["grant_types"] = json!(["authorization_code"]);
    less["may_introspect"] = json!(true);
    less["access_token_format"] = json!("opaque");
    less["claim_mappers"] = json!([{ "claim": "groups", "from": "roles" }]);
    scene.put(&less).await.status(200);
    let now = scene.client().await;
    assert_eq!(now.grant_types, [GrantType::AuthorizationCode]);
    assert!(!now.may_introspect && now.claim_mappers.is_empty());
    assert_eq!(now.access_token_format, AccessTokenFormat::Jwt);
}

/// Keys that an admin has had fetched from somewhere stay there, and can be taken back.
#[tokio::test]
async fn keys_that_an_admin_has_named_are_not_lost() {
    let scene = Scene::registered(json!({
        "redirect_uris": ["https://shop.example/callback"],
        "id_token_signed_response_alg": "ES256",
    }))
    .await;
    let expected = scene
        .changed(|client| {
            client.token_endpoint_auth_method = portcullis_types::client::AuthMethod::PrivateKeyJwt;
            client.jwks_uri = Some("https://shop.example/keys".to_owned());
        })
        .await;
    let told = scene.shown().await;
    scene.put(&told).await.status(200);
    assert_eq!(scene.client().await, expected);
    // Without keys nobody could be it; with another address somebody else could.
    let refused = scene.put(&scene.least()).await;
    refused.oauth_error(400, "invalid_client_metadata");
    let mut elsewhere = told.clone();
    elsewhere["jwks_uri"] = json!("https://evil.example/keys");
    let refused = scene.put(&elsewhere).await;
    refused.oauth_error(400, "invalid_client_metadata");
    assert_eq!(scene.client().await, expected);
}

/// However many of its changes are on their way, none undoes an admin's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_changes_at_once_none_undoes_an_admins() {
    let scene = Scene::set().await;
    let path = format!("{}/{}", paths::OAUTH_REGISTER, scene.id);
    let mut client = scene.client().await;
    settings(&mut client);
    let admins = async {
        let done = scene.admin.update_client(&client).await;
        done.status
    };
    let own = (0..50).map(|number| {
        let (program, token) = (scene.server.program(), scene.token.clone());
        let (path, mut body) = (path.clone(), scene.least());
        body["client_name"] = json!(format!("Shop {number}"));
        async move {
            let call = program.call(Method::PUT, &path).json(&body);
            call.bearer(&token).send().await.status
        }
    });
    let (admins, own) = tokio::join!(admins, all_at_once(own));
    assert_eq!(admins, 200);
    assert!(
        own.iter().all(|status| [200, 400].contains(status)),
        "{own:?}"
    );
    let mut now = scene.client().await;
    client.name.clone_into(&mut now.name);
    assert_eq!(now, client);
}
