//! Back-channel logout, re-enacted.

use portcullis_http_tests::{App, Server, app::query, call::form, jwt};
use portcullis_types::paths;
use serde_json::json;

use crate::oauth::backchannel::Receiver;

const BACK: &str = "http://localhost:5173/signed-out";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

#[tokio::test]
async fn oidcc_backchannel_logout_discovery_endpoint_verification() {
    let server = Server::start().await;
    let metadata = server.program().get(paths::OPENID_METADATA).await;
    let expected = format!("{}{}", server.origin, paths::OAUTH_LOGOUT);
    assert_eq!(metadata.at("/end_session_endpoint"), *expected);
    assert_eq!(metadata.at("/backchannel_logout_supported"), true);
    assert_eq!(metadata.at("/backchannel_logout_session_supported"), true);
}

/// The logout token has all that section 2.4 asks for and nothing that it forbids, and is signed as
/// the ID token was (section 2.6); the browser goes back, and nobody is signed in any more.
#[tokio::test]
async fn oidcc_backchannel_rp_initiated_logout() {
    let (receiver, uri) = Receiver::start().await;
    let server = Server::start_with(|config| {
        let client = &mut config.clients[0];
        client.post_logout_redirect_uris = vec![BACK.to_owned()];
        client.backchannel_logout_uri = Some(uri);
        client.backchannel_logout_session_required = true;
    })
    .await;
    let ada = server.person("ada").await;
    let program = server.program();
    let app = App::spa();
    let code = app.code(&ada).await;
    let tokens = app.redeem(&program, &code).await.status(200);
    let hint = tokens.text_at("/id_token");
    let fields = [
        ("id_token_hint", &*hint),
        ("post_logout_redirect_uri", BACK),
        ("state", "xyz"),
    ];
    let path = format!("{}?{}", paths::OAUTH_LOGOUT, form(&fields));
    let to = ada.get(&path).await.location();
    assert_eq!(to, format!("{BACK}?state=xyz"));

    let told = receiver.heard(1).await;
    let jwks = program.get(paths::JWKS).await.json();
    let claims = jwt::verify(&told[0], &jwks, &server.origin, "spa");
    let (header, of_hint) = (jwt::header(&told[0]), jwt::claims(&hint));
    assert_eq!(header["alg"], jwt::header(&hint)["alg"]);
    assert_eq!(header["typ"], "logout+jwt");
    assert_eq!(claims["sub"], of_hint["sub"]);
    assert_eq!(claims["sid"], of_hint["sid"]);
    assert_eq!(claims["events"], json!({ EVENT: {} }));
    assert!(claims["iat"].is_i64());
    assert!(claims["jti"].as_str().is_some_and(|jti| !jti.is_empty()));
    assert_eq!(claims.get("nonce"), None);

    let path = app.path_with(&[("prompt", "none")]);
    let back = ada.get(&path).await.location();
    assert_eq!(query(&back, "error").as_deref(), Some("login_required"));
}
