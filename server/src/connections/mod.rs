//! The program's connections: accepting them, with TLS or without, answering on them, and letting go
//! of callers who take too long over what is theirs to do.
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
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::{mpsc, watch},
    time::{Instant, sleep, timeout},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

pub use self::waiting::Patience;
use self::{
    answering::{Answering, Peer},
    stream::Watched,
    waiting::Waiting,
};
use crate::tls::{ClientCertificate, Tls};

/// Answers with `router` until `stop` is ready, and then until what is under way is answered:
/// HTTP/1.1, each request with its caller's address for limits and the audit log.
///
/// Event streams are under way until [`Portcullis::stop_streams`](crate::Portcullis::stop_streams).
pub async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    stop: impl Future<Output = ()>,
) {
    accept(listener, None, router, patience, stop).await;
}

/// The same with TLS, if there is a certificate for it. A certificate that a caller shows is an
/// extension of each of its requests: [`ClientCertificate`].
pub async fn serve_tls(
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    router: Router,
    patience: Patience,
    stop: impl Future<Output = ()>,
) {
    accept(listener, tls, router, patience, stop).await;
}

async fn accept(
    mut listener: TcpListener,
    tls: Option<Arc<Tls>>,
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
        // As it is now: the files may change while the server runs.
        let config = tls.as_ref().and_then(|tls| tls.server());
        tokio::spawn(async move {
            match config {
                None => connection(stream, address, router, patience, told).await,
                Some(config) => {
                    tls_connection(stream, config, address, router, patience, told).await;
                }
            }
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
    stopping: watch::Receiver<bool>,
) {
    let waiting = Arc::new(Waiting::default());
    let stream = Watched::new(stream, Arc::clone(&waiting));
    let peer = Peer {
        address,
        certificate: None,
    };
    answer(stream, peer, router, patience, waiting, stopping).await;
}

/// One connection with TLS, to its end. What is watched is what goes over the wire, so that a caller
/// is as slow inside of TLS as without; and the handshake is a part of the first head, which has to
/// be there in time from the connection's beginning.
async fn tls_connection(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    config: Arc<ServerConfig>,
    address: SocketAddr,
    router: Router,
    patience: Patience,
    mut stopping: watch::Receiver<bool>,
) {
    let waiting = Arc::new(Waiting::default());
    let stream = Watched::new(stream, Arc::clone(&waiting));
    let handshake = TlsAcceptor::from(config).accept(stream);
    let shaken = tokio::select! {
        shaken = timeout(patience.shortest(), handshake) => shaken,
        // Nothing was asked yet.
        _ = stopping.wait_for(|stopping| *stopping) => return,
    };
    let stream = match shaken {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            tracing::debug!(%address, %error, "a TLS handshake failed");
            return;
        }
        Err(_) => {
            tracing::debug!(%address, "closed a connection whose TLS handshake took too long");
            return;
        }
    };
    let peer = Peer {
        address,
        certificate: shown(&stream),
    };
    answer(stream, peer, router, patience, waiting, stopping).await;
}

/// The certificate that the caller has shown.
fn shown<S>(stream: &TlsStream<S>) -> Option<ClientCertificate> {
    let (_, session) = stream.get_ref();
    let chain = session.peer_certificates()?;
    ClientCertificate::from_chain(chain.iter().map(|certificate| certificate.to_vec()))
}

async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    peer: Peer,
    router: Router,
    patience: Patience,
    waiting: Arc<Waiting>,
    mut stopping: watch::Receiver<bool>,
) {
    let address = peer.address;
    let stream = TokioIo::new(stream);
    let answering = Answering::new(router, peer, Arc::clone(&waiting));
    let mut http = http1::Builder::new();
    // hyper's own limit would count the time between two requests as well, and makes a timer for
    // each of them.
    http.header_read_timeout(None);
    let mut connection = pin!(http.serve_connection(stream, answering));
    // A handshake has used some of it up.
    let left = waiting.left(patience, Instant::now());
    let mut alarm = pin!(sleep(left.unwrap_or_default()));
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
