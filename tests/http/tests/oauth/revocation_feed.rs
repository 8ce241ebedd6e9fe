//! Services that verify our tokens by themselves are told what is taken back (`POST /oauth/revocations`,
//! and `RevocationFeed` of `portcullis-verify`).

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, http::StatusCode, response::IntoResponse, routing::post};
use portcullis_domain::{Clock, ManualClock};
use portcullis_http_tests::{
    App, Browser, Server,
    clients::{basic, client_path, confidential, public, service},
};
use portcullis_types::{
    client::{AuthMethod, GrantType},
    paths,
    revocation::RevocationLine,
};
use portcullis_verify::{
    CutOff, FollowedRevocations, Issuer, Refusal, Revocable, RevocationFeed, Rules, TokenVerifier,
};
use reqwest::{Client, Method, Response};
use serde_json::json;
use tokio::net::TcpListener;

const ORDERS: &str = "https://orders.example";

/// The longest that anything is waited for; what should come comes at once.
const PATIENCE: Duration = Duration::from_secs(20);

struct Scene {
    server: Server,
    admin: Browser,
    ada: Browser,
    program: Browser,
    /// The secret of the service.
    secret: String,
}

impl Scene {
    async fn new() -> Self {
        let server = Server::start_with(|config| {
            let mut shop = public("shop", "https://shop.example/callback");
            shop.resources = vec![ORDERS.to_owned()];
            config.clients.push(shop);
        })
        .await;
        let admin = server.admin().await;
        let secret = admin.secret_of_new(&service("orders", ORDERS, &[])).await;
        Self {
            ada: server.person("ada").await,
            program: server.program(),
            admin,
            server,
            secret,
        }
    }

    /// A process of the service, which has been told all.
    async fn process(&self) -> Process {
        let feed = feed(&self.server.origin, &self.secret, &self.server.clock);
        Process::begin(&self.server, feed.follow()).await
    }

    async fn token(&self) -> String {
        let app = App::new("shop", "https://shop.example/callback");
        app.token_for(&self.ada, &self.program, ORDERS).await
    }

    async fn disable(&self, user: &Browser) {
        let path = format!("{}/{}/disable", paths::ADMIN_USERS, user.user_id().await);
        self.admin.post(&path, json!({})).await.status(204);
    }

    /// What is told with that cursor, up to where all is.
    async fn told(&self, cursor: Option<&str>) -> (Vec<RevocationLine>, String) {
        let mut answer = self.ask(("orders", &self.secret), cursor).await;
        assert_eq!(answer.status(), 200);
        let mut lines = Vec::new();
        let mut text = Vec::new();
        loop {
            text.extend_from_slice(&answer.chunk().await.unwrap().unwrap());
            while let Some(end) = text.iter().position(|b| *b == b'\n') {
                let rest = text.split_off(end + 1);
                let line: RevocationLine = serde_json::from_slice(&text).unwrap();
                text = rest;
                lines.push(line.clone());
                if let Some(cursor) = line.cursor {
                    return (lines, cursor);
                }
            }
        }
    }

    async fn ask(&self, (id, secret): (&str, &str), cursor: Option<&str>) -> Response {
        let client = Client::builder().no_proxy().build().unwrap();
        let at = format!("{}{}", self.server.origin, paths::OAUTH_REVOCATIONS);
        let body = cursor.map(|cursor| format!("cursor={cursor}"));
        client
            .post(at)
            .header("authorization", basic(id, secret))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.unwrap_or_default())
            .send()
            .await
            .unwrap()
    }
}

fn feed(issuer: &str, secret: &str, clock: &Arc<ManualClock>) -> RevocationFeed {
    let clock = Arc::clone(clock);
    let feed = RevocationFeed::new(issuer, "orders", secret).unwrap();
    feed.clock(move || clock.now())
}

/// A process that takes tokens for the service.
struct Process {
    verifier: Revocable<Issuer, FollowedRevocations>,
    feed: FollowedRevocations,
}

impl Process {
    fn of(server: &Server, feed: FollowedRevocations) -> Self {
        let clock = Arc::clone(&server.clock);
        let rules = Rules::access_tokens(ORDERS).clock(move || clock.now());
        let issuer = Issuer::discover(server.origin.as_str(), rules).unwrap();
        Self {
            verifier: Revocable::new(issuer, feed.clone()),
            feed,
        }
    }

    async fn begin(server: &Server, feed: FollowedRevocations) -> Self {
        let ready = tokio::time::timeout(PATIENCE, feed.ready());
        ready.await.unwrap();
        Self::of(server, feed)
    }

    async fn why(&self, token: &str) -> Option<Refusal> {
        self.verifier.verify(token).await.err()
    }

