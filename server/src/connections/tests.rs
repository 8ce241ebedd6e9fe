//! In stopped time, so that seconds are exact and cost nothing.

use std::{net::Ipv4Addr, time::Duration};

use axum::{Router, body::Body, routing::get};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    sync::watch,
    time::{Instant, sleep, timeout},
};

use super::*;

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

async fn read(caller: &mut DuplexStream, end: &str) {
    let mut text = String::new();
    while !text.ends_with(end) {
        let mut chunk = [0; 200];
        let length = caller.read(&mut chunk).await.unwrap();
        assert_ne!(length, 0, "closed after {text:?}");
        text.push_str(std::str::from_utf8(&chunk[..length]).unwrap());
    }
}

/// Seconds until the server closes the connection.
async fn seconds_until_closed(caller: &mut DuplexStream) -> u64 {
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
