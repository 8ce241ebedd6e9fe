//! `POST /oauth/token` with proofs: tokens that are bound to a key (RFC 9449 sections 5, 8 and 10).

use portcullis_http_tests::{
    Answer, App, Browser, Prover, Server, all_at_once,
    app::{Tokens, query},
    device::base64url,
    jwt,
};
use portcullis_types::paths;
use reqwest::Method;
use serde_json::{Value, json};

struct Scene {
    server: Server,
    ada: Browser,
    program: Browser,
    app: App,
    key: Prover,
}

impl Scene {
    async fn set() -> Self {
        Self::set_with(|_| {}).await
    }

    async fn set_with(change: impl FnOnce(&mut portcullis_server::Config)) -> Self {
        let server = Server::start_with(change).await;
        let ada = server.person("ada").await;
        let (program, key) = (server.program(), Prover::new(&server));
        let app = App::spa();
        Self {
            server,
            ada,
            program,
            app,
            key,
        }
    }

    async fn tokens(&self) -> Tokens {
        self.key.tokens(&self.ada, &self.program, &self.app).await
    }

    /// Gets a first nonce.
    async fn nonce(&self) {
        let fields = self.app.refresh_fields("pc_rt_x");
        self.key
            .post(&self.program, paths::OAUTH_TOKEN, &fields)
            .await;
        assert!(self.key.nonce().is_some());
    }

    /// Redeems a fresh code with this proof.
    async fn redeem_with(&self, proof: &str) -> Answer {
        let code = self.app.code(&self.ada).await;
        let call = self.program.call(Method::POST, paths::OAUTH_TOKEN);
        let call = call.form(&self.app.code_fields(&code));
        call.header("dpop", proof).send().await
    }
}

#[tokio::test]
async fn rfc9449_5_a_proof_binds_both_tokens_to_its_key() {
    let scene = Scene::set().await;
    let code = scene.app.code(&scene.ada).await;
    let answer = scene.key.redeem(&scene.program, &scene.app, &code).await;
    assert_eq!(answer.at("/token_type"), "DPoP");
    let tokens = Tokens::of(&answer);
    assert_eq!(
        jwt::claims(&tokens.access)["cnf"],
        json!({ "jkt": scene.key.jkt() })
    );
    let next = scene
        .key
        .refresh(&scene.program, &scene.app, &tokens.refresh);
    let next = next.await.status(200);
    assert_eq!(next.at("/token_type"), "DPoP");
    let claims = jwt::claims(&next.text_at("/access_token"));
    assert_eq!(claims["cnf"]["jkt"], scene.key.jkt());
    // Without a proof all is as before.
    let bearer = scene.app.code(&scene.ada).await;
    let bearer = scene.app.redeem(&scene.program, &bearer).await.status(200);
    assert_eq!(bearer.at("/token_type"), "Bearer");
    assert!(jwt::claims(&bearer.text_at("/access_token"))["cnf"].is_null());
    assert_eq!(bearer.header("dpop-nonce"), "");
}

#[tokio::test]
async fn rfc9449_8_without_a_nonce_nothing_is_spent() {
    let scene = Scene::set().await;
    let code = scene.app.code(&scene.ada).await;
    let before = scene.server.tables().await;
    let send = async || {
        let call = scene.program.call(Method::POST, paths::OAUTH_TOKEN);
        let call = call.form(&scene.app.code_fields(&code));
        let proof = scene.key.proof("POST", paths::OAUTH_TOKEN, None);
        call.header("dpop", proof).send().await
    };
    let answer = send().await;
    scene.key.keep_nonce(&answer);
    assert_eq!(answer.header("dpop-nonce").len(), 22);
    answer.oauth_error(400, "use_dpop_nonce");
    assert_eq!(scene.server.tables().await, before);
    let answer = send().await;
    assert!(!answer.header("dpop-nonce").is_empty(), "also with success");
    let tokens = Tokens::of(&answer);
    // Nor the refresh token, when the nonce has grown old.
    scene.server.clock.advance_seconds(120);
    let before = scene.server.tables().await;
    let call = scene.program.call(Method::POST, paths::OAUTH_TOKEN);
    let call = call.form(&scene.app.refresh_fields(&tokens.refresh));
    let proof = scene.key.proof("POST", paths::OAUTH_TOKEN, None);
    let answer = call.header("dpop", proof).send().await;
    scene.key.keep_nonce(&answer);
    answer.oauth_error(400, "use_dpop_nonce");
    assert_eq!(scene.server.tables().await, before);
    let again = scene
        .key
        .refresh(&scene.program, &scene.app, &tokens.refresh);
    again.await.status(200);
}

