//! How clients say who they are: exactly one way, and the one they are registered with (RFC 6749
//! section 2.3, RFC 7523, OpenID Connect Core section 9).

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, http::StatusCode, routing::get};
use portcullis_http_tests::{
    Answer, App, Browser, Server, Signer, all_at_once,
    app::Tokens,
    clients::{basic, confidential},
    database,
    signer::JWT_BEARER,
};
use portcullis_types::{
    client::{AuthMethod, Client},
    paths,
};
use reqwest::Method;
use serde_json::{Value, json};

/// A refresh that fails with `invalid_grant` for whoever has authenticated, and so changes nothing.
const PROBE: [(&str, &str); 2] = [
    ("grant_type", "refresh_token"),
    (
        "refresh_token",
        "pc_rt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ),
];

struct Scene {
    server: Server,
    admin: Browser,
    program: Browser,
}

impl Scene {
    async fn set() -> Self {
        let server = Server::start().await;
        Self {
            admin: server.admin().await,
            program: server.program(),
            server,
        }
    }

    async fn probe(&self, fields: &[(&str, &str)]) -> Answer {
        let fields = [&PROBE[..], fields].concat();
        let call = self.program.call(Method::POST, paths::OAUTH_TOKEN);
        call.form(&fields).send().await
    }

    async fn probe_as(&self, id: &str, secret: &str) -> Answer {
        let path = paths::OAUTH_TOKEN;
        self.program.post_as((id, secret), path, &PROBE).await
    }

    async fn assert(&self, jwt: &str) -> Answer {
        self.probe(&[
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", jwt),
        ])
        .await
    }

    /// Whether an assertion with those claims is taken for the client's.
    async fn passes(&self, signer: &Signer, claims: &Value) -> bool {
        passed(&self.assert(&signer.sign(claims)).await)
    }
}

/// Whether the caller has authenticated.
#[track_caller]
fn passed(answer: &Answer) -> bool {
    match answer.at("/error").as_str() {
        Some("invalid_grant") => true,
        Some("invalid_client") => {
            assert_eq!(answer.status, 401);
            false
        }
        _ => panic!("{} {:?}", answer.status, answer.text()),
    }
}

#[tokio::test]
async fn rfc6749_2_3_1_a_secret_in_the_header_is_good_where_it_is_registered() {
    let scene = Scene::set().await;
    let secret = scene.admin.secret_of_new(&confidential("shop")).await;
    assert!(passed(&scene.probe_as("shop", &secret).await));
    for (id, secret) in [
        ("shop", "pc_cs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ("shop", ""),
        ("shop", &secret[..48]),
        ("shop", &secret.to_uppercase()),
        ("Shop", &secret),
        ("other", &secret),
        ("spa", ""),
        ("spa", &secret),
        ("nobody", &secret),
        ("", &secret),
        ("\0", &secret),
    ] {
        let answer = scene.probe_as(id, secret).await;
        assert!(!passed(&answer), "{id:?} {secret:?}");
        let challenge = answer.header("www-authenticate");
        assert!(challenge.starts_with("Basic "), "{challenge:?}");
    }
}

#[tokio::test]
async fn rfc6749_2_3_1_a_secret_in_the_form_is_good_where_it_is_registered() {
    let scene = Scene::set().await;
    let mut client = confidential("shop");
    client.token_endpoint_auth_method = AuthMethod::ClientSecretPost;
    let secret = scene.admin.secret_of_new(&client).await;
    let good = [("client_id", "shop"), ("client_secret", &*secret)];
    assert!(passed(&scene.probe(&good).await));
    let answer = scene.probe(&[good[0], ("client_secret", "x")]).await;
    assert_eq!(answer.header("www-authenticate"), "");
    assert!(!passed(&answer));
}

/// Whatever is presented in another way than the registered one does not count.
#[tokio::test]
async fn asvs_10_4_16_only_the_registered_method_is_taken() {
    let scene = Scene::set().await;
    let key = Signer::es256();
    let mut secrets = Vec::new();
    for method in [
        AuthMethod::ClientSecretBasic,
        AuthMethod::ClientSecretPost,
        AuthMethod::ClientSecretJwt,
    ] {
        let mut client = confidential(method.as_str());
        client.token_endpoint_auth_method = method;
        secrets.push((client.id.clone(), scene.admin.secret_of_new(&client).await));
    }
    let client = key.client("private_key_jwt");
    scene.admin.create_client(&client).await.status(201);
    secrets.push(("private_key_jwt".to_owned(), String::new()));
    secrets.push(("spa".to_owned(), String::new()));
    for (id, secret) in &secrets {
        let claims = || Signer::claims(&scene.server, id);
        let by_secret = Signer::Hs256(secret.clone());
        let found = [
            passed(&scene.probe(&[("client_id", id)]).await),
            passed(&scene.probe_as(id, secret).await),
            !secret.is_empty() && {
                let fields = [("client_id", &**id), ("client_secret", secret)];
                passed(&scene.probe(&fields).await)
            },
            !secret.is_empty() && scene.passes(&by_secret, &claims()).await,
            scene.passes(&key, &claims()).await,
        ];
        let expected = [
            "spa",
            "client_secret_basic",
            "client_secret_post",
            "client_secret_jwt",
            "private_key_jwt",
        ]
        .map(|method| method == id);
        assert_eq!(found, expected, "{id}");
    }
}

#[tokio::test]
async fn rfc6749_2_3_more_than_one_way_at_once_is_malformed() {
    let scene = Scene::set().await;
    let secret = scene.admin.secret_of_new(&confidential("shop")).await;
    let jwt = Signer::Hs256(secret.clone()).sign(&Signer::claims(&scene.server, "shop"));
    let header = basic("shop", &secret);
    let both = |fields: &[(&str, &str)]| {
        let fields = [&PROBE[..], fields].concat();
        let call = scene.program.call(Method::POST, paths::OAUTH_TOKEN);
        call.form(&fields).header("authorization", &header).send()
    };
    for fields in [
        &[("client_secret", &*secret)][..],
        &[("client_assertion", &*jwt)],
        &[("client_assertion_type", JWT_BEARER)],
        &[("client_id", "other")],
        &[("client_id", "spa")],
    ] {
        both(fields).await.oauth_error(400, "invalid_request");
    }
    assert!(passed(&both(&[("client_id", "shop")]).await));
    let fields = [
        ("client_id", "shop"),
        ("client_secret", &*secret),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", &*jwt),
    ];
    scene
        .probe(&fields)
        .await
        .oauth_error(400, "invalid_request");
    let call = scene.program.call(Method::POST, paths::OAUTH_TOKEN);
    let twice = call.form(&PROBE).header("authorization", &header);
    let twice = twice.also("authorization", basic("spa", "x")).send().await;
    twice.oauth_error(400, "invalid_request");
}

#[tokio::test]
async fn a_rotated_secret_is_good_for_the_overlap_and_not_longer() {
    let scene = Scene::set().await;
    let first = scene.admin.secret_of_new(&confidential("shop")).await;
    let rotate = async |overlap| {
        let rotated = scene.admin.rotate_secret("shop", overlap).await;
        rotated.status(200).text_at("/client_secret")
    };
    let second = rotate(60).await;
    assert!(passed(&scene.probe_as("shop", &first).await));
    assert!(passed(&scene.probe_as("shop", &second).await));
    scene.server.clock.advance_seconds(60);
    assert!(!passed(&scene.probe_as("shop", &first).await));
    assert!(passed(&scene.probe_as("shop", &second).await));
    // It has leaked.
    let third = rotate(0).await;
    assert!(!passed(&scene.probe_as("shop", &second).await));
    assert!(passed(&scene.probe_as("shop", &third).await));
}

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

#[tokio::test]
async fn asvs_6_3_1_guessing_a_secret_is_limited_per_client_and_address() {
    let server = Server::start_with(|config| {
        config.limits.client_authentications_per_client_and_ip = 5;
    })
    .await;
    let admin = server.admin().await;
    let secret = admin.secret_of_new(&confidential("shop")).await;
    let other = admin.secret_of_new(&confidential("other-shop")).await;
    let program = server.program();
    let probe = async |program: &Browser, id: &str, secret: &str| {
        let path = paths::OAUTH_TOKEN;
        program.post_as((id, secret), path, &PROBE).await
    };
    for _ in 0..20 {
        assert!(
            passed(&probe(&program, "shop", &secret).await),
            "success is free"
        );
    }
    // Saying nothing guesses nothing.
    for _ in 0..10 {
        let call = program.call(Method::POST, paths::OAUTH_TOKEN);
        call.form(&[&PROBE[..], &[("client_id", "shop")]].concat())
            .send()
            .await;
    }
    for _ in 0..5 {
        assert!(!passed(&probe(&program, "shop", "x").await));
    }
    let limited = probe(&program, "shop", &secret).await;
    assert!(!limited.header("retry-after").is_empty());
    limited.oauth_error(429, "temporarily_unavailable");
    assert!(passed(&probe(&program, "other-shop", &other).await));
    let elsewhere = server.program().from_address([127, 0, 0, 9]);
    assert!(passed(&probe(&elsewhere, "shop", &secret).await));
    server.clock.advance_seconds(60);
    assert!(passed(&probe(&program, "shop", &secret).await));
}

#[tokio::test]
async fn a_confidential_client_gets_tokens_for_a_user_and_nobody_else_does_with_its_code() {
    let scene = Scene::set().await;
    let ada = scene.server.person("ada").await;
    let secret = scene.admin.secret_of_new(&confidential("shop")).await;
    let app = App::new("shop", "https://shop.example/callback");
    let code = app.code(&ada).await;
    // The code has leaked, and the verifier with it.
    app.redeem(&scene.program, &code)
        .await
        .oauth_error(401, "invalid_client");
    let fields = app.code_fields(&code);
    let path = paths::OAUTH_TOKEN;
    let wrong = scene.program.post_as(("shop", "x"), path, &fields).await;
    wrong.oauth_error(401, "invalid_client");
    let program = &scene.program;
    let redeemed = program.post_as(("shop", &secret), path, &fields).await;
    let tokens = Tokens::of(&redeemed);
    let fields = app.refresh_fields(&tokens.refresh);
    app.refresh(program, &tokens.refresh)
        .await
        .oauth_error(401, "invalid_client");
    let refreshed = program.post_as(("shop", &secret), path, &fields).await;
    let tokens = Tokens::of(&refreshed);
    // Another confidential client, which is itself.
    let other = scene.admin.secret_of_new(&confidential("other-shop")).await;
    let theirs = ("other-shop", &*other);
    let stolen = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &*tokens.refresh),
    ];
    let answer = program.post_as(theirs, path, &stolen).await;
    answer.oauth_error(400, "invalid_grant");
    let token = [("token", &*tokens.refresh)];
    let answer = program.post_as(theirs, paths::OAUTH_REVOKE, &token).await;
    answer.status(200);
    let again = [stolen[0], stolen[1]];
    let refreshed = program.post_as(("shop", &secret), path, &again).await;
    let tokens = Tokens::of(&refreshed);
    // RFC 7009 section 2.1: it gives back what it can prove to be its own.
    let token = [("token", &*tokens.refresh)];
    app.revoke(program, &tokens.refresh)
        .await
        .oauth_error(401, "invalid_client");
    let revoked = program.post_as(("shop", &secret), paths::OAUTH_REVOKE, &token);
    revoked.await.status(200);
    let again = [stolen[0], ("refresh_token", &*tokens.refresh)];
    let refreshed = program.post_as(("shop", &secret), path, &again).await;
    refreshed.oauth_error(400, "invalid_grant");
}

