//! Each change leaves exactly one audit row that says who did what to whom, and no other.

use portcullis_http_tests::{App, Browser, PASSWORD, Server, clients::confidential};
use portcullis_types::paths;
use serde_json::{Value, json};

/// The kinds of the rows since the last look.
struct Log {
    server: Server,
    seen: usize,
}

impl Log {
    async fn expect(&mut self, kinds: &[&str]) -> Vec<Value> {
        let rows = self.server.audit().await;
        let new: Vec<_> = rows[self.seen..].iter().collect();
        let found: Vec<&str> = new.iter().map(|row| row.kind.as_str()).collect();
        assert_eq!(found, kinds);
        self.seen = rows.len();
        new.iter()
            .map(|row| json!({ "actor": row.actor, "subject": row.subject, "detail": row.detail }))
            .collect()
    }
}

#[tokio::test]
async fn asvs_16_3_each_change_is_written_down_once() {
    let mut log = Log {
        server: Server::start().await,
        seen: 0,
    };
    let admin = log.server.admin().await;
    log.expect(&["account.created"]).await;
    let ada = log.server.person("ada").await;
    let root = admin.user_id().await;
    let user = ada.user_id().await;
    let rows = log.expect(&["account.created"]).await;
    assert_eq!(rows[0]["subject"], user);

    log.server.browser().sign_in("ada").await.status(200);
    log.expect(&["session.signed_in"]).await;
    log.server
        .browser()
        .sign_in_as("ada", "wrong")
        .await
        .status(401);
    let rows = log.expect(&["session.sign_in_failed"]).await;
    assert_eq!(
        (&rows[0]["actor"], &rows[0]["subject"]),
        (&Value::Null, &json!(user))
    );
    ada.sign_in("ada").await.status(200);
    log.expect(&["session.elevated"]).await;

    passkeys(&mut log, &ada).await;
    let body = json!({ "current": PASSWORD, "new": PASSWORD, "end_other_sessions": true });
    ada.put(paths::PASSWORD, body).await.status(204);
    log.expect(&["password.changed", "session.all_ended"]).await;

    let role = format!("{}/{user}/roles/moderator", paths::ADMIN_USERS);
    admin.put(&role, json!({})).await.status(204);
    let rows = log.expect(&["role.assigned"]).await;
    assert_eq!(
        (&rows[0]["actor"], &rows[0]["subject"]),
        (&json!(root), &json!(user))
    );
    assert_eq!(rows[0]["detail"]["role"], "moderator");
    admin.put(&role, json!({})).await.status(204);
    log.expect(&[]).await;
    admin.delete(&role).await.status(204);
    log.expect(&["role.unassigned"]).await;
    ada.get(paths::ADMIN_USERS).await.status(403);
    log.expect(&["authz.denied"]).await;

    clients(&mut log, &admin).await;
    notes(&mut log, &ada).await;
    oauth(&mut log, &ada).await;
    consent(&mut log, &ada).await;

    for (act, kind) in [
        ("disable", "account.disabled"),
        ("enable", "account.enabled"),
    ] {
        let path = format!("{}/{user}/{act}", paths::ADMIN_USERS);
        admin.post(&path, json!({})).await.status(204);
        log.expect(&[kind]).await;
        admin.post(&path, json!({})).await.status(204);
        log.expect(&[]).await;
    }
    admin.sign_out().await.status(204);
    log.expect(&["session.ended"]).await;
    everything_that_reads(&mut log).await;
}

async fn passkeys(log: &mut Log, ada: &Browser) {
    ada.add_passkey(&log.server.device(), "Key").await;
    log.expect(&["passkey.added"]).await;
    let list = ada.get(paths::PASSKEYS).await;
    let path = format!("{}/{}", paths::PASSKEYS, list.text_at("/passkeys/0/id"));
    ada.patch(&path, json!({ "name": "Work" }))
        .await
        .status(200);
    log.expect(&["passkey.renamed"]).await;
    ada.delete(&path).await.status(200);
    log.expect(&["passkey.deleted"]).await;
}

