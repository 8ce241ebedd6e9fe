//! `/api/admin/clients`: OAuth clients that are managed while the server runs.

use portcullis_http_tests::{
    App, Server, all_at_once,
    app::session_of,
    clients::{client_path, confidential},
    database,
};
use portcullis_types::{
    client::{AuthMethod, Client},
    paths,
};
use reqwest::Method;
use serde_json::json;

/// A public client for [`App::new`].
fn public(id: &str) -> (Client, App) {
    let mut client = Client::new(id, "An app");
    let uri = format!("https://{id}.example/callback");
    client.redirect_uris = vec![uri.clone()];
    (client, App::new(id, &uri))
}

#[tokio::test]
async fn a_client_works_from_the_answer_on_that_registers_it_until_the_one_that_deletes_it() {
    let server = Server::start().await;
    let (admin, ada) = (server.admin().await, server.person("ada").await);
    let program = server.program();
    let (client, app) = public("shop");
    ada.get(&app.path()).await.status(400);
    let created = admin.create_client(&client).await.status(201);
    assert_eq!(created.header("location"), client_path("shop"));
    assert_eq!(created.at("/client/client/id"), "shop");
    assert_eq!(created.at("/client/source"), "database");
    assert!(created.at("/client_secret").is_null());
    let tokens = app.tokens(&ada, &program).await;
    session_of(&program, &tokens.access).await.status(200);
    let (code, pushed) = (app.code(&ada).await, app.pushed(&program).await);

    admin.delete(&client_path("shop")).await.status(204);
    session_of(&program, &tokens.access).await.status(401);
    app.refresh(&program, &tokens.refresh)
        .await
        .oauth_error(401, "invalid_client");
    app.redeem(&program, &code)
        .await
        .oauth_error(401, "invalid_client");
    ada.get(&app.path()).await.status(400);
    ada.get(&app.pushed_path(&pushed)).await.status(400);
    // Nothing comes back with a new one of that name.
    admin.create_client(&client).await.status(201);
    session_of(&program, &tokens.access).await.status(401);
    app.refresh(&program, &tokens.refresh)
        .await
        .oauth_error(400, "invalid_grant");
    app.redeem(&program, &code)
        .await
        .oauth_error(400, "invalid_grant");
    ada.get(&app.pushed_path(&pushed)).await.status(400);
    assert!(ada.is_signed_in().await);
}

#[tokio::test]
async fn a_change_counts_for_the_very_next_request() {
    let server = Server::start().await;
    let (admin, ada) = (server.admin().await, server.person("ada").await);
    let program = server.program();
    let (mut client, app) = public("shop");
    admin.create_client(&client).await.status(201);
    let tokens = app.tokens(&ada, &program).await;
    for round in 0..3 {
        client.redirect_uris = vec![format!("https://shop.example/{round}")];
        admin.update_client(&client).await.status(200);
        ada.get(&app.path()).await.status(400);
        client.redirect_uris = vec![app.redirect_uri.clone()];
        admin.update_client(&client).await.status(200);
        app.code(&ada).await;
    }
    // What it may not have any more, it does not get again.
    client.scopes = vec!["openid".to_owned()];
    client.access_token_seconds = Some(30);
    admin.update_client(&client).await.status(200);
    let answer = app.refresh(&program, &tokens.refresh).await.status(200);
    assert_eq!(answer.at("/scope"), "openid");
    assert_eq!(answer.at("/expires_in"), 30);
    client.grant_types.pop();
    admin.update_client(&client).await.status(200);
    app.refresh(&program, &answer.text_at("/refresh_token"))
        .await
        .oauth_error(400, "unauthorized_client");
}

#[tokio::test]
async fn pages_of_a_new_client_read_answers_across_origins() {
    let server = Server::start().await;
    let (admin, program) = (server.admin().await, server.program());
    let (client, _) = public("shop");
    let allowed = async || {
        let call = program.call(Method::GET, paths::OPENID_METADATA);
        let answer = call.header("origin", "https://shop.example").send().await;
        answer.header("access-control-allow-origin").to_owned()
    };
    assert_eq!(allowed().await, "");
    admin.create_client(&client).await.status(201);
    assert_eq!(allowed().await, "https://shop.example");
    admin.delete(&client_path("shop")).await.status(204);
    assert_eq!(allowed().await, "");
}

