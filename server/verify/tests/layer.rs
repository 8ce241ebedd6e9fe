//! The layer and the extractor, in front of handlers.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, Response, StatusCode, header},
    response::Result,
    routing::{any, get},
};
use portcullis_verify::{
    Issuer, Rejection, SetupError, Verified, VerifyLayer,
    dpop::{Dpop, NONCE, PROOF},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{
    API, Clock, ISSUER, NOW, Signer, bent, claims, prover::Prover, rules, verifier_with,
};

struct Place {
    signer: Signer,
    clock: Clock,
    app: Router,
    /// How often a handler ran.
    ran: Arc<AtomicUsize>,
}

async fn orders(who: Verified) -> Result<String> {
    who.require_permission("orders:read")?;
    Ok(who.subject.clone())
}

async fn hello(who: Option<Verified>) -> String {
    who.map_or_else(|| "stranger".to_owned(), |who| who.subject.clone())
}

async fn invoices(who: Verified) -> Result<&'static str, Rejection> {
    who.require_scope("invoices:read")?;
    Ok("none")
}

fn place(change: impl FnOnce(VerifyLayer, &Clock) -> VerifyLayer) -> Place {
    let (signer, clock) = (Signer::es256(), Clock::new());
    let layer = VerifyLayer::new(verifier_with(&signer, rules(&clock)));
    let layer = change(layer.clock(clock.asked()), &clock);
    let ran = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&ran);
    let app = Router::new()
        .route("/orders", any(orders))
        .route("/hello", get(hello))
        .route("/invoices", get(invoices))
        .layer(axum::middleware::from_fn(
            move |request: axum::extract::Request, next: axum::middleware::Next| {
                counter.fetch_add(1, Ordering::SeqCst);
                next.run(request)
            },
        ))
        .layer(layer);
    Place {
        signer,
        clock,
        app,
        ran,
    }
}

fn plain() -> Place {
    place(|layer, _| layer)
}

fn with_dpop() -> Place {
    place(|layer, _| layer.dpop(Dpop::without_nonces(), API).unwrap())
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    async fn of(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 16).await.unwrap();
        Self {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    fn challenges(&self) -> Vec<&str> {
        let values = self.headers.get_all(header::WWW_AUTHENTICATE);
        values.iter().map(|value| value.to_str().unwrap()).collect()
    }

    /// Asserts a problem document, and what is asked for.
    #[track_caller]
    fn problem(&self, status: u16, code: &str, challenges: &[&str]) {
        assert_eq!(self.status, status, "{}", self.body);
        let problem: Value = serde_json::from_str(&self.body).unwrap();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], "about:blank");
        for text in ["title", "detail"] {
            assert!(!problem[text].as_str().unwrap().is_empty());
        }
        assert_eq!(
            self.headers[header::CONTENT_TYPE],
            "application/problem+json"
        );
        assert_eq!(self.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(self.challenges(), challenges);
    }

    #[track_caller]
    fn ok(&self, body: &str) {
        assert_eq!(
            (self.status, &*self.body),
            (200, body),
            "{:?}",
            self.headers
        );
    }
}

