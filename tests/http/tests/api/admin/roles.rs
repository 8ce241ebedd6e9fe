//! `/api/admin/roles`, and giving roles to users.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use portcullis_http_tests::{Answer, App, Browser, Server, all_at_once};
use portcullis_server::Role;
use portcullis_types::paths;
use reqwest::Method;
use serde_json::{Value, json};

fn role(user: &str, role: &str) -> String {
    format!("{}/{user}/roles/{role}", paths::ADMIN_USERS)
}

async fn may_read_all(browser: &Browser) -> bool {
    let session = browser.session().await;
    let permissions = session["permissions"].as_array().unwrap().clone();
    permissions.contains(&Value::from("notes:read"))
}

#[tokio::test]
async fn an_admin_sees_the_roles() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let roles = admin.get(paths::ADMIN_ROLES).await.status(200).at("/roles");
    let names: Vec<&str> = roles
        .as_array()
        .unwrap()
        .iter()
        .map(|role| role["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["admin", "moderator", "user"]);
    assert_eq!(roles[0]["permissions"], json!(["*"]));
    assert_eq!(roles[2]["permissions"], json!(["notes:write"]));
}

#[tokio::test]
async fn asvs_8_3_2_a_role_counts_from_the_very_next_request_and_as_long_as_one_has_it() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let id = eve.write_note("Eve's").await;
    let note = format!("{}/{id}", paths::NOTES);
    let user = ada.user_id().await;
    let program = server.program();
    let token = App::spa().tokens(&ada, &program).await.access;
    let by_token = || program.call(Method::DELETE, &note).bearer(&token).send();
    for _ in 0..3 {
        ada.delete(&note).await.problem(404, "not_found");
        by_token().await.problem(404, "not_found");
        admin
            .put(&role(&user, "moderator"), json!({}))
            .await
            .status(204);
        assert!(may_read_all(&ada).await);
        let notes = program.call(Method::GET, paths::NOTES).bearer(&token);
        assert_eq!(notes.send().await.at("/notes").as_array().unwrap().len(), 1);
        admin.delete(&role(&user, "moderator")).await.status(204);
        assert!(!may_read_all(&ada).await);
    }
    admin
        .put(&role(&user, "moderator"), json!({}))
        .await
        .status(204);
    by_token().await.status(204);
}

/// Twenty workers read everybody's notes without a pause. Once the answer that took the role away
/// is there, no request that starts afterwards may still see them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asvs_8_3_2_after_a_role_is_taken_away_no_request_is_allowed_any_more() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    eve.write_note("Eve's").await;
    let moderator = role(&ada.user_id().await, "moderator");
    for _ in 0..5 {
        admin.put(&moderator, json!({})).await.status(204);
        let taken = Arc::new(AtomicBool::new(false));
        let asked = Arc::new(AtomicU32::new(0));
        let workers: Vec<_> = (0..20)
            .map(|_| {
                let (browser, taken) = (ada.clone(), Arc::clone(&taken));
                let asked = Arc::clone(&asked);
                tokio::spawn(async move {
                    loop {
                        let late = taken.load(Ordering::SeqCst);
                        let notes = browser.get(paths::NOTES).await.status(200).at("/notes");
                        asked.fetch_add(1, Ordering::SeqCst);
                        if late {
                            assert_eq!(notes, json!([]));
                            return;
                        }
                    }
                })
            })
            .collect();
        while asked.load(Ordering::SeqCst) < 60 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        admin.delete(&moderator).await.status(204);
        taken.store(true, Ordering::SeqCst);
        for worker in workers {
            worker.await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_role_that_one_has_already_changes_nothing() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let ada = server.person("ada").await;
    let user = ada.user_id().await;
    let version = ada.session().await["version"].clone();
    admin.put(&role(&user, "user"), json!({})).await.status(204);
    admin.delete(&role(&user, "moderator")).await.status(204);
    assert_eq!(ada.session().await["version"], version);
    admin
        .put(&role(&user, "moderator"), json!({}))
        .await
        .status(204);
    assert!(ada.session().await["version"].as_i64() > version.as_i64());
    assert_eq!(server.audited("role.assigned").await, 1);
    assert_eq!(server.audited("role.unassigned").await, 0);
}

#[tokio::test]
async fn what_is_not_there_cannot_be_given() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let ada = server.person("ada").await;
    let user = ada.user_id().await;
    let nobody = "01a3185c-5000-7b48-baf6-4d2f80957b95";
    for (user, name) in [
        (user.as_str(), "emperor"),
        (user.as_str(), "Moderator"),
        (user.as_str(), "%20moderator"),
        (user.as_str(), "moderator%00"),
        (user.as_str(), "%ff"),
        (nobody, "moderator"),
        ("me", "moderator"),
        ("%ff", "moderator"),
    ] {
        let path = role(user, name);
        let put = admin.put(&path, json!({})).await;
        assert_eq!(put.status, 404, "{path}: {}", put.text());
        put.problem(404, "not_found");
        admin.delete(&path).await.problem(404, "not_found");
    }
    assert_eq!(server.audited("role.assigned").await, 0);
}

