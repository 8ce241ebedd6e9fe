//! Signing in with a second factor, and what an attacker who knows the password gets: nothing.

use std::collections::BTreeSet;

use portcullis_domain::Clock;
use portcullis_http_tests::{
    App, Browser, PASSWORD, Server,
    authenticator::Authenticator,
    browser::{SESSION, SIGN_IN},
    race::all_at_once,
    routes,
};
use portcullis_types::paths;
use reqwest::Method;
use serde_json::{Value, json};

/// Ada with an authenticator app, whose next code is good.
async fn ada(server: &Server) -> (Browser, Authenticator, Vec<String>) {
    let ada = server.person("ada").await;
    let (app, codes) = ada.add_totp(server.clock.now()).await;
    server.clock.advance_seconds(30);
    (ada, app, codes)
}

/// A browser in which the password was right.
async fn half_way(server: &Server) -> Browser {
    let browser = server.browser();
    browser.begin_sign_in("ada").await;
    browser
}

fn code_of(server: &Server, app: &Authenticator) -> String {
    app.code(server.clock.now())
}

#[tokio::test]
async fn asvs_6_3_3_a_password_and_a_code_sign_in_and_a_password_alone_does_not() {
    let server = Server::start().await;
    let (_, app, _) = ada(&server).await;
    let tab = server.browser();
    let answer = tab.begin_sign_in("ada").await;
    assert_eq!(answer.at("/factors"), json!(["totp", "recovery_code"]));
    assert!(tab.cookie(SESSION).is_none());
    let cookie = answer.header("set-cookie");
    for part in [
        "__Host-portcullis-sign-in=pc_si_",
        "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!tab.is_signed_in().await);
    let answer = tab.enter(&code_of(&server, &app)).await.status(200);
    assert_eq!(answer.at("/session/amr"), json!(["pwd", "otp", "mfa"]));
    assert!(tab.cookie(SIGN_IN).is_none(), "it is over");
    assert!(tab.is_signed_in().await);
    let list = tab.get(paths::TOTP).await.ok();
    assert_eq!(
        list.at("/devices/0/last_used_at"),
        json!(server.clock.now())
    );
}

#[tokio::test]
async fn a_passkey_is_enough_by_itself_and_is_named_beside_the_codes() {
    let server = Server::start().await;
    let (ada, _, _) = ada(&server).await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    let tab = server.browser();
    let answer = tab.begin_sign_in("ada").await;
    let factors = json!(["totp", "recovery_code", "passkey"]);
    assert_eq!(answer.at("/factors"), factors);
    tab.sign_in_with(&mut key).await.status(200);
    assert!(tab.is_signed_in().await);
}

#[tokio::test]
async fn the_first_app_ends_whatever_was_signed_in_with_the_password_alone() {
    let server = Server::start().await;
    let (ada, other) = (server.person("ada").await, server.browser());
    other.sign_in("ada").await.status(200);
    let program = server.program();
    let tokens = App::spa().tokens(&other, &program).await;
    ada.add_totp(server.clock.now()).await;
    assert_eq!(ada.session().await["amr"], json!(["pwd", "otp", "mfa"]));
    assert!(!other.is_signed_in().await);
    let refreshed = App::spa().refresh(&program, &tokens.refresh).await;
    refreshed.status(400);
    // One more changes nothing for anybody.
    server.clock.advance_seconds(30);
    let third = half_way(&server).await;
    let begun = ada.begin(paths::TOTP_REGISTER_BEGIN).await;
    let second = Authenticator::take(&begun);
    let code = code_of(&server, &second);
    let added = ada.finish_totp(&begun, &code).await.status(201);
    assert_eq!(added.at("/recovery_codes"), Value::Null);
    server.clock.advance_seconds(30);
    third.enter(&code_of(&server, &second)).await.status(200);
    assert!(ada.is_signed_in().await);
}

#[tokio::test]
async fn an_app_is_added_by_its_first_code_once_and_five_at_most() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let begun = ada.begin(paths::TOTP_REGISTER_BEGIN).await;
    let app = Authenticator::take(&begun);
    let uri = begun["uri"].as_str().unwrap();
    let secret = begun["secret"].as_str().unwrap();
    assert!(uri.starts_with("otpauth://totp/Portcullis:ada%40example%2Ecom?"));
    assert!(uri.contains(&format!("secret={secret}&issuer=Portcullis&")));
    assert!(begun["qr"].as_str().unwrap().starts_with("<svg "));
    let wrong = app.code(server.clock.now().plus_seconds(90));
    for wrong in [&*wrong, "", "abc", "000 00"] {
        let answer = ada.finish_totp(&begun, wrong).await;
        answer.problem(401, "invalid_credentials");
    }
    let code = code_of(&server, &app);
    // Somebody else's session is no good for it.
    let eve = server.person("eve").await;
    let answer = eve.finish_totp(&begun, &code).await;
    answer.problem(422, "ceremony_invalid");
    let at_once = (0..50).map(|_| {
        let (ada, begun, code) = (ada.clone(), begun.clone(), code.clone());
        async move { ada.finish_totp(&begun, &code).await.status }
    });
    let statuses = all_at_once(at_once).await;
    assert_eq!(statuses.iter().filter(|it| **it == 201).count(), 1);
    for _ in 1..4 {
        ada.add_totp(server.clock.now()).await;
    }
    let begun = [
        ada.begin(paths::TOTP_REGISTER_BEGIN).await,
        ada.begin(paths::TOTP_REGISTER_BEGIN).await,
    ];
    let finish = begun.map(|begun| {
        let (ada, code) = (ada.clone(), code_of(&server, &Authenticator::take(&begun)));
        async move { ada.finish_totp(&begun, &code).await.status }
    });
    let mut statuses = all_at_once(finish).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let answer = ada.post(paths::TOTP_REGISTER_BEGIN, json!({})).await;
    answer.problem(409, "totp_limit");
    let list = ada.get(paths::TOTP).await;
    assert_eq!(list.at("/devices").as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn asvs_6_5_1_and_rfc6238_5_2_a_step_is_good_once_also_for_fifty_at_once() {
    let server = Server::start().await;
    let (_, app, _) = ada(&server).await;
    let code = code_of(&server, &app);
    let mut tabs = Vec::new();
    for _ in 0..50 {
        tabs.push(half_way(&server).await);
    }
    let copies = tabs.clone();
    let at_once = copies.into_iter().map(|tab| {
        let code = code.clone();
        async move { tab.enter(&code).await.status }
    });
    let statuses = all_at_once(at_once).await;
    let count = |status: u16| statuses.iter().filter(|it| **it == status).count();
    assert_eq!((count(200), count(401)), (1, 49));
    assert_eq!(server.audited("session.signed_in").await, 1);
    // Neither later, nor what the app showed before.
    let loser = statuses.iter().position(|it| *it == 401).unwrap();
    let before = app.code(server.clock.now().plus_seconds(-30));
    for code in [&code, &before] {
        let answer = tabs[loser].enter(code).await;
        answer.problem(401, "invalid_credentials");
    }
    server.clock.advance_seconds(30);
    let next = code_of(&server, &app);
    tabs[loser].enter(&next).await.status(200);
}

#[tokio::test]
async fn the_code_that_added_an_app_signs_nobody_in() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (app, _) = ada.add_totp(server.clock.now()).await;
    let tab = half_way(&server).await;
    let answer = tab.enter(&code_of(&server, &app)).await;
    answer.problem(401, "invalid_credentials");
}

#[tokio::test]
async fn a_code_is_good_for_its_step_and_the_next_one() {
    let server = Server::start().await;
    let (_, app, _) = ada(&server).await;
    let (early, tab) = (half_way(&server).await, half_way(&server).await);
    let next = app.code(server.clock.now().plus_seconds(30));
    early.enter(&next).await.problem(401, "invalid_credentials");
    // A step begins at a whole half minute.
    assert_eq!(server.clock.now().0 % 30_000, 0);
    server.clock.advance_seconds(30 + 59);
    early.enter(&next).await.status(200);
    let late = app.code(server.clock.now());
    server.clock.advance_seconds(61);
    let answer = tab.enter(&late).await;
    answer.problem(401, "invalid_credentials");
}

#[tokio::test]
async fn asvs_6_6_3_of_two_hundred_guesses_at_once_five_are_looked_at() {
    let server = Server::start().await;
    let (_, app, codes) = ada(&server).await;
    let tab = half_way(&server).await;
    let good = code_of(&server, &app);
    let at_once = (0..200).map(|number: u32| {
        let tab = tab.clone();
        let guess = format!(
            "{:06}",
            (good.parse::<u32>().unwrap() + 1 + number) % 1_000_000
        );
        async move { tab.enter(&guess).await.status }
    });
    let statuses = all_at_once(at_once).await;
    let count = |status: u16| statuses.iter().filter(|it| **it == status).count();
    assert_eq!((count(401), count(422)), (5, 195));
    assert_eq!(server.audited("session.sign_in_failed").await, 5);
    // Now not even the right ones are.
    tab.enter(&good).await.problem(422, "ceremony_invalid");
    let answer = tab.enter_recovery(&codes[0]).await;
    answer.problem(422, "ceremony_invalid");
    half_way(&server).await.enter(&good).await.status(200);
}

#[tokio::test]
async fn any_number_of_sign_ins_gets_ten_wrong_codes_an_hour_and_a_passkey_still_works() {
    let server = Server::start_with(|config| config.limits.second_factors_per_account = 10).await;
    let (ada, app, codes) = ada(&server).await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    let wrong = app.code(server.clock.now().plus_seconds(3000));
    for _ in 0..2 {
        let tab = half_way(&server).await;
        for _ in 0..5 {
            tab.enter(&wrong).await.problem(401, "invalid_credentials");
        }
    }
    let tab = half_way(&server).await;
    let good = code_of(&server, &app);
    tab.enter(&good).await.problem(429, "rate_limited");
    let answer = tab.enter_recovery(&codes[0]).await;
    answer.problem(429, "rate_limited");
    tab.sign_in_with(&mut key).await.status(200);
    server.clock.advance_seconds(3600);
    let tab = half_way(&server).await;
    tab.enter(&code_of(&server, &app)).await.status(200);
}

#[tokio::test]
async fn a_sign_in_under_way_opens_no_route() {
    let server = Server::start().await;
    let (ada, _, _) = ada(&server).await;
    let user = ada.user_id().await;
    let tab = half_way(&server).await;
    let token = tab.cookie(SIGN_IN).unwrap();
    let as_session = server.browser();
    as_session.plant(SESSION, &token);
    as_session.plant(SESSION, &token.replace("pc_si_", "pc_ses_"));
    let visitor = server.browser();
    let (all, _) = routes::all(&visitor).await;
    let finishing = [
        paths::TOTP_SIGN_IN,
        paths::RECOVERY_CODE_SIGN_IN,
        paths::SIGN_OUT,
        paths::SESSION,
    ];
    let mut seen = BTreeSet::new();
    for route in all {
        if finishing.contains(&&*route.path) {
            continue;
        }
        let path = route.path.replace("{id}", &user).replace("{role}", "user");
        let send = async |browser: &Browser, bearer: Option<&str>| {
            let mut call = browser.call(route.method.clone(), &path);
            if let Some(bearer) = bearer {
                call = call.bearer(bearer);
            }
            if route.method != Method::GET {
                call = call.json(&json!({}));
            }
            call.send().await.status
        };
        let nobody = send(&visitor, None).await;
        for browser in [&tab, &as_session] {
            let status = send(browser, None).await;
            assert_eq!(status, nobody, "{}", route.name());
        }
        let nobody = send(&visitor, Some("pc_at_x")).await;
        let status = send(&visitor, Some(&token)).await;
        assert_eq!(status, nobody, "{} as a bearer", route.name());
        seen.insert(nobody);
    }
    assert!(seen.contains(&401));
    for browser in [&tab, &as_session] {
        assert_eq!(browser.session().await, Value::Null);
    }
}

#[tokio::test]
async fn a_sign_in_is_finished_in_its_own_browser_and_in_time() {
    let server = Server::start().await;
    let (ada, app, codes) = ada(&server).await;
    let tab = half_way(&server).await;
    let token = tab.cookie(SIGN_IN).unwrap();
    let eve = server.browser();
    let forged = [
        None,
        Some(token.replace("pc_si_", "pc_ses_")),
        Some(format!("pc_si_{}", "A".repeat(43))),
        Some(ada.session_token()),
    ];
    for forged in forged {
        if let Some(forged) = forged {
            eve.plant(SIGN_IN, &forged);
        }
        let answer = eve.enter(&code_of(&server, &app)).await;
        answer.problem(422, "ceremony_invalid");
        let answer = eve.enter_recovery(&codes[0]).await;
        answer.problem(422, "ceremony_invalid");
    }
    server.clock.advance_seconds(600);
    let answer = tab.enter(&code_of(&server, &app)).await;
    answer.problem(422, "ceremony_invalid");
    // Another site's page cannot finish one either.
    let tab = half_way(&server).await;
    let call = tab.call(Method::POST, paths::TOTP_SIGN_IN);
    let body = json!({ "code": code_of(&server, &app) });
    let call = call.json(&body).header("sec-fetch-site", "cross-site");
    call.send().await.problem(403, "csrf_rejected");
}

#[tokio::test]
async fn a_new_password_and_a_disabled_account_end_a_sign_in_under_way() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (ada, app, _) = ada(&server).await;
    let tab = half_way(&server).await;
    let body = json!({ "current": PASSWORD, "new": "quiver plinth saddle 77" });
    ada.put(paths::PASSWORD, body).await.status(204);
    let answer = tab.enter(&code_of(&server, &app)).await;
    answer.problem(422, "ceremony_invalid");
    let sign_in = tab.sign_in_as("ada", "quiver plinth saddle 77").await;
    sign_in.problem(401, "second_factor_required");
    let user = ada.user_id().await;
    for act in ["disable", "enable"] {
        let path = format!("{}/{user}/{act}", paths::ADMIN_USERS);
        admin.post(&path, json!({})).await.status(204);
    }
    let answer = tab.enter(&code_of(&server, &app)).await;
    answer.problem(422, "ceremony_invalid");
}