#[tokio::test]
async fn a_secret_is_shown_once_and_kept_as_a_hash() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let secret = admin.secret_of_new(&confidential("shop")).await;
    assert!(secret.starts_with("pc_cs_") && secret.len() == 49);
    let mut other = confidential("other-shop");
    other.token_endpoint_auth_method = AuthMethod::ClientSecretJwt;
    let sealed = admin.secret_of_new(&other).await;
    let rotated = admin.rotate_secret("shop", 60).await.status(200);
    let second = rotated.text_at("/client_secret");
    assert_eq!(rotated.at("/client/secrets/0/expires_at"), json!(null));
    assert_eq!(
        rotated.at("/client/secrets/1/expires_at"),
        1_800_000_060_000_i64
    );
    server.clock.advance_seconds(60);
    let shown = admin.get(&client_path("shop")).await.status(200);
    assert_eq!(shown.at("/secrets").as_array().unwrap().len(), 1);
    let tables = format!("{:?}", server.tables().await);
    let listed = admin.get(paths::ADMIN_CLIENTS).await.text();
    for secret in [&secret, &sealed, &second] {
        let body = &secret["pc_cs_".len()..];
        assert!(!tables.contains(body), "it is in the database");
        assert!(!shown.text().contains(body) && !listed.contains(body));
    }
}

#[tokio::test]
async fn another_method_takes_another_secret() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let mut client = confidential("shop");
    admin.secret_of_new(&client).await;
    for (method, new) in [
        (AuthMethod::ClientSecretPost, false),
        (AuthMethod::ClientSecretJwt, true),
        (AuthMethod::ClientSecretBasic, true),
        (AuthMethod::None, false),
        (AuthMethod::ClientSecretBasic, true),
    ] {
        client.token_endpoint_auth_method = method;
        let changed = admin.update_client(&client).await.status(200);
        assert_eq!(changed.at("/client_secret").is_string(), new, "{method:?}");
    }
    client.token_endpoint_auth_method = AuthMethod::None;
    admin.update_client(&client).await.status(200);
    admin
        .rotate_secret("shop", 60)
        .await
        .problem(409, "conflict");
    admin
        .rotate_secret("shop", u32::MAX)
        .await
        .problem(400, "invalid_request");
}

#[tokio::test]
async fn clients_of_the_file_are_seen_and_cannot_be_changed() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let before = server.tables().await;
    let shown = admin.get(&client_path("spa")).await.status(200);
    assert_eq!(shown.at("/source"), "file");
    assert_eq!(shown.at("/created_at"), json!(null));
    let (client, _) = public("spa");
    admin.create_client(&client).await.problem(409, "conflict");
    admin.update_client(&client).await.problem(409, "conflict");
    admin
        .rotate_secret("spa", 60)
        .await
        .problem(409, "conflict");
    admin
        .delete(&client_path("spa"))
        .await
        .problem(409, "conflict");
    assert_eq!(database::changed(&before, &server.tables().await), [""; 0]);
}

#[tokio::test]
async fn a_list_comes_in_pages_of_both_kinds_by_id() {
    let server = Server::start().await;
    let admin = server.admin().await;
    for id in ["zoo", "Shop", "other2", "a"] {
        admin.create_client(&public(id).0).await.status(201);
    }
    let mut all = Vec::new();
    let mut query = "limit=2".to_owned();
    loop {
        let path = format!("{}?{query}", paths::ADMIN_CLIENTS);
        let page = admin.get(&path).await.status(200);
        for view in page.at("/clients").as_array().unwrap() {
            all.push(view["client"]["id"].as_str().unwrap().to_owned());
        }
        match page.at("/next").as_str() {
            Some(next) => query = format!("limit=2&after={next}"),
            None => break,
        }
    }
    assert_eq!(
        all,
        ["Shop", "a", "native", "other", "other2", "spa", "zoo"]
    );
    for bad in [
        "limit=0",
        "limit=101",
        "after=%00",
        "after=a%20b",
        "search=%00",
        "x=1",
    ] {
        let path = format!("{}?{bad}", paths::ADMIN_CLIENTS);
        admin.get(&path).await.problem(400, "invalid_request");
    }
}

