//! The minimal admin API: users, their roles, and whether they may sign in.

pub(crate) mod roles;
pub(crate) mod users;

use portcullis_policy::Requirement;
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

/// Lets reading pass.
async fn may_read(app: &App, caller: &Caller, actor: &Actor) -> ApiResult<()> {
    authz::check(app, caller, actor, &requirement(READ)?).await
}

/// Lets managing pass: a browser session, the permission, and a recent proof (ASVS 7.5.3).
async fn may_manage(
    app: &App,
    caller: &Caller,
    actor: &Actor,
    browser: &BrowserSession,
) -> ApiResult<()> {
    authz::check(app, caller, actor, &requirement(MANAGE)?).await?;
    browser.require_recent_proof(app, caller.now)
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
