//! `/api/admin/users`: the list, and who may sign in.

use axum::{Json as Answer, http::StatusCode};
use portcullis_domain::{
    AccountStatus, UserId,
    accounts::{AccountQuery, AccountSummary, DisableAccount},
    audit::AuditKind,
};
use portcullis_types::{
    ErrorCode, Problem,
    admin::{AdminUserView, UserPage, UserQuery},
};

use super::{last_admin, may_manage, may_read, not_yourself, within_own_user};
use crate::{
    app::Handle,
    http::{
        actor::{Actor, BrowserSession},
        body::{Path, Query},
        caller::Caller,
        errors::{ApiError, ApiResult},
        run_to_end::wholly,
    },
    sessions::{end, hub::Notice},
};

const DEFAULT_PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 100;

/// A page of users. Needs `users:read`.
#[utoipa::path(get, path = "/api/admin/users", tag = "admin", params(UserQuery),
    responses((status = 200, body = UserPage), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list_users(
    app: Handle,
    caller: Caller,
    actor: Actor,
    // No app that an admin has signed in to gets everybody's addresses with it.
    _: BrowserSession,
    Query(query): Query<UserQuery>,
) -> ApiResult<Answer<UserPage>> {
    may_read(&app, &caller, &actor).await?;
    let limit = query.limit.unwrap_or(DEFAULT_PAGE);
    let unusable = query
        .search
        .as_ref()
        .is_some_and(|search| search.len() > 254 || search.chars().any(char::is_control));
    if !(1..=LARGEST_PAGE).contains(&limit) || unusable {
        return Err(ApiError::new(
            ErrorCode::InvalidRequest,
            "`limit` must be 1 to 100 and `search` at most 254 bytes.",
        ));
    }
    let search = query.search.filter(|search| !search.trim().is_empty());
    // One more than asked for tells whether there is a next page.
    let ask = AccountQuery {
        search,
        after: query.after,
        limit: limit + 1,
        now: caller.now,
    };
    let mut users: Vec<_> = app
        .store
        .accounts(ask)
        .await?
        .into_iter()
        .map(view)
        .collect();
    let more = users.len() > limit as usize;
    users.truncate(limit as usize);
    let next = users.last().filter(|_| more).map(|user| user.id);
    Ok(Answer(UserPage { users, next }))
}

/// Disables an account: its sessions and tokens end at once. Needs `users:manage`,
/// and what the user may do.
#[utoipa::path(post, path = "/api/admin/users/{id}/disable", tag = "admin",
    params(("id" = UserId, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn disable_user(
    app: Handle,
    caller: Caller,
    actor: Actor,
    browser: BrowserSession,
    Path(id): Path<UserId>,
) -> ApiResult<StatusCode> {
    may_manage(&app, &caller, &actor, &browser).await?;
    if id == actor.user_id() {
        return Err(not_yourself(
            "You would lock yourself out. Ask another admin to do this.",
        ));
    }
    within_own_user(&app, &caller, &actor, id).await?;
    let mut audit = caller.audit(AuditKind::AccountDisabled);
    audit.actor = Some(actor.user_id());
    audit.subject = Some(id);
    audit.session = Some(browser.session.id());
    wholly(async move {
        let ended = match app.store.disable_account(id, caller.now, audit).await? {
            DisableAccount::Disabled(ended) => ended,
            DisableAccount::NoUser => return Err(ApiError::not_found()),
            DisableAccount::LastAdmin => return Err(last_admin()),
        };
        app.principals.forget(id);
        end::announce_all(&app, id, &ended);
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// Enables an account. Needs `users:manage`, and what the user may do.
#[utoipa::path(post, path = "/api/admin/users/{id}/enable", tag = "admin",
    params(("id" = UserId, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
pub(crate) async fn enable_user(
    app: Handle,
    caller: Caller,
    actor: Actor,
    browser: BrowserSession,
    Path(id): Path<UserId>,
) -> ApiResult<StatusCode> {
    may_manage(&app, &caller, &actor, &browser).await?;
    within_own_user(&app, &caller, &actor, id).await?;
    let mut audit = caller.audit(AuditKind::AccountEnabled);
    audit.actor = Some(actor.user_id());
    audit.subject = Some(id);
    audit.session = Some(browser.session.id());
    if !app.store.enable_account(id, audit).await? {
        return Err(ApiError::not_found());
    }
    app.principals.forget(id);
    app.hub.tell(id, Notice::Changed);
    Ok(StatusCode::NO_CONTENT)
}

fn view(summary: AccountSummary) -> AdminUserView {
    AdminUserView {
        id: summary.account.id,
        email: summary.account.email.as_str().to_owned(),
        name: summary.account.name,
        enabled: summary.account.status == AccountStatus::Enabled,
        roles: summary.roles,
        passkeys: summary.passkeys,
        sessions: summary.sessions,
        created_at: summary.account.created_at,
    }
}