#[tokio::test]
async fn a_list_is_searched_by_id_and_name_of_both_kinds() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (mut client, _) = public("shop");
    "Größe & Co".clone_into(&mut client.name);
    admin.create_client(&client).await.status(201);
    for (search, found) in [
        ("", &["native", "other", "shop", "spa"][..]),
        ("%20OTHER%20", &["other"]),
        ("SHO", &["shop"]),
        ("co%26", &[]),
        ("%26%20co", &["shop"]),
        ("Gr%C3%B6%C3%9Fe", &["shop"]),
        ("%25", &[]),
        ("%27%20OR%201=1--", &[]),
    ] {
        let path = format!("{}?search={search}", paths::ADMIN_CLIENTS);
        let page = admin.get(&path).await.status(200);
        let all = page.at("/clients").as_array().unwrap().clone();
        let ids: Vec<_> = all.iter().map(|it| it["client"]["id"].clone()).collect();
        assert_eq!(ids, found, "{search}");
    }
}

#[tokio::test]
async fn a_registration_that_makes_no_sense_says_which_field_and_changes_nothing() {
    let server = Server::start().await;
    let admin = server.admin().await;
    admin.create_client(&confidential("shop")).await.status(201);
    let before = server.tables().await;
    for (change, field) in [
        (json!({ "name": "" }), "name"),
        (json!({ "id": "a/b" }), "id"),
        (json!({ "id": "ä" }), "id"),
        (
            json!({ "id": "01a3185c-5000-7b48-baf6-4d2f80957b95" }),
            "id",
        ),
        (json!({ "redirect_uris": [] }), "redirect_uris"),
        (
            json!({ "redirect_uris": ["javascript:alert(1)"] }),
            "redirect_uris",
        ),
        (
            json!({ "redirect_uris": ["http://shop.example/"] }),
            "redirect_uris",
        ),
        (
            json!({ "post_logout_redirect_uris": ["https://*.example/"] }),
            "post_logout_redirect_uris",
        ),
        (json!({ "grant_types": ["refresh_token"] }), "grant_types"),
        (json!({ "scopes": ["a b"] }), "scopes"),
        (json!({ "jwks": { "keys": [] } }), "jwks"),
        (
            json!({ "token_endpoint_auth_method": "private_key_jwt" }),
            "jwks",
        ),
        (
            json!({ "token_endpoint_auth_method": "private_key_jwt",
                    "jwks_uri": "http://169.254.169.254/latest" }),
            "jwks_uri",
        ),
        (json!({ "logo_uri": "data:,x" }), "logo_uri"),
        (json!({ "access_token_seconds": 0 }), "access_token_seconds"),
    ] {
        let mut body = json!(confidential("new"));
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        let answer = admin.post(paths::ADMIN_CLIENTS, body.clone()).await;
        let answer = answer.problem(400, "invalid_request");
        assert_eq!(answer.at("/field"), field, "{change}");
        body["id"] = json!("shop");
        if field != "id" {
            let answer = admin.put(&client_path("shop"), body).await;
            let answer = answer.problem(400, "invalid_request");
            assert_eq!(answer.at("/field"), field, "{change}");
        }
    }
    // What is not offered is refused by its name.
    for (name, value) in [
        ("consent", "always"),
        ("id_token_signed_response_alg", "none"),
        ("subject_type", "both"),
        ("token_endpoint_auth_method", "tls_client_auth"),
    ] {
        let mut body = json!(confidential("new"));
        body[name] = json!(value);
        let answer = admin.post(paths::ADMIN_CLIENTS, body).await;
        answer.problem(400, "invalid_request");
    }
    let renamed = json!({ "id": "new", "name": "x", "redirect_uris": ["https://x.example/"] });
    let answer = admin.put(&client_path("shop"), renamed).await;
    assert_eq!(answer.problem(400, "invalid_request").at("/field"), "id");
    assert_eq!(database::changed(&before, &server.tables().await), [""; 0]);
}

