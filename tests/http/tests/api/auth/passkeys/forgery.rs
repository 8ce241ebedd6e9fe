//! Answers of a passkey device that lies (WebAuthn level 3 sections 7.1 and 7.2).

use portcullis_http_tests::{Browser, Device, Passkey, Server, device::Draft};
use portcullis_types::paths;
use serde_json::json;

type Bend = fn(&mut Draft);

/// What the verifier must refuse both when a passkey is made and when it is used.
const LIES: &[(&str, Bend)] = &[
    ("user verification is missing", |draft| draft.uv = false),
    ("nobody was present", |draft| draft.up = false),
    ("neither present nor verified", |draft| {
        (draft.up, draft.uv) = (false, false);
    }),
    ("another rpId", |draft| {
        "evil.example".clone_into(&mut draft.rp_id);
    }),
    ("the rpId's parent", |draft| draft.rp_id = String::new()),
    ("another origin", |draft| {
        draft.client_data["origin"] = json!("https://evil.example");
    }),
    ("another port", |draft| {
        draft.client_data["origin"] = json!("http://localhost:1");
    }),
    ("another scheme", |draft| {
        let origin = draft.client_data["origin"].as_str().unwrap();
        draft.client_data["origin"] = json!(origin.replace("http://", "https://"));
    }),
    ("a subdomain", |draft| {
        let origin = draft.client_data["origin"].as_str().unwrap();
        draft.client_data["origin"] = json!(origin.replace("localhost", "evil.localhost"));
    }),
    ("no origin", |draft| {
        draft.client_data["origin"] = json!(null);
    }),
    ("inside another site's frame", |draft| {
        draft.client_data["crossOrigin"] = json!(true);
    }),
    ("below another site's page", |draft| {
        draft.client_data["topOrigin"] = json!("https://evil.example");
    }),
    ("another challenge", |draft| {
        draft.client_data["challenge"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    }),
    ("an empty challenge", |draft| {
        draft.client_data["challenge"] = json!("");
    }),
    ("no type", |draft| draft.client_data["type"] = json!("")),
    ("a payment", |draft| {
        draft.client_data["type"] = json!("payment.get");
    }),
    ("backed up without being eligible", |draft| {
        (draft.be, draft.bs) = (false, true);
    }),
];

#[tokio::test]
async fn webauthn_7_1_a_lie_while_registering_is_refused() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut accepted = Vec::new();
    for (lie, bend) in LIES {
        let begun = ada.begin(paths::PASSKEY_REGISTER_BEGIN).await;
        let (_, credential) = server.device().create_bent(&begun, bend);
        let answer = ada.finish_adding(&begun, credential, "Key").await;
        if answer.status == 201 {
            accepted.push(*lie);
            continue;
        }
        answer.problem(422, "passkey_rejected");
    }
    assert!(accepted.is_empty(), "accepted: {accepted:?}");
    let begun = ada.begin(paths::PASSKEY_REGISTER_BEGIN).await;
    let (_, credential) = server.device().create_bent(&begun, |draft| {
        draft.client_data["type"] = json!("webauthn.get");
    });
    let answer = ada.finish_adding(&begun, credential, "Key").await;
    answer.problem(422, "passkey_rejected");
    assert!(server.tables().await["passkeys"].is_empty());
}

#[tokio::test]
async fn webauthn_7_2_a_lie_while_signing_in_is_refused() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    let mut accepted = Vec::new();
    for (lie, bend) in LIES {
        let (browser, answer) = attempt(&server, &mut key, bend).await;
        if answer.status == 200 {
            accepted.push(*lie);
            continue;
        }
        answer.problem(401, "invalid_credentials");
        assert!(!browser.is_signed_in().await);
    }
    assert!(accepted.is_empty(), "accepted: {accepted:?}");
    let create: Bend = |draft| draft.client_data["type"] = json!("webauthn.create");
    let forge: Bend = |draft| draft.forge = true;
    for bend in [create, forge] {
        let (_, answer) = attempt(&server, &mut key, bend).await;
        answer.problem(401, "invalid_credentials");
    }
    assert_eq!(server.audited("session.signed_in").await, 0);
    assert_eq!(
        server.audited("session.sign_in_failed").await,
        LIES.len() + 2
    );
    server.browser().sign_in_with(&mut key).await.status(200);
}

async fn attempt(
    server: &Server,
    key: &mut Passkey,
    bend: impl FnOnce(&mut Draft),
) -> (Browser, portcullis_http_tests::Answer) {
    let browser = server.browser();
    let begun = browser.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
    let credential = key.get_bent(&begun, bend);
    let answer = browser.finish_signing_in(&begun, credential).await;
    (browser, answer)
}

