//! What clients with certificates are registered as: by admins and by themselves.

use portcullis_http_tests::{
    Server, clients,
    mtls::{Identity, Mtls, Subject, by_key, by_name},
};
use portcullis_types::{client::Client, paths};
use reqwest::Method;
use serde_json::{Value, json};

use super::{for_itself, named, own_token, rows};

#[tokio::test]
async fn an_admin_registers_changes_and_is_told_what_is_wrong() {
    let mtls = Mtls::start().await;
    let admin = mtls.admin().await;
    let own = mtls.files.clients.issue(&Subject::new("ledger"));
    let mut client = for_itself(by_name("ledger", &named("ledger")));
    client.tls_client_certificate_bound_access_tokens = true;
    let made = admin.create_client(&client).await.status(201);
    assert_eq!(
        made.at("/client/client/tls_client_auth_subject_dn"),
        named("ledger")
    );
    assert!(made.json().get("client_secret").is_none());
    own_token(&mtls.program(Some(&own)), "ledger").await.ok();
    // Another name counts at once.
    client.tls_client_auth_subject_dn = None;
    client.tls_client_auth_san_dns = Some("ledger.example".to_owned());
    admin.update_client(&client).await.ok();
    own_token(&mtls.program(Some(&own)), "ledger")
        .await
        .status(401);
    let before = rows(&mtls.server).await;
    let bad = |change: &dyn Fn(&mut Client)| {
        let mut client = client.clone();
        change(&mut client);
        client
    };
    for (field, client) in [
        (
            "tls_client_auth_san_dns",
            bad(&|it| {
                it.tls_client_auth_subject_dn = Some("CN=a".to_owned());
            }),
        ),
        (
            "tls_client_auth_subject_dn",
            bad(&|it| it.tls_client_auth_san_dns = None),
        ),
        (
            "tls_client_auth_san_dns",
            bad(&|it| {
                it.tls_client_auth_san_dns = Some("*.example".to_owned());
            }),
        ),
        (
            "tls_client_auth_san_ip",
            bad(&|it| {
                it.tls_client_auth_san_dns = None;
                it.tls_client_auth_san_ip = Some("1.2.3".to_owned());
            }),
        ),
        (
            "tls_client_auth_san_email",
            bad(&|it| {
                it.tls_client_auth_san_dns = None;
                it.tls_client_auth_san_email = Some("nobody".to_owned());
            }),
        ),
        (
            "tls_client_auth_san_uri",
            bad(&|it| {
                it.tls_client_auth_san_dns = None;
                it.tls_client_auth_san_uri = Some("not a uri".to_owned());
            }),
        ),
        (
            "tls_client_auth_subject_dn",
            bad(&|it| {
                it.tls_client_auth_san_dns = None;
                it.tls_client_auth_subject_dn = Some("CN=a;O=b".to_owned());
            }),
        ),
        (
            "tls_client_auth_san_dns",
            bad(&|it| {
                it.token_endpoint_auth_method =
                    portcullis_types::client::AuthMethod::ClientSecretBasic;
            }),
        ),
        ("jwks", for_itself(by_key("ledger", &[]))),
        ("jwks", {
            let mut client = for_itself(by_key("ledger", &[]));
            client.jwks = None;
            client
        }),
    ] {
        let answer = admin.update_client(&client).await;
        let problem = answer.problem(400, "invalid_request");
        assert_eq!(problem.at("/field"), field, "{}", problem.text());
    }
    assert_eq!(rows(&mtls.server).await, before);
}

#[tokio::test]
async fn rfc7517_4_7_a_registered_certificate_is_of_the_key_that_it_comes_with() {
    let mtls = Mtls::start().await;
    let admin = mtls.admin().await;
    let (own, other) = (
        Subject::new("robot").self_signed(),
        Subject::new("robot").self_signed(),
    );
    let with = |jwk: &Identity, certificate: Value| {
        let mut jwk = jwk.jwk();
        jwk["x5c"] = certificate;
        for_itself(by_key("robot", &[jwk]))
    };
    let of = |identity: &Identity| identity.jwk_with_certificate()["x5c"].clone();
    for bad in [
        of(&other),
        json!([]),
        json!(["AAAA"]),
        json!(["!"]),
        json!([""]),
    ] {
        let answer = admin.create_client(&with(&own, bad.clone())).await;
        let problem = answer.problem(400, "invalid_request");
        assert_eq!(problem.at("/field"), "jwks", "{bad}");
    }
    admin.create_client(&with(&own, of(&own))).await.status(201);
    own_token(&mtls.program(Some(&own)), "robot").await.ok();
}

