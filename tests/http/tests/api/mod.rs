//! `/api`.

mod admin;
mod auth;
mod authz;
mod notes;
mod setup;
