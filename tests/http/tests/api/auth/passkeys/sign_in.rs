//! Signing in with a passkey, without a user name.

use portcullis_http_tests::{Device, Server, all_at_once, browser::SESSION, device::Draft};
use portcullis_types::paths;
use serde_json::json;

#[tokio::test]
async fn somebody_signs_in_with_a_passkey_and_no_name() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    server.clock.advance_seconds(5);
    let browser = server.browser();
    let begun = browser.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
    let options = &begun["options"];
    assert_eq!(options["rpId"], "localhost");
    assert_eq!(options["userVerification"], "required");
    assert!(
        options["allowCredentials"]
            .as_array()
            .is_none_or(Vec::is_empty)
    );
    let credential = key.get(&begun);
    let answer = browser
        .finish_signing_in(&begun, credential)
        .await
        .status(200);
    assert_eq!(answer.at("/session/user/name"), "ada");
    assert_eq!(answer.at("/session/amr"), json!(["hwk", "user", "mfa"]));
    assert!(answer.set_cookie(SESSION).is_some());
    let list = browser.get(paths::PASSKEYS).await;
    assert_eq!(list.at("/passkeys/0/last_used_at"), 1_800_000_005_000_i64);
}

#[tokio::test]
async fn any_of_several_passkeys_signs_in() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut keys = Vec::new();
    for device in [
        server.device(),
        Device::synced(&server.origin),
        server.device(),
    ] {
        server.clock.advance_seconds(1);
        keys.push(ada.add_passkey(&device, "Key").await);
    }
    let list = ada.get(paths::PASSKEYS).await;
    assert_eq!(list.at("/passkeys/1/synced"), true);
    for key in &mut keys {
        for _ in 0..3 {
            let browser = server.browser();
            browser.sign_in_with(key).await.status(200);
        }
    }
    let browser = server.browser();
    let answer = browser.sign_in_with(&mut keys[1]).await.status(200);
    assert_eq!(answer.at("/session/amr"), json!(["swk", "user", "mfa"]));
}

#[tokio::test]
async fn remember_me_goes_with_a_passkey_too() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    let browser = server.browser();
    let begun = browser.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
    let body = json!({ "ceremony": begun["ceremony"], "credential": key.get(&begun),
                       "remember": true });
    let answer = browser
        .post(paths::PASSKEY_SIGN_IN_FINISH, body)
        .await
        .status(200);
    assert!(
        answer
            .set_cookie(SESSION)
            .unwrap()
            .contains("Max-Age=2592000")
    );
}

#[tokio::test]
async fn a_disabled_account_is_not_signed_in() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    let path = format!("/api/admin/users/{}/disable", ada.user_id().await);
    admin.post(&path, json!({})).await.status(204);
    let browser = server.browser();
    let answer = browser.sign_in_with(&mut key).await;
    answer.problem(401, "invalid_credentials");
    assert!(browser.cookie(SESSION).is_none());
}

#[tokio::test]
async fn a_deleted_passkey_signs_nobody_in() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    let begun = server.browser();
    let early = begun.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
    let list = ada.get(paths::PASSKEYS).await;
    let path = format!("{}/{}", paths::PASSKEYS, list.text_at("/passkeys/0/id"));
    ada.delete(&path).await.status(200);
    // Not even in a ceremony that had begun before.
    let credential = key.get(&early);
    let answer = begun.finish_signing_in(&early, credential).await;
    answer.problem(401, "passkey_unknown");
    let answer = server.browser().sign_in_with(&mut key).await;
    answer.problem(401, "passkey_unknown");
    assert_eq!(server.audited("session.sign_in_failed").await, 2);
}

#[tokio::test]
async fn webauthn_5_1_10_a_browser_is_told_of_a_passkey_that_no_account_has() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    let browser = server.browser();
    let begun = browser.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
    let unknown = key.get_bent(&begun, |draft| draft.id = vec![7; 32]);
    let answer = browser.finish_signing_in(&begun, unknown.clone()).await;
    assert_eq!(answer.at("/rp_id"), "localhost");
    assert!(browser.cookie(SESSION).is_none());
    answer.problem(401, "passkey_unknown");
    // The ceremony is spent, so nobody asks about many ids in one.
    let again = browser.finish_signing_in(&begun, unknown).await;
    assert!(again.at("/rp_id").is_null());
    again.problem(422, "ceremony_invalid");
    // Whatever else is wrong with a passkey that is known, is not told.
    let bends: [fn(&mut Draft); 4] = [
        |draft| draft.forge = true,
        |draft| draft.user_handle = vec![7; 16],
        |draft| draft.uv = false,
        |draft| draft.client_data["crossOrigin"] = json!(true),
    ];
    for bend in bends {
        let begun = browser.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
        let credential = key.get_bent(&begun, bend);
        let answer = browser.finish_signing_in(&begun, credential).await;
        assert!(answer.at("/rp_id").is_null());
        answer.problem(401, "invalid_credentials");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_synced_passkey_on_twenty_devices_at_once_signs_all_in() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut key = ada
        .add_passkey(&Device::synced(&server.origin), "Phone")
        .await;
    let mut ready = Vec::new();
    for _ in 0..20 {
        let browser = server.browser();
        let begun = browser.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
        let credential = key.get(&begun);
        ready.push((browser, begun, credential));
    }
    let statuses = all_at_once(
        ready
            .into_iter()
            .map(|(browser, begun, credential)| async move {
                browser.finish_signing_in(&begun, credential).await.status
            }),
    )
    .await;
    assert_eq!(statuses, [200; 20]);
}

#[tokio::test]
async fn ceremonies_begun_from_one_address_are_limited() {
    let server = Server::start_with(|config| config.limits.ceremonies_per_ip = 5).await;
    let browser = server.browser();
    for _ in 0..5 {
        browser.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
    }
    let answer = browser.post(paths::PASSKEY_SIGN_IN_BEGIN, json!({})).await;
    assert!(answer.header("retry-after").parse::<u32>().unwrap() <= 61);
    answer.problem(429, "rate_limited");
    server.clock.advance_seconds(61);
    browser.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
}
