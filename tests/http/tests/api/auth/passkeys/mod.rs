//! `/api/auth/passkeys`.

mod ceremonies;
mod conditional;
mod forgery;
mod manage;
mod register;
mod sign_in;
mod sign_up;
