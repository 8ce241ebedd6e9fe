//! The program's connections: accepting them, answering on them, and letting go of callers who
//! take too long over what is theirs to do.
//!
//! axum's own server waits for the rest of a request's head for ever, so whoever sends one byte a
//! minute keeps a connection, and a thousand of them keep everybody else out (slow loris).

mod answering;
mod stream;
mod waiting;

use std::{convert::Infallible, future::Future, net::SocketAddr, pin::pin, sync::Arc};

use axum::{Router, serve::Listener};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::{mpsc, watch},
    time::{Instant, sleep},
};

pub use self::waiting::Patience;
use self::{answering::Answering, stream::Watched, waiting::Waiting};

/// Answers with `router` until `stop` is ready, and then until what is under way is answered:
/// HTTP/1.1, each request with its caller's address for limits and the audit log.
///
/// Event streams are under way until [`Portcullis::stop_streams`](crate::Portcullis::stop_streams).
pub async fn serve(
    mut listener: TcpListener,
    router: Router,
    patience: Patience,
    stop: impl Future<Output = ()>,
) {
    let (stopping, told) = watch::channel(false);
    // Nothing is ever sent: it closes when the last connection has dropped its end.
    let (open, mut all_closed) = mpsc::channel::<Infallible>(1);
    let mut stop = pin!(stop);
    loop {
        let (stream, address) = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            () = &mut stop => break,
        };
        // Answers are small and whole; waiting to fill a packet only delays them.
        let _ = stream.set_nodelay(true);
        let (router, told, open) = (router.clone(), told.clone(), open.clone());
        tokio::spawn(async move {
            connection(stream, address, router, patience, told).await;
            drop(open);
        });
    }
    drop((listener, open));
    stopping.send_replace(true);
    all_closed.recv().await;
}

/// One connection, to its end.
async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    address: SocketAddr,
    router: Router,
    patience: Patience,
    mut stopping: watch::Receiver<bool>,
) {
    let waiting = Arc::new(Waiting::default());
    let stream = TokioIo::new(Watched::new(stream, Arc::clone(&waiting)));
    let answering = Answering::new(router, address, Arc::clone(&waiting));
    let mut http = http1::Builder::new();
    // hyper's own limit would count the time between two requests as well, and makes a timer for
    // each of them.
    http.header_read_timeout(None);
    let mut connection = pin!(http.serve_connection(stream, answering));
    let mut alarm = pin!(sleep(patience.shortest()));
    let mut told = false;
    loop {
        tokio::select! {
            _ = connection.as_mut() => return,
            () = alarm.as_mut() => {
                let now = Instant::now();
                let Some(left) = waiting.left(patience, now) else {
                    tracing::debug!(%address, "closed a connection that took too long");
                    return;
                };
                alarm.as_mut().reset(now + left);
            }
            _ = stopping.wait_for(|stopping| *stopping), if !told => {
                told = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

#[cfg(test)]
mod tests;
