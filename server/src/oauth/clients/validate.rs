//! What a client's registration must fulfil, wherever it comes from.

use portcullis_policy::Pattern;
use portcullis_types::client::{
    AuthMethod, ClaimMapper, ClaimValue, Client, ExchangeRule, GrantType, Jwk, JwkSet, SubjectType,
};
use url::{Host, Url};
use uuid::Uuid;

use super::certificates;
pub(crate) use super::certificates::offered;
use crate::{
    identity::names,
    oauth::{subject, token::exchange::rules::ANY, user_claims},
};

/// Most entries of a list, most bytes of a URL.
const MOST: usize = 50;
const LONGEST: usize = 2000;
/// Longest life of an access token in seconds: one for the client itself cannot be taken back.
pub(crate) const LONGEST_ACCESS_TOKEN: i64 = 24 * 3600;
const TEN_YEARS: i64 = 10 * 365 * 24 * 3600;

/// What is wrong, in which field.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Invalid(pub(crate) &'static str, pub(crate) String);

pub(super) fn wrong(field: &'static str, what: impl Into<String>) -> Result<(), Invalid> {
    Err(Invalid(field, what.into()))
}

/// Whether clients with such an id can be kept in the database: letters, digits, `-`, `.`, `_` and
/// `~`, which stay as they are in URLs and in Basic authentication.
pub(crate) fn is_manageable_id(id: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    (1..=128).contains(&id.len()) && id.bytes().all(plain)
}

/// Whether it could be taken for a user's, or for what somebody knows one by: a client is the
/// subject of its own tokens (RFC 9068 section 5).
pub(crate) fn looks_like_a_user(id: &str) -> bool {
    Uuid::try_parse(id).is_ok() || subject::looks_pairwise(id)
}

/// Checks everything but the id.
pub(crate) fn check(client: &Client) -> Result<(), Invalid> {
    if names::parse(&client.name).is_err() {
        return wrong(
            "name",
            "must be 1 to 100 letters, digits, spaces and punctuation",
        );
    }
    grants(client)?;
    let is_public = client.token_endpoint_auth_method == AuthMethod::None;
    uris("redirect_uris", &client.redirect_uris, is_public)?;
    uris(
        "post_logout_redirect_uris",
        &client.post_logout_redirect_uris,
        is_public,
    )?;
    if is_public && !client.require_pkce {
        // OAuth 2.1 section 7.5.1: nothing else keeps a stolen code from being redeemed.
        return wrong("require_pkce", "can be false for confidential clients only");
    }
    scopes(client)?;
    resources(client)?;
    may_exchange(client)?;
    keys(client)?;
    certificates::check(client)?;
    signing(client)?;
    fapi2(client)?;
    subjects(client)?;
    claim_mappers(client)?;
    for (field, uri) in [
        ("logo_uri", &client.logo_uri),
        ("policy_uri", &client.policy_uri),
        ("tos_uri", &client.tos_uri),
        ("backchannel_logout_uri", &client.backchannel_logout_uri),
    ] {
        if let Some(uri) = uri {
            web_page(field, uri)?;
        }
    }
    lifetimes(client)
}

fn grants(client: &Client) -> Result<(), Invalid> {
    let field = "grant_types";
    let has = |grant| client.may(grant);
    if client.grant_types.is_empty() {
        return wrong(field, "must name at least one grant");
    }
    if GrantType::ALL.iter().any(|grant| {
        let same = client.grant_types.iter().filter(|it| *it == grant);
        same.count() > 1
    }) {
        return wrong(field, "names a grant twice");
    }
    let for_users = has(GrantType::AuthorizationCode) || has(GrantType::DeviceCode);
    if has(GrantType::RefreshToken) && !for_users {
        return wrong(
            field,
            "refresh_token goes with authorization_code or the device code",
        );
    }
    if has(GrantType::ClientCredentials) && client.token_endpoint_auth_method == AuthMethod::None {
        // RFC 6749 section 4.4.
        return wrong(field, "client_credentials is not for public clients");
    }
    if has(GrantType::TokenExchange) && client.token_endpoint_auth_method == AuthMethod::None {
        return wrong(field, "token exchange is not for public clients");
    }
    if has(GrantType::AuthorizationCode) == client.redirect_uris.is_empty() {
        return wrong(
            "redirect_uris",
            "must have at least one address with authorization_code, and none without",
        );
    }
    Ok(())
}

