//! One request, as a browser's page or a program would make it, or an attacker would bend it.

use reqwest::{
    Method,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use serde_json::Value;

use crate::{Answer, Browser};

/// A request about to be sent.
#[must_use]
pub struct Call<'b> {
    browser: &'b Browser,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl<'b> Call<'b> {
    pub(crate) fn new(
        browser: &'b Browser,
        method: Method,
        path: String,
        headers: HeaderMap,
    ) -> Self {
        Self {
            browser,
            method,
            path,
            headers,
            body: Vec::new(),
        }
    }

    /// Adds a header, beside one of that name that may be there.
    pub fn also(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers
            .append(name.parse::<HeaderName>().unwrap(), bytes(value));
        self
    }

    /// Sets a header.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers
            .insert(name.parse::<HeaderName>().unwrap(), bytes(value));
        self
    }

    /// Leaves a header out.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// Authenticates with an access token.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// A JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// A form body.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        self.body("application/x-www-form-urlencoded", form(fields))
    }

    /// Any body.
    pub fn body(mut self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("content-type", media_type)
    }

    /// Sends it, and keeps the cookies of the answer.
    pub async fn send(self) -> Answer {
        let browser = self.browser;
        let response = self.open().await.unwrap();
        let answer = Answer::read(response).await;
        browser.keep_cookies(&answer.headers);
        answer
    }

    /// Sends it; an error where the connection fails, as when the server was killed.
    pub async fn try_send(self) -> reqwest::Result<Answer> {
        let browser = self.browser;
        let response = self.open().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await?.to_vec();
        browser.keep_cookies(&headers);
        Ok(Answer {
            status,
            headers,
            body,
        })
    }

    /// Sends it and leaves the body to be read.
    pub(crate) async fn open(self) -> reqwest::Result<reqwest::Response> {
        let url = format!("{}{}", self.browser.base, self.path);
        self.browser
            .http
            .request(self.method, url)
            .headers(self.headers)
            .body(self.body)
            .send()
            .await
    }
}

fn bytes(value: impl AsRef<[u8]>) -> HeaderValue {
    HeaderValue::from_bytes(value.as_ref()).unwrap()
}

/// Fields as `application/x-www-form-urlencoded` text.
pub fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}