#[tokio::test]
async fn rfc9449_8_a_nonce_makes_up_for_a_clock_that_is_wrong() {
    let scene = Scene::set().await;
    scene.nonce().await;
    for wrong in [-7200, 7200, -1_000_000_000] {
        let mut claims = scene.key.claims("POST", paths::OAUTH_TOKEN, None);
        claims["iat"] = json!(claims["iat"].as_i64().unwrap() + wrong);
        let proof = scene.key.sign(&scene.key.header(), &claims);
        scene.redeem_with(&proof).await.status(200);
    }
    for forged in ["", "x", &"A".repeat(22), &"A".repeat(3000)] {
        let mut claims = scene.key.claims("POST", paths::OAUTH_TOKEN, None);
        claims["nonce"] = json!(forged);
        let proof = scene.key.sign(&scene.key.header(), &claims);
        let answer = scene.redeem_with(&proof).await;
        let error = answer.text_at("/error");
        assert!(
            ["use_dpop_nonce", "invalid_dpop_proof"].contains(&&*error),
            "{error}"
        );
    }
}

#[tokio::test]
async fn rfc9449_11_1_without_nonces_a_proof_is_good_for_a_minute() {
    let scene = Scene::set_with(|config| config.oauth.dpop_nonces = false).await;
    for (wrong, good) in [
        (0, true),
        (-60, true),
        (10, true),
        (-61, false),
        (11, false),
        (-3600, false),
        (3600, false),
    ] {
        let mut claims = scene.key.claims("POST", paths::OAUTH_TOKEN, None);
        claims["iat"] = json!(claims["iat"].as_i64().unwrap() + wrong);
        let proof = scene.key.sign(&scene.key.header(), &claims);
        let answer = scene.redeem_with(&proof).await;
        assert_eq!(answer.header("dpop-nonce"), "");
        if good {
            assert_eq!(answer.status, 200, "{wrong}: {}", answer.text());
        } else {
            answer.oauth_error(400, "invalid_dpop_proof");
        }
    }
}

