//! Assertions: who signed what for whom, and once (RFC 7523).

use portcullis_http_tests::{
    Signer, all_at_once, clients::confidential, database, signer::JWT_BEARER,
};
use portcullis_types::{client::AuthMethod, paths};
use reqwest::Method;
use serde_json::{Value, json};

use super::{PROBE, Scene, passed};

#[tokio::test]
async fn rfc7523_3_assertions_of_every_kind_of_key_are_good() {
    let scene = Scene::set().await;
    for key in Signer::each() {
        let id = key.algorithm();
        let created = scene.admin.create_client(&key.client(id)).await;
        created.status(201);
        let claims = || Signer::claims(&scene.server, id);
        assert!(scene.passes(&key, &claims()).await, "{id}");
        let with_type = json!({ "alg": id, "typ": "client-authentication+jwt" });
        let jwt = key.sign_with(&with_type, &claims());
        assert!(passed(&scene.assert(&jwt).await), "{id}");
        // Another's key.
        for other in Signer::each() {
            assert!(!scene.passes(&other, &claims()).await, "{id}");
        }
    }
    let mut client = confidential("secret");
    client.token_endpoint_auth_method = AuthMethod::ClientSecretJwt;
    let secret = scene.admin.secret_of_new(&client).await;
    let claims = || Signer::claims(&scene.server, "secret");
    assert!(scene.passes(&Signer::Hs256(secret), &claims()).await);
    let guessed = Signer::Hs256("secret".to_owned());
    assert!(!scene.passes(&guessed, &claims()).await);
    assert!(!scene.passes(&Signer::Hs256(String::new()), &claims()).await);
}

#[tokio::test]
async fn rfc7523_3_an_assertion_is_from_its_client_for_this_server_and_for_now() {
    let scene = Scene::set().await;
    let key = Signer::es256();
    scene
        .admin
        .create_client(&key.client("shop"))
        .await
        .status(201);
    let origin = scene.server.origin.clone();
    let now = 1_800_000_000;
    let token = format!("{origin}{}", paths::OAUTH_TOKEN);
    let revoke = format!("{origin}{}", paths::OAUTH_REVOKE);
    for (change, good) in [
        (json!({}), true),
        (json!({ "aud": token }), true),
        (json!({ "aud": [origin] }), true),
        (json!({ "aud": [origin, token] }), true),
        (json!({ "aud": [origin, "https://other.example"] }), false),
        (json!({ "aud": [] }), false),
        (json!({ "aud": null }), false),
        (json!({ "aud": "https://other.example" }), false),
        (json!({ "aud": format!("{origin}/") }), false),
        (json!({ "aud": format!("{origin}.evil.example") }), false),
        // Of another endpoint, to which it may have been sent already.
        (json!({ "aud": revoke }), false),
        (json!({ "iss": "spa" }), false),
        (json!({ "iss": null }), false),
        (json!({ "sub": "spa" }), false),
        (json!({ "sub": "nobody" }), false),
        (json!({ "iss": "spa", "sub": "spa" }), false),
        (json!({ "jti": "" }), false),
        (json!({ "jti": null }), false),
        (json!({ "jti": "a".repeat(257) }), false),
        (json!({ "exp": null }), false),
        (json!({ "exp": now }), false),
        (json!({ "exp": now - 1 }), false),
        (json!({ "exp": now + 3600 }), true),
        (json!({ "exp": now + 7200 }), false),
        (json!({ "exp": 1e300 }), false),
        (json!({ "exp": "1800000060" }), false),
        (json!({ "iat": null }), true),
        (json!({ "iat": now + 30 }), true),
        (json!({ "iat": now + 120 }), false),
        (json!({ "nbf": now + 120 }), false),
        (json!({ "nbf": now }), true),
    ] {
        let mut claims = Signer::claims(&scene.server, "shop");
        for (name, value) in change.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        assert_eq!(scene.passes(&key, &claims).await, good, "{change}");
    }
}

