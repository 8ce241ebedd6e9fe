//! The listener: what it speaks, whom it lets in, and what it does with files that change.

use std::{sync::Arc, time::Duration};

use portcullis_http_tests::mtls::{Authority, Mtls, Subject, by_name};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{for_itself, named, own_token};

/// Far longer than anything here takes, on the busiest machine.
const LONG: Duration = Duration::from_secs(40);

fn address(base: &str) -> &str {
    base.trim_start_matches("https://")
}

/// Connects as somebody who speaks these protocols and trusts that CA.
async fn connect(
    base: &str,
    ca: &str,
    protocols: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    let ca = CertificateDer::from_pem_slice(ca.as_bytes()).unwrap();
    roots.add(ca).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|it| it.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(address(base)).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    timeout(LONG, connector.connect(name, stream))
        .await
        .unwrap()
}

/// The certificate that the server shows.
async fn shown(base: &str, ca: &str) -> Vec<u8> {
    let stream = connect(base, ca, &[]).await.unwrap();
    let (_, session) = stream.get_ref();
    session.peer_certificates().unwrap()[0].to_vec()
}

#[tokio::test]
async fn it_speaks_http_1_1_inside_of_tls_with_and_without_alpn() {
    let mtls = Mtls::start().await;
    let (base, ca) = (&mtls.server.base, &mtls.files.servers.pem);
    for (offered, agreed) in [
        (&["h2", "http/1.1"][..], Some("http/1.1")),
        (&["http/1.1"], Some("http/1.1")),
        (&[], None),
    ] {
        let mut stream = connect(base, ca, offered).await.unwrap();
        let protocol = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
        assert_eq!(protocol.as_deref(), agreed.map(str::as_bytes));
        let ask = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(ask).await.unwrap();
        let mut answer = Vec::new();
        timeout(LONG, stream.read_to_end(&mut answer))
            .await
            .unwrap()
            .unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200"));
    }
    assert!(
        connect(base, ca, &["h2"]).await.is_err(),
        "it has no HTTP/2"
    );
}

#[tokio::test]
async fn nobody_has_to_have_a_certificate_and_any_will_do_to_be_answered() {
    let mtls = Mtls::start().await;
    mtls.program(None).get("/healthz").await.ok();
    let unknown = Authority::new("unknown").issue(&Subject::new("whoever"));
    mtls.program(Some(&unknown)).get("/healthz").await.ok();
    let expired = Subject::new("old").in_years(2010..2011).self_signed();
    mtls.program(Some(&expired)).get("/healthz").await.ok();
    let ada = mtls.person("ada").await;
    assert!(ada.is_signed_in().await);
}

#[tokio::test]
async fn whoever_speaks_plain_http_or_nonsense_is_let_go_at_once() {
    let mtls = Mtls::start().await;
    for said in [
        &b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"[..],
        b"\x16\x03\x01\xff\xff",
        b"\x16\x03\x01\x00\x04\x01\x00\x00\x00",
        &[0; 64],
        &[255; 64],
    ] {
        let mut stream = TcpStream::connect(address(&mtls.server.base))
            .await
            .unwrap();
        stream.write_all(said).await.unwrap();
        let mut answer = Vec::new();
        let closed = timeout(LONG, stream.read_to_end(&mut answer)).await;
        assert!(closed.is_ok(), "still open after {said:?}");
        assert!(!answer.starts_with(b"HTTP"), "{said:?}");
    }
    mtls.program(None).get("/healthz").await.ok();
}

/// TLS 1.1 and older (RFC 8996): a hello that offers nothing newer.
#[tokio::test]
async fn rfc8996_whoever_has_no_tls_1_2_is_refused() {
    let mtls = Mtls::start().await;
    for version in [0, 1, 2] {
        let body = [
            &[3, version][..],
            &[7; 32],
            &[0],
            // TLS_RSA_WITH_AES_128_CBC_SHA and TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA.
            &[0, 4, 0, 0x2f, 0xc0, 0x09],
            &[1, 0],
        ]
        .concat();
        let length = u8::try_from(body.len()).unwrap();
        let hello = [&[1, 0, 0, length][..], &body].concat();
        let record = [&[22, 3, 1, 0, length + 4][..], &hello].concat();
        let mut stream = TcpStream::connect(address(&mtls.server.base))
            .await
            .unwrap();
        stream.write_all(&record).await.unwrap();
        let mut answer = Vec::new();
        timeout(LONG, stream.read_to_end(&mut answer))
            .await
            .unwrap()
            .unwrap();
        // An alert, and a fatal one.
        assert_eq!(
            (answer.first(), answer.get(5)),
            (Some(&21), Some(&2)),
            "3.{version}"
        );
    }
}

#[tokio::test]
async fn new_connections_have_what_is_in_the_files_once_they_are_read_again() {
    let mtls = Mtls::start().await;
    let (base, ca) = (&mtls.server.base, &mtls.files.servers.pem);
    let tls = mtls.server.portcullis.tls().unwrap();
    let before = shown(base, ca).await;
    let open = mtls.program(None);
    open.get("/healthz").await.ok();
    assert!(!tls.reload().unwrap(), "nothing has changed");
    let renewed = mtls.files.renew();
    assert_eq!(shown(base, ca).await, before, "not by itself");
    assert!(tls.reload().unwrap());
    assert_eq!(shown(base, ca).await, renewed.der);
    open.get("/healthz").await.ok();
    // Half of a change, or none that can be used, changes nothing.
    let other = mtls.files.servers.of_localhost();
    for (name, text) in [
        ("key.pem", &*other.key),
        ("key.pem", ""),
        ("chain.pem", "nonsense"),
        ("clients.pem", ""),
    ] {
        let path = mtls.files.folder.path().join(name);
        let kept = std::fs::read_to_string(&path).unwrap();
        mtls.files.write(name, text);
        let error = format!("{:#}", tls.reload().unwrap_err());
        let setting = ["tls.key", "tls.certificate", "tls.client_ca"];
        assert!(setting.iter().any(|it| error.contains(it)), "{error}");
        assert!(!error.contains("PRIVATE"), "{error}");
        assert_eq!(shown(base, ca).await, renewed.der, "{name}");
        mtls.files.write(name, &kept);
    }
}

#[tokio::test]
async fn a_ca_that_is_taken_back_proves_nobody_any_more() {
    let mtls = Mtls::start().await;
    let client = for_itself(by_name("ledger", &named("ledger")));
    mtls.server.register(&client).await;
    let tls = mtls.server.portcullis.tls().unwrap();
    let own = mtls.files.clients.issue(&Subject::new("ledger"));
    let program = mtls.program(Some(&own));
    own_token(&program, "ledger").await.ok();
    let next = Authority::new("next");
    mtls.files.write("clients.pem", &next.pem);
    assert!(tls.reload().unwrap());
    // Also over a connection that was open before.
    own_token(&program, "ledger").await.status(401);
    let new = next.issue(&Subject::new("ledger"));
    own_token(&mtls.program(Some(&new)), "ledger").await.ok();
    // Both, while clients go from one to the other.
    let both = format!("{}{}", mtls.files.clients.pem, next.pem);
    mtls.files.write("clients.pem", &both);
    tls.reload().unwrap();
    own_token(&program, "ledger").await.ok();
    own_token(&mtls.program(Some(&new)), "ledger").await.ok();
}
