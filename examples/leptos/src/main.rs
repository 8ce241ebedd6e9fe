//! Shared notes: sign-up, passkeys, and gates that open and shut by themselves.
//!
//! What never changes stands in braces, `<h1>{"Notes"}</h1>`: without them Leptos would make it from
//! HTML, which pages under a policy with `require-trusted-types-for 'script'` refuse.

mod app;
mod notes;
mod passkey;

use leptos::mount::mount_to_body;

fn main() {
    mount_to_body(app::App);
}
