//! Leptos components for Portcullis: sign-in, sign-up, account, administration and permission
//! gates, on the same client (`portcullis_sdk`) that the npm package is made of.
//!
//! Everything sits below an [`AuthProvider`]:
//!
//! ```no_run
//! use leptos::prelude::*;
//! use portcullis_sdk::{Auth, Config};
//! use portcullis_web::{AuthProvider, PermissionGate, SignedIn, SignedOut, UserMenu};
//!
//! #[component]
//! fn App() -> impl IntoView {
//!     view! {
//!         <AuthProvider auth=Auth::new(Config::default()) app="Orders">
//!             <SignedIn><UserMenu/></SignedIn>
//!             <SignedOut><a href="/sign-in">"Sign in"</a></SignedOut>
//!             <PermissionGate require="orders:delete" denied=|| "You can’t delete orders.">
//!                 <button>"Delete"</button>
//!             </PermissionGate>
//!         </AuthProvider>
//!     }
//! }
//! ```
//!
//! The look is in `style/portcullis.css`; put class `pc` on the body (or any ancestor) and set the
//! custom properties at its top to theme it. Nothing here sets an inline style or any HTML from
//! strings, so that a Content-Security-Policy with `style-src 'self'` and
//! `require-trusted-types-for 'script'` holds.

#![expect(
    unreachable_pub,
    reason = "`#[component]` makes each component's props `pub`"
)]
#![expect(clippy::needless_pass_by_value, reason = "components own their props")]

pub mod account;
pub mod admin;
mod asking;
mod auth;
pub mod by_mail;
mod consent;
mod device;
mod entry;
pub mod errors;
mod gate;
mod intl;
mod return_to;
mod second_factor;
mod setup;
mod sign_in;
mod sign_up;
mod step_up;
pub mod text;
pub mod time;
pub mod ui;
mod user_menu;

pub use account::Account;
pub use admin::Admin;
pub use auth::{AuthContext, AuthProvider, use_auth, use_toasts};
pub use consent::Consent;
pub use device::ConnectDevice;
pub use gate::{Decision, PermissionGate, Permissions, SignedIn, SignedOut};
pub use return_to::ReturnTo;
pub use setup::Setup;
pub use sign_in::{SignIn, SignInForm};
pub use sign_up::SignUp;
pub use step_up::StepUp;
pub use text::Language;
pub use user_menu::UserMenu;
