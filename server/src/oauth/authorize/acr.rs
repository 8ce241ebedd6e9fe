//! `acr_values`, and `acr` in `claims`: how strongly somebody must have proved themselves (OpenID
//! Connect Core sections 3.1.2.1 and 5.5.1.1).

use super::{Asked, Told, claims::Claims};
use crate::{oauth::acr, sessions::registry::LiveSession};

/// Checks the value itself.
pub(super) fn check(asked: &Asked<'_>) -> Result<(), Told> {
    let values = asked.parameters.get("acr_values").unwrap_or_default();
    if values.len() > 256 || values.chars().any(char::is_control) {
        return Err(Told(
            "invalid_request",
            "acr_values is too long or has control characters.",
        ));
    }
    Ok(())
}

/// What a session is, compared with what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strength {
    /// As strong as it should be.
    Enough,
    /// Weaker than the client would like. It gets what there is if there is no more.
    Wanting,
    /// Weaker than the client takes.
    TooWeak,
}

/// Whether a session is as strong as was asked for.
pub(super) fn strength(asked: &Asked<'_>, session: &LiveSession) -> Strength {
    let (_, amr) = session.proof();
    if let Some(wanted) = Claims::of(asked.parameters).acr() {
        let values = wanted.values.iter().map(String::as_str);
        if !wanted.values.is_empty() && !acr::satisfies(amr, values) {
            return if wanted.essential {
                Strength::TooWeak
            } else {
                Strength::Wanting
            };
        }
    }
    // What nobody here can reach, nobody is asked for.
    let values = asked.parameters.get("acr_values").unwrap_or_default();
    let known = || {
        let values = values.split_ascii_whitespace();
        values.filter(|value| acr::ALL.contains(value))
    };
    if known().next().is_none() || acr::satisfies(amr, known()) {
        Strength::Enough
    } else {
        Strength::Wanting
    }
}
