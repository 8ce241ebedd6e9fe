//! OAuth clients: what an application is registered as, and the admin API's bodies about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// How a client says who it is (OpenID Connect Core section 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// Not at all: a public client, in a browser or on somebody's device.
    #[default]
    None,
    /// A secret in the header `Authorization`.
    ClientSecretBasic,
    /// A secret in the form.
    ClientSecretPost,
    /// An assertion, authenticated with a secret.
    ClientSecretJwt,
    /// An assertion, signed with a key of its own.
    PrivateKeyJwt,
    /// A certificate from a CA, by what it says of its subject (RFC 8705 section 2.1).
    TlsClientAuth,
    /// A certificate by its key, whoever has signed it (RFC 8705 section 2.2).
    SelfSignedTlsClientAuth,
}

impl AuthMethod {
    /// Every method there is.
    pub const ALL: [Self; 7] = [
        Self::None,
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::ClientSecretJwt,
        Self::PrivateKeyJwt,
        Self::TlsClientAuth,
        Self::SelfSignedTlsClientAuth,
    ];

    /// Those that prove something.
    pub const CONFIDENTIAL: [Self; 6] = [
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::ClientSecretJwt,
        Self::PrivateKeyJwt,
        Self::TlsClientAuth,
        Self::SelfSignedTlsClientAuth,
    ];

    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::TlsClientAuth => "tls_client_auth",
            Self::SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
        }
    }

    /// Whether it is by the certificate of the TLS connection.
    pub const fn is_by_certificate(self) -> bool {
        matches!(self, Self::TlsClientAuth | Self::SelfSignedTlsClientAuth)
    }

    /// Whether it takes a secret.
    pub const fn has_secret(self) -> bool {
        matches!(
            self,
            Self::ClientSecretBasic | Self::ClientSecretPost | Self::ClientSecretJwt
        )
    }
}

/// How a client gets tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// For a user, by way of their browser.
    AuthorizationCode,
    /// Again, without the user.
    RefreshToken,
    /// For itself.
    ClientCredentials,
    /// For a user, who lets a device in by way of another one (RFC 8628).
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    DeviceCode,
    /// For the next service, in exchange for the token it was called with (RFC 8693).
    #[serde(rename = "urn:ietf:params:oauth:grant-type:token-exchange")]
    TokenExchange,
}

impl GrantType {
    /// Every grant there is.
    pub const ALL: [Self; 5] = [
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::ClientCredentials,
        Self::DeviceCode,
        Self::TokenExchange,
    ];

    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
        }
    }
}

/// Whether people are asked before a client gets tokens for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// They are not: the operator has decided for them, as for applications of their own.
    #[default]
    Skipped,
    /// They are, once for what it asks for, and again when it asks for more.
    Remembered,
    /// They are, each time.
    Required,
}

impl Consent {
    /// Every setting there is.
    pub const ALL: [Self; 3] = [Self::Skipped, Self::Remembered, Self::Required];

    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            Self::Remembered => "remembered",
            Self::Required => "required",
        }
    }
}

/// What a client's tokens are signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SigningAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// RSA (PKCS #1 v1.5) with SHA-256: what every OpenID Connect client can verify.
    #[serde(rename = "RS256")]
    Rs256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl SigningAlgorithm {
    /// Every algorithm there is.
    pub const ALL: [Self; 3] = [Self::Es256, Self::Rs256, Self::EdDsa];

    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// What a client knows users by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// The user's id, the same for every client.
    #[default]
    Public,
    /// One that only clients of the same sector know them by (OpenID Connect Core section 8.1).
    Pairwise,
}

/// What a client's access tokens look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AccessTokenFormat {
    /// Signed, to be verified by whoever they are for (RFC 9068).
    #[default]
    Jwt,
    /// 256 random bits that say nothing: whoever they are for asks here (RFC 7662).
    Opaque,
}

