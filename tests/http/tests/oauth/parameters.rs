//! Every parameter of the OAuth endpoints with whatever a generator makes of it: a malformed request
//! gets an error that its specification has, and changes nothing.
//!
//! `PORTCULLIS_PARAMETERS=500` tries that many values of each parameter, and `PORTCULLIS_SEED` repeats
//! a run.

use portcullis_http_tests::{
    Answer, App, Browser, Server,
    app::query,
    clients::{basic, confidential},
    database,
};
use portcullis_types::{client::GrantType, paths};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};
use reqwest::Method;

/// How many values of each parameter are tried in every run.
const VALUES: usize = 8;

/// RFC 6749 sections 4.1.2.1 and 5.2, RFC 7009, 8628, 8693, 8707, 9101, 9126, 9449, 9470, OpenID
/// Connect Core section 3.1.2.6.
const ERRORS: &[&str] = &[
    "access_denied",
    "authorization_pending",
    "consent_required",
    "expired_token",
    "invalid_client",
    "invalid_dpop_proof",
    "invalid_grant",
    "invalid_request",
    "invalid_request_object",
    "invalid_scope",
    "invalid_target",
    "invalid_token",
    "login_required",
    "request_not_supported",
    "request_uri_not_supported",
    "slow_down",
    "unauthorized_client",
    "unmet_authentication_requirements",
    "unsupported_grant_type",
    "unsupported_response_type",
    "unsupported_token_type",
];

/// What could be in a parameter, and what hardly could.
fn value() -> impl Strategy<Value = String> {
    let text = |range| proptest::collection::vec(any::<char>(), range);
    let said = prop::sample::select(vec![
        "",
        " ",
        "0",
        "-1",
        "99999999999999999999",
        "null",
        "true",
        "{}",
        "[]",
        "{\"id_token\":{\"sub\":{\"value\":1}}}",
        "{\"userinfo\":{\"name\":{\"essential\":\"yes\"}}}",
        "openid openid",
        "openid\u{0}",
        "none login",
        "S256",
        "plain",
        "javascript:alert(1)",
        "//evil.example",
        "https://evil.example/\r\nset-cookie: a=b",
        "urn:ietf:params:oauth:request_uri:",
        "urn:ietf:params:oauth:grant-type:device_code",
        "eyJhbGciOiJub25lIn0.e30.",
        "a.b.c",
        "pc_ac_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "pc_rt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "' OR 1=1 --",
        "\u{202e}",
        "%00",
        "%",
        "+",
    ]);
    prop_oneof![
        3 => said.prop_map(str::to_owned),
        3 => text(0..40).prop_map(String::from_iter),
        1 => text(300..400).prop_map(String::from_iter),
        1 => (2000_usize..4000).prop_map(|length| "x".repeat(length)),
    ]
}

struct Generator(TestRunner);

impl Generator {
    fn new() -> Self {
        let seed = match std::env::var("PORTCULLIS_SEED") {
            Ok(seed) => seed.parse().unwrap(),
            Err(_) => std::process::id().into(),
        };
        println!("PORTCULLIS_SEED={seed} repeats this");
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&u64::to_be_bytes(seed));
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        Self(TestRunner::new_with_rng(ProptestConfig::default(), rng))
    }

    fn next(&mut self) -> String {
        value().new_tree(&mut self.0).unwrap().current()
    }
}

fn times() -> usize {
    std::env::var("PORTCULLIS_PARAMETERS").map_or(VALUES, |it| it.parse().unwrap())
}

/// The fields with one of them replaced, or added.
fn with<'a>(
    fields: &[(&'a str, &'a str)],
    name: &'a str,
    value: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let kept = fields.iter().filter(|(known, _)| *known != name).copied();
    kept.chain([(name, value)]).collect()
}

/// An endpoint, who asks it, and a request that is good but for codes and tokens that are none.
struct Endpoint {
    path: &'static str,
    /// With the client's secret.
    confidential: bool,
    fields: Vec<(&'static str, &'static str)>,
}

const CODE: &str = "pc_ac_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const REFRESH: &str = "pc_rt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const VERIFIER: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[expect(clippy::too_many_lines, reason = "it is a list")]
fn endpoints() -> Vec<Endpoint> {
    let endpoint = |path, confidential, fields: &[(&'static str, &'static str)]| Endpoint {
        path,
        confidential,
        fields: fields.to_vec(),
    };
    vec![
        endpoint(
            paths::OAUTH_TOKEN,
            false,
            &[
                ("grant_type", "authorization_code"),
                ("client_id", "spa"),
                ("code", CODE),
                ("redirect_uri", "http://localhost:5173/callback"),
                ("code_verifier", VERIFIER),
                ("resource", "https://api.example"),
            ],
        ),
        endpoint(
            paths::OAUTH_TOKEN,
            false,
            &[
                ("grant_type", "refresh_token"),
                ("client_id", "spa"),
                ("refresh_token", REFRESH),
                ("scope", "openid"),
            ],
        ),
        endpoint(
            paths::OAUTH_TOKEN,
            true,
            &[
                (
                    "grant_type",
                    "urn:ietf:params:oauth:grant-type:token-exchange",
                ),
                ("subject_token", "a.b.c"),
                (
                    "subject_token_type",
                    "urn:ietf:params:oauth:token-type:access_token",
                ),
                (
                    "requested_token_type",
                    "urn:ietf:params:oauth:token-type:access_token",
                ),
                ("actor_token", "a.b.c"),
                (
                    "actor_token_type",
                    "urn:ietf:params:oauth:token-type:access_token",
                ),
                ("audience", "https://api.example"),
                ("scope", "openid"),
            ],
        ),
        endpoint(
            paths::OAUTH_TOKEN,
            true,
            &[
                ("grant_type", "client_credentials"),
                ("scope", "nothing:there"),
                ("client_assertion", "a.b.c"),
                ("client_assertion_type", "x"),
            ],
        ),
        endpoint(
            paths::OAUTH_TOKEN,
            true,
            &[
                ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                ("device_code", "x"),
            ],
        ),
        endpoint(
            paths::OAUTH_REVOKE,
            true,
            &[("token", REFRESH), ("token_type_hint", "refresh_token")],
        ),
        endpoint(
            paths::OAUTH_INTROSPECT,
            true,
            &[("token", REFRESH), ("token_type_hint", "access_token")],
        ),
        endpoint(
            paths::OAUTH_DEVICE_AUTHORIZATION,
            true,
            &[
                ("scope", "nothing:there"),
                ("resource", "https://api.example"),
            ],
        ),
        endpoint(
            paths::OAUTH_PAR,
            true,
            &[
                ("response_type", "code"),
                ("redirect_uri", "https://shop.example/callback"),
                ("scope", "openid"),
                ("state", "x"),
                ("nonce", "x"),
                ("code_challenge", VERIFIER),
                ("code_challenge_method", "S256"),
                ("response_mode", "query"),
                ("prompt", "login"),
                ("max_age", "1"),
                ("claims", "{}"),
                ("acr_values", "phr"),
                ("login_hint", "a"),
                ("ui_locales", "de"),
                ("id_token_hint", "a.b.c"),
                ("dpop_jkt", VERIFIER),
                ("resource", "https://api.example"),
                ("request", "a.b.c"),
                ("request_uri", "x"),
            ],
        ),
    ]
}

