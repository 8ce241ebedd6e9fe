//! `/oauth/logout` (OpenID Connect RP-Initiated Logout 1.0).

use portcullis_http_tests::{
    Answer, App, Browser, Server, Signer,
    app::{query, session_of},
    call::form,
    jwt,
};
use portcullis_types::paths;
use reqwest::Method;
use serde_json::Value;

const BACK: &str = "http://localhost:5173/signed-out";

/// The single-page app signed Ada in; its tokens, the ID token among them.
struct Scene {
    server: Server,
    ada: Browser,
    program: Browser,
    tokens: Answer,
}

impl Scene {
    async fn set() -> Self {
        let server = Server::start_with(|config| {
            config.clients[0].post_logout_redirect_uris = vec![BACK.to_owned()];
        })
        .await;
        let (ada, program) = (server.person("ada").await, server.program());
        let app = App::spa();
        let code = app.code(&ada).await;
        Self {
            tokens: app.redeem(&program, &code).await.status(200),
            server,
            ada,
            program,
        }
    }

    fn id_token(&self) -> String {
        self.tokens.text_at("/id_token")
    }

    async fn get(&self, browser: &Browser, fields: &[(&str, &str)]) -> Answer {
        let path = format!("{}?{}", paths::OAUTH_LOGOUT, form(fields));
        browser.get(&path).await
    }

    async fn is_over(&self) -> (bool, bool) {
        let access = self.tokens.text_at("/access_token");
        let family = session_of(&self.program, &access).await.status == 401;
        (!self.ada.is_signed_in().await, family)
    }
}

/// The hidden fields of the question.
fn fields(page: &Answer) -> Vec<(String, String)> {
    let text = page.text();
    let inputs = text.split("<input type=\"hidden\" name=\"").skip(1);
    inputs
        .map(|input| {
            let (name, rest) = input.split_once("\" value=\"").unwrap();
            let value = rest.split_once('"').unwrap().0;
            (name.to_owned(), value.replace("&amp;", "&"))
        })
        .collect()
}

async fn confirm(browser: &Browser, page: &Answer) -> Answer {
    let fields = fields(page);
    let fields: Vec<_> = fields.iter().map(|(a, b)| (&**a, &**b)).collect();
    let call = browser.call(Method::POST, paths::OAUTH_LOGOUT);
    call.form(&fields).send().await
}

#[tokio::test]
async fn rpil_2_who_shows_the_users_id_token_signs_them_out_and_comes_back() {
    let scene = Scene::set().await;
    let other = App::spa().tokens(&scene.ada, &scene.program).await;
    let hint = scene.id_token();
    // However old it is.
    scene.server.clock.advance_seconds(500);
    let asked = [
        ("id_token_hint", &*hint),
        ("post_logout_redirect_uri", BACK),
        ("state", "a&b=c"),
    ];
    let answer = scene.get(&scene.ada, &asked).await;
    let back = answer.location();
    assert!(back.starts_with(BACK), "{back}");
    assert_eq!(query(&back, "state").as_deref(), Some("a&b=c"));
    assert!(
        answer
            .set_cookie("__Host-portcullis")
            .unwrap()
            .contains("Max-Age=0")
    );
    assert_eq!(scene.is_over().await, (true, true));
    // Its other families are other sign-ins.
    session_of(&scene.program, &other.access).await.status(200);
    assert_eq!(scene.server.audited("session.ended").await, 1);
    assert_eq!(scene.server.audited("oauth.family_revoked").await, 1);
    // Again, with nobody there.
    let again = [
        ("id_token_hint", &*hint),
        ("post_logout_redirect_uri", BACK),
    ];
    let answer = scene.get(&scene.ada, &again).await;
    assert_eq!(answer.location(), BACK);
    assert_eq!(scene.server.audited("session.ended").await, 1);
}

