//! `/api/admin/groups`: groups, what they carry, and who is in them.

use std::collections::BTreeSet;

use axum::{
    Json as Answer,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use portcullis_domain::{
    AuditEvent, UserId,
    audit::AuditKind,
    groups::{ChangedGroup, Group, GroupChange, NewGroup},
};
use portcullis_policy::Pattern;
use portcullis_types::{
    ErrorCode, Problem,
    admin::{
        GroupList, GroupRequest, GroupView, MemberPage, MemberQuery, MemberView, NewGroupRequest,
    },
    paths,
};

use super::{may_manage, may_read, within_own};
use crate::{
    app::{App, Handle},
    http::{
        actor::{Actor, BrowserSession},
        body::{Json, Path, Query},
        caller::Caller,
        errors::{ApiError, ApiResult},
        run_to_end::wholly,
    },
    sessions::hub::Notice,
};

const DEFAULT_PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 100;
/// Most code points of a description.
const LONGEST_DESCRIPTION: usize = 256;

/// The groups there are. Needs `users:read`.
#[utoipa::path(get, path = "/api/admin/groups", tag = "admin",
    responses((status = 200, body = GroupList), (status = 401, body = Problem),
              (status = 403, body = Problem)))]
pub(crate) async fn list_groups(
    app: Handle,
    caller: Caller,
    actor: Actor,
    _: BrowserSession,
) -> ApiResult<Answer<GroupList>> {
    may_read(&app, &caller, &actor).await?;
    let groups = app.store.groups().await?.into_iter().map(view).collect();
    Ok(Answer(GroupList { groups }))
}

/// One group. Needs `users:read`.
#[utoipa::path(get, path = "/api/admin/groups/{group}", tag = "admin",
    params(("group" = String, Path)),
    responses((status = 200, body = GroupView), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn show_group(
    app: Handle,
    caller: Caller,
    actor: Actor,
    _: BrowserSession,
    Path(name): Path<String>,
) -> ApiResult<Answer<GroupView>> {
    may_read(&app, &caller, &actor).await?;
    shown(&app, &name).await.map(Answer)
}

/// A page of a group's own members. Needs `users:read`.
#[utoipa::path(get, path = "/api/admin/groups/{group}/members", tag = "admin",
    params(("group" = String, Path), MemberQuery),
    responses((status = 200, body = MemberPage), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
pub(crate) async fn list_members(
    app: Handle,
    caller: Caller,
    actor: Actor,
    _: BrowserSession,
    Path(name): Path<String>,
    Query(query): Query<MemberQuery>,
) -> ApiResult<Answer<MemberPage>> {
    may_read(&app, &caller, &actor).await?;
    let limit = query.limit.unwrap_or(DEFAULT_PAGE);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        let detail = "`limit` must be 1 to 100.";
        return Err(ApiError::new(ErrorCode::InvalidRequest, detail));
    }
    shown(&app, &name).await?;
    // One more than asked for tells whether there is a next page.
    let members = app.store.group_members(&name, query.after, limit + 1);
    let members = members.await?;
    let more = members.len() > limit as usize;
    let page = members.into_iter().take(limit as usize);
    let members: Vec<MemberView> = page
        .map(|member| MemberView {
            id: member.id,
            email: member.email,
            name: member.name,
        })
        .collect();
    let next = members.last().filter(|_| more).map(|member| member.id);
    Ok(Answer(MemberPage { members, next }))
}

/// Makes a group. Needs `users:manage`, and what the group would get from those above it.
#[utoipa::path(post, path = "/api/admin/groups", tag = "admin", request_body = NewGroupRequest,
    responses((status = 201, body = GroupView), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem)))]
pub(crate) async fn create_group(
    app: Handle,
    caller: Caller,
    actor: Actor,
    browser: BrowserSession,
    Json(body): Json<NewGroupRequest>,
) -> ApiResult<Response> {
    may_manage(&app, &caller, &actor, &browser).await?;
    if !is_name(&body.name) {
        let detail = "`name` must be 1 to 64 lower-case letters, digits, - and _.";
        return Err(ApiError::new(ErrorCode::InvalidRequest, detail).field("name"));
    }
    let description = described(&body.description)?;
    let parent = body.parent.as_deref();
    within_own_groups(&app, &caller, &actor, parent).await?;
    let mut audit = change(
        &caller,
        &actor,
        &browser,
        AuditKind::GroupCreated,
        &body.name,
    );
    audit.detail = serde_json::json!({ "group": body.name, "parent": parent });
    let group = NewGroup {
        name: body.name.clone(),
        description,
        parent: body.parent,
        created_at: caller.now,
    };
    finish(&app, app.store.create_group(group, audit).await?)?;
    let view = shown(&app, &body.name).await?;
    let mut response = (StatusCode::CREATED, Answer(view)).into_response();
    if let Ok(at) = HeaderValue::from_str(&format!("{}/{}", paths::ADMIN_GROUPS, body.name)) {
        response.headers_mut().insert(header::LOCATION, at);
    }
    Ok(response)
}

