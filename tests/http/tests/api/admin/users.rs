//! `/api/admin/users`: the list, disabling and enabling.

use portcullis_http_tests::{App, Server, app::session_of};
use portcullis_types::paths;
use serde_json::json;

fn path(user: &str, act: &str) -> String {
    format!("{}/{user}/{act}", paths::ADMIN_USERS)
}

#[tokio::test]
async fn an_admin_sees_everybody_page_by_page_and_finds_them() {
    let server = Server::start().await;
    let admin = server.admin().await;
    for number in 0..7 {
        server.clock.advance_seconds(1);
        server.person(&format!("person{number}")).await;
    }
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let path = format!("{}?limit=3{after}", paths::ADMIN_USERS);
        let page = admin.get(&path).await.status(200);
        for user in page.at("/users").as_array().unwrap() {
            seen.push(user["name"].as_str().unwrap().to_owned());
        }
        match page.at("/next").as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    let newest_first = [
        "person6", "person5", "person4", "person3", "person2", "person1", "person0", "root",
    ];
    assert_eq!(seen, newest_first);
    let found = admin
        .get(&format!("{}?search=ON3@EX", paths::ADMIN_USERS))
        .await;
    assert_eq!(found.at("/users").as_array().unwrap().len(), 1);
    assert_eq!(found.at("/users/0/email"), "person3@example.com");
    assert_eq!(found.at("/users/0/sessions"), 1);
    // A wildcard of SQL is an ordinary character.
    for search in ["%25", "_", "person_", "%27%20OR%20TRUE--"] {
        let found = admin
            .get(&format!("{}?search={search}", paths::ADMIN_USERS))
            .await;
        assert_eq!(found.status(200).at("/users"), json!([]), "{search}");
    }
}

#[tokio::test]
async fn asvs_7_4_2_disabling_ends_sessions_and_tokens_at_once() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let user = ada.user_id().await;
    let (app, program) = (App::spa(), server.program());
    let tokens = app.tokens(&ada, &program).await;
    let code = app.code(&ada).await;
    session_of(&program, &tokens.access).await.status(200);
    admin
        .post(&path(&user, "disable"), json!({}))
        .await
        .status(204);
    assert!(!ada.is_signed_in().await);
    session_of(&program, &tokens.access)
        .await
        .problem(401, "not_authenticated");
    app.refresh(&program, &tokens.refresh)
        .await
        .oauth_error(400, "invalid_grant");
    app.redeem(&program, &code)
        .await
        .oauth_error(400, "invalid_grant");
    server
        .browser()
        .sign_in("ada")
        .await
        .problem(401, "invalid_credentials");
    assert!(eve.is_signed_in().await);
    let list = admin
        .get(&format!("{}?search=ada@", paths::ADMIN_USERS))
        .await;
    assert_eq!(list.at("/users/0/enabled"), false);
    assert_eq!(list.at("/users/0/sessions"), 0);

    admin
        .post(&path(&user, "enable"), json!({}))
        .await
        .status(204);
    assert!(!ada.is_signed_in().await, "what has ended stays ended");
    session_of(&program, &tokens.access).await.status(401);
    app.refresh(&program, &tokens.refresh).await.status(400);
    server.browser().sign_in("ada").await.status(200);
}

#[tokio::test]
async fn an_admin_cannot_lock_themselves_out() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let user = admin.user_id().await;
    let answer = admin.post(&path(&user, "disable"), json!({})).await;
    answer.problem(409, "not_yourself");
    assert!(admin.is_signed_in().await);
}

#[tokio::test]
async fn whom_there_is_not_cannot_be_disabled() {
    let server = Server::start().await;
    let admin = server.admin().await;
    for user in [
        "01a3185c-5000-7b48-baf6-4d2f80957b95",
        "me",
        "0",
        "%00",
        "..%2f",
    ] {
        for act in ["disable", "enable"] {
            let answer = admin.post(&path(user, act), json!({})).await;
            answer.problem(404, "not_found");
        }
    }
}

#[tokio::test]
async fn a_disabled_admin_is_none_any_more() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let ada = server.person("ada").await;
    let user = ada.user_id().await;
    let role = format!("{}/{user}/roles/admin", paths::ADMIN_USERS);
    admin.put(&role, json!({})).await.status(204);
    ada.get(paths::ADMIN_USERS).await.status(200);
    admin
        .post(&path(&user, "disable"), json!({}))
        .await
        .status(204);
    ada.get(paths::ADMIN_USERS)
        .await
        .problem(401, "not_authenticated");
}

#[tokio::test]
async fn a_page_that_cannot_be_is_refused() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let long = format!("search={}", "x".repeat(255));
    for query in [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=x",
        "limit=1&limit=2",
        "after=x",
        "after=",
        "unknown=1",
        &long,
    ] {
        let answer = admin.get(&format!("{}?{query}", paths::ADMIN_USERS)).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text());
        answer.problem(400, "invalid_request");
    }
}
