//! The admin API's calls.

use portcullis_sdk::{Auth, AuthError};
use portcullis_types::admin::{RoleList, RoleView, UserPage};
use portcullis_types::{UserId, paths};
use serde::Serialize;

/// The body of a request that has nothing to say.
#[derive(Serialize)]
struct Empty {}

/// A page of users whose name or email contains `search`, from after `after` on.
pub(super) async fn users(
    client: &Auth,
    search: &str,
    after: Option<UserId>,
) -> Result<UserPage, AuthError> {
    let mut path = format!("{}?limit=50", paths::ADMIN_USERS);
    if !search.is_empty() {
        path.push_str("&search=");
        path.push_str(&String::from(js_sys::encode_uri_component(search)));
    }
    if let Some(after) = after {
        path.push_str("&after=");
        path.push_str(&after.to_string());
    }
    client.request("GET", &path, None::<&()>).await
}

/// The roles there are.
pub(super) async fn roles(client: &Auth) -> Result<Vec<RoleView>, AuthError> {
    let list: RoleList = client
        .request("GET", paths::ADMIN_ROLES, None::<&()>)
        .await?;
    Ok(list.roles)
}

/// Gives `user` a role or takes it away.
pub(super) async fn set_role(
    client: &Auth,
    user: UserId,
    role: &str,
    on: bool,
) -> Result<(), AuthError> {
    let role = String::from(js_sys::encode_uri_component(role));
    let path = format!("{}/{user}/roles/{role}", paths::ADMIN_USERS);
    client
        .request(if on { "PUT" } else { "DELETE" }, &path, None::<&()>)
        .await
}

/// Lets `user` sign in, or signs them out everywhere and keeps them out.
pub(super) async fn set_enabled(client: &Auth, user: UserId, on: bool) -> Result<(), AuthError> {
    let act = if on { "enable" } else { "disable" };
    let path = format!("{}/{user}/{act}", paths::ADMIN_USERS);
    client.request("POST", &path, Some(&Empty {})).await
}
