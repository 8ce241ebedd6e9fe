//! The minimal admin API: users, their roles, whether they may sign in, and OAuth clients.

pub(crate) mod clients;
pub(crate) mod groups;
pub(crate) mod keys;
pub(crate) mod registration;
pub(crate) mod roles;
pub(crate) mod users;

use portcullis_domain::{UserId, audit::AuditKind};
use portcullis_policy::{Pattern, Requirement};
use portcullis_types::ErrorCode;

use crate::{
    app::App,
    authz,
    http::{
        actor::{Actor, BrowserSession},
        caller::Caller,
        errors::{ApiError, ApiResult},
    },
};

/// Seeing users and roles.
const READ: &str = "users:read";
/// Changing their roles and status.
const MANAGE: &str = "users:manage";

/// Lets seeing users pass.
async fn may_read(app: &App, caller: &Caller, actor: &Actor) -> ApiResult<()> {
    may(app, caller, actor, READ).await
}

/// Lets managing users pass.
async fn may_manage(
    app: &App,
    caller: &Caller,
    actor: &Actor,
    browser: &BrowserSession,
) -> ApiResult<()> {
    may_now(app, caller, actor, browser, MANAGE).await
}

/// Lets whoever has the permission pass.
async fn may(app: &App, caller: &Caller, actor: &Actor, permission: &str) -> ApiResult<()> {
    authz::check(app, caller, actor, &requirement(permission)?).await
}

/// Lets whoever has the permission and has proved themselves recently pass (ASVS 7.5.3).
async fn may_now(
    app: &App,
    caller: &Caller,
    actor: &Actor,
    browser: &BrowserSession,
    permission: &str,
) -> ApiResult<()> {
    may(app, caller, actor, permission).await?;
    browser.require_recent_proof(app, caller.now)
}

/// Refuses with 403, and notes it in the audit log, whoever would give, take or shut out more than
/// they hold themselves: with that, `users:manage` would be every permission there is.
async fn within_own<'p>(
    app: &App,
    caller: &Caller,
    actor: &Actor,
    patterns: impl IntoIterator<Item = &'p Pattern>,
) -> ApiResult<()> {
    let own = &actor.principal().permissions;
    let beyond: Vec<&Pattern> = patterns
        .into_iter()
        .filter(|pattern| !own.covers([*pattern]))
        .collect();
    if beyond.is_empty() {
        return Ok(());
    }
    let mut audit = caller.audit(AuditKind::Denied);
    audit.actor = Some(actor.user_id());
    audit.detail = serde_json::json!({ "beyond": beyond });
    app.store.record(audit).await?;
    Err(ApiError::new(
        ErrorCode::Forbidden,
        "This is about permissions that you do not have yourself. Ask somebody who has them.",
    ))
}

/// [`within_own`] for what a user may do.
async fn within_own_user(app: &App, caller: &Caller, actor: &Actor, user: UserId) -> ApiResult<()> {
    let principal = app.store.principal(user).await?;
    let principal = principal.ok_or_else(ApiError::not_found)?;
    within_own(app, caller, actor, principal.permissions.patterns()).await
}

fn requirement(name: &str) -> ApiResult<Requirement> {
    Requirement::one(name).map_err(|_| ApiError::internal("permission"))
}

fn not_yourself(detail: &str) -> ApiError {
    ApiError::new(ErrorCode::NotYourself, detail)
}

fn last_admin() -> ApiError {
    ApiError::new(
        ErrorCode::LastAdmin,
        "Nobody else could manage users then. Give somebody else the admin role first.",
    )
}