/// Addresses that a browser is sent to.
fn uris(field: &'static str, uris: &[String], is_public: bool) -> Result<(), Invalid> {
    if uris.len() > MOST {
        return wrong(field, format!("has more than {MOST} addresses"));
    }
    uris.iter().try_for_each(|uri| {
        let url = parse(field, uri)?;
        if url.fragment().is_some() || uri.contains('*') {
            // RFC 9700 section 4.1.
            return wrong(
                field,
                format!("{uri:?} must have no fragment and no wildcard"),
            );
        }
        match url.scheme() {
            "https" => Ok(()),
            "http" if is_loopback(&url) => Ok(()),
            "http" => wrong(
                field,
                format!("{uri:?} must be https (http is for loopback addresses only)"),
            ),
            "javascript" | "data" | "file" | "blob" | "about" | "vbscript" | "ftp" | "ws"
            | "wss" => wrong(field, format!("{uri:?} has a dangerous scheme")),
            // An app on somebody's device (RFC 8252 section 7.1).
            _ if is_public => Ok(()),
            _ => wrong(field, format!("{uri:?} must be https")),
        }
    })
}

fn scopes(client: &Client) -> Result<(), Invalid> {
    if client.scopes.len() > MOST || !client.scopes.iter().all(|it| is_word(it)) {
        return wrong(
            "scopes",
            "must be at most 50 words of 64 characters, without quotes",
        );
    }
    Ok(())
}

/// RFC 8707 section 2: absolute, and without a fragment.
fn resources(client: &Client) -> Result<(), Invalid> {
    let is_good = |uri: &String| {
        uri.len() <= 256
            && uri.bytes().all(|b| b.is_ascii_graphic())
            && Url::parse(uri).is_ok_and(|url| url.fragment().is_none())
    };
    for (field, uris) in [("resources", &client.resources), ("serves", &client.serves)] {
        if uris.len() > MOST || !uris.iter().all(is_good) {
            return wrong(
                field,
                "must be at most 50 absolute URIs of 256 characters, without fragments",
            );
        }
    }
    Ok(())
}

fn may_exchange(client: &Client) -> Result<(), Invalid> {
    let field = "may_exchange";
    if client.may_exchange.is_empty() {
        return Ok(());
    }
    if !client.may(GrantType::TokenExchange) {
        return wrong(field, "goes with the grant token exchange");
    }
    if client.may_exchange.len() > MOST {
        return wrong(field, format!("has more than {MOST} rules"));
    }
    client.may_exchange.iter().try_for_each(|rule| {
        let ExchangeRule {
            from,
            to,
            scopes,
            roles,
            within,
            impersonate,
        } = rule;
        let lists = [from, to, scopes, roles];
        if lists.iter().any(|list| list.len() > MOST)
            || within.as_ref().is_some_and(|list| list.len() > MOST)
        {
            return wrong(field, format!("a rule has a list of more than {MOST}"));
        }
        if from.is_empty() || !from.iter().all(|id| id == ANY || is_manageable_id(id)) {
            return wrong(field, "from must name clients by their ids, or `*`");
        }
        if to.is_empty() || !to.iter().all(|uri| client.resources.contains(uri)) {
            return wrong(field, "to must name services that are among resources");
        }
        if let Some(scope) = scopes.iter().find(|it| !client.scopes.contains(it)) {
            return wrong(field, format!("{scope:?} is not among scopes"));
        }
        if let Some(role) = roles.iter().find(|role| !is_word(role)) {
            return wrong(field, format!("{role:?} is no role"));
        }
        let mut named = within.iter().flatten();
        if let Some(wrong_one) = named.find(|it| it.parse::<Pattern>().is_err()) {
            return wrong(field, format!("within: {wrong_one:?} is no permission"));
        }
        if *impersonate && within.is_none() {
            let what = "a rule with impersonate must say within which permissions somebody may be \
                        impersonated";
            return wrong(field, what);
        }
        if *impersonate && from.iter().any(|id| id == ANY) {
            return wrong(
                field,
                "a rule with impersonate must name the clients in from",
            );
        }
        Ok(())
    })
}

