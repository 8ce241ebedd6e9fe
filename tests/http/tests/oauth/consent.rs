//! Consent: who is asked, what an answer is good for, and what taking it back ends (ASVS 10.7).

use portcullis_http_tests::{
    Answer, App, Browser, Server, all_at_once,
    app::{Tokens, query, session_of},
    browser::{BROWSER, SESSION},
    clients::{basic, confidential},
};
use portcullis_types::{
    client::{Client, Consent, GrantType, SigningAlgorithm},
    paths,
};
use reqwest::Method;
use serde_json::json;

const CALLBACK: &str = "https://partner.example/callback";

fn partner(consent: Consent) -> Client {
    let mut client = Client::new("partner", "Partner & Co");
    client.redirect_uris = vec![CALLBACK.to_owned()];
    client.scopes.push("orders:read".to_owned());
    client.logo_uri = Some("https://partner.example/logo.svg".to_owned());
    client.policy_uri = Some("https://partner.example/privacy".to_owned());
    client.id_token_signed_response_alg = SigningAlgorithm::Es256;
    client.consent = consent;
    client
}

async fn start(consent: Consent) -> Server {
    Server::start_with(move |config| config.clients.push(partner(consent))).await
}

fn app() -> App {
    App::new("partner", CALLBACK)
}

/// The sealed request that the consent page is sent.
async fn asked(browser: &Browser, path: &str) -> String {
    let to = browser.get(path).await.location();
    let sealed = to.strip_prefix("/consent#request=");
    sealed.unwrap_or_else(|| panic!("{to}")).to_owned()
}

async fn show(browser: &Browser, request: &str) -> Answer {
    let path = format!("{}?request={request}", paths::CONSENT);
    browser.get(&path).await
}

async fn decide(browser: &Browser, request: &str, allow: bool) -> Answer {
    let body = json!({ "request": request, "allow": allow });
    browser.post(paths::CONSENT, body).await
}

fn error(back: &str) -> String {
    assert!(back.starts_with(CALLBACK), "{back}");
    query(back, "error").unwrap_or_else(|| panic!("{back}"))
}

#[tokio::test]
async fn asvs_10_7_2_the_page_says_who_wants_what_and_where_it_leads() {
    let server = start(Consent::Remembered).await;
    let ada = server.person("ada").await;
    let mut app = app();
    app.scope = "openid orders:read openid".to_owned();
    let claims = r#"{"userinfo":{"email":null}}"#;
    let to = ada.get(&app.path_with(&[("claims", claims)])).await;
    let request = to.location();
    let request = request.strip_prefix("/consent#request=").unwrap();
    let shown = show(&ada, request).await.status(200);
    assert_eq!(shown.header("cache-control"), "no-store");
    for (pointer, value) in [
        ("/client_id", json!("partner")),
        ("/client_name", json!("Partner & Co")),
        ("/logo_uri", json!("https://partner.example/logo.svg")),
        ("/policy_uri", json!("https://partner.example/privacy")),
        ("/tos_uri", json!(null)),
        ("/goes_to", json!("partner.example")),
        ("/scopes", json!(["openid", "orders:read", "email"])),
        ("/resources", json!([])),
        ("/email", json!("ada@example.com")),
    ] {
        assert_eq!(shown.at(pointer), value, "{pointer}");
    }
    // Looking changes nothing.
    show(&ada, request).await.status(200);
    let page = ada.get("/consent").await;
    assert!(
        page.header("content-security-policy")
            .contains("frame-ancestors 'none'")
    );
    assert_eq!(page.header("x-frame-options"), "DENY");
}

#[tokio::test]
async fn asvs_10_7_1_remembered_asks_once_and_again_for_more() {
    let server = start(Consent::Remembered).await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let mut app = app();
    app.scope = "openid email".to_owned();
    let code = app.allowed_code(&ada, &app.path()).await;
    Tokens::of(&app.redeem(&server.program(), &code).await);
    // The same, and less.
    app.code(&ada).await;
    app.scope = "email".to_owned();
    app.code(&ada).await;
    // More, as a scope or as a claim; and what was given before stays given.
    app.scope = "openid profile".to_owned();
    app.allowed_code(&ada, &app.path()).await;
    app.scope = "openid email profile".to_owned();
    app.code(&ada).await;
    app.scope = "openid orders:read".to_owned();
    asked(&ada, &app.path()).await;
    // What one person allows is nobody else's.
    app.scope = "openid".to_owned();
    asked(&eve, &app.path()).await;
}

