//! Keys that are found by discovery and kept: what is fetched, how often, and from where.

use std::{sync::Arc, time::Duration};

use portcullis_verify::{Freshness, Issuer, Refusal, TokenVerifier};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::{
    Clock, Signer, bent, claims,
    issuer::{JWKS, Loopback, OAUTH, Page},
    jwks, passes, rules, why,
};

struct Place {
    issuer: Loopback,
    signer: Signer,
    clock: Clock,
    verifier: Arc<Issuer>,
}

impl Place {
    async fn new() -> Self {
        let signer = Signer::es256();
        let issuer = Loopback::start(&signer.jwks()).await;
        let clock = Clock::new();
        let verifier = Issuer::discover(&issuer.issuer, rules(&clock)).unwrap();
        Self {
            verifier: Arc::new(verifier.freshness(Freshness::default())),
            issuer,
            signer,
            clock,
        }
    }

    /// A token that is good whenever it is looked at.
    fn token_of(&self, signer: &Signer) -> String {
        let said = bent(&claims(), "iss", json!(self.issuer.issuer));
        let now = self.clock.seconds();
        let said = bent(&said, "iat", json!(now));
        signer.sign(&bent(&said, "exp", json!(now + 600)))
    }

    fn token(&self) -> String {
        self.token_of(&self.signer)
    }

    async fn outcome(&self) -> Option<Refusal> {
        self.verifier.verify(&self.token()).await.err()
    }

