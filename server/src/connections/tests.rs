//! In stopped time, so that seconds are exact and cost nothing.

use std::{net::Ipv4Addr, time::Duration};

use axum::{Router, body::Body, routing::get};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore,
    crypto::aws_lc_rs::default_provider,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    sync::watch,
    time::{Instant, sleep, timeout},
};
use tokio_rustls::TlsConnector;

use super::*;
use crate::config::TlsConfig;

const ASK: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const PATIENCE: Patience = Patience {
    head: Duration::from_secs(10),
    idle: Duration::from_secs(75),
};

fn router() -> Router {
    let slow = || async {
        sleep(Duration::from_mins(5)).await;
        "done"
    };
    Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/slow", get(slow))
        .route("/large", get(|| async { Body::from(vec![b'x'; 100_000]) }))
}

/// The caller's end of a connection whose pipe holds 1,000 bytes.
fn connect() -> (DuplexStream, watch::Sender<bool>) {
    let (ours, theirs) = duplex(1000);
    let (stop, stopping) = watch::channel(false);
    let address = (Ipv4Addr::LOCALHOST, 1).into();
    tokio::spawn(connection(theirs, address, router(), PATIENCE, stopping));
    (ours, stop)
}

async fn read(caller: &mut (impl AsyncRead + Unpin), end: &str) {
    let mut text = String::new();
    while !text.ends_with(end) {
        let mut chunk = [0; 200];
        let length = caller.read(&mut chunk).await.unwrap();
        assert_ne!(length, 0, "closed after {text:?}");
        text.push_str(std::str::from_utf8(&chunk[..length]).unwrap());
    }
}

/// Seconds until the server closes the connection.
async fn seconds_until_closed(caller: &mut (impl AsyncRead + Unpin)) -> u64 {
    let started = Instant::now();
    let mut rest = Vec::new();
    let closed = timeout(Duration::from_hours(1), caller.read_to_end(&mut rest)).await;
    assert!(closed.is_ok(), "still open");
    assert!(rest.is_empty(), "{:?}", String::from_utf8_lossy(&rest));
    started.elapsed().as_secs()
}

