//! What tokens must say: RFC 7519, RFC 9068 section 4, OpenID Connect Core 1.0 section 3.1.3.7.

use portcullis_policy::Requirement;
use portcullis_verify::{Issuer, Refusal, Rules, TokenVerifier};
use serde_json::{Value, json};

use crate::support::{
    API, Clock, ISSUER, NOW, Signer, and_a_half, bent, claims, passes, rules, verifier,
    verifier_with, why,
};

#[tokio::test]
async fn rfc9068_2_2_what_a_token_says_is_read() {
    let signer = Signer::es256();
    let mut said = claims();
    said["nbf"] = json!(NOW - 1);
    said["permissions"] = json!(["orders:*", "users:read"]);
    said["roles"] = json!(["clerk"]);
    said["tenant"] = json!({ "id": 7 });
    let claims = passes(verifier(&signer).verify(&signer.sign(&said)).await);
    assert_eq!((&*claims.issuer, &*claims.subject), (ISSUER, "ada"));
    assert_eq!(claims.audience, [API]);
    assert_eq!(claims.client_id.as_deref(), Some("spa"));
    assert_eq!(claims.token_id.as_deref(), Some("token-1"));
    assert_eq!(claims.issued_at, Some(NOW));
    assert_eq!(claims.not_before, Some(NOW - 1));
    assert_eq!(claims.expires_at, NOW + 600);
    assert_eq!(claims.scope, ["orders:read", "profile"]);
    assert_eq!(claims.roles, ["clerk"]);
    assert_eq!(claims.thumbprint, None);
    assert_eq!(claims.get("tenant"), Some(&json!({ "id": 7 })));
    assert_eq!(claims.get("sub"), Some(&json!("ada")));
    assert_eq!(claims.get("absent"), None);
    assert!(claims.has_scope("profile") && !claims.has_scope("orders"));
    assert!(claims.can("orders:delete") && claims.can("users:read"));
    assert!(!claims.can("users:write") && !claims.can("orders:*") && !claims.can(""));
    let all = |names: [&str; 2]| Requirement::all(names).unwrap();
    assert!(claims.meets(&all(["orders:read", "users:read"])));
    assert!(!claims.meets(&all(["orders:read", "users:write"])));
}

#[tokio::test]
async fn rfc9068_2_2_what_must_be_there_is_missed() {
    let signer = Signer::es256();
    let verifier = verifier(&signer);
    for name in ["sub", "aud", "exp", "iat", "jti", "client_id"] {
        let token = signer.sign(&bent(&claims(), name, Value::Null));
        assert_eq!(why(&verifier, &token).await, Refusal::Claim(name));
    }
    let token = signer.sign(&bent(&claims(), "iss", Value::Null));
    assert_eq!(why(&verifier, &token).await, Refusal::Issuer);
    // `azp` is not the `client_id` of this profile.
    let said = bent(
        &bent(&claims(), "client_id", Value::Null),
        "azp",
        json!("spa"),
    );
    let missing = Refusal::Claim("client_id");
    assert_eq!(why(&verifier, &signer.sign(&said)).await, missing);
}

#[tokio::test]
async fn claims_of_another_form_are_refused() {
    let signer = Signer::es256();
    let verifier = verifier(&signer);
    for (name, value) in [
        ("sub", json!("")),
        ("sub", json!(1)),
        ("sub", json!(["ada"])),
        ("aud", json!({ "0": API })),
        ("aud", json!([API, 1])),
        ("aud", json!([[API]])),
        ("exp", json!("1800000600")),
        ("exp", json!(true)),
        ("exp", json!([NOW + 600])),
        ("exp", json!(-1)),
        ("exp", json!(1e300)),
        // Milliseconds.
        ("exp", json!((NOW + 600) * 1000)),
        ("exp", json!(u64::MAX)),
        ("iat", json!("now")),
        ("iat", json!(-5)),
        ("nbf", json!("now")),
        ("nbf", json!({})),
        ("jti", json!("")),
        ("jti", json!(1)),
        ("client_id", json!("")),
        ("client_id", json!(["spa"])),
        ("scope", json!(1)),
        ("scope", json!({ "orders:read": true })),
        ("scope", json!(["orders:read", 1])),
    ] {
        let token = signer.sign(&bent(&claims(), name, value.clone()));
        assert_eq!(
            why(&verifier, &token).await,
            Refusal::Claim(name),
            "{value}"
        );
    }
    for (name, value) in [
        ("exp", "null"),
        ("nbf", "null"),
        ("cnf", "null"),
        ("aud", "null"),
    ] {
        let text = bent(&claims(), name, json!("?")).to_string();
        let text = text.replace("\"?\"", value);
        let header = signer.header().to_string();
        let token = signer.sign_bytes(header.as_bytes(), text.as_bytes());
        assert_eq!(why(&verifier, &token).await, Refusal::Claim(name));
    }
}