#[tokio::test]
async fn what_this_server_does_not_offer_nobody_is_registered_for() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let mut bound = clients::public("app", "https://app.example/cb");
    bound.tls_client_certificate_bound_access_tokens = true;
    let own = Subject::new("robot").self_signed();
    for (field, client) in [
        ("token_endpoint_auth_method", by_name("ledger", "CN=ledger")),
        ("token_endpoint_auth_method", by_key("robot", &[own.jwk()])),
        ("tls_client_certificate_bound_access_tokens", bound),
    ] {
        let answer = admin.create_client(&client).await;
        let problem = answer.problem(400, "invalid_request");
        assert_eq!(problem.at("/field"), field);
    }
    let token = clients::initial_token(&admin, 1).await;
    let said = json!({
        "redirect_uris": ["https://app.example/cb"],
        "token_endpoint_auth_method": "tls_client_auth",
        "tls_client_auth_subject_dn": "CN=app",
    });
    let program = server.program();
    let call = program
        .call(Method::POST, paths::OAUTH_REGISTER)
        .bearer(&token);
    let answer = call.json(&said).send().await;
    assert_eq!(answer.at("/error"), "invalid_client_metadata");
}

#[tokio::test]
async fn rfc8705_3_4_an_application_registers_itself_with_its_certificate() {
    let mtls = Mtls::start().await;
    let admin = mtls.admin().await;
    let token = clients::initial_token(&admin, 5).await;
    let own = Subject::new("app").self_signed();
    let register = async |said: Value| {
        let program = mtls.program(None);
        let call = program
            .call(Method::POST, paths::OAUTH_REGISTER)
            .bearer(&token);
        call.json(&said).send().await
    };
    let made = register(json!({
        "redirect_uris": ["https://app.example/cb"],
        "token_endpoint_auth_method": "self_signed_tls_client_auth",
        "jwks": { "keys": [own.jwk_with_certificate()] },
        "tls_client_certificate_bound_access_tokens": true,
    }))
    .await
    .status(201);
    assert_eq!(made.at("/tls_client_certificate_bound_access_tokens"), true);
    assert!(made.json().get("client_secret").is_none());
    let id = made.text_at("/client_id");
    let fields = [("client_id", &*id), ("token", "x")];
    super::post(&mtls.program(Some(&own)), paths::OAUTH_REVOKE, &fields)
        .await
        .ok();
    super::post(&mtls.program(None), paths::OAUTH_REVOKE, &fields)
        .await
        .status(401);
    for (name, value) in [
        ("tls_client_auth_subject_dn", "CN=app"),
        ("tls_client_auth_san_dns", "app.example"),
        ("tls_client_auth_san_uri", "https://app.example/"),
        ("tls_client_auth_san_ip", "192.0.2.1"),
        ("tls_client_auth_san_email", "app@example.com"),
    ] {
        let mut said = json!({
            "redirect_uris": ["https://app.example/cb"],
            "token_endpoint_auth_method": "tls_client_auth",
        });
        if name == "tls_client_auth_subject_dn" {
            let answer = register(said.clone()).await;
            assert_eq!(
                answer.at("/error"),
                "invalid_client_metadata",
                "no name at all"
            );
            said[name] = json!(value);
            let made = register(said).await.status(201);
            assert_eq!(made.at(&format!("/{name}")), value);
        } else {
            said[name] = json!(value);
            said["tls_client_auth_subject_dn"] = json!("CN=app");
            let answer = register(said).await;
            assert_eq!(answer.at("/error"), "invalid_client_metadata", "{name}");
        }
    }
}
