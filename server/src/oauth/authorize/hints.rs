//! `login_hint`, `ui_locales` and `id_token_hint`: who is probably there, in which language, and who
//! it must be (OpenID Connect Core section 3.1.2.1).

use portcullis_domain::UserId;

use super::{Asked, Told, claims::Claims};
use crate::{
    app::App,
    http::errors::ApiResult,
    oauth::{form::Parameters, id_token},
};

/// Hints that the sign-in page is told.
pub(super) const FOR_THE_PAGE: [&str; 2] = ["login_hint", "ui_locales"];

/// Whom an ID token names that came as a hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hinted {
    /// None came.
    Nobody,
    /// That user.
    User(UserId),
    /// It is not one of ours.
    Wrong,
}

/// Reads the ID token, if one came.
pub(super) async fn read(app: &App, parameters: &Parameters) -> ApiResult<Hinted> {
    let Some(token) = parameters.get("id_token_hint") else {
        return Ok(Hinted::Nobody);
    };
    let read = id_token::read(app, token).await?;
    Ok(read.map_or(Hinted::Wrong, |hint| Hinted::User(hint.user)))
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
    if asked.hinted == Hinted::Wrong {
        return Err(Told(
            "invalid_request",
            "id_token_hint is not an ID token of ours.",
        ));
    }
    Ok(())
}

/// Whether that user is whom the client means, if it means somebody.
pub(super) fn is_meant(asked: &Asked<'_>, user: UserId) -> bool {
    let by_hint = match asked.hinted {
        Hinted::User(hinted) => hinted == user,
        Hinted::Nobody | Hinted::Wrong => true,
    };
    let subject = Claims::of(asked.parameters).subject();
    by_hint && subject.is_none_or(|subject| subject == user.to_string())
}
