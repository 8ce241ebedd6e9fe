//! OpenID Connect Session Management 1.0: what an application is told of the state of the browser, and
//! the page that it asks.

use aws_lc_rs::digest::{SHA256, digest};
use portcullis_http_tests::{
    Answer, App, Browser, Server, app::query, clients::public, device::base64url,
};
use portcullis_types::paths;
use reqwest::Method;
use serde_json::Value;

const STATE: &str = "__Host-portcullis-state";

async fn start() -> Server {
    Server::start_with(|config| {
        config.oauth.session_management = true;
        config
            .clients
            .push(public("shop", "https://shop.example/callback"));
        config
            .clients
            .push(public("phone", "com.example.phone:/callback"));
    })
    .await
}

/// What the page's script computes.
fn fits(session_state: &str, client: &str, origin: &str, state: &str) -> bool {
    let (hash, salt) = session_state.split_once('.').unwrap();
    let text = format!("{client} {origin} {state} {salt}");
    hash == base64url(digest(&SHA256, text.as_bytes()).as_ref())
}

fn shop() -> App {
    App::new("shop", "https://shop.example/callback")
}

async fn told(browser: &Browser, app: &App, changes: &[(&str, &str)]) -> Option<String> {
    let back = browser.get(&app.path_with(changes)).await.location();
    query(&back, "session_state")
}

/// The state that an answer gives the browser, and the cookie as it was written.
fn given(answer: &Answer) -> Option<(String, String)> {
    let mut cookies = answer.headers.get_all("set-cookie").iter();
    let text =
        cookies.find_map(|value| value.to_str().ok()?.strip_prefix(STATE)?.strip_prefix('='));
    text.map(|text| {
        let value = text.split(';').next().unwrap_or_default();
        (value.to_owned(), text.to_owned())
    })
}

async fn page(server: &Server, referers: &[&str]) -> Answer {
    let program = server.program();
    let mut call = program.call(Method::GET, paths::OAUTH_CHECK_SESSION);
    for referer in referers {
        call = call.also("referer", *referer);
    }
    call.send().await
}

#[tokio::test]
async fn it_is_off_unless_it_is_turned_on() {
    let server = Server::start().await;
    let browser = server.browser();
    let signed_in = browser.register("ada").await.status(200);
    assert_eq!(given(&signed_in), None);
    assert_eq!(told(&browser, &App::spa(), &[]).await, None);
    let metadata = browser.get(paths::OPENID_METADATA).await;
    assert_eq!(metadata.at("/check_session_iframe"), Value::Null);
    page(&server, &["http://localhost:5173/"])
        .await
        .oauth_error(404, "not_found");
}

#[tokio::test]
async fn oidc_session_2_an_application_is_told_a_salted_hash_for_itself_alone() {
    let server = start().await;
    let browser = server.browser();
    let metadata = browser.get(paths::OPENID_METADATA).await;
    let at = format!("{}{}", server.origin, paths::OAUTH_CHECK_SESSION);
    assert_eq!(metadata.at("/check_session_iframe"), at);
    let signed_in = browser.register("ada").await.status(200);
    let (state, cookie) = given(&signed_in).unwrap();
    // A script of ours reads it, also in a frame; it is not the session.
    assert!(
        cookie.ends_with("; Path=/; Secure; SameSite=None"),
        "{cookie}"
    );
    assert_eq!(state.len(), 43);
    assert!(!browser.session_token().contains(&state));
    let first = told(&browser, &shop(), &[]).await.unwrap();
    assert!(fits(&first, "shop", "https://shop.example", &state));
    for (client, origin, state) in [
        ("spa", "https://shop.example", &*state),
        ("shop", "https://evil.example", &*state),
        ("shop", "https://shop.example", ""),
    ] {
        assert!(!fits(&first, client, origin, state));
    }
    let second = told(&browser, &shop(), &[]).await.unwrap();
    assert_ne!(first, second, "the salt is another each time");
    // Another person, and the same one again, have other states.
    let eve = given(&server.browser().register("eve").await).unwrap().0;
    let again = given(&server.browser().sign_in("ada").await).unwrap().0;
    assert!(state != eve && state != again && eve != again);
}

