//! What applications may do at our API that had to ask people first: what their scopes name.

use portcullis_http_tests::{App, Browser, Server, app::session_of};
use portcullis_types::{
    client::{Client, Consent, SigningAlgorithm},
    paths,
};
use reqwest::Method;
use serde_json::json;

const CALLBACK: &str = "https://partner.example/callback";

fn partner() -> Client {
    let mut client = Client::new("partner", "Partner");
    client.redirect_uris = vec![CALLBACK.to_owned()];
    client.id_token_signed_response_alg = SigningAlgorithm::Es256;
    client.consent = Consent::Remembered;
    client.scopes = [
        "openid",
        "profile",
        "email",
        "roles",
        "notes:write",
        "notes:*",
        "*",
    ]
    .map(String::from)
    .to_vec();
    client
}

struct Scene {
    server: Server,
    program: Browser,
}

impl Scene {
    async fn set() -> Self {
        let server = Server::start_with(|config| config.clients.push(partner())).await;
        Self {
            program: server.program(),
            server,
        }
    }

    /// An access token of that scope, which its user has allowed.
    async fn token(&self, browser: &Browser, scope: &str) -> String {
        let mut app = App::new("partner", CALLBACK);
        scope.clone_into(&mut app.scope);
        app.allowed_tokens(browser, &self.program).await.access
    }

    /// What becomes of reading and of writing notes.
    async fn tries(&self, token: &str) -> (u16, u16) {
        let list = self.program.call(Method::GET, paths::NOTES).bearer(token);
        let write = self.program.call(Method::POST, paths::NOTES).bearer(token);
        let write = write.json(&json!({ "text": "Hello" }));
        (list.send().await.status, write.send().await.status)
    }
}

#[tokio::test]
async fn without_a_scope_that_names_a_permission_nothing_is_done() {
    let scene = Scene::set().await;
    let ada = scene.server.person("ada").await;
    let before = scene.server.tables().await["notes"].clone();
    for scope in ["openid", "openid profile email roles"] {
        let token = scene.token(&ada, scope).await;
        assert_eq!(scene.tries(&token).await, (403, 403), "{scope}");
        let check = scene
            .program
            .call(Method::POST, paths::AUTHZ_CHECK)
            .bearer(&token);
        let check = check.json(&json!({ "checks": [{ "permission": "notes:write" }] }));
        check.send().await.problem(403, "forbidden");
    }
    assert_eq!(scene.server.tables().await["notes"], before);
}

#[tokio::test]
async fn a_scope_allows_what_it_names_and_the_person_has() {
    let scene = Scene::set().await;
    let (ada, admin) = (scene.server.person("ada").await, scene.server.admin().await);
    // Ada may write notes; the admin may do everything.
    for (browser, scope) in [(&ada, "openid notes:write"), (&admin, "openid notes:write")] {
        let token = scene.token(browser, scope).await;
        assert_eq!(scene.tries(&token).await.1, 201, "{scope}");
        let session = session_of(&scene.program, &token).await;
        assert_eq!(session.at("/session/permissions"), json!(["notes:write"]));
    }
    for scope in ["openid notes:*", "openid *"] {
        let token = scene.token(&ada, scope).await;
        let session = session_of(&scene.program, &token).await;
        assert_eq!(
            session.at("/session/permissions"),
            json!(["notes:write"]),
            "{scope}"
        );
    }
}

#[tokio::test]
async fn the_session_says_of_the_person_what_its_scopes_let_see() {
    let scene = Scene::set().await;
    let ada = scene.server.person("ada").await;
    for (scope, name, email, roles) in [
        ("openid", "", "", json!([])),
        ("openid profile", "ada", "", json!([])),
        ("openid email roles", "", "ada@example.com", json!(["user"])),
    ] {
        let token = scene.token(&ada, scope).await;
        let session = session_of(&scene.program, &token).await.status(200);
        assert_eq!(session.at("/session/user/name"), name, "{scope}");
        assert_eq!(session.at("/session/user/email"), email, "{scope}");
        assert_eq!(session.at("/session/user/has_password"), false);
        assert_eq!(session.at("/session/roles"), roles, "{scope}");
        assert_eq!(session.at("/session/permissions"), json!([]), "{scope}");
    }
}

/// The operator's own applications act as the person does, and one that has to ask from now on no
/// longer does, with tokens of before as well.
#[tokio::test]
async fn asking_is_a_matter_of_now() {
    let server = Server::start().await;
    let (admin, ada) = (server.admin().await, server.person("ada").await);
    let scene = Scene {
        program: server.program(),
        server,
    };
    let mut client = partner();
    client.consent = Consent::Skipped;
    admin.create_client(&client).await.status(201);
    let mut app = App::new("partner", CALLBACK);
    "openid".clone_into(&mut app.scope);
    let token = app.tokens(&ada, &scene.program).await.access;
    assert_eq!(scene.tries(&token).await.1, 201);
    client.consent = Consent::Required;
    admin.update_client(&client).await.status(200);
    assert_eq!(scene.tries(&token).await, (403, 403));
}
