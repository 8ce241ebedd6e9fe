//! Access tokens that somebody has made or changed (ASVS 9.1).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use portcullis_http_tests::{App, Browser, Server, app::session_of, jwt};
use portcullis_types::paths;
use serde_json::{Value, json};

use super::bearer::refused;

/// A good token, taken apart.
struct Good {
    server: Server,
    program: Browser,
    header: Value,
    claims: Value,
    signature: Vec<u8>,
    /// The published key.
    key: Value,
}

impl Good {
    async fn take_apart() -> Self {
        let server = Server::start().await;
        let ada = server.person("ada").await;
        let program = server.program();
        let token = App::spa().tokens(&ada, &program).await.access;
        session_of(&program, &token).await.status(200);
        let signature = URL_SAFE_NO_PAD.decode(token.rsplit('.').next().unwrap());
        let key = program.get(paths::JWKS).await.at("/keys/0");
        Self {
            header: jwt::header(&token),
            claims: jwt::claims(&token),
            signature: signature.unwrap(),
            server,
            program,
            key,
        }
    }

    fn key(&self, name: &str) -> String {
        self.key[name].as_str().unwrap().to_owned()
    }

    fn jose_header(&self, algorithm: Algorithm) -> Header {
        let mut header = Header::new(algorithm);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(self.key("kid"));
        header
    }

    async fn refused(&self, header: &Value, claims: &Value, signature: &[u8], why: &str) {
        let token = jwt::assemble(header, claims, signature);
        refused(&self.program, &token, why).await;
    }
}

fn bent(part: &Value, name: &str, value: Value) -> Value {
    let mut part = part.clone();
    part[name] = value;
    part
}

#[tokio::test]
async fn asvs_9_1_2_alg_none_is_refused() {
    let good = Good::take_apart().await;
    for algorithm in ["none", "None", "nOnE", ""] {
        let header = bent(&good.header, "alg", json!(algorithm));
        for signature in [&b""[..], &good.signature] {
            good.refused(&header, &good.claims, signature, "alg none")
                .await;
        }
    }
}

/// The public key as an HMAC secret, in the forms in which an attacker can get hold of it.
#[tokio::test]
async fn asvs_9_1_2_hs256_with_the_public_key_is_refused() {
    let good = Good::take_apart().await;
    let document = good.program.get(paths::JWKS).await.text();
    let point = |name: &str| URL_SAFE_NO_PAD.decode(good.key(name)).unwrap();
    let uncompressed = [vec![4], point("x"), point("y")].concat();
    for secret in [
        document.into_bytes(),
        good.key.to_string().into_bytes(),
        good.key("x").into_bytes(),
        point("x"),
        uncompressed,
        good.key("kid").into_bytes(),
        Vec::new(),
    ] {
        let header = good.jose_header(Algorithm::HS256);
        let key = EncodingKey::from_secret(&secret);
        let token = jsonwebtoken::encode(&header, &good.claims, &key).unwrap();
        refused(&good.program, &token, "HS256 with the public key").await;
    }
}

/// A key of the attacker's own, under our kid, another or none, or brought along.
#[tokio::test]
async fn asvs_9_1_3_another_key_is_refused_whatever_the_header_says() {
    let good = Good::take_apart().await;
    let theirs = EncodingKey::from_ec_der(&pkcs8());
    for kid in [Some(good.key("kid")), Some("theirs".to_owned()), None] {
        for jku in [None, Some("http://127.0.0.1:1/jwks.json".to_owned())] {
            let mut header = good.jose_header(Algorithm::ES256);
            header.kid.clone_from(&kid);
            header.jku.clone_from(&jku);
            let token = jsonwebtoken::encode(&header, &good.claims, &theirs).unwrap();
            refused(&good.program, &token, "another key").await;
        }
    }
    for kid in ["theirs", "", "../../dev/null", "' OR 1=1 --"] {
        let header = bent(&good.header, "kid", json!(kid));
        good.refused(&header, &good.claims, &good.signature, "another kid")
            .await;
    }
}

#[tokio::test]
async fn asvs_9_1_1_a_changed_token_is_refused() {
    let good = Good::take_apart().await;
    let eve = good.server.person("eve").await;
    for (name, value) in [
        ("sub", json!(eve.user_id().await)),
        ("exp", json!(9_999_999_999_i64)),
        ("iss", json!("https://evil.example")),
        ("aud", json!("other")),
        ("client_id", json!("other")),
        ("scope", json!("everything")),
        ("sid", json!(eve.session_id().await)),
    ] {
        let claims = bent(&good.claims, name, value);
        good.refused(&good.header, &claims, &good.signature, name)
            .await;
    }
    for typ in ["JWT", "", "at+jwt2", "application/at+jwt"] {
        let header = bent(&good.header, "typ", json!(typ));
        good.refused(&header, &good.claims, &good.signature, "another typ")
            .await;
    }
    for at in [0, 31, 32, 63] {
        let mut signature = good.signature.clone();
        signature[at] ^= 1;
        good.refused(
            &good.header,
            &good.claims,
            &signature,
            "a bit of the signature",
        )
        .await;
    }
    // All zeroes verified under anything once, in another language (CVE-2022-21449).
    for signature in [&[0; 64][..], &good.signature[..63], b""] {
        good.refused(&good.header, &good.claims, signature, "no signature")
            .await;
    }
}

#[tokio::test]
async fn what_is_no_token_is_refused() {
    let good = Good::take_apart().await;
    let long = "a.".repeat(5000);
    for token in [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "a.b",
        &long,
        "pc_at_x",
        "e30.e30.e30",
    ] {
        refused(&good.program, token, token).await;
    }
    let ada = good.server.browser();
    ada.sign_in("ada").await.status(200);
    refused(&good.program, &ada.session_token(), "a session token").await;
}

fn pkcs8() -> Vec<u8> {
    use aws_lc_rs::{
        rand::SystemRandom,
        signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
    };
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
    key.unwrap().as_ref().to_vec()
}
