//! `/api/admin/groups`: what groups give, to whom, and who may decide that.

use portcullis_http_tests::{App, Browser, Server, all_at_once, jwt};
use portcullis_server::Role;
use portcullis_types::paths;
use serde_json::{Value, json};

fn group(name: &str) -> String {
    format!("{}/{name}", paths::ADMIN_GROUPS)
}

fn member(name: &str, user: &str) -> String {
    format!("{}/members/{user}", group(name))
}

fn role(name: &str, role: &str) -> String {
    format!("{}/roles/{role}", group(name))
}

async fn make(admin: &Browser, name: &str, parent: Option<&str>) {
    let body = json!({ "name": name, "parent": parent });
    admin.post(paths::ADMIN_GROUPS, body).await.status(201);
}

async fn roles_of(browser: &Browser) -> Value {
    browser.session().await["roles"].clone()
}

#[tokio::test]
async fn groups_are_made_shown_described_moved_and_deleted() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let body = json!({ "name": "company", "description": "Everybody" });
    let made = admin.post(paths::ADMIN_GROUPS, body).await.status(201);
    assert_eq!(made.header("location"), group("company"));
    assert_eq!(made.at("/description"), "Everybody");
    make(&admin, "sales", None).await;
    let body = json!({ "description": "They sell", "parent": "company" });
    let moved = admin.put(&group("sales"), body).await.status(200);
    assert_eq!(moved.at("/parent"), "company");
    let list = admin.get(paths::ADMIN_GROUPS).await.status(200);
    assert_eq!(list.at("/groups/0/name"), "company");
    assert_eq!(list.at("/groups/1/description"), "They sell");
    admin
        .delete(&group("company"))
        .await
        .problem(409, "conflict");
    admin.delete(&group("sales")).await.status(204);
    admin.delete(&group("company")).await.status(204);
    admin.get(&group("company")).await.problem(404, "not_found");
}

#[tokio::test]
async fn asvs_8_3_2_what_a_group_gives_counts_from_the_very_next_request() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let ada = server.person("ada").await;
    let user = ada.user_id().await;
    make(&admin, "company", None).await;
    make(&admin, "sales", Some("company")).await;
    admin
        .put(&member("sales", &user), json!({}))
        .await
        .status(204);
    let mine = roles_of(&ada).await;
    for _ in 0..3 {
        let moderator = role("company", "moderator");
        admin.put(&moderator, json!({})).await.status(204);
        assert_eq!(roles_of(&ada).await, json!(["moderator", "user"]));
        ada.get(paths::NOTES).await.status(200);
        admin.delete(&moderator).await.status(204);
        assert_eq!(roles_of(&ada).await, mine);
    }
    admin
        .put(&role("sales", "moderator"), json!({}))
        .await
        .status(204);
    assert_eq!(roles_of(&ada).await, json!(["moderator", "user"]));
    admin.delete(&member("sales", &user)).await.status(204);
    assert_eq!(roles_of(&ada).await, mine);
    let page = admin.get(&format!("{}/members", group("sales"))).await;
    assert_eq!(page.status(200).at("/members"), json!([]));
}

#[tokio::test]
async fn the_claim_groups_names_ones_groups_and_those_above_them() {
    let server = Server::start_with(|config| {
        config.clients[0].scopes.push("groups".to_owned());
    })
    .await;
    let admin = server.admin().await;
    let ada = server.person("ada").await;
    make(&admin, "company", None).await;
    make(&admin, "sales", Some("company")).await;
    make(&admin, "other", None).await;
    let path = member("sales", &ada.user_id().await);
    admin.put(&path, json!({})).await.status(204);
    let mut app = App::spa();
    for (scope, expected) in [
        ("openid groups", json!(["company", "sales"])),
        ("openid profile", Value::Null),
    ] {
        scope.clone_into(&mut app.scope);
        let code = app.code(&ada).await;
        let answer = app.redeem(&server.program(), &code).await.status(200);
        let claims = jwt::claims(&answer.text_at("/id_token"));
        assert_eq!(claims["groups"], expected, "{scope}");
    }
}