#[tokio::test]
async fn rfc9126_2_a_confidential_client_authenticates_to_push() {
    let scene = Scene::set().await;
    let ada = scene.server.person("ada").await;
    let key = Signer::es256();
    scene
        .admin
        .create_client(&key.client("shop"))
        .await
        .status(201);
    let app = App::new("shop", "https://shop.example/callback");
    app.push(&scene.program)
        .await
        .oauth_error(401, "invalid_client");
    let mut claims = Signer::claims(&scene.server, "shop");
    claims["aud"] = json!(format!("{}{}", scene.server.origin, paths::OAUTH_PAR));
    let jwt = key.sign(&claims);
    // Also where the form does not repeat who it is.
    let changes = [
        ("client_id", ""),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", &*jwt),
    ];
    let pushed = app.pushed_with(&scene.program, &changes).await;
    let answer = ada.get(&app.pushed_path(&pushed)).await;
    let back = answer.location();
    assert!(back.starts_with(&app.redirect_uri), "{back}");
    assert!(!format!("{:?}", scene.server.tables().await).contains(&jwt));
}

/// A client's own page with its keys.
struct KeyPage {
    uri: String,
    body: Arc<Mutex<(StatusCode, String)>>,
    asked: Arc<AtomicUsize>,
}

impl KeyPage {
    async fn start() -> Self {
        let body = Arc::new(Mutex::new((StatusCode::OK, String::new())));
        let asked = Arc::new(AtomicUsize::new(0));
        let (said, count) = (Arc::clone(&body), Arc::clone(&asked));
        let page = move || async move {
            count.fetch_add(1, Ordering::SeqCst);
            let (status, text) = said.lock().unwrap().clone();
            (status, [("location", "/elsewhere")], text)
        };
        // Whoever followed a redirect would be counted.
        let count = Arc::clone(&asked);
        let elsewhere = move || async move {
            count.fetch_add(1, Ordering::SeqCst);
        };
        let router = Router::new()
            .route("/jwks", get(page))
            .route("/elsewhere", get(elsewhere));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://{}/jwks", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { uri, body, asked }
    }

