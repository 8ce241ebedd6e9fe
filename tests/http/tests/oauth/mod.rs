//! `/oauth`.

mod authorize;
mod bearer;
mod client_auth;
mod client_credentials;
mod cors;
mod dpop_resources;
mod dpop_tokens;
mod forged;
mod introspect;
mod on_postgres;
mod par;
mod prompt;
mod refresh;
mod revoke;
mod token;
mod userinfo;
