//! The load generator: keep-alive connections that each ask again as soon as they are answered.
//!
//! It runs on one thread, so that on a small machine most of the rest is left to the server.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::http;
use crate::process::Server;

/// What one connection asks.
pub(crate) trait Ask: Send + 'static {
    /// The next request; nothing when there is nothing left to ask.
    fn next(&mut self) -> Option<&[u8]>;

    /// Looks at the body of the answer to it.
    fn answered(&mut self, body: &[u8]) -> Result<()>;
}

impl Ask for Box<dyn Ask> {
    fn next(&mut self) -> Option<&[u8]> {
        (**self).next()
    }

    fn answered(&mut self, body: &[u8]) -> Result<()> {
        (**self).answered(body)
    }
}

/// Asks the same over and over.
#[derive(Clone, Debug)]
pub(crate) struct Same(pub(crate) Vec<u8>);

impl Ask for Same {
    fn next(&mut self) -> Option<&[u8]> {
        Some(&self.0)
    }

    fn answered(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    /// Answers per second.
    pub(crate) rate: f64,
    /// Processor time per answer, in microseconds.
    pub(crate) cost: f64,
    /// How long half of the answers took at most, in milliseconds.
    pub(crate) median: f64,
    /// How long 99 of 100 answers took at most, in milliseconds.
    pub(crate) slowest_hundredth: f64,
}

/// Asks for `time` at most, a connection for each of `asks`, and says what came of it. Any answer
/// but 200 is an error: a server that refuses quickly must not look fast.
pub(crate) fn run<A: Ask>(server: &Server, asks: &mut Vec<A>, time: Duration) -> Result<Measured> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let before = server.processor_seconds()?;
    let started = Instant::now();
    let mut times = runtime.block_on(async {
        let mut connections = JoinSet::new();
        for asked in asks.drain(..) {
            connections.spawn(ask(server.port, asked, started + time));
        }
        let mut all = Vec::new();
        while let Some(asked) = connections.join_next().await {
            let (asked, mut times) = asked.context("a connection broke off")??;
            asks.push(asked);
            all.append(&mut times);
        }
        anyhow::Ok(all)
    })?;
    let elapsed = started.elapsed().as_secs_f64();
    let used = server.processor_seconds()? - before;
    let answers = f64::from(u32::try_from(times.len())?);
    times.sort_unstable();
    let millis = |time: Option<&u32>| time.map_or(f64::NAN, |micros| f64::from(*micros) / 1e3);
    Ok(Measured {
        rate: answers / elapsed,
        cost: used * 1e6 / answers,
        median: millis(times.get(times.len() / 2)),
        slowest_hundredth: millis(times.get(times.len() * 99 / 100)),
    })
}

/// Asks until then; how long each answer took, in microseconds.
async fn ask<A: Ask>(port: u16, mut asks: A, until: Instant) -> Result<(A, Vec<u32>)> {
    let mut stream = TcpStream::connect(http::address(port)).await?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(16 * 1024);
    let mut times = Vec::new();
    let mut before: Option<http::Extent> = None;
    let mut asked = Instant::now();
    while asked < until
        && let Some(request) = asks.next()
    {
        stream.write_all(request).await?;
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
        let body = buffer.get(answer.head..).unwrap_or_default();
        if answer.status != 200 || answer.end != buffer.len() {
            let body = String::from_utf8_lossy(body);
            bail!("the server answered {} under load: {body}", answer.status);
        }
        asks.answered(body)?;
        before = Some(answer);
        let now = Instant::now();
        times.push(u32::try_from((now - asked).as_micros()).unwrap_or(u32::MAX));
        asked = now;
    }
    Ok((asks, times))
}
