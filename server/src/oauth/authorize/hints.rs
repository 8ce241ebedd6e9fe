//! `login_hint`, `ui_locales` and `id_token_hint`: who is probably there, in which language, and who
//! it must be (OpenID Connect Core section 3.1.2.1).

use portcullis_domain::UserId;
use portcullis_types::client::Client;

use super::{Asked, Told, claims::Claims};
use crate::{
    app::App,
    http::{caller::Caller, errors::ApiResult},
    oauth::{
        form::Parameters,
        id_token::{self, Hint},
        subject,
    },
};

/// Hints that the sign-in page is told.
pub(super) const FOR_THE_PAGE: [&str; 2] = ["login_hint", "ui_locales"];

/// Whom an ID token names that came as a hint.
pub(super) enum Hinted {
    /// None came.
    Nobody,
    /// Whoever it was about.
    User(Hint),
    /// It is not one of ours.
    Wrong,
}

/// Reads the ID token, if one came. It may be another client's, but not one's that knows the user by
/// another subject: whether the same person is there would tell which two of them belong together.
pub(super) async fn read(
    app: &App,
    caller: &Caller,
    client: &Client,
    parameters: &Parameters,
) -> ApiResult<Hinted> {
    let Some(token) = parameters.get("id_token_hint") else {
        return Ok(Hinted::Nobody);
    };
    let Some(hint) = id_token::read(app, token).await? else {
        return Ok(Hinted::Wrong);
    };
    if hint.client_id != client.id {
        let other = app.clients.find(&*app.store, &hint.client_id, caller.now);
        let other = other.await?;
        if !other.is_some_and(|other| subject::are_shared(client, &other)) {
            return Ok(Hinted::Wrong);
        }
    }
    Ok(Hinted::User(hint))
}

/// Checks the values themselves.
pub(super) fn check(asked: &Asked<'_>) -> Result<(), Told> {
    let fits = |name| {
        let value = asked.parameters.get(name).unwrap_or_default();
        value.len() <= 320 && !value.chars().any(char::is_control)
    };
    if !FOR_THE_PAGE.iter().all(|name| fits(name)) {
        return Err(Told(
            "invalid_request",
            "login_hint or ui_locales is too long or has control characters.",
        ));
    }
    if matches!(asked.hinted, Hinted::Wrong) {
        return Err(Told(
            "invalid_request",
            "id_token_hint is not an ID token of ours, or not for this application to show.",
        ));
    }
    Ok(())
}

/// Whether that user is whom the client means, if it means somebody.
pub(super) async fn is_meant(asked: &Asked<'_>, user: UserId) -> ApiResult<bool> {
    let by_hint = match &asked.hinted {
        Hinted::User(hint) => hint.is(asked.app, user, asked.caller.now).await?,
        Hinted::Nobody | Hinted::Wrong => true,
    };
    let wanted = Claims::of(asked.parameters).subject();
    let known = || subject::of(asked.app, asked.client, user);
    Ok(by_hint && wanted.is_none_or(|wanted| wanted == known()))
}