#[tokio::test]
async fn asvs_8_2_1_users_permissions_are_not_clients_permissions() {
    let server = Server::start_with(|config| {
        for (name, permissions) in [
            ("people", ["users:read", "users:manage"]),
            ("reader", ["clients:read", "x:y"]),
        ] {
            config.roles.push(portcullis_server::Role {
                name: name.to_owned(),
                description: String::new(),
                permissions: permissions.map(str::to_owned).to_vec(),
            });
        }
    })
    .await;
    let admin = server.admin().await;
    let (people, reader) = (server.person("people").await, server.person("reader").await);
    for (browser, role) in [(&people, "people"), (&reader, "reader")] {
        let user = browser.user_id().await;
        let path = format!("{}/{user}/roles/{role}", paths::ADMIN_USERS);
        admin.put(&path, json!({})).await.status(204);
    }
    let client = confidential("shop");
    people
        .get(paths::ADMIN_CLIENTS)
        .await
        .problem(403, "forbidden");
    people
        .create_client(&client)
        .await
        .problem(403, "forbidden");
    reader.get(paths::ADMIN_CLIENTS).await.status(200);
    reader
        .create_client(&client)
        .await
        .problem(403, "forbidden");
    reader
        .get(paths::ADMIN_USERS)
        .await
        .problem(403, "forbidden");
    // ASVS 7.5.3: not long after signing in.
    server.clock.advance_seconds(16 * 60);
    admin
        .create_client(&client)
        .await
        .problem(403, "step_up_required");
    admin.get(paths::ADMIN_CLIENTS).await.status(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_who_register_an_id_one_gets_a_secret() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let answers = all_at_once((0..50).map(|_| {
        let admin = admin.clone();
        async move { admin.create_client(&confidential("shop")).await }
    }))
    .await;
    let created = answers.iter().filter(|answer| answer.status == 201);
    assert_eq!(created.count(), 1);
    let refused = answers.into_iter().filter(|answer| answer.status != 201);
    for answer in refused {
        answer.problem(409, "conflict");
    }
    assert_eq!(server.audited("client.created").await, 1);
}

/// Twenty sign-ins go on while their client is deleted. Once the answer is there, nothing that it
/// was given is good.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_given_to_a_client_while_it_is_deleted_that_outlives_it() {
    let server = Server::start().await;
    let (admin, ada) = (server.admin().await, server.person("ada").await);
    let (client, app) = public("shop");
    for _ in 0..5 {
        admin.create_client(&client).await.status(201);
        let mut codes = Vec::new();
        for _ in 0..20 {
            codes.push(app.code(&ada).await);
        }
        let redeemed = all_at_once(codes.into_iter().map(|code| {
            let (app, program) = (app.clone(), server.program());
            async move { app.redeem(&program, &code).await }
        }));
        let (answers, deleted) = tokio::join!(redeemed, async {
            tokio::time::sleep(std::time::Duration::from_millis(3)).await;
            admin.delete(&client_path("shop")).await
        });
        deleted.status(204);
        let program = server.program();
        for answer in answers.iter().filter(|answer| answer.status == 200) {
            let access = answer.text_at("/access_token");
            session_of(&program, &access).await.status(401);
        }
        // Nor with another of its name, which may be somebody else's.
        admin.create_client(&client).await.status(201);
        for answer in answers.iter().filter(|answer| answer.status == 200) {
            let access = answer.text_at("/access_token");
            session_of(&program, &access).await.status(401);
            app.refresh(&program, &answer.text_at("/refresh_token"))
                .await
                .oauth_error(400, "invalid_grant");
        }
        admin.delete(&client_path("shop")).await.status(204);
    }
}

#[tokio::test]
async fn a_server_whose_file_names_a_client_of_the_database_does_not_start() {
    let server = Server::start().await;
    server.register(&confidential("shop")).await;
    let file = [confidential("shop")];
    let started = portcullis_server::Portcullis::builder(portcullis_server::Config {
        clients: file.to_vec(),
        ..portcullis_server::Config::default()
    })
    .store(std::sync::Arc::new(server.database.clone()))
    .master_key(portcullis_server::MasterKey::new([7; 32]))
    .build()
    .await;
    let why = started.err().unwrap().to_string();
    assert!(why.contains("client delete shop"), "{why}");
}
