//! Who may read answers across origins.

use portcullis_http_tests::{Answer, App, Server};
use portcullis_types::paths;
use reqwest::Method;

const LISTED: &str = "http://localhost:5173";

async fn preflight(server: &Server, path: &str, method: &str, origin: &str) -> Answer {
    let program = server.program();
    let call = program
        .call(Method::OPTIONS, path)
        .header("origin", origin)
        .header("access-control-request-method", method)
        .header(
            "access-control-request-headers",
            "authorization,content-type",
        );
    call.send().await
}

#[tokio::test]
async fn a_registered_clients_origin_reads_what_token_mode_needs() {
    let server = Server::start().await;
    for (method, path) in [
        ("GET", paths::SESSION),
        ("POST", paths::AUTHZ_CHECK),
        ("POST", paths::OAUTH_PAR),
        ("POST", paths::OAUTH_TOKEN),
        ("POST", paths::OAUTH_REVOKE),
        ("GET", paths::OAUTH_USERINFO),
        ("POST", paths::OAUTH_USERINFO),
        ("GET", paths::JWKS),
        ("GET", paths::OAUTH_METADATA),
        ("GET", paths::OPENID_METADATA),
        ("GET", paths::NOTES),
        ("POST", paths::NOTES),
        ("DELETE", "/api/notes/01a3185c-5000-7b48-baf6-4d2f80957b95"),
    ] {
        let answer = preflight(&server, path, method, LISTED).await;
        let allow = answer.header("access-control-allow-origin");
        assert_eq!(allow, LISTED, "{method} {path}");
        let methods = answer.header("access-control-allow-methods");
        assert!(methods.contains(method), "{method} {path}: {methods}");
        let headers = answer.header("access-control-allow-headers").to_lowercase();
        assert!(headers.contains("authorization") && headers.contains("content-type"));
        assert_eq!(
            answer.header("access-control-allow-credentials"),
            "",
            "{path}"
        );
        assert!(answer.header("vary").to_lowercase().contains("origin"));
    }
    let program = server.program();
    let call = program
        .call(Method::GET, paths::JWKS)
        .header("origin", LISTED);
    let answer = call.send().await.status(200);
    assert_eq!(answer.header("access-control-allow-origin"), LISTED);
    assert_eq!(answer.header("cross-origin-resource-policy"), "");
}

#[tokio::test]
async fn origins_are_not_reflected() {
    let server = Server::start().await;
    for origin in [
        "https://evil.example",
        "null",
        "http://localhost:5174",
        "http://localhost",
        "https://localhost:5173",
        "http://localhost:5173.evil.example",
        "HTTP://LOCALHOST:5173",
        "http://localhost:5173/",
        "",
    ] {
        for path in [
            paths::SESSION,
            paths::OAUTH_TOKEN,
            paths::JWKS,
            paths::NOTES,
        ] {
            let answer = preflight(&server, path, "POST", origin).await;
            assert_eq!(
                answer.header("access-control-allow-origin"),
                "",
                "{origin} {path}"
            );
            let program = server.program();
            let call = program.call(Method::GET, path).header("origin", origin);
            let answer = call.send().await;
            assert_eq!(
                answer.header("access-control-allow-origin"),
                "",
                "{origin} {path}"
            );
        }
    }
}

#[tokio::test]
async fn accounts_and_administration_are_readable_from_nowhere_else() {
    let server = Server::start().await;
    for path in [
        paths::REGISTER,
        paths::PASSWORD_SIGN_IN,
        paths::PASSWORD,
        paths::SIGN_OUT,
        paths::SESSIONS,
        paths::PASSKEYS,
        paths::PASSKEY_SIGN_IN_BEGIN,
        paths::SETUP,
        paths::ADMIN_USERS,
        paths::ADMIN_ROLES,
        paths::EVENTS,
        paths::OAUTH_AUTHORIZE,
    ] {
        let answer = preflight(&server, path, "POST", LISTED).await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
        let program = server.program();
        let call = program.call(Method::GET, path).header("origin", LISTED);
        let answer = call.send().await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
        assert_eq!(
            answer.header("cross-origin-resource-policy"),
            "same-origin",
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_page_of_the_client_redeems_and_refreshes_across_origins() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let app = App::spa();
    let code = app.code(&ada).await;
    let page = server.program();
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", "spa"),
        ("code", &*code),
        ("redirect_uri", &*app.redirect_uri),
        ("code_verifier", &*app.verifier),
    ];
    let call = page.call(Method::POST, paths::OAUTH_TOKEN).form(&fields);
    let call = call
        .header("origin", LISTED)
        .header("sec-fetch-site", "same-site");
    let answer = call.send().await.status(200);
    assert_eq!(answer.header("access-control-allow-origin"), LISTED);
}
