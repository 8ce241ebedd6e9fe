//! `/api/admin`.

mod clients;
mod groups;
mod keys;
mod roles;
mod users;
