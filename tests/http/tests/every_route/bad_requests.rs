//! Malformed cookies, headers, paths, queries and methods, for every route.

use portcullis_http_tests::{
    Answer, Browser, Server,
    browser::{BROWSER, SESSION},
    database,
    routes::{self, Route},
};
use portcullis_types::paths;
use reqwest::Method;
use serde_json::json;

use super::shape::check_refusal;

const ID: &str = "01a3185c-5000-7b48-baf6-4d2f80957b95";

/// No 5xx; and what is refused is refused in the shape that belongs to the path.
fn check(what: &str, path: &str, answer: &Answer) {
    assert!(
        answer.status < 500,
        "{what}: {} {}",
        answer.status,
        answer.text()
    );
    if answer.status >= 400 {
        check_refusal(what, path, answer);
    }
}

fn path(route: &Route) -> String {
    route.path.replace("{id}", ID).replace("{role}", "user")
}

/// All routes.
async fn all(browser: &Browser) -> Vec<Route> {
    routes::all(browser).await.0
}

/// Whoever asks: somebody, but for the event stream, which would not end.
fn asking<'b>(somebody: &'b Browser, nobody: &'b Browser, route: &Route) -> &'b Browser {
    if route.path == paths::EVENTS {
        nobody
    } else {
        somebody
    }
}