fn keys(client: &Client) -> Result<(), Invalid> {
    let method = client.token_endpoint_auth_method;
    let needs = matches!(
        method,
        AuthMethod::PrivateKeyJwt | AuthMethod::SelfSignedTlsClientAuth
    );
    match (&client.jwks, &client.jwks_uri) {
        (None, None) if needs => {
            let what = format!("{} needs jwks or jwks_uri", method.as_str());
            wrong("jwks", what)
        }
        (None, None) => Ok(()),
        (Some(jwks), None) => key_set(jwks),
        (None, Some(uri)) => web_page("jwks_uri", uri),
        (Some(_), Some(_)) => wrong("jwks", "is for clients without jwks_uri"),
    }
}

/// Whether it can sign authorization requests, if it must.
fn signing(client: &Client) -> Result<(), Invalid> {
    let has_keys = client.jwks.is_some() || client.jwks_uri.is_some();
    let has_any = has_keys || client.token_endpoint_auth_method == AuthMethod::ClientSecretJwt;
    if client.require_signed_request_object && !has_any {
        return wrong(
            "require_signed_request_object",
            "needs jwks, jwks_uri or client_secret_jwt to check signatures with",
        );
    }
    Ok(())
}

/// What FAPI 2.0 wants of a registration (security profile, section 5.3.2.1).
fn fapi2(client: &Client) -> Result<(), Invalid> {
    if !client.fapi2 {
        return Ok(());
    }
    let method = client.token_endpoint_auth_method;
    if method != AuthMethod::PrivateKeyJwt && !method.is_by_certificate() {
        let what = "is for clients with private_key_jwt, tls_client_auth or \
                    self_signed_tls_client_auth";
        return wrong("fapi2", what);
    }
    if !client.require_pkce {
        return wrong("fapi2", "goes with PKCE only");
    }
    let is_out =
        |grant: &&GrantType| matches!(grant, GrantType::DeviceCode | GrantType::TokenExchange);
    if client.grant_types.iter().any(|grant| is_out(&grant)) {
        return wrong(
            "fapi2",
            "goes with authorization_code, refresh_token and client_credentials only",
        );
    }
    if client
        .redirect_uris
        .iter()
        .any(|uri| !uri.starts_with("https://"))
    {
        return wrong("fapi2", "needs redirect_uris that are https");
    }
    Ok(())
}

/// Whom it shares its users' subjects with must be beyond doubt (OpenID Connect Core section 8.1).
fn subjects(client: &Client) -> Result<(), Invalid> {
    let field = "sector_identifier_uri";
    if client.subject_type == SubjectType::Public {
        return match client.sector_identifier_uri {
            None => Ok(()),
            Some(_) => wrong(field, "is for subject_type pairwise only"),
        };
    }
    // A service sees what other clients know their users by.
    if !client.serves.is_empty() || client.may_introspect {
        let what = "pairwise is not for services: serves and may_introspect exclude it";
        return wrong("subject_type", what);
    }
    if let Some(uri) = &client.sector_identifier_uri {
        return web_page(field, uri);
    }
    let mut hosts = client.redirect_uris.iter().map(|uri| subject::host(uri));
    let first = hosts.next().flatten();
    if hosts.any(|host| host != first) {
        return wrong(
            field,
            "is needed: the redirect URIs have several hosts, and one must name the sector",
        );
    }
    // Every application on somebody's device has that host.
    let mut urls = client.redirect_uris.iter().map(|uri| Url::parse(uri));
    if urls.any(|url| url.is_ok_and(|url| is_loopback(&url))) {
        return wrong(field, "is needed: a loopback address names no sector");
    }
    Ok(())
}