#[tokio::test]
async fn a_claim_asked_for_alone_takes_the_consent_of_its_scope() {
    let server = start(Consent::Remembered).await;
    let ada = server.person("ada").await;
    let mut app = app();
    app.scope = "openid".to_owned();
    app.allowed_code(&ada, &app.path()).await;
    let claims = r#"{"id_token":{"name":null}}"#;
    asked(&ada, &app.path_with(&[("claims", claims)])).await;
    app.code(&ada).await;
}

#[tokio::test]
async fn required_asks_each_time_and_skipped_never() {
    let server = start(Consent::Required).await;
    let ada = server.person("ada").await;
    for _ in 0..2 {
        let app = app();
        app.allowed_code(&ada, &app.path()).await;
    }
    // The tests' own app is the operator's.
    App::spa().code(&ada).await;
    let consents = ada.get(paths::CONSENTS).await.status(200);
    assert_eq!(consents.at("/consents/0/client_id"), "partner");
    assert_eq!(consents.at("/consents/1"), json!(null));
}

#[tokio::test]
async fn a_no_goes_back_to_the_client_and_is_not_remembered() {
    let server = start(Consent::Remembered).await;
    let ada = server.person("ada").await;
    let app = app();
    let request = asked(&ada, &app.path()).await;
    let decided = decide(&ada, &request, false).await.status(200);
    let onward = decided.text_at("/continue_to");
    let back = ada.get(&onward).await.location();
    assert_eq!(error(&back), "access_denied");
    assert_eq!(query(&back, "state"), Some(app.state.clone()));
    assert_eq!(query(&back, "iss"), Some(server.origin.clone()));
    ada.get(&onward).await.status(400);
    asked(&ada, &app.path()).await;
    let list = ada.get(paths::CONSENTS).await.status(200);
    assert_eq!(list.at("/consents"), json!([]));
    let kinds: Vec<String> = server
        .audit()
        .await
        .into_iter()
        .map(|row| row.kind)
        .collect();
    assert!(kinds.contains(&"oauth.consent_denied".to_owned()));
    assert!(!kinds.contains(&"oauth.consent_given".to_owned()));
}

#[tokio::test]
async fn oidcc_prompt_none_answers_consent_required_and_prompt_consent_asks_everybody() {
    let server = start(Consent::Remembered).await;
    let ada = server.person("ada").await;
    let app = app();
    let silent = app.path_with(&[("prompt", "none")]);
    let back = ada.get(&silent).await.location();
    assert_eq!(error(&back), "consent_required");
    let nobody = server.browser().get(&silent).await.location();
    assert_eq!(error(&nobody), "login_required");
    app.allowed_code(&ada, &app.path()).await;
    let back = ada.get(&silent).await.location();
    assert!(query(&back, "code").is_some(), "{back}");
    // Even where nobody would be asked.
    for app in [app, App::spa()] {
        app.allowed_code(&ada, &app.path_with(&[("prompt", "consent")]))
            .await;
    }
}

#[tokio::test]
async fn oidcc_prompt_login_consent_signs_in_first_and_asks_then() {
    let server = start(Consent::Remembered).await;
    let ada = server.person("ada").await;
    let app = app();
    server.clock.advance_seconds(10);
    let path = app.path_with(&[("prompt", "login consent"), ("max_age", "1")]);
    let to = ada.get(&path).await.location();
    let back = query(&to, "return_to").unwrap();
    ada.sign_in("ada").await.status(200);
    server.clock.advance_seconds(5);
    let request = asked(&ada, &back).await;
    // However long reading takes: the proof was made for this request.
    server.clock.advance_seconds(60);
    let decided = decide(&ada, &request, true).await.status(200);
    let done = ada.get(&decided.text_at("/continue_to")).await.location();
    assert!(query(&done, "code").is_some(), "{done}");
}

