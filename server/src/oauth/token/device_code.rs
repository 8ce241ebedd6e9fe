//! `urn:ietf:params:oauth:grant-type:device_code`: a device asks whether it is let in (RFC 8628
//! section 3.4).

use portcullis_domain::{TokenKind, devices::PollDevice};
use portcullis_types::{client::Client, oauth::TokenResponse};

use super::{Beginning, begin_family};
use crate::{
    app::App,
    crypto::token,
    http::caller::Caller,
    oauth::{binding::Binding, errors::Refusal, form::Parameters, resources},
};

/// Tokens for a device that was let in; otherwise what it has to do.
pub(super) async fn poll(
    app: &App,
    caller: &Caller,
    client: &Client,
    parameters: &Parameters,
    bound: Binding,
) -> Result<TokenResponse, Refusal> {
    let code = parameters.require("device_code")?;
    let code = token::parse(TokenKind::DeviceCode, code).ok_or_else(Refusal::invalid_grant)?;
    let polled = app
        .store
        .poll_device(token::hash(&code), &client.id, caller.now);
    let grant = match polled.await? {
        PollDevice::Granted(grant) => *grant,
        PollDevice::Pending => return Err(Refusal::authorization_pending()),
        PollDevice::SlowDown => return Err(Refusal::slow_down()),
        PollDevice::Denied => return Err(Refusal::access_denied()),
        PollDevice::Expired => return Err(Refusal::expired_token()),
        PollDevice::Unknown => return Err(Refusal::invalid_grant()),
    };
    let audience = resources::audience(app, client, &grant.resources, parameters)?;
    let beginning = Beginning {
        family: grant.family,
        user: grant.user,
        session: None,
        scopes: grant.scopes,
        resources: grant.resources,
        claims: Vec::new(),
        nonce: None,
        auth_time: grant.auth_time,
        amr: grant.amr,
    };
    begin_family(app, caller, client, beginning, &audience, bound).await
}
