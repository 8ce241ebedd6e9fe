//! `/oauth`.

mod authorize;
mod bearer;
mod cors;
mod forged;
mod on_postgres;
mod prompt;
mod refresh;
mod revoke;
mod token;