    /// Waits until it is refused, and for nothing else.
    async fn hears_that_it_is_over(&self, token: &str) {
        let heard = async {
            loop {
                match self.why(token).await {
                    None => tokio::time::sleep(Duration::from_millis(5)).await,
                    why => return why,
                }
            }
        };
        let why = tokio::time::timeout(PATIENCE, heard).await;
        assert_eq!(why.unwrap(), Some(Refusal::Revoked));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ends_for_somebody_ends_at_a_service_and_nothing_else_does() {
    let scene = Scene::new().await;
    let process = scene.process().await;
    let eve = scene.server.person("eve").await;
    let app = App::new("shop", "https://shop.example/callback");
    let hers = app.token_for(&eve, &scene.program, ORDERS).await;
    let (first, second) = (scene.token().await, scene.token().await);
    for token in [&hers, &first, &second] {
        assert_eq!(process.why(token).await, None);
    }
    // The client gives one back.
    app.revoke(&scene.program, &first).await.status(200);
    process.hears_that_it_is_over(&first).await;
    assert_eq!(process.why(&second).await, None);
    // An admin disables the user.
    scene.disable(&scene.ada).await;
    process.hears_that_it_is_over(&second).await;
    assert_eq!(process.why(&hers).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clients_own_token_ends_by_its_id_and_with_its_client() {
    let scene = Scene::new().await;
    let process = scene.process().await;
    let mut reports = confidential("reports");
    reports.grant_types = vec![GrantType::ClientCredentials];
    reports.redirect_uris = Vec::new();
    reports.resources = vec![ORDERS.to_owned()];
    let secret = scene.admin.secret_of_new(&reports).await;
    let own = async |secret: &str| {
        let fields = [("grant_type", "client_credentials"), ("resource", ORDERS)];
        let who = ("reports", secret);
        let answer = scene
            .program
            .post_as(who, paths::OAUTH_TOKEN, &fields)
            .await;
        answer.status(200).text_at("/access_token")
    };
    let (first, second) = (own(&secret).await, own(&secret).await);
    let fields = [("token", &*first)];
    let revoked = scene
        .program
        .post_as(("reports", &secret), paths::OAUTH_REVOKE, &fields);
    revoked.await.status(200);
    process.hears_that_it_is_over(&first).await;
    assert_eq!(process.why(&second).await, None);
    scene
        .admin
        .delete(&client_path("reports"))
        .await
        .status(204);
    process.hears_that_it_is_over(&second).await;
    // Another that gets the id later has nothing to do with it.
    scene.server.clock.advance_seconds(1);
    let secret = scene.admin.secret_of_new(&reports).await;
    assert_eq!(process.why(&own(&secret).await).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_starts_later_learns_what_was_before() {
    let scene = Scene::new().await;
    let token = scene.token().await;
    let app = App::new("shop", "https://shop.example/callback");
    app.revoke(&scene.program, &token).await.status(200);
    let (one, other) = (scene.process().await, scene.process().await);
    for process in [&one, &other] {
        assert_eq!(process.why(&token).await, Some(Refusal::Revoked));
        assert_eq!(process.feed.len(), 1);
    }
}

#[tokio::test]
async fn a_cursor_that_is_used_again_or_made_up_skips_nothing() {
    let scene = Scene::new().await;
    let app = App::new("shop", "https://shop.example/callback");
    let (before, begun) = scene.told(None).await;
    assert!(before.iter().all(|line| line.families.is_empty()));
    let token = scene.token().await;
    app.revoke(&scene.program, &token).await.status(200);
    let count = async |cursor: &str| {
        let (lines, _) = scene.told(Some(cursor)).await;
        lines.iter().map(|line| line.families.len()).sum::<usize>()
    };
    // Again and again, from the beginning, and from a clock that ran ahead.
    for cursor in [&*begun, &begun, "0", "9999999999999"] {
        assert_eq!(count(cursor).await, 1, "{cursor}");
    }
    // Long afterwards only who asks from before is told.
    scene.server.clock.advance_seconds(3600);
    let (_, later) = scene.told(None).await;
    assert_eq!(count(&later).await, 0);
    assert_eq!(count(&begun).await, 1);
    for wrong in ["x", "-1", "1.5", "99999999999999999", "%00"] {
        let answer = scene.ask(("orders", &scene.secret), Some(wrong)).await;
        assert_eq!(answer.status(), 400, "{wrong}");
    }
}

#[tokio::test]
async fn all_that_ends_in_one_moment_is_told_each_once() {
    let scene = Scene::new().await;
    for _ in 0..3 {
        scene.token().await;
    }
    // All of a user's at once have one time.
    scene.disable(&scene.ada).await;
    let (lines, _) = scene.told(None).await;
    let mut families: Vec<_> = lines.iter().flat_map(|line| &line.families).collect();
    assert_eq!(families.len(), 3);
    families.dedup_by_key(|family| family.sid);
    assert_eq!(families.len(), 3);
}

#[tokio::test]
async fn nobody_listens_who_is_no_service() {
    let scene = Scene::new().await;
    let none = scene.program.call(Method::POST, paths::OAUTH_REVOCATIONS);
    let answer = none.form(&[("client_id", "shop")]).send().await;
    answer.oauth_error(403, "unauthorized_client");
    let answer = scene.ask(("orders", "pc_cs_wrong"), None).await;
    assert_eq!(answer.status(), 401);
    let plain = scene.admin.secret_of_new(&confidential("plain")).await;
    let answer = scene.ask(("plain", &plain), None).await;
    assert_eq!(answer.status(), 403);
    // Nor for a secret that is not sent.
    let none = scene.program.call(Method::POST, paths::OAUTH_REVOCATIONS);
    let answer = none.form(&[("client_id", "orders")]).send().await;
    answer.oauth_error(401, "invalid_client");
    // Who is no service any more is told no more.
    let mut answer = scene.ask(("orders", &scene.secret), None).await;
    assert!(answer.chunk().await.unwrap().is_some());
    let mut orders = service("orders", ORDERS, &[]);
    orders.serves = Vec::new();
    assert_eq!(
        orders.token_endpoint_auth_method,
        AuthMethod::ClientSecretBasic
    );
    scene.admin.update_client(&orders).await.status(200);
    let ends = async { while answer.chunk().await.unwrap().is_some() {} };
    tokio::time::timeout(PATIENCE, ends).await.expect("it ends");
}

/// A server that tells once, and then can be cut off.
struct Stub {
    origin: String,
    is_cut_off: Arc<AtomicBool>,
}

impl Stub {
    async fn start(lines: String) -> Self {
        let is_cut_off = Arc::new(AtomicBool::new(false));
        let cut_off = Arc::clone(&is_cut_off);
        // It tells, and has ended its answer: asked again, it tells the same.
        let tell = move || async move {
            if cut_off.load(Ordering::SeqCst) {
                return StatusCode::BAD_GATEWAY.into_response();
            }
            Body::from(lines).into_response()
        };
        let app = Router::new().route(paths::OAUTH_REVOCATIONS, post(tell));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { origin, is_cut_off }
    }
}

/// The verifier's issuer is the server, and what it hears comes from somebody in between.
fn heard_by_way_of(stub: &Stub, scene: &Scene, cut_off: CutOff, capacity: usize) -> Process {
    let feed = feed(&scene.server.origin, &scene.secret, &scene.server.clock)
        .reached_at(&stub.origin)
        .unwrap()
        .when_cut_off(cut_off)
        .capacity(capacity)
        .follow();
    Process::of(&scene.server, feed)
}

/// Lines that say that this family is over, and that this is all.
fn lines(token: &str) -> String {
    let sid = portcullis_http_tests::jwt::claims(token)["sid"].clone();
    let at = portcullis_http_tests::jwt::claims(token)["iat"].clone();
    let line = json!({ "families": [{ "sid": sid, "at": at }], "keep_seconds": 86400 });
    let all = json!({ "cursor": "1", "keep_seconds": 86400 });
    format!("{line}\n{all}\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_is_cut_off_refuses_after_a_while_unless_it_is_told_to_let_pass() {
    let scene = Scene::new().await;
    let (over, good) = (scene.token().await, scene.token().await);
    let stub = Stub::start(lines(&over)).await;
    let refusing = heard_by_way_of(&stub, &scene, CutOff::Refuse, 10);
    let passing = heard_by_way_of(&stub, &scene, CutOff::Pass, 10);
    for process in [&refusing, &passing] {
        tokio::time::timeout(PATIENCE, process.feed.ready())
            .await
            .unwrap();
        assert_eq!(process.why(&over).await, Some(Refusal::Revoked));
        assert_eq!(process.why(&good).await, None);
    }
    stub.is_cut_off.store(true, Ordering::SeqCst);
    // Whatever was on its way has come by when both have been refused.
    tokio::time::sleep(Duration::from_secs(2)).await;
    scene.server.clock.advance_seconds(31);
    assert_eq!(refusing.why(&good).await, Some(Refusal::Unavailable));
    assert_eq!(passing.why(&good).await, None);
    for process in [&refusing, &passing] {
        assert!(!process.feed.is_current());
        assert_eq!(process.why(&over).await, Some(Refusal::Revoked));
    }
    // It comes back by itself.
    stub.is_cut_off.store(false, Ordering::SeqCst);
    let back = async {
        while refusing.why(&good).await.is_some() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, back)
        .await
        .expect("it comes back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_was_told_nothing_yet_lets_nothing_pass() {
    let scene = Scene::new().await;
    let token = scene.token().await;
    let stub = Stub::start(String::new()).await;
    let refusing = heard_by_way_of(&stub, &scene, CutOff::Refuse, 10);
    let passing = heard_by_way_of(&stub, &scene, CutOff::Pass, 10);
    assert_eq!(refusing.why(&token).await, Some(Refusal::Unavailable));
    assert_eq!(passing.why(&token).await, Some(Refusal::Unavailable));
    scene.server.clock.advance_seconds(31);
    assert_eq!(refusing.why(&token).await, Some(Refusal::Unavailable));
    assert_eq!(passing.why(&token).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_can_be_remembered_is_as_if_nothing_was_heard() {
    let scene = Scene::new().await;
    let token = scene.token().await;
    let process = {
        let stub = Stub::start(lines(&token)).await;
        heard_by_way_of(&stub, &scene, CutOff::Refuse, 0)
    };
    assert_eq!(process.why(&token).await, Some(Refusal::Unavailable));
    assert_eq!(process.feed.len(), 0);
}