#[tokio::test]
async fn rfc9449_4_3_what_is_no_good_proof_gets_no_token() {
    let scene = Scene::set().await;
    scene.nonce().await;
    let key = &scene.key;
    let before = scene.server.audited("oauth.family_began").await;
    let bent_header = |name: &str, value: Value| {
        let mut header = key.header();
        header[name] = value;
        key.sign(&header, &key.claims("POST", paths::OAUTH_TOKEN, None))
    };
    let bent_claim = |name: &str, value: Value| {
        let mut claims = key.claims("POST", paths::OAUTH_TOKEN, None);
        claims[name] = value;
        key.sign(&key.header(), &claims)
    };
    let bent_key = |name: &str, value: Value| {
        let mut jwk = key.jwk();
        jwk[name] = value;
        bent_header("jwk", jwk)
    };
    let good = key.proof("POST", paths::OAUTH_TOKEN, None);
    let unsigned = format!("{}.", good.rsplit_once('.').unwrap().0);
    let (start, claims) = (
        good.split('.').next().unwrap(),
        good.split('.').nth(1).unwrap(),
    );
    let none = json!({ "typ": "dpop+jwt", "alg": "none", "jwk": key.jwk() });
    let none = base64url(none.to_string().as_bytes());
    let origin = &scene.server.origin;
    for (why, proof) in [
        ("nothing", String::new()),
        ("no JWT", "x".to_owned()),
        ("alg none", format!("{none}.{claims}.")),
        ("no signature", unsigned),
        ("half of it", format!("{start}.{claims}")),
        ("alg HS256", bent_header("alg", json!("HS256"))),
        ("alg RS256", bent_header("alg", json!("RS256"))),
        ("alg ES384", bent_header("alg", json!("ES384"))),
        ("alg EdDSA", bent_header("alg", json!("EdDSA"))),
        ("no type", bent_header("typ", Value::Null)),
        ("another type", bent_header("typ", json!("JWT"))),
        (
            "an access token's type",
            bent_header("typ", json!("at+jwt")),
        ),
        ("no key", bent_header("jwk", Value::Null)),
        (
            "another's key",
            bent_header("jwk", Prover::new(&scene.server).jwk()),
        ),
        ("an extension", bent_header("crit", json!(["b64"]))),
        ("a private key", bent_key("d", json!("AAAA"))),
        ("a symmetric key", bent_key("k", json!("AAAA"))),
        ("another curve", bent_key("crv", json!("P-384"))),
        ("another type of key", bent_key("kty", json!("RSA"))),
        ("a short coordinate", bent_key("x", json!("AAAA"))),
        ("another method", bent_claim("htm", json!("GET"))),
        (
            "a method in small letters",
            bent_claim("htm", json!("post")),
        ),
        (
            "another address",
            bent_claim("htu", json!(format!("{origin}/oauth/par"))),
        ),
        (
            "another origin",
            bent_claim("htu", json!("https://evil.example/oauth/token")),
        ),
        ("a path alone", bent_claim("htu", json!("/oauth/token"))),
        ("no address", bent_claim("htu", Value::Null)),
        ("no method", bent_claim("htm", Value::Null)),
        ("no time", bent_claim("iat", Value::Null)),
        ("a time in words", bent_claim("iat", json!("now"))),
        ("no id", bent_claim("jti", Value::Null)),
        ("an empty id", bent_claim("jti", json!(""))),
        ("a long id", bent_claim("jti", json!("x".repeat(257)))),
        ("a long proof", bent_claim("x", json!("x".repeat(5000)))),
    ] {
        let answer = scene.redeem_with(&proof).await;
        assert_eq!(answer.status, 400, "{why}: {}", answer.text());
        assert!(!answer.header("dpop-nonce").is_empty(), "{why}");
        answer.oauth_error(400, "invalid_dpop_proof");
    }
    let code = scene.app.code(&scene.ada).await;
    let call = scene.program.call(Method::POST, paths::OAUTH_TOKEN);
    let call = call.form(&scene.app.code_fields(&code));
    let two = call
        .also("dpop", key.proof("POST", paths::OAUTH_TOKEN, None))
        .also("dpop", key.proof("POST", paths::OAUTH_TOKEN, None));
    two.send().await.oauth_error(400, "invalid_dpop_proof");
    assert_eq!(scene.server.audited("oauth.family_began").await, before);
    // None of this has spent the code, or what is good.
    scene.redeem_with(&good).await.status(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rfc9449_11_1_a_proof_passes_once() {
    let scene = Scene::set().await;
    scene.nonce().await;
    let proof = scene.key.proof("POST", paths::OAUTH_TOKEN, None);
    let mut codes = Vec::new();
    for _ in 0..50 {
        codes.push(scene.app.code(&scene.ada).await);
    }
    let statuses = all_at_once(codes.into_iter().map(|code| {
        let (app, proof) = (scene.app.clone(), proof.clone());
        let program = scene.program.clone();
        async move {
            let call = program.call(Method::POST, paths::OAUTH_TOKEN);
            let call = call.form(&app.code_fields(&code));
            call.header("dpop", proof).send().await.status
        }
    }))
    .await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 49);
}

#[tokio::test]
async fn rfc9449_5_a_bound_refresh_token_is_of_no_use_to_a_thief() {
    let scene = Scene::set().await;
    let first = scene.tokens().await;
    let thief = Prover::new(&scene.server);
    let before = scene.server.tables().await;
    // With a key of their own, or with none.
    let stolen = thief
        .refresh(&scene.program, &scene.app, &first.refresh)
        .await;
    stolen.oauth_error(400, "invalid_grant");
    let stolen = scene.app.refresh(&scene.program, &first.refresh).await;
    stolen.oauth_error(400, "invalid_grant");
    assert_eq!(
        scene.server.tables().await,
        before,
        "and nobody is signed out"
    );
    let second = scene
        .key
        .refresh(&scene.program, &scene.app, &first.refresh);
    let second = Tokens::of(&second.await);
    // A spent one neither: not within the retry window, and not to end the session.
    for seconds in [0, 60] {
        scene.server.clock.advance_seconds(seconds);
        let stolen = thief
            .refresh(&scene.program, &scene.app, &first.refresh)
            .await;
        stolen.oauth_error(400, "invalid_grant");
        let stolen = scene.app.refresh(&scene.program, &first.refresh).await;
        stolen.oauth_error(400, "invalid_grant");
    }
    let third = scene
        .key
        .refresh(&scene.program, &scene.app, &second.refresh);
    let third = Tokens::of(&third.await);
    // Its owner's own replay still ends it.
    let replay = scene
        .key
        .refresh(&scene.program, &scene.app, &first.refresh);
    replay.await.oauth_error(400, "invalid_grant");
    let dead = scene
        .key
        .refresh(&scene.program, &scene.app, &third.refresh);
    dead.await.oauth_error(400, "invalid_grant");
    assert_eq!(scene.server.audited("oauth.refresh_replayed").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_tabs_with_one_key_get_the_same_successor() {
    let scene = Scene::set().await;
    let first = scene.tokens().await;
    let proofs = (0..50).map(|_| scene.key.proof("POST", paths::OAUTH_TOKEN, None));
    let answers = all_at_once(proofs.map(|proof| {
        let (app, program) = (scene.app.clone(), scene.program.clone());
        let token = first.refresh.clone();
        async move {
            let call = program.call(Method::POST, paths::OAUTH_TOKEN);
            let call = call.form(&app.refresh_fields(&token));
            Tokens::of(&call.header("dpop", proof).send().await)
        }
    }))
    .await;
    assert!(
        answers
            .iter()
            .all(|other| other.refresh == answers[0].refresh)
    );
    assert_eq!(scene.server.audited("oauth.refreshed").await, 1);
}

#[tokio::test]
async fn rfc9449_10_a_code_is_redeemed_by_the_key_that_it_was_asked_for_with() {
    let scene = Scene::set().await;
    let jkt = scene.key.jkt();
    let code_for = async |jkt: &str| {
        let path = scene.app.path_with(&[("dpop_jkt", jkt)]);
        let back = scene.ada.get(&path).await.location();
        query(&back, "code").unwrap_or_else(|| panic!("{back}"))
    };
    let code = code_for(&jkt).await;
    let answer = scene.key.redeem(&scene.program, &scene.app, &code).await;
    assert_eq!(answer.status(200).at("/token_type"), "DPoP");
    let thief = Prover::new(&scene.server);
    let stolen = code_for(&jkt).await;
    let answer = thief.redeem(&scene.program, &scene.app, &stolen).await;
    answer.oauth_error(400, "invalid_grant");
    let stolen = code_for(&jkt).await;
    let answer = scene.app.redeem(&scene.program, &stolen).await;
    answer.oauth_error(400, "invalid_grant");
    // Shown with the wrong key it is gone.
    let answer = scene.key.redeem(&scene.program, &scene.app, &stolen).await;
    answer.oauth_error(400, "invalid_grant");
    for none in ["x", &"A".repeat(42), &"A".repeat(44), &"+".repeat(43)] {
        let path = scene.app.path_with(&[("dpop_jkt", none)]);
        let back = scene.ada.get(&path).await.location();
        assert_eq!(query(&back, "error").as_deref(), Some("invalid_request"));
    }
}

#[tokio::test]
async fn rfc9449_10_1_a_pushed_request_is_bound_by_parameter_or_proof() {
    let scene = Scene::set().await;
    let (key, thief) = (&scene.key, Prover::new(&scene.server));
    let by_parameter = scene.app.parameters_of(&[("dpop_jkt", &key.jkt())]);
    let by_proof = scene.app.parameters_of(&[]);
    let push = async |prover: Option<&Prover>, fields: &[(String, String)]| {
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        if let Some(prover) = prover {
            return prover.post(&scene.program, paths::OAUTH_PAR, &fields).await;
        }
        let call = scene.program.call(Method::POST, paths::OAUTH_PAR);
        call.form(&fields).send().await
    };
    for (prover, fields) in [
        (None, &by_parameter),
        (Some(key), &by_parameter),
        (Some(key), &by_proof),
    ] {
        for (redeemer, status) in [(key, 200), (&thief, 400)] {
            let pushed = push(prover, fields).await.status(201);
            let uri = pushed.text_at("/request_uri");
            let back = scene.ada.get(&scene.app.pushed_path(&uri)).await.location();
            let code = query(&back, "code").unwrap();
            let answer = redeemer.redeem(&scene.program, &scene.app, &code).await;
            assert_eq!(answer.status, status, "{}", answer.text());
        }
    }
    let contradiction = push(Some(&thief), &by_parameter).await;
    contradiction.oauth_error(400, "invalid_dpop_proof");
    // A proof for another endpoint is none here.
    let call = scene.program.call(Method::POST, paths::OAUTH_PAR);
    let call = call.header("dpop", key.proof("POST", paths::OAUTH_TOKEN, None));
    let answer = call.form(&[("client_id", "spa")]).send().await;
    answer.oauth_error(400, "invalid_dpop_proof");
}

#[tokio::test]
async fn rfc9449_5_2_a_client_can_be_made_to_prove() {
    let scene = Scene::set_with(|config| config.clients[0].dpop_bound_access_tokens = true).await;
    let code = scene.app.code(&scene.ada).await;
    let answer = scene.app.redeem(&scene.program, &code).await;
    answer.oauth_error(400, "invalid_dpop_proof");
    // Which has not spent the code.
    let answer = scene.key.redeem(&scene.program, &scene.app, &code).await;
    let tokens = Tokens::of(&answer);
    let answer = scene.app.refresh(&scene.program, &tokens.refresh).await;
    answer.oauth_error(400, "invalid_dpop_proof");
    let answer = scene
        .key
        .refresh(&scene.program, &scene.app, &tokens.refresh);
    answer.await.status(200);
    // Others need not.
    App::other().tokens(&scene.ada, &scene.program).await;
}

#[tokio::test]
async fn rfc9449_5_1_the_algorithms_are_announced() {
    let server = Server::start().await;
    for path in [paths::OAUTH_METADATA, paths::OPENID_METADATA] {
        let metadata = server.program().get(path).await.status(200);
        let algorithms = metadata.at("/dpop_signing_alg_values_supported");
        assert_eq!(algorithms, json!(["ES256", "EdDSA"]));
    }
}
