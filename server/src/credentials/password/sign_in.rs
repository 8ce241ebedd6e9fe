//! Signing in with email and password; signed in already as the same user, proving it again.

use axum::{http::HeaderMap, response::Response};
use portcullis_domain::{AccountStatus, Email, UserId, audit::AuditKind, sign_in::Proof};
use portcullis_types::{Problem, SessionAnswer, account::PasswordSignInRequest};

use super::hashing::Typed;
use crate::{
    app::{App, Handle},
    http::{
        body::Json,
        caller::Caller,
        errors::{ApiError, ApiResult},
    },
    limits::{Quota, Tries},
    sessions::sign_in,
};

/// Signs in with email and password.
#[utoipa::path(post, path = "/api/auth/password/sign-in", tag = "sign-in",
    request_body = PasswordSignInRequest,
    responses((status = 200, body = SessionAnswer, description = "Signed in; the cookie is set."),
              (status = 401, body = Problem,
               description = "`second_factor_required`: go on with one of `factors`."), (status = 429, body = Problem),
              (status = 503, body = Problem)))]
pub(crate) async fn sign_in(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    Json(body): Json<PasswordSignInRequest>,
) -> ApiResult<Response> {
    let user = prove(&app, &caller, &body.email, &body.password).await?;
    let proof = Proof::password(caller.now);
    sign_in::proved(&app, &caller, &headers, user, proof, body.remember).await
}

/// Who the email and password prove the caller to be. Whatever is wrong, the answer and the time
/// it takes are the same.
async fn prove(app: &App, caller: &Caller, email: &str, password: &str) -> ApiResult<UserId> {
    let config = &app.config.password;
    // Too long to be anybody's: refused before it costs anything, known account or not.
    let possible = password.len() <= config.max_length * 4;
    let email = Email::parse(email).ok();
    let tries = take_try(app, caller, email.as_ref())?;
    let found = match &email {
        Some(email) => app.store.account_by_email(email).await?,
        None => None,
    };
    let (account, hash) = found.map_or((None, None), |(account, hash)| (Some(account), hash));
    let typed = Typed::new(if possible { password } else { "" });
    let fits = match app.hasher.verify(hash.as_ref(), typed).await {
        Ok(fits) => fits && possible,
        Err(error) => {
            // Not looked at, so not a try.
            app.limiter.give_back(tries);
            return Err(error);
        }
    };
    let enabled = account
        .as_ref()
        .filter(|account| account.status == AccountStatus::Enabled);
    if let (true, Some(account)) = (fits, enabled) {
        app.limiter.give_back(tries);
        if let Some(hash) = hash.filter(|hash| app.hasher.is_outdated(hash)) {
            rehash(app, caller, account.id, hash, password).await;
        }
        return Ok(account.id);
    }
    let mut audit = caller.audit(AuditKind::SignInFailed);
    audit.subject = account.map(|account| account.id);
    audit.detail = serde_json::json!({ "method": "password" });
    app.store.record(audit).await?;
    Err(ApiError::invalid_credentials())
}

fn take_try(app: &App, caller: &Caller, email: Option<&Email>) -> ApiResult<Tries> {
    let limits = &app.config.limits;
    let network = caller.network();
    let quarter = |tries| Quota {
        tries,
        seconds: 15 * 60,
    };
    let mut counters = vec![(
        format!("sign-in ip {network}"),
        quarter(limits.sign_ins_per_ip),
    )];
    if let Some(email) = email {
        counters.push((
            format!("sign-in pair {network} {email}"),
            quarter(limits.sign_ins_per_account_and_ip),
        ));
        let hourly = Quota {
            tries: limits.sign_ins_per_account,
            seconds: 3600,
        };
        counters.push((format!("sign-in account {email}"), hourly));
    }
    app.limiter.take(caller.now, counters)
}

/// Keeps up with raised hashing costs; best effort, the sign-in stands without it.
async fn rehash(
    app: &App,
    caller: &Caller,
    user: UserId,
    old: portcullis_domain::passwords::PasswordHash,
    password: &str,
) {
    let Ok(new) = app.hasher.hash(&*app.rng, Typed::new(password)).await else {
        return;
    };
    let mut audit = caller.audit(AuditKind::PasswordChanged);
    audit.actor = Some(user);
    audit.subject = Some(user);
    audit.detail = serde_json::json!({ "reason": "rehashed with today's cost" });
    if let Err(error) = app
        .store
        .replace_password(user, Some(old), new, None, audit)
        .await
    {
        tracing::warn!(%error, "could not rehash a password");
    }
}
