//! `/oauth`.

mod authorize;
mod bearer;
mod cors;
mod forged;
mod on_postgres;
mod par;
mod prompt;
mod refresh;
mod revoke;
mod token;