#[tokio::test]
async fn an_admin_cannot_take_the_role_from_themselves_but_another_admin_can() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let ada = server.person("ada").await;
    let (root, user) = (admin.user_id().await, ada.user_id().await);
    admin
        .delete(&role(&root, "admin"))
        .await
        .problem(409, "not_yourself");
    admin.put(&role(&root, "user"), json!({})).await.status(204);
    admin.delete(&role(&root, "user")).await.status(204);
    admin
        .put(&role(&user, "admin"), json!({}))
        .await
        .status(204);
    ada.delete(&role(&root, "admin")).await.status(204);
    admin
        .get(paths::ADMIN_USERS)
        .await
        .problem(403, "forbidden");
    admin
        .put(&role(&root, "admin"), json!({}))
        .await
        .problem(403, "forbidden");
}

#[tokio::test]
async fn asvs_8_2_1_a_moderator_is_no_admin() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let ada = server.person("ada").await;
    let user = ada.user_id().await;
    admin
        .put(&role(&user, "moderator"), json!({}))
        .await
        .status(204);
    ada.put(&role(&user, "admin"), json!({}))
        .await
        .problem(403, "forbidden");
    ada.get(paths::ADMIN_ROLES).await.problem(403, "forbidden");
    assert_eq!(ada.session().await["roles"], json!(["moderator", "user"]));
    assert_eq!(server.audited("authz.denied").await, 2);
}

/// Asking over and over fills no log: one row per person, permission and minute, and the next says
/// how many were left out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_are_written_down_once_a_minute() {
    let server = Server::start().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let answers = all_at_once((0..50).map(|_| {
        let tab = ada.clone();
        async move { tab.get(paths::ADMIN_USERS).await.status }
    }))
    .await;
    assert!(answers.iter().all(|status| *status == 403));
    assert_eq!(server.audited("authz.denied").await, 1);
    ada.get(paths::ADMIN_CLIENTS).await.status(403);
    eve.get(paths::ADMIN_USERS).await.status(403);
    assert_eq!(server.audited("authz.denied").await, 3);
    server.clock.advance_seconds(59);
    ada.get(paths::ADMIN_USERS).await.status(403);
    assert_eq!(server.audited("authz.denied").await, 3);
    server.clock.advance_seconds(1);
    ada.get(paths::ADMIN_USERS).await.status(403);
    let rows = server.audit().await;
    let last = &rows.last().unwrap().detail;
    assert_eq!(*last, json!({ "missing": ["users:read"], "left_out": 50 }));
    assert_eq!(server.audited("authz.denied").await, 4);
}

/// Deposes an admin by taking the role away or by disabling the account.
async fn depose(actor: Browser, user: String, disable: bool) -> Answer {
    if disable {
        let path = format!("{}/{user}/disable", paths::ADMIN_USERS);
        actor.post(&path, json!({})).await
    } else {
        actor.delete(&role(&user, "admin")).await
    }
}

