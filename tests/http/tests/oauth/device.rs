//! Devices without a browser: codes, polling, the page, and who must not get in (RFC 8628).

use portcullis_http_tests::{
    Answer, Browser, Server, all_at_once,
    app::{Tokens, session_of},
    clients::confidential,
    jwt,
};
use portcullis_types::{
    client::{Client, GrantType, SigningAlgorithm},
    paths,
};
use reqwest::Method;
use serde_json::json;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn tv() -> Client {
    let mut client = Client::new("tv", "Living <room> TV");
    client.grant_types = vec![GrantType::DeviceCode, GrantType::RefreshToken];
    client.id_token_signed_response_alg = SigningAlgorithm::Es256;
    client
}

async fn start() -> Server {
    Server::start_with(|config| config.clients.push(tv())).await
}

async fn post(program: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    program.call(Method::POST, path).form(fields).send().await
}

/// A device that waits.
struct Waiting {
    device_code: String,
    user_code: String,
}

async fn begin(program: &Browser) -> Waiting {
    let fields = [("client_id", "tv"), ("scope", "openid profile")];
    let answer = post(program, paths::OAUTH_DEVICE_AUTHORIZATION, &fields).await;
    let answer = answer.status(200);
    Waiting {
        device_code: answer.text_at("/device_code"),
        user_code: answer.text_at("/user_code"),
    }
}

impl Waiting {
    async fn poll(&self, program: &Browser) -> Answer {
        let fields = [
            ("grant_type", GRANT),
            ("client_id", "tv"),
            ("device_code", &*self.device_code),
        ];
        post(program, paths::OAUTH_TOKEN, &fields).await
    }

    async fn decide(&self, browser: &Browser, allow: bool) -> Answer {
        let body = json!({ "user_code": self.user_code, "allow": allow });
        browser.post(paths::DEVICE, body).await
    }
}

#[tokio::test]
async fn rfc8628_3_a_device_is_let_in_by_who_is_asked() {
    let server = start().await;
    let (ada, program) = (server.person("ada").await, server.program());
    let fields = [("client_id", "tv"), ("scope", "openid profile")];
    let answer = post(&program, paths::OAUTH_DEVICE_AUTHORIZATION, &fields).await;
    let answer = answer.status(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        (answer.at("/expires_in"), answer.at("/interval")),
        (600.into(), 5.into())
    );
    let device = Waiting {
        device_code: answer.text_at("/device_code"),
        user_code: answer.text_at("/user_code"),
    };
    let uri = format!("{}{}", server.origin, paths::DEVICE_PAGE);
    assert_eq!(answer.at("/verification_uri"), uri);
    let complete = answer.text_at("/verification_uri_complete");
    assert_eq!(complete, format!("{uri}?user_code={}", device.user_code));
    device
        .poll(&program)
        .await
        .oauth_error(400, "authorization_pending");
    device.decide(&ada, true).await.status(204);
    server.clock.advance_seconds(5);
    let answer = device.poll(&program).await;
    let tokens = Tokens::of(&answer);
    assert_eq!(answer.at("/scope"), "openid profile");
    let claims = jwt::claims(&answer.text_at("/id_token"));
    assert_eq!(
        (&claims["aud"], &claims["name"]),
        (&json!("tv"), &json!("ada"))
    );
    let session = session_of(&program, &tokens.access).await.status(200);
    assert_eq!(session.at("/session/user/id"), ada.user_id().await);
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", "tv"),
        ("refresh_token", &*tokens.refresh),
    ];
    post(&program, paths::OAUTH_TOKEN, &fields)
        .await
        .status(200);
    device
        .poll(&program)
        .await
        .oauth_error(400, "invalid_grant");
    let metadata = program.get(paths::OAUTH_METADATA).await;
    let endpoint = format!("{}{}", server.origin, paths::OAUTH_DEVICE_AUTHORIZATION);
    assert_eq!(metadata.at("/device_authorization_endpoint"), endpoint);
}

#[tokio::test]
async fn rfc8628_3_3_1_the_address_is_to_be_had_as_a_qr_code() {
    let server = start().await;
    let program = server.program();
    let fields = [("client_id", "tv")];
    let answer = post(&program, paths::OAUTH_DEVICE_AUTHORIZATION, &fields).await;
    let answer = answer.status(200);
    let uri = answer.text_at("/verification_uri_qr");
    let path = uri.strip_prefix(&server.origin).unwrap();
    let picture = program.get(path).await.status(200);
    assert_eq!(picture.header("content-type"), "image/svg+xml");
    let policy = picture.header("cross-origin-resource-policy");
    assert_eq!(policy, "cross-origin");
    assert!(picture.text().starts_with("<svg "));
    // Whether a device shows the code, it does not tell; and it draws nothing else.
    let of = async |code: &str| {
        let path = format!("{}?user_code={code}", paths::OAUTH_DEVICE_QR);
        program.get(&path).await
    };
    let free = of("BCDF-GHJK").await.status(200);
    assert_ne!(free.text(), picture.text());
    for same in ["bcdfghjk", "BCDF-GHJK%3C%22%3E"] {
        assert_eq!(of(same).await.text(), free.text(), "{same}");
    }
    for bad in ["", "BCDF", "https://evil.example", "AEIO-UAEI"] {
        of(bad).await.oauth_error(400, "invalid_request");
    }
}

