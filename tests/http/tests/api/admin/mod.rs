//! `/api/admin`.

mod clients;
mod roles;
mod users;