/// What others mean by these names grants nothing here, and takes nothing away from the token.
#[tokio::test]
async fn permissions_and_roles_of_another_form_are_none() {
    let signer = Signer::es256();
    let verifier = verifier(&signer);
    for other in [
        json!("*"),
        json!({ "*": true }),
        json!(["*", 1]),
        json!([["*"]]),
        json!(true),
    ] {
        let mut said = claims();
        said["permissions"] = other.clone();
        said["roles"] = other.clone();
        let claims = passes(verifier.verify(&signer.sign(&said)).await);
        assert!(claims.permissions.is_empty() && claims.roles.is_empty());
        assert!(!claims.can("orders:read"));
        assert_eq!(claims.get("permissions"), Some(&other));
    }
    // A permission that is none is passed over, and takes the others not with it.
    let said = bent(
        &claims(),
        "permissions",
        json!(["", "a b", "orders:read", "::"]),
    );
    let claims = passes(verifier.verify(&signer.sign(&said)).await);
    assert!(claims.can("orders:read") && !claims.can("orders:write"));
}

#[tokio::test]
async fn rfc7519_4_1_4_time_is_seen_to_with_leeway() {
    let (signer, clock) = (Signer::es256(), Clock::new());
    let verifier = verifier_with(&signer, rules(&clock).leeway_seconds(30));
    let at = async |name: &str, value: Value| {
        let token = signer.sign(&bent(&claims(), name, value));
        verifier.verify(&token).await.err()
    };
    for (exp, outcome) in [
        (json!(NOW + 1), None),
        (json!(NOW), None),
        (json!(NOW - 29), None),
        (json!(NOW - 30), Some(Refusal::Expired)),
        (and_a_half(NOW - 30), Some(Refusal::Expired)),
        (json!(0), Some(Refusal::Expired)),
        (and_a_half(NOW), None),
    ] {
        assert_eq!(at("exp", exp.clone()).await, outcome, "exp {exp}");
    }
    for name in ["nbf", "iat"] {
        for (value, outcome) in [
            (json!(NOW), None),
            (json!(NOW + 30), None),
            (json!(NOW + 31), Some(Refusal::NotYetValid)),
            (and_a_half(NOW + 30), Some(Refusal::NotYetValid)),
            (json!(0), None),
        ] {
            assert_eq!(at(name, value.clone()).await, outcome, "{name} {value}");
        }
    }
    let token = signer.sign(&claims());
    clock.advance(629);
    passes(verifier.verify(&token).await);
    clock.advance(1);
    assert_eq!(why(&verifier, &token).await, Refusal::Expired);
    let strict = verifier_with(&signer, rules(&clock).leeway_seconds(0));
    let now = clock.seconds();
    let token = signer.sign(&bent(&claims(), "exp", json!(now)));
    assert_eq!(why(&strict, &token).await, Refusal::Expired);
    let token = signer.sign(&bent(&claims(), "exp", json!(now + 1)));
    passes(strict.verify(&token).await);
}

#[tokio::test]
async fn asvs_9_2_3_the_audience_is_this_service() {
    let signer = Signer::es256();
    let rules = rules(&Clock::new()).or_audience("https://old.example");
    let verifier = verifier_with(&signer, rules);
    for good in [
        json!(API),
        json!([API]),
        json!(["https://other.example", API]),
        json!("https://old.example"),
    ] {
        passes(
            verifier
                .verify(&signer.sign(&bent(&claims(), "aud", good)))
                .await,
        );
    }
    for other in [
        json!("https://api.example/"),
        json!("https://API.example"),
        json!("https://api.exampl"),
        json!("https://api.example.evil.example"),
        json!(""),
        json!("*"),
        json!([]),
        json!([""]),
        json!(ISSUER),
        json!(format!("{API} {API}")),
    ] {
        let token = signer.sign(&bent(&claims(), "aud", other.clone()));
        assert_eq!(why(&verifier, &token).await, Refusal::Audience, "{other}");
    }
}