fn claim_mappers(client: &Client) -> Result<(), Invalid> {
    let field = "claim_mappers";
    if client.claim_mappers.len() > MOST {
        return wrong(field, format!("has more than {MOST} mappers"));
    }
    client.claim_mappers.iter().try_for_each(|mapper| {
        let ClaimMapper {
            claim,
            from,
            value,
            scope,
            to,
        } = mapper;
        if !is_word(claim) {
            return wrong(field, "a claim is a word of at most 64 characters");
        }
        if user_claims::RESERVED.contains(&claim.as_str()) {
            let what = format!("{claim} says what a token is, and cannot say anything else");
            return wrong(field, what);
        }
        if from.is_some() && value.is_some() {
            return wrong(field, format!("{claim}: from and value exclude each other"));
        }
        if to.is_empty() {
            return wrong(field, format!("{claim}: to names no place"));
        }
        let same = client.claim_mappers.iter().filter(|it| it.claim == *claim);
        let places: Vec<_> = same.flat_map(|it| &it.to).collect();
        if to
            .iter()
            .any(|place| places.iter().filter(|it| **it == place).count() > 1)
        {
            return wrong(field, format!("{claim} is mapped twice for one place"));
        }
        if !scope.as_ref().is_none_or(|scope| is_word(scope)) {
            let what = format!("{claim}: a scope is a word of at most 64 characters");
            return wrong(field, what);
        }
        let fits = |text: &String| text.len() <= 256 && !text.chars().any(char::is_control);
        let is_good = match value {
            None | Some(ClaimValue::Flag(_) | ClaimValue::Number(_)) => true,
            Some(ClaimValue::Text(text)) => fits(text),
            Some(ClaimValue::Parts(parts)) => {
                parts.len() <= MOST && parts.iter().all(|(name, text)| fits(name) && fits(text))
            }
            Some(ClaimValue::List(list)) => list.len() <= MOST && list.iter().all(fits),
        };
        if is_good {
            return Ok(());
        }
        let what = "is text of at most 256 bytes, or at most 50 of it";
        wrong(field, format!("{claim}: a value {what}"))
    })
}

