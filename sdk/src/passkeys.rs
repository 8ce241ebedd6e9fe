//! Passkeys: signing in, signing up, and the list of one's own.

use portcullis_types::passkey::{PasskeyList, PasskeyView, RenamePasskeyRequest};
use portcullis_types::{PasskeyId, paths};
use wasm_bindgen::JsValue;

use crate::auth::Auth;
use crate::convert::{from_js, to_js};
use crate::error::{AuthError, ErrorKind};

/// How to sign in with a passkey.
#[derive(Clone, Copy, Debug, Default)]
pub struct PasskeySignIn {
    /// Offer passkeys in the autofill of an `autocomplete="username webauthn"` field instead of
    /// opening a dialog. Waits until one is chosen; a sign-in with a dialog takes its place.
    pub autofill: bool,
    /// Stay signed in for 30 days on this device.
    pub remember: bool,
}

impl Auth {
    /// Signs in with a passkey, without a user name. For a user who is signed in already this
    /// confirms it is them.
    pub async fn sign_in_with_passkey(&self, options: PasskeySignIn) -> Result<(), AuthError> {
        let _ = options;
        Err(ErrorKind::NotSupported.into())
    }

    /// Makes an account that has only a passkey, and signs in.
    pub async fn sign_up_with_passkey(
        &self,
        email: &str,
        name: Option<&str>,
    ) -> Result<(), AuthError> {
        let _ = (email, name);
        Err(ErrorKind::NotSupported.into())
    }

    /// Adds a passkey to the account; without a name it is called after the device.
    pub async fn register_passkey(&self, name: Option<&str>) -> Result<PasskeyView, AuthError> {
        from_js(self.create_passkey(name).await?)
    }

    /// Adds a passkey and answers with it as the server describes it.
    pub(crate) async fn create_passkey(&self, name: Option<&str>) -> Result<JsValue, AuthError> {
        let _ = name;
        Err(ErrorKind::NotSupported.into())
    }

    /// Whether this browser can do passkeys at all.
    pub fn passkeys_supported(&self) -> bool {
        false
    }

    /// Whether passkeys can be offered in a field's autofill.
    pub async fn passkey_autofill_supported(&self) -> bool {
        false
    }

    /// The user's passkeys, oldest first.
    pub async fn passkeys(&self) -> Result<Vec<PasskeyView>, AuthError> {
        let list: PasskeyList = self.request("GET", paths::PASSKEYS, None::<&()>).await?;
        Ok(list.passkeys)
    }

    /// Calls a passkey something else.
    pub async fn rename_passkey(&self, id: PasskeyId, name: &str) -> Result<(), AuthError> {
        let path = [paths::PASSKEYS, "/", &id.to_string()].concat();
        let body = to_js(&RenamePasskeyRequest {
            name: name.to_owned(),
        })?;
        self.0.call("PATCH", &path, Some(body)).await.map(drop)
    }

    /// Takes a passkey away. The last way to sign in stays.
    pub async fn delete_passkey(&self, id: PasskeyId) -> Result<(), AuthError> {
        let path = [paths::PASSKEYS, "/", &id.to_string()].concat();
        self.0.call("DELETE", &path, None).await.map(drop)
    }
}
