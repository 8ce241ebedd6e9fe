//! What people do in their browsers: sign up and in, add passkeys, write notes.

use portcullis_types::paths;
use serde_json::{Value, json};

use crate::{Answer, Browser, Device, Passkey};

/// Everybody's password, unless the test is about passwords.
pub const PASSWORD: &str = "tuba velvet orbit staple 41";

/// A person's address.
pub fn email(name: &str) -> String {
    format!("{name}@example.com")
}

impl Browser {
    /// Signs up with a password.
    pub async fn register(&self, name: &str) -> Answer {
        let body = json!({ "email": email(name), "password": PASSWORD });
        self.post(paths::REGISTER, body).await
    }

    /// Signs in with that password.
    pub async fn sign_in_as(&self, name: &str, password: &str) -> Answer {
        let body = json!({ "email": email(name), "password": password });
        self.post(paths::PASSWORD_SIGN_IN, body).await
    }

    /// Signs in.
    pub async fn sign_in(&self, name: &str) -> Answer {
        self.sign_in_as(name, PASSWORD).await
    }

    /// Signs out of this session.
    pub async fn sign_out(&self) -> Answer {
        self.post(paths::SIGN_OUT, json!({})).await
    }

    /// The session; null when nobody is signed in.
    pub async fn session(&self) -> Value {
        self.get(paths::SESSION).await.ok().at("/session")
    }

    /// Whether somebody is signed in.
    pub async fn is_signed_in(&self) -> bool {
        !self.session().await.is_null()
    }

    /// The id of who is signed in.
    pub async fn user_id(&self) -> String {
        self.session().await["user"]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The session's id.
    pub async fn session_id(&self) -> String {
        self.session().await["id"].as_str().unwrap().to_owned()
    }

    /// Begins a ceremony.
    pub async fn begin(&self, path: &str) -> Value {
        self.post(path, json!({})).await.ok().json()
    }

    /// Adds a passkey to the account.
    pub async fn add_passkey(&self, device: &Device, name: &str) -> Passkey {
        let begun = self.begin(paths::PASSKEY_REGISTER_BEGIN).await;
        let (passkey, credential) = device.create(&begun);
        self.finish_adding(&begun, credential, name)
            .await
            .status(201);
        passkey
    }

    /// Finishes adding a passkey.
    pub async fn finish_adding(&self, begun: &Value, credential: Value, name: &str) -> Answer {
        let body = json!({ "ceremony": begun["ceremony"], "credential": credential, "name": name });
        self.post(paths::PASSKEY_REGISTER_FINISH, body).await
    }

    /// Signs in with a passkey.
    pub async fn sign_in_with(&self, passkey: &mut Passkey) -> Answer {
        let begun = self.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
        let credential = passkey.get(&begun);
        self.finish_signing_in(&begun, credential).await
    }

    /// Finishes signing in with a passkey.
    pub async fn finish_signing_in(&self, begun: &Value, credential: Value) -> Answer {
        let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
        self.post(paths::PASSKEY_SIGN_IN_FINISH, body).await
    }

    /// Begins a passkey-only account.
    pub async fn begin_sign_up(&self, name: &str) -> Value {
        let body = json!({ "email": email(name), "name": name });
        self.post(paths::PASSKEY_SIGN_UP_BEGIN, body)
            .await
            .ok()
            .json()
    }

    /// Finishes a passkey-only account.
    pub async fn finish_sign_up(&self, begun: &Value, credential: Value) -> Answer {
        let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
        self.post(paths::PASSKEY_SIGN_UP_FINISH, body).await
    }

    /// Makes a passkey-only account.
    pub async fn sign_up_with_passkey(&self, device: &Device, name: &str) -> Passkey {
        let begun = self.begin_sign_up(name).await;
        let (passkey, credential) = device.create(&begun);
        self.finish_sign_up(&begun, credential).await.status(200);
        passkey
    }

    /// Writes a note; its id.
    pub async fn write_note(&self, text: &str) -> String {
        let answer = self.post(paths::NOTES, json!({ "text": text })).await;
        answer.status(201).text_at("/id")
    }
}