/// What there is to know of a user besides the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum UserAttribute {
    /// The name they go by.
    Name,
    /// Their given name.
    GivenName,
    /// Their family name.
    FamilyName,
    /// Their middle name.
    MiddleName,
    /// Their nickname.
    Nickname,
    /// The short name that they would like to have.
    PreferredUsername,
    /// Address of a page about them.
    Profile,
    /// Address of a picture of them.
    Picture,
    /// Address of their own pages.
    Website,
    /// Their gender.
    Gender,
    /// Their birthday.
    Birthdate,
    /// Their time zone.
    Zoneinfo,
    /// Their language.
    Locale,
    /// When name or profile changed last, in seconds since 1970.
    UpdatedAt,
    /// Their address.
    Email,
    /// Whether the address was proved to be theirs.
    EmailVerified,
    /// Their postal address.
    Address,
    /// Their telephone number.
    PhoneNumber,
    /// Whether the number was proved to be theirs.
    PhoneNumberVerified,
    /// The names of the groups that they are in, parents included.
    Groups,
    /// The names of their roles.
    Roles,
    /// What their roles allow.
    Permissions,
}

impl UserAttribute {
    /// Every attribute there is, those of one scope together.
    pub const ALL: [Self; 22] = [
        Self::Name,
        Self::GivenName,
        Self::FamilyName,
        Self::MiddleName,
        Self::Nickname,
        Self::PreferredUsername,
        Self::Profile,
        Self::Picture,
        Self::Website,
        Self::Gender,
        Self::Birthdate,
        Self::Zoneinfo,
        Self::Locale,
        Self::UpdatedAt,
        Self::Email,
        Self::EmailVerified,
        Self::Address,
        Self::PhoneNumber,
        Self::PhoneNumberVerified,
        Self::Groups,
        Self::Roles,
        Self::Permissions,
    ];

    /// The claim that it is told as.
    pub const fn claim(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::MiddleName => "middle_name",
            Self::Nickname => "nickname",
            Self::PreferredUsername => "preferred_username",
            Self::Profile => "profile",
            Self::Picture => "picture",
            Self::Website => "website",
            Self::Gender => "gender",
            Self::Birthdate => "birthdate",
            Self::Zoneinfo => "zoneinfo",
            Self::Locale => "locale",
            Self::UpdatedAt => "updated_at",
            Self::Email => "email",
            Self::EmailVerified => "email_verified",
            Self::Address => "address",
            Self::PhoneNumber => "phone_number",
            Self::PhoneNumberVerified => "phone_number_verified",
            Self::Groups => "groups",
            Self::Roles => "roles",
            Self::Permissions => "permissions",
        }
    }

    /// The scope that it belongs to (OpenID Connect Core section 5.4).
    pub const fn scope(self) -> &'static str {
        match self {
            Self::Name
            | Self::GivenName
            | Self::FamilyName
            | Self::MiddleName
            | Self::Nickname
            | Self::PreferredUsername
            | Self::Profile
            | Self::Picture
            | Self::Website
            | Self::Gender
            | Self::Birthdate
            | Self::Zoneinfo
            | Self::Locale
            | Self::UpdatedAt => "profile",
            Self::Email | Self::EmailVerified => "email",
            Self::Address => "address",
            Self::PhoneNumber | Self::PhoneNumberVerified => "phone",
            Self::Groups => "groups",
            Self::Roles => "roles",
            Self::Permissions => "permissions",
        }
    }
}

/// Where a claim is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClaimPlace {
    /// In ID tokens.
    IdToken,
    /// By the userinfo endpoint.
    Userinfo,
    /// In access tokens, and where they are introspected.
    AccessToken,
}

/// What a claim says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum ClaimValue {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
    /// Several texts.
    List(Vec<String>),
    /// Texts by name, such as the parts of a postal address.
    Parts(BTreeMap<String, String>),
}

/// What one claim says to one client, in place of what it would say: something else that is known
/// of the user (`from`), always the same (`value`), or nothing at all (neither).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ClaimMapper {
    /// The claim.
    pub claim: String,
    /// What is known of the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<UserAttribute>,
    /// What it always says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<ClaimValue>,
    /// The scope that must have been granted; left out: the one that `from` belongs to, and none
    /// for a `value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Where; left out: in ID tokens and by the userinfo endpoint.
    #[serde(default = "default_places")]
    pub to: Vec<ClaimPlace>,
}

fn default_places() -> Vec<ClaimPlace> {
    vec![ClaimPlace::IdToken, ClaimPlace::Userinfo]
}

