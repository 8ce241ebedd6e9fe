//! Secrets: where they are presented, how long they are good, and how often one may guess.

use portcullis_http_tests::{App, Browser, Server, app::Tokens, clients::confidential};
use portcullis_types::{client::AuthMethod, paths};
use reqwest::Method;

use super::{PROBE, Scene, passed};

#[tokio::test]
async fn rfc6749_2_3_1_a_secret_in_the_header_is_good_where_it_is_registered() {
    let scene = Scene::set().await;
    let secret = scene.admin.secret_of_new(&confidential("shop")).await;
    assert!(passed(&scene.probe_as("shop", &secret).await));
    for (id, secret) in [
        ("shop", "pc_cs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ("shop", ""),
        ("shop", &secret[..48]),
        ("shop", &secret.to_uppercase()),
        ("Shop", &secret),
        ("other", &secret),
        ("spa", ""),
        ("spa", &secret),
        ("nobody", &secret),
        ("", &secret),
        ("\0", &secret),
    ] {
        let answer = scene.probe_as(id, secret).await;
        assert!(!passed(&answer), "{id:?} {secret:?}");
        let challenge = answer.header("www-authenticate");
        assert!(challenge.starts_with("Basic "), "{challenge:?}");
    }
}

#[tokio::test]
async fn rfc6749_2_3_1_a_secret_in_the_form_is_good_where_it_is_registered() {
    let scene = Scene::set().await;
    let mut client = confidential("shop");
    client.token_endpoint_auth_method = AuthMethod::ClientSecretPost;
    let secret = scene.admin.secret_of_new(&client).await;
    let good = [("client_id", "shop"), ("client_secret", &*secret)];
    assert!(passed(&scene.probe(&good).await));
    let answer = scene.probe(&[good[0], ("client_secret", "x")]).await;
    assert_eq!(answer.header("www-authenticate"), "");
    assert!(!passed(&answer));
}

#[tokio::test]
async fn a_rotated_secret_is_good_for_the_overlap_and_not_longer() {
    let scene = Scene::set().await;
    let first = scene.admin.secret_of_new(&confidential("shop")).await;
    let rotate = async |overlap| {
        let rotated = scene.admin.rotate_secret("shop", overlap).await;
        rotated.status(200).text_at("/client_secret")
    };
    let second = rotate(60).await;
    assert!(passed(&scene.probe_as("shop", &first).await));
    assert!(passed(&scene.probe_as("shop", &second).await));
    scene.server.clock.advance_seconds(60);
    assert!(!passed(&scene.probe_as("shop", &first).await));
    assert!(passed(&scene.probe_as("shop", &second).await));
    // It has leaked.
    let third = rotate(0).await;
    assert!(!passed(&scene.probe_as("shop", &second).await));
    assert!(passed(&scene.probe_as("shop", &third).await));
}

#[tokio::test]
async fn asvs_6_3_1_guessing_a_secret_is_limited_per_client_and_address() {
    let server = Server::start_with(|config| {
        config.limits.client_authentications_per_client_and_ip = 5;
    })
    .await;
    let admin = server.admin().await;
    let secret = admin.secret_of_new(&confidential("shop")).await;
    let other = admin.secret_of_new(&confidential("other-shop")).await;
    let program = server.program();
    let probe = async |program: &Browser, id: &str, secret: &str| {
        let path = paths::OAUTH_TOKEN;
        program.post_as((id, secret), path, &PROBE).await
    };
    for _ in 0..20 {
        assert!(
            passed(&probe(&program, "shop", &secret).await),
            "success is free"
        );
    }
    // Saying nothing guesses nothing.
    for _ in 0..10 {
        let call = program.call(Method::POST, paths::OAUTH_TOKEN);
        call.form(&[&PROBE[..], &[("client_id", "shop")]].concat())
            .send()
            .await;
    }
    for _ in 0..5 {
        assert!(!passed(&probe(&program, "shop", "x").await));
    }
    let limited = probe(&program, "shop", &secret).await;
    assert!(!limited.header("retry-after").is_empty());
    limited.oauth_error(429, "temporarily_unavailable");
    assert!(passed(&probe(&program, "other-shop", &other).await));
    let elsewhere = server.program().from_address([127, 0, 0, 9]);
    assert!(passed(&probe(&elsewhere, "shop", &secret).await));
    server.clock.advance_seconds(60);
    assert!(passed(&probe(&program, "shop", &secret).await));
}

#[tokio::test]
async fn a_confidential_client_gets_tokens_for_a_user_and_nobody_else_does_with_its_code() {
    let scene = Scene::set().await;
    let ada = scene.server.person("ada").await;
    let secret = scene.admin.secret_of_new(&confidential("shop")).await;
    let app = App::new("shop", "https://shop.example/callback");
    let code = app.code(&ada).await;
    // The code has leaked, and the verifier with it.
    app.redeem(&scene.program, &code)
        .await
        .oauth_error(401, "invalid_client");
    let fields = app.code_fields(&code);
    let path = paths::OAUTH_TOKEN;
    let wrong = scene.program.post_as(("shop", "x"), path, &fields).await;
    wrong.oauth_error(401, "invalid_client");
    let program = &scene.program;
    let redeemed = program.post_as(("shop", &secret), path, &fields).await;
    let tokens = Tokens::of(&redeemed);
    let fields = app.refresh_fields(&tokens.refresh);
    app.refresh(program, &tokens.refresh)
        .await
        .oauth_error(401, "invalid_client");
    let refreshed = program.post_as(("shop", &secret), path, &fields).await;
    let tokens = Tokens::of(&refreshed);
    // Another confidential client, which is itself.
    let other = scene.admin.secret_of_new(&confidential("other-shop")).await;
    let theirs = ("other-shop", &*other);
    let stolen = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &*tokens.refresh),
    ];
    let answer = program.post_as(theirs, path, &stolen).await;
    answer.oauth_error(400, "invalid_grant");
    let token = [("token", &*tokens.refresh)];
    let answer = program.post_as(theirs, paths::OAUTH_REVOKE, &token).await;
    answer.status(200);
    let again = [stolen[0], stolen[1]];
    let refreshed = program.post_as(("shop", &secret), path, &again).await;
    let tokens = Tokens::of(&refreshed);
    // RFC 7009 section 2.1: it gives back what it can prove to be its own.
    let token = [("token", &*tokens.refresh)];
    app.revoke(program, &tokens.refresh)
        .await
        .oauth_error(401, "invalid_client");
    let revoked = program.post_as(("shop", &secret), paths::OAUTH_REVOKE, &token);
    revoked.await.status(200);
    let again = [stolen[0], ("refresh_token", &*tokens.refresh)];
    let refreshed = program.post_as(("shop", &secret), path, &again).await;
    refreshed.oauth_error(400, "invalid_grant");
}
