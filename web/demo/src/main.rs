//! The demo app: shared notes behind Portcullis.
//!
//! It shows the components of `portcullis_web` at work in a small app: sign-in, sign-up, gates,
//! account, administration, and a session that ends while somebody is typing.

#![expect(
    unreachable_pub,
    reason = "`#[component]` makes each component's props `pub`"
)]
#![expect(clippy::needless_pass_by_value, reason = "components own their props")]

mod app;
mod ask;
mod connection;
mod entry;
mod gates;
mod landing;
mod notes;
mod text;

fn main() {
    leptos::mount::mount_to_body(app::App);
}