#[tokio::test]
async fn asvs_6_5_6_a_removed_app_is_good_for_nothing_and_the_last_one_takes_the_codes_along() {
    let server = Server::start().await;
    let (ada, app, codes) = ada(&server).await;
    ada.add_totp(server.clock.now()).await;
    let list = ada.get(paths::TOTP).await;
    assert_eq!(list.at("/recovery_codes_left"), 10);
    let path = |at: &str| format!("{}/{}", paths::TOTP, list.text_at(at));
    let eve = server.person("eve").await;
    let answer = eve.delete(&path("/devices/0/id")).await;
    answer.problem(404, "not_found");
    let tab = half_way(&server).await;
    ada.delete(&path("/devices/0/id")).await.status(204);
    let answer = tab.enter(&code_of(&server, &app)).await;
    answer.problem(401, "invalid_credentials");
    ada.delete(&path("/devices/1/id")).await.status(204);
    ada.delete(&path("/devices/1/id")).await.status(404);
    let answer = tab.enter_recovery(&codes[0]).await;
    answer.problem(401, "invalid_credentials");
    let list = ada.get(paths::TOTP).await;
    assert_eq!(list.at("/recovery_codes_left"), 0);
    let answer = ada.post(paths::RECOVERY_CODES, json!({})).await;
    answer.problem(409, "conflict");
    server.browser().sign_in("ada").await.status(200);
}