/// Asks with a byte every 900 ms and says how many got through.
async fn dribble(caller: &mut DuplexStream) -> usize {
    for (number, byte) in ASK.iter().enumerate() {
        if caller.write_all(&[*byte]).await.is_err() {
            return number;
        }
        sleep(Duration::from_millis(900)).await;
    }
    ASK.len()
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_says_nothing_has_ten_seconds() {
    let (mut caller, _stop) = connect();
    assert_eq!(seconds_until_closed(&mut caller).await, 10);
}

#[tokio::test(start_paused = true)]
async fn so_has_one_who_dribbles_its_first_request() {
    let (mut caller, _stop) = connect();
    assert_eq!(dribble(&mut caller).await, 12, "10.8 seconds");
}

#[tokio::test(start_paused = true)]
async fn so_has_one_who_dribbles_a_later_request() {
    let (mut caller, _stop) = connect();
    for wait in [7, 33, 64] {
        caller.write_all(ASK).await.unwrap();
        read(&mut caller, "hello").await;
        sleep(Duration::from_secs(wait)).await;
    }
    assert_eq!(dribble(&mut caller).await, 12, "10.8 seconds");
}

#[tokio::test(start_paused = true)]
async fn the_rest_of_a_head_that_came_too_early_is_awaited_no_longer_than_a_request() {
    let (mut caller, _stop) = connect();
    let both = [ASK, b"GET / HT"].concat();
    caller.write_all(&both).await.unwrap();
    read(&mut caller, "hello").await;
    assert_eq!(seconds_until_closed(&mut caller).await, 75);
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_requests_is_closed_after_75_seconds() {
    let (mut caller, _stop) = connect();
    for _ in 0..50 {
        caller.write_all(ASK).await.unwrap();
        read(&mut caller, "hello").await;
        sleep(Duration::from_secs(74)).await;
    }
    caller.write_all(ASK).await.unwrap();
    read(&mut caller, "hello").await;
    assert_eq!(seconds_until_closed(&mut caller).await, 75);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_being_answered_is_not_cut_off() {
    let (mut caller, _stop) = connect();
    caller
        .write_all(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    read(&mut caller, "done").await;
    caller.write_all(ASK).await.unwrap();
    read(&mut caller, "hello").await;
}

#[tokio::test(start_paused = true)]
async fn a_caller_may_take_its_answer_slowly_but_must_take_it() {
    let (mut caller, _stop) = connect();
    caller
        .write_all(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut some = vec![0; 2000];
    for _ in 0..20 {
        sleep(Duration::from_mins(1)).await;
        caller.read_exact(&mut some).await.unwrap();
    }
    sleep(Duration::from_secs(80)).await;
    let mut rest = Vec::new();
    caller.read_to_end(&mut rest).await.unwrap();
    assert!(
        rest.len() <= 1000,
        "{} bytes more than the pipe",
        rest.len()
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_nobody_wants_keeps_no_connection() {
    let (mut caller, _stop) = connect();
    caller
        .write_all(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nx")
        .await
        .unwrap();
    sleep(Duration::from_secs(1)).await;
    let started = Instant::now();
    let mut answer = Vec::new();
    caller.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 405"));
    assert!(started.elapsed() <= PATIENCE.idle);
}

#[tokio::test(start_paused = true)]
async fn told_to_stop_it_answers_what_it_was_asked_and_closes() {
    let (mut caller, stop) = connect();
    caller
        .write_all(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    sleep(Duration::from_secs(1)).await;
    stop.send_replace(true);
    read(&mut caller, "done").await;
    assert_eq!(seconds_until_closed(&mut caller).await, 0);
    let (mut idle, stop) = connect();
    idle.write_all(ASK).await.unwrap();
    read(&mut idle, "hello").await;
    stop.send_replace(true);
    assert_eq!(seconds_until_closed(&mut idle).await, 0);
}

/// A server's end that speaks TLS, and what its callers trust it with.
fn tls() -> (Arc<ServerConfig>, Arc<ClientConfig>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        Some(path)
    };
    let config = TlsConfig {
        certificate: write("chain.pem", made.cert.pem()),
        key: write("key.pem", made.signing_key.serialize_pem()),
        client_certificates: true,
        client_ca: None,
    };
    let server = Tls::load(&config).unwrap().unwrap().server().unwrap();
    let mut roots = RootCertStore::empty();
    let pem = made.cert.pem();
    let root = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    roots.add(root).unwrap();
    let client = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let client = client.with_safe_default_protocol_versions().unwrap();
    let client = client.with_root_certificates(roots).with_no_client_auth();
    (server, Arc::new(client))
}

/// The caller's end of a connection that wants TLS, before the handshake.
fn connect_tls(config: Arc<ServerConfig>) -> (DuplexStream, watch::Sender<bool>) {
    let (ours, theirs) = duplex(1000);
    let (stop, stopping) = watch::channel(false);
    let address = (Ipv4Addr::LOCALHOST, 1).into();
    let connection = tls_connection(theirs, config, address, router(), PATIENCE, stopping);
    tokio::spawn(connection);
    (ours, stop)
}

fn localhost() -> ServerName<'static> {
    ServerName::try_from("localhost").unwrap()
}

/// What a caller says first.
fn hello(config: Arc<ClientConfig>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut caller = ClientConnection::new(config, localhost()).unwrap();
    caller.write_tls(&mut bytes).unwrap();
    assert!(bytes.len() > 100);
    bytes
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_does_not_begin_has_ten_seconds() {
    let (server, _) = tls();
    let (mut caller, _stop) = connect_tls(server);
    assert_eq!(seconds_until_closed(&mut caller).await, 10);
}

#[tokio::test(start_paused = true)]
async fn so_has_one_that_comes_byte_by_byte() {
    let (server, client) = tls();
    let (mut caller, _stop) = connect_tls(server);
    let mut sent = 0;
    for byte in hello(client) {
        if caller.write_all(&[byte]).await.is_err() {
            break;
        }
        sent += 1;
        sleep(Duration::from_millis(900)).await;
    }
    assert_eq!(sent, 12, "10.8 seconds");
}

#[tokio::test(start_paused = true)]
async fn so_has_one_whose_caller_takes_no_answer_or_gives_none() {
    for takes in [false, true] {
        let (server, client) = tls();
        let (mut caller, _stop) = connect_tls(server);
        let started = Instant::now();
        caller.write_all(&hello(client)).await.unwrap();
        if !takes {
            sleep(Duration::from_secs(11)).await;
        }
        let mut answer = Vec::new();
        let _ = caller.read_to_end(&mut answer).await;
        assert_eq!(started.elapsed().as_secs(), if takes { 10 } else { 11 });
        assert!(!answer.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn handshake_and_first_head_have_ten_seconds_together() {
    let (server, client) = tls();
    let (caller, _stop) = connect_tls(server);
    let started = Instant::now();
    sleep(Duration::from_secs(7)).await;
    let connector = TlsConnector::from(client);
    let mut caller = connector.connect(localhost(), caller).await.unwrap();
    caller.write_all(&ASK[..20]).await.unwrap();
    caller.flush().await.unwrap();
    seconds_until_closed(&mut caller).await;
    assert_eq!(started.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn inside_of_tls_a_caller_has_the_time_that_it_has_without() {
    let (server, client) = tls();
    let (caller, _stop) = connect_tls(server);
    let connector = TlsConnector::from(client);
    let mut caller = connector.connect(localhost(), caller).await.unwrap();
    for _ in 0..20 {
        caller.write_all(ASK).await.unwrap();
        read(&mut caller, "hello").await;
        sleep(Duration::from_secs(74)).await;
    }
    caller.write_all(ASK).await.unwrap();
    read(&mut caller, "hello").await;
    assert_eq!(seconds_until_closed(&mut caller).await, 75);
}

/// A record that comes byte by byte is a head that does.
#[tokio::test(start_paused = true)]
async fn so_it_has_for_a_later_request() {
    let (server, client) = tls();
    let (caller, _stop) = connect_tls(server);
    let connector = TlsConnector::from(client);
    let mut caller = connector.connect(localhost(), caller).await.unwrap();
    caller.write_all(ASK).await.unwrap();
    read(&mut caller, "hello").await;
    sleep(Duration::from_mins(1)).await;
    let (raw, _) = caller.get_mut();
    // The beginning of a record of application data.
    let mut sent = 0;
    for byte in [23, 3, 3, 1, 0].into_iter().chain([0; 200]) {
        if raw.write_all(&[byte]).await.is_err() {
            break;
        }
        sent += 1;
        sleep(Duration::from_millis(900)).await;
    }
    assert_eq!(sent, 12, "10.8 seconds");
}

#[tokio::test(start_paused = true)]
async fn answers_that_nobody_takes_keep_no_connection_however_small_they_are() {
    for path in ["/", "/large"] {
        let (server, client) = tls();
        let (caller, _stop) = connect_tls(server);
        let connector = TlsConnector::from(client);
        let mut caller = connector.connect(localhost(), caller).await.unwrap();
        let ask = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        // Small ones fit into what TLS holds back, so that writing them never waits.
        for _ in 0..20 {
            let asked = timeout(Duration::from_secs(1), caller.write_all(ask.as_bytes())).await;
            if asked.is_err() {
                break;
            }
        }
        sleep(Duration::from_secs(80)).await;
        let (raw, _) = caller.get_mut();
        let mut rest = Vec::new();
        let closed = timeout(Duration::from_secs(1), raw.read_to_end(&mut rest)).await;
        assert!(closed.is_ok(), "{path}: still open");
        assert!(rest.len() <= 1000, "{path}: {} bytes", rest.len());
    }
}

#[tokio::test(start_paused = true)]
async fn told_to_stop_it_waits_for_no_handshake() {
    let (server, client) = tls();
    let (mut caller, stop) = connect_tls(Arc::clone(&server));
    stop.send_replace(true);
    assert_eq!(seconds_until_closed(&mut caller).await, 0);
    let (caller, stop) = connect_tls(server);
    let connector = TlsConnector::from(client);
    let mut caller = connector.connect(localhost(), caller).await.unwrap();
    caller.write_all(ASK).await.unwrap();
    read(&mut caller, "hello").await;
    stop.send_replace(true);
    assert_eq!(seconds_until_closed(&mut caller).await, 0);
}