/// An error in OAuth's shape, of those that there are.
#[track_caller]
fn is_specified(answer: &Answer, what: &str) {
    assert!(
        (400..500).contains(&answer.status),
        "{what}: {}",
        answer.status
    );
    assert!(
        answer
            .header("content-type")
            .starts_with("application/json"),
        "{what}"
    );
    let error = answer.text_at("/error");
    assert!(ERRORS.contains(&&*error), "{what}: {error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parameter_of_any_kind_gets_its_error_and_changes_nothing() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let mut shop = confidential("shop");
    shop.grant_types.extend([
        GrantType::ClientCredentials,
        GrantType::DeviceCode,
        GrantType::TokenExchange,
    ]);
    shop.resources = vec!["https://api.example".to_owned()];
    let secret = admin.secret_of_new(&shop).await;
    let program = server.program();
    let mut generator = Generator::new();
    let (mut refused, mut taken) = (0, 0);
    for Endpoint {
        path,
        confidential,
        fields,
    } in endpoints()
    {
        for (name, _) in &fields {
            for _ in 0..times() {
                let value = generator.next();
                let what = format!("{path} {name}={value:?}");
                let before = server.tables().await;
                let call = program.call(Method::POST, path);
                let call = call.form(&with(&fields, name, &value));
                let call = if confidential {
                    call.header("authorization", basic("shop", &secret))
                } else {
                    call
                };
                let answer = call.send().await;
                if answer.status < 400 {
                    taken += 1;
                    continue;
                }
                refused += 1;
                is_specified(&answer, &what);
                let changed = database::changed(&before, &server.tables().await);
                assert_eq!(changed, [""; 0], "{what}");
            }
        }
    }
    println!("{refused} refused, {taken} taken");
    assert!(refused > taken, "{refused} {taken}");
}

/// At the authorization endpoint: a page, or the client is told; nobody is sent elsewhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authorization_request_of_any_kind_leads_to_the_client_or_nowhere() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let app = App::spa();
    let mut generator = Generator::new();
    let names = [
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "response_mode",
        "prompt",
        "max_age",
        "claims",
        "acr_values",
        "login_hint",
        "ui_locales",
        "id_token_hint",
        "dpop_jkt",
        "resource",
        "request",
        "request_uri",
        "portcullis_since",
        "portcullis_continue",
    ];
    for name in names {
        for _ in 0..times() {
            let value = generator.next();
            let before = server.tables().await;
            let answer = ada.get(&app.path_with(&[(name, &value)])).await;
            let issued = leads(&ada, &app, &answer, &format!("{name}={value:?}"));
            let mut changed = database::changed(&before, &server.tables().await);
            // When it was last used is written now and then.
            changed.retain(|table| table != "sessions" && !(issued && table == "codes"));
            assert!(
                issued || changed.is_empty(),
                "{name}={value:?}: {changed:?}"
            );
        }
    }
}

/// Where an answer leads; true: to the client, with a code.
#[track_caller]
fn leads(ada: &Browser, app: &App, answer: &Answer, what: &str) -> bool {
    if answer.status == 400 {
        assert_eq!(answer.header("location"), "", "{what}");
        return false;
    }
    if answer.status == 200 {
        // response_mode=form_post: a page that posts there.
        assert!(answer.text().contains(&app.redirect_uri), "{what}");
        return answer.text().contains("name=\"code\"");
    }
    assert_eq!(answer.status, 302, "{what}: {}", answer.text());
    let to = answer.location();
    if to.starts_with("/sign-in?") {
        return false;
    }
    let back = to.strip_prefix(&app.redirect_uri);
    let back = back.unwrap_or_else(|| panic!("{what}: sent to {to}"));
    assert!(back.starts_with(['?', '#']), "{what}: sent to {to}");
    let to = to.replacen('#', "?", 1);
    assert_eq!(query(&to, "iss").as_deref(), Some(&*ada.origin), "{what}");
    match query(&to, "error") {
        Some(error) => {
            assert!(ERRORS.contains(&&*error), "{what}: {error}");
            false
        }
        None => query(&to, "code").is_some(),
    }
}
