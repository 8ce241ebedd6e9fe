//! RP-initiated logout, re-enacted.

use portcullis_http_tests::{Answer, App, Browser, Server, app::query, call::form};
use portcullis_types::paths;

const BACK: &str = "http://localhost:5173/signed-out";

/// Somebody who is signed in, and the ID token that the application got for them.
struct Scene {
    server: Server,
    ada: Browser,
    hint: String,
}

impl Scene {
    async fn set() -> Self {
        let server = Server::start_with(|config| {
            config.clients[0].post_logout_redirect_uris =
                vec![BACK.to_owned(), format!("{BACK}?foo=bar")];
        })
        .await;
        let ada = server.person("ada").await;
        let app = App::spa();
        let code = app.code(&ada).await;
        let tokens = app.redeem(&server.program(), &code).await.status(200);
        Self {
            hint: tokens.text_at("/id_token"),
            server,
            ada,
        }
    }

    async fn log_out(&self, fields: &[(&str, &str)]) -> Answer {
        let path = format!("{}?{}", paths::OAUTH_LOGOUT, form(fields));
        self.ada.get(&path).await
    }

    /// Signed out, and the application is told with `prompt=none`.
    async fn is_out(&self) {
        assert!(!self.ada.is_signed_in().await);
        let path = App::spa().path_with(&[("prompt", "none")]);
        let back = self.ada.get(&path).await.location();
        assert_eq!(query(&back, "error").as_deref(), Some("login_required"));
    }
}

/// A page of ours that sends the browser nowhere.
#[track_caller]
fn stays(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("location"), "");
    assert!(answer.header("content-type").starts_with("text/html"));
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_discovery_endpoint_verification() {
    let server = Server::start().await;
    let metadata = server.program().get(paths::OPENID_METADATA).await;
    let expected = format!("{}{}", server.origin, paths::OAUTH_LOGOUT);
    assert_eq!(metadata.at("/end_session_endpoint"), *expected);
}

#[tokio::test]
async fn oidcc_rp_initiated_logout() {
    let scene = Scene::set().await;
    let fields = [
        ("id_token_hint", &*scene.hint),
        ("post_logout_redirect_uri", BACK),
        ("state", "xyz"),
    ];
    let to = scene.log_out(&fields).await.location();
    assert_eq!(to, format!("{BACK}?state=xyz"));
    scene.is_out().await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_post_logout_redirect_uri() {
    let scene = Scene::set().await;
    let bad = [
        ("id_token_hint", &*scene.hint),
        ("post_logout_redirect_uri", "https://evil.example/"),
    ];
    stays(&scene.log_out(&bad).await, 400);
    assert!(
        scene.ada.is_signed_in().await,
        "a bad request changes nothing"
    );
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_modified_and_bad_id_token_hint() {
    let scene = Scene::set().await;
    let mut modified = scene.hint.clone();
    modified.pop();
    modified.push(if scene.hint.ends_with('A') { 'B' } else { 'A' });
    for hint in [&*modified, "bad", "eyJhbGciOiJub25lIn0.e30."] {
        let fields = [("id_token_hint", hint), ("post_logout_redirect_uri", BACK)];
        stays(&scene.log_out(&fields).await, 400);
        assert!(scene.ada.is_signed_in().await, "{hint}");
    }
}

/// Without a hint anybody could have made the link: the person is asked first.
#[tokio::test]
async fn oidcc_rp_initiated_logout_no_id_token_hint_no_params_and_only_state() {
    let scene = Scene::set().await;
    for fields in [
        &[][..],
        &[("state", "xyz")],
        &[("client_id", "spa"), ("post_logout_redirect_uri", BACK)],
    ] {
        let page = scene.log_out(fields).await;
        stays(&page, 200);
        assert!(page.text().contains("<form"), "{}", page.text());
        assert!(scene.ada.is_signed_in().await, "{fields:?}");
    }
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_post_logout_redirect_uri() {
    let scene = Scene::set().await;
    stays(&scene.log_out(&[("id_token_hint", &scene.hint)]).await, 200);
    scene.is_out().await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_state() {
    let scene = Scene::set().await;
    let fields = [
        ("id_token_hint", &*scene.hint),
        ("post_logout_redirect_uri", BACK),
    ];
    assert_eq!(scene.log_out(&fields).await.location(), BACK);
    scene.is_out().await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_query_added() {
    let scene = Scene::set().await;
    let with_query = format!("{BACK}?foo=bar");
    // What was not registered is not taken, whatever the rest is.
    let added = [
        ("id_token_hint", &*scene.hint),
        ("post_logout_redirect_uri", &format!("{BACK}?bar=foo")),
    ];
    stays(&scene.log_out(&added).await, 400);
    let fields = [
        ("id_token_hint", &*scene.hint),
        ("post_logout_redirect_uri", &with_query),
        ("state", "xyz"),
    ];
    let to = scene.log_out(&fields).await.location();
    assert_eq!(to, format!("{with_query}&state=xyz"));
    assert_eq!(scene.server.audited("session.ended").await, 1);
}
