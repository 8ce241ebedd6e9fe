//! Second factors: finishing a sign-in with a code, and one's authenticator apps.

use portcullis_types::totp::{
    CodeSignInRequest, RecoveryCodes, TotpAdded, TotpBegun, TotpFinishRequest, TotpList,
};
use portcullis_types::{TotpId, paths};

use crate::auth::Auth;
use crate::convert::new_object;
use crate::error::AuthError;
use crate::wire::{fields, id_text};

impl Auth {
    /// Finishes the sign-in that was answered with `second_factor_required`, with a code of an
    /// authenticator app.
    pub async fn finish_with_code(&self, code: &str) -> Result<(), AuthError> {
        Ok(self.0.sign_in_by(paths::TOTP_SIGN_IN, body(code)).await?)
    }

    /// As [`Auth::finish_with_code`], with a recovery code, which is used up.
    pub async fn finish_with_recovery_code(&self, code: &str) -> Result<(), AuthError> {
        let path = paths::RECOVERY_CODE_SIGN_IN;
        Ok(self.0.sign_in_by(path, body(code)).await?)
    }

    /// The user's authenticator apps, and how many recovery codes are left.
    pub async fn totp(&self) -> Result<TotpList, AuthError> {
        self.request("GET", paths::TOTP, None::<&()>).await
    }

    /// A key for one more authenticator app.
    pub async fn begin_totp(&self) -> Result<TotpBegun, AuthError> {
        let body = Some(new_object());
        let begun = self
            .0
            .call("POST", paths::TOTP_REGISTER_BEGIN, body)
            .await?;
        Ok(crate::convert::from_js(begun)?)
    }

    /// Adds the authenticator app with the code that it shows. With the first one come recovery codes.
    pub async fn finish_totp(
        &self,
        ceremony: &str,
        code: &str,
        name: Option<&str>,
    ) -> Result<TotpAdded, AuthError> {
        let body = TotpFinishRequest {
            ceremony: ceremony.to_owned(),
            code: code.to_owned(),
            name: name.map(ToOwned::to_owned),
        };
        let added = self.request("POST", paths::TOTP_REGISTER_FINISH, Some(&body));
        added.await
    }

    /// Removes an authenticator app.
    pub async fn delete_totp(&self, id: TotpId) -> Result<(), AuthError> {
        let path = [paths::TOTP, "/", &id_text(id.0)].concat();
        self.0.call("DELETE", &path, None).await?;
        Ok(())
    }

    /// Other recovery codes in place of those of before.
    pub async fn replace_recovery_codes(&self) -> Result<Vec<String>, AuthError> {
        let body = Some(new_object());
        let answer = self.0.call("POST", paths::RECOVERY_CODES, body).await?;
        let RecoveryCodes { codes } = crate::convert::from_js(answer)?;
        Ok(codes)
    }
}

/// [`CodeSignInRequest`].
fn body(code: &str) -> wasm_bindgen::JsValue {
    let CodeSignInRequest { code } = CodeSignInRequest {
        code: code.to_owned(),
    };
    fields(&[("code", Some(&code))])
}
