//! A tab that listens to the server-sent events of its session.

use std::time::Duration;

use portcullis_types::paths;
use reqwest::Method;
use serde_json::Value;
use tokio::time::timeout;

use crate::{Answer, Browser};

/// An open event stream.
pub struct Events {
    response: reqwest::Response,
    buffer: String,
}

impl Events {
    /// Listens. The answer, where it is a refusal.
    pub async fn open(browser: &Browser) -> Result<Self, Answer> {
        let response = browser
            .call(Method::GET, paths::EVENTS)
            .open()
            .await
            .unwrap();
        if response.status() != 200 {
            return Err(Answer::read(response).await);
        }
        assert!(
            response.headers()["content-type"]
                .to_str()
                .unwrap()
                .starts_with("text/event-stream")
        );
        let mut caching = response.headers().get_all("cache-control").iter();
        assert!(
            caching.any(|value| value.to_str().unwrap().contains("no-transform")),
            "what compresses a stream holds its events back"
        );
        Ok(Self {
            response,
            buffer: String::new(),
        })
    }

    /// The next event's name and data, if it comes within that time; an end of the stream is
    /// `None` too.
    pub async fn next(&mut self, within: Duration) -> Option<(String, Value)> {
        timeout(within, self.read()).await.ok().flatten()
    }

    /// Whether the stream ends within that time.
    pub async fn ends(&mut self, within: Duration) -> bool {
        matches!(timeout(within, self.read()).await, Ok(None))
    }

    async fn read(&mut self) -> Option<(String, Value)> {
        loop {
            while let Some((block, rest)) = self.buffer.split_once("\n\n") {
                let (mut name, mut data) = (None, None);
                for line in block.lines() {
                    if let Some(value) = line.strip_prefix("event:") {
                        name = Some(value.trim().to_owned());
                    }
                    if let Some(value) = line.strip_prefix("data:") {
                        data = serde_json::from_str(value).ok();
                    }
                }
                let rest = rest.to_owned();
                self.buffer = rest;
                // Comments keep the connection alive and say nothing.
                if let (Some(name), Some(data)) = (name, data) {
                    return Some((name, data));
                }
            }
            let chunk = self.response.chunk().await.ok()??;
            self.buffer.push_str(&String::from_utf8_lossy(&chunk));
        }
    }
}