#[tokio::test]
async fn a_pushed_request_is_asked_about_as_well() {
    let server = start(Consent::Remembered).await;
    let ada = server.person("ada").await;
    let app = app();
    let uri = app.pushed(&server.program()).await;
    let code = app.allowed_code(&ada, &app.pushed_path(&uri)).await;
    Tokens::of(&app.redeem(&server.program(), &code).await);
    let uri = app
        .pushed_with(
            &server.program(),
            &[("response_mode", "form_post"), ("prompt", "consent")],
        )
        .await;
    let request = asked(&ada, &app.pushed_path(&uri)).await;
    let decided = decide(&ada, &request, true).await.status(200);
    let page = ada.get(&decided.text_at("/continue_to")).await.status(200);
    assert!(page.text().contains("name=\"code\""));
}

#[tokio::test]
async fn a_question_is_for_the_browser_and_the_person_it_was_asked() {
    let server = start(Consent::Remembered).await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let app = app();
    let request = asked(&ada, &app.path()).await;
    // Eve, in her own browser or in ada's; ada in another browser; nobody.
    let shared = ada.clone();
    shared.plant(SESSION, &eve.session_token());
    let elsewhere = server.browser();
    elsewhere.sign_in("ada").await.status(200);
    elsewhere.get(&app.path()).await.location();
    let without = ada.clone();
    without.plant(BROWSER, "pc_brw_forged");
    for other in [&eve, &shared, &elsewhere, &without] {
        show(other, &request).await.problem(422, "ceremony_invalid");
        decide(other, &request, true)
            .await
            .problem(422, "ceremony_invalid");
    }
    let nobody = server.browser();
    decide(&nobody, &request, true)
        .await
        .problem(401, "not_authenticated");
    // A page of another site cannot send it, nor one that only links to it.
    let body = json!({ "request": request, "allow": true });
    let foreign = ada.call(Method::POST, paths::CONSENT).json(&body);
    foreign
        .header("origin", "https://evil.example")
        .send()
        .await
        .problem(403, "csrf_rejected");
    let foreign = ada.call(Method::POST, paths::CONSENT).json(&body);
    foreign
        .header("sec-fetch-site", "cross-site")
        .send()
        .await
        .problem(403, "csrf_rejected");
    // What a form of another site can send: no header of ours, and no JSON.
    let form = [("request", &*request), ("allow", "true")];
    let form = ada.call(Method::POST, paths::CONSENT).form(&form);
    form.without("x-portcullis")
        .send()
        .await
        .problem(403, "csrf_rejected");
    let plain = ada.call(Method::POST, paths::CONSENT).json(&body);
    plain
        .without("x-portcullis")
        .send()
        .await
        .problem(403, "csrf_rejected");
    // None of that has spent it.
    decide(&ada, &request, true).await.status(200);
}

#[tokio::test]
async fn what_somebody_answered_is_not_the_answer_of_who_signed_in_meanwhile() {
    let server = start(Consent::Remembered).await;
    let ada = server.person("ada").await;
    server.person("eve").await;
    let request = asked(&ada, &app().path()).await;
    let shown = show(&ada, &request).await.status(200);
    let decided = decide(&ada, &request, true).await.status(200);
    let onward = decided.text_at("/continue_to");
    ada.sign_in("eve").await.status(200);
    let asked_again = asked(&ada, &onward).await;
    let again = show(&ada, &asked_again).await.status(200);
    assert_eq!(again.at("/email"), "eve@example.com");
    // The way to another account leads through the sign-in page and back to the question.
    let other = shown.text_at("/another_account");
    assert!(other.starts_with("/sign-in?return_to="), "{other}");
    let back = query(&other, "return_to").unwrap();
    assert!(back.starts_with("/oauth/authorize?"), "{back}");
    asked(&ada, &back).await;
    // Both were asked, and each answers once; one of them gets the code.
    let answered = decide(&ada, &asked_again, true).await.status(200);
    let done = ada.get(&answered.text_at("/continue_to")).await.location();
    assert!(query(&done, "code").is_some(), "{done}");
    decide(&ada, &asked_again, true)
        .await
        .problem(422, "ceremony_invalid");
    ada.get(&back).await.status(400);
}

