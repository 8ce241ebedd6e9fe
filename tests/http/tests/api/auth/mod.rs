//! `/api/auth`: accounts, sessions, passkeys.

mod csrf;
mod events;
mod mail;
mod passkeys;
mod password;
mod password_sign_in;
mod profile;
mod register;
mod second_factor;
mod session;
mod sessions;
mod sign_out;
mod step_up;