#[tokio::test]
async fn a_page_of_ones_own_uses_the_api() {
    let server = start().await;
    let (ada, program) = (server.person("ada").await, server.program());
    let device = begin(&program).await;
    let typed = device.user_code.to_lowercase().replace('-', "%20");
    let shown = ada
        .get(&format!("{}?user_code={typed}", paths::DEVICE))
        .await;
    let shown = shown.status(200);
    assert_eq!(shown.at("/client_name"), "Living <room> TV");
    assert_eq!(shown.at("/scopes"), json!(["openid", "profile"]));
    device.decide(&ada, true).await.status(204);
    device.decide(&ada, true).await.problem(404, "not_found");
    Tokens::of(&device.poll(&program).await);
    let row = server.audit().await.into_iter().rev();
    let row = row
        .into_iter()
        .find(|row| row.kind == "oauth.device_allowed");
    assert_eq!(row.unwrap().detail["client"], "tv");
}

#[tokio::test]
async fn rfc8628_3_5_the_device_hears_what_to_do() {
    let server = start().await;
    let (ada, program) = (server.person("ada").await, server.program());
    let device = begin(&program).await;
    device
        .poll(&program)
        .await
        .oauth_error(400, "authorization_pending");
    server.clock.advance_seconds(4);
    device.poll(&program).await.oauth_error(400, "slow_down");
    server.clock.advance_seconds(9);
    device.poll(&program).await.oauth_error(400, "slow_down");
    server.clock.advance_seconds(15);
    device
        .poll(&program)
        .await
        .oauth_error(400, "authorization_pending");
    device.decide(&ada, false).await.status(204);
    device
        .poll(&program)
        .await
        .oauth_error(400, "access_denied");
    device
        .poll(&program)
        .await
        .oauth_error(400, "access_denied");
    let late = begin(&program).await;
    server.clock.advance_seconds(600);
    late.poll(&program).await.oauth_error(400, "expired_token");
    late.decide(&ada, true).await.problem(404, "not_found");
    assert_eq!(server.audited("oauth.family_began").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_who_redeem_at_once_one_gets_tokens() {
    fifty_redeem(start().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_who_redeem_at_once_one_gets_tokens_on_postgresql() {
    let server = Server::start_on_postgres().await;
    server.register(&tv()).await;
    fifty_redeem(server).await;
}

async fn fifty_redeem(server: Server) {
    let ada = server.person("ada").await;
    let device = begin(&server.program()).await;
    device.decide(&ada, true).await.status(204);
    let code = device.device_code;
    let answers = all_at_once((0..50).map(|_| {
        let (program, device_code) = (server.program(), code.clone());
        let device = Waiting {
            device_code,
            user_code: String::new(),
        };
        async move { device.poll(&program).await.status }
    }))
    .await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|status| **status == 400).count(), 49);
    assert_eq!(server.audited("oauth.family_began").await, 1);
}

#[tokio::test]
async fn rfc8628_5_1_user_codes_cannot_be_guessed_by_going_through_them() {
    let server = Server::start_with(|config| {
        config.clients.push(tv());
        config.limits.user_codes_per_account = 5;
    })
    .await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let device = begin(&server.program()).await;
    for number in 0..5 {
        let letters = ["B", "C", "D", "F", "G"][number];
        let body = json!({ "user_code": letters.repeat(8), "allow": true });
        eve.post(paths::DEVICE, body)
            .await
            .problem(404, "not_found");
    }
    // Now even the right one, by whatever door.
    device.decide(&eve, true).await.problem(429, "rate_limited");
    let path = format!("{}?user_code={}", paths::DEVICE, device.user_code);
    eve.get(&path).await.problem(429, "rate_limited");
    // What others try is not held against somebody, nor are good codes.
    for _ in 0..10 {
        ada.get(&path).await.status(200);
    }
    server.clock.advance_seconds(10 * 60 - 1);
    device.decide(&eve, true).await.problem(429, "rate_limited");
}

#[tokio::test]
async fn rfc8628_5_2_a_device_code_is_its_clients_and_unguessable() {
    let server = Server::start_with(|config| {
        let mut other = tv();
        "radio".clone_into(&mut other.id);
        config.clients.extend([tv(), other]);
    })
    .await;
    let (ada, program) = (server.person("ada").await, server.program());
    let device = begin(&program).await;
    assert!(device.device_code.len() >= 43, "256 bits");
    device.decide(&ada, true).await.status(204);
    let bent = format!("pc_dc_{}", "A".repeat(43));
    for (client, code) in [
        ("radio", &device.device_code),
        ("tv", &device.user_code),
        ("tv", &bent),
    ] {
        let fields = [
            ("grant_type", GRANT),
            ("client_id", client),
            ("device_code", code),
        ];
        let refused = post(&program, paths::OAUTH_TOKEN, &fields).await;
        refused.oauth_error(400, "invalid_grant");
    }
    Tokens::of(&device.poll(&program).await);
    let tables = server.tables().await;
    let kept = tables["device_authorizations"].join("\n");
    let bare = device.user_code.replace('-', "");
    assert!(!kept.contains(&bare) && !kept.contains(&device.user_code));
    assert!(!kept.contains(&device.device_code));
}

#[tokio::test]
async fn only_clients_of_that_grant_may_wait_and_only_for_what_is_theirs() {
    let server = start().await;
    let program = server.program();
    let ask = async |fields: &[(&str, &str)]| {
        post(&program, paths::OAUTH_DEVICE_AUTHORIZATION, fields).await
    };
    let before = server.tables().await;
    let refused = ask(&[("client_id", "spa")]).await;
    refused.oauth_error(400, "unauthorized_client");
    ask(&[("client_id", "nobody")])
        .await
        .oauth_error(401, "invalid_client");
    ask(&[]).await.oauth_error(400, "invalid_request");
    let refused = ask(&[("client_id", "tv"), ("scope", "openid admin")]).await;
    refused.oauth_error(400, "invalid_scope");
    let refused = ask(&[("client_id", "tv"), ("resource", "https://api.example")]).await;
    refused.oauth_error(400, "invalid_target");
    let after = server.tables().await;
    assert_eq!(
        portcullis_http_tests::database::changed(&before, &after),
        Vec::<String>::new()
    );
    // One with a secret shows it.
    let admin = server.admin().await;
    let mut client = confidential("kiosk");
    client.grant_types = vec![GrantType::DeviceCode];
    client.redirect_uris = Vec::new();
    let secret = admin.secret_of_new(&client).await;
    let path = paths::OAUTH_DEVICE_AUTHORIZATION;
    ask(&[("client_id", "kiosk")])
        .await
        .oauth_error(401, "invalid_client");
    program
        .post_as(("kiosk", &secret), path, &[])
        .await
        .status(200);
}

#[tokio::test]
async fn rfc8628_5_4_nobody_is_made_to_agree_by_another_page() {
    let server = start().await;
    let (ada, program) = (server.person("ada").await, server.program());
    let device = begin(&program).await;
    let body = json!({ "user_code": device.user_code, "allow": true });
    let call = ada.call(Method::POST, paths::DEVICE).json(&body);
    let refused = call.header("origin", "https://evil.example").send().await;
    refused.problem(403, "csrf_rejected");
    let call = ada.call(Method::POST, paths::DEVICE).json(&body);
    let refused = call.without("x-portcullis").send().await;
    refused.problem(403, "csrf_rejected");
    assert_eq!(server.audited("oauth.device_allowed").await, 0);
    // Nor is the page ever in somebody else's frame.
    let page = ada.get(paths::DEVICE_PAGE).await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
}

#[tokio::test]
async fn whoever_is_disabled_meanwhile_lets_nobody_in() {
    let server = start().await;
    let admin = server.admin().await;
    let (ada, program) = (server.person("ada").await, server.program());
    let device = begin(&program).await;
    device.decide(&ada, true).await.status(204);
    let path = format!("{}/{}", paths::ADMIN_USERS, ada.user_id().await);
    admin
        .post(&format!("{path}/disable"), json!({}))
        .await
        .status(204);
    admin
        .post(&format!("{path}/enable"), json!({}))
        .await
        .status(204);
    device
        .poll(&program)
        .await
        .oauth_error(400, "expired_token");
}

#[tokio::test]
async fn rfc9449_a_devices_tokens_are_bound_to_the_key_it_shows() {
    let server = start().await;
    let (ada, program) = (server.person("ada").await, server.program());
    let device = begin(&program).await;
    device.decide(&ada, true).await.status(204);
    let key = portcullis_http_tests::Prover::new(&server);
    let fields = [
        ("grant_type", GRANT),
        ("client_id", "tv"),
        ("device_code", &*device.device_code),
    ];
    let answer = key
        .post(&program, paths::OAUTH_TOKEN, &fields)
        .await
        .status(200);
    assert_eq!(answer.at("/token_type"), "DPoP");
    let claims = jwt::claims(&answer.text_at("/access_token"));
    assert!(claims["cnf"]["jkt"].is_string());
}
