//! Credentials: what people prove themselves with. A folder each.

pub(crate) mod passkeys;
pub(crate) mod password;
pub(crate) mod recovery_codes;
pub(crate) mod totp;
