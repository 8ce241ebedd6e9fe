//! What the server answers over HTTP. The modules follow the paths; what holds for all of them is
//! in [`every_route`], what concerns the process is in [`program`].
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

mod api;
mod every_route;
mod library;
mod oauth;
mod program;
mod well_known;
