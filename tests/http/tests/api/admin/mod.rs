//! `/api/admin`.

mod clients;
mod keys;
mod roles;
mod users;
