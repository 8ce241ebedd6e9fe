//! What a browser tells its passkey provider after a change (WebAuthn level 3 section 5.1.10, the
//! Signal API), so that it offers no passkey that is gone and shows the name the user goes by.

use portcullis_domain::accounts::Account;
use portcullis_types::{UserId, passkey::PasskeySignal};

use crate::{app::App, crypto::token::base64url, http::errors::ApiResult};

/// The user as WebAuthn knows them: webauthn-rs is given our own id for it.
pub(crate) fn user_handle(user: UserId) -> String {
    base64url(user.0.as_bytes())
}

/// The account's passkeys and details as they are now: to be read after the change is committed.
pub(crate) async fn of(app: &App, account: &Account) -> ApiResult<PasskeySignal> {
    let kept = app.store.passkeys_of(account.id).await?;
    Ok(PasskeySignal {
        rp_id: app.passkeys.rp_id.clone(),
        user_handle: user_handle(account.id),
        accepted: kept
            .iter()
            .map(|passkey| base64url(&passkey.credential_id))
            .collect(),
        name: account.email.as_str().to_owned(),
        display_name: account.name.clone(),
    })
}
