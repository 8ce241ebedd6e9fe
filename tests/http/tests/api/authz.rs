//! `/api/authz/check`: questions about permissions, in batches, on single resources too.

use async_trait::async_trait;
use portcullis_domain::{
    NoteId, Timestamp, UserId,
    audit::AuditKind,
    notes::{Note, NoteStore},
};
use portcullis_http_tests::{Answer, App, Browser, Server, all_at_once};
use portcullis_server::{Actor, ApiError, ResourceQuestion, ResourceRules, Verdict};
use portcullis_types::{ErrorCode, paths};
use reqwest::Method;
use serde_json::{Value, json};

fn body(checks: &[(&str, Option<&str>)]) -> Value {
    let check = |(permission, resource): &(&str, Option<&str>)| match resource {
        Some(resource) => json!({ "permission": permission, "resource": resource }),
        None => json!({ "permission": permission }),
    };
    json!({ "checks": checks.iter().map(check).collect::<Vec<_>>() })
}

async fn ask(browser: &Browser, checks: &[(&str, Option<&str>)]) -> Answer {
    browser.post(paths::AUTHZ_CHECK, body(checks)).await
}

/// The answers alone.
async fn allowed(browser: &Browser, checks: &[(&str, Option<&str>)]) -> Vec<bool> {
    let answer = ask(browser, checks).await.status(200);
    let decisions = answer.at("/decisions");
    let decisions = decisions.as_array().unwrap().iter();
    decisions
        .map(|decision| decision["allowed"].as_bool().unwrap())
        .collect()
}

async fn give_role(server: &Server, admin: &Browser, user: &Browser, role: &str) {
    let path = format!(
        "{}/{}/roles/{role}",
        paths::ADMIN_USERS,
        user.user_id().await
    );
    admin.put(&path, json!({})).await.status(204);
    assert!(server.audited("role.assigned").await > 0);
}

#[tokio::test]
async fn questions_are_answered_in_the_order_asked() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let note = format!("note:{}", ada.write_note("Ada's").await);
    let checks = [
        ("users:read", None),
        ("notes:write", None),
        ("notes:delete", Some(&*note)),
        ("notes:delete", None),
        ("notes:write", Some("folder:1")),
        ("notes:write", None),
    ];
    let answer = ask(&ada, &checks).await.status(200);
    assert_eq!(answer.at("/version"), ada.session().await["version"]);
    let decided = [false, true, true, false, true, true];
    let mut expected = body(&checks)["checks"].clone();
    for (check, allowed) in expected.as_array_mut().unwrap().iter_mut().zip(decided) {
        check["allowed"] = json!(allowed);
    }
    assert_eq!(answer.at("/decisions"), expected);
}

#[tokio::test]
async fn nobody_is_told_to_sign_in() {
    let server = Server::start().await;
    let answer = ask(&server.browser(), &[("notes:write", None)]).await;
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    answer.problem(401, "not_authenticated");
}

#[tokio::test]
async fn what_is_no_permission_or_resource_is_named_by_its_place() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    for permission in [
        "",
        "notes",
        "notes:*",
        "*",
        "notes::x",
        "nö:x",
        &"a:".repeat(200),
    ] {
        let answer = ask(&ada, &[("notes:write", None), (permission, None)]).await;
        assert_eq!(answer.at("/field"), "checks[1].permission", "{permission}");
        assert!(
            answer.text_at("/detail").contains("checks[1]"),
            "{permission}"
        );
        answer.problem(400, "invalid_request");
    }
    let long = format!("note:{}", "🦦".repeat(252));
    for resource in [
        "",
        "note",
        "note:",
        ":1",
        "no te:1",
        "note:\u{7}",
        "note:a\nb",
        &long,
    ] {
        let answer = ask(&ada, &[("notes:write", Some(resource))]).await;
        assert_eq!(answer.at("/field"), "checks[0].resource", "{resource}");
        answer.problem(400, "invalid_request");
    }
    let fits = format!("note:{}", "🦦".repeat(251));
    assert_eq!(
        allowed(&ada, &[("notes:write", Some(&fits))]).await,
        [false]
    );
}

