//! Authorization requests that the client has signed (JAR, RFC 9101).

use portcullis_domain::Clock;
use portcullis_http_tests::{
    Answer, App, Browser, Server, Signer, app::query, call, clients::confidential,
    signer::JWT_BEARER,
};
use portcullis_types::{
    client::{AuthMethod, Client},
    paths,
};
use reqwest::Method;
use serde_json::{Value, json};

/// A server with a client that signs, and somebody who is signed in.
struct Scene {
    server: Server,
    ada: Browser,
    program: Browser,
    key: Signer,
    app: App,
}

/// The address that shows a signed request.
fn showing(jwt: &str) -> String {
    let query = [("client_id", "shop"), ("request", jwt)];
    format!("{}?{}", paths::OAUTH_AUTHORIZE, call::form(&query))
}

impl Scene {
    async fn set() -> Self {
        Self::set_with(|_| {}).await
    }

    async fn set_with(change: fn(&mut Client)) -> Self {
        let key = Signer::es256();
        let mut client = key.client("shop");
        change(&mut client);
        let server = Server::start_with(|config| config.clients.push(client)).await;
        Self {
            ada: server.person("ada").await,
            program: server.program(),
            app: App::new("shop", "https://shop.example/callback"),
            server,
            key,
        }
    }

    /// The claims of a good request object.
    fn claims(&self) -> Value {
        let now = self.server.clock.now().as_seconds();
        let mut claims = json!({
            "iss": "shop", "aud": self.server.origin, "iat": now, "nbf": now, "exp": now + 300,
        });
        for (name, value) in self.app.parameters() {
            claims[name] = value.into();
        }
        claims
    }

    /// Shows a signed request in the browser, which has to come back with a code.
    async fn code(&self, jwt: &str) -> String {
        let back = self.ada.get(&showing(jwt)).await.location();
        assert!(back.starts_with(&self.app.redirect_uri), "{back}");
        assert_eq!(query(&back, "state").as_deref(), Some(&*self.app.state));
        query(&back, "code").unwrap()
    }

    /// Shows one that is answered with a page of ours: nobody is sent anywhere.
    async fn refused(&self, jwt: &str, why: &str) {
        let answer = self.ada.get(&showing(jwt)).await;
        assert_eq!(answer.status, 400, "{why}: {}", answer.text());
        assert_eq!(answer.header("location"), "", "{why}");
        assert_eq!(self.server.audited("oauth.code_issued").await, 0, "{why}");
    }

    async fn redeem(&self, code: &str) -> Answer {
        let assertion = self.key.sign(&Signer::claims(&self.server, "shop"));
        let mut fields = self.app.code_fields(code).to_vec();
        fields.push(("client_assertion_type", JWT_BEARER));
        fields.push(("client_assertion", &assertion));
        let call = self.program.call(Method::POST, paths::OAUTH_TOKEN);
        call.form(&fields).send().await
    }

    async fn push(&self, fields: &[(&str, &str)]) -> Answer {
        let assertion = self.key.sign(&Signer::claims(&self.server, "shop"));
        let own = [
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", &*assertion),
        ];
        let call = self.program.call(Method::POST, paths::OAUTH_PAR);
        call.form(&[&own[..], fields].concat()).send().await
    }
}

#[tokio::test]
async fn rfc9101_5_a_signed_request_leads_to_tokens() {
    let scene = Scene::set().await;
    for header in [
        json!({ "alg": "ES256" }),
        json!({ "alg": "ES256", "typ": "oauth-authz-req+jwt" }),
    ] {
        let code = scene
            .code(&scene.key.sign_with(&header, &scene.claims()))
            .await;
        let tokens = scene.redeem(&code).await.status(200);
        assert_eq!(tokens.at("/scope"), "openid profile email");
    }
}

