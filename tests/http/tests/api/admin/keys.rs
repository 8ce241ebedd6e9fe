//! Signing keys by admin API.

use portcullis_http_tests::{Answer, Browser, Server, all_at_once};
use portcullis_types::paths;
use serde_json::{Value, json};

async fn rotate(admin: &Browser, body: Value) -> Answer {
    let path = format!("{}/rotate", paths::ADMIN_KEYS);
    admin.post(&path, body).await
}

fn states(answer: &Answer) -> Vec<(String, String)> {
    let keys = answer.at("/keys");
    let text = |key: &Value, name: &str| key[name].as_str().unwrap().to_owned();
    let keys = keys.as_array().unwrap().iter();
    keys.map(|key| (text(key, "kid"), text(key, "state")))
        .collect()
}

fn kid_in(answer: &Answer, state: &str) -> String {
    let states = states(answer);
    let mut of = states.into_iter().filter(|(_, other)| other == state);
    let (kid, _) = of.next().unwrap();
    assert!(of.next().is_none(), "one {state} key");
    kid
}

#[tokio::test]
async fn the_next_key_takes_over_and_the_one_before_is_retired() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let before = admin.get(paths::ADMIN_KEYS).await.status(200);
    assert_eq!(states(&before).len(), 2);
    let (active, next) = (kid_in(&before, "active"), kid_in(&before, "next"));
    let after = rotate(&admin, json!({ "force": true })).await.status(200);
    assert_eq!(kid_in(&after, "retired"), active);
    assert_eq!(kid_in(&after, "active"), next);
    assert!(
        !states(&before)
            .iter()
            .any(|(kid, _)| *kid == kid_in(&after, "next"))
    );
    let listed = admin.get(paths::ADMIN_KEYS).await;
    assert_eq!(states(&listed), states(&after));
    let text = listed.text();
    for word in ["sealed", "\"d\"", "private"] {
        assert!(!text.contains(word), "{word}");
    }
}

#[tokio::test]
async fn what_cannot_be_rotated_changes_nothing() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let before = server.tables().await;
    rotate(&admin, json!({})).await.problem(409, "conflict");
    let body = json!({ "algorithm": "ES256" });
    rotate(&admin, body).await.problem(409, "conflict");
    let body = json!({ "algorithm": "RS256", "force": true });
    rotate(&admin, body).await.problem(404, "not_found");
    for body in [
        json!({ "algorithm": "none" }),
        json!({ "algorithm": "HS256" }),
        json!({ "force": "yes" }),
        json!({ "kid": "x" }),
        json!([]),
    ] {
        let problem = rotate(&admin, body).await;
        problem.problem(400, "invalid_request");
    }
    let after = server.tables().await;
    assert_eq!(
        portcullis_http_tests::database::changed(&before, &after),
        Vec::<String>::new()
    );
    assert_eq!(server.audited("key.rotated").await, 0);
}

#[tokio::test]
async fn asvs_7_5_3_an_admin_confirms_it_is_them() {
    let server = Server::start().await;
    let admin = server.admin().await;
    server.clock.advance_seconds(15 * 60 + 1);
    let refused = rotate(&admin, json!({ "force": true })).await;
    refused.problem(403, "step_up_required");
    assert_eq!(server.audited("key.rotated").await, 0);
}

/// Each of two admins who rotate at the same time does what they meant, and no key is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_leave_one_key_active_and_one_next() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let answers = all_at_once((0..20).map(|_| {
        let admin = admin.clone();
        async move { rotate(&admin, json!({ "force": true })).await.status }
    }))
    .await;
    assert!(answers.iter().all(|status| *status == 200), "{answers:?}");
    let keys = admin.get(paths::ADMIN_KEYS).await;
    kid_in(&keys, "active");
    kid_in(&keys, "next");
    let rotated = server.audited("key.rotated").await;
    assert_eq!(states(&keys).len(), rotated + 2);
    assert!(rotated >= 1);
}