/// RFC 6749 section 3.3.
fn is_word(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_graphic() && b != b'"' && b != b'\\';
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

fn key_set(jwks: &JwkSet) -> Result<(), Invalid> {
    if jwks.keys.is_empty() || jwks.keys.len() > 20 {
        return wrong("jwks", "must have 1 to 20 keys");
    }
    if jwks
        .keys
        .iter()
        .any(|key| key.d.is_some() || key.k.is_some())
    {
        return wrong("jwks", "has a private key; keep that one, and replace it");
    }
    let long = |key: &Jwk| {
        let texts = [&key.kid, &key.alg, &key.crv, &key.x, &key.y, &key.n, &key.e];
        texts.into_iter().flatten().any(|text| text.len() > 1500)
    };
    if jwks.keys.iter().any(long) {
        return wrong("jwks", "has a key that is too long");
    }
    certificates::of_keys(jwks)?;
    Ok(())
}

/// An address that is fetched or shown.
fn web_page(field: &'static str, uri: &str) -> Result<(), Invalid> {
    let url = parse(field, uri)?;
    let secure = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    if secure && url.fragment().is_none() {
        return Ok(());
    }
    wrong(field, format!("{uri:?} must be https and have no fragment"))
}

fn parse(field: &'static str, uri: &str) -> Result<Url, Invalid> {
    let invalid = |what: String| Invalid(field, what);
    if uri.len() > LONGEST || uri.chars().any(char::is_control) {
        return Err(invalid("has an address that is too long".to_owned()));
    }
    let url = Url::parse(uri).map_err(|error| invalid(format!("{uri:?}: {error}")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid(format!("{uri:?} must have no user name")));
    }
    Ok(url)
}

/// Whether nobody but this machine answers there.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost" || domain.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn lifetimes(client: &Client) -> Result<(), Invalid> {
    for (field, seconds, most) in [
        (
            "access_token_seconds",
            client.access_token_seconds,
            LONGEST_ACCESS_TOKEN,
        ),
        (
            "refresh_idle_seconds",
            client.refresh_idle_seconds,
            TEN_YEARS,
        ),
        (
            "refresh_absolute_seconds",
            client.refresh_absolute_seconds,
            TEN_YEARS,
        ),
    ] {
        if seconds.is_some_and(|seconds| !(1..=most).contains(&seconds)) {
            return wrong(field, format!("must be between 1 and {most}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl FnOnce(&mut Client)) -> Result<(), &'static str> {
        let mut client = Client::new("spa", "Spa");
        client.redirect_uris = vec!["https://app.example/callback".to_owned()];
        change(&mut client);
        check(&client).map_err(|Invalid(field, _)| field)
    }

    fn redirecting(uri: &str, method: AuthMethod) -> bool {
        with(|client| {
            client.token_endpoint_auth_method = method;
            client.redirect_uris = vec![uri.to_owned()];
        })
        .is_ok()
    }

    #[test]
    fn rfc9700_4_1_redirect_uris_are_https_loopback_or_an_apps_own() {
        for (uri, public, confidential) in [
            ("https://app.example/callback", true, true),
            ("http://localhost:5173/callback", true, true),
            ("http://127.0.0.1/callback", true, true),
            ("com.example.app:/callback", true, false),
            ("http://app.example/callback", false, false),
            ("javascript:alert(1)", false, false),
            ("https://a.example/#x", false, false),
            ("https://*.example/cb", false, false),
            ("https://user@a.example/cb", false, false),
            ("/cb", false, false),
            ("", false, false),
        ] {
            assert_eq!(redirecting(uri, AuthMethod::None), public, "{uri}");
            let kept = redirecting(uri, AuthMethod::ClientSecretBasic);
            assert_eq!(kept, confidential, "{uri}");
        }
    }

    #[test]
    fn rfc7636_only_confidential_clients_may_do_without_pkce() {
        for method in AuthMethod::ALL {
            let checked = with(|client| {
                client.token_endpoint_auth_method = method;
                client.require_pkce = false;
                match method {
                    AuthMethod::PrivateKeyJwt | AuthMethod::SelfSignedTlsClientAuth => {
                        client.jwks_uri = Some("https://app.example/jwks".to_owned());
                    }
                    AuthMethod::TlsClientAuth => {
                        client.tls_client_auth_subject_dn = Some("CN=app".to_owned());
                    }
                    _ => {}
                }
            });
            let is_public = method == AuthMethod::None;
            assert_eq!(checked == Err("require_pkce"), is_public, "{method:?}");
            assert_eq!(checked.is_ok(), !is_public, "{method:?}");
        }
    }

    #[test]
    fn rfc6749_4_4_grants_fit_the_client() {
        use GrantType::{AuthorizationCode, ClientCredentials, RefreshToken};
        for (method, grants, uris, fits) in [
            (AuthMethod::None, vec![AuthorizationCode], 1, true),
            (AuthMethod::None, vec![AuthorizationCode], 0, false),
            (AuthMethod::None, vec![ClientCredentials], 0, false),
            (AuthMethod::None, vec![RefreshToken], 1, false),
            (AuthMethod::None, vec![], 0, false),
            (
                AuthMethod::None,
                vec![AuthorizationCode, AuthorizationCode],
                1,
                false,
            ),
            (
                AuthMethod::ClientSecretPost,
                vec![ClientCredentials],
                0,
                true,
            ),
            (
                AuthMethod::ClientSecretPost,
                vec![ClientCredentials],
                1,
                false,
            ),
        ] {
            let checked = with(|client| {
                client.token_endpoint_auth_method = method;
                client.grant_types = grants.clone();
                client.redirect_uris.truncate(uris);
            });
            assert_eq!(checked.is_ok(), fits, "{method:?} {grants:?} {uris}");
        }
    }

    #[test]
    fn keys_are_public_and_private_key_jwt_has_some() {
        let key = || Jwk {
            kty: "EC".to_owned(),
            ..Jwk::default()
        };
        let jwks = |keys: Vec<Jwk>| {
            with(|client| {
                client.token_endpoint_auth_method = AuthMethod::PrivateKeyJwt;
                client.jwks = Some(JwkSet { keys });
            })
        };
        assert_eq!(jwks(vec![key()]), Ok(()));
        assert_eq!(jwks(vec![]), Err("jwks"));
        let mut private = key();
        private.d = Some("AA".to_owned());
        assert_eq!(jwks(vec![key(), private]), Err("jwks"));
        let uri = |uri: &str, method| {
            with(|client| {
                client.token_endpoint_auth_method = method;
                client.jwks_uri = Some(uri.to_owned());
            })
        };
        let method = AuthMethod::PrivateKeyJwt;
        assert_eq!(uri("https://app.example/jwks", method), Ok(()));
        assert_eq!(uri("http://127.0.0.1:9/jwks", method), Ok(()));
        for bad in ["http://app.example/jwks", "file:///etc/passwd", "jwks"] {
            assert_eq!(uri(bad, method), Err("jwks_uri"), "{bad}");
        }
        let public = uri("https://app.example/jwks", AuthMethod::None);
        assert_eq!(public, Ok(()), "it may sign its requests");
        let none = with(|client| client.token_endpoint_auth_method = method);
        assert_eq!(none, Err("jwks"));
    }

    #[test]
    fn whoever_must_sign_has_keys() {
        let must = |change: fn(&mut Client)| {
            with(|client| {
                client.require_signed_request_object = true;
                change(client);
            })
        };
        assert_eq!(must(|_| {}), Err("require_signed_request_object"));
        let secret = AuthMethod::ClientSecretJwt;
        assert_eq!(
            must(|client| client.token_endpoint_auth_method = AuthMethod::ClientSecretJwt),
            Ok(()),
            "{secret:?}"
        );
        assert_eq!(
            must(|client| client.jwks_uri = Some("https://app.example/jwks".into())),
            Ok(())
        );
    }

    #[test]
    fn fapi2_is_for_clients_that_sign_and_are_reached_by_https() {
        let held = |change: fn(&mut Client)| {
            with(|client| {
                client.fapi2 = true;
                client.token_endpoint_auth_method = AuthMethod::PrivateKeyJwt;
                client.jwks_uri = Some("https://app.example/jwks".into());
                change(client);
            })
        };
        assert_eq!(held(|_| {}), Ok(()));
        let by_key = AuthMethod::SelfSignedTlsClientAuth;
        assert_eq!(
            held(|client| client.token_endpoint_auth_method = AuthMethod::SelfSignedTlsClientAuth),
            Ok(()),
            "{by_key:?}"
        );
        for change in [
            (|client| client.token_endpoint_auth_method = AuthMethod::ClientSecretBasic)
                as fn(&mut Client),
            |client| client.require_pkce = false,
            |client| client.grant_types.push(GrantType::DeviceCode),
            |client| client.grant_types.push(GrantType::TokenExchange),
            |client| client.redirect_uris.push("http://127.0.0.1/cb".into()),
        ] {
            assert_eq!(held(change), Err("fapi2"));
        }
    }

    #[test]
    fn oidcc_8_1_a_sector_is_beyond_doubt() {
        let pairwise = |uris: &[&str], sector: Option<&str>| {
            with(|client| {
                client.subject_type = SubjectType::Pairwise;
                client.redirect_uris = uris.iter().map(|uri| (*uri).to_owned()).collect();
                client.sector_identifier_uri = sector.map(str::to_owned);
            })
        };
        let sector = Err("sector_identifier_uri");
        let (one, other) = ("https://a.example/cb", "https://b.example/cb");
        let listed = Some("https://a.example/sector");
        assert_eq!(pairwise(&[one, "https://A.example:8443/x"], None), Ok(()));
        assert_eq!(pairwise(&[one, other], None), sector);
        assert_eq!(pairwise(&[one, "com.example.app:/cb"], None), sector);
        assert_eq!(pairwise(&["com.example.app:/cb"], None), Ok(()));
        // A scheme of one's own and somebody else's name are no way into their sector.
        let bent = "com.example.app://a.example/cb";
        assert_eq!(pairwise(&[one, bent], None), sector);
        assert_eq!(pairwise(&["http://127.0.0.1/cb"], None), sector);
        assert_eq!(pairwise(&[one, other], listed), Ok(()));
        assert_eq!(pairwise(&[one], Some("http://a.example/sector")), sector);
        let public = with(|client| client.sector_identifier_uri = listed.map(str::to_owned));
        assert_eq!(public, sector);
        let service = |change: fn(&mut Client)| {
            with(|client| {
                client.subject_type = SubjectType::Pairwise;
                change(client);
            })
        };
        assert_eq!(service(|_| {}), Ok(()));
        let api = |client: &mut Client| client.serves = vec!["https://api.example".to_owned()];
        assert_eq!(service(api), Err("subject_type"));
        assert_eq!(service(|it| it.may_introspect = true), Err("subject_type"));
    }

    #[test]
    fn no_mapper_says_what_a_token_is() {
        use portcullis_types::client::{ClaimPlace, UserAttribute};
        let mapper = |change: &dyn Fn(&mut ClaimMapper)| {
            let mut mapper = ClaimMapper {
                claim: "nickname".to_owned(),
                from: Some(UserAttribute::Name),
                value: None,
                scope: None,
                to: vec![ClaimPlace::IdToken],
            };
            change(&mut mapper);
            with(|client| client.claim_mappers = vec![mapper])
        };
        assert_eq!(mapper(&|_| {}), Ok(()));
        assert_eq!(mapper(&|it| it.from = None), Ok(()));
        let bad = Err("claim_mappers");
        for claim in user_claims::RESERVED.into_iter().chain(["", "a b", "\""]) {
            assert_eq!(
                mapper(&|it| claim.clone_into(&mut it.claim)),
                bad,
                "{claim}"
            );
        }
        let long = ClaimValue::Text("a".repeat(257));
        assert_eq!(mapper(&|it| it.value = Some(ClaimValue::Flag(true))), bad);
        let value = |value: &ClaimValue| {
            mapper(&|it| {
                it.from = None;
                it.value = Some(value.clone());
            })
        };
        assert_eq!(value(&ClaimValue::Text("acme".to_owned())), Ok(()));
        assert_eq!(value(&long), bad);
        assert_eq!(value(&ClaimValue::Text("\n".to_owned())), bad);
        assert_eq!(value(&ClaimValue::List(vec![String::new(); 51])), bad);
        assert_eq!(mapper(&|it| it.to.clear()), bad);
        assert_eq!(mapper(&|it| it.scope = Some("a b".to_owned())), bad);
    }

    #[test]
    fn names_scopes_pages_and_lifetimes_are_bounded() {
        assert_eq!(with(|client| client.name = "\u{202e}".into()), Err("name"));
        let scope = |scope: &str| with(|client| client.scopes = vec![scope.to_owned()]);
        assert_eq!(scope("orders:read"), Ok(()));
        for bad in ["", "a b", "a\"b", "\\", &"a".repeat(65)] {
            assert_eq!(scope(bad), Err("scopes"), "{bad}");
        }
        let resource = |uri: &str| with(|client| client.resources = vec![uri.to_owned()]);
        assert_eq!(resource("https://api.example/v1"), Ok(()));
        assert_eq!(resource("urn:example:orders"), Ok(()));
        for bad in ["", "/orders", "https://a b", "https://api.example/#x"] {
            assert_eq!(resource(bad), Err("resources"), "{bad}");
        }
        let logo = |uri: &str| with(|client| client.logo_uri = Some(uri.to_owned()));
        assert_eq!(logo("https://app.example/logo.svg"), Ok(()));
        assert_eq!(logo("javascript:alert(1)"), Err("logo_uri"));
        let logout =
            |uri: &str| with(|client| client.backchannel_logout_uri = Some(uri.to_owned()));
        for good in ["https://app.example/logout?x", "http://127.0.0.1:9/logout"] {
            assert_eq!(logout(good), Ok(()), "{good}");
        }
        for bad in [
            "http://app.example/",
            "https://a.example/#x",
            "file:///x",
            "",
        ] {
            assert_eq!(logout(bad), Err("backchannel_logout_uri"), "{bad}");
        }
        let access = |seconds| with(|client| client.access_token_seconds = Some(seconds));
        assert_eq!(access(60), Ok(()));
        for bad in [0, -1, 86_401, i64::MAX] {
            assert_eq!(access(bad), Err("access_token_seconds"), "{bad}");
        }
    }
}