    fn say(&self, status: StatusCode, text: String) {
        *self.body.lock().unwrap() = (status, text);
    }

    fn show(&self, keys: &[(&str, &Signer)]) {
        let jwk = |(kid, key): &(&str, &Signer)| {
            let mut jwk = key.jwk();
            jwk["kid"] = json!(kid);
            jwk
        };
        let keys: Vec<Value> = keys.iter().map(jwk).collect();
        self.say(StatusCode::OK, json!({ "keys": keys }).to_string());
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn client(&self) -> Client {
        let mut client = confidential("shop");
        client.token_endpoint_auth_method = AuthMethod::PrivateKeyJwt;
        client.jwks_uri = Some(self.uri.clone());
        client
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_of_a_clients_own_page_are_fetched_rarely_and_followed_when_they_change() {
    let scene = Scene::set().await;
    let page = KeyPage::start().await;
    let (first, second) = (Signer::es256(), Signer::es256());
    scene.admin.create_client(&page.client()).await.status(201);
    let signed = |kid: &str, key: &Signer| {
        let header = json!({ "alg": "ES256", "kid": kid });
        key.sign_with(&header, &Signer::claims(&scene.server, "shop"))
    };
    page.show(&[("1", &first)]);
    let many = all_at_once((0..20).map(|_| {
        let (program, jwt) = (scene.server.program(), signed("1", &first));
        async move {
            let fields = [
                PROBE[0],
                PROBE[1],
                ("client_assertion_type", JWT_BEARER),
                ("client_assertion", &*jwt),
            ];
            let call = program.call(Method::POST, paths::OAUTH_TOKEN);
            call.form(&fields).send().await
        }
    }))
    .await;
    assert!(many.iter().all(passed));
    assert_eq!(page.asked(), 1, "they wait for the same answer");
    // A new key is found when it is first used; unknown ones are not asked for again and again.
    page.show(&[("1", &first), ("2", &second)]);
    for _ in 0..5 {
        let unknown = scene.assert(&signed("3", &second)).await;
        assert!(!passed(&unknown));
    }
    assert_eq!(page.asked(), 1);
    scene.server.clock.advance_seconds(10);
    assert!(passed(&scene.assert(&signed("2", &second)).await));
    assert_eq!(page.asked(), 2);
    // A key that is taken back is not good five minutes later.
    page.show(&[("2", &second)]);
    scene.server.clock.advance_seconds(5 * 60);
    assert!(!passed(&scene.assert(&signed("1", &first)).await));
    // A page that fails takes nothing away for an hour.
    for (status, text) in [
        (StatusCode::INTERNAL_SERVER_ERROR, String::new()),
        (StatusCode::FOUND, String::new()),
        (StatusCode::OK, "<html>".to_owned()),
        (
            StatusCode::OK,
            format!("{{\"keys\":[]}}{}", " ".repeat(70_000)),
        ),
    ] {
        page.say(status, text);
        let asked = page.asked();
        scene.server.clock.advance_seconds(5 * 60);
        assert!(
            passed(&scene.assert(&signed("2", &second)).await),
            "{status}"
        );
        assert_eq!(page.asked(), asked + 1, "no redirect is followed");
    }
    scene.server.clock.advance_seconds(60 * 60);
    assert!(!passed(&scene.assert(&signed("2", &second)).await));
}

#[tokio::test]
async fn rfc8414_2_the_metadata_says_how_clients_authenticate() {
    let server = Server::start().await;
    let metadata = server.program().get(paths::OPENID_METADATA).await.json();
    let methods = json!(AuthMethod::ALL.map(AuthMethod::as_str));
    let algorithms = json!(["ES256", "EdDSA", "PS256", "RS256", "HS256"]);
    let confidential = json!(AuthMethod::CONFIDENTIAL.map(AuthMethod::as_str));
    for (endpoint, methods) in [
        ("token_endpoint", &methods),
        ("revocation_endpoint", &methods),
        // Whoever can be anybody learns nothing.
        ("introspection_endpoint", &confidential),
    ] {
        let name = format!("{endpoint}_auth_methods_supported");
        assert_eq!(&metadata[name], methods, "{endpoint}");
        let name = format!("{endpoint}_auth_signing_alg_values_supported");
        assert_eq!(metadata[name], algorithms, "{endpoint}");
    }
}