#[tokio::test]
async fn a_request_has_1_to_200_questions() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    ask(&ada, &[]).await.problem(400, "invalid_request");
    let most = [("notes:write", None); 200];
    assert_eq!(allowed(&ada, &most).await, [true; 200]);
    let more = [("notes:write", None); 201];
    ask(&ada, &more).await.problem(400, "invalid_request");
}

/// Tries the thing itself: whether the handler does it.
async fn does(browser: &Browser, server: &Server, act: &str, note: &str) -> bool {
    let path = format!("{}/{note}", paths::NOTES);
    match act {
        "notes:read" => {
            let answer = browser.get(paths::NOTES).await;
            let notes = if answer.status == 200 {
                answer.at("/notes")
            } else {
                json!([])
            };
            let notes = notes.as_array().unwrap();
            notes.iter().any(|found| found["id"] == note)
        }
        "notes:write" => {
            let body = json!({ "text": "Changed" });
            browser.put(&path, body).await.status == 200
        }
        "notes:delete" => {
            let id: NoteId = note.parse().unwrap();
            let before = server.database.note_owners(&[id]).await.unwrap();
            let gone = browser.delete(&path).await.status == 204;
            if gone {
                // As it was, for the next question.
                put_back(server, id, before[&id]).await;
            }
            gone
        }
        other => panic!("{other}"),
    }
}

async fn put_back(server: &Server, id: NoteId, owner: UserId) {
    let note = Note {
        id,
        owner,
        owner_name: String::new(),
        text: "Back".to_owned(),
        created_at: Timestamp(0),
        updated_at: Timestamp(0),
    };
    let audit = portcullis_domain::AuditEvent {
        kind: AuditKind::NoteCreated,
        at: Timestamp(0),
        actor: None,
        subject: None,
        session: None,
        family: None,
        ip: String::new(),
        request: None,
        detail: Value::Null,
        mails: Vec::new(),
    };
    server.database.create_note(note, audit).await.unwrap();
}

#[tokio::test]
async fn asvs_8_2_2_handlers_and_checks_agree_for_every_role_note_and_act() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let other = server.person("other").await.write_note("Other's").await;
    for name in ["roleless", "user", "moderator", "admin"] {
        let person = server.person(name).await;
        let own = person.write_note("Own").await;
        match name {
            "roleless" => {
                let id = person.user_id().await;
                let role = format!("{}/{id}/roles/user", paths::ADMIN_USERS);
                admin.delete(&role).await.status(204);
            }
            "user" => {}
            role => give_role(&server, &admin, &person, role).await,
        }
        for (whose, note) in [("own", &own), ("other's", &other)] {
            for act in ["notes:read", "notes:write", "notes:delete"] {
                let resource = format!("note:{note}");
                let said = allowed(&person, &[(act, Some(&resource))]).await;
                let done = does(&person, &server, act, note).await;
                assert_eq!(said, [done], "{act} of {whose} note by {name}");
            }
        }
        // What does not exist is like what is not allowed, also to whom everything is.
        for id in ["01a3185c-5000-7b48-baf6-4d2f80957b95", "x", "' OR 1=1 --"] {
            let resource = format!("note:{id}");
            for act in ["notes:read", "notes:write", "notes:delete"] {
                let said = allowed(&person, &[(act, Some(&resource))]).await;
                assert_eq!(said, [false], "{act} of nothing by {name}");
            }
        }
    }
}

