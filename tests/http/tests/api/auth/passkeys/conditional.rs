//! Passkeys that a browser makes without asking (conditional create, WebAuthn level 3).

use portcullis_http_tests::{Browser, Device, Server, device::Draft};
use portcullis_types::paths;
use reqwest::Method;
use serde_json::{Value, json};

async fn begin(browser: &Browser) -> Value {
    let body = json!({ "conditional": true });
    let begun = browser.post(paths::PASSKEY_REGISTER_BEGIN, body).await;
    let begun = begun.status(200).json();
    let selection = &begun["options"]["authenticatorSelection"];
    assert_eq!(selection["userVerification"], "preferred");
    assert_eq!(selection["residentKey"], "required");
    // Browsers refuse this beside verification that is only preferred.
    let extensions = begun["options"]["extensions"].to_string();
    assert!(!extensions.contains("rotectionPolicy"), "{extensions}");
    begun
}

/// Neither touched nor verified.
fn unseen(draft: &mut Draft) {
    (draft.up, draft.uv) = (false, false);
}

#[tokio::test]
async fn webauthn_7_1_15_a_passkey_made_without_asking_signs_in_once_it_verifies_its_user() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    for device in [server.device(), Device::synced(&server.origin)] {
        let begun = begin(&ada).await;
        let (mut key, credential) = device.create_bent(&begun, unseen);
        ada.finish_adding(&begun, credential, "Key")
            .await
            .status(201);
        let browser = server.browser();
        // What it was registered without is asked for at each sign-in.
        let bends: [fn(&mut Draft); 3] =
            [unseen, |draft| draft.uv = false, |draft| draft.up = false];
        for bend in bends {
            let begun = browser.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
            let answer = key.get_bent(&begun, bend);
            let answer = browser.finish_signing_in(&begun, answer).await;
            answer.problem(401, "invalid_credentials");
        }
        browser.sign_in_with(&mut key).await.status(200);
        let begun = browser.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
        let answer = key.get_bent(&begun, |draft| draft.uv = false);
        let answer = browser.finish_signing_in(&begun, answer).await;
        answer.problem(401, "invalid_credentials");
    }
}

#[tokio::test]
async fn a_browser_that_asks_after_all_is_as_good() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let begun = begin(&ada).await;
    let (mut key, credential) = server.device().create(&begun);
    ada.finish_adding(&begun, credential, "Key")
        .await
        .status(201);
    server.browser().sign_in_with(&mut key).await.status(200);
}

#[tokio::test]
async fn webauthn_7_1_16_an_ordinary_registration_still_needs_presence_and_verification() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    for body in [json!({}), json!({ "conditional": false })] {
        let bends: [fn(&mut Draft); 3] =
            [unseen, |draft| draft.uv = false, |draft| draft.up = false];
        for bend in bends {
            let begun = ada.post(paths::PASSKEY_REGISTER_BEGIN, body.clone()).await;
            let begun = begun.status(200).json();
            let (_, credential) = server.device().create_bent(&begun, bend);
            let answer = ada.finish_adding(&begun, credential, "Key").await;
            answer.problem(422, "passkey_rejected");
        }
    }
    // Nor does sign-up know of it.
    let begun = server.browser();
    let body = json!({ "email": "eve@example.com", "conditional": true });
    let answer = begun.post(paths::PASSKEY_SIGN_UP_BEGIN, body).await;
    answer.problem(400, "invalid_request");
}

#[tokio::test]
async fn everything_else_is_verified_as_ever() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let bends: [fn(&mut Draft); 4] = [
        |draft| draft.client_data["origin"] = json!("https://evil.example"),
        |draft| draft.client_data["challenge"] = json!("AAAA"),
        |draft| draft.client_data["type"] = json!("webauthn.get"),
        |draft| draft.rp_id = "evil.example".to_owned(),
    ];
    for bend in bends {
        let begun = begin(&ada).await;
        let (_, credential) = server.device().create_bent(&begun, |draft| {
            unseen(draft);
            bend(draft);
        });
        let answer = ada.finish_adding(&begun, credential, "Key").await;
        answer.problem(422, "passkey_rejected");
    }
}

#[tokio::test]
async fn only_a_fresh_proof_lets_a_passkey_be_made_without_asking() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let begun = begin(&ada).await;
    server.clock.advance_seconds(15 * 60);
    let body = json!({ "conditional": true });
    let late = ada.post(paths::PASSKEY_REGISTER_BEGIN, body.clone()).await;
    late.problem(403, "step_up_required");
    let (_, credential) = server.device().create_bent(&begun, unseen);
    let late = ada.finish_adding(&begun, credential, "Key").await;
    late.problem(403, "step_up_required");
    let nobody = server
        .browser()
        .post(paths::PASSKEY_REGISTER_BEGIN, body)
        .await;
    nobody.problem(401, "not_authenticated");
}

#[tokio::test]
async fn the_body_may_be_left_out() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let call = ada.call(Method::POST, paths::PASSKEY_REGISTER_BEGIN);
    let begun = call.send().await.status(200);
    let verification = begun.at("/options/authenticatorSelection/userVerification");
    assert_eq!(verification, "required");
}
