//! A client's key, and the DPoP proofs it signs (RFC 9449), which a test may bend.

use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use portcullis_domain::{Clock, ManualClock};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    Answer, App, Browser, Call, Server, app,
    device::{base64url, random},
};

/// A key pair on P-256, the clock of whoever has it, and the server's last nonce.
pub struct Prover {
    pair: EcdsaKeyPair,
    nonce: Mutex<Option<String>>,
    clock: Arc<ManualClock>,
    origin: String,
}

impl Prover {
    /// A new key for that server.
    pub fn new(server: &Server) -> Self {
        Self {
            pair: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
            nonce: Mutex::default(),
            clock: Arc::clone(&server.clock),
            origin: server.origin.clone(),
        }
    }

    /// The public key.
    pub fn jwk(&self) -> Value {
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        json!({ "kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y) })
    }

    /// Its thumbprint (RFC 7638).
    pub fn jkt(&self) -> String {
        // serde_json sorts the members, as the RFC wants them.
        hash(&self.jwk().to_string())
    }

    /// The header of a proof.
    pub fn header(&self) -> Value {
        json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk() })
    }

    /// The claims of a proof for a request.
    pub fn claims(&self, method: &str, path: &str, token: Option<&str>) -> Value {
        let path = path.split('?').next().unwrap();
        let mut claims = json!({
            "jti": base64url(&random(16)), "htm": method, "htu": format!("{}{path}", self.origin),
            "iat": self.clock.now().as_seconds(),
        });
        if let Some(token) = token {
            claims["ath"] = hash(token).into();
        }
        if let Some(nonce) = self.nonce() {
            claims["nonce"] = nonce.into();
        }
        claims
    }

    /// Signs a proof.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| base64url(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes());
        format!("{signed}.{}", base64url(signature.unwrap().as_ref()))
    }

    /// A proof for a request.
    pub fn proof(&self, method: &str, path: &str, token: Option<&str>) -> String {
        self.sign(&self.header(), &self.claims(method, path, token))
    }

    /// The server's last nonce.
    pub fn nonce(&self) -> Option<String> {
        let nonce = self.nonce.lock().unwrap_or_else(PoisonError::into_inner);
        nonce.clone()
    }

    /// Keeps the nonce of an answer.
    pub fn keep_nonce(&self, answer: &Answer) {
        let nonce = answer.header("dpop-nonce");
        if !nonce.is_empty() {
            let mut kept = self.nonce.lock().unwrap_or_else(PoisonError::into_inner);
            *kept = Some(nonce.to_owned());
        }
    }

    /// Posts a form with a proof, once more where a nonce is wanted.
    pub async fn post(&self, program: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
        let send = async || {
            let call = program.call(Method::POST, path).form(fields);
            let call = call.header("dpop", self.proof("POST", path, None));
            let answer = call.send().await;
            self.keep_nonce(&answer);
            answer
        };
        let answer = send().await;
        if answer.status == 400 && answer.at("/error") == "use_dpop_nonce" {
            return send().await;
        }
        answer
    }

    /// A request with a bound token and its proof.
    pub fn call<'b>(
        &self,
        program: &'b Browser,
        method: Method,
        path: &str,
        token: &str,
    ) -> Call<'b> {
        let proof = self.proof(method.as_str(), path, Some(token));
        let call = program.call(method, path).header("dpop", proof);
        call.header("authorization", format!("DPoP {token}"))
    }

    /// Gets a path with a bound token.
    pub async fn get(&self, program: &Browser, path: &str, token: &str) -> Answer {
        let answer = self.call(program, Method::GET, path, token).send().await;
        self.keep_nonce(&answer);
        answer
    }

    /// Exchanges a code.
    pub async fn redeem(&self, program: &Browser, app: &App, code: &str) -> Answer {
        let path = portcullis_types::paths::OAUTH_TOKEN;
        self.post(program, path, &app.code_fields(code)).await
    }

    /// Refreshes.
    pub async fn refresh(&self, program: &Browser, app: &App, token: &str) -> Answer {
        let path = portcullis_types::paths::OAUTH_TOKEN;
        self.post(program, path, &app.refresh_fields(token)).await
    }

    /// The whole flow: code, then tokens.
    pub async fn tokens(&self, browser: &Browser, program: &Browser, app: &App) -> app::Tokens {
        let code = app.code(browser).await;
        app::Tokens::of(&self.redeem(program, app, &code).await)
    }
}

/// SHA-256 in base64url.
pub fn hash(text: &str) -> String {
    hash_bytes(text.as_bytes())
}

/// SHA-256 in base64url.
pub fn hash_bytes(bytes: &[u8]) -> String {
    base64url(digest(&SHA256, bytes).as_ref())
}