#[tokio::test]
async fn nobody_hands_on_by_a_group_what_they_do_not_have() {
    let server = Server::start_with(|config| {
        config.roles.push(Role {
            name: "helpdesk".to_owned(),
            description: "Helps people".to_owned(),
            permissions: vec!["users:read".to_owned(), "users:manage".to_owned()],
        });
    })
    .await;
    let admin = server.admin().await;
    let helper = server.person("helper").await;
    let user = helper.user_id().await;
    let path = format!("{}/{user}/roles/helpdesk", paths::ADMIN_USERS);
    admin.put(&path, json!({})).await.status(204);
    make(&admin, "owners", None).await;
    make(&admin, "below", Some("owners")).await;
    make(&admin, "mine", None).await;
    admin
        .put(&role("owners", "admin"), json!({}))
        .await
        .status(204);
    let before = admin.get(paths::ADMIN_GROUPS).await.text();
    for (method, path, body) in [
        ("put", member("owners", &user), json!({})),
        ("put", member("below", &user), json!({})),
        ("put", role("mine", "admin"), json!({})),
        ("put", group("mine"), json!({ "parent": "owners" })),
        ("put", group("mine"), json!({ "parent": "below" })),
        ("put", group("below"), json!({})),
        (
            "post",
            paths::ADMIN_GROUPS.to_owned(),
            json!({ "name": "new", "parent": "below" }),
        ),
        ("delete", group("owners"), json!({})),
        ("delete", group("below"), json!({})),
        ("delete", role("owners", "admin"), json!({})),
        ("delete", member("owners", &user), json!({})),
    ] {
        let answer = match method {
            "put" => helper.put(&path, body).await,
            "post" => helper.post(&path, body).await,
            _ => helper.delete(&path).await,
        };
        answer.problem(403, "forbidden");
    }
    assert_eq!(admin.get(paths::ADMIN_GROUPS).await.text(), before);
    assert_eq!(roles_of(&helper).await, json!(["helpdesk", "user"]));
    // What they do have, they may hand on.
    helper
        .put(&role("mine", "helpdesk"), json!({}))
        .await
        .status(204);
}

#[tokio::test]
async fn what_is_no_group_is_refused_and_changes_nothing() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let user = server.person("ada").await.user_id().await;
    make(&admin, "sales", None).await;
    let before = admin.get(paths::ADMIN_GROUPS).await.text();
    for name in ["", "Sales", "a b", "a/b", "ä", &"a".repeat(65)] {
        let answer = admin
            .post(paths::ADMIN_GROUPS, json!({ "name": name }))
            .await;
        answer.problem(400, "invalid_request");
    }
    for description in ["a\nb", &"a".repeat(257)] {
        let body = json!({ "name": "new", "description": description });
        let answer = admin.post(paths::ADMIN_GROUPS, body).await;
        answer.problem(400, "invalid_request");
    }
    let again = admin.post(paths::ADMIN_GROUPS, json!({ "name": "sales" }));
    again.await.problem(409, "conflict");
    let orphan = json!({ "name": "new", "parent": "none" });
    let orphan = admin.post(paths::ADMIN_GROUPS, orphan).await;
    orphan.problem(400, "invalid_request");
    let sales = group("sales");
    let itself = admin.put(&sales, json!({ "parent": "sales" }));
    itself.await.problem(409, "conflict");
    let nobody = "00000000-0000-7000-8000-000000000000";
    for path in [
        member("sales", nobody),
        member("none", &user),
        member("%00", &user),
        role("sales", "none"),
        role("sales", "%00"),
    ] {
        admin.put(&path, json!({})).await.problem(404, "not_found");
    }
    for limit in [0, 101] {
        let path = format!("{}/members?limit={limit}", group("sales"));
        admin.get(&path).await.problem(400, "invalid_request");
    }
    assert_eq!(admin.get(paths::ADMIN_GROUPS).await.text(), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_admins_add_the_same_person_and_it_is_written_down_once() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let user = server.person("ada").await.user_id().await;
    make(&admin, "sales", None).await;
    let path = member("sales", &user);
    let answers = all_at_once((0..50).map(|_| {
        let (admin, path) = (admin.clone(), path.clone());
        async move { admin.put(&path, json!({})).await }
    }))
    .await;
    assert!(answers.iter().all(|answer| answer.status == 204));
    assert_eq!(server.audited("group.member_added").await, 1);
}