#[tokio::test]
async fn asvs_8_3_2_a_role_taken_away_counts_for_the_next_question() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let moss = server.person("moss").await;
    let note = server.person("ada").await.write_note("Ada's").await;
    let note = format!("note:{note}");
    give_role(&server, &admin, &moss, "moderator").await;
    let question = [("notes:delete", Some(&*note))];
    let before = ask(&moss, &question).await.status(200);
    assert_eq!(before.at("/decisions/0/allowed"), true);
    let id = moss.user_id().await;
    let role = format!("{}/{id}/roles/moderator", paths::ADMIN_USERS);
    admin.delete(&role).await.status(204);
    let after = ask(&moss, &question).await.status(200);
    assert_eq!(after.at("/decisions/0/allowed"), false);
    assert!(after.at("/version").as_i64() > before.at("/version").as_i64());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_answers_of_a_request_are_of_one_moment() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let moss = server.person("moss").await;
    let path = format!(
        "{}/{}/roles/moderator",
        paths::ADMIN_USERS,
        moss.user_id().await
    );
    let asking = all_at_once((0..50).map(|number| {
        let (moss, admin, path) = (moss.clone(), admin.clone(), path.clone());
        async move {
            match number % 5 {
                0 => drop(admin.put(&path, json!({})).await.status(204)),
                1 => drop(admin.delete(&path).await.status(204)),
                _ => {
                    let answers = allowed(&moss, &[("notes:delete", None); 200]).await;
                    assert!(answers.iter().all(|answer| *answer == answers[0]));
                }
            }
        }
    }));
    asking.await;
}

#[tokio::test]
async fn a_question_is_no_act() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let before = server.tables().await;
    assert_eq!(allowed(&ada, &[("users:delete", None)]).await, [false]);
    assert_eq!(server.tables().await, before);
}

#[tokio::test]
async fn a_bearer_asks_from_the_clients_origin() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let program = server.program();
    let token = App::spa().tokens(&ada, &program).await.access;
    let call = program
        .call(Method::POST, paths::AUTHZ_CHECK)
        .bearer(&token);
    let call = call.header("origin", "http://localhost:5173");
    let answer = call.json(&body(&[("notes:write", None)])).send().await;
    let answer = answer.status(200);
    assert_eq!(answer.at("/decisions/0/allowed"), true);
    let allow = answer.header("access-control-allow-origin");
    assert_eq!(allow, "http://localhost:5173");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn asvs_3_5_3_another_sites_form_asks_nothing() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let call = ada.call(Method::POST, paths::AUTHZ_CHECK);
    let call = call.json(&body(&[("notes:write", None)]));
    let call = call.header("sec-fetch-site", "cross-site");
    call.send().await.problem(403, "csrf_rejected");
}

/// Rules of a host whose every answer is the id it was asked about.
struct ById;

#[async_trait]
impl ResourceRules for ById {
    async fn decide(
        &self,
        _: &Actor,
        asked: &[ResourceQuestion<'_>],
    ) -> Result<Vec<Verdict>, ApiError> {
        if asked.iter().any(|question| question.id == "broken") {
            return Err(ApiError::new(ErrorCode::Busy, "The shop is closed."));
        }
        let verdict = |question: &ResourceQuestion<'_>| match question.id {
            "allow" => Verdict::Allow,
            "roles" => Verdict::AsRoles,
            _ => Verdict::Forbid,
        };
        let kept = asked.iter().filter(|question| question.id != "short");
        Ok(kept.map(verdict).collect())
    }
}

#[tokio::test]
async fn a_host_brings_rules_of_its_own() {
    let server = Server::start_built(|builder| builder.resource_rules("order", ById)).await;
    let ada = server.person("ada").await;
    for (permission, by_role) in [("notes:write", true), ("orders:write", false)] {
        for (resource, expected) in [
            ("order:allow", true),
            ("order:forbid", false),
            ("order:roles", by_role),
            ("orders:allow", by_role),
            ("order:short", false),
        ] {
            let said = allowed(&ada, &[(permission, Some(resource))]).await;
            assert_eq!(said, [expected], "{permission} on {resource}");
        }
    }
    let checks = [
        ("notes:write", None),
        ("orders:write", Some("order:allow")),
        ("notes:write", Some("cart:1")),
        ("orders:write", Some("order:forbid")),
        ("orders:write", Some("order:roles")),
        ("orders:write", Some("order:allow")),
    ];
    let said = allowed(&ada, &checks).await;
    assert_eq!(said, [true, true, true, false, false, true]);
    // No answer at all, where one of them cannot be had.
    let answer = ask(
        &ada,
        &[("notes:write", None), ("a:b", Some("order:broken"))],
    )
    .await;
    answer.problem(503, "busy");
}