#[tokio::test]
async fn rfc8725_3_1_the_key_decides_on_the_algorithm_and_is_never_the_assertions_own() {
    let scene = Scene::set().await;
    let [key, ..] = Signer::each();
    let [.., rsa] = Signer::each();
    for (id, key) in [("shop", &key), ("rsa", &rsa)] {
        let created = scene.admin.create_client(&key.client(id)).await;
        created.status(201);
    }
    let claims = || Signer::claims(&scene.server, "shop");
    let part =
        |value: &Value| portcullis_http_tests::device::base64url(value.to_string().as_bytes());
    let own = Signer::es256();
    let mut forged = vec![
        format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims())),
        format!("{}.{}.", part(&json!({ "alg": "ES256" })), part(&claims())),
        format!(
            "{}.{}.AAAA",
            part(&json!({ "alg": "ES256" })),
            part(&claims())
        ),
        own.sign_with(&json!({ "alg": "ES256", "jwk": own.jwk() }), &claims()),
        own.sign_with(
            &json!({ "alg": "ES256", "jku": "https://evil.example" }),
            &claims(),
        ),
        key.sign_with(&json!({ "alg": "ES256", "crit": ["exp"] }), &claims()),
        key.sign_with(&json!({ "alg": "ES256", "typ": "dpop+jwt" }), &claims()),
        key.sign_with(&json!({ "alg": "ES256", "typ": "at+jwt" }), &claims()),
        key.sign_with(&json!({ "alg": "ES384" }), &claims()),
        key.sign_with(&json!({ "alg": "RS256" }), &claims()),
        key.sign_with(&json!({}), &claims()),
        key.sign(&claims()).replace('.', ".."),
        "a.b.c".to_owned(),
        "x".to_owned(),
        "A".repeat(60_000),
    ];
    // A public key taken for a secret.
    for bytes in [key.public_bytes(), rsa.public_bytes()] {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for id in ["shop", "rsa"] {
            let claims = Signer::claims(&scene.server, id);
            forged.push(Signer::Hs256(text.clone()).sign(&claims));
        }
    }
    // PS256 and RS256 are both this key's, but a signature is of one.
    let mut claims_of_rsa = claims();
    claims_of_rsa["iss"] = json!("rsa");
    claims_of_rsa["sub"] = json!("rsa");
    forged.push(rsa.sign_with(&json!({ "alg": "PS256" }), &claims_of_rsa));
    for jwt in forged {
        assert!(!passed(&scene.assert(&jwt).await), "{jwt}");
    }
    let named = key.sign_with(&json!({ "alg": "ES256", "kid": "another" }), &claims());
    assert!(!passed(&scene.assert(&named).await));
    assert!(scene.passes(&key, &claims()).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rfc7523_3_of_fifty_who_use_an_assertion_one_passes_and_none_later() {
    let scene = Scene::set().await;
    let key = Signer::es256();
    for id in ["shop", "other-shop"] {
        scene.admin.create_client(&key.client(id)).await.status(201);
    }
    let mut claims = Signer::claims(&scene.server, "shop");
    let jwt = key.sign(&claims);
    let answers = all_at_once((0..50).map(|_| {
        let (program, jwt) = (scene.server.program(), jwt.clone());
        async move {
            let fields = [
                &PROBE[..],
                &[
                    ("client_assertion_type", JWT_BEARER),
                    ("client_assertion", &*jwt),
                ],
            ]
            .concat();
            let call = program.call(Method::POST, paths::OAUTH_TOKEN);
            call.form(&fields).send().await
        }
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| passed(answer)).count(), 1);
    // Nor at another endpoint, after a restart, or signed again with the same id.
    let fields = [
        ("token", "x"),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", &*jwt),
    ];
    let call = scene.program.call(Method::POST, paths::OAUTH_REVOKE);
    let revoked = call.form(&fields).send().await;
    revoked.oauth_error(401, "invalid_client");
    let node = scene.server.another_node(|_| {}).await;
    let call = node.program();
    let call = call.call(Method::POST, paths::OAUTH_REVOKE);
    let revoked = call.form(&fields).send().await;
    revoked.oauth_error(401, "invalid_client");
    claims["exp"] = json!(1_800_000_100);
    assert!(!scene.passes(&key, &claims).await);
    // The same id from somebody else is another.
    claims["iss"] = json!("other-shop");
    claims["sub"] = json!("other-shop");
    assert!(scene.passes(&key, &claims).await);
}

/// What somebody else signs does not use up an id.
#[tokio::test]
async fn a_forged_assertion_takes_nothing_from_the_real_one() {
    let scene = Scene::set().await;
    let (key, thief) = (Signer::es256(), Signer::es256());
    scene
        .admin
        .create_client(&key.client("shop"))
        .await
        .status(201);
    let claims = Signer::claims(&scene.server, "shop");
    let before = scene.server.tables().await;
    assert!(!scene.passes(&thief, &claims).await);
    assert_eq!(
        database::changed(&before, &scene.server.tables().await),
        [""; 0]
    );
    assert!(scene.passes(&key, &claims).await);
}
