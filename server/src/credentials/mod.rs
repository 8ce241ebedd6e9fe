//! Credentials: what people prove themselves with. A folder each.

pub(crate) mod passkeys;
pub(crate) mod password;
