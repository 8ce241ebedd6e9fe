//! Which service a token is for (RFC 8707): one at a time, among those that the client is registered
//! for and that the grant was given for.

use portcullis_types::client::Client;

use super::{errors::Refusal, form::Parameters};
use crate::app::App;

/// The resources that a request names.
pub(super) fn asked(parameters: &Parameters) -> Vec<String> {
    let all = parameters.get("resource").unwrap_or_default();
    let mut resources: Vec<String> = Vec::new();
    for resource in all.split_ascii_whitespace() {
        if !resources.iter().any(|known| known == resource) {
            resources.push(resource.to_owned());
        }
    }
    resources
}

/// Whether a client may have tokens for all of them: our own API is open to everybody.
pub(super) fn are_allowed(app: &App, client: &Client, resources: &[String]) -> bool {
    let is_allowed = |it: &String| *it == app.issuer || client.resources.contains(it);
    resources.iter().all(is_allowed)
}

/// Whom a token is for, out of what its grant was given for; our own API if that was nothing.
///
/// # Errors
/// `invalid_target`, if the request names something else, or several.
pub(super) fn audience(
    app: &App,
    client: &Client,
    granted: &[String],
    parameters: &Parameters,
) -> Result<String, Refusal> {
    let named = asked(parameters);
    let only = |resources: &[String]| match resources {
        [one] => Ok(one.clone()),
        _ => Err(Refusal::invalid_target()),
    };
    let audience = match (granted, named.as_slice()) {
        ([], []) => return Ok(app.issuer.clone()),
        ([first, ..], []) => first.clone(),
        ([], named) => only(named).and_then(|one| {
            let is_ours = one == app.issuer;
            is_ours.then_some(one).ok_or_else(Refusal::invalid_target)
        })?,
        (granted, named) => {
            let one = only(named)?;
            if !granted.contains(&one) {
                return Err(Refusal::invalid_target());
            }
            one
        }
    };
    // It may have been taken from the client since.
    if are_allowed(app, client, std::slice::from_ref(&audience)) {
        Ok(audience)
    } else {
        Err(Refusal::invalid_target())
    }
}
