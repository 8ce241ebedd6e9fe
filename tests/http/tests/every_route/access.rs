//! Who gets what: every route by everybody (ASVS 8.2.1, 8.3.1).

use std::collections::BTreeSet;

use portcullis_http_tests::{
    Answer, App, Browser, PASSWORD, Server, clients::confidential, events::Events, people::email,
    routes,
};
use portcullis_types::paths;
use reqwest::Method;
use serde_json::{Value, json};

/// A route, and the status that each caller gets: nobody, somebody whose session has ended, an
/// admin with a token instead of a cookie, somebody without a role, a user, an admin. `{id}` is
/// somebody else's.
type Line = (&'static str, [u16; 6]);

#[rustfmt::skip]
const TABLE: &[Line] = &[
    //                                                  nobody ended token  no role user admin
    ("GET /.well-known/change-password",                [303,  303,  303,   303,    303, 303]),
    ("GET /.well-known/jwks.json",                      [200,  200,  200,   200,    200, 200]),
    ("GET /.well-known/oauth-authorization-server",     [200,  200,  200,   200,    200, 200]),
    ("GET /.well-known/openid-configuration",           [200,  200,  200,   200,    200, 200]),
    ("GET /.well-known/passkey-endpoints",              [200,  200,  200,   200,    200, 200]),
    ("GET /.well-known/webauthn",                       [200,  200,  200,   200,    200, 200]),
    ("GET /api/about",                                  [200,  200,  200,   200,    200, 200]),
    ("GET /api/admin/clients",                          [401,  401,  403,   403,    403, 200]),
    ("POST /api/admin/clients",                         [401,  401,  403,   403,    403, 201]),
    ("GET /api/admin/clients/{id}",                     [401,  401,  403,   403,    403, 200]),
    ("PUT /api/admin/clients/{id}",                     [401,  401,  403,   403,    403, 200]),
    ("POST /api/admin/clients/{id}/rotate-secret",      [401,  401,  403,   403,    403, 200]),
    ("DELETE /api/admin/clients/{id}",                  [401,  401,  403,   403,    403, 204]),
    ("GET /api/admin/groups",                           [401,  401,  403,   403,    403, 200]),
    ("POST /api/admin/groups",                          [401,  401,  403,   403,    403, 201]),
    ("GET /api/admin/groups/{group}",                   [401,  401,  403,   403,    403, 200]),
    ("PUT /api/admin/groups/{group}",                   [401,  401,  403,   403,    403, 200]),
    ("DELETE /api/admin/groups/{group}",                [401,  401,  403,   403,    403, 204]),
    ("GET /api/admin/groups/{group}/members",           [401,  401,  403,   403,    403, 200]),
    ("PUT /api/admin/groups/{group}/members/{id}",      [401,  401,  403,   403,    403, 204]),
    ("DELETE /api/admin/groups/{group}/members/{id}",   [401,  401,  403,   403,    403, 204]),
    ("PUT /api/admin/groups/{group}/roles/{role}",      [401,  401,  403,   403,    403, 204]),
    ("DELETE /api/admin/groups/{group}/roles/{role}",   [401,  401,  403,   403,    403, 204]),
    ("GET /api/admin/keys",                             [401,  401,  403,   403,    403, 200]),
    ("POST /api/admin/keys/rotate",                     [401,  401,  403,   403,    403, 409]),
    ("GET /api/admin/registration-tokens",              [401,  401,  403,   403,    403, 200]),
    ("POST /api/admin/registration-tokens",             [401,  401,  403,   403,    403, 201]),
    ("DELETE /api/admin/registration-tokens/{id}",      [401,  401,  403,   403,    403, 204]),
    ("GET /api/admin/roles",                            [401,  401,  403,   403,    403, 200]),
    ("GET /api/admin/users",                            [401,  401,  403,   403,    403, 200]),
    ("POST /api/admin/users/{id}/disable",              [401,  401,  403,   403,    403, 204]),
    ("POST /api/admin/users/{id}/enable",               [401,  401,  403,   403,    403, 204]),
    ("PUT /api/admin/users/{id}/roles/{role}",          [401,  401,  403,   403,    403, 204]),
    ("DELETE /api/admin/users/{id}/roles/{role}",       [401,  401,  403,   403,    403, 204]),
    ("GET /api/auth/consents",                          [401,  401,  403,   200,    200, 200]),
    ("DELETE /api/auth/consents/{id}",                  [401,  401,  403,   404,    404, 404]),
    ("POST /api/auth/email/send-verification",          [401,  401,  403,   202,    202, 202]),
    ("POST /api/auth/email/verify",                     [401,  401,  403,   422,    422, 422]),
    ("GET /api/auth/events",                            [401,  401,  403,   200,    200, 200]),
    ("POST /api/auth/not-me",                           [422,  422,  422,   422,    422, 422]),
    ("GET /api/auth/passkeys",                          [401,  401,  403,   200,    200, 200]),
    ("POST /api/auth/passkeys/register/begin",          [401,  401,  403,   200,    200, 200]),
    ("POST /api/auth/passkeys/register/finish",         [401,  401,  403,   400,    400, 400]),
    ("POST /api/auth/passkeys/sign-in/begin",           [200,  200,  200,   200,    200, 200]),
    ("POST /api/auth/passkeys/sign-in/finish",          [400,  400,  400,   400,    400, 400]),
    ("POST /api/auth/passkeys/sign-up/begin",           [200,  200,  200,   200,    200, 200]),
    ("POST /api/auth/passkeys/sign-up/finish",          [422,  422,  422,   422,    422, 422]),
    ("DELETE /api/auth/passkeys/{id}",                  [401,  401,  403,   404,    404, 404]),
    ("PATCH /api/auth/passkeys/{id}",                   [401,  401,  403,   404,    404, 404]),
    ("PUT /api/auth/password",                          [401,  401,  403,   204,    204, 204]),
    ("POST /api/auth/password/forgot",                  [202,  202,  202,   202,    202, 202]),
    ("POST /api/auth/password/reset",                   [422,  422,  422,   422,    422, 422]),
    ("POST /api/auth/password/sign-in",                 [200,  200,  200,   200,    200, 200]),
    ("GET /api/auth/profile",                           [401,  401,  403,   200,    200, 200]),
    ("PUT /api/auth/profile",                           [401,  401,  403,   200,    200, 200]),
    ("POST /api/auth/recovery-codes",                   [401,  401,  403,   409,    409, 409]),
    ("POST /api/auth/recovery-codes/sign-in",           [422,  422,  422,   422,    422, 422]),
    ("POST /api/auth/register",                         [200,  200,  200,   200,    200, 200]),
    ("GET /api/auth/session",                           [200,  200,  200,   200,    200, 200]),
    ("GET /api/auth/sessions",                          [401,  401,  403,   200,    200, 200]),
    ("POST /api/auth/sessions/end-others",              [401,  401,  403,   200,    200, 200]),
    ("DELETE /api/auth/sessions/{id}",                  [401,  401,  403,   404,    404, 404]),
    ("POST /api/auth/sign-out",                         [204,  204,  204,   204,    204, 204]),
    ("GET /api/auth/totp",                              [401,  401,  403,   200,    200, 200]),
    ("POST /api/auth/totp/register/begin",              [401,  401,  403,   200,    200, 200]),
    ("POST /api/auth/totp/register/finish",             [401,  401,  403,   422,    422, 422]),
    ("POST /api/auth/totp/sign-in",                     [422,  422,  422,   422,    422, 422]),
    ("DELETE /api/auth/totp/{id}",                      [401,  401,  403,   404,    404, 404]),
    ("POST /api/authz/check",                           [401,  401,  200,   200,    200, 200]),
    ("GET /api/consent",                                [401,  401,  403,   400,    400, 400]),
    ("POST /api/consent",                               [401,  401,  403,   422,    422, 422]),
    ("GET /api/device",                                 [401,  401,  403,   400,    400, 400]),
    ("POST /api/device",                                [401,  401,  403,   404,    404, 404]),
    ("GET /api/notes",                                  [401,  401,  200,   403,    200, 200]),
    ("POST /api/notes",                                 [401,  401,  201,   403,    201, 201]),
    ("PUT /api/notes/{id}",                             [401,  401,  404,   403,    404, 404]),
    ("DELETE /api/notes/{id}",                          [401,  401,  204,   403,    404, 404]),
    ("POST /api/setup",                                 [403,  403,  403,   403,    403, 403]),
    ("GET /healthz",                                    [200,  200,  200,   200,    200, 200]),
    ("GET /oauth/authorize",                            [400,  400,  400,   400,    400, 400]),
    ("POST /oauth/authorize",                           [400,  400,  400,   400,    400, 400]),
    ("GET /oauth/check-session",                        [404,  404,  404,   404,    404, 404]),
    ("GET /oauth/device/qr",                            [400,  400,  400,   400,    400, 400]),
    ("POST /oauth/device_authorization",                [400,  400,  400,   400,    400, 400]),
    ("POST /oauth/introspect",                          [400,  400,  400,   400,    400, 400]),
    ("GET /oauth/logout",                               [200,  200,  200,   200,    200, 200]),
    ("POST /oauth/logout",                              [400,  400,  400,   400,    400, 400]),
    ("POST /oauth/par",                                 [400,  400,  400,   400,    400, 400]),
    ("POST /oauth/register",                            [401,  401,  401,   401,    401, 401]),
    ("GET /oauth/register/{id}",                        [401,  401,  401,   401,    401, 401]),
    ("PUT /oauth/register/{id}",                        [401,  401,  401,   401,    401, 401]),
    ("DELETE /oauth/register/{id}",                     [401,  401,  401,   401,    401, 401]),
    ("POST /oauth/revocations",                         [400,  400,  400,   400,    400, 400]),
    ("POST /oauth/revoke",                              [400,  400,  400,   400,    400, 400]),
    ("POST /oauth/token",                               [400,  400,  400,   400,    400, 400]),
    ("GET /oauth/userinfo",                             [401,  401,  200,   401,    401, 401]),
    ("POST /oauth/userinfo",                            [401,  401,  200,   401,    401, 401]),
    ("GET /readyz",                                     [200,  200,  200,   200,    200, 200]),
];

#[tokio::test]
async fn asvs_8_2_1_every_route_is_in_the_table() {
    let server = Server::start().await;
    let (all, _) = routes::all(&server.browser()).await;
    let real: BTreeSet<String> = all.iter().map(routes::Route::name).collect();
    let table: BTreeSet<String> = TABLE.iter().map(|(route, _)| (*route).to_owned()).collect();
    assert_eq!(table.len(), TABLE.len(), "a line is there twice");
    assert_eq!(real, table);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asvs_8_3_1_everybody_gets_what_the_table_says() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let roleless = server.person("roleless").await;
    server.person("user").await;
    let role = format!(
        "{}/{}/roles/user",
        paths::ADMIN_USERS,
        roleless.user_id().await
    );
    admin.delete(&role).await.status(204);
    let mut wrong = Vec::new();
    for (number, (route, expected)) in TABLE.iter().enumerate() {
        let victim = Victim::new(&server, number).await;
        for (caller, expected) in expected.iter().enumerate() {
            let answer = visit(&server, &victim, route, number, caller).await;
            if answer.status != *expected {
                wrong.push(format!(
                    "{route} by caller {caller}: {} instead of {expected}: {}",
                    answer.status,
                    answer.text()
                ));
            } else if *expected == 401 && route.ends_with(paths::OAUTH_USERINFO) {
                assert_eq!(answer.header("www-authenticate"), "Bearer");
                answer.oauth_error(401, "invalid_token");
            } else if *expected == 401 && route.contains(paths::OAUTH_REGISTER) {
                let challenge = answer.header("www-authenticate");
                assert_eq!(challenge, "Bearer error=\"invalid_token\"");
                answer.oauth_error(401, "invalid_token");
            } else if *expected == 401 {
                assert_eq!(answer.header("www-authenticate"), "Bearer");
                answer.problem(401, "not_authenticated");
            } else if route.contains("/api/") && *expected >= 400 {
                answer.problem_code();
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whose things are asked for.
struct Victim {
    user: String,
    session: String,
    passkey: String,
    note: String,
    /// An OAuth client that somebody else registered.
    client: String,
    /// A group that somebody else made.
    group: String,
    /// What applications register themselves with, made by somebody else.
    registration_token: String,
}

impl Victim {
    async fn new(server: &Server, number: usize) -> Self {
        let browser = server.person(&format!("victim{number}")).await;
        browser.add_passkey(&server.device(), "Key").await;
        let list = browser.get(paths::PASSKEYS).await;
        let client = format!("client{number}");
        server.register(&confidential(&client)).await;
        let group = format!("group{number}");
        let made = json!({ "name": group });
        // Some of the lines end other sessions.
        let admin = server.browser();
        admin.sign_in("root").await.status(200);
        admin.post(paths::ADMIN_GROUPS, made).await.status(201);
        Self {
            user: browser.user_id().await,
            session: browser.session_id().await,
            passkey: list.text_at("/passkeys/0/id"),
            note: browser.write_note("The victim's").await,
            client,
            group,
            registration_token: server.registration_token().await,
        }
    }
}

async fn visit(
    server: &Server,
    victim: &Victim,
    route: &str,
    number: usize,
    caller: usize,
) -> Answer {
    let (method, path) = route.split_once(' ').unwrap();
    let id = match path {
        path if path.starts_with(paths::ADMIN_USERS) => &victim.user,
        path if path.starts_with(paths::ADMIN_GROUPS) => &victim.user,
        path if path.starts_with(paths::ADMIN_CLIENTS) => &victim.client,
        path if path.starts_with(paths::ADMIN_REGISTRATION_TOKENS) => &victim.registration_token,
        path if path.starts_with(paths::SESSIONS) => &victim.session,
        path if path.starts_with(paths::PASSKEYS) => &victim.passkey,
        _ => &victim.note,
    };
    let path = path.replace("{id}", id).replace("{role}", "moderator");
    let path = path.replace("{group}", &victim.group);
    let browser = server.browser();
    let name = ["", "user", "root", "roleless", "user", "root"][caller];
    if caller > 0 {
        browser.sign_in(name).await.status(200);
    }
    let mut token = None;
    if caller == 1 {
        let copy = browser.clone();
        copy.sign_out().await.status(204);
    } else if caller == 2 {
        token = Some(App::spa().tokens(&browser, &server.program()).await.access);
        browser.forget_cookies();
    }
    if path == paths::EVENTS && token.is_none() {
        return listen(&browser).await;
    }
    let method: Method = method.parse().unwrap();
    let mut call = browser.call(method.clone(), &path);
    if let Some(token) = &token {
        call = call.bearer(token);
    }
    if method != Method::GET {
        call = call.json(&body(&path, number * 10 + caller));
    }
    call.send().await
}

async fn listen(browser: &Browser) -> Answer {
    match Events::open(browser).await {
        // A stream does not end by itself; that it began is the answer.
        Ok(_) => Answer {
            status: 200,
            headers: reqwest::header::HeaderMap::new(),
            body: Vec::new(),
        },
        Err(answer) => answer,
    }
}

/// A body that is good, as far as one without a device can be.
fn body(path: &str, number: usize) -> Value {
    let credential = json!({ "ceremony": "x", "credential": {} });
    match path {
        paths::REGISTER => {
            json!({ "email": email(&format!("new{number}")), "password": PASSWORD })
        }
        paths::PASSWORD_SIGN_IN => json!({ "email": email("user"), "password": PASSWORD }),
        paths::PASSWORD_FORGOT => json!({ "email": email("user") }),
        paths::PASSWORD_RESET => json!({ "token": "x", "new": PASSWORD }),
        paths::NOT_ME => json!({ "token": "x" }),
        paths::EMAIL_VERIFY => json!({ "code": "12345678" }),
        paths::PASSWORD => json!({ "current": PASSWORD, "new": PASSWORD }),
        paths::PASSKEY_SIGN_UP_BEGIN => json!({ "email": email("new") }),
        paths::PASSKEY_REGISTER_FINISH
        | paths::PASSKEY_SIGN_IN_FINISH
        | paths::PASSKEY_SIGN_UP_FINISH => credential,
        paths::ADMIN_GROUPS => json!({ "name": format!("new{number}") }),
        paths::PROFILE => json!({ "name": "Somebody" }),
        paths::TOTP_SIGN_IN | paths::RECOVERY_CODE_SIGN_IN => json!({ "code": "287082" }),
        paths::TOTP_REGISTER_FINISH => json!({ "ceremony": "x", "code": "287082" }),
        paths::ADMIN_REGISTRATION_TOKENS => json!({ "uses": 1, "seconds": 60 }),
        paths::CONSENT => json!({ "request": "x", "allow": true }),
        paths::DEVICE => json!({ "user_code": "BCDF-GHJK", "allow": true }),
        paths::AUTHZ_CHECK => json!({ "checks": [{ "permission": "notes:write" }] }),
        paths::PASSKEY_REGISTER_BEGIN => json!({ "conditional": false }),
        paths::SETUP => json!({ "token": "x", "email": email("new"), "password": PASSWORD }),
        path if path.ends_with("/rotate-secret") => json!({ "overlap_seconds": 60 }),
        path if path.starts_with(paths::ADMIN_CLIENTS) => {
            json!({ "name": "Shop", "redirect_uris": ["https://shop.example/callback"] })
        }
        path if path.starts_with(paths::NOTES) => json!({ "text": "A note" }),
        path if path.starts_with(paths::PASSKEYS) => json!({ "name": "A name" }),
        _ => json!({}),
    }
}
