//! The demo's server half: shared notes, there only with `--demo`.

pub(crate) mod notes;
pub(crate) mod rules;

use portcullis_domain::roles::Role;

/// The demo's roles, in place of those configured under the same names.
pub(crate) fn roles() -> Vec<Role> {
    let role = |name: &str, description: &str, permissions: &[&str]| Role {
        name: name.to_owned(),
        description: description.to_owned(),
        permissions: permissions
            .iter()
            .map(|permission| (*permission).to_owned())
            .collect(),
    };
    vec![
        role("user", "Writes notes and sees their own.", &["notes:write"]),
        role(
            "moderator",
            "Reads everybody's notes and may delete them.",
            &["notes:delete", "notes:read", "notes:write"],
        ),
    ]
}
