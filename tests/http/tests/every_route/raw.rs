//! Bytes that are no HTTP, or that proxies read differently: an answer below 500 or a closed
//! connection, and a server that goes on.

use std::time::Duration;

use portcullis_http_tests::Server;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

async fn say(server: &Server, bytes: &[u8]) -> String {
    let address = server.base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may close before it has read all.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let read = timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "the connection hangs");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn bytes_that_are_no_http_break_nothing() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let before = server.tables().await;
    let head = "POST /api/auth/sign-out HTTP/1.1\r\nHost: localhost\r\nX-Portcullis: 1\r\n";
    let json = "Content-Type: application/json\r\n";
    for bytes in [
        "\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\u{2}".to_owned(),
        "GET\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\nHost: x\r\n\r\n".to_owned(),
        "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost : x\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\n Host: x\r\n\r\n".to_owned(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(1_000_000)),
        format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(10_000)),
        format!("{head}{json}Content-Length: -1\r\n\r\n{{}}"),
        format!("{head}{json}Content-Length: 99999999999999999999\r\n\r\n{{}}"),
        format!("{head}{json}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}"),
        format!("{head}{json}Content-Length: 100\r\n\r\n{{}}"),
        format!("{head}{json}Transfer-Encoding: chunked\r\n\r\nzz\r\n{{}}\r\n"),
        format!("{head}{json}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{{}}\r\n"),
        format!("{head}{json}Transfer-Encoding: gzip\r\n\r\n{{}}"),
        format!(
            "{head}{json}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\
             GET /api/auth/sessions HTTP/1.1\r\nHost: x\r\n\r\n"
        ),
    ] {
        let answer = say(&server, bytes.as_bytes()).await;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        let start: String = bytes.chars().take(120).collect();
        assert!(!status.starts_with('5'), "{start:?}: {answer}");
        assert!(!status.starts_with('2'), "{start:?}: {answer}");
    }
    assert_eq!(server.tables().await, before);
    assert!(ada.is_signed_in().await);
}

/// Somebody who connects and says nothing keeps nobody else from being served.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_block_nobody() {
    let server = Server::start().await;
    let address = server.base.trim_start_matches("http://").to_owned();
    let mut idle = Vec::new();
    for _ in 0..200 {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream
            .write_all(b"POST /api/auth/register HTTP/1.1\r\nHost: x\r\n")
            .await
            .unwrap();
        idle.push(stream);
    }
    let started = std::time::Instant::now();
    server.person("ada").await;
    println!(
        "served after {:?} beside {} idle connections",
        started.elapsed(),
        idle.len()
    );
    assert!(started.elapsed() < Duration::from_secs(5));
}
