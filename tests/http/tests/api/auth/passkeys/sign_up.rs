//! Accounts that have a passkey and no password.

use portcullis_http_tests::{Server, all_at_once, browser::SESSION};
use portcullis_types::paths;
use serde_json::json;

#[tokio::test]
async fn somebody_makes_an_account_with_a_passkey_only() {
    let server = Server::start().await;
    let ada = server.browser();
    let mut key = ada.sign_up_with_passkey(&server.device(), "ada").await;
    let session = ada.session().await;
    assert_eq!(session["user"]["email"], "ada@example.com");
    assert_eq!(session["user"]["has_password"], false);
    assert_eq!(session["roles"], json!(["user"]));
    assert_eq!(session["amr"], json!(["hwk", "user", "mfa"]));
    ada.sign_out().await.status(204);
    ada.sign_in_with(&mut key).await.status(200);
    assert_eq!(server.audited("account.created").await, 1);
}

#[tokio::test]
async fn asvs_6_3_8_beginning_does_not_tell_whether_the_address_is_taken() {
    let server = Server::start().await;
    server.person("ada").await;
    let shape = |begun: &serde_json::Value| {
        let mut options = begun["options"].clone();
        for unlike in ["/challenge", "/user/id", "/user/name", "/user/displayName"] {
            *options.pointer_mut(unlike).unwrap() = json!(null);
        }
        options
    };
    let taken = server.browser().begin_sign_up("ada").await;
    let free = server.browser().begin_sign_up("eve").await;
    assert_eq!(shape(&taken), shape(&free));
    let browser = server.browser();
    let begun = browser.begin_sign_up("ada").await;
    let (_, credential) = server.device().create(&begun);
    let answer = browser.finish_sign_up(&begun, credential).await;
    answer.problem(422, "registration_refused");
    assert!(browser.cookie(SESSION).is_none());
    assert!(server.tables().await["passkeys"].is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_who_want_the_same_address_make_one_account() {
    let server = Server::start().await;
    let mut ready = Vec::new();
    for _ in 0..50 {
        let browser = server.browser();
        let begun = browser.begin_sign_up("ada").await;
        let (_, credential) = server.device().create(&begun);
        ready.push((browser, begun, credential));
    }
    let statuses = all_at_once(
        ready
            .into_iter()
            .map(|(browser, begun, credential)| async move {
                browser.finish_sign_up(&begun, credential).await.status
            }),
    )
    .await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1);
    let tables = server.tables().await;
    assert_eq!((tables["accounts"].len(), tables["passkeys"].len()), (1, 1));
}

#[tokio::test]
async fn a_credential_that_is_somebody_elses_makes_no_account() {
    let server = Server::start().await;
    let ada = server.browser();
    let mut key = ada.sign_up_with_passkey(&server.device(), "ada").await;
    let eve = server.browser();
    let begun = eve.begin_sign_up("eve").await;
    let id = key.id.clone();
    let (_, credential) = server.device().create_bent(&begun, |draft| draft.id = id);
    let answer = eve.finish_sign_up(&begun, credential).await;
    assert!(
        answer.status == 409 || answer.status == 422,
        "{}",
        answer.text()
    );
    answer.problem_code();
    assert_eq!(server.tables().await["accounts"].len(), 1);
    server.browser().sign_in_with(&mut key).await.status(200);
}

#[tokio::test]
async fn an_address_that_is_none_does_not_begin() {
    let server = Server::start().await;
    for (email, name, code) in [
        ("ada", "Ada", "email_invalid"),
        ("", "Ada", "email_invalid"),
        ("ada@example.com", "", "name_invalid"),
        ("ada@example.com", "a\u{7}", "name_invalid"),
    ] {
        let body = json!({ "email": email, "name": name });
        let answer = server
            .browser()
            .post(paths::PASSKEY_SIGN_UP_BEGIN, body)
            .await;
        answer.problem(422, code);
    }
}
