//! A page of somebody's own that the server fetches: it says what a test has it say, and counts how
//! often it is asked.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, http::StatusCode, routing::get};

/// The page, on a port of its own.
pub struct Page {
    /// Where it is.
    pub uri: String,
    body: Arc<Mutex<(StatusCode, String)>>,
    asked: Arc<AtomicUsize>,
}

impl Page {
    /// Starts it with nothing to say.
    pub async fn start() -> Self {
        let body = Arc::new(Mutex::new((StatusCode::OK, String::new())));
        let asked = Arc::new(AtomicUsize::new(0));
        let (said, count) = (Arc::clone(&body), Arc::clone(&asked));
        let page = move || async move {
            count.fetch_add(1, Ordering::SeqCst);
            let (status, text) = said.lock().unwrap_or_else(PoisonError::into_inner).clone();
            (status, [("location", "/elsewhere")], text)
        };
        // Whoever followed a redirect would be counted.
        let count = Arc::clone(&asked);
        let elsewhere = move || async move {
            count.fetch_add(1, Ordering::SeqCst);
        };
        let router = Router::new()
            .route("/page", get(page))
            .route("/elsewhere", get(elsewhere));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://{}/page", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { uri, body, asked }
    }

    /// What it says from now on.
    pub fn say(&self, status: StatusCode, text: String) {
        *self.body.lock().unwrap_or_else(PoisonError::into_inner) = (status, text);
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}
