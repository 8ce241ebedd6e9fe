//! How clients say who they are: exactly one way, and the one they are registered with (RFC 6749
//! section 2.3, RFC 7523, OpenID Connect Core section 9).

mod assertions;
mod key_page;
mod secrets;

use portcullis_http_tests::{
    Answer, App, Browser, Server, Signer,
    clients::{basic, confidential},
    signer::JWT_BEARER,
};
use portcullis_types::{client::AuthMethod, paths};
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

#[tokio::test]
async fn rfc8414_2_the_metadata_says_how_clients_authenticate() {
    let server = Server::start().await;
    let metadata = server.program().get(paths::OPENID_METADATA).await.json();
    // Those with certificates take a listener that asks for them (mtls::clients).
    let offered = |methods: &[AuthMethod]| {
        let offered = methods.iter().filter(|it| !it.is_by_certificate());
        json!(offered.map(|it| it.as_str()).collect::<Vec<_>>())
    };
    let methods = offered(&AuthMethod::ALL);
    let algorithms = json!(["ES256", "EdDSA", "PS256", "RS256", "HS256"]);
    let confidential = offered(&AuthMethod::CONFIDENTIAL);
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