#[tokio::test]
async fn rfc9101_6_3_only_what_is_signed_counts() {
    let scene = Scene::set().await;
    let mut path = showing(&scene.key.sign(&scene.claims()));
    for (name, value) in [
        ("state", "evil"),
        ("redirect_uri", "https://evil.example/callback"),
        ("scope", "admin"),
        ("response_type", "token"),
        ("prompt", "none"),
        ("dpop_jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"),
    ] {
        path = format!("{path}&{name}={value}");
    }
    let back = scene.ada.get(&path).await.location();
    assert!(back.starts_with(&scene.app.redirect_uri), "{back}");
    assert_eq!(query(&back, "state").as_deref(), Some(&*scene.app.state));
    scene
        .redeem(&query(&back, "code").unwrap())
        .await
        .status(200);
    // What is left out of it is left out, whatever the address says.
    let mut without = scene.claims();
    without.as_object_mut().unwrap().remove("code_challenge");
    let path = format!(
        "{}&code_challenge={}",
        showing(&scene.key.sign(&without)),
        scene.app.challenge()
    );
    let back = scene.ada.get(&path).await.location();
    assert_eq!(
        query(&back, "error").as_deref(),
        Some("invalid_request"),
        "{back}"
    );
}

#[tokio::test]
async fn rfc9101_6_2_what_the_client_has_not_signed_is_refused() {
    let scene = Scene::set().await;
    let claims = scene.claims();
    let good = scene.key.sign(&claims);
    let parts: Vec<&str> = good.split('.').collect();
    let mut other = claims.clone();
    other["scope"] = "openid".into();
    let swapped = scene.key.sign(&other);
    let swapped = swapped.split('.').nth(1).unwrap();
    let public = String::from_utf8_lossy(&scene.key.public_bytes()).into_owned();
    for (why, jwt) in [
        ("another key", Signer::es256().sign(&claims)),
        (
            "unsigned",
            scene.key.sign_with(&json!({ "alg": "none" }), &claims),
        ),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("changed", format!("{}.{swapped}.{}", parts[0], parts[2])),
        (
            "the public key as a secret",
            Signer::Hs256(public).sign(&claims),
        ),
        (
            "an algorithm of another kind",
            scene.key.sign_with(&json!({ "alg": "RS256" }), &claims),
        ),
        (
            "an unknown extension",
            scene
                .key
                .sign_with(&json!({ "alg": "ES256", "crit": ["x"], "x": 1 }), &claims),
        ),
        (
            "another type",
            scene
                .key
                .sign_with(&json!({ "alg": "ES256", "typ": "dpop+jwt" }), &claims),
        ),
        ("encrypted", "a.b.c.d.e".to_owned()),
        ("nothing at all", "x".to_owned()),
        ("too long", format!("{good}{}", "A".repeat(9000))),
    ] {
        scene.refused(&jwt, why).await;
    }
    scene.code(&good).await;
}

#[tokio::test]
async fn rfc9101_10_8_what_was_made_for_something_else_is_refused() {
    let scene = Scene::set().await;
    // An assertion of this client, with the parameters of a request put in besides.
    let mut assertion = scene.claims();
    assertion["sub"] = "shop".into();
    scene
        .refused(&scene.key.sign(&assertion), "an assertion")
        .await;
    for (name, value) in [
        ("iss", json!("other")),
        ("aud", json!("https://elsewhere.example")),
        ("client_id", json!("spa")),
        ("exp", json!(1)),
        ("request_uri", json!("urn:ietf:params:oauth:request_uri:x")),
        ("request", json!("a.b.c")),
        ("redirect_uri", json!("https://evil.example/callback")),
    ] {
        let mut claims = scene.claims();
        claims[name] = value;
        scene.refused(&scene.key.sign(&claims), name).await;
    }
    // And a request object is no assertion.
    let now = scene.claims();
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", &*scene.key.sign(&now)),
    ];
    let call = scene.program.call(Method::POST, paths::OAUTH_TOKEN);
    let answer = call.form(&fields).send().await;
    assert_eq!(answer.at("/error"), "invalid_client");
}

