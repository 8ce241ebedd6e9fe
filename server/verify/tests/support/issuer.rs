//! Somebody else's issuer on loopback: what it answers the test decides.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{Response, StatusCode, header},
};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify};

/// One answer: status, headers, body.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    status: StatusCode,
    location: Option<String>,
    body: Vec<u8>,
}

impl Page {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap(),
            location: None,
            body: body.into(),
        }
    }

    pub(crate) fn redirect(location: &str) -> Self {
        let mut page = Self::new(302, "");
        page.location = Some(location.to_owned());
        page
    }
}

pub(crate) struct Loopback {
    /// Its name.
    pub(crate) issuer: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// By path.
    pages: Mutex<Vec<(String, Page)>>,
    asked: Mutex<Vec<String>>,
    /// Answers wait as long as this is not zero.
    held: AtomicUsize,
    go_on: Notify,
}

const OPENID: &str = "/.well-known/openid-configuration";
pub(crate) const OAUTH: &str = "/.well-known/oauth-authorization-server";
pub(crate) const JWKS: &str = "/jwks.json";

impl Loopback {
    /// An issuer that publishes these keys.
    pub(crate) async fn start(jwks: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared::default());
        let app = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, app).await });
        let it = Self { issuer, shared };
        it.publish(jwks);
        it.describe(&it.metadata());
        it
    }

    pub(crate) fn metadata(&self) -> Value {
        json!({ "issuer": self.issuer, "jwks_uri": self.at(JWKS) })
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    pub(crate) fn describe(&self, metadata: &Value) {
        self.page(OPENID, Page::new(200, metadata.to_string()));
    }

    pub(crate) fn publish(&self, jwks: &str) {
        self.page(JWKS, Page::new(200, jwks));
    }

    /// Answers so at that path from now on.
    pub(crate) fn page(&self, path: &str, page: Page) {
        let mut pages = self.shared.pages.lock();
        pages.retain(|(known, _)| known != path);
        pages.push((path.to_owned(), page));
    }

    pub(crate) fn page_openid(&self, page: Page) {
        self.page(OPENID, page);
    }

    /// How often its keys were fetched.
    pub(crate) fn fetches(&self) -> usize {
        self.asked_for(JWKS)
    }

    pub(crate) fn asked_for(&self, path: &str) -> usize {
        let asked = self.shared.asked.lock();
        asked.iter().filter(|known| *known == path).count()
    }

    /// How many requests there were at all.
    pub(crate) fn requests(&self) -> usize {
        self.shared.asked.lock().len()
    }

    /// Lets nobody have an answer, until [`go_on`](Self::go_on).
    pub(crate) fn hold(&self) {
        self.shared.held.store(1, Ordering::SeqCst);
    }

    pub(crate) fn go_on(&self) {
        self.shared.held.store(0, Ordering::SeqCst);
        self.shared.go_on.notify_waiters();
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    shared.asked.lock().push(path.clone());
    loop {
        let go_on = shared.go_on.notified();
        if shared.held.load(Ordering::SeqCst) == 0 {
            break;
        }
        go_on.await;
    }
    let pages = shared.pages.lock();
    let page = pages.iter().find(|(known, _)| *known == path);
    let page = page.map_or_else(|| Page::new(404, ""), |(_, page)| page.clone());
    let mut response = Response::builder().status(page.status);
    if let Some(location) = page.location {
        response = response.header(header::LOCATION, location);
    }
    response.body(Body::from(page.body)).unwrap()
}
