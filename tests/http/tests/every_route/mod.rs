//! What holds for every route of `openapi.json`; a route that a table misses fails its test.

mod access;
mod audit;
mod bad_bodies;
mod bad_requests;
mod hang_up;
mod headers;
mod raw;
mod shape;
mod timeout;