#[tokio::test]
async fn who_does_not_ask_who_somebody_is_or_has_no_page_is_told_nothing() {
    let server = start().await;
    let browser = server.person("ada").await;
    assert_eq!(told(&browser, &shop(), &[("scope", "profile")]).await, None);
    let phone = App::new("phone", "com.example.phone:/callback");
    assert_eq!(told(&browser, &phone, &[]).await, None);
}

#[tokio::test]
async fn oidc_session_3_signing_out_changes_it_and_nobody_signed_in_is_a_state_too() {
    let server = start().await;
    let browser = server.person("ada").await;
    let before = told(&browser, &shop(), &[]).await.unwrap();
    let (state, cookie) = given(&browser.sign_out().await.status(204)).unwrap();
    assert!(state.is_empty() && cookie.contains("Max-Age=0"), "{cookie}");
    assert!(!fits(&before, "shop", "https://shop.example", ""));
    let back = browser
        .get(&shop().path_with(&[("prompt", "none")]))
        .await
        .location();
    assert_eq!(query(&back, "error").unwrap(), "login_required");
    let after = query(&back, "session_state").unwrap();
    assert!(fits(&after, "shop", "https://shop.example", ""));
}

#[tokio::test]
async fn a_session_that_ended_elsewhere_shows_as_soon_as_the_browser_comes_by() {
    let server = start().await;
    let (here, elsewhere) = (server.person("ada").await, server.browser());
    elsewhere.sign_in("ada").await.status(200);
    let path = format!("{}/{}", paths::SESSIONS, here.session_id().await);
    elsewhere.delete(&path).await.status(204);
    let answer = here.get(&shop().path_with(&[("prompt", "none")])).await;
    let (state, cookie) = given(&answer).unwrap();
    assert!(state.is_empty() && cookie.contains("Max-Age=0"), "{cookie}");
    // And a state that somebody else has put there is put right.
    elsewhere.plant(STATE, "bent");
    let (state, _) = given(&elsewhere.get(&shop().path()).await).unwrap();
    assert_eq!(state.len(), 43);
}

#[tokio::test]
async fn oidc_session_4_only_pages_of_registered_applications_may_put_the_page_into_a_frame() {
    let server = start().await;
    let ancestors = |answer: &Answer| {
        let policy = answer.header("content-security-policy").to_owned();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'nonce-"),
            "{policy}"
        );
        let after = policy.split_once("frame-ancestors ").unwrap().1.to_owned();
        after.split(';').next().unwrap().to_owned()
    };
    for referer in ["https://shop.example/", "https://shop.example/basket?id=1"] {
        let answer = page(&server, &[referer]).await.status(200);
        assert_eq!(ancestors(&answer), "https://shop.example");
        assert_eq!(answer.headers.get("x-frame-options"), None);
    }
    for referers in [
        &[][..],
        &["https://evil.example/"],
        &["https://shop.example.evil.example/"],
        &["https://evil.example/?https://shop.example"],
        &["https://shop.example@evil.example/"],
        &["http://shop.example/"],
        &["null"],
        &["'self' *"],
        &["https://shop.example/", "https://shop.example/"],
    ] {
        let answer = page(&server, referers).await.status(200);
        assert_eq!(ancestors(&answer), "'none'", "{referers:?}");
        assert_eq!(answer.header("x-frame-options"), "DENY");
    }
    // No script but the one with this answer's nonce, which is another each time.
    let (one, other) = (page(&server, &[]).await, page(&server, &[]).await);
    let nonce = |answer: &Answer| {
        let policy = answer.header("content-security-policy").to_owned();
        let nonce = policy.split("'nonce-").nth(1).unwrap();
        nonce.split('\'').next().unwrap().to_owned()
    };
    assert_ne!(nonce(&one), nonce(&other));
    assert_eq!(one.text().matches("<script").count(), 1);
    assert!(
        one.text()
            .contains(&format!("<script nonce=\"{}\">", nonce(&one)))
    );
    assert_eq!(one.header("cache-control"), "no-store");
}
