//! Passkeys: WebAuthn ceremonies (webauthn-rs verifies), and managing one's passkeys.

pub(crate) mod ceremony;
mod conditional;
pub(crate) mod manage;
pub(crate) mod register;
pub(crate) mod sign_in;
pub(crate) mod sign_up;
pub(crate) mod signal;

use anyhow::Context;
use portcullis_types::ErrorCode;
use serde_json::Value;
use url::Url;
use webauthn_rs::{Webauthn, WebauthnBuilder, prelude::Passkey};

use crate::{
    app::App,
    config::Config,
    crypto::{MasterKey, seal::Sealer},
    http::{
        caller::Caller,
        errors::{ApiError, ApiResult},
    },
    limits::Quota,
};

/// What ceremonies need.
pub(crate) struct Passkeys {
    pub(crate) webauthn: Webauthn,
    pub(crate) sealer: Sealer,
    /// The relying party that browsers know passkeys by.
    pub(crate) rp_id: String,
}

impl Passkeys {
    pub(crate) fn new(config: &Config, master: &MasterKey) -> anyhow::Result<Self> {
        let origin = Url::parse(&config.public_url()).context("public_url")?;
        let host = origin
            .host_str()
            .context("public_url has no host")?
            .to_owned();
        let rp_id = config.passkey.rp_id.as_deref().unwrap_or(&host);
        let webauthn = WebauthnBuilder::new(rp_id, &origin)
            .and_then(|builder| builder.rp_name(&config.passkey.rp_name).build())
            .map_err(|error| {
                anyhow::anyhow!(
                    "passkey.rp_id {rp_id:?} must be the host of public_url or a parent of it: \
                     {error}"
                )
            })?;
        Ok(Self {
            rp_id: rp_id.to_owned(),
            webauthn,
            sealer: master.sealer("passkey ceremony")?,
        })
    }
}

/// Counts a ceremony begun from this address.
pub(crate) fn take_try(app: &App, caller: &Caller) -> ApiResult<()> {
    let quota = Quota {
        tries: app.config.limits.ceremonies_per_ip,
        seconds: 60,
    };
    let counter = (format!("ceremony ip {}", caller.network()), quota);
    app.limiter.take(caller.now, vec![counter]).map(drop)
}

/// A passkey in the form in which it is kept.
pub(crate) fn to_bytes(passkey: &Passkey) -> ApiResult<Vec<u8>> {
    serde_json::to_vec(passkey).map_err(|_| ApiError::internal("passkey"))
}

/// A kept passkey.
pub(crate) fn from_bytes(bytes: &[u8]) -> ApiResult<Passkey> {
    serde_json::from_slice(bytes).map_err(|_| ApiError::internal("a kept passkey is unreadable"))
}

/// WebAuthn's backup state of a passkey: whether it is synced between devices.
pub(crate) fn is_synced(passkey: &Passkey) -> bool {
    serde_json::to_value(passkey).is_ok_and(|value| {
        value
            .pointer("/cred/backup_state")
            .and_then(Value::as_bool)
            .unwrap_or_default()
    })
}

/// What the browser answered, as webauthn-rs reads it.
pub(crate) fn read_credential<T: serde::de::DeserializeOwned>(value: Value) -> ApiResult<T> {
    serde_json::from_value(value).map_err(|_| {
        ApiError::new(
            ErrorCode::InvalidRequest,
            "`credential` must be what `PublicKeyCredential.toJSON()` gives.",
        )
        .field("credential")
    })
}

/// The authenticator's answer did not verify; why is logged, not told.
pub(crate) fn rejected(error: &webauthn_rs::prelude::WebauthnError) -> ApiError {
    tracing::info!(%error, "passkey rejected");
    not_accepted()
}

/// What is told of any answer that does not verify.
pub(crate) fn not_accepted() -> ApiError {
    ApiError::new(
        ErrorCode::PasskeyRejected,
        "This passkey was not accepted. Please try again.",
    )
}

/// Whether the page was inside a frame of another origin (WebAuthn level 3 section 7.1 step 9 and
/// section 7.2 step 12). Our pages cannot be framed, so whoever says so is not one of them;
/// webauthn-rs looks at it when a passkey is made but not when it is used.
pub(crate) fn is_framed(client_data: &[u8]) -> bool {
    serde_json::from_slice::<Value>(client_data)
        .is_ok_and(|data| data["crossOrigin"] == true || !data["topOrigin"].is_null())
}
