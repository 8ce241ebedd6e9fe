//! `POST /api/auth/register`: a new account with email and password, signed in at once.

use axum::{http::HeaderMap, response::Response};
use portcullis_domain::{
    Email, NewAccount, UserId, accounts::CreateAccount, audit::AuditKind, passwords::PasswordHash,
    sign_in::Proof,
};
use portcullis_types::{ErrorCode, Problem, SessionAnswer, account::RegisterRequest};

use super::names;
use crate::{
    app::{App, Handle},
    credentials::password::{hashing::Typed, policy},
    http::{
        actor::browser_session,
        body::Json,
        caller::Caller,
        errors::{ApiError, ApiResult},
        run_to_end::wholly,
        text,
    },
    limits::Quota,
    sessions::{begin::Begun, devices::Browser, end},
};

/// Makes an account and signs in.
#[utoipa::path(post, path = "/api/auth/register", tag = "sign-in",
    request_body = RegisterRequest,
    responses((status = 200, body = SessionAnswer, description = "Signed in; the cookie is set."),
              (status = 422, body = Problem), (status = 429, body = Problem),
              (status = 503, body = Problem)))]
pub(crate) async fn register(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    Json(body): Json<RegisterRequest>,
) -> ApiResult<Response> {
    let email = names::email(&body.email)?;
    let name = names::or_from(body.name.as_deref(), &email)?;
    take_attempt(&app, &caller)?;
    let hash = new_password(&app, &email, &name, &body.password, || {
        take_try(&app, &caller)
    })
    .await?;
    let account = NewAccount {
        id: UserId(app.rng.uuid_at(caller.now)),
        email,
        name,
        email_verified: false,
        language: Some(text::of(&headers, None).language.to_owned()),
        password: Some(hash),
        passkey: None,
        roles: app.config.default_roles.clone(),
        created_at: caller.now,
    };
    create(
        &app,
        &caller,
        &headers,
        account,
        Proof::password(caller.now),
    )
    .await
}

/// Checks a new account's password, then counts the try, then hashes.
pub(crate) async fn new_password(
    app: &App,
    email: &Email,
    name: &str,
    password: &str,
    take_try: impl FnOnce() -> ApiResult<()>,
) -> ApiResult<PasswordHash> {
    let typed = policy::check(app, Typed::new(password), email, name, "password").await?;
    take_try()?;
    app.hasher.hash(&*app.rng, typed).await
}

/// Counts an account that is about to be made from this address.
pub(crate) fn take_try(app: &App, caller: &Caller) -> ApiResult<()> {
    let quota = Quota {
        tries: app.config.limits.registrations_per_ip,
        seconds: 3600,
    };
    let counter = (format!("register ip {}", caller.network()), quota);
    app.limiter.take(caller.now, vec![counter]).map(drop)
}

/// Counts a form that was sent from this address, good or not: people correct themselves, floods
/// do not.
fn take_attempt(app: &App, caller: &Caller) -> ApiResult<()> {
    let tries = app.config.limits.registrations_per_ip.saturating_mul(10);
    let counter = (
        format!("register attempt {}", caller.network()),
        Quota {
            tries,
            seconds: 3600,
        },
    );
    app.limiter.take(caller.now, vec![counter]).map(drop)
}

/// Keeps a new account and its first session, and signs the browser in.
pub(crate) async fn create(
    app: &Handle,
    caller: &Caller,
    headers: &HeaderMap,
    account: NewAccount,
    proof: Proof,
) -> ApiResult<Response> {
    let user = account.id;
    let audit = creation(caller, user, &proof);
    let begun = Begun::prepare(app, caller, user, &[proof], false);
    let previous = browser_session(app, headers, caller.now).await?;
    let previous = previous.map(|(session, _)| session);
    let first = begun.to_keep_instead(previous.as_deref());
    let handle = app.clone();
    let made = wholly(async move {
        let store = &handle.store;
        let made = store.create_account(account, Some(first), audit).await?;
        if let (CreateAccount::Created, Some(previous)) = (made, previous) {
            end::announce_replaced(&handle, &previous);
        }
        Ok(made)
    });
    match made.await? {
        CreateAccount::Created => signed_in(app, caller, begun, user).await,
        CreateAccount::Taken | CreateAccount::AdminExists => Err(refused()),
    }
}

/// The audit event of a new account.
pub(crate) fn creation(
    caller: &Caller,
    user: UserId,
    proof: &Proof,
) -> portcullis_domain::AuditEvent {
    let mut audit = caller.audit(AuditKind::AccountCreated);
    audit.actor = Some(user);
    audit.subject = Some(user);
    audit.detail = serde_json::json!({ "method": proof.factor.as_str() });
    audit
}

/// The answer that signs the owner of a new account in.
pub(crate) async fn signed_in(
    app: &App,
    caller: &Caller,
    begun: Begun,
    user: UserId,
) -> ApiResult<Response> {
    let principal = app.principals.get(&*app.store, user).await?;
    let principal = principal.ok_or_else(|| ApiError::internal("a new account is gone"))?;
    let mut answer = begun.into_response(&principal, caller.now);
    // Nobody is told of the browser that they have made their account in.
    if let Some(browser) = Browser::of(app, caller, user).await? {
        browser.signed_in(app, caller, user, &mut answer).await;
    }
    Ok(answer)
}

fn refused() -> ApiError {
    ApiError::new(
        ErrorCode::RegistrationRefused,
        "We could not create this account. If you have one already, sign in instead.",
    )
}