impl Place {
    async fn send(&self, request: Request<Body>) -> Answer {
        Answer::of(self.app.clone().oneshot(request).await.unwrap()).await
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn bearer(&self, path: &str, token: &str) -> Answer {
        self.get(path, &[("authorization", &format!("Bearer {token}"))])
            .await
    }

    async fn bound(&self, token: &str, proof: &str) -> Answer {
        let authorization = format!("DPoP {token}");
        self.get(
            "/orders",
            &[("authorization", &authorization), ("dpop", proof)],
        )
        .await
    }

    fn token(&self) -> String {
        self.signer.sign(&with_permission())
    }

    fn bound_token(&self, key: &Prover) -> String {
        self.signer
            .sign(&bent(&with_permission(), "cnf", key.confirmation()))
    }

    fn handlers_ran(&self) -> usize {
        self.ran.load(Ordering::SeqCst)
    }
}

fn with_permission() -> Value {
    bent(&claims(), "permissions", json!(["orders:*"]))
}

const DPOP: &str = "DPoP algs=\"ES256 EdDSA\"";
const ORDERS: &str = "https://api.example/orders";

#[tokio::test]
async fn rfc6750_3_1_without_a_token_nothing_is_said_but_what_is_wanted() {
    let it = plain();
    let answer = it.get("/orders", &[]).await;
    answer.problem(401, "not_authenticated", &["Bearer"]);
    let it = with_dpop();
    let answer = it.get("/orders", &[]).await;
    answer.problem(401, "not_authenticated", &["Bearer", DPOP]);
    let answer = it
        .get("/orders", &[("authorization", "Basic dXNlcjpwYXNz")])
        .await;
    answer.problem(401, "not_authenticated", &["Bearer", DPOP]);
    assert_eq!(it.handlers_ran(), 0);
}

#[tokio::test]
async fn a_good_token_reaches_the_handler() {
    let it = plain();
    it.bearer("/orders", &it.token()).await.ok("ada");
    let authorization = format!("bEARER  {}", it.token());
    it.get("/orders", &[("authorization", &authorization)])
        .await
        .ok("ada");
    assert_eq!(it.handlers_ran(), 2);
}

#[tokio::test]
async fn rfc6750_3_1_a_bad_token_does_not() {
    let it = plain();
    let invalid =
        |why: &str| format!("Bearer error=\"invalid_token\", error_description=\"{why}\"");
    let theirs = Signer::es256();
    for (token, why) in [
        (
            it.signer.sign(&bent(&claims(), "exp", json!(NOW - 100))),
            "the token has expired",
        ),
        (
            it.signer.sign(&bent(&claims(), "aud", json!("x"))),
            "the token is meant for another service",
        ),
        (
            it.signer.sign(&bent(&claims(), "sub", Value::Null)),
            "the claim sub of the token is missing or malformed",
        ),
        (
            theirs.sign(&claims()),
            "the signature of the token is wrong",
        ),
        ("x".to_owned(), "the token is malformed"),
        ("x".repeat(20_000), "the token is too long"),
    ] {
        let answer = it.bearer("/orders", &token).await;
        answer.problem(401, "invalid_token", &[&invalid(why)]);
    }
    assert_eq!(it.handlers_ran(), 0);
}

#[tokio::test]
async fn credentials_that_are_none_are_told_from_none_at_all() {
    for it in [plain(), place(|layer, _| layer.optional())] {
        let token = it.token();
        let malformed = ["Bearer error=\"invalid_request\""];
        for value in [
            "",
            "Bearer",
            "Bearer ",
            "bearer",
            "DPoP",
            "DPoP ",
            &token,
            &format!("Bearer {token} {token}"),
            &format!("Bearer {token},Bearer {token}"),
            &format!("Bearer \"{token}\""),
        ] {
            let answer = it.get("/hello", &[("authorization", value)]).await;
            answer.problem(400, "invalid_request", &malformed);
        }
        let bearer = format!("Bearer {token}");
        let twice = [("authorization", &*bearer), ("authorization", &*bearer)];
        let answer = it.get("/hello", &twice).await;
        answer.problem(400, "invalid_request", &malformed);
        let other = [("authorization", "Basic dXNlcjpwYXNz")];
        assert_eq!(it.get("/hello", &other).await.status, 401);
        let bytes = Request::get("/hello").header("authorization", &b"Bearer \xff"[..]);
        let answer = it.send(bytes.body(Body::empty()).unwrap()).await;
        answer.problem(400, "invalid_request", &malformed);
        assert_eq!(it.handlers_ran(), 0);
    }
}

#[tokio::test]
async fn rfc6750_2_3_a_token_in_the_address_or_the_body_is_not_looked_at() {
    let it = plain();
    let answer = it
        .get(&format!("/orders?access_token={}", it.token()), &[])
        .await;
    answer.problem(401, "not_authenticated", &["Bearer"]);
    let body = Body::from(format!("access_token={}", it.token()));
    let request = Request::post("/orders")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    let answer = it.send(request.unwrap()).await;
    answer.problem(401, "not_authenticated", &["Bearer"]);
}

#[tokio::test]
async fn rfc6750_3_1_scope_and_permission_that_are_missing_are_403() {
    let it = plain();
    let scope = "Bearer error=\"insufficient_scope\", scope=\"invoices:read\"";
    let answer = it.bearer("/invoices", &it.token()).await;
    answer.problem(403, "insufficient_scope", &[scope]);
    let without = it.signer.sign(&claims());
    let answer = it.bearer("/orders", &without).await;
    answer.problem(403, "forbidden", &[]);
    let granted = it
        .signer
        .sign(&bent(&claims(), "scope", json!("invoices:read")));
    it.bearer("/invoices", &granted).await.ok("none");

    let it = place(|layer, _| layer.scope("orders:read").scope("admin"));
    let missing = "Bearer error=\"insufficient_scope\", scope=\"admin\"";
    let answer = it.bearer("/hello", &it.token()).await;
    answer.problem(403, "insufficient_scope", &[missing]);
    assert_eq!(it.handlers_ran(), 0);
    let both = it
        .signer
        .sign(&bent(&claims(), "scope", json!("admin orders:read")));
    it.bearer("/hello", &both).await.ok("ada");
}

#[tokio::test]
async fn strangers_pass_where_they_may() {
    let it = place(|layer, _| layer.optional());
    it.get("/hello", &[]).await.ok("stranger");
    it.bearer("/hello", &it.token()).await.ok("ada");
    let answer = it.get("/orders", &[]).await;
    answer.problem(401, "not_authenticated", &["Bearer"]);
    let expired = it.signer.sign(&bent(&claims(), "exp", json!(1)));
    assert_eq!(it.bearer("/hello", &expired).await.status, 401);
    // A scope is asked of strangers too.
    let it = place(|layer, _| layer.optional().scope("orders:read"));
    assert_eq!(it.get("/hello", &[]).await.status, 401);
}

#[tokio::test]
async fn without_the_layer_nobody_gets_in() {
    let app = Router::new()
        .route("/orders", get(orders))
        .route("/hello", get(hello));
    for path in ["/orders", "/hello"] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}

#[tokio::test]
async fn rfc9449_7_1_a_bound_token_passes_with_its_proof() {
    let it = with_dpop();
    let key = Prover::new(&it.clock);
    let token = it.bound_token(&key);
    let proof = key.proof("GET", ORDERS, &token);
    it.bound(&token, &proof).await.ok("ada");
    let invalid = "DPoP error=\"invalid_dpop_proof\", algs=\"ES256 EdDSA\"";
    it.bound(&token, &proof)
        .await
        .problem(401, "invalid_dpop_proof", &[invalid]);
    for proof in [
        key.proof("POST", ORDERS, &token),
        key.proof("GET", "https://api.example/hello", &token),
        key.proof("GET", "https://other.example/orders", &token),
        key.proof("GET", ORDERS, "another token"),
        String::new(),
    ] {
        it.bound(&token, &proof)
            .await
            .problem(401, "invalid_dpop_proof", &[invalid]);
    }
    let authorization = format!("DPoP {token}");
    let answer = it
        .get("/orders", &[("authorization", &authorization)])
        .await;
    answer.problem(401, "invalid_dpop_proof", &[invalid]);
    it.bound(&token, &key.proof("GET", ORDERS, &token))
        .await
        .ok("ada");
    // 403 is said in the scheme that was used.
    let proof = key.proof("GET", "https://api.example/invoices", &token);
    let headers = [("authorization", &*authorization), ("dpop", &*proof)];
    let answer = it.get("/invoices", &headers).await;
    let scope = "DPoP error=\"insufficient_scope\", scope=\"invoices:read\", algs=\"ES256 EdDSA\"";
    answer.problem(403, "insufficient_scope", &[scope]);
}

#[tokio::test]
async fn rfc9449_7_1_bound_and_unbound_tokens_are_not_mixed_up() {
    let it = with_dpop();
    let (key, thief) = (Prover::new(&it.clock), Prover::new(&it.clock));
    let (bound, unbound) = (it.bound_token(&key), it.token());
    let dpop = |why: &str| {
        format!("DPoP error=\"invalid_token\", error_description=\"{why}\", algs=\"ES256 EdDSA\"")
    };
    let without = dpop("the token is bound to a key, and came without a proof of it");
    let answer = it.bearer("/orders", &bound).await;
    answer.problem(401, "invalid_token", &[&without]);
    // A proof beside a bearer's token does not make it a bound one.
    let bearer = format!("Bearer {bound}");
    let proof = key.proof("GET", ORDERS, &bound);
    let headers = [("authorization", &*bearer), ("dpop", &*proof)];
    it.get("/orders", &headers)
        .await
        .problem(401, "invalid_token", &[&without]);
    let stolen = thief.proof("GET", ORDERS, &bound);
    it.bound(&bound, &stolen)
        .await
        .problem(401, "invalid_token", &[&without]);
    let not_bound = dpop("the token is not bound to a key");
    let proof = thief.proof("GET", ORDERS, &unbound);
    it.bound(&unbound, &proof)
        .await
        .problem(401, "invalid_token", &[&not_bound]);
    it.bearer("/orders", &unbound).await.ok("ada");
    // Where proofs cannot be checked, bound tokens do not pass at all.
    let it = plain();
    let key = Prover::new(&it.clock);
    let token = it.bound_token(&key);
    let proof = key.proof("GET", ORDERS, &token);
    let without = without.replacen("DPoP", "Bearer", 1);
    let without = without.replace(", algs=\"ES256 EdDSA\"", "");
    let answer = it.bound(&token, &proof).await;
    answer.problem(401, "invalid_token", &[&without]);
    let answer = it.bearer("/orders", &token).await;
    answer.problem(401, "invalid_token", &[&without]);
    assert_eq!(it.handlers_ran(), 0);
}

#[tokio::test]
async fn rfc9449_9_a_nonce_is_asked_for_and_handed_out() {
    let it = place(|layer, _| layer.dpop(Dpop::with_nonces([3; 32]), API).unwrap());
    let key = Prover::new(&it.clock);
    let token = it.bound_token(&key);
    let answer = it.bound(&token, &key.proof("GET", ORDERS, &token)).await;
    let wanted = "DPoP error=\"use_dpop_nonce\", algs=\"ES256 EdDSA\"";
    answer.problem(401, "use_dpop_nonce", &[wanted]);
    let nonce = answer.headers[NONCE].to_str().unwrap().to_owned();
    let said = bent(&key.claims("GET", ORDERS, &token), "nonce", json!(nonce));
    let proof = key.signer.sign_with(&key.header(), &said);
    let answer = it.bound(&token, &proof).await;
    answer.ok("ada");
    assert_eq!(answer.headers[NONCE], nonce);
    // Who does not use DPoP hears nothing of it.
    let answer = it.bearer("/orders", &it.token()).await;
    answer.ok("ada");
    assert!(!answer.headers.contains_key(NONCE));
}

/// Whoever has no token could fill the memory of used proofs otherwise.
#[tokio::test]
async fn a_proof_is_spent_only_by_who_has_a_good_token() {
    let it = with_dpop();
    let key = Prover::new(&it.clock);
    let token = it.bound_token(&key);
    let said = bent(&with_permission(), "cnf", key.confirmation());
    let forged = Signer::es256().sign(&said);
    // The same proof id with both; `ath` differs.
    let claims = key.claims("GET", ORDERS, &forged);
    let first = key.signer.sign_with(&key.header(), &claims);
    assert_eq!(it.bound(&forged, &first).await.status, 401);
    let ath = key.claims("GET", ORDERS, &token)["ath"].clone();
    let second = key
        .signer
        .sign_with(&key.header(), &bent(&claims, "ath", ath));
    it.bound(&token, &second).await.ok("ada");
}

#[tokio::test]
async fn of_one_proof_at_once_one_passes() {
    let it = Arc::new(with_dpop());
    let key = Prover::new(&it.clock);
    let token = it.bound_token(&key);
    let proof = key.proof("GET", ORDERS, &token);
    let requests: Vec<_> = (0..50)
        .map(|_| {
            let (it, token, proof) = (Arc::clone(&it), token.clone(), proof.clone());
            tokio::spawn(async move { it.bound(&token, &proof).await.status })
        })
        .collect();
    let mut passed = 0;
    for request in requests {
        passed += usize::from(request.await.unwrap() == 200);
    }
    assert_eq!(passed, 1);
}

/// In a nested router the path is cut; what the client signed is the whole.
#[tokio::test]
async fn rfc9449_4_3_the_address_is_whole_in_nested_routers() {
    let (signer, clock) = (Signer::es256(), Clock::new());
    let layer = VerifyLayer::new(verifier_with(&signer, rules(&clock)))
        .clock(clock.asked())
        .dpop(Dpop::without_nonces(), API)
        .unwrap();
    let inner = Router::new().route("/orders", get(hello)).layer(layer);
    let app = Router::new().nest("/v1", inner);
    let key = Prover::new(&clock);
    let token = signer.sign(&bent(&claims(), "cnf", key.confirmation()));
    let send = async |address: &str| {
        let request = Request::get("/v1/orders?page=2")
            .header("authorization", format!("DPoP {token}"))
            .header(PROOF, key.proof("GET", address, &token));
        let request = request.body(Body::empty()).unwrap();
        app.clone()
            .oneshot(request)
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(send("https://api.example/v1/orders").await, 200);
    assert_eq!(send("https://api.example/orders").await, 401);
}

#[test]
fn an_origin_is_one() {
    let made = |origin: &str| {
        let verifier = verifier_with(&Signer::es256(), rules(&Clock::new()));
        let layer = VerifyLayer::new(verifier);
        layer.dpop(Dpop::without_nonces(), origin).err()
    };
    for good in [
        "https://api.example",
        "https://api.example/",
        "https://api.example:8443",
        "http://localhost:4000",
    ] {
        assert_eq!(made(good), None, "{good}");
    }
    for wrong in [
        "",
        "api.example",
        "https://api.example/v1",
        "https://api.example?x",
        "https://api.example#x",
        "https://user@api.example",
        "ftp://api.example",
        "data:,x",
    ] {
        let error = SetupError::Origin(wrong.to_owned());
        assert_eq!(made(wrong), Some(error), "{wrong}");
    }
}

#[tokio::test]
async fn keys_that_cannot_be_had_are_503_and_not_the_callers_fault() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let clock = Clock::new();
    let verifier = Issuer::discover(&issuer, rules(&clock)).unwrap();
    let app = Router::new()
        .route("/hello", get(hello))
        .layer(VerifyLayer::new(verifier));
    let token = Signer::es256().sign(&bent(&claims(), "iss", json!(issuer)));
    let request = Request::get("/hello").header("authorization", format!("Bearer {token}"));
    let response = app.oneshot(request.body(Body::empty()).unwrap()).await;
    let answer = Answer::of(response.unwrap()).await;
    answer.problem(503, "busy", &[]);
    assert_eq!(answer.headers[header::RETRY_AFTER], "2");
}

#[test]
fn a_layer_shows_whom_it_trusts() {
    let layer = VerifyLayer::new(verifier_with(&Signer::es256(), rules(&Clock::new())));
    let shown = format!("{layer:?}");
    assert!(shown.contains(ISSUER), "{shown}");
}
