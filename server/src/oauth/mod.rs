//! OAuth 2.1: authorization code with PKCE for registered public clients, pushed requests, signed
//! access tokens, rotating refresh tokens, both bound to a key where the client proves to have one.

pub(crate) mod access_token;
mod acr;
pub(crate) mod authorize;
pub(crate) mod backchannel;
pub(crate) mod binding;
pub(crate) mod client_auth;
pub(crate) mod clients;
pub(crate) mod consents;
pub(crate) mod device;
pub(crate) mod dpop;
pub(crate) mod errors;
pub(crate) mod families;
mod fetch;
pub(crate) mod form;
pub(crate) mod id_token;
pub(crate) mod introspect;
pub(crate) mod known_tokens;
pub(crate) mod logout;
pub(crate) mod metadata;
pub(crate) mod par;
mod public;
pub(crate) mod register;
mod resources;
pub(crate) mod revocations;
pub(crate) mod revoke;
pub(crate) mod session_state;
pub(crate) mod subject;
pub(crate) mod token;
pub(crate) mod user_claims;
pub(crate) mod userinfo;
