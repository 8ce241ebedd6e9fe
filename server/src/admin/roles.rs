//! `/api/admin/roles` and who has them.

use axum::{Json as Answer, http::StatusCode};
use portcullis_domain::{
    UserId,
    audit::AuditKind,
    roles::{ADMIN, ChangeRole},
};
use portcullis_policy::Pattern;
use portcullis_types::{
    Problem,
    admin::{RoleList, RoleView},
};

use super::{last_admin, may_manage, may_read, not_yourself, within_own};
use crate::{
    app::{App, Handle},
    http::{
        actor::{Actor, BrowserSession},
        body::Path,
        caller::Caller,
        errors::{ApiError, ApiResult},
    },
    sessions::hub::Notice,
};

/// The roles there are. Needs `users:read`.
#[utoipa::path(get, path = "/api/admin/roles", tag = "admin",
    responses((status = 200, body = RoleList), (status = 401, body = Problem),
              (status = 403, body = Problem)))]
pub(crate) async fn list_roles(
    app: Handle,
    caller: Caller,
    actor: Actor,
    _: BrowserSession,
) -> ApiResult<Answer<RoleList>> {
    may_read(&app, &caller, &actor).await?;
    let roles = app.store.roles().await?.into_iter().map(|role| RoleView {
        name: role.name,
        description: role.description,
        permissions: role.permissions,
    });
    Ok(Answer(RoleList {
        roles: roles.collect(),
    }))
}

/// Gives a user a role. Needs `users:manage`, and what the role grants.
#[utoipa::path(put, path = "/api/admin/users/{id}/roles/{role}", tag = "admin",
    params(("id" = UserId, Path), ("role" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
pub(crate) async fn assign_role(
    app: Handle,
    caller: Caller,
    actor: Actor,
    browser: BrowserSession,
    Path((user, role)): Path<(UserId, String)>,
) -> ApiResult<StatusCode> {
    may_manage(&app, &caller, &actor, &browser).await?;
    known(&role)?;
    within_own_role(&app, &caller, &actor, &role).await?;
    let audit = change(
        &caller,
        &actor,
        &browser,
        AuditKind::RoleAssigned,
        user,
        &role,
    );
    let changed = app.store.assign_role(user, &role, audit).await?;
    finish(&app, user, changed)
}

/// Takes a role away from a user; their open tabs know within a second. Needs `users:manage`,
/// and what the role grants.
#[utoipa::path(delete, path = "/api/admin/users/{id}/roles/{role}", tag = "admin",
    params(("id" = UserId, Path), ("role" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn unassign_role(
    app: Handle,
    caller: Caller,
    actor: Actor,
    browser: BrowserSession,
    Path((user, role)): Path<(UserId, String)>,
) -> ApiResult<StatusCode> {
    may_manage(&app, &caller, &actor, &browser).await?;
    if user == actor.user_id() && role == ADMIN {
        return Err(not_yourself(
            "You would lose the admin role. Ask another admin to do this.",
        ));
    }
    known(&role)?;
    within_own_role(&app, &caller, &actor, &role).await?;
    let audit = change(
        &caller,
        &actor,
        &browser,
        AuditKind::RoleUnassigned,
        user,
        &role,
    );
    let changed = app.store.unassign_role(user, &role, audit).await?;
    finish(&app, user, changed)
}

/// What cannot be a role's name is none; PostgreSQL would refuse a NUL with an error of its own.
fn known(role: &str) -> ApiResult<()> {
    if role.chars().any(char::is_control) {
        return Err(ApiError::not_found());
    }
    Ok(())
}

/// [`within_own`] for what a role grants.
pub(super) async fn within_own_role(
    app: &App,
    caller: &Caller,
    actor: &Actor,
    role: &str,
) -> ApiResult<()> {
    let roles = app.store.roles().await?;
    let found = roles.iter().find(|known| known.name == role);
    let found = found.ok_or_else(ApiError::not_found)?;
    let patterns: Result<Vec<Pattern>, _> = found.permissions.iter().map(|it| it.parse()).collect();
    let patterns = patterns.map_err(|_| ApiError::internal("permissions of a role"))?;
    within_own(app, caller, actor, &patterns).await
}

fn change(
    caller: &Caller,
    actor: &Actor,
    browser: &BrowserSession,
    kind: AuditKind,
    user: UserId,
    role: &str,
) -> portcullis_domain::AuditEvent {
    let mut audit = caller.audit(kind);
    audit.actor = Some(actor.user_id());
    audit.subject = Some(user);
    audit.session = Some(browser.session.id());
    audit.detail = serde_json::json!({ "role": role });
    audit
}

fn finish(app: &App, user: UserId, changed: ChangeRole) -> ApiResult<StatusCode> {
    match changed {
        ChangeRole::Changed => {
            app.principals.forget(user);
            app.hub.tell(user, Notice::Changed);
            Ok(StatusCode::NO_CONTENT)
        }
        ChangeRole::Unchanged => Ok(StatusCode::NO_CONTENT),
        ChangeRole::NoUser | ChangeRole::NoRole => Err(ApiError::not_found()),
        ChangeRole::LastAdmin => Err(last_admin()),
    }
}
