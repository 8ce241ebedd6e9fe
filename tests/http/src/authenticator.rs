//! An authenticator app on somebody's phone: a key, and the phone's clock.

use portcullis_domain::Timestamp;
use portcullis_types::paths;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::{Answer, Browser};

/// An app that has taken a key.
#[derive(Clone)]
pub struct Authenticator(String);

impl Authenticator {
    /// Takes the key of an enrolment, as it is shown for typing.
    pub fn take(begun: &Value) -> Self {
        Self(begun["secret"].as_str().unwrap().to_owned())
    }

    /// What the app shows at that moment.
    pub fn code(&self, at: Timestamp) -> String {
        let secret = Secret::try_from_base32(&self.0).unwrap();
        let totp = Builder::new().with_secret(secret).build().unwrap();
        totp.generate(u64::try_from(at.0).unwrap() / 1000)
            .to_string()
    }
}

impl Browser {
    /// Finishes adding an authenticator app.
    pub async fn finish_totp(&self, begun: &Value, code: &str) -> Answer {
        let body = json!({ "ceremony": begun["ceremony"], "code": code, "name": "Phone" });
        self.post(paths::TOTP_REGISTER_FINISH, body).await
    }

    /// Adds an authenticator app; it, and the recovery codes that come with the first one.
    pub async fn add_totp(&self, now: Timestamp) -> (Authenticator, Vec<String>) {
        let begun = self.begin(paths::TOTP_REGISTER_BEGIN).await;
        let app = Authenticator::take(&begun);
        let added = self.finish_totp(&begun, &app.code(now)).await.status(201);
        let codes = added.at("/recovery_codes");
        let codes = codes.as_array().cloned().unwrap_or_default();
        let text = |code: &Value| code.as_str().unwrap().to_owned();
        (app, codes.iter().map(text).collect())
    }

    /// Signs in with the password, which is not enough.
    pub async fn begin_sign_in(&self, name: &str) -> Answer {
        let answer = self.sign_in(name).await;
        answer.problem(401, "second_factor_required")
    }

    /// Goes on with a code of the app.
    pub async fn enter(&self, code: &str) -> Answer {
        self.post(paths::TOTP_SIGN_IN, json!({ "code": code }))
            .await
    }

    /// Goes on with a recovery code.
    pub async fn enter_recovery(&self, code: &str) -> Answer {
        self.post(paths::RECOVERY_CODE_SIGN_IN, json!({ "code": code }))
            .await
    }
}
