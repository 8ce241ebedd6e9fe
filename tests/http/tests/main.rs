//! What the server answers over HTTP. The modules follow the paths; what holds for all of them is
//! in [`every_route`], what concerns the process is in [`program`].
//!
//! `cargo xtask test http` runs all of it. By hand, `cargo build -p portcullis-server` comes before
//! `cargo nextest run -p portcullis-http-tests`, because [`program`] starts the built binary
//! (`PORTCULLIS_BIN` names another). Two longer forms: `PORTCULLIS_TEST_POSTGRES=1` puts every
//! server on a PostgreSQL of its own, and `PORTCULLIS_KILLS=500` kills that often.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

mod api;
mod conformance;
mod every_route;
mod library;
mod oauth;
mod program;
mod well_known;