/// Lets a client exchange tokens (RFC 8693): those that all of it fits. A user who fits several rules
/// fits each for itself, and the scopes of those are added up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ExchangeRule {
    /// The clients whose tokens they are, by id, itself included; `*`: any client's, which
    /// impersonation excludes.
    pub from: Vec<String>,
    /// The services that the new token may be for, of those in `resources`.
    pub to: Vec<String>,
    /// The scopes that the new token may have at most, of those in `scopes`. It never has more than
    /// the one that is exchanged.
    pub scopes: Vec<String>,
    /// Users with one of these roles; left out: with any or none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Users who may do nothing but what these permissions cover, such as `notes:*`; left out: all
    /// users, which impersonation excludes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Vec<String>>,
    /// Whether the new token may leave out who acts.
    #[serde(default)]
    pub impersonate: bool,
}

/// Public keys (RFC 7517 section 5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JwkSet {
    /// The keys.
    pub keys: Vec<Jwk>,
}

/// A public key (RFC 7517 section 4); members that are not needed to verify with it are left out.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Jwk {
    /// `EC`, `RSA` or `OKP`.
    pub kty: String,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// What it is for: `sig`, or nothing in particular.
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    pub use_: Option<String>,
    /// The algorithm it is for, if it is for one only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// The curve.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    /// A coordinate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// The other coordinate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// The modulus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    /// The public exponent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub e: Option<String>,
    /// A certificate of the key and those above it, in base64: with it, `self_signed_tls_client_auth`
    /// takes that certificate alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x5c: Option<Vec<String>>,
    /// Only private keys have it; they are refused.
    #[serde(skip_serializing)]
    pub d: Option<String>,
    /// Only symmetric keys have it; they are refused.
    #[serde(skip_serializing)]
    pub k: Option<String>,
}

impl std::fmt::Debug for Jwk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jwk")
            .field("kty", &self.kty)
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// An OAuth client, as it is registered: in `portcullis.toml`, by the admin API or on the command
/// line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a registration has as many switches as there are specifications"
)]
pub struct Client {
    /// Its `client_id`; left out when registering by API or command line: one is made.
    #[serde(default)]
    pub id: String,
    /// What people know it as.
    pub name: String,
    /// How it says who it is.
    #[serde(default)]
    pub token_endpoint_auth_method: AuthMethod,
    /// How it may get tokens.
    #[serde(default = "default_grants")]
    pub grant_types: Vec<GrantType>,
    /// Where the browser may be sent; compared exactly (a loopback address may differ in its port).
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Where the browser may be sent after signing out.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    /// Where it is told that somebody's session has ended (OpenID Connect Back-Channel Logout 1.0):
    /// https, or http on a loopback address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether it must be told which session, and not only whose. It always is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub backchannel_logout_session_required: bool,
    /// Scopes it may ask for.
    #[serde(default = "default_scopes")]
    pub scopes: Vec<String>,
    /// Services that its access tokens may be for (RFC 8707), besides our own API.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// Services that it is: tokens that are for one of them are its to exchange (RFC 8693) and to
    /// introspect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serves: Vec<String>,
    /// Whether what it exchanges says nothing of its acting for the user, unless it shows an
    /// actor's token; only where a rule of `may_exchange` lets it.
    #[serde(default)]
    pub may_impersonate: bool,
    /// Whose tokens it may exchange (RFC 8693), for which services and with which scopes; what none
    /// of these rules allows is refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub may_exchange: Vec<ExchangeRule>,
    /// Whether people are asked first; left out: `skipped`. Applications that register themselves
    /// are never `skipped`.
    #[serde(default)]
    pub consent: Consent,
    /// With `tls_client_auth`, one of these five says whose certificate is its own (RFC 8705 section
    /// 2.1.2): the subject's name as RFC 4514 writes it, such as `CN=shop,O=Example,C=DE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_subject_dn: Option<String>,
    /// A DNS name among the certificate's alternative names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_dns: Option<String>,
    /// A URI among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_uri: Option<String>,
    /// An IP address among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_ip: Option<String>,
    /// A mail address among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_email: Option<String>,
    /// Its public keys, a JWK Set (RFC 7517 section 5): for `private_key_jwt`,
    /// `self_signed_tls_client_auth` and signed authorization requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<JwkSet>,
    /// Where its public keys are, instead of `jwks`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Its logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// How it treats people's data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its terms of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// Seconds its access tokens live; left out: `oauth.access_token_seconds`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_seconds: Option<i64>,
    /// Seconds its refresh tokens live without use; left out: `oauth.refresh_idle_seconds`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_idle_seconds: Option<i64>,
    /// Seconds its token families live at all; left out: `oauth.refresh_absolute_seconds`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_absolute_seconds: Option<i64>,
    /// Whether it must push its authorization requests (RFC 9126) instead of sending them with the
    /// browser.
    #[serde(default)]
    pub require_pushed_authorization_requests: bool,
    /// Whether it must use PKCE (RFC 7636), as it must if this is left out. Only a confidential client
    /// may do without: one whose sign-ins each have a `nonce` then instead (OAuth 2.1 section
    /// 7.5.1).
    #[serde(default = "default_require_pkce")]
    pub require_pkce: bool,
    /// Whether it must sign its authorization requests (RFC 9101 section 10.5).
    #[serde(default)]
    pub require_signed_request_object: bool,
    /// Whether it gets no tokens without a DPoP proof (RFC 9449 section 5.2).
    #[serde(default)]
    pub dpop_bound_access_tokens: bool,
    /// Whether its tokens are bound to the certificate that it gets them with, and it gets none
    /// without (RFC 8705 section 3).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// Whether it is held to the FAPI 2.0 security profile: it authenticates with `private_key_jwt`
    /// whose audience is the issuer, or with a certificate; it pushes its requests, proves possession
    /// with DPoP or a certificate, has one minute for a code, and nothing that it gets or sends is
    /// signed with RS256.
    #[serde(default)]
    pub fapi2: bool,
    /// Whether it may introspect any token, as a service must that others' tokens are for; without,
    /// its own.
    #[serde(default)]
    pub may_introspect: bool,
    /// What it is told of tokens with, where it wants that signed; left out: RS256 (RFC 9701 section
    /// 6).
    #[serde(default = "default_id_token_alg")]
    pub introspection_signed_response_alg: SigningAlgorithm,
    /// What its ID tokens are signed with; left out: RS256 (OpenID Connect Core section 15.1).
    #[serde(default = "default_id_token_alg")]
    pub id_token_signed_response_alg: SigningAlgorithm,
    /// What its access tokens are signed with; left out: ES256.
    #[serde(default = "default_access_token_alg")]
    pub access_token_signing_alg: SigningAlgorithm,
    /// What it knows users by.
    #[serde(default)]
    pub subject_type: SubjectType,
    /// What its access tokens look like.
    #[serde(default)]
    pub access_token_format: AccessTokenFormat,
    /// With `pairwise`: an address whose host names the sector, and which lists the redirect URIs
    /// of all clients that share it (OpenID Connect Core section 8.1); left out: the sector is the
    /// host of its own redirect URIs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    /// Claims that say something else to it than they would.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claim_mappers: Vec<ClaimMapper>,
}

