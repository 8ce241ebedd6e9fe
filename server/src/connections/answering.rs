//! The router as hyper calls it, with an answer that says when it is complete.

use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, Request},
    http::Response,
    routing::future::RouteFuture,
};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use tower::Service as _;

use super::waiting::Waiting;
use crate::tls::ClientCertificate;

/// Who is at the other end.
pub(super) struct Peer {
    pub(super) address: SocketAddr,
    /// What TLS has proved that they have.
    pub(super) certificate: Option<ClientCertificate>,
}

/// What answers the requests of one connection.
pub(super) struct Answering {
    router: Router,
    peer: Peer,
    waiting: Arc<Waiting>,
}

impl Answering {
    pub(super) const fn new(router: Router, peer: Peer, waiting: Arc<Waiting>) -> Self {
        Self {
            router,
            peer,
            waiting,
        }
    }
}

impl hyper::service::Service<Request<Incoming>> for Answering {
    type Response = Response<Answer>;
    type Error = Infallible;
    type Future = Answered;

    fn call(&self, mut request: Request<Incoming>) -> Answered {
        self.waiting.asked();
        let known = request.extensions_mut();
        known.insert(ConnectInfo(self.peer.address));
        if let Some(certificate) = &self.peer.certificate {
            known.insert(certificate.clone());
        }
        Answered {
            response: self.router.clone().call(request),
            waiting: Arc::clone(&self.waiting),
        }
    }
}

/// An answer on its way.
pub(super) struct Answered {
    response: RouteFuture<Infallible>,
    waiting: Arc<Waiting>,
}

impl Future for Answered {
    type Output = Result<Response<Answer>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Ok(response) = ready!(Pin::new(&mut self.response).poll(context));
        let waiting = Arc::clone(&self.waiting);
        Poll::Ready(Ok(response.map(|body| Answer { body, waiting })))
    }
}

/// The body of an answer; hyper drops it once it has all of it.
pub(super) struct Answer {
    body: Body,
    waiting: Arc<Waiting>,
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.waiting.answered();
    }
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
