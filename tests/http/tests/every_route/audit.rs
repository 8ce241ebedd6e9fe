//! Each change leaves exactly one audit row that says who did what to whom, and no other.

use portcullis_domain::Clock;
use portcullis_http_tests::{App, Browser, PASSWORD, Server, clients::confidential, device::Draft};
use portcullis_server::{Config, Role};
use portcullis_types::{
    client::{Client, GrantType},
    paths,
};
use reqwest::Method;
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
    second_factors(&mut log, &ada).await;
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

async fn second_factors(log: &mut Log, ada: &Browser) {
    let now = log.server.clock.now();
    let (app, codes) = ada.add_totp(now).await;
    log.expect(&["totp.added", "session.all_ended"]).await;
    ada.post(paths::RECOVERY_CODES, json!({})).await.status(200);
    log.expect(&["recovery_codes.replaced"]).await;
    let tab = log.server.browser();
    tab.begin_sign_in("ada").await;
    log.expect(&[]).await;
    tab.enter_recovery(&codes[0]).await.status(401);
    let rows = log.expect(&["session.sign_in_failed"]).await;
    assert_eq!(rows[0]["detail"]["method"], "recovery_code");
    log.server.clock.advance_seconds(30);
    let code = app.code(log.server.clock.now());
    tab.enter(&code).await.status(200);
    let rows = log.expect(&["session.signed_in"]).await;
    assert_eq!(rows[0]["detail"]["method"], "totp");
    let list = ada.get(paths::TOTP).await;
    let path = format!("{}/{}", paths::TOTP, list.text_at("/devices/0/id"));
    ada.delete(&path).await.status(204);
    log.expect(&["totp.deleted"]).await;
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
    let body = json!({ "uses": 1, "seconds": 60 });
    let made = admin.post(paths::ADMIN_REGISTRATION_TOKENS, body).await;
    let id = made.status(201).text_at("/id");
    let rows = log.expect(&["client.registration_token_made"]).await;
    assert_eq!(rows[0]["detail"]["registration_token"], id);
    let path = format!("{}/{id}", paths::ADMIN_REGISTRATION_TOKENS);
    admin.delete(&path).await.status(204);
    let rows = log.expect(&["client.registration_token_revoked"]).await;
    assert_eq!(rows[0]["actor"], json!(admin.user_id().await));
    assert_eq!(rows[0]["detail"]["registration_token"], id);
    admin.delete(&path).await.status(404);
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
async fn asvs_16_3_each_way_in_and_out_is_written_down_once() {
    let server = Server::start_with(|config| {
        let mut tv = Client::new("tv", "TV");
        tv.grant_types = vec![GrantType::DeviceCode, GrantType::RefreshToken];
        config.clients.push(tv);
        config.roles.push(clerk(&["orders:read"]));
    });
    let mut log = Log {
        server: server.await,
        seen: 0,
    };
    log.expect(&[]).await;
    let admin = log.server.admin().await;
    let rows = log.expect(&["account.created"]).await;
    assert_eq!(rows[0]["subject"], json!(admin.user_id().await));
    let ada = by_passkey(&mut log).await;
    other_people_in_one_browser(&mut log).await;
    ends(&mut log, &ada).await;
    failures(&mut log).await;
    replays(&mut log, &ada).await;
    devices(&mut log, &ada).await;
    roles_of_a_start(&mut log).await;
}

fn clerk(permissions: &[&str]) -> Role {
    Role {
        name: "clerk".to_owned(),
        description: String::new(),
        permissions: permissions.iter().map(|&text| text.to_owned()).collect(),
    }
}

/// Ada, who signs up, in and once more with a passkey.
async fn by_passkey(log: &mut Log) -> Browser {
    let (ada, device) = (log.server.browser(), log.server.device());
    let mut key = ada.sign_up_with_passkey(&device, "ada").await;
    let user = json!(ada.user_id().await);
    let mut rows = log.expect(&["account.created"]).await;
    let other = log.server.browser();
    other.sign_in_with(&mut key).await.status(200);
    rows.extend(log.expect(&["session.signed_in"]).await);
    other.sign_in_with(&mut key).await.status(200);
    rows.extend(log.expect(&["session.elevated"]).await);
    for row in rows {
        assert_eq!((&row["actor"], &row["subject"]), (&user, &user));
        assert_eq!(row["detail"]["method"], "passkey");
    }
    ada
}

/// Whoever signs in or up ends the session of who was there before, who is named.
async fn other_people_in_one_browser(log: &mut Log) {
    let tab = log.server.person("eve").await;
    log.server.person("ben").await;
    log.expect(&["account.created"; 2]).await;
    let mut before = json!(tab.user_id().await);
    for (number, begins) in ["session.signed_in", "account.created", "account.created"]
        .into_iter()
        .enumerate()
    {
        match number {
            0 => drop(tab.sign_in("ben").await.status(200)),
            1 => drop(tab.register("cleo").await.status(200)),
            _ => drop(tab.sign_up_with_passkey(&log.server.device(), "dan").await),
        }
        let now = json!(tab.user_id().await);
        let rows = log.expect(&[begins, "session.ended"]).await;
        assert_eq!((&rows[0]["actor"], &rows[0]["subject"]), (&now, &now));
        assert_eq!((&rows[1]["actor"], &rows[1]["subject"]), (&before, &before));
        before = now;
    }
}

async fn ends(log: &mut Log, ada: &Browser) {
    let body = json!({ "new": PASSWORD });
    ada.put(paths::PASSWORD, body).await.status(204);
    let tab = log.server.browser();
    tab.sign_in("ada").await.status(200);
    log.expect(&["password.changed", "session.signed_in"]).await;
    let path = format!("{}/{}", paths::SESSIONS, tab.session_id().await);
    ada.delete(&path).await.status(204);
    log.expect(&["session.ended"]).await;
    ada.delete(&path).await.status(404);
    log.expect(&[]).await;
    let others = || ada.post(paths::END_OTHER_SESSIONS, json!({}));
    others().await.status(200);
    log.expect(&["session.all_ended"]).await;
    others().await.status(200);
    log.expect(&[]).await;
    tab.sign_in("ada").await.status(200);
    log.expect(&["session.signed_in"]).await;
    let everywhere = json!({ "everywhere": true });
    tab.post(paths::SIGN_OUT, everywhere).await.status(204);
    log.expect(&["session.all_ended"]).await;
    ada.sign_in("ada").await.status(200);
    log.expect(&["session.signed_in"]).await;
}

/// What does not succeed, once each.
async fn failures(log: &mut Log) {
    let eve = log.server.browser();
    eve.sign_in("eve").await.status(200);
    log.expect(&["session.signed_in"]).await;
    let user = json!(eve.user_id().await);
    let body = json!({ "current": "wrong", "new": PASSWORD });
    eve.put(paths::PASSWORD, body).await.status(401);
    let mut rows = log.expect(&["password.change_failed"]).await;
    let bend = |draft: &mut Draft| draft.client_data["challenge"] = json!("");
    let device = log.server.device();
    for again in 0..2 {
        let begun = eve.begin(paths::PASSKEY_REGISTER_BEGIN).await;
        let (_, credential) = device.create_bent(&begun, bend);
        let answer = eve.finish_adding(&begun, credential, "Key").await;
        answer.problem(422, "passkey_rejected");
        let kinds = &["passkey.refused"][again..];
        rows.extend(log.expect(kinds).await);
    }
    for row in &rows {
        assert_eq!((&row["actor"], &row["subject"]), (&user, &user));
    }
    assert_eq!(rows[1]["detail"]["why"], "passkey_rejected");
    let begun = eve.begin_sign_up("finn").await;
    let (_, credential) = device.create_bent(&begun, bend);
    let answer = eve.finish_sign_up(&begun, credential).await;
    answer.problem(422, "passkey_rejected");
    let rows = log.expect(&["passkey.refused"]).await;
    assert_eq!(rows[0]["actor"], Value::Null, "there is no such account");
}

async fn replays(log: &mut Log, ada: &Browser) {
    let (app, program) = (App::spa(), log.server.program());
    let code = app.code(ada).await;
    let tokens = app.redeem(&program, &code).await.text_at("/refresh_token");
    log.expect(&["oauth.code_issued", "oauth.family_began"])
        .await;
    app.redeem(&program, &code).await.status(400);
    log.expect(&["oauth.code_reused"]).await;
    app.refresh(&program, &tokens).await.status(400);
    log.expect(&[]).await;
    let first = app.tokens(ada, &program).await.refresh;
    log.expect(&["oauth.code_issued", "oauth.family_began"])
        .await;
    let second = app.refresh(&program, &first).await;
    let second = second.text_at("/refresh_token");
    app.refresh(&program, &second).await.status(200);
    log.expect(&["oauth.refreshed"; 2]).await;
    app.refresh(&program, &first).await.status(400);
    log.expect(&["oauth.refresh_replayed"]).await;
}

async fn devices(log: &mut Log, ada: &Browser) {
    let program = log.server.program();
    let user = json!(ada.user_id().await);
    for (allow, kind) in [
        (true, "oauth.device_allowed"),
        (false, "oauth.device_denied"),
    ] {
        let call = program.call(Method::POST, paths::OAUTH_DEVICE_AUTHORIZATION);
        let begun = call.form(&[("client_id", "tv")]).send().await.status(200);
        log.expect(&[]).await;
        let body = json!({ "user_code": begun.text_at("/user_code"), "allow": allow });
        ada.post(paths::DEVICE, body).await.status(204);
        let rows = log.expect(&[kind]).await;
        assert_eq!((&rows[0]["actor"], &rows[0]["subject"]), (&user, &user));
    }
}

/// A start with other permissions for a role says what it changes, the next one nothing.
async fn roles_of_a_start(log: &mut Log) {
    for kinds in [&["role.changed"][..], &[]] {
        let other = |config: &mut Config| config.roles.push(clerk(&["orders:*"]));
        log.server.another_node(other).await;
        for row in log.expect(kinds).await {
            let detail = json!({
                "role": "clerk", "before": ["orders:read"], "after": ["orders:*"],
            });
            assert_eq!(row["detail"], detail);
        }
    }
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
