//! Certificates, and a server that speaks TLS and asks for them (RFC 8705).

use std::{fs, path::Path};

use portcullis_server::{Config, config::TlsConfig};
use portcullis_types::client::{AuthMethod, Client};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    PublicKeyData, SanType, date_time_ymd,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Browser, Server, clients::confidential, device::base64url, prover};

/// Years, as certificates of these tests have them: the server's clock is in January 2027.
pub type Years = std::ops::Range<i32>;
/// Now is in there.
pub const NOW: Years = 2026..2030;

/// Who signs certificates.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate.
    pub pem: String,
}

/// A certificate with its key.
pub struct Identity {
    /// The certificate, in DER.
    pub der: Vec<u8>,
    /// The certificate and those above it.
    pub pem: String,
    /// The key.
    pub key: String,
    point: Vec<u8>,
}

/// What a certificate is to say; the subject's parts in their order.
#[derive(Clone)]
pub struct Subject {
    /// The subject's name.
    pub name: Vec<(DnType, &'static str)>,
    /// Its alternative names.
    pub others: Vec<SanType>,
    /// From when to when it is good.
    pub years: Years,
    /// What it may be used for; nothing in particular if empty.
    pub uses: Vec<ExtendedKeyUsagePurpose>,
}

impl Subject {
    /// Somebody with that common name, of `Example` in Germany.
    pub fn new(name: &'static str) -> Self {
        Self {
            name: vec![
                (DnType::CountryName, "DE"),
                (DnType::OrganizationName, "Example"),
                (DnType::CommonName, name),
            ],
            others: Vec::new(),
            years: NOW,
            uses: vec![ExtendedKeyUsagePurpose::ClientAuth],
        }
    }

    /// The same with an alternative name.
    pub fn also(mut self, other: SanType) -> Self {
        self.others.push(other);
        self
    }

    /// The same in other years.
    pub fn in_years(mut self, years: Years) -> Self {
        self.years = years;
        self
    }

    fn parameters(&self) -> CertificateParams {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        for (kind, text) in &self.name {
            parameters.distinguished_name.push(kind.clone(), *text);
        }
        parameters.subject_alt_names.clone_from(&self.others);
        parameters.extended_key_usages.clone_from(&self.uses);
        parameters.not_before = date_time_ymd(self.years.start, 1, 1);
        parameters.not_after = date_time_ymd(self.years.end, 1, 1);
        parameters
    }

    /// A certificate that is signed with its own key.
    pub fn self_signed(&self) -> Identity {
        self.self_signed_with(&KeyPair::generate().unwrap())
    }

    /// A certificate that is signed with that key.
    pub fn self_signed_with(&self, key: &KeyPair) -> Identity {
        let certificate = self.parameters().self_signed(key).unwrap();
        Identity::new(certificate.der(), certificate.pem(), key)
    }
}

impl Identity {
    fn new(der: &[u8], pem: String, key: &KeyPair) -> Self {
        Self {
            der: der.to_vec(),
            pem,
            key: key.serialize_pem(),
            point: key.der_bytes().to_vec(),
        }
    }

    /// The SHA-256 of the certificate: what tokens say.
    pub fn thumbprint(&self) -> String {
        prover::hash_bytes(&self.der)
    }