#[tokio::test]
async fn asvs_6_5_1_a_recovery_code_is_good_once_also_for_fifty_at_once() {
    let server = Server::start().await;
    let (ada, _, codes) = ada(&server).await;
    assert_eq!(codes.len(), 10);
    let mut tabs = Vec::new();
    for _ in 0..50 {
        tabs.push(half_way(&server).await);
    }
    let at_once = tabs.into_iter().map(|tab| {
        let code = codes[3].clone();
        async move { tab.enter_recovery(&code).await.status }
    });
    let statuses = all_at_once(at_once).await;
    let count = |status: u16| statuses.iter().filter(|it| **it == status).count();
    assert_eq!((count(200), count(401)), (1, 49));
    let left = |list: portcullis_http_tests::Answer| list.at("/recovery_codes_left");
    assert_eq!(left(ada.get(paths::TOTP).await), 9);
    let tab = half_way(&server).await;
    let typed = codes[4].to_lowercase().replace('-', " ");
    let answer = tab.enter_recovery(&typed).await.status(200);
    assert_eq!(answer.at("/session/amr"), json!(["pwd", "otp", "mfa"]));
    // Others in their place: those of before are no good.
    let new = ada.post(paths::RECOVERY_CODES, json!({})).await.ok();
    assert_eq!(left(ada.get(paths::TOTP).await), 10);
    let tab = half_way(&server).await;
    let answer = tab.enter_recovery(&codes[0]).await;
    answer.problem(401, "invalid_credentials");
    tab.enter_recovery(&new.text_at("/codes/0"))
        .await
        .status(200);
}

