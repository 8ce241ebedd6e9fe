//! Sessions: begun at sign-in, checked from memory, dead at once when ended.

pub(crate) mod begin;
pub(crate) mod devices;
pub(crate) mod end;
pub(crate) mod events;
pub(crate) mod hub;
pub(crate) mod registry;
pub(crate) mod routes;
pub(crate) mod sign_in;
pub(crate) mod user_agent;
pub(crate) mod view;
