//! What every request passes and every answer looks like: who calls, cookies, errors, limits.

pub(crate) mod about;
pub(crate) mod actor;
pub(crate) mod body;
pub(crate) mod caller;
pub(crate) mod cookies;
pub(crate) mod cors;
pub(crate) mod csrf;
pub(crate) mod errors;
pub(crate) mod headers;
pub(crate) mod health;
pub(crate) mod lent;
pub(crate) mod pages;
pub(crate) mod pass;
pub(crate) mod router;
pub(crate) mod run_to_end;
pub(crate) mod text;
pub(crate) mod ui;
pub(crate) mod well_known;

pub use actor::{Actor, Scheme};
pub use errors::ApiError;
