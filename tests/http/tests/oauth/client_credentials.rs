//! `POST /oauth/token` with `client_credentials` (RFC 6749 section 4.4).

use portcullis_http_tests::{
    Answer, App, Browser, Prover, Server, Signer,
    app::session_of,
    clients::{client_path, confidential},
    database, jwt,
    signer::JWT_BEARER,
};
use portcullis_types::{
    client::{Client, GrantType},
    paths,
};
use reqwest::Method;
use serde_json::json;

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

fn service(id: &str) -> Client {
    let mut client = confidential(id);
    client.grant_types = vec![GrantType::ClientCredentials];
    client.redirect_uris.clear();
    client.scopes = ["orders:read", "orders:write", "openid", "email"]
        .map(str::to_owned)
        .to_vec();
    client
}

async fn ask(program: &Browser, id: &str, secret: &str, scope: Option<&str>) -> Answer {
    let mut fields = vec![GRANT];
    fields.extend(scope.map(|scope| ("scope", scope)));
    program
        .post_as((id, secret), paths::OAUTH_TOKEN, &fields)
        .await
}

#[tokio::test]
async fn rfc9068_2_2_the_subject_of_a_clients_own_token_is_the_client() {
    let server = Server::start().await;
    let (admin, program) = (server.admin().await, server.program());
    let mut client = service("reports");
    client.access_token_seconds = Some(120);
    let secret = admin.secret_of_new(&client).await;
    let answer = ask(&program, "reports", &secret, None).await.status(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.at("/token_type"), "Bearer");
    assert_eq!(answer.at("/expires_in"), 120);
    assert_eq!(answer.at("/scope"), "orders:read orders:write");
    // RFC 6749 section 4.4.3, and there is nobody to know.
    assert!(answer.at("/refresh_token").is_null() && answer.at("/id_token").is_null());
    let access = answer.text_at("/access_token");
    assert_eq!(jwt::header(&access)["typ"], "at+jwt");
    let jwks = program.get(paths::JWKS).await.ok().json();
    let claims = jwt::verify(&access, &jwks, &server.origin, &server.origin);
    assert_eq!(claims["sub"], "reports");
    assert_eq!(claims["client_id"], "reports");
    assert_eq!(claims["scope"], "orders:read orders:write");
    assert_eq!(claims["exp"], 1_800_000_120);
    for of_users in ["sid", "auth_time", "amr"] {
        assert!(claims.get(of_users).is_none(), "{of_users}");
    }
    // It is nobody's at our own API.
    session_of(&program, &access)
        .await
        .problem(401, "not_authenticated");
    let rows = server.audit().await;
    let row = rows.last().unwrap();
    assert_eq!(row.kind, "oauth.client_token_issued");
    assert_eq!(row.detail["client"], "reports");
    assert_eq!(row.detail["token"], claims["jti"]);
}

#[tokio::test]
async fn rfc6749_3_3_scopes_are_the_clients_own_and_not_a_users() {
    let server = Server::start().await;
    let (admin, program) = (server.admin().await, server.program());
    let secret = admin.secret_of_new(&service("reports")).await;
    for (asked, granted) in [
        ("orders:read", "orders:read"),
        ("orders:write orders:read", "orders:write orders:read"),
        ("orders:read  orders:read", "orders:read"),
    ] {
        let answer = ask(&program, "reports", &secret, Some(asked)).await;
        assert_eq!(answer.status(200).at("/scope"), granted);
    }
    let before = server.tables().await;
    for asked in [
        "orders:delete",
        "orders:read admin",
        "openid",
        "email",
        "offline_access",
        "*",
        "ORDERS:READ",
        "orders:read\0",
    ] {
        ask(&program, "reports", &secret, Some(asked))
            .await
            .oauth_error(400, "invalid_scope");
    }
    assert_eq!(server.tables().await, before);
}