    /// Goes on asking, and passing, until the keys have been fetched that often and no oftener.
    /// Nobody waits for what goes on behind, except who has a key that is not known.
    async fn fetched(&self, times: usize) {
        let asking = async {
            while self.issuer.fetches() < times {
                assert_eq!(self.outcome().await, None);
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        timeout(Duration::from_secs(20), asking).await.unwrap();
        let nobodys = self.token_of(&Signer::new("ES256", "nobody"));
        assert_eq!(why(&*self.verifier, &nobodys).await, Refusal::Key);
        assert_eq!(self.issuer.fetches(), times);
    }
}

#[tokio::test]
async fn keys_are_fetched_when_the_first_token_comes_and_kept() {
    let it = Place::new().await;
    assert_eq!(it.issuer.requests(), 0);
    for _ in 0..100 {
        assert_eq!(it.outcome().await, None);
    }
    assert_eq!((it.issuer.fetches(), it.issuer.requests()), (1, 2));
    it.clock.advance(299);
    assert_eq!(it.outcome().await, None);
    assert_eq!(it.issuer.requests(), 2);
}

#[tokio::test]
async fn of_many_at_once_one_fetches() {
    let it = Place::new().await;
    it.issuer.hold();
    let token = it.token();
    let waiting: Vec<_> = (0..50)
        .map(|_| {
            let (verifier, token) = (Arc::clone(&it.verifier), token.clone());
            tokio::spawn(async move { verifier.verify(&token).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    it.issuer.go_on();
    for one in waiting {
        passes(one.await.unwrap());
    }
    assert_eq!((it.issuer.fetches(), it.issuer.requests()), (1, 2));
}

/// Whoever began the fetch hangs up: those who wait for it get the keys all the same.
#[tokio::test]
async fn a_fetch_does_not_end_with_the_request_that_began_it() {
    let it = Place::new().await;
    it.issuer.hold();
    let token = it.token();
    let first = timeout(Duration::from_millis(50), it.verifier.verify(&token)).await;
    assert!(first.is_err(), "it waits");
    let second = tokio::spawn({
        let (verifier, token) = (Arc::clone(&it.verifier), token.clone());
        async move { verifier.verify(&token).await }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    it.issuer.go_on();
    passes(second.await.unwrap());
    assert_eq!(it.issuer.fetches(), 1);
}

#[tokio::test]
async fn stale_keys_are_used_while_new_ones_are_fetched() {
    let it = Place::new().await;
    assert_eq!(it.outcome().await, None);
    let next = Signer::new("ES256", "next");
    it.issuer.publish(&jwks([it.signer.jwk(), next.jwk()]));
    it.issuer.hold();
    it.clock.advance(300);
    // Nobody waits for the issuer, which does not answer now; and it is asked once.
    for _ in 0..20 {
        assert_eq!(it.outcome().await, None);
    }
    it.issuer.go_on();
    passes(it.verifier.verify(&it.token_of(&next)).await);
    assert_eq!(it.issuer.fetches(), 2);
}

#[tokio::test]
async fn an_outage_of_the_issuer_is_bridged_for_an_hour_and_no_longer() {
    let it = Place::new().await;
    assert_eq!(it.outcome().await, None);
    it.issuer.page(JWKS, Page::new(500, "down"));
    let mut fetches = 1;
    for _ in 0..12 {
        it.clock.advance(300);
        assert_eq!(it.outcome().await, None);
        fetches += 1;
        it.fetched(fetches).await;
    }
    it.clock.advance(299);
    assert_eq!(it.outcome().await, None);
    it.fetched(fetches + 1).await;
    it.clock.advance(2);
    assert_eq!(it.outcome().await, Some(Refusal::Unavailable));
    it.issuer.publish(&it.signer.jwks());
    it.clock.advance(2);
    assert_eq!(it.outcome().await, None);
}

#[tokio::test]
async fn a_key_that_is_withdrawn_is_good_no_longer_than_its_freshness() {
    let it = Place::new().await;
    let old = it.token();
    passes(it.verifier.verify(&old).await);
    let next = Signer::new("ES256", "next");
    it.issuer.publish(&next.jwks());
    it.clock.advance(300);
    // The one that finds the keys stale still has them.
    passes(it.verifier.verify(&old).await);
    passes(it.verifier.verify(&it.token_of(&next)).await);
    assert_eq!(why(&*it.verifier, &old).await, Refusal::Key);
    assert_eq!(it.issuer.fetches(), 2);
}

#[tokio::test]
async fn a_new_key_is_found_at_once() {
    let it = Place::new().await;
    assert_eq!(it.outcome().await, None);
    let next = Signer::new("ES256", "next");
    it.issuer.publish(&jwks([it.signer.jwk(), next.jwk()]));
    it.clock.advance(30);
    passes(it.verifier.verify(&it.token_of(&next)).await);
    assert_eq!(it.issuer.fetches(), 2);
}

/// Whoever sends tokens chooses the `kid`.
#[tokio::test]
async fn forged_key_ids_do_not_hammer_the_issuer() {
    let it = Place::new().await;
    assert_eq!(it.outcome().await, None);
    let forge = async |kid: String| {
        let token = it.token_of(&Signer::new("ES256", &kid));
        assert_eq!(why(&*it.verifier, &token).await, Refusal::Key);
    };
    for id in 0..200 {
        forge(format!("forged-{id}")).await;
    }
    assert_eq!(it.issuer.fetches(), 1, "it was asked just now");
    it.clock.advance(30);
    for id in 0..200 {
        forge(format!("forged-{id}")).await;
    }
    assert_eq!(it.issuer.fetches(), 2);
    // Good tokens pass all the while.
    assert_eq!(it.outcome().await, None);
    // Nor where the issuer is down, and each try fails.
    it.issuer.page(JWKS, Page::new(500, ""));
    it.clock.advance(30);
    for id in 0..20 {
        forge(format!("forged-{id}")).await;
        it.clock.advance(1);
    }
    assert_eq!(it.issuer.fetches(), 3);
    assert_eq!(it.outcome().await, None);
}

#[tokio::test]
async fn what_is_not_of_the_issuer_fetches_nothing() {
    let it = Place::new().await;
    let header = it.signer.header();
    let said = bent(&claims(), "iss", json!(it.issuer.issuer));
    for (token, expected) in [
        (it.signer.sign(&claims()), Refusal::Issuer),
        (String::new(), Refusal::Malformed),
        (
            it.signer
                .sign_with(&bent(&header, "alg", json!("none")), &said),
            Refusal::Algorithm,
        ),
        (
            it.signer
                .sign_with(&bent(&header, "typ", json!("JWT")), &said),
            Refusal::Type,
        ),
        (
            it.signer
                .sign_with(&bent(&header, "jku", json!(it.issuer.at(JWKS))), &said),
            Refusal::Header,
        ),
    ] {
        assert_eq!(why(&*it.verifier, &token).await, expected);
    }
    assert_eq!(it.issuer.requests(), 0);
}

#[tokio::test]
async fn an_issuer_that_does_not_answer_is_asked_again_soon_but_not_at_once() {
    let it = Place::new().await;
    it.issuer.page_openid(Page::new(503, ""));
    for _ in 0..20 {
        assert_eq!(it.outcome().await, Some(Refusal::Unavailable));
    }
    assert_eq!(it.issuer.requests(), 1);
    it.clock.advance(2);
    assert_eq!(it.outcome().await, Some(Refusal::Unavailable));
    assert_eq!(it.issuer.requests(), 2);
    it.issuer.describe(&it.issuer.metadata());
    it.clock.advance(2);
    assert_eq!(it.outcome().await, None);
}

#[tokio::test]
async fn an_issuer_that_nobody_listens_for_is_unavailable() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let verifier = Issuer::discover(&issuer, rules(&Clock::new())).unwrap();
    let token = Signer::es256().sign(&bent(&claims(), "iss", json!(issuer)));
    assert_eq!(why(&verifier, &token).await, Refusal::Unavailable);
}

/// It accepts the connection and says nothing: five seconds per document, and no more.
#[tokio::test]
async fn an_issuer_that_is_silent_does_not_keep_anybody_for_long() {
    let it = Place::new().await;
    it.issuer.hold();
    let outcome = timeout(Duration::from_secs(10), it.outcome()).await;
    assert_eq!(outcome.unwrap(), Some(Refusal::Unavailable));
}

#[tokio::test]
async fn rfc8414_3_3_the_document_names_the_issuer_byte_for_byte() {
    let it = Place::new().await;
    for other in [
        json!(format!("{}/", it.issuer.issuer)),
        json!(it.issuer.issuer.to_uppercase()),
        json!("https://accounts.google.com"),
        json!([it.issuer.issuer]),
        json!(""),
        Value::Null,
    ] {
        it.issuer
            .describe(&bent(&it.issuer.metadata(), "issuer", other.clone()));
        it.clock.advance(2);
        assert_eq!(it.outcome().await, Some(Refusal::Unavailable), "{other}");
    }
    assert_eq!(it.issuer.fetches(), 0);
    it.issuer.describe(&it.issuer.metadata());
    it.clock.advance(2);
    assert_eq!(it.outcome().await, None);
}

#[tokio::test]
async fn rfc8414_3_1_the_other_place_of_the_document_is_looked_at() {
    let it = Place::new().await;
    it.issuer.page_openid(Page::new(404, ""));
    assert_eq!(it.outcome().await, Some(Refusal::Unavailable));
    it.issuer
        .page(OAUTH, Page::new(200, it.issuer.metadata().to_string()));
    it.clock.advance(2);
    assert_eq!(it.outcome().await, None);
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let it = Place::new().await;
    let elsewhere = Loopback::start(&it.signer.jwks()).await;
    let good = it.issuer.metadata().to_string();
    elsewhere.page("/moved", Page::new(200, good));
    it.issuer
        .page_openid(Page::redirect(&elsewhere.at("/moved")));
    assert_eq!(it.outcome().await, Some(Refusal::Unavailable));
    it.issuer.describe(&it.issuer.metadata());
    it.issuer.page(JWKS, Page::redirect(&elsewhere.at(JWKS)));
    it.clock.advance(2);
    assert_eq!(it.outcome().await, Some(Refusal::Unavailable));
    // Nor to another place of its own.
    it.issuer
        .page("/elsewhere", Page::new(200, it.signer.jwks()));
    it.issuer
        .page(JWKS, Page::redirect(&it.issuer.at("/elsewhere")));
    it.clock.advance(2);
    assert_eq!(it.outcome().await, Some(Refusal::Unavailable));
    assert_eq!(elsewhere.requests(), 0);
}

#[tokio::test]
async fn keys_at_an_address_that_is_not_safe_are_not_fetched() {
    let it = Place::new().await;
    for uri in [
        // Which would answer.
        json!(it.issuer.at(JWKS).replace("127.0.0.1", "0.0.0.0")),
        json!("http://keys.example/jwks.json"),
        json!("http://169.254.169.254/latest"),
        json!("file:///etc/passwd"),
        json!("/jwks.json"),
        json!(""),
        json!([it.issuer.at(JWKS)]),
        Value::Null,
    ] {
        it.issuer
            .describe(&bent(&it.issuer.metadata(), "jwks_uri", uri.clone()));
        it.clock.advance(2);
        assert_eq!(it.outcome().await, Some(Refusal::Unavailable), "{uri}");
    }
    assert_eq!(it.issuer.fetches(), 0);
}

#[tokio::test]
async fn documents_that_are_none_or_too_long_are_not_taken() {
    let it = Place::new().await;
    let keys = it.signer.jwks();
    let long = keys.replacen('{', &format!("{{{}", " ".repeat(300_000)), 1);
    for document in [
        "",
        "null",
        "[]",
        "<html>",
        "{\"keys\":null}",
        &format!("{keys}{keys}"),
        &keys.replacen("\"keys\"", "\"keys\":[],\"keys\"", 1),
        &long,
    ] {
        it.issuer.publish(document);
        it.clock.advance(2);
        assert_eq!(it.outcome().await, Some(Refusal::Unavailable));
    }
    it.issuer.publish(&keys);
    let metadata = it.issuer.metadata().to_string();
    let spaces = format!("{metadata}{}", " ".repeat(300_000));
    for document in [spaces, format!("[{metadata}]"), String::new()] {
        it.issuer.page_openid(Page::new(200, document));
        it.clock.advance(2);
        assert_eq!(it.outcome().await, Some(Refusal::Unavailable));
    }
    it.issuer.describe(&it.issuer.metadata());
    it.clock.advance(2);
    assert_eq!(it.outcome().await, None);
}

/// What an issuer publishes by mistake is not used.
#[tokio::test]
async fn keys_that_are_not_for_this_are_passed_over() {
    let it = Place::new().await;
    let mut leaked = it.signer.jwk();
    leaked["d"] = json!("AAAA");
    let secret = json!({ "kty": "oct", "kid": "one", "alg": "HS256", "k": "c2VjcmV0" });
    it.issuer.publish(&jwks([secret.clone(), leaked.clone()]));
    assert_eq!(it.outcome().await, Some(Refusal::Key));
    it.issuer
        .publish(&jwks([secret, json!(1), leaked, it.signer.jwk()]));
    it.clock.advance(30);
    assert_eq!(it.outcome().await, None);
    // Signed with the secret that it published.
    let forger = Signer::hs256(b"secret");
    let said = bent(&claims(), "iss", json!(it.issuer.issuer));
    let token = forger.sign_with(&bent(&forger.header(), "kid", json!("one")), &said);
    assert_eq!(why(&*it.verifier, &token).await, Refusal::Algorithm);
}

#[tokio::test]
async fn a_clock_that_is_put_back_does_not_make_keys_young_for_ever() {
    let it = Place::new().await;
    assert_eq!(it.outcome().await, None);
    it.clock.advance(-86_400);
    assert_eq!(it.outcome().await, None);
    it.fetched(2).await;
}

#[tokio::test]
async fn how_long_keys_are_kept_can_be_said() {
    let signer = Signer::es256();
    let issuer = Loopback::start(&signer.jwks()).await;
    let clock = Clock::new();
    let verifier = Issuer::discover(&issuer.issuer, rules(&clock)).unwrap();
    let verifier = verifier.freshness(Freshness {
        fresh_seconds: 60,
        stale_seconds: 0,
        cool_down_seconds: 5,
    });
    let token = signer.sign(&bent(&claims(), "iss", json!(issuer.issuer)));
    passes(verifier.verify(&token).await);
    clock.advance(59);
    passes(verifier.verify(&token).await);
    assert_eq!(issuer.fetches(), 1);
    clock.advance(1);
    passes(verifier.verify(&token).await);
    assert_eq!(issuer.fetches(), 2);
}
