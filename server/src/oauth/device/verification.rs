//! Somebody types the code of a device, sees who asks for what, and decides.

use std::sync::Arc;

use portcullis_domain::{
    audit::AuditKind,
    devices::{DeviceAuthorization, DeviceDecision},
};
use portcullis_types::ErrorCode;

use super::user_code;
use crate::{
    app::App,
    http::{
        caller::Caller,
        errors::{ApiError, ApiResult},
    },
    limits::{Quota, Tries},
    oauth::clients::Registered,
    sessions::registry::LiveSession,
};

/// A device that waits, and the client it runs.
pub(super) struct Waiting {
    pub(super) device: DeviceAuthorization,
    pub(super) client: Arc<Registered>,
}

/// The device with that code. A code that is none counts as a try: there are few enough of them to
/// go through (RFC 8628 section 5.1).
pub(super) async fn find(
    app: &App,
    caller: &Caller,
    session: &LiveSession,
    typed: &str,
) -> ApiResult<Waiting> {
    let tries = take_try(app, caller, session)?;
    let Some(code) = user_code::parse(typed) else {
        return Err(unknown());
    };
    let hash = app.user_codes.of(&code);
    let found = app.store.waiting_device(hash, caller.now).await?;
    let device = found.ok_or_else(unknown)?;
    let client = app.clients.find(&*app.store, &device.client_id, caller.now);
    let client = client.await?.ok_or_else(unknown)?;
    app.limiter.give_back(tries);
    Ok(Waiting { device, client })
}

/// Lets the device in, or not.
pub(super) async fn decide(
    app: &App,
    caller: &Caller,
    session: &LiveSession,
    typed: &str,
    allowed: bool,
) -> ApiResult<Waiting> {
    let waiting = find(app, caller, session, typed).await?;
    let device = &waiting.device;
    let (auth_time, amr) = session.proof();
    let decision = DeviceDecision {
        user_code: device.user_code,
        user: session.user(),
        allowed,
        auth_time,
        amr: amr.to_vec(),
        now: caller.now,
    };
    let mut audit = caller.audit(if allowed {
        AuditKind::DeviceAllowed
    } else {
        AuditKind::DeviceDenied
    });
    audit.actor = Some(session.user());
    audit.subject = Some(session.user());
    audit.session = Some(session.id());
    audit.family = Some(device.family);
    audit.detail = serde_json::json!({ "client": device.client_id });
    if app.store.decide_device(decision, audit).await? {
        Ok(waiting)
    } else {
        Err(unknown())
    }
}

fn unknown() -> ApiError {
    ApiError::new(
        ErrorCode::NotFound,
        "This code is not known, was used, or has expired. Look at your device again.",
    )
}

/// Counts a try, of this person and at this address.
fn take_try(app: &App, caller: &Caller, session: &LiveSession) -> ApiResult<Tries> {
    let limits = &app.config.limits;
    let quota = |tries| Quota {
        tries,
        seconds: 10 * 60,
    };
    let counters = vec![
        (
            format!("user code of {}", session.user()),
            quota(limits.user_codes_per_account),
        ),
        (
            format!("user code ip {}", caller.network()),
            quota(limits.user_codes_per_ip),
        ),
    ];
    app.limiter.take(caller.now, counters)
}