#[tokio::test]
async fn asvs_7_5_1_what_makes_second_factors_asks_for_a_recent_proof_which_takes_both() {
    let server = Server::start().await;
    let (ada, app, _) = ada(&server).await;
    let list = ada.get(paths::TOTP).await;
    let device = format!("{}/{}", paths::TOTP, list.text_at("/devices/0/id"));
    let begun = ada.begin(paths::TOTP_REGISTER_BEGIN).await;
    server.clock.advance_seconds(15 * 60);
    let before = server.tables().await;
    let finish = json!({ "ceremony": begun["ceremony"], "code": "000000" });
    for (method, path, body) in [
        (Method::POST, paths::TOTP_REGISTER_BEGIN, json!({})),
        (Method::POST, paths::TOTP_REGISTER_FINISH, finish),
        (Method::POST, paths::RECOVERY_CODES, json!({})),
        (Method::DELETE, &*device, json!({})),
    ] {
        let answer = ada.call(method, path).json(&body).send().await;
        answer.problem(403, "step_up_required");
    }
    assert_eq!(server.tables().await, before, "nothing happened");
    // The password alone elevates nothing: the session stays as it was.
    let old = ada.session_token();
    ada.begin_sign_in("ada").await;
    assert_eq!(ada.session_token(), old);
    let answer = ada.post(paths::RECOVERY_CODES, json!({})).await;
    answer.problem(403, "step_up_required");
    ada.enter(&code_of(&server, &app)).await.status(200);
    assert_ne!(ada.session_token(), old);
    assert_eq!(server.audited("session.elevated").await, 1);
    ada.post(paths::RECOVERY_CODES, json!({})).await.ok();
}

#[tokio::test]
async fn asvs_14_2_keys_and_codes_are_not_in_the_database() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let begun = ada.begin(paths::TOTP_REGISTER_BEGIN).await;
    let code = Authenticator::take(&begun).code(server.clock.now());
    let added = ada.finish_totp(&begun, &code).await.status(201);
    server.clock.advance_seconds(30);
    let tab = half_way(&server).await;
    let tables = format!("{:?}", server.tables().await);
    let secrets = [
        begun["secret"].as_str().unwrap().to_owned(),
        added.text_at("/recovery_codes/0"),
        added.text_at("/recovery_codes/0").replace('-', ""),
        tab.cookie(SIGN_IN).unwrap(),
    ];
    for secret in secrets {
        assert!(!tables.contains(&secret));
    }
    let shown = ada.get(paths::TOTP).await.text();
    assert!(!shown.contains("secret") && !shown.contains("sealed"));
}