#[tokio::test]
async fn rfc7519_4_1_1_the_issuer_is_the_one_whose_key_it_is() {
    let signer = Signer::es256();
    let verifier = verifier(&signer);
    for other in [
        json!("https://auth.example/"),
        json!("https://AUTH.example"),
        json!("http://auth.example"),
        json!("auth.example"),
        json!("https://evil.example"),
        json!(""),
        json!([ISSUER]),
        json!({ "iss": ISSUER }),
        json!(1),
    ] {
        let token = signer.sign(&bent(&claims(), "iss", other.clone()));
        assert_eq!(why(&verifier, &token).await, Refusal::Issuer, "{other}");
    }
}

#[tokio::test]
async fn a_service_may_name_the_clients_that_come() {
    let signer = Signer::es256();
    let rules = rules(&Clock::new()).clients(["spa", "cli"]);
    let verifier = verifier_with(&signer, rules);
    let of = async |client: &str| {
        let said = bent(&claims(), "client_id", json!(client));
        verifier.verify(&signer.sign(&said)).await.err()
    };
    assert_eq!(of("spa").await, None);
    assert_eq!(of("cli").await, None);
    assert_eq!(of("other").await, Some(Refusal::Client));
    assert_eq!(of("SPA").await, Some(Refusal::Client));
    // None at all passes nobody.
    let nobody = crate::support::rules(&Clock::new()).clients::<String>([]);
    let verifier = verifier_with(&signer, nobody);
    assert_eq!(
        why(&verifier, &signer.sign(&claims())).await,
        Refusal::Client
    );
}

