//! `/api`.

mod admin;
mod auth;
mod notes;
mod setup;