/// Whoever is first wins; the other one is told that nobody else is left, or is no admin any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_admins_who_depose_each_other_at_once_leave_one() {
    let server = Server::start().await;
    let mut admin = server.admin().await;
    let mut refused_as_last = 0;
    for round in 0..30 {
        let name = format!("rival{round}");
        let rival = server.person(&name).await;
        let (one, other) = (admin.user_id().await, rival.user_id().await);
        admin
            .put(&role(&other, "admin"), json!({}))
            .await
            .status(204);
        let [by_role, by_account] = [round % 3 == 0, round % 3 == 1];
        let answers = all_at_once([
            depose(admin.clone(), other, by_account),
            depose(rival.clone(), one, !by_role),
        ])
        .await;
        let won: Vec<bool> = answers.iter().map(|answer| answer.status == 204).collect();
        let [first, second] = answers.try_into().unwrap();
        let (winner, lost) = match won[..] {
            [true, false] => (admin, second),
            [false, true] => (rival, first),
            _ => panic!("{first:?} {second:?}"),
        };
        match &*lost.problem_code() {
            "last_admin" => {
                refused_as_last += 1;
                lost.problem(409, "last_admin");
            }
            "forbidden" => drop(lost.problem(403, "forbidden")),
            _ => drop(lost.problem(401, "not_authenticated")),
        }
        winner.get(paths::ADMIN_USERS).await.status(200);
        admin = winner;
    }
    println!("{refused_as_last} of 30 met in the database");
}

#[tokio::test]
async fn the_last_admin_cannot_be_deposed_by_one_who_may_do_everything_too() {
    let server = Server::start_with(|config| {
        config.roles.push(Role {
            name: "owner".to_owned(),
            description: String::new(),
            permissions: vec!["*".to_owned()],
        });
    })
    .await;
    let admin = server.admin().await;
    let ada = server.person("ada").await;
    let (root, user) = (admin.user_id().await, ada.user_id().await);
    admin
        .put(&role(&user, "owner"), json!({}))
        .await
        .status(204);
    for disable in [false, true] {
        let answer = depose(ada.clone(), root.clone(), disable).await;
        answer.problem(409, "last_admin");
    }
    admin.get(paths::ADMIN_USERS).await.status(200);
    assert_eq!(server.audited("role.unassigned").await, 0);
    assert_eq!(server.audited("account.disabled").await, 0);
}

/// A helpdesk manages people, and makes nobody more than it is itself, least of all itself.
#[tokio::test]
async fn asvs_8_2_1_managing_users_does_not_give_what_one_does_not_have() {
    let server = Server::start_with(|config| {
        for (name, permissions) in [
            ("helpdesk", vec!["users:read", "users:manage"]),
            ("auditor", vec!["audit:read"]),
            ("all-notes", vec!["notes:*"]),
        ] {
            config.roles.push(Role {
                name: name.to_owned(),
                description: String::new(),
                permissions: permissions.into_iter().map(str::to_owned).collect(),
            });
        }
    })
    .await;
    let admin = server.admin().await;
    let (helper, ada) = (server.person("helper").await, server.person("ada").await);
    let (helper_id, ada_id) = (helper.user_id().await, ada.user_id().await);
    let admin_id = admin.user_id().await;
    admin
        .put(&role(&helper_id, "helpdesk"), json!({}))
        .await
        .status(204);
    let before = server.tables().await;
    for user in [&helper_id, &ada_id] {
        for name in ["admin", "auditor", "all-notes", "moderator"] {
            let answer = helper.put(&role(user, name), json!({})).await;
            answer.problem(403, "forbidden");
        }
    }
    helper
        .delete(&role(&admin_id, "admin"))
        .await
        .problem(403, "forbidden");
    for act in ["disable", "enable"] {
        let path = format!("{}/{admin_id}/{act}", paths::ADMIN_USERS);
        helper
            .post(&path, json!({}))
            .await
            .problem(403, "forbidden");
    }
    let changed = portcullis_http_tests::database::changed(&before, &server.tables().await);
    assert_eq!(changed, [""; 0]);
    assert_eq!(server.audited("authz.denied").await, 11);
    // What it has itself, it gives and takes; and whoever has no more than that, it shuts out.
    helper
        .put(&role(&ada_id, "helpdesk"), json!({}))
        .await
        .status(204);
    helper.delete(&role(&ada_id, "helpdesk")).await.status(204);
    let path = format!("{}/{ada_id}/disable", paths::ADMIN_USERS);
    helper.post(&path, json!({})).await.status(204);
    assert!(!ada.is_signed_in().await);
    let nobody = format!("{}/{}/disable", paths::ADMIN_USERS, uuid_of_nobody());
    helper
        .post(&nobody, json!({}))
        .await
        .problem(404, "not_found");
}

const fn uuid_of_nobody() -> &'static str {
    "01a3185c-5000-7b48-baf6-4d2f80957b95"
}