/// A copy of a key shows itself by a counter that does not go up.
#[tokio::test]
async fn webauthn_7_2_21_a_counter_that_goes_back_is_refused() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    for _ in 0..5 {
        server.browser().sign_in_with(&mut key).await.status(200);
    }
    let now = key.counter;
    for counter in [now, now - 1, 1, 0] {
        let (browser, answer) = attempt(&server, &mut key, |draft| draft.counter = counter).await;
        assert_eq!(answer.status, 401, "counter {counter} after {now}");
        assert!(!browser.is_signed_in().await);
    }
    key.counter = now + 100;
    server.browser().sign_in_with(&mut key).await.status(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webauthn_7_2_21_a_cloned_key_used_at_the_same_time_signs_in_once() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    let mut ready = Vec::new();
    for _ in 0..20 {
        let browser = server.browser();
        let begun = browser.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
        let credential = key.get_bent(&begun, |draft| draft.counter = 2);
        ready.push((browser, begun, credential));
    }
    let tasks = ready
        .into_iter()
        .map(|(browser, begun, credential)| async move {
            browser.finish_signing_in(&begun, credential).await.status
        });
    let statuses = portcullis_http_tests::all_at_once(tasks).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 19);
}

#[tokio::test]
async fn webauthn_7_2_6_the_user_handle_must_be_the_owners() {
    let server = Server::start().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let adas = ada.add_passkey(&server.device(), "Key").await;
    let mut eves = eve.add_passkey(&server.device(), "Key").await;
    // Eve's key says that it is Ada's; that it has Ada's id; both; and nonsense.
    let (handle, id) = (adas.user_handle.clone(), adas.id.clone());
    let lies: [&dyn Fn(&mut Draft); 5] = [
        &|draft| draft.user_handle.clone_from(&handle),
        &|draft| draft.id.clone_from(&id),
        &|draft| {
            draft.user_handle.clone_from(&handle);
            draft.id.clone_from(&id);
        },
        &|draft| draft.user_handle = vec![0; 16],
        &|draft| draft.user_handle = Vec::new(),
    ];
    for lie in lies {
        let (browser, answer) = attempt(&server, &mut eves, lie).await;
        answer.problem(401, "invalid_credentials");
        assert!(!browser.is_signed_in().await);
    }
    server.browser().sign_in_with(&mut eves).await.status(200);
}

#[tokio::test]
async fn webauthn_6_3_3_an_unknown_credential_says_no_more_than_that() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    // That a credential is unknown is told, for the Signal API; a forged one of a known passkey
    // looks like any failure, and of an unknown one nothing more is to be learnt.
    let (_, forged) = attempt(&server, &mut key, |draft| draft.forge = true).await;
    let (_, unknown) = attempt(&server, &mut key, |draft| draft.id = vec![9; 32]).await;
    let (_, stranger) = attempt(&server, &mut key, |draft| {
        (draft.id, draft.user_handle) = (vec![8; 32], vec![8; 16]);
        draft.forge = true;
    })
    .await;
    assert_eq!(
        (stranger.status, &stranger.body),
        (unknown.status, &unknown.body)
    );
    forged.problem(401, "invalid_credentials");
    unknown.problem(401, "passkey_unknown");
    assert_eq!(server.audited("session.sign_in_failed").await, 3);
}

/// Whether a passkey can be synced is settled when it is made (WebAuthn level 3 section 6.1.3).
#[tokio::test]
async fn webauthn_6_1_3_backup_eligibility_does_not_change() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut synced = ada
        .add_passkey(&Device::synced(&server.origin), "Phone")
        .await;
    let (_, answer) = attempt(&server, &mut synced, |draft| {
        (draft.be, draft.bs) = (false, false);
    })
    .await;
    answer.problem(401, "invalid_credentials");
    // Whether it is backed up just now may change.
    let (browser, answer) = attempt(&server, &mut synced, |draft| draft.bs = false).await;
    answer.status(200);
    assert_eq!(
        browser.get(paths::PASSKEYS).await.at("/passkeys/0/synced"),
        false
    );
}

#[tokio::test]
async fn webauthn_7_1_25_a_credential_id_has_at_most_1023_bytes() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    for (length, expected) in [(16, 201), (1023, 201), (1024, 422), (2000, 422)] {
        let begun = ada.begin(paths::PASSKEY_REGISTER_BEGIN).await;
        let id = portcullis_http_tests::device::random(length);
        let (_, credential) = server.device().create_bent(&begun, |draft| draft.id = id);
        let answer = ada.finish_adding(&begun, credential, "Key").await;
        assert_eq!(answer.status, expected, "{length}: {}", answer.text());
    }
}

/// A key that was registered with one server's pages is of no use at another's.
#[tokio::test]
async fn a_sign_in_that_was_phished_elsewhere_is_refused() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    let attacker = server.browser();
    let begun = attacker.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
    let relayed = key.get_bent(&begun, |draft| {
        draft.client_data["origin"] = json!("https://portcullis.evil.example");
        draft.rp_id = "portcullis.evil.example".to_owned();
    });
    let answer = attacker.finish_signing_in(&begun, relayed).await;
    answer.problem(401, "invalid_credentials");
}