#[tokio::test]
async fn asvs_10_6_2_any_other_link_asks_first() {
    let scene = Scene::set().await;
    for fields in [
        &[][..],
        &[("client_id", "spa")],
        &[("client_id", "spa"), ("post_logout_redirect_uri", BACK)],
        &[("logout_hint", "ada@example.com")],
        &[("portcullis_confirm", "AAAA")],
        &[("portcullis_confirm", "")],
    ] {
        let page = scene.get(&scene.ada, fields).await.status(200);
        assert!(page.text().contains("ada@example.com"), "{}", page.text());
        assert_eq!(scene.is_over().await, (false, false), "{fields:?}");
    }
    let asked = [
        ("client_id", "spa"),
        ("post_logout_redirect_uri", BACK),
        ("state", "x"),
    ];
    let page = scene.get(&scene.ada, &asked).await.status(200);
    let policy = page.header("content-security-policy").to_owned();
    assert!(policy.contains("form-action 'self' http://localhost:5173;"));
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
    // An attacker cannot answer for her: not with a question of his own, not later.
    let eve = scene.server.person("eve").await;
    let hers = scene.get(&eve, &asked).await.status(200);
    confirm(&scene.ada, &hers).await.status(200);
    assert!(scene.ada.is_signed_in().await);
    scene.server.clock.advance_seconds(601);
    confirm(&scene.ada, &page).await.status(200);
    assert!(scene.ada.is_signed_in().await);
    let page = scene.get(&scene.ada, &asked).await.status(200);
    let answer = confirm(&scene.ada, &page).await;
    assert_eq!(answer.location(), format!("{BACK}?state=x"));
    // Nobody showed a token, so the application's own sign-in goes on.
    assert!(!scene.ada.is_signed_in().await);
    let refresh = scene.tokens.text_at("/refresh_token");
    let refreshed = App::spa().refresh(&scene.program, &refresh).await;
    refreshed.status(200);
    assert!(eve.is_signed_in().await);
}

#[tokio::test]
async fn somebody_elses_id_token_asks_too() {
    let scene = Scene::set().await;
    let eve = scene.server.person("eve").await;
    let hint = scene.id_token();
    let asked = [("id_token_hint", &*hint)];
    let page = scene.get(&eve, &asked).await.status(200);
    assert!(page.text().contains("eve@example.com"));
    assert!(eve.is_signed_in().await);
    assert_eq!(scene.is_over().await, (false, false));
}

#[tokio::test]
async fn rpil_3_the_browser_is_sent_to_registered_addresses_only() {
    let scene = Scene::set().await;
    let hint = scene.id_token();
    for uri in [
        "https://evil.example/",
        "http://localhost:5173/",
        "http://localhost:5173/signed-out/",
        "http://localhost:5173/signed-out?x",
        "http://localhost:5173/signed-out#x",
        "http://localhost:5174/signed-out",
        "http://localhost:5173/callback",
        "javascript:alert(1)",
        "//evil.example",
        "/",
    ] {
        let fields = [("id_token_hint", &*hint), ("post_logout_redirect_uri", uri)];
        scene.get(&scene.ada, &fields).await.status(400);
    }
    for fields in [
        // Whose address it is, nobody says.
        vec![("post_logout_redirect_uri", BACK)],
        vec![("client_id", "other"), ("post_logout_redirect_uri", BACK)],
        vec![("client_id", "nobody"), ("post_logout_redirect_uri", BACK)],
        vec![("id_token_hint", &hint), ("client_id", "other")],
    ] {
        scene.get(&scene.ada, &fields).await.status(400);
    }
    let twice = format!("{}?state=a&state=b", paths::OAUTH_LOGOUT);
    scene.ada.get(&twice).await.status(400);
    assert_eq!(scene.is_over().await, (false, false));
}