    /// Its public key, on P-256.
    pub fn jwk(&self) -> Value {
        let (x, y) = self.point[1..].split_at(32);
        json!({ "kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y) })
    }

    /// The same with the certificate.
    pub fn jwk_with_certificate(&self) -> Value {
        use base64::{Engine, engine::general_purpose::STANDARD};
        let mut jwk = self.jwk();
        jwk["x5c"] = json!([STANDARD.encode(&self.der)]);
        jwk
    }
}

impl Authority {
    /// A new one of that name.
    pub fn new(name: &'static str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut parameters = Subject::new(name).parameters();
        parameters.extended_key_usages.clear();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = parameters.self_signed(&key).unwrap();
        Self {
            pem: certificate.pem(),
            issuer: Issuer::new(parameters, key),
        }
    }

    /// A certificate for somebody.
    pub fn issue(&self, subject: &Subject) -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate = subject.parameters().signed_by(&key, &self.issuer).unwrap();
        Identity::new(certificate.der(), certificate.pem(), &key)
    }

    /// One below it, and the certificate that says so.
    pub fn below(&self, name: &'static str) -> (Self, String) {
        let key = KeyPair::generate().unwrap();
        let mut parameters = Subject::new(name).parameters();
        parameters.extended_key_usages.clear();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        let below = Self {
            pem: certificate.pem(),
            issuer: Issuer::new(parameters, key),
        };
        let pem = below.pem.clone();
        (below, pem)
    }

    /// A certificate for a server on this machine.
    pub fn of_localhost(&self) -> Identity {
        let loopback = std::net::Ipv4Addr::LOCALHOST.into();
        let mut subject = Subject::new("localhost")
            .also(SanType::DnsName("localhost".try_into().unwrap()))
            .also(SanType::IpAddress(loopback))
            // Whoever connects asks the system for the time.
            .in_years(2020..2099);
        subject.uses = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.issue(&subject)
    }
}

/// The files of a server that speaks TLS.
pub struct Files {
    /// Where they are.
    pub folder: TempDir,
    /// Who has signed the server's certificate.
    pub servers: Authority,
    /// Who signs those of clients.
    pub clients: Authority,
}

impl Default for Files {
    fn default() -> Self {
        let files = Self {
            folder: tempfile::tempdir().unwrap(),
            servers: Authority::new("servers"),
            clients: Authority::new("clients"),
        };
        files.write("clients.pem", &files.clients.pem);
        files.renew();
        files
    }
}

impl Files {
    /// Writes one.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// Gives the server a new certificate, which its clients trust as they did the one before.
    pub fn renew(&self) -> Identity {
        let identity = self.servers.of_localhost();
        self.write("chain.pem", &identity.pem);
        self.write("key.pem", &identity.key);
        identity
    }

    /// The settings that name them.
    pub fn settings(&self) -> TlsConfig {
        let at = |name: &str| Some(Path::join(self.folder.path(), name));
        TlsConfig {
            certificate: at("chain.pem"),
            key: at("key.pem"),
            client_certificates: true,
            client_ca: at("clients.pem"),
        }
    }
}

/// A server that speaks TLS and asks for certificates.
pub struct Mtls {
    /// The server.
    pub server: Server,
    /// Its files.
    pub files: Files,
}

impl Mtls {
    /// Starts one.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts one with settings of the test's own.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let files = Files::default();
        let server = Server::start_with(|config| {
            config.tls = files.settings();
            change(config);
        });
        Self {
            server: server.await,
            files,
        }
    }

    /// A program that shows this certificate, or none.
    pub fn program(&self, identity: Option<&Identity>) -> Browser {
        self.server
            .program()
            .with_tls(&self.files.servers.pem, identity)
    }

    /// A browser with an empty profile.
    pub fn browser(&self) -> Browser {
        self.server
            .browser()
            .with_tls(&self.files.servers.pem, None)
    }

    /// Somebody new who is signed in with a password.
    pub async fn person(&self, name: &str) -> Browser {
        let browser = self.browser();
        browser.register(name).await.status(200);
        browser
    }

    /// The first admin.
    pub async fn admin(&self) -> Browser {
        let browser = self.browser();
        self.server.make_admin(&browser).await;
        browser
    }
}

/// A client that proves itself with a certificate of the CA, by its subject's name.
pub fn by_name(id: &str, subject: &str) -> Client {
    let mut client = confidential(id);
    client.token_endpoint_auth_method = AuthMethod::TlsClientAuth;
    client.tls_client_auth_subject_dn = Some(subject.to_owned());
    client
}

/// A client that proves itself with one of these keys.
pub fn by_key(id: &str, keys: &[Value]) -> Client {
    let mut client = confidential(id);
    client.token_endpoint_auth_method = AuthMethod::SelfSignedTlsClientAuth;
    client.jwks = Some(serde_json::from_value(json!({ "keys": keys })).unwrap());
    client
}
