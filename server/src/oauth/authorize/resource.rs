//! `resource`: which services the tokens will be for (RFC 8707).

use super::{Asked, Told};
use crate::oauth::resources;

/// Checks that the client is registered for each.
pub(super) fn check(asked: &Asked<'_>) -> Result<(), Told> {
    let all = resources::asked(asked.parameters);
    if resources::are_allowed(asked.app, asked.client, &all) {
        Ok(())
    } else {
        Err(Told(
            "invalid_target",
            "A resource is not registered for this application.",
        ))
    }
}