#[tokio::test]
async fn a_forged_hint_is_none() {
    let scene = Scene::set().await;
    let hint = scene.id_token();
    let (header, claims) = (jwt::header(&hint), jwt::claims(&hint));
    let thief = Signer::es256();
    let none = serde_json::json!({ "alg": "none", "typ": "JWT", "kid": header["kid"] });
    let foreign = {
        let mut claims: Value = claims.clone();
        claims["iss"] = "https://evil.example".into();
        thief.sign_with(&header, &claims)
    };
    for forged in [
        "x",
        &scene.tokens.text_at("/access_token"),
        &scene.tokens.text_at("/refresh_token"),
        &hint[..hint.len() - 4],
        &thief.sign_with(&header, &claims),
        &jwt::assemble(&none, &claims, b""),
        &jwt::assemble(&header, &claims, b""),
        &foreign,
    ] {
        let fields = [
            ("id_token_hint", forged),
            ("post_logout_redirect_uri", BACK),
        ];
        scene.get(&scene.ada, &fields).await.status(400);
    }
    assert_eq!(scene.is_over().await, (false, false));
}

#[tokio::test]
async fn rpil_2_a_form_of_another_site_becomes_a_request_that_cookies_come_with() {
    let scene = Scene::set().await;
    let hint = scene.id_token();
    let fields = [
        ("id_token_hint", &*hint),
        ("post_logout_redirect_uri", BACK),
    ];
    let call = scene.program.call(Method::POST, paths::OAUTH_LOGOUT);
    let call = call.header("origin", "http://localhost:5173");
    let answer = call.form(&fields).send().await.status(303);
    let to = answer.header("location").to_owned();
    assert!(to.starts_with(paths::OAUTH_LOGOUT), "{to}");
    assert_eq!(scene.is_over().await, (false, false));
    let answer = scene.ada.get(&to).await;
    assert_eq!(answer.location(), BACK);
    assert_eq!(scene.is_over().await, (true, true));
}

#[tokio::test]
async fn what_is_asked_is_text_on_the_page_and_nothing_else() {
    let scene = Scene::set().await;
    let evil = "\"><script>alert(1)</script>";
    let asked = [("client_id", evil), ("state", evil), ("ui_locales", evil)];
    let page = scene.get(&scene.ada, &asked).await.status(200);
    assert!(!page.text().contains("<script"), "{}", page.text());
    let bare = scene.get(&scene.program, &[]).await.status(200);
    assert!(bare.text().contains("signed out"));
}

/// The server's own pages speak the language that is asked for, or the browser's.
#[tokio::test]
async fn pages_of_ours_speak_the_readers_language() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let say = async |browser: &Browser, path: &str, accept: &str| {
        let call = browser
            .call(Method::GET, path)
            .header("accept-language", accept);
        call.send().await.text()
    };
    for (accept, lang, question, title) in [
        (
            "en-GB",
            "en",
            "Sign out?",
            "This sign-in link does not work",
        ),
        (
            "de-AT,en;q=0.5",
            "de",
            "Abmelden?",
            "Dieser Anmeldelink funktioniert nicht",
        ),
        (
            "fr",
            "fr",
            "Se déconnecter ?",
            "Ce lien de connexion ne fonctionne pas",
        ),
        (
            "es",
            "es",
            "¿Cerrar la sesión?",
            "Este enlace de acceso no funciona",
        ),
        (
            "ja",
            "ja",
            "ログアウトしますか？",
            "このログイン用リンクは使えません",
        ),
    ] {
        let page = say(&ada, paths::OAUTH_LOGOUT, accept).await;
        assert!(page.contains(&format!("<html lang=\"{lang}\"")), "{page}");
        assert!(page.contains(question), "{page}");
        assert!(page.contains("ada@example.com"), "{page}");
        let refused = format!("{}?client_id=nobody", paths::OAUTH_AUTHORIZE);
        let page = say(&ada, &refused, accept).await;
        assert!(page.contains(title), "{page}");
        // What the application asks for goes over it.
        let page = say(&ada, &format!("{refused}&ui_locales={lang}"), "en").await;
        assert!(page.contains(title), "{page}");
    }
    let posting = App::spa().path_with(&[("response_mode", "form_post")]);
    let page = say(&ada, &posting, "de").await;
    assert!(
        page.contains("Es geht zurück") && page.contains("Weiter"),
        "{page}"
    );
}