/// Describes a group anew, and moves it. Needs `users:manage`, and what the group has and would
/// get.
#[utoipa::path(put, path = "/api/admin/groups/{group}", tag = "admin",
    params(("group" = String, Path)), request_body = GroupRequest,
    responses((status = 200, body = GroupView), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn update_group(
    app: Handle,
    caller: Caller,
    actor: Actor,
    browser: BrowserSession,
    Path(name): Path<String>,
    Json(body): Json<GroupRequest>,
) -> ApiResult<Answer<GroupView>> {
    may_manage(&app, &caller, &actor, &browser).await?;
    let description = described(&body.description)?;
    let before = shown(&app, &name).await?;
    within_own_groups(&app, &caller, &actor, Some(&name)).await?;
    within_own_groups(&app, &caller, &actor, body.parent.as_deref()).await?;
    let mut audit = change(&caller, &actor, &browser, AuditKind::GroupChanged, &name);
    audit.detail = serde_json::json!({
        "group": name, "before": { "parent": before.parent }, "after": { "parent": body.parent },
    });
    let changes = vec![
        GroupChange::Describe(description),
        GroupChange::Move(body.parent),
    ];
    apply(&app, &name, changes, audit).await?;
    shown(&app, &name).await.map(Answer)
}

/// Deletes a group that has no groups in it; its members lose what it gave them. Needs
/// `users:manage`, and what the group has.
#[utoipa::path(delete, path = "/api/admin/groups/{group}", tag = "admin",
    params(("group" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn delete_group(
    app: Handle,
    caller: Caller,
    actor: Actor,
    browser: BrowserSession,
    Path(name): Path<String>,
) -> ApiResult<StatusCode> {
    may_manage(&app, &caller, &actor, &browser).await?;
    shown(&app, &name).await?;
    within_own_groups(&app, &caller, &actor, Some(&name)).await?;
    let audit = change(&caller, &actor, &browser, AuditKind::GroupDeleted, &name);
    apply(&app, &name, vec![GroupChange::Delete], audit).await
}

/// Puts a user into a group; their open tabs know within a second. Needs `users:manage`, and what
/// the group has.
#[utoipa::path(put, path = "/api/admin/groups/{group}/members/{id}", tag = "admin",
    params(("group" = String, Path), ("id" = UserId, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
pub(crate) async fn add_member(
    app: Handle,
    caller: Caller,
    actor: Actor,
    browser: BrowserSession,
    Path((name, user)): Path<(String, UserId)>,
) -> ApiResult<StatusCode> {
    may_manage(&app, &caller, &actor, &browser).await?;
    shown(&app, &name).await?;
    within_own_groups(&app, &caller, &actor, Some(&name)).await?;
    let kind = AuditKind::GroupMemberAdded;
    let mut audit = change(&caller, &actor, &browser, kind, &name);
    audit.subject = Some(user);
    apply(&app, &name, vec![GroupChange::Add(user)], audit).await
}

/// Takes a user out of a group; their open tabs know within a second. Needs `users:manage`, and
/// what the group has.
#[utoipa::path(delete, path = "/api/admin/groups/{group}/members/{id}", tag = "admin",
    params(("group" = String, Path), ("id" = UserId, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
pub(crate) async fn remove_member(
    app: Handle,
    caller: Caller,
    actor: Actor,
    browser: BrowserSession,
    Path((name, user)): Path<(String, UserId)>,
) -> ApiResult<StatusCode> {
    may_manage(&app, &caller, &actor, &browser).await?;
    shown(&app, &name).await?;
    within_own_groups(&app, &caller, &actor, Some(&name)).await?;
    let kind = AuditKind::GroupMemberRemoved;
    let mut audit = change(&caller, &actor, &browser, kind, &name);
    audit.subject = Some(user);
    apply(&app, &name, vec![GroupChange::Remove(user)], audit).await
}

/// Has a group carry a role: everybody in it, and in groups below it, has it from then on. Needs
/// `users:manage`, and what the role grants.
#[utoipa::path(put, path = "/api/admin/groups/{group}/roles/{role}", tag = "admin",
    params(("group" = String, Path), ("role" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
pub(crate) async fn give_role(
    app: Handle,
    caller: Caller,
    actor: Actor,
    browser: BrowserSession,
    Path((name, role)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    may_manage(&app, &caller, &actor, &browser).await?;
    shown(&app, &name).await?;
    super::roles::within_own_role(&app, &caller, &actor, &role).await?;
    let kind = AuditKind::GroupRoleGiven;
    let mut audit = change(&caller, &actor, &browser, kind, &name);
    audit.detail = serde_json::json!({ "group": name, "role": role });
    apply(&app, &name, vec![GroupChange::GiveRole(role)], audit).await
}

/// Takes a role from a group. Needs `users:manage`, and what the role grants.
#[utoipa::path(delete, path = "/api/admin/groups/{group}/roles/{role}", tag = "admin",
    params(("group" = String, Path), ("role" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
pub(crate) async fn take_role(
    app: Handle,
    caller: Caller,
    actor: Actor,
    browser: BrowserSession,
    Path((name, role)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    may_manage(&app, &caller, &actor, &browser).await?;
    shown(&app, &name).await?;
    super::roles::within_own_role(&app, &caller, &actor, &role).await?;
    let kind = AuditKind::GroupRoleTaken;
    let mut audit = change(&caller, &actor, &browser, kind, &name);
    audit.detail = serde_json::json!({ "group": name, "role": role });
    apply(&app, &name, vec![GroupChange::TakeRole(role)], audit).await
}

/// Changes a group, and lets go of what is remembered of everybody it touches.
async fn apply(
    app: &Handle,
    name: &str,
    changes: Vec<GroupChange>,
    audit: AuditEvent,
) -> ApiResult<StatusCode> {
    let (app, name) = (app.clone(), name.to_owned());
    wholly(async move {
        finish(&app, app.store.change_group(&name, changes, audit).await?)?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

fn finish(app: &App, changed: ChangedGroup) -> ApiResult<()> {
    let conflict = |detail: &str| ApiError::new(ErrorCode::Conflict, detail);
    match changed {
        ChangedGroup::Changed(users) => {
            for user in users {
                app.principals.forget(user);
                app.hub.tell(user, Notice::Changed);
            }
            Ok(())
        }
        ChangedGroup::Unchanged => Ok(()),
        ChangedGroup::NoGroup | ChangedGroup::NoRole | ChangedGroup::NoUser => {
            Err(ApiError::not_found())
        }
        ChangedGroup::Taken => {
            Err(conflict("There is a group of this name already.").field("name"))
        }
        ChangedGroup::NoParent => Err(no_parent()),
        ChangedGroup::Cycle => Err(conflict("The group would sit in itself.").field("parent")),
        ChangedGroup::TooDeep => {
            Err(conflict("At most 16 groups may sit in one another.").field("parent"))
        }
        ChangedGroup::HasGroups => Err(conflict(
            "There are groups in this one. Move or delete them first.",
        )),
    }
}

fn no_parent() -> ApiError {
    ApiError::new(ErrorCode::InvalidRequest, "There is no such group.").field("parent")
}

/// [`within_own`] for what members of a group have by it and by those above it.
async fn within_own_groups(
    app: &App,
    caller: &Caller,
    actor: &Actor,
    group: Option<&str>,
) -> ApiResult<()> {
    let groups = app.store.groups().await?;
    let mut roles = BTreeSet::new();
    let mut next = group;
    while let Some(name) = next {
        let found = groups.iter().find(|it| it.name == name);
        let found = found.ok_or_else(no_parent)?;
        roles.extend(&found.roles);
        next = found.parent.as_deref();
    }
    let known = app.store.roles().await?;
    let granted = known.iter().filter(|role| roles.contains(&role.name));
    let patterns = granted.flat_map(|role| &role.permissions);
    let patterns: Result<Vec<Pattern>, _> = patterns.map(|it| it.parse()).collect();
    let patterns = patterns.map_err(|_| ApiError::internal("permissions of a role"))?;
    within_own(app, caller, actor, &patterns).await
}

/// A group as it is now. What cannot be a group's name is none.
async fn shown(app: &App, name: &str) -> ApiResult<GroupView> {
    if !is_name(name) {
        return Err(ApiError::not_found());
    }
    let groups = app.store.groups().await?;
    let found = groups.into_iter().find(|group| group.name == name);
    found.map(view).ok_or_else(ApiError::not_found)
}

fn view(group: Group) -> GroupView {
    GroupView {
        name: group.name,
        description: group.description,
        parent: group.parent,
        roles: group.roles,
        members: group.members,
        created_at: group.created_at,
    }
}

/// The same as for roles: it is told to applications, and stands in addresses.
fn is_name(name: &str) -> bool {
    let fine = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    (1..=64).contains(&name.len()) && name.bytes().all(fine)
}

fn described(text: &str) -> ApiResult<String> {
    let text = text.trim();
    if text.chars().count() > LONGEST_DESCRIPTION || text.chars().any(char::is_control) {
        let detail = "`description` must be one line of at most 256 characters.";
        return Err(ApiError::new(ErrorCode::InvalidRequest, detail).field("description"));
    }
    Ok(text.to_owned())
}

fn change(
    caller: &Caller,
    actor: &Actor,
    browser: &BrowserSession,
    kind: AuditKind,
    group: &str,
) -> AuditEvent {
    let mut audit = caller.audit(kind);
    audit.actor = Some(actor.user_id());
    audit.session = Some(browser.session.id());
    audit.detail = serde_json::json!({ "group": group });
    audit
}