#[tokio::test]
async fn an_answer_leads_on_in_the_browser_that_gave_it_only() {
    let server = start(Consent::Remembered).await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let request = asked(&eve, &app().path()).await;
    let decided = decide(&eve, &request, true).await.status(200);
    // Eve sends others the way on from what she has allowed, so that they end up in her session.
    let onward = decided.text_at("/continue_to");
    let elsewhere = server.browser();
    elsewhere.sign_in("eve").await.status(200);
    for other in [&ada, &elsewhere, &server.browser()] {
        other.get(&onward).await.status(400);
    }
    let done = eve.get(&onward).await.location();
    assert!(query(&done, "code").is_some(), "{done}");
}

#[tokio::test]
async fn what_is_taken_back_before_the_code_is_redeemed_gives_nothing() {
    let server = start(Consent::Required).await;
    let ada = server.person("ada").await;
    let app = app();
    let request = asked(&ada, &app.path()).await;
    let decided = decide(&ada, &request, true).await.status(200);
    let path = format!("{}/partner", paths::CONSENTS);
    ada.delete(&path).await.status(204);
    let done = ada.get(&decided.text_at("/continue_to")).await.location();
    let code = query(&done, "code").unwrap();
    app.redeem(&server.program(), &code)
        .await
        .oauth_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_client_that_changes_while_somebody_is_asked_gets_what_it_may_now() {
    let server = Server::start().await;
    let (admin, ada) = (server.admin().await, server.person("ada").await);
    let path = format!("{}/partner", paths::ADMIN_CLIENTS);
    let kept = partner(Consent::Remembered);
    admin.create_client(&kept).await.status(201);
    let change = async |change: fn(&mut Client)| {
        let mut client = kept.clone();
        change(&mut client);
        admin.put(&path, json!(client)).await.status(200);
    };
    let mut app = app();
    app.scope = "openid orders:read".to_owned();
    // A scope that it may no longer have.
    let request = asked(&ada, &app.path()).await;
    change(|client| client.scopes.retain(|scope| scope != "orders:read")).await;
    let decided = decide(&ada, &request, true).await.status(200);
    let back = ada.get(&decided.text_at("/continue_to")).await.location();
    assert_eq!(error(&back), "invalid_scope");
    // An address to which nobody is sent any more, were it with an error.
    change(|_| ()).await;
    let request = asked(&ada, &app.path_with(&[("prompt", "consent")])).await;
    change(|client| client.redirect_uris = vec!["https://new.example/".to_owned()]).await;
    let decided = decide(&ada, &request, false).await.status(200);
    ada.get(&decided.text_at("/continue_to")).await.status(400);
    // Nobody was asked when the code was given, and somebody must be when it is redeemed.
    change(|client| client.consent = Consent::Skipped).await;
    let path_of_consent = format!("{}/partner", paths::CONSENTS);
    ada.delete(&path_of_consent).await.status(204);
    let code = app.code(&ada).await;
    change(|_| ()).await;
    app.redeem(&server.program(), &code)
        .await
        .oauth_error(400, "invalid_grant");
    // Gone altogether.
    let request = asked(&ada, &app.path()).await;
    admin.delete(&path).await.status(204);
    decide(&ada, &request, true)
        .await
        .problem(422, "ceremony_invalid");
    let list = ada.get(paths::CONSENTS).await.status(200);
    assert_eq!(list.at("/consents"), json!([]));
}

#[tokio::test]
async fn a_question_is_answered_once_by_fifty_at_once() {
    let server = start(Consent::Remembered).await;
    let ada = server.person("ada").await;
    let request = asked(&ada, &app().path()).await;
    let answers = all_at_once((0..50).map(|i| {
        let (ada, request) = (ada.clone(), request.clone());
        async move { decide(&ada, &request, i % 2 == 0).await }
    }))
    .await;
    let done: Vec<_> = answers.iter().filter(|it| it.status == 200).collect();
    assert_eq!(done.len(), 1);
    let refused = answers.iter().filter(|it| it.status == 422);
    assert_eq!(refused.count(), 49);
    let rows = server.audit().await;
    let about = rows
        .iter()
        .filter(|row| row.kind.starts_with("oauth.consent"));
    assert_eq!(about.count(), 1);
    // And what came of it is good for one code.
    let onward = done[0].text_at("/continue_to");
    let gone = all_at_once((0..20).map(|_| {
        let (ada, onward) = (ada.clone(), onward.clone());
        async move { ada.get(&onward).await.status }
    }))
    .await;
    assert_eq!(gone.iter().filter(|status| **status == 302).count(), 1);
}

#[tokio::test]
async fn a_question_is_over_after_a_quarter_of_an_hour() {
    let server = start(Consent::Remembered).await;
    let ada = server.person("ada").await;
    let request = asked(&ada, &app().path()).await;
    let late = asked(&ada, &app().path()).await;
    server.clock.advance_seconds(15 * 60 - 1);
    let decided = decide(&ada, &request, true).await.status(200);
    server.clock.advance_seconds(1);
    decide(&ada, &late, true)
        .await
        .problem(422, "ceremony_invalid");
    show(&ada, &late).await.problem(422, "ceremony_invalid");
    ada.get(&decided.text_at("/continue_to")).await.status(400);
}

#[tokio::test]
async fn nobody_can_claim_to_have_been_asked() {
    let server = start(Consent::Remembered).await;
    let ada = server.person("ada").await;
    let app = app();
    let request = asked(&ada, &app.path()).await;
    // What the page got is not what leads on, however it is put.
    let path = app.path_with(&[("portcullis_continue", &request)]);
    ada.get(&path).await.status(400);
    let shown = show(&ada, &request).await.status(200);
    let other = query(&shown.text_at("/another_account"), "return_to").unwrap();
    let onward = query(&other, "portcullis_continue").unwrap();
    decide(&ada, &onward, true)
        .await
        .problem(422, "ceremony_invalid");
    for forged in ["", "AAAA", "%00", &"A".repeat(4000)] {
        let answer = show(&ada, forged).await;
        assert!(matches!(answer.status, 400 | 422), "{forged}");
    }
}

#[tokio::test]
async fn asvs_10_7_3_taking_it_back_ends_what_was_given_at_once() {
    let server = start(Consent::Remembered).await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let (app, program) = (app(), server.program());
    let code = app.allowed_code(&ada, &app.path()).await;
    let tokens = Tokens::of(&app.redeem(&program, &code).await);
    let code = app.allowed_code(&eve, &app.path()).await;
    let eves = Tokens::of(&app.redeem(&program, &code).await);
    let spas = App::spa().tokens(&ada, &program).await;
    let kept = app.code(&ada).await;
    let list = ada.get(paths::CONSENTS).await.status(200);
    assert_eq!(list.at("/consents/0/client_name"), "Partner & Co");
    assert_eq!(
        list.at("/consents/0/scopes"),
        json!(["openid", "profile", "email"])
    );
    let path = format!("{}/partner", paths::CONSENTS);
    ada.delete(&path).await.status(204);
    ada.delete(&path).await.problem(404, "not_found");
    app.refresh(&program, &tokens.refresh)
        .await
        .oauth_error(400, "invalid_grant");
    session_of(&program, &tokens.access).await.status(401);
    app.redeem(&program, &kept)
        .await
        .oauth_error(400, "invalid_grant");
    asked(&ada, &app.path()).await;
    let list = ada.get(paths::CONSENTS).await.status(200);
    assert_eq!(list.at("/consents"), json!([]));
    // Nothing else has ended.
    app.refresh(&program, &eves.refresh).await.status(200);
    App::spa()
        .refresh(&program, &spas.refresh)
        .await
        .status(200);
    let rows = server.audit().await;
    let row = rows.iter().find(|row| row.kind == "oauth.consent_revoked");
    assert_eq!(row.unwrap().detail["client"], "partner");
    for none in ["nobody", "%00", &"x".repeat(300)] {
        let path = format!("{}/{none}", paths::CONSENTS);
        ada.delete(&path).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_code_and_a_revocation_at_once_leave_no_tokens() {
    let server = start(Consent::Remembered).await;
    let ada = server.person("ada").await;
    for _ in 0..10 {
        let app = app();
        app.allowed_code(&ada, &app.path_with(&[("prompt", "consent")]))
            .await;
        let code = app.code(&ada).await;
        let (program, other) = (server.program(), ada.clone());
        let redeem = {
            let app = app.clone();
            tokio::spawn(async move { app.redeem(&program, &code).await })
        };
        let path = format!("{}/partner", paths::CONSENTS);
        let revoke = tokio::spawn(async move { other.delete(&path).await });
        let (redeemed, revoked) = (redeem.await.unwrap(), revoke.await.unwrap());
        revoked.status(204);
        if redeemed.status == 200 {
            let tokens = Tokens::of(&redeemed);
            app.refresh(&server.program(), &tokens.refresh)
                .await
                .oauth_error(400, "invalid_grant");
            session_of(&server.program(), &tokens.access)
                .await
                .status(401);
        }
    }
}

#[tokio::test]
async fn rfc8252_8_6_what_another_program_could_get_is_asked_for_each_time() {
    let server = Server::start_with(|config| {
        let mut native = partner(Consent::Remembered);
        native.redirect_uris = vec![
            "http://127.0.0.1/callback".to_owned(),
            "com.example.app:/callback".to_owned(),
        ];
        config.clients.push(native);
    })
    .await;
    let ada = server.person("ada").await;
    for (uri, goes_to) in [
        ("http://127.0.0.1:51004/callback", "127.0.0.1:51004"),
        ("com.example.app:/callback", "com.example.app:"),
    ] {
        let app = App::new("partner", uri);
        app.allowed_code(&ada, &app.path()).await;
        let request = asked(&ada, &app.path()).await;
        let shown = show(&ada, &request).await.status(200);
        assert_eq!(shown.at("/goes_to"), goes_to);
        let silent = ada.get(&app.path_with(&[("prompt", "none")])).await;
        let back = silent.location();
        assert_eq!(query(&back, "error").as_deref(), Some("consent_required"));
    }
}

#[tokio::test]
async fn a_service_that_tokens_are_for_is_consented_to_as_well() {
    let server = Server::start_with(|config| {
        let mut client = partner(Consent::Remembered);
        client.resources = vec!["https://orders.example".to_owned()];
        config.clients.push(client);
    })
    .await;
    let ada = server.person("ada").await;
    let app = app();
    app.allowed_code(&ada, &app.path()).await;
    let path = app.path_with(&[("resource", "https://orders.example")]);
    let request = asked(&ada, &path).await;
    let shown = show(&ada, &request).await.status(200);
    assert_eq!(shown.at("/resources"), json!(["https://orders.example"]));
    app.allowed_code(&ada, &path).await;
    let back = ada.get(&path).await.location();
    assert!(query(&back, "code").is_some(), "{back}");
}

#[tokio::test]
async fn an_application_that_registers_itself_always_asks() {
    let server = Server::start().await;
    let (admin, ada) = (server.admin().await, server.person("ada").await);
    let made = admin
        .post(
            paths::ADMIN_REGISTRATION_TOKENS,
            json!({ "uses": 1, "seconds": 60 }),
        )
        .await;
    let token = made.status(201).text_at("/token");
    let body = json!({ "client_name": "New", "redirect_uris": [CALLBACK],
                       "token_endpoint_auth_method": "none",
                       "id_token_signed_response_alg": "ES256" });
    let program = server.program();
    let call = program.call(Method::POST, paths::OAUTH_REGISTER);
    let registered = call.bearer(&token).json(&body).send().await.status(201);
    let id = registered.text_at("/client_id");
    let managing = registered.text_at("/registration_access_token");
    let client = format!("{}/{id}", paths::ADMIN_CLIENTS);
    let kept = admin.get(&client).await.status(200);
    assert_eq!(kept.at("/client/consent"), "remembered");
    asked(&ada, &App::new(&id, CALLBACK).path()).await;
    // Managing itself, it gets no less than that, and no less than what an admin has set.
    for (set, stays) in [("skipped", "remembered"), ("required", "required")] {
        let mut changed = kept.at("/client");
        changed["consent"] = json!(set);
        admin.put(&client, changed).await.status(200);
        let mut body = body.clone();
        body["client_id"] = json!(id);
        let call = program.call(Method::PUT, &format!("{}/{id}", paths::OAUTH_REGISTER));
        call.bearer(&managing).json(&body).send().await.status(200);
        let now = admin.get(&client).await.status(200);
        assert_eq!(now.at("/client/consent"), stays, "{set}");
    }
}

#[tokio::test]
async fn a_deleted_client_leaves_no_consent_behind() {
    let server = Server::start().await;
    let (admin, ada) = (server.admin().await, server.person("ada").await);
    let mut client = confidential("shop");
    client.id_token_signed_response_alg = SigningAlgorithm::Es256;
    client.consent = Consent::Remembered;
    let secret = admin.secret_of_new(&client).await;
    let app = App::new("shop", "https://shop.example/callback");
    let code = app.allowed_code(&ada, &app.path()).await;
    let fields = app.code_fields(&code);
    let call = server.program();
    let call = call.call(Method::POST, paths::OAUTH_TOKEN).form(&fields);
    let header = basic("shop", &secret);
    call.header("authorization", header)
        .send()
        .await
        .status(200);
    admin
        .delete(&format!("{}/shop", paths::ADMIN_CLIENTS))
        .await
        .status(204);
    let list = ada.get(paths::CONSENTS).await.status(200);
    assert_eq!(list.at("/consents"), json!([]));
    admin.secret_of_new(&client).await;
    asked(&ada, &app.path()).await;
}

#[tokio::test]
async fn a_device_that_was_let_in_is_a_connected_application() {
    let server = Server::start_with(|config| {
        let mut tv = Client::new("tv", "TV");
        tv.grant_types = vec![GrantType::DeviceCode, GrantType::RefreshToken];
        tv.id_token_signed_response_alg = SigningAlgorithm::Es256;
        tv.consent = Consent::Required;
        config.clients.push(tv);
    })
    .await;
    let (ada, program) = (server.person("ada").await, server.program());
    let fields = [("client_id", "tv"), ("scope", "openid")];
    let begun = program
        .call(Method::POST, paths::OAUTH_DEVICE_AUTHORIZATION)
        .form(&fields)
        .send()
        .await
        .status(200);
    let body = json!({ "user_code": begun.text_at("/user_code"), "allow": true });
    ada.post(paths::DEVICE, body).await.status(204);
    let list = ada.get(paths::CONSENTS).await.status(200);
    assert_eq!(list.at("/consents/0/client_name"), "TV");
    let poll = || {
        let code = begun.text_at("/device_code");
        let program = &program;
        async move {
            let fields = [
                ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                ("client_id", "tv"),
                ("device_code", &*code),
            ];
            let call = program.call(Method::POST, paths::OAUTH_TOKEN);
            call.form(&fields).send().await
        }
    };
    let tokens = Tokens::of(&poll().await);
    ada.delete(&format!("{}/tv", paths::CONSENTS))
        .await
        .status(204);
    session_of(&program, &tokens.access).await.status(401);
    // One that was let in and has not heard of it yet is not let in after all.
    let begun_again = program
        .call(Method::POST, paths::OAUTH_DEVICE_AUTHORIZATION)
        .form(&fields)
        .send()
        .await
        .status(200);
    let body = json!({ "user_code": begun_again.text_at("/user_code"), "allow": true });
    ada.post(paths::DEVICE, body).await.status(204);
    ada.delete(&format!("{}/tv", paths::CONSENTS))
        .await
        .status(204);
    let code = begun_again.text_at("/device_code");
    let fields = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", "tv"),
        ("device_code", &*code),
    ];
    let call = program.call(Method::POST, paths::OAUTH_TOKEN);
    let heard = call.form(&fields).send().await;
    heard.oauth_error(400, "expired_token");
}
