//! The demo app: shared notes behind Portcullis.
//!
//! It shows the components of `portcullis_web` at work in a small app: sign-in, sign-up, gates,
//! account, administration, and a session that ends while somebody is typing.

#![expect(
    unreachable_pub,
    reason = "`#[component]` makes each component's props `pub`"
)]
#![expect(clippy::needless_pass_by_value, reason = "components own their props")]

use leptos::prelude::document;

mod about;
mod admin;
mod app;
mod ask;
mod by_mail;
mod connection;
mod entry;
mod gates;
mod landing;
mod notes;
mod text;

/// A defect of ours stops the app where it is. Then the page must say so: buttons that silently do
/// nothing help nobody.
fn say_when_it_fails() {
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&info.to_string().into());
        let notice = document().get_element_by_id("crash");
        if let Some(notice) = notice {
            // The attribute is there until now; removing it cannot fail.
            _ = notice.remove_attribute("hidden");
        }
    }));
}

/// Starts the app: every page but those of administration.
pub fn run() {
    say_when_it_fails();
    leptos::mount::mount_to_body(app::App);
}

/// Starts the pages of administration, a module of their own: few people ever open them, and nobody
/// who signs in should have to load them.
pub fn run_admin() {
    say_when_it_fails();
    leptos::mount::mount_to_body(app::AdminApp);
}
