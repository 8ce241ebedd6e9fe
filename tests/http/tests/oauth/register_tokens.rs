//! What applications register themselves with, as an admin sees it and takes it back.

use portcullis_http_tests::{
    Answer, Browser, Server, all_at_once, clients::initial_token, database,
};
use portcullis_types::paths;
use reqwest::Method;
use serde_json::{Value, json};

async fn make(admin: &Browser, uses: u32) -> Answer {
    let body = json!({ "uses": uses, "seconds": 60 });
    let made = admin.post(paths::ADMIN_REGISTRATION_TOKENS, body).await;
    made.status(201)
}

fn path(id: &str) -> String {
    format!("{}/{id}", paths::ADMIN_REGISTRATION_TOKENS)
}

async fn register(program: &Browser, token: &str) -> Answer {
    let body = json!({
        "redirect_uris": ["https://shop.example/callback"], "token_endpoint_auth_method": "none",
    });
    let call = program.call(Method::POST, paths::OAUTH_REGISTER);
    call.json(&body).bearer(token).send().await
}

#[tokio::test]
async fn an_admin_sees_whose_tokens_are_out_and_how_they_are_used_but_never_a_token() {
    let server = Server::start().await;
    let (admin, program) = (server.admin().await, server.program());
    let list = admin.get(paths::ADMIN_REGISTRATION_TOKENS).await;
    assert_eq!(list.status(200).at("/tokens"), json!([]));
    let made = make(&admin, 2).await;
    let (id, token) = (made.text_at("/id"), made.text_at("/token"));
    server.clock.advance_seconds(5);
    register(&program, &token).await.status(201);
    let list = admin
        .get(paths::ADMIN_REGISTRATION_TOKENS)
        .await
        .status(200);
    assert!(!list.text().contains(&token));
    let seen = list.at("/tokens/0");
    assert_eq!(seen["id"], id);
    assert_eq!((&seen["uses"], &seen["uses_left"]), (&json!(2), &json!(1)));
    assert_eq!(seen["made_by"], json!(admin.user_id().await));
    let millis = |name: &str| seen[name].as_i64().unwrap();
    assert_eq!(millis("last_used_at") - millis("created_at"), 5000);
    assert_eq!(millis("expires_at") - millis("created_at"), 60_000);
    let prefix = seen["prefix"].as_str().unwrap();
    assert!(
        token.starts_with(prefix) && token.len() - prefix.len() > 38,
        "{prefix}"
    );
    // Who it let in can be told from the audit log.
    let rows = server.audit().await;
    let created = rows.iter().find(|row| row.kind == "client.created");
    assert_eq!(created.unwrap().detail["registration_token"], id);
    server.clock.advance_seconds(55);
    let list = admin
        .get(paths::ADMIN_REGISTRATION_TOKENS)
        .await
        .status(200);
    assert_eq!(list.at("/tokens"), json!([]));
}

#[tokio::test]
async fn the_list_comes_in_pages_without_a_gap() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(make(&admin, 1).await.text_at("/id"));
        server.clock.advance_seconds(1);
    }
    made.reverse();
    let mut seen: Vec<String> = Vec::new();
    let mut at = format!("{}?limit=2", paths::ADMIN_REGISTRATION_TOKENS);
    loop {
        let page = admin.get(&at).await.status(200);
        let tokens = page.at("/tokens");
        let ids = tokens.as_array().unwrap().iter();
        seen.extend(ids.map(|it| it["id"].as_str().unwrap().to_owned()));
        let Value::String(next) = page.at("/next") else {
            break;
        };
        at = format!("{}?limit=2&after={next}", paths::ADMIN_REGISTRATION_TOKENS);
    }
    assert_eq!(seen, made);
    for query in ["limit=0", "limit=101", "after=x", "limit=x", "other=1"] {
        let at = format!("{}?{query}", paths::ADMIN_REGISTRATION_TOKENS);
        admin.get(&at).await.problem(400, "invalid_request");
    }
}

#[tokio::test]
async fn taking_one_back_is_an_admins_and_leaves_the_others_and_what_has_registered() {
    let server = Server::start().await;
    let (admin, ada) = (server.admin().await, server.person("ada").await);
    let program = server.program();
    let (gone, stays) = (make(&admin, 5).await, initial_token(&admin, 1).await);
    let (id, token) = (gone.text_at("/id"), gone.text_at("/token"));
    let own = register(&program, &token).await.status(201);
    let before = server.tables().await;
    ada.delete(&path(&id)).await.problem(403, "forbidden");
    let unknown = "00000000-0000-0000-0000-000000000000";
    for no_id in [unknown, &*token, "x", "%00"] {
        admin.delete(&path(no_id)).await.status(404);
    }
    let after = server.tables().await;
    let changed = database::changed(&before, &after);
    assert!(
        !changed
            .iter()
            .any(|line| line.contains("initial_access_tokens"))
    );
    admin.delete(&path(&id)).await.status(204);
    register(&program, &token)
        .await
        .oauth_error(401, "invalid_token");
    admin.delete(&path(&id)).await.problem(404, "not_found");
    assert_eq!(server.audited("client.registration_token_revoked").await, 1);
    register(&program, &stays).await.status(201);
    let managed = format!("{}/{}", paths::OAUTH_REGISTER, own.text_at("/client_id"));
    let call = program.call(Method::GET, &managed);
    let call = call.bearer(&own.text_at("/registration_access_token"));
    call.send().await.status(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn once_it_is_taken_back_none_of_fifty_who_are_at_it_gets_in() {
    none_of_fifty(Server::start().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn once_it_is_taken_back_none_of_fifty_gets_in_on_postgresql() {
    none_of_fifty(Server::start_on_postgres().await).await;
}

/// What is registered when the answer is there stays all that is registered.
async fn none_of_fifty(server: Server) {
    let admin = server.admin().await;
    let made = make(&admin, 1000).await;
    let (id, token) = (made.text_at("/id"), made.text_at("/token"));
    let calls = (0..50).map(|_| {
        let (program, token) = (server.program(), token.clone());
        async move { register(&program, &token).await.status }
    });
    let racing = tokio::spawn(all_at_once(calls.collect::<Vec<_>>()));
    // Some are in, others on their way.
    while server.audited("client.created").await == 0 {
        tokio::task::yield_now().await;
    }
    admin.delete(&path(&id)).await.status(204);
    let then = server.audited("client.created").await;
    let answers = racing.await.unwrap();
    let registered = answers.iter().filter(|status| **status == 201).count();
    assert_eq!(registered, then);
    assert!(answers.iter().all(|status| [201, 401].contains(status)));
    assert_eq!(server.audited("client.created").await, then);
    let late = register(&server.program(), &token).await;
    late.oauth_error(401, "invalid_token");
}
