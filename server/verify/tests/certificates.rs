//! Tokens that are bound to certificates (RFC 8705 section 3).

use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode, header},
    routing::get,
};
use portcullis_verify::{
    ClientCertificate, Holder, Refusal, TokenVerifier, Verified, VerifyLayer, dpop::Dpop,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{
    API, Clock, Signer, bent, claims, passes, prover::Prover, rules, verifier_with, why,
};

fn bound_to(certificate: &ClientCertificate) -> Value {
    json!({ "x5t#S256": certificate.thumbprint() })
}

/// RFC 8705 appendix A.
#[test]
fn rfc8705_3_1_the_thumbprint_is_the_sha256_of_the_certificate() {
    let certificate = ClientCertificate::from_der(b"");
    let of_nothing = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
    assert_eq!(certificate.thumbprint(), of_nothing);
}

#[tokio::test]
async fn rfc8705_3_a_bound_token_needs_its_certificate_and_any_may_come_with_another() {
    let (signer, clock) = (Signer::es256(), Clock::new());
    let verifier = verifier_with(&signer, rules(&clock));
    let own = ClientCertificate::from_der(b"own");
    let other = ClientCertificate::from_der(b"other");
    let with = async |token: &str, certificate: Option<&ClientCertificate>| {
        let holder = Holder {
            key: None,
            certificate,
        };
        verifier.verify_held(token, holder).await
    };
    let bound = signer.sign(&bent(&claims(), "cnf", bound_to(&own)));
    let told = passes(with(&bound, Some(&own)).await);
    assert_eq!(told.certificate.as_deref(), Some(own.thumbprint()));
    let refused = Some(Refusal::Certificate);
    assert_eq!(with(&bound, Some(&other)).await.err(), refused);
    assert_eq!(with(&bound, None).await.err(), refused);
    // Who cannot tell which certificate there is, refuses.
    assert_eq!(why(&verifier, &bound).await, Refusal::Certificate);
    let unbound = signer.sign(&claims());
    passes(with(&unbound, Some(&other)).await);
}

#[tokio::test]
async fn rfc8705_a_token_that_is_bound_to_both_needs_both() {
    let (signer, clock) = (Signer::es256(), Clock::new());
    let verifier = verifier_with(&signer, rules(&clock));
    let own = ClientCertificate::from_der(b"own");
    let other = ClientCertificate::from_der(b"other");
    let key = Prover::new(&clock).thumbprint();
    let both = json!({ "jkt": key, "x5t#S256": own.thumbprint() });
    let token = signer.sign(&bent(&claims(), "cnf", both));
    let with = async |key: Option<&str>, certificate: Option<&ClientCertificate>| {
        let holder = Holder { key, certificate };
        verifier.verify_held(&token, holder).await.err()
    };
    assert_eq!(with(Some(&key), Some(&own)).await, None);
    assert_eq!(
        with(Some(&key), Some(&other)).await,
        Some(Refusal::Certificate)
    );
    assert_eq!(with(Some(&key), None).await, Some(Refusal::Certificate));
    assert_eq!(with(None, Some(&own)).await, Some(Refusal::Bound));
    assert_eq!(with(None, None).await, Some(Refusal::Bound));
    let by_key = verifier.verify_bound(&token, &key).await;
    assert_eq!(by_key.err(), Some(Refusal::Certificate));
}

async fn ask(app: &Router, request: Request<Body>) -> Response<Body> {
    app.clone().oneshot(request).await.unwrap()
}

fn request(token: &str) -> axum::http::request::Builder {
    let request = Request::get("/orders");
    request.header(header::AUTHORIZATION, format!("Bearer {token}"))
}

#[tokio::test]
async fn rfc8705_3_the_layer_takes_the_certificate_of_the_connection_and_of_no_header() {
    let (signer, clock) = (Signer::es256(), Clock::new());
    let layer = VerifyLayer::new(verifier_with(&signer, rules(&clock)));
    let layer = layer.dpop(Dpop::without_nonces(), API).unwrap();
    let app = Router::new()
        .route("/orders", get(async |who: Verified| who.subject.clone()))
        .layer(layer.clock(clock.asked()));
    let own = ClientCertificate::from_der(b"own");
    let token = signer.sign(&bent(&claims(), "cnf", bound_to(&own)));
    let mut good = request(&token).body(Body::empty()).unwrap();
    good.extensions_mut().insert(own.clone());
    assert_eq!(ask(&app, good).await.status(), StatusCode::OK);
    let mut stolen = request(&token).body(Body::empty()).unwrap();
    stolen
        .extensions_mut()
        .insert(ClientCertificate::from_der(b"other"));
    let mut refused = vec![stolen, request(&token).body(Body::empty()).unwrap()];
    for name in [
        "x-client-cert",
        "x-ssl-client-cert",
        "client-cert",
        "x-forwarded-client-cert",
    ] {
        let forged = request(&token).header(name, own.thumbprint());
        refused.push(forged.body(Body::empty()).unwrap());
    }
    for request in refused {
        let answer = ask(&app, request).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        let challenge = answer.headers()[header::WWW_AUTHENTICATE].to_str().unwrap();
        assert!(
            challenge.starts_with("Bearer error=\"invalid_token\""),
            "{challenge}"
        );
    }
}
