//! The load generator: keep-alive connections that each ask again as soon as they are answered.
//!
//! It runs on one thread, so that on a small machine most of the rest is left to the server.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::http;

/// How many ask at once.
const CONNECTIONS: usize = 32;

/// Asks for `time` and says how many answers came per second. Any answer but 200 is an error: a
/// server that refuses quickly must not look fast.
pub(crate) fn run(port: u16, request: &[u8], time: Duration) -> Result<f64> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let started = Instant::now();
        let mut connections = JoinSet::new();
        for _ in 0..CONNECTIONS {
            connections.spawn(ask(port, request.to_vec(), started + time));
        }
        let mut answers = 0_u32;
        while let Some(asked) = connections.join_next().await {
            answers += asked.context("a connection broke off")??;
        }
        Ok(f64::from(answers) / started.elapsed().as_secs_f64())
    })
}

async fn ask(port: u16, request: Vec<u8>, until: Instant) -> Result<u32> {
    let mut stream = TcpStream::connect(http::address(port)).await?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(16 * 1024);
    let mut answers = 0;
    let mut before: Option<http::Extent> = None;
    while Instant::now() < until {
        stream.write_all(&request).await?;
        buffer.clear();
        let answer = loop {
            if stream.read_buf(&mut buffer).await? == 0 {
                bail!("the server closed a connection");
            }
            if let Some(before) = before.filter(|before| http::is_like(&buffer, *before)) {
                break before;
            }
            if let Some(answer) = http::parse(&buffer)? {
                break answer;
            }
        };
        if answer.status != 200 || answer.end != buffer.len() {
            bail!("the server answered {} under load", answer.status);
        }
        before = Some(answer);
        answers += 1;
    }
    Ok(answers)
}