async fn clients(log: &mut Log, admin: &Browser) {
    let shop = format!("{}/shop", paths::ADMIN_CLIENTS);
    let body = json!(confidential("shop"));
    admin
        .post(paths::ADMIN_CLIENTS, body.clone())
        .await
        .status(201);
    let rows = log.expect(&["client.created"]).await;
    assert_eq!(rows[0]["actor"], json!(admin.user_id().await));
    assert_eq!(rows[0]["detail"]["client"], "shop");
    admin
        .post(paths::ADMIN_CLIENTS, body.clone())
        .await
        .status(409);
    log.expect(&[]).await;
    admin.put(&shop, body).await.status(200);
    log.expect(&["client.updated"]).await;
    let rotate = format!("{shop}/rotate-secret");
    admin
        .post(&rotate, json!({ "overlap_seconds": 60 }))
        .await
        .status(200);
    log.expect(&["client.secret_rotated"]).await;
    admin.delete(&shop).await.status(204);
    log.expect(&["client.deleted"]).await;
    admin.delete(&shop).await.status(404);
    log.expect(&[]).await;
}

async fn notes(log: &mut Log, ada: &Browser) {
    let note = format!("{}/{}", paths::NOTES, ada.write_note("One").await);
    log.expect(&["note.created"]).await;
    ada.put(&note, json!({ "text": "Two" })).await.status(200);
    log.expect(&["note.updated"]).await;
    ada.delete(&note).await.status(204);
    log.expect(&["note.deleted"]).await;
}

async fn oauth(log: &mut Log, ada: &Browser) {
    let (app, program) = (App::spa(), log.server.program());
    let tokens = app.tokens(ada, &program).await;
    log.expect(&["oauth.code_issued", "oauth.family_began"])
        .await;
    let next = app
        .refresh(&program, &tokens.refresh)
        .await
        .text_at("/refresh_token");
    log.expect(&["oauth.refreshed"]).await;
    app.refresh(&program, &tokens.refresh).await.status(200);
    log.expect(&[]).await;
    app.revoke(&program, &next).await.status(200);
    log.expect(&["oauth.family_revoked"]).await;
}

async fn consent(log: &mut Log, ada: &Browser) {
    let app = App::spa();
    let path = app.path_with(&[("prompt", "consent")]);
    app.allowed_code(ada, &path).await;
    let rows = log
        .expect(&["oauth.consent_given", "oauth.code_issued"])
        .await;
    let user = json!(ada.user_id().await);
    assert_eq!((&rows[0]["actor"], &rows[0]["subject"]), (&user, &user));
    assert_eq!(rows[0]["detail"]["scopes"][0], "openid");
    let path = format!("{}/spa", paths::CONSENTS);
    ada.delete(&path).await.status(204);
    log.expect(&["oauth.consent_revoked"]).await;
    ada.delete(&path).await.status(404);
    log.expect(&[]).await;
}

async fn everything_that_reads(log: &mut Log) {
    let eve = log.server.person("eve").await;
    log.expect(&["account.created"]).await;
    for path in [
        paths::SESSION,
        paths::SESSIONS,
        paths::PASSKEYS,
        paths::CONSENTS,
        paths::NOTES,
        paths::JWKS,
        paths::ABOUT,
        "/healthz",
        "/readyz",
        "/openapi.json",
        "/docs",
    ] {
        eve.get(path).await.status(200);
    }
    log.expect(&[]).await;
}

#[tokio::test]
async fn asvs_16_2_5_no_secret_is_written_down() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    ada.sign_in_as("ada", "not her password").await.status(401);
    let tokens = App::spa().tokens(&ada, &server.program()).await;
    let log = format!("{:?}", server.tables().await["audit_log"]);
    for secret in [
        PASSWORD,
        "not her password",
        &ada.session_token()["pc_ses_".len()..],
        &tokens.refresh["pc_rt_".len()..],
        &tokens.access,
    ] {
        assert!(!log.contains(secret));
    }
}

/// A name with line breaks or control characters cannot forge a row.
#[tokio::test]
async fn asvs_16_4_1_input_does_not_break_the_log() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let begun = ada.begin(paths::PASSKEY_REGISTER_BEGIN).await;
    let (_, credential) = server.device().create(&begun);
    let name = "Key\nrole.assigned\tadmin\u{1b}[31m";
    ada.finish_adding(&begun, credential, name)
        .await
        .problem(422, "name_invalid");
    for row in &server.tables().await["audit_log"] {
        assert!(!row.chars().any(char::is_control), "{row:?}");
    }
}
