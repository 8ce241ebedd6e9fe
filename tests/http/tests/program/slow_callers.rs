//! Callers who take too long over their requests lose their connection; others keep theirs.

use std::time::Duration;

use portcullis_http_tests::Program;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

const ASK: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
/// Far longer than any limit of these tests, on the busiest machine.
const LONG: Duration = Duration::from_secs(40);

async fn start(folder: &tempfile::TempDir, header: &str, keep_alive: &str) -> Program {
    Program::start_with(folder, &["--port", "0"], |command| {
        command
            .env("PORTCULLIS_LIMITS__HEADER_SECONDS", header)
            .env("PORTCULLIS_LIMITS__KEEP_ALIVE_SECONDS", keep_alive);
    })
    .await
}

async fn connect(program: &Program) -> TcpStream {
    let base = program.base();
    let address = base.trim_start_matches("http://");
    TcpStream::connect(address).await.unwrap()
}

async fn ask(stream: &mut TcpStream) {
    stream.write_all(ASK).await.unwrap();
    let mut text = String::new();
    while !text.ends_with('}') {
        let mut chunk = [0; 4096];
        let read = timeout(LONG, stream.read(&mut chunk)).await.unwrap();
        let read = read.unwrap();
        assert_ne!(read, 0, "closed after {text:?}");
        text.push_str(std::str::from_utf8(&chunk[..read]).unwrap());
    }
    assert!(text.starts_with("HTTP/1.1 200 "), "{text}");
}

/// Waits for the server to close, while sending a byte of a request now and then.
async fn closes_on_dribble(mut stream: TcpStream) {
    let head = [
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ",
        &[b'a'; 10_000][..],
    ]
    .concat();
    let dribbling = async {
        for byte in head {
            let mut answer = [0; 1];
            if stream.write_all(&[byte]).await.is_err() {
                return;
            }
            let read = timeout(Duration::from_millis(50), stream.read(&mut answer)).await;
            match read {
                Err(_) => {}
                Ok(Ok(0) | Err(_)) => return,
                Ok(Ok(_)) => panic!("an answer to half a request"),
            }
        }
        panic!("still there after the whole head");
    };
    assert!(timeout(LONG, dribbling).await.is_ok(), "it is not closed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_comes_byte_by_byte_is_cut_off_and_an_idle_connection_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let program = start(&folder, "1", "600").await;
    let mut ordinary = connect(&program).await;
    ask(&mut ordinary).await;
    let mut dribbling = tokio::task::JoinSet::new();
    for _ in 0..50 {
        dribbling.spawn(closes_on_dribble(connect(&program).await));
    }
    // A second request on a connection has no more time than a first.
    let mut second = connect(&program).await;
    ask(&mut second).await;
    dribbling.spawn(closes_on_dribble(second));
    while let Some(ended) = dribbling.join_next().await {
        ended.unwrap();
    }
    // It has been idle for longer than a head may take by now.
    ask(&mut ordinary).await;
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let program = start(&folder, "1", "600").await;
    let mut silent = connect(&program).await;
    let read = timeout(LONG, silent.read_to_end(&mut Vec::new())).await;
    assert_eq!(read.expect("it is closed").unwrap(), 0);
}

#[tokio::test]
async fn a_connection_without_further_requests_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let program = start(&folder, "600", "1").await;
    let mut idle = connect(&program).await;
    ask(&mut idle).await;
    let read = timeout(LONG, idle.read_to_end(&mut Vec::new())).await;
    assert_eq!(read.expect("it is closed").unwrap(), 0);
}

#[tokio::test]
async fn an_open_event_stream_is_no_idle_connection() {
    let folder = tempfile::tempdir().unwrap();
    let program = start(&folder, "1", "1").await;
    let ada = program.browser();
    ada.register("ada").await.status(200);
    let Ok(mut events) = portcullis_http_tests::events::Events::open(&ada).await else {
        panic!("no stream");
    };
    events.next(LONG).await.expect("hello");
    sleep(Duration::from_secs(4)).await;
    ada.sign_out().await.status(204);
    assert!(events.next(LONG).await.is_some(), "the news that it ended");
}
