//! `require_pkce`: old confidential OpenID clients sign people in without PKCE (RFC 7636), and neither
//! they nor anybody else can be talked out of it.

use portcullis_http_tests::{
    Answer, App, Browser, Server,
    app::{Tokens, query},
    clients::confidential,
    jwt,
};
use portcullis_types::{
    client::{AuthMethod, Client, SigningAlgorithm},
    paths,
};

/// What is left out of the request.
const WITHOUT: [(&str, &str); 2] = [("code_challenge", ""), ("code_challenge_method", "")];

fn old() -> Client {
    let mut client = confidential("old");
    client.require_pkce = false;
    client.id_token_signed_response_alg = SigningAlgorithm::Es256;
    client
}

struct Scene {
    server: Server,
    admin: Browser,
    ada: Browser,
    program: Browser,
    app: App,
    secret: String,
}

impl Scene {
    async fn set() -> Self {
        let server = Server::start().await;
        let admin = server.admin().await;
        let secret = admin.secret_of_new(&old()).await;
        Self {
            ada: server.person("ada").await,
            program: server.program(),
            app: App::new("old", "https://shop.example/callback"),
            server,
            admin,
            secret,
        }
    }

    /// A parameter of what the client is told.
    async fn told(&self, changes: &[(&str, &str)], name: &str) -> Option<String> {
        let answer = self.ada.get(&self.app.path_with(changes)).await;
        query(&answer.location(), name)
    }

    async fn code(&self, changes: &[(&str, &str)]) -> String {
        self.told(changes, "code").await.unwrap()
    }

    /// Redeems a code, with a verifier or without.
    async fn redeem(&self, code: &str, verifier: Option<&str>) -> Answer {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &*self.app.redirect_uri),
        ];
        fields.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        let who = ("old", &*self.secret);
        self.program.post_as(who, paths::OAUTH_TOKEN, &fields).await
    }
}

#[tokio::test]
async fn a_client_that_may_signs_people_in_without_pkce() {
    let scene = Scene::set().await;
    let code = scene.code(&WITHOUT).await;
    let answer = scene.redeem(&code, None).await.status(200);
    let claims = jwt::claims(&answer.text_at("/id_token"));
    assert_eq!(claims["nonce"], scene.app.nonce);
    Tokens::of(&answer);
    // It may use it all the same, and then it counts.
    let code = scene.code(&[]).await;
    let verifier = Some(&*scene.app.verifier);
    scene.redeem(&code, verifier).await.status(200);
}

#[tokio::test]
async fn oauth21_7_5_1_without_pkce_a_nonce_keeps_codes_apart() {
    let scene = Scene::set().await;
    for more in [
        &[("nonce", "")][..],
        &[("scope", "")],
        &[("scope", "profile")],
        // Half of PKCE is none.
        &[("code_challenge", &*scene.app.challenge())],
        &[("code_challenge_method", "S256")],
        &[
            ("code_challenge", &*scene.app.verifier),
            ("code_challenge_method", "plain"),
        ],
    ] {
        let changes = [&WITHOUT[..], more].concat();
        let error = scene.told(&changes, "error").await;
        assert_eq!(error.as_deref(), Some("invalid_request"), "{more:?}");
    }
}

#[tokio::test]
async fn rfc9700_4_8_2_no_request_is_downgraded() {
    let scene = Scene::set().await;
    // Somebody has taken the challenge out of the request of a client that uses PKCE.
    let code = scene.code(&WITHOUT).await;
    let verifier = Some(&*scene.app.verifier);
    let answer = scene.redeem(&code, verifier).await;
    answer.oauth_error(400, "invalid_grant");
    let answer = scene.redeem(&code, None).await;
    answer.oauth_error(400, "invalid_grant");
    // Somebody has a code, and not what it was asked for with.
    let code = scene.code(&[]).await;
    let answer = scene.redeem(&code, None).await;
    answer.oauth_error(400, "invalid_grant");
    let answer = scene.redeem(&code, verifier).await;
    answer.oauth_error(400, "invalid_grant");
}

#[tokio::test]
async fn pushed_requests_are_held_to_the_same() {
    let scene = Scene::set().await;
    let push = async |changes: &[(&str, &str)]| {
        let parameters = scene.app.parameters_of(&[&WITHOUT[..], changes].concat());
        let fields = parameters.iter();
        let fields: Vec<_> = fields.map(|(name, value)| (&**name, &**value)).collect();
        let who = ("old", &*scene.secret);
        scene.program.post_as(who, paths::OAUTH_PAR, &fields).await
    };
    push(&[("nonce", "")])
        .await
        .oauth_error(400, "invalid_request");
    let pushed = push(&[]).await.status(201).text_at("/request_uri");
    let answer = scene.ada.get(&scene.app.pushed_path(&pushed)).await;
    let code = query(&answer.location(), "code").expect("a code");
    scene.redeem(&code, None).await.status(200);
}

#[tokio::test]
async fn nobody_else_may_do_without() {
    let scene = Scene::set().await;
    let mut public = old();
    public.token_endpoint_auth_method = AuthMethod::None;
    let answer = scene.admin.update_client(&public).await.status(400);
    assert_eq!(answer.at("/field"), "require_pkce");
    "public".clone_into(&mut public.id);
    let answer = scene.admin.create_client(&public).await.status(400);
    assert_eq!(answer.at("/field"), "require_pkce");
    // What was refused has changed nothing.
    let code = scene.code(&WITHOUT).await;
    scene.redeem(&code, None).await.status(200);

    // A code from before the switch was turned is not redeemed without either.
    let code = scene.code(&WITHOUT).await;
    let mut careful = old();
    careful.require_pkce = true;
    scene.admin.update_client(&careful).await.status(200);
    let answer = scene.redeem(&code, None).await;
    answer.oauth_error(400, "invalid_request");
    let verifier = Some(&*scene.app.verifier);
    let answer = scene.redeem(&code, verifier).await;
    answer.oauth_error(400, "invalid_grant");
    let error = scene.told(&WITHOUT, "error").await;
    assert_eq!(error.as_deref(), Some("invalid_request"));
    assert_eq!(scene.server.audited("oauth.family_began").await, 1);
}
