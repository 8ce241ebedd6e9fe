//! What came back, and what a test expects of it.

use reqwest::header::HeaderMap;
use serde_json::Value;

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads a response to its end.
    pub async fn read(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.unwrap().to_vec();
        Self {
            status,
            headers,
            body,
        }
    }

    /// A header as text; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {} {:?}", self.status, self.text()))
    }

    /// What is at a JSON pointer of the body; null if nothing is.
    #[track_caller]
    pub fn at(&self, pointer: &str) -> Value {
        self.json().pointer(pointer).cloned().unwrap_or_default()
    }

    /// The text at a JSON pointer of the body.
    #[track_caller]
    pub fn text_at(&self, pointer: &str) -> String {
        match self.at(pointer) {
            Value::String(text) => text,
            other => panic!("{pointer} is {other}: {} {:?}", self.status, self.text()),
        }
    }

    /// Expects success.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert!(
            (200..300).contains(&self.status),
            "{} {:?}",
            self.status,
            self.text()
        );
        self
    }

    /// Expects this status.
    #[track_caller]
    pub fn status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:?}", self.text());
        self
    }

    /// Expects an RFC 9457 problem document with this code, whole and consistent.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Self {
        assert_eq!(
            (self.status, self.problem_code().as_str()),
            (status, code),
            "{:?}",
            self.text()
        );
        self
    }

    /// The code of a problem document, which must be whole and consistent.
    #[track_caller]
    pub fn problem_code(&self) -> String {
        let type_of_content = self.header("content-type");
        assert_eq!(
            type_of_content,
            "application/problem+json",
            "{} {:?}",
            self.status,
            self.text()
        );
        let code = self.text_at("/code");
        assert_eq!(self.at("/status"), self.status);
        assert_eq!(self.at("/type"), format!("/docs#{code}"));
        assert!(!self.text_at("/title").is_empty() && !self.text_at("/detail").is_empty());
        code
    }

    /// Expects an error in OAuth's shape (RFC 6749 section 5.2).
    #[track_caller]
    pub fn oauth_error(self, status: u16, error: &str) -> Self {
        assert_eq!(self.status, status, "{:?}", self.text());
        assert_eq!(self.text_at("/error"), error, "{:?}", self.text());
        assert!(self.header("content-type").starts_with("application/json"));
        assert_eq!(self.header("cache-control"), "no-store");
        self
    }

    /// The `Set-Cookie` header of that cookie.
    pub fn set_cookie(&self, name: &str) -> Option<String> {
        let start = format!("{name}=");
        let values = self.headers.get_all("set-cookie").iter();
        let mut values = values.map(|value| value.to_str().unwrap().to_owned());
        values.find(|value| value.starts_with(&start))
    }

    /// Where a redirect leads.
    #[track_caller]
    pub fn location(&self) -> String {
        assert_eq!(self.status, 302, "{:?}", self.text());
        self.header("location").to_owned()
    }
}
