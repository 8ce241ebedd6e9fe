//! Keys that a client publishes on a page of its own (`jwks_uri`).

use axum::http::StatusCode;
use portcullis_http_tests::{Page, Signer, all_at_once, clients::confidential, signer::JWT_BEARER};
use portcullis_types::{
    client::{AuthMethod, Client},
    paths,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{PROBE, Scene, passed};

/// A client's own page with its keys.
struct KeyPage(Page);

impl KeyPage {
    async fn start() -> Self {
        Self(Page::start().await)
    }

    fn say(&self, status: StatusCode, text: String) {
        self.0.say(status, text);
    }

    fn show(&self, keys: &[(&str, &Signer)]) {
        let jwk = |(kid, key): &(&str, &Signer)| {
            let mut jwk = key.jwk();
            jwk["kid"] = json!(kid);
            jwk
        };
        let keys: Vec<Value> = keys.iter().map(jwk).collect();
        self.say(StatusCode::OK, json!({ "keys": keys }).to_string());
    }

    fn asked(&self) -> usize {
        self.0.asked()
    }

    fn client(&self) -> Client {
        let mut client = confidential("shop");
        client.token_endpoint_auth_method = AuthMethod::PrivateKeyJwt;
        client.jwks_uri = Some(self.0.uri.clone());
        client
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_of_a_clients_own_page_are_fetched_rarely_and_followed_when_they_change() {
    let scene = Scene::set().await;
    let page = KeyPage::start().await;
    let (first, second) = (Signer::es256(), Signer::es256());
    scene.admin.create_client(&page.client()).await.status(201);
    let signed = |kid: &str, key: &Signer| {
        let header = json!({ "alg": "ES256", "kid": kid });
        key.sign_with(&header, &Signer::claims(&scene.server, "shop"))
    };
    page.show(&[("1", &first)]);
    let many = all_at_once((0..20).map(|_| {
        let (program, jwt) = (scene.server.program(), signed("1", &first));
        async move {
            let fields = [
                PROBE[0],
                PROBE[1],
                ("client_assertion_type", JWT_BEARER),
                ("client_assertion", &*jwt),
            ];
            let call = program.call(Method::POST, paths::OAUTH_TOKEN);
            call.form(&fields).send().await
        }
    }))
    .await;
    assert!(many.iter().all(passed));
    assert_eq!(page.asked(), 1, "they wait for the same answer");
    // A new key is found when it is first used; unknown ones are not asked for again and again.
    page.show(&[("1", &first), ("2", &second)]);
    for _ in 0..5 {
        let unknown = scene.assert(&signed("3", &second)).await;
        assert!(!passed(&unknown));
    }
    assert_eq!(page.asked(), 1);
    scene.server.clock.advance_seconds(10);
    assert!(passed(&scene.assert(&signed("2", &second)).await));
    assert_eq!(page.asked(), 2);
    // A key that is taken back is not good five minutes later.
    page.show(&[("2", &second)]);
    scene.server.clock.advance_seconds(5 * 60);
    assert!(!passed(&scene.assert(&signed("1", &first)).await));
    // A page that fails takes nothing away for an hour.
    for (status, text) in [
        (StatusCode::INTERNAL_SERVER_ERROR, String::new()),
        (StatusCode::FOUND, String::new()),
        (StatusCode::OK, "<html>".to_owned()),
        (
            StatusCode::OK,
            format!("{{\"keys\":[]}}{}", " ".repeat(70_000)),
        ),
    ] {
        page.say(status, text);
        let asked = page.asked();
        scene.server.clock.advance_seconds(5 * 60);
        assert!(
            passed(&scene.assert(&signed("2", &second)).await),
            "{status}"
        );
        assert_eq!(page.asked(), asked + 1, "no redirect is followed");
    }
    scene.server.clock.advance_seconds(60 * 60);
    assert!(!passed(&scene.assert(&signed("2", &second)).await));
}