#[tokio::test]
async fn asvs_10_4_4_only_clients_registered_for_it_get_one() {
    let server = Server::start().await;
    let (admin, program) = (server.admin().await, server.program());
    let secret = admin.secret_of_new(&confidential("shop")).await;
    ask(&program, "shop", &secret, None)
        .await
        .oauth_error(400, "unauthorized_client");
    let post = |fields: &'static [(&str, &str)]| {
        let call = program.call(Method::POST, paths::OAUTH_TOKEN);
        call.form(fields).send()
    };
    post(&[GRANT, ("client_id", "spa")])
        .await
        .oauth_error(400, "unauthorized_client");
    let secret = admin.secret_of_new(&service("reports")).await;
    post(&[GRANT, ("client_id", "reports")])
        .await
        .oauth_error(401, "invalid_client");
    ask(&program, "reports", "x", None)
        .await
        .oauth_error(401, "invalid_client");
    // Nor does it get anything else.
    let fields = [
        ("grant_type", "refresh_token"),
        (
            "refresh_token",
            "pc_rt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ),
    ];
    let path = paths::OAUTH_TOKEN;
    let answer = program.post_as(("reports", &secret), path, &fields).await;
    answer.oauth_error(400, "unauthorized_client");
    let app = App::new("reports", "https://shop.example/callback");
    server
        .person("ada")
        .await
        .get(&app.path())
        .await
        .status(400);
    // A client that is deleted gets none any more.
    admin.delete(&client_path("reports")).await.status(204);
    ask(&program, "reports", &secret, None)
        .await
        .oauth_error(401, "invalid_client");
}

#[tokio::test]
async fn rfc9449_5_a_clients_own_token_is_bound_to_the_key_it_proves() {
    let server = Server::start().await;
    let (admin, program) = (server.admin().await, server.program());
    let (key, prover) = (Signer::es256(), Prover::new(&server));
    let mut client = key.client("reports");
    client.grant_types = vec![GrantType::ClientCredentials];
    client.redirect_uris.clear();
    client.scopes = vec!["orders:read".to_owned()];
    client.dpop_bound_access_tokens = true;
    admin.create_client(&client).await.status(201);
    let assertion = key.sign(&Signer::claims(&server, "reports"));
    let fields = [
        GRANT,
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", &*assertion),
    ];
    // The first proof lacks the nonce, and uses up no assertion.
    let answer = prover.post(&program, paths::OAUTH_TOKEN, &fields).await;
    assert_eq!(answer.at("/token_type"), "DPoP", "{}", answer.text());
    let claims = jwt::claims(&answer.text_at("/access_token"));
    assert_eq!(claims["cnf"], json!({ "jkt": prover.jkt() }));
    let assertion = key.sign(&Signer::claims(&server, "reports"));
    let fields = [fields[0], fields[1], ("client_assertion", &*assertion)];
    let call = program.call(Method::POST, paths::OAUTH_TOKEN);
    let without = call.form(&fields).send().await;
    without.oauth_error(400, "invalid_dpop_proof");
}

/// What fails changes nothing, and leaves no token in the log.
#[tokio::test]
async fn a_request_that_makes_no_sense_changes_nothing() {
    let server = Server::start().await;
    let (admin, program) = (server.admin().await, server.program());
    let secret = admin.secret_of_new(&service("reports")).await;
    let before = server.tables().await;
    for (fields, error) in [
        (
            &[("grant_type", "client_credential")][..],
            "unsupported_grant_type",
        ),
        (&[("grant_type", "password")], "unsupported_grant_type"),
        (&[("scope", "orders:read")], "invalid_request"),
        (&[GRANT, GRANT], "invalid_request"),
        (&[GRANT, ("scope", "a"), ("scope", "b")], "invalid_request"),
        (&[GRANT, ("client_id", "other")], "invalid_request"),
    ] {
        let path = paths::OAUTH_TOKEN;
        let answer = program.post_as(("reports", &secret), path, fields).await;
        answer.oauth_error(400, error);
    }
    assert_eq!(database::changed(&before, &server.tables().await), [""; 0]);
    let answer = ask(&program, "reports", &secret, None).await;
    let access = answer.text_at("/access_token");
    let tables = format!("{:?}", server.tables().await);
    assert!(!tables.contains(access.rsplit('.').next().unwrap()));
}

#[tokio::test]
async fn rfc8414_2_the_metadata_names_the_grants() {
    let server = Server::start().await;
    let metadata = server.program().get(paths::OAUTH_METADATA).await.json();
    assert_eq!(
        metadata["grant_types_supported"],
        json!(GrantType::ALL.map(GrantType::as_str))
    );
}
