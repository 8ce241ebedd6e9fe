//! The library form: the example `mount`, as it is in the repository, on a socket.

#[path = "../../../server/examples/mount.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "it is a program of its own, whose `main` is not called here"
)]
mod mount;

use axum::{Router, routing::post};
use portcullis_http_tests::{PASSWORD, Server};
use portcullis_server::Actor;
use portcullis_types::paths;
use reqwest::Method;
use serde_json::json;

async fn shop() -> Server {
    let change = |config: &mut portcullis_server::Config| {
        let shop = mount::config();
        config.demo = false;
        config.roles = shop.roles;
        config.default_roles = shop.default_roles;
    };
    Server::start_app(change, |portcullis| mount::app(portcullis).unwrap()).await
}

#[tokio::test]
async fn the_hosts_own_handlers_know_who_acts() {
    let server = shop().await;
    let ada = server.browser();
    assert_eq!(
        ada.get("/hello").await.status(200).text(),
        "Hello, stranger"
    );
    ada.register("ada").await.status(200);
    assert_eq!(ada.get("/hello").await.status(200).text(), "Hello, ada");
    ada.sign_out().await.status(204);
    assert_eq!(
        ada.get("/hello").await.status(200).text(),
        "Hello, stranger"
    );
    assert_eq!(ada.get("/about").await.status(200).text(), "A small shop.");
}

#[tokio::test]
async fn the_hosts_permissions_hold_and_change_at_once() {
    let server = shop().await;
    let admin = server.admin().await;
    let stranger = server.browser();
    stranger
        .get("/orders")
        .await
        .problem(401, "not_authenticated");
    stranger
        .get("/reports/sales")
        .await
        .problem(401, "not_authenticated");
    let ada = server.person("ada").await;
    assert_eq!(ada.get("/orders").await.status(200).at("/of"), "yourself");
    ada.get("/reports/sales").await.problem(403, "forbidden");
    let role = format!("{}/{}/roles/clerk", paths::ADMIN_USERS, ada.user_id().await);
    admin.put(&role, json!({})).await.status(204);
    assert_eq!(ada.get("/orders").await.at("/of"), "everybody");
    assert_eq!(
        ada.get("/reports/sales").await.status(200).text(),
        "Sales are good."
    );
    admin.delete(&role).await.status(204);
    ada.get("/reports/sales").await.problem(403, "forbidden");
    let answer = admin.get("/reports/sales").await;
    assert_eq!(answer.status(200).text(), "Sales are good.");
}

#[tokio::test]
async fn the_hosts_handlers_are_guarded_from_forged_requests() {
    let server = shop().await;
    let ada = server.person("ada").await;
    let placed = ada.post("/orders", json!({})).await.status(200);
    assert_eq!(placed.at("/placed_by"), ada.user_id().await);
    let forged = ada.call(Method::POST, "/orders").without("x-portcullis");
    forged.send().await.problem(403, "csrf_rejected");
    let forged = ada
        .call(Method::POST, "/orders")
        .header("origin", "https://evil.example");
    forged.send().await.problem(403, "csrf_rejected");
}

/// Only our own OAuth endpoints are for other sites; what a host calls so is guarded like the rest.
#[tokio::test]
async fn the_hosts_own_oauth_paths_are_guarded_too() {
    async fn pay(actor: Actor) -> String {
        actor.principal().account.name.clone()
    }
    let server = Server::start_app(
        |_| {},
        |portcullis| {
            let mine = || Router::new().route("/oauth/pay", post(pay));
            let nested = Router::new().route("/oauth/token", post(pay));
            let mine = mine().nest("/shop", mine().merge(nested));
            portcullis.layer(mine).merge(portcullis.router())
        },
    )
    .await;
    let ada = server.person("ada").await;
    for path in ["/oauth/pay", "/shop/oauth/pay", "/shop/oauth/token"] {
        assert_eq!(ada.post(path, json!({})).await.status(200).text(), "ada");
        let call = || ada.call(Method::POST, path);
        for forged in [
            call().without("x-portcullis").without("origin"),
            call().without("x-portcullis"),
            call().header("origin", "https://evil.example"),
            call().header("sec-fetch-site", "cross-site"),
        ] {
            forged.send().await.problem(403, "csrf_rejected");
        }
    }
    // Ours are still for everybody.
    let call = ada.call(Method::POST, paths::OAUTH_TOKEN);
    let call = call.header("origin", "https://app.example");
    let answer = call.without("x-portcullis").form(&[]).send().await;
    answer.oauth_error(400, "invalid_request");
}

#[tokio::test]
async fn everything_portcullis_brings_is_there() {
    let server = shop().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    server.browser().sign_in_with(&mut key).await.status(200);
    server
        .browser()
        .sign_in_as("ada", PASSWORD)
        .await
        .status(200);
    ada.get("/openapi.json").await.status(200);
    ada.get("/healthz").await.status(200);
    ada.get(paths::NOTES).await.problem(404, "not_found");
}