/// A body that is JSON, fits nothing and changes nothing.
fn call<'b>(browser: &'b Browser, route: &Route) -> portcullis_http_tests::Call<'b> {
    let call = browser.call(route.method.clone(), &path(route));
    if route.method == Method::GET {
        call
    } else {
        call.json(&json!({ "x": 1 }))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cookies_that_are_none_count_as_nobody() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let token = ada.session_token();
    let browser = server.browser();
    let before = server.tables().await;
    let values: Vec<Vec<u8>> = [
        String::new(),
        "x".to_owned(),
        "pc_ses_".to_owned(),
        format!("pc_ses_{}", "A".repeat(43)),
        format!("pc_ses_{}", "A".repeat(60_000)),
        format!("pc_rt_{}", &token["pc_ses_".len()..]),
        token["pc_ses_".len()..].to_owned(),
        format!("{token}A"),
        token[..token.len() - 1].to_owned(),
        token.to_uppercase(),
        format!("\"{token}\""),
        format!("%70{}", &token[1..]),
        "=".repeat(100),
        "' OR 1=1 --".to_owned(),
        "%00".to_owned(),
    ]
    .into_iter()
    .map(String::into_bytes)
    .chain([b"\xff\xfe\x80".to_vec()])
    .collect();
    for route in all(&browser).await {
        // Making sessions of their own, they need none.
        for value in &values {
            let cookie = |name: &str| [name.as_bytes(), b"=", value].concat();
            let both = [cookie(SESSION), b"; ".to_vec(), cookie(BROWSER)].concat();
            let answer = call(&browser, &route).header("cookie", both).send().await;
            let what = format!("{} with {:?}", route.name(), String::from_utf8_lossy(value));
            check(&what, &route.path, &answer);
            if route.path == paths::SESSION {
                assert!(answer.at("/session").is_null(), "{what}");
            }
        }
        for header in [
            ";;;;",
            "=",
            "a",
            "__Host-portcullis",
            " = ; =",
            "$Version=1",
        ] {
            let answer = call(&browser, &route).header("cookie", header).send().await;
            check(header, &route.path, &answer);
        }
        let mut many = call(&browser, &route);
        for number in 0..50 {
            many = many.also("cookie", format!("{SESSION}=garbage{number}"));
        }
        check("fifty cookie headers", &route.path, &many.send().await);
    }
    assert_eq!(database::changed(&before, &server.tables().await), [""; 0]);
    assert!(ada.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_that_are_garbage_do_no_harm() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let nobody = server.browser();
    let before = server.tables().await;
    let large = vec![b'a'; 60_000];
    let headers: &[(&str, &[u8])] = &[
        ("accept", b"\xff"),
        ("accept-encoding", b"\xff, br;q=9, gzip;q=x"),
        ("accept-language", &large),
        ("authorization", b"\xff"),
        ("authorization", b"Bearer"),
        ("authorization", &large),
        ("content-encoding", b"gzip"),
        ("content-language", b"\xff"),
        ("forwarded", b"for=\"[::1\""),
        ("if-modified-since", b"yesterday"),
        ("if-none-match", b"\"\xff"),
        ("origin", b"\xff"),
        ("range", b"bytes=-1-,x"),
        ("referer", b"\xff\xfe"),
        ("sec-fetch-site", b"\xff"),
        ("user-agent", b"\xff\xfe"),
        ("user-agent", &large),
        ("user-agent", b""),
        ("x-forwarded-for", b"'; DROP TABLE accounts; --"),
        ("x-http-method-override", b"DELETE"),
        ("x-original-url", b"/api/admin/users"),
        ("x-portcullis", b"\xff"),
        ("x-request-id", b"a\tb"),
    ];
    for route in all(&admin).await {
        // None of them takes a body, so nothing is wrong with it, and they would do what they do.
        let acts = route.path.starts_with(paths::ADMIN_USERS) && route.method != Method::GET;
        let of_oneself = [paths::END_OTHER_SESSIONS, paths::EMAIL_SEND_VERIFICATION];
        if acts || of_oneself.contains(&&*route.path) {
            continue;
        }
        for (name, value) in headers {
            let what = format!(
                "{name}: {:?} to {}",
                &value[..value.len().min(20)],
                route.name()
            );
            let whoever = asking(&admin, &nobody, &route);
            let answer = call(whoever, &route).header(name, value).send().await;
            check(&what, &route.path, &answer);
            if *name == "x-request-id" {
                assert_ne!(answer.header("x-request-id"), "a\tb", "{what}");
            }
        }
    }
    assert_eq!(database::changed(&before, &server.tables().await), [""; 0]);
    assert!(admin.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paths_whose_parameters_are_none_get_404() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let before = server.tables().await;
    let long = "a".repeat(20_000);
    for route in all(&admin).await {
        for name in ["{id}", "{role}"] {
            // Where applications manage themselves, nobody learns what is not theirs.
            if !route.path.contains(name) || route.path.starts_with(paths::OAUTH_REGISTER) {
                continue;
            }
            for value in [
                "x",
                "0",
                "-1",
                "null",
                "%00",
                "%ff",
                "%2e%2e%2f",
                "..%2f..",
                "%20",
                "%0d%0a",
                "00000000-0000-0000-0000-000000000000",
                "%F0%9F%A6%A6",
                "*",
                "%25",
                "'--",
                &long,
                "01a3185c-5000-7b48-baf6-4d2f80957b9",
                "01a3185c-5000-7b48-baf6-4d2f80957b95x",
            ] {
                let path = route.path.replace(name, value);
                let path = path.replace("{id}", ID).replace("{role}", "user");
                let good = json!({ "text": "x", "name": "x" });
                let good = match &*route.path {
                    path if path.starts_with(paths::NOTES) => json!({ "text": good["text"] }),
                    path if path.starts_with(paths::PASSKEYS) => json!({ "name": good["name"] }),
                    path if path.ends_with("/rotate-secret") => json!({ "overlap_seconds": 0 }),
                    path if path.starts_with(paths::ADMIN_CLIENTS) => {
                        json!({ "name": "x", "redirect_uris": ["https://x.example/"] })
                    }
                    _ => json!({}),
                };
                let call = admin.call(route.method.clone(), &path).json(&good);
                let answer = call.send().await;
                let short: String = value.chars().take(40).collect();
                assert_eq!(
                    answer.status,
                    404,
                    "{} with {short}: {}",
                    route.name(),
                    answer.text()
                );
                answer.problem(404, "not_found");
            }
        }
    }
    assert_eq!(database::changed(&before, &server.tables().await), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queries_that_are_garbage_do_no_harm() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let nobody = server.browser();
    let before = server.tables().await;
    let long = "a".repeat(20_000);
    for route in all(&admin).await {
        if route.method != Method::GET {
            continue;
        }
        for query in [
            "%",
            "%zz",
            "%00=%00",
            "%ff=%fe",
            "a[]=1&a[]=2",
            "&&&",
            "=",
            "a=1&a=1",
            "?",
            "limit=99999999999999999999",
            "access_token=x",
            &long,
        ] {
            let path = format!("{}?{query}", path(&route));
            let answer = asking(&admin, &nobody, &route).get(&path).await;
            let what = format!("{} with {}", route.name(), &query[..query.len().min(30)]);
            check(&what, &route.path, &answer);
            if [paths::ADMIN_USERS, paths::ADMIN_CLIENTS].contains(&&*route.path)
                && !["&&&", "%"].contains(&query)
            {
                assert_eq!(answer.status, 400, "{what}: {}", answer.text());
            }
        }
    }
    assert_eq!(database::changed(&before, &server.tables().await), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn methods_that_a_path_does_not_take_get_405() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (all, _) = routes::all(&admin).await;
    let before = server.tables().await;
    for route in &all {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", "FOO"] {
            let known = all
                .iter()
                .any(|other| other.path == route.path && other.method.as_str() == method);
            // `/api/auth/passkeys/{id}` and its like are other routes, with ids of their own.
            if known {
                continue;
            }
            let call = admin.call(method.parse().unwrap(), &path(route));
            let answer = call.json(&json!({})).send().await;
            assert_eq!(
                answer.status,
                405,
                "{method} {}: {}",
                route.path,
                answer.text()
            );
            // RFC 9110 section 15.5.6 wants to know what it does take.
            let allowed = answer.header("allow").to_owned();
            assert!(
                allowed.contains(route.method.as_str()),
                "{method} {}: {allowed}",
                route.path
            );
            answer.problem(405, "method_not_allowed");
        }
    }
    for path in ["/", "/docs", "/docs/errors", "/openapi.json", "/sign-in"] {
        let answer = admin.post(path, json!({})).await;
        answer.problem(405, "method_not_allowed");
    }
    assert_eq!(database::changed(&before, &server.tables().await), [""; 0]);
}

#[tokio::test]
async fn paths_that_there_are_not_get_404() {
    let server = Server::start().await;
    let admin = server.admin().await;
    for path in [
        "/api",
        "/api/",
        "/api/x",
        "/api/auth",
        "/api/auth/session/",
        "/API/auth/session",
        "/api//auth/session",
        "/oauth/x",
        "/.well-known/x",
        "/x",
        "/api/%2e%2e/x",
        "/api/auth/session%00",
        "/.git/config",
        "/%ff",
        "/docs/x",
    ] {
        let answer = admin.get(path).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        answer.problem(404, "not_found");
    }
    for path in ["/api/x", "/oauth/x", "/.well-known/x"] {
        admin.post(path, json!({})).await.problem(404, "not_found");
    }
}
