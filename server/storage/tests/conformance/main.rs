//! What a storage backend must do, run against SQLite and against PostgreSQL.
//!
//! Each test is a function over a [`support::Fixture`]; [`support::conformance`] makes one test of
//! it per backend. PostgreSQL is started by the tests themselves; where it is not installed, they
//! fail and say so.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "these are tests, helpers included"
)]

mod access_tokens;
mod account_list;
mod accounts;
mod admins;
mod audit;
mod ceremonies;
mod clients;
mod codes;
mod consents;
mod devices;
mod families;
mod groups;
mod keys;
mod logouts;
mod mail;
mod notes;
mod opening;
mod passkeys;
mod passwords;
mod purge;
mod refresh;
mod registration;
mod revocations;
mod roles;
mod second_factors;
mod sessions;
mod support;