#[tokio::test]
async fn rfc9101_a_signed_request_survives_the_sign_in_page_even_past_its_end() {
    let scene = Scene::set().await;
    let visitor = scene.server.browser();
    let to = visitor
        .get(&showing(&scene.key.sign(&scene.claims())))
        .await
        .location();
    let back = query(&to, "return_to").unwrap();
    assert!(!back.contains("request="), "{back}");
    scene.server.clock.advance_seconds(400);
    visitor.register("bob").await.status(200);
    let to = visitor.get(&back).await.location();
    let code = query(&to, "code").unwrap();
    scene.redeem(&code).await.status(200);
    // What continues it is good for one code.
    assert_eq!(visitor.get(&back).await.status, 400);
}

#[tokio::test]
async fn rfc9101_10_5_a_client_that_must_sign_gets_nothing_otherwise() {
    let scene = Scene::set_with(|client| client.require_signed_request_object = true).await;
    let back = scene.ada.get(&scene.app.path()).await.location();
    assert_eq!(query(&back, "error").as_deref(), Some("invalid_request"));
    let parameters = scene.app.parameters();
    let plain: Vec<(&str, &str)> = parameters.iter().map(|(a, b)| (&**a, &**b)).collect();
    let pushed = scene.push(&plain).await.status(400);
    assert_eq!(pushed.at("/error"), "invalid_request");
    let jwt = scene.key.sign(&scene.claims());
    scene.code(&jwt).await;
    let pushed = scene.push(&[("request", &jwt)]).await.status(201);
    let uri = pushed.text_at("/request_uri");
    let back = scene.ada.get(&scene.app.pushed_path(&uri)).await.location();
    scene
        .redeem(&query(&back, "code").unwrap())
        .await
        .status(200);
}

#[tokio::test]
async fn rfc9126_3_a_signed_request_can_be_pushed() {
    let scene = Scene::set().await;
    let jwt = scene.key.sign(&scene.claims());
    // What stands beside it does not count.
    let pushed = scene
        .push(&[("request", &jwt), ("scope", "admin"), ("state", "evil")])
        .await;
    let uri = pushed.status(201).text_at("/request_uri");
    let back = scene.ada.get(&scene.app.pushed_path(&uri)).await.location();
    assert_eq!(query(&back, "state").as_deref(), Some(&*scene.app.state));
    let foreign = Signer::es256().sign(&scene.claims());
    let answer = scene.push(&[("request", &foreign)]).await.status(400);
    assert_eq!(answer.at("/error"), "invalid_request_object");
    // Somebody else's signed request, pushed by a client that has authenticated as itself.
    let mut stolen = scene.claims();
    stolen["iss"] = "spa".into();
    stolen["client_id"] = "spa".into();
    let answer = scene
        .push(&[("request", &scene.key.sign(&stolen))])
        .await
        .status(400);
    assert_eq!(answer.at("/error"), "invalid_request_object");
}

#[tokio::test]
async fn rfc9101_6_2_a_client_with_a_secret_signs_with_it_and_one_without_keys_with_nothing() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let ada = server.person("ada").await;
    let mut client = confidential("shop");
    client.token_endpoint_auth_method = AuthMethod::ClientSecretJwt;
    let secret = admin.secret_of_new(&client).await;
    let app = App::new("shop", "https://shop.example/callback");
    let show = async |id: &str, signer: &Signer| {
        let now = server.clock.now().as_seconds();
        let mut claims = json!({ "iss": id, "aud": server.origin, "exp": now + 60 });
        for (name, value) in app.parameters() {
            claims[name] = value.into();
        }
        claims["client_id"] = id.into();
        let query = [("client_id", id), ("request", &*signer.sign(&claims))];
        let query = call::form(&query);
        ada.get(&format!("{}?{query}", paths::OAUTH_AUTHORIZE))
            .await
    };
    let back = show("shop", &Signer::Hs256(secret)).await.location();
    assert!(query(&back, "code").is_some(), "{back}");
    let other = Signer::Hs256("pc_cs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned());
    assert_eq!(show("shop", &other).await.status, 400);
    for nothing in [String::new(), "spa".to_owned()] {
        assert_eq!(show("spa", &Signer::Hs256(nothing)).await.status, 400);
    }
    assert_eq!(show("spa", &Signer::es256()).await.status, 400);
}
