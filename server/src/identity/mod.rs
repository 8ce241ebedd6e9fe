//! Accounts: making them, and who a request's principal is.

pub(crate) mod disown;
pub(crate) mod names;
pub(crate) mod principals;
pub(crate) mod profile;
pub(crate) mod register;
pub(crate) mod setup;
pub(crate) mod verify_email;
