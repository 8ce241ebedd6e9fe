//! Security headers of every answer (ASVS 3.4), whatever it is.

use portcullis_http_tests::{Answer, Server, routes};
use reqwest::Method;

fn check(what: &str, answer: &Answer) {
    let is = |name: &str, value: &str| assert_eq!(answer.header(name), value, "{what}: {name}");
    is("x-content-type-options", "nosniff");
    is("referrer-policy", "no-referrer");
    is("x-frame-options", "DENY");
    is("cross-origin-opener-policy", "same-origin");
    is("cross-origin-resource-policy", "same-origin");
    let hsts = answer.header("strict-transport-security");
    assert!(hsts.starts_with("max-age=31536000"), "{what}: {hsts}");
    let csp = answer.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ] {
        assert!(csp.contains(part), "{what}: {csp}");
    }
    assert!(
        !csp.contains("unsafe-inline") && !csp.contains("'unsafe-eval'"),
        "{what}: {csp}"
    );
    assert!(!answer.header("cache-control").is_empty(), "{what}");
    assert_eq!(answer.header("server"), "", "{what}");
    assert_eq!(answer.header("access-control-allow-origin"), "", "{what}");
}

#[tokio::test]
async fn asvs_3_4_every_answer_has_its_security_headers() {
    let server = Server::start().await;
    let browser = server.browser();
    let (all, _) = routes::all(&browser).await;
    for route in &all {
        let answer = browser.call(route.method.clone(), &route.path).send().await;
        check(&route.name(), &answer);
        assert!(
            !answer.header("x-request-id").is_empty(),
            "{}",
            route.name()
        );
    }
    for path in ["/", "/docs", "/openapi.json", "/nothing", "/api/nothing"] {
        check(path, &browser.get(path).await);
    }
    let forged = browser
        .call(Method::POST, "/api/notes")
        .without("x-portcullis");
    check("a forged request", &forged.send().await);
}

#[tokio::test]
async fn asvs_14_3_2_what_is_about_a_person_is_not_cached() {
    let server = Server::start().await;
    let admin = server.admin().await;
    for path in [
        "/api/auth/session",
        "/api/auth/sessions",
        "/api/auth/passkeys",
        "/api/notes",
        "/api/admin/users",
        "/api/admin/roles",
        "/oauth/authorize",
        "/api/nothing",
    ] {
        assert_eq!(
            admin.get(path).await.header("cache-control"),
            "no-store",
            "{path}"
        );
    }
}