fn default_grants() -> Vec<GrantType> {
    vec![GrantType::AuthorizationCode, GrantType::RefreshToken]
}

fn default_scopes() -> Vec<String> {
    ["openid", "profile", "email"].map(String::from).to_vec()
}

const fn default_id_token_alg() -> SigningAlgorithm {
    SigningAlgorithm::Rs256
}

const fn default_access_token_alg() -> SigningAlgorithm {
    SigningAlgorithm::Es256
}

const fn default_require_pkce() -> bool {
    true
}

impl Client {
    /// A public client with that id and name, and everything else as if left out.
    pub fn new(id: &str, name: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            token_endpoint_auth_method: AuthMethod::None,
            grant_types: default_grants(),
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            backchannel_logout_uri: None,
            backchannel_logout_session_required: false,
            scopes: default_scopes(),
            resources: Vec::new(),
            serves: Vec::new(),
            may_impersonate: false,
            may_exchange: Vec::new(),
            consent: Consent::Skipped,
            tls_client_auth_subject_dn: None,
            tls_client_auth_san_dns: None,
            tls_client_auth_san_uri: None,
            tls_client_auth_san_ip: None,
            tls_client_auth_san_email: None,
            jwks: None,
            jwks_uri: None,
            logo_uri: None,
            policy_uri: None,
            tos_uri: None,
            access_token_seconds: None,
            refresh_idle_seconds: None,
            refresh_absolute_seconds: None,
            require_pushed_authorization_requests: false,
            require_pkce: default_require_pkce(),
            require_signed_request_object: false,
            dpop_bound_access_tokens: false,
            tls_client_certificate_bound_access_tokens: false,
            fapi2: false,
            may_introspect: false,
            introspection_signed_response_alg: default_id_token_alg(),
            id_token_signed_response_alg: default_id_token_alg(),
            access_token_signing_alg: default_access_token_alg(),
            subject_type: SubjectType::Public,
            access_token_format: AccessTokenFormat::Jwt,
            sector_identifier_uri: None,
            claim_mappers: Vec::new(),
        }
    }

    /// Whether it must push its authorization requests.
    pub const fn requires_pushing(&self) -> bool {
        self.require_pushed_authorization_requests || self.fapi2
    }

    /// Whether it gets no tokens without a DPoP proof. FAPI 2.0 lets it have them bound to a
    /// certificate instead (section 5.3.2.1).
    pub const fn requires_dpop(&self) -> bool {
        let is_bound = self.tls_client_certificate_bound_access_tokens;
        self.dpop_bound_access_tokens || (self.fapi2 && !is_bound)
    }

    /// What says whose certificate is its own, with the name of the field: one, unless the
    /// registration is wrong.
    pub fn certificate_names(&self) -> Vec<(&'static str, &str)> {
        let fields = [
            (
                "tls_client_auth_subject_dn",
                &self.tls_client_auth_subject_dn,
            ),
            ("tls_client_auth_san_dns", &self.tls_client_auth_san_dns),
            ("tls_client_auth_san_uri", &self.tls_client_auth_san_uri),
            ("tls_client_auth_san_ip", &self.tls_client_auth_san_ip),
            ("tls_client_auth_san_email", &self.tls_client_auth_san_email),
        ];
        let named = fields.into_iter();
        named
            .filter_map(|(field, said)| Some((field, said.as_deref()?)))
            .collect()
    }

    /// What ID and logout tokens for it are signed with. FAPI 2.0 has no RS256 (section 5.4).
    pub fn id_token_alg(&self) -> SigningAlgorithm {
        self.alg(self.id_token_signed_response_alg)
    }

    /// What its access tokens are signed with.
    pub fn access_token_alg(&self) -> SigningAlgorithm {
        self.alg(self.access_token_signing_alg)
    }

    /// What it is told of tokens with, signed.
    pub fn introspection_alg(&self) -> SigningAlgorithm {
        self.alg(self.introspection_signed_response_alg)
    }

    fn alg(&self, said: SigningAlgorithm) -> SigningAlgorithm {
        match said {
            SigningAlgorithm::Rs256 if self.fapi2 => SigningAlgorithm::Es256,
            said => said,
        }
    }

    /// Whether it may get tokens in that way.
    pub fn may(&self, grant: GrantType) -> bool {
        self.grant_types.contains(&grant)
    }
}