/// What kinds of tokens there are, and which rules take which.
#[tokio::test]
async fn asvs_9_2_2_a_token_passes_as_what_it_is_only() {
    let (signer, clock) = (Signer::es256(), Clock::new());
    let kinds = [
        Rules::access_tokens(API),
        Rules::untyped_access_tokens(API),
        Rules::id_tokens(API),
    ]
    .map(|rules| verifier_with(&signer, rules.clock(clock.asked())));
    let id = json!({
        "iss": ISSUER, "sub": "ada", "aud": API, "iat": NOW, "exp": NOW + 600, "nonce": "n",
    });
    let old = bent(&claims(), "jti", Value::Null);
    let logout = bent(&claims(), "events", json!({ "http://x/logout": {} }));
    for (what, typ, said, outcomes) in [
        (
            "access token",
            json!("at+jwt"),
            &claims(),
            [true, true, false],
        ),
        (
            "its long type",
            json!("application/at+jwt"),
            &claims(),
            [true, true, false],
        ),
        (
            "in capitals",
            json!("Application/AT+JWT"),
            &claims(),
            [true, true, false],
        ),
        ("untyped", Value::Null, &claims(), [false, true, true]),
        ("of type JWT", json!("JWT"), &old, [false, true, true]),
        ("without jti", json!("at+jwt"), &old, [false, true, false]),
        ("ID token", json!("JWT"), &id, [false, false, true]),
        ("untyped ID token", Value::Null, &id, [false, false, true]),
        (
            "ID token in disguise",
            json!("at+jwt"),
            &id,
            [false, false, false],
        ),
        (
            "logout token",
            json!("logout+jwt"),
            &logout,
            [false, false, false],
        ),
        (
            "untyped logout token",
            json!("JWT"),
            &logout,
            [false, false, false],
        ),
        (
            "typed events",
            json!("at+jwt"),
            &logout,
            [false, false, false],
        ),
        ("proof", json!("dpop+jwt"), &claims(), [false, false, false]),
        ("nothing", json!(""), &claims(), [false, false, false]),
        (
            "a prefix",
            json!("at+jwt2"),
            &claims(),
            [false, false, false],
        ),
        (
            "a prefix alone",
            json!("application/"),
            &claims(),
            [false, false, false],
        ),
        (
            "twice",
            json!("application/application/at+jwt"),
            &claims(),
            [false, false, false],
        ),
        (
            "parameters",
            json!("at+jwt; x=1"),
            &claims(),
            [false, false, false],
        ),
        (
            "no text",
            json!(["at+jwt"]),
            &claims(),
            [false, false, false],
        ),
    ] {
        let header = bent(&signer.header(), "typ", typ);
        let token = signer.sign_with(&header, said);
        for (verifier, passes) in kinds.iter().zip(outcomes) {
            let outcome = verifier.verify(&token).await;
            assert_eq!(outcome.is_ok(), passes, "{what}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn openid_connect_3_1_3_7_the_authorized_party_of_an_id_token() {
    let signer = Signer::es256();
    let rules = Rules::id_tokens("app").clock(Clock::new().asked());
    let verifier = verifier_with(&signer, rules);
    let header = bent(&signer.header(), "typ", json!("JWT"));
    let id = json!({
        "iss": ISSUER, "sub": "ada", "aud": "app", "iat": NOW, "exp": NOW + 600, "nonce": "n",
    });
    let outcome = async |aud: Value, azp: Value| {
        let said = bent(&bent(&id, "aud", aud), "azp", azp);
        verifier
            .verify(&signer.sign_with(&header, &said))
            .await
            .err()
    };
    let party = Some(Refusal::Audience);
    for (aud, azp, expected) in [
        (json!("app"), Value::Null, None),
        (json!("app"), json!("app"), None),
        (json!(["app", "api"]), json!("app"), None),
        (json!(["app", "api"]), Value::Null, party),
        (json!(["app", "api"]), json!("api"), party),
        (json!("app"), json!("other"), party),
        (json!("other"), json!("app"), party),
        (json!("app"), json!(1), Some(Refusal::Claim("azp"))),
    ] {
        assert_eq!(
            outcome(aud.clone(), azp.clone()).await,
            expected,
            "{aud} {azp}"
        );
    }
    let said = bent(&id, "iat", Value::Null);
    let token = signer.sign_with(&header, &said);
    assert_eq!(why(&verifier, &token).await, Refusal::Claim("iat"));
}

/// Auth0 and Keycloak name the client in `azp`.
#[tokio::test]
async fn untyped_access_tokens_may_name_their_client_otherwise() {
    let signer = Signer::es256();
    let rules = Rules::untyped_access_tokens(API).clock(Clock::new().asked());
    let rules = rules.clients(["spa"]);
    let verifier = verifier_with(&signer, rules);
    let header = bent(&signer.header(), "typ", json!("JWT"));
    let said = bent(&claims(), "client_id", Value::Null);
    let token = signer.sign_with(&header, &bent(&said, "azp", json!("spa")));
    let claims = passes(verifier.verify(&token).await);
    assert_eq!(claims.client_id.as_deref(), Some("spa"));
    for other in [Value::Null, json!("other")] {
        let token = signer.sign_with(&header, &bent(&said, "azp", other));
        assert_eq!(why(&verifier, &token).await, Refusal::Client);
    }
}

#[tokio::test]
async fn scope_is_a_text_or_a_list() {
    let signer = Signer::es256();
    let verifier = verifier(&signer);
    for (scope, expected) in [
        (json!("a b"), vec!["a", "b"]),
        (json!(" a  b "), vec!["a", "b"]),
        (json!(""), vec![]),
        (json!(["a", "b"]), vec!["a", "b"]),
        (Value::Null, vec![]),
    ] {
        let token = signer.sign(&bent(&claims(), "scope", scope));
        assert_eq!(passes(verifier.verify(&token).await).scope, expected);
    }
}

#[tokio::test]
async fn verifiers_are_told_apart_by_nothing_but_their_keys_and_rules() {
    // The same key and issuer for two services: each takes its own tokens only (ASVS 9.2.3).
    let signer = Signer::es256();
    let of = |audience: &str| {
        let rules = Rules::access_tokens(audience).clock(Clock::new().asked());
        Issuer::with_keys(ISSUER, &signer.jwks(), rules).unwrap()
    };
    let (here, there) = (of(API), of("https://there.example"));
    let token = signer.sign(&claims());
    passes(here.verify(&token).await);
    assert_eq!(why(&there, &token).await, Refusal::Audience);
}
