//! The machine of signing in: takes what a factor has proved, and either begins a session or keeps a
//! sign-in that can do nothing but finish.
//!
//! The sign-in that is under way is an opaque token in a `__Host-` cookie of its browser, which no
//! script reads; the database holds its SHA-256, what was proved, and how many codes were looked at.

use axum::{
    http::{HeaderMap, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use portcullis_domain::{
    TokenKind, UserId,
    audit::AuditKind,
    sign_in::{self, FinishSignIn, Proof, SignIn, Spend, Verdict, judge},
};
use portcullis_types::{ErrorCode, totp::Factor};

use super::{
    begin::{self, Begun},
    devices::Browser,
    end,
};
use crate::{
    app::{App, Handle},
    crypto::token,
    http::{
        actor::browser_session,
        caller::Caller,
        cookies,
        errors::{ApiError, ApiResult},
        run_to_end::wholly,
    },
    limits::{Quota, Tries},
};

/// Somebody has proved themselves with the first factor: signs them in, or asks for another one.
pub(crate) async fn proved(
    app: &Handle,
    caller: &Caller,
    headers: &HeaderMap,
    user: UserId,
    proof: Proof,
    remember: bool,
) -> ApiResult<Response> {
    let proofs = vec![proof];
    match judge(&proofs, app.store.held(user).await?, caller.now) {
        Verdict::Success => {
            let previous = browser_session(app, headers, caller.now).await?;
            let previous = previous.map(|(session, _)| session);
            begin::sign_in(app, caller, user, &proofs, remember, previous).await
        }
        Verdict::Continue(factors) => more(app, caller, user, proofs, remember, factors).await,
        Verdict::Denied => Err(ApiError::invalid_credentials()),
    }
}

/// Keeps the sign-in, and says what it can go on with.
async fn more(
    app: &App,
    caller: &Caller,
    user: UserId,
    proofs: Vec<Proof>,
    remember: bool,
    factors: Vec<Factor>,
) -> ApiResult<Response> {
    let token = token::generate(&*app.rng, TokenKind::SignIn);
    let sign_in = SignIn {
        token: token::hash(&token),
        user,
        proofs,
        remember,
        expires_at: caller.now.plus_seconds(sign_in::SECONDS),
    };
    app.store.begin_sign_in(sign_in).await?;
    let cookie = cookies::set(cookies::SIGN_IN, &token, Some(sign_in::SECONDS));
    let error = ApiError::new(
        ErrorCode::SecondFactorRequired,
        "That was right. Now show your second factor to sign in.",
    );
    let cookie = AppendHeaders([(header::SET_COOKIE, cookie)]);
    Ok((cookie, error.factors(factors)).into_response())
}

/// Finds what a code would use up, if it may be one of that user's.
pub(crate) trait Look {
    /// Which factor it is of.
    const FACTOR: Factor;

    /// `None`: it is none.
    async fn look(&self, app: &App, caller: &Caller, user: UserId) -> ApiResult<Option<Spend>>;
}

/// Finishes this browser's sign-in with a code. The try is counted before the code is looked at.
pub(crate) async fn finish<Code: Look>(
    app: &Handle,
    caller: &Caller,
    headers: &HeaderMap,
    code: &Code,
) -> ApiResult<Response> {
    let token = cookies::read(headers, cookies::SIGN_IN, TokenKind::SignIn).ok_or_else(gone)?;
    let token = token::hash(&token);
    let found = app.store.try_sign_in(token, sign_in::TRIES, caller.now);
    let SignIn {
        user,
        mut proofs,
        remember,
        ..
    } = found.await?.ok_or_else(gone)?;
    let tries = take_try(app, caller, user)?;
    let Some(spend) = code.look(app, caller, user).await? else {
        return Err(wrong(app, caller, user, Code::FACTOR).await?);
    };
    proofs.push(Proof::code(Code::FACTOR, caller.now));
    if judge(&proofs, app.store.held(user).await?, caller.now) != Verdict::Success {
        return Err(gone());
    }
    let previous = browser_session(app, headers, caller.now).await?;
    let previous = previous.map(|(session, _)| session);
    let elevation = begin::elevation(app, user, remember, previous.as_deref());
    let begun = Begun::prepare(app, caller, user, &proofs, elevation.remember);
    let browser = Browser::of(app, caller, user).await?;
    let mut audit = begin::event(caller, user, &begun, elevation.kind, &proofs);
    begin::tell(app, caller, user, browser.as_ref(), &mut audit).await?;
    let (handle, session) = (app.clone(), begun.to_keep());
    let finished = wholly(async move {
        let replaces = previous.as_ref().map(|session| session.id());
        let store = &handle.store;
        let finished = store
            .finish_sign_in(token, spend, session, replaces, audit)
            .await?;
        if let (FinishSignIn::Begun, Some(previous)) = (finished, previous) {
            end::announce_replaced(&handle, &previous);
        }
        Ok(finished)
    });
    match finished.await? {
        FinishSignIn::Begun => app.limiter.give_back(tries),
        FinishSignIn::Gone => return Err(gone()),
        FinishSignIn::Spent => return Err(wrong(app, caller, user, Code::FACTOR).await?),
    }
    let response = begin::answer(app, caller, user, begun, browser).await?;
    let clear = AppendHeaders([(header::SET_COOKIE, cookies::clear(cookies::SIGN_IN))]);
    Ok((clear, response).into_response())
}

/// Counts a code of that account, whichever sign-in it is for: whoever knows the password could begin
/// any number of them.
fn take_try(app: &App, caller: &Caller, user: UserId) -> ApiResult<Tries> {
    let hourly = app.config.limits.second_factors_per_account;
    let counter = |what: &str, tries, hours: i64| {
        let seconds = hours * 3600;
        (format!("{what} {user}"), Quota { tries, seconds })
    };
    let counters = vec![
        counter("second factor by the hour", hourly, 1),
        counter("second factor by the day", hourly.saturating_mul(5), 24),
    ];
    app.limiter.take(caller.now, counters)
}

/// Writes down that a code was wrong: somebody knows the password.
async fn wrong(app: &App, caller: &Caller, user: UserId, factor: Factor) -> ApiResult<ApiError> {
    let mut audit = caller.audit(AuditKind::SignInFailed);
    audit.subject = Some(user);
    audit.detail = serde_json::json!({ "method": factor.as_str() });
    app.store.record(audit).await?;
    let error = ApiError::new(
        ErrorCode::InvalidCredentials,
        "That code is not right, or was used before. Try the next one.",
    );
    Ok(error.field("code"))
}

fn gone() -> ApiError {
    ApiError::new(
        ErrorCode::CeremonyInvalid,
        "This sign-in took too long or had too many tries. Please start again.",
    )
}
