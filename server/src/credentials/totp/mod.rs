//! Authenticator apps: one-time codes by time as a second factor.

pub(crate) mod code;
pub(crate) mod manage;
pub(crate) mod register;
pub(crate) mod sign_in;

use portcullis_domain::UserId;
use portcullis_types::TotpId;

/// What a key is sealed for: it opens as that device's of that user only.
fn context(user: UserId, id: TotpId) -> Vec<u8> {
    [user.0.as_bytes().as_slice(), id.0.as_bytes()].concat()
}
