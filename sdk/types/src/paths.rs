//! Where each endpoint is, relative to the server's public URL.

/// `GET`: what this server is, for pages that adapt to it.
pub const ABOUT: &str = "/api/about";
/// `GET`: the session behind the request's cookie or bearer token, if any.
pub const SESSION: &str = "/api/auth/session";
/// `POST`: make an account with email and password, and sign in.
pub const REGISTER: &str = "/api/auth/register";
/// `POST`: sign in with email and password; signed in already as the same user: elevation.
pub const PASSWORD_SIGN_IN: &str = "/api/auth/password/sign-in";
/// `PUT`: set or change one's password.
pub const PASSWORD: &str = "/api/auth/password";
/// `GET`: one's name and profile; `PUT`: other ones.
pub const PROFILE: &str = "/api/auth/profile";
/// `POST`: a mail with a link to set another password.
pub const PASSWORD_FORGOT: &str = "/api/auth/password/forgot";
/// `POST`: set another password by that link.
pub const PASSWORD_RESET: &str = "/api/auth/password/reset";
/// `POST`: a mail that shows one's address to be one's own.
pub const EMAIL_SEND_VERIFICATION: &str = "/api/auth/email/send-verification";
/// `POST`: show it by its link or its code.
pub const EMAIL_VERIFY: &str = "/api/auth/email/verify";
/// `POST`: say that what a mail told of was not oneself.
pub const NOT_ME: &str = "/api/auth/not-me";
/// `POST`: end this session, or all of the user's.
pub const SIGN_OUT: &str = "/api/auth/sign-out";
/// `GET`: server-sent events about this session.
pub const EVENTS: &str = "/api/auth/events";
/// `GET`: one's sessions; `DELETE` with `/{id}`: end one.
pub const SESSIONS: &str = "/api/auth/sessions";
/// `POST`: end all of one's sessions but this one.
pub const END_OTHER_SESSIONS: &str = "/api/auth/sessions/end-others";
/// `GET`: one's passkeys; `PATCH` and `DELETE` with `/{id}`.
pub const PASSKEYS: &str = "/api/auth/passkeys";
/// `POST`: options for adding a passkey to one's account.
pub const PASSKEY_REGISTER_BEGIN: &str = "/api/auth/passkeys/register/begin";
/// `POST`: the browser's answer to them.
pub const PASSKEY_REGISTER_FINISH: &str = "/api/auth/passkeys/register/finish";
/// `POST`: options for signing in with a passkey, without a user name.
pub const PASSKEY_SIGN_IN_BEGIN: &str = "/api/auth/passkeys/sign-in/begin";
/// `POST`: the browser's answer to them.
pub const PASSKEY_SIGN_IN_FINISH: &str = "/api/auth/passkeys/sign-in/finish";
/// `POST`: options for making an account that has only a passkey.
pub const PASSKEY_SIGN_UP_BEGIN: &str = "/api/auth/passkeys/sign-up/begin";
/// `POST`: the browser's answer to them.
pub const PASSKEY_SIGN_UP_FINISH: &str = "/api/auth/passkeys/sign-up/finish";
/// `GET`: one's authenticator apps, and how many recovery codes are left; `DELETE` with `/{id}`.
pub const TOTP: &str = "/api/auth/totp";
/// `POST`: a key for one more authenticator app.
pub const TOTP_REGISTER_BEGIN: &str = "/api/auth/totp/register/begin";
/// `POST`: the first code of it.
pub const TOTP_REGISTER_FINISH: &str = "/api/auth/totp/register/finish";
/// `POST`: finish a sign-in with a code of an authenticator app.
pub const TOTP_SIGN_IN: &str = "/api/auth/totp/sign-in";
/// `POST`: other recovery codes in place of those of before.
pub const RECOVERY_CODES: &str = "/api/auth/recovery-codes";
/// `POST`: finish a sign-in with a recovery code.
pub const RECOVERY_CODE_SIGN_IN: &str = "/api/auth/recovery-codes/sign-in";
/// `POST`: whether one has permissions, on single resources too.
pub const AUTHZ_CHECK: &str = "/api/authz/check";
/// `POST`: make the first admin with the one-time set-up link.
pub const SETUP: &str = "/api/setup";
/// `GET`: a page of users.
pub const ADMIN_USERS: &str = "/api/admin/users";
/// `GET`: the groups there are; `POST`: make one; `GET`, `PUT` and `DELETE` with `/{group}`; `GET`
/// with `/{group}/members`; `PUT` and `DELETE` with `/{group}/members/{id}` and
/// `/{group}/roles/{role}`.
pub const ADMIN_GROUPS: &str = "/api/admin/groups";
/// `GET`: the roles there are.
pub const ADMIN_ROLES: &str = "/api/admin/roles";
/// `GET`: a page of OAuth clients; `POST`: register one; `GET`, `PUT` and `DELETE` with `/{id}`;
/// `POST` with `/{id}/rotate-secret`: a new secret.
pub const ADMIN_CLIENTS: &str = "/api/admin/clients";
/// `GET`: the signing keys; `POST` with `/rotate`: the next ones take their places.
pub const ADMIN_KEYS: &str = "/api/admin/keys";
/// `GET`: the device that shows a code; `POST`: let it in, or not.
pub const DEVICE: &str = "/api/device";
/// `GET`: what an application asks for; `POST`: let it have that, or not.
pub const CONSENT: &str = "/api/consent";
/// `GET`: one's connected applications; `DELETE` with `/{id}` of a client: disconnect it.
pub const CONSENTS: &str = "/api/auth/consents";
/// `POST`: make what applications register themselves with.
pub const ADMIN_REGISTRATION_TOKENS: &str = "/api/admin/registration-tokens";
/// The demo app's notes.
pub const NOTES: &str = "/api/notes";
/// OAuth authorization endpoint (RFC 6749 section 3.1).
pub const OAUTH_AUTHORIZE: &str = "/oauth/authorize";
/// Pushed authorization requests (RFC 9126).
pub const OAUTH_PAR: &str = "/oauth/par";
/// OAuth token endpoint (RFC 6749 section 3.2).
pub const OAUTH_TOKEN: &str = "/oauth/token";
/// OAuth token revocation (RFC 7009).
pub const OAUTH_REVOKE: &str = "/oauth/revoke";
/// `POST`: what was taken back, told to services as it happens.
pub const OAUTH_REVOCATIONS: &str = "/oauth/revocations";
/// Where a device without a browser asks to be let in (RFC 8628 section 3.1).
pub const OAUTH_DEVICE_AUTHORIZATION: &str = "/oauth/device_authorization";
/// The address of the next as a QR code, with a code to type in it.
pub const OAUTH_DEVICE_QR: &str = "/oauth/device/qr";
/// The page where somebody lets it in (RFC 8628 section 3.3); one of the user interface's.
pub const DEVICE_PAGE: &str = "/device";
/// Where applications register themselves (RFC 7591), and with `/{id}` manage it (RFC 7592).
pub const OAUTH_REGISTER: &str = "/oauth/register";
/// What a token is good for (RFC 7662).
pub const OAUTH_INTROSPECT: &str = "/oauth/introspect";
/// What a client may know of the user (OpenID Connect Core 1.0 section 5.3).
pub const OAUTH_USERINFO: &str = "/oauth/userinfo";
/// Where an application signs its user out here as well (OpenID Connect RP-Initiated Logout 1.0).
pub const OAUTH_LOGOUT: &str = "/oauth/logout";
/// `GET`: the page that says in a frame whether the browser is signed in as it was.
pub const OAUTH_CHECK_SESSION: &str = "/oauth/check-session";
/// The public signing keys (RFC 7517).
pub const JWKS: &str = "/.well-known/jwks.json";
/// Authorization server metadata (RFC 8414).
pub const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";
/// OpenID provider metadata (OpenID Connect Discovery 1.0 section 4).
pub const OPENID_METADATA: &str = "/.well-known/openid-configuration";
