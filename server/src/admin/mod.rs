//! The minimal admin API: users, their roles, whether they may sign in, and OAuth clients.

pub(crate) mod clients;
pub(crate) mod keys;
pub(crate) mod registration;
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