/// Where a client is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClientSource {
    /// In `portcullis.toml`: it can be changed there only.
    File,
    /// In the database.
    Database,
}

/// A client as an admin sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientView {
    /// What it is registered as.
    pub client: Client,
    /// Where.
    pub source: ClientSource,
    /// Its secrets, newest first; never the secrets themselves.
    pub secrets: Vec<ClientSecretView>,
    /// When it was registered; nothing for those of the file.
    pub created_at: Option<Timestamp>,
    /// When it was last changed; nothing for those of the file.
    pub updated_at: Option<Timestamp>,
}

/// What there is to know of a client's secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientSecretView {
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, if another has taken its place.
    pub expires_at: Option<Timestamp>,
}

/// Query of `GET /api/admin/clients`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct ClientQuery {
    /// Only clients whose id or name contains this, whatever its case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// Where the page before this one ended: its `next`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// How many, 1 to 100; 50 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A page of clients, by id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientPage {
    /// The clients.
    pub clients: Vec<ClientView>,
    /// `after` for the next page; nothing: this is the last one.
    pub next: Option<String>,
}

/// A client that was registered or changed, and its secret if that made one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientChanged {
    /// The client as it is now.
    pub client: ClientView,
    /// Its new secret, shown this once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
}

impl std::fmt::Debug for ClientChanged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientChanged")
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

/// Body of `POST /api/admin/clients/{id}/rotate-secret`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RotateSecretRequest {
    /// Seconds for which the secret before goes on being good; 0: it ends at once.
    pub overlap_seconds: u32,
}
