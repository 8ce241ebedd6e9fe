//! `/oauth`.

mod authorize;
mod bearer;
mod cors;
mod dpop_resources;
mod dpop_tokens;
mod forged;
mod on_postgres;
mod par;
mod prompt;
mod refresh;
mod revoke;
mod token;
mod verify;
