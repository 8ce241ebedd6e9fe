//! A browser with its cookies. Each has its own; a clone is a copy of the profile, cookies and all.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use reqwest::{
    Method,
    header::{HeaderMap, HeaderValue},
};
use serde_json::Value;

use crate::{Answer, Call, mtls::Identity};

/// The session's cookie.
pub const SESSION: &str = "__Host-portcullis";
/// What binds a ceremony to its browser.
pub const BROWSER: &str = "__Host-portcullis-browser";

/// What a sign-in under way is bound to its browser by.
pub const SIGN_IN: &str = "__Host-portcullis-sign-in";

/// A browser on one of the server's own pages, or a program without cookies and pages.
pub struct Browser {
    pub(crate) http: reqwest::Client,
    /// Where connections go.
    pub(crate) base: String,
    /// The origin of the page, as the server's public URL has it.
    pub origin: String,
    cookies: Mutex<BTreeMap<String, String>>,
    is_page: bool,
}

impl Clone for Browser {
    fn clone(&self) -> Self {
        Self {
            http: client(),
            base: self.base.clone(),
            origin: self.origin.clone(),
            cookies: Mutex::new(self.jar().clone()),
            is_page: self.is_page,
        }
    }
}

fn client() -> reqwest::Client {
    building().build().unwrap()
}

fn building() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .user_agent("Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0")
        .timeout(Duration::from_mins(1))
        .no_proxy()
}

impl Browser {
    /// A fresh profile on one of the server's pages.
    pub fn new(base: &str, origin: &str) -> Self {
        Self {
            http: client(),
            base: base.to_owned(),
            origin: origin.to_owned(),
            cookies: Mutex::default(),
            is_page: true,
        }
    }

    /// The same browser at another address of the loopback network.
    #[must_use]
    pub fn from_address(mut self, address: [u8; 4]) -> Self {
        let address = std::net::IpAddr::from(address);
        self.http = building().local_address(address).build().unwrap();
        self
    }

    /// The same, over TLS to a server that this CA has vouched for, and with a certificate to show if
    /// there is one.
    #[must_use]
    pub fn with_tls(mut self, ca: &str, identity: Option<&Identity>) -> Self {
        let ca = reqwest::Certificate::from_pem(ca.as_bytes()).unwrap();
        let mut building = building().tls_certs_only([ca]);
        if let Some(identity) = identity {
            let pem = format!("{}\n{}", identity.key, identity.pem);
            building = building.identity(reqwest::Identity::from_pem(pem.as_bytes()).unwrap());
        }
        self.http = building.build().unwrap();
        self
    }

    /// A program: it sends none of what a browser adds by itself.
    pub fn program(base: &str, origin: &str) -> Self {
        let mut browser = Self::new(base, origin);
        browser.is_page = false;
        browser
    }

    /// A copy of this profile whose connections go elsewhere, as a load balancer would send them.
    #[must_use]
    pub fn at(&self, base: &str) -> Self {
        let mut copy = self.clone();
        base.clone_into(&mut copy.base);
        copy
    }

    fn jar(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar().get(name).cloned()
    }

    /// The session's token.
    #[track_caller]
    pub fn session_token(&self) -> String {
        self.cookie(SESSION).expect("signed in")
    }

    /// Plants a cookie.
    pub fn plant(&self, name: &str, value: &str) {
        self.jar().insert(name.to_owned(), value.to_owned());
    }

    /// Throws all cookies away.
    pub fn forget_cookies(&self) {
        self.jar().clear();
    }

    pub(crate) fn keep_cookies(&self, headers: &HeaderMap) {
        for value in headers.get_all("set-cookie") {
            let text = value.to_str().unwrap();
            let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.jar().remove(name);
            } else {
                self.plant(name, value);
            }
        }
    }

    /// A request with everything that a page's own `fetch` would send.
    pub fn call(&self, method: Method, path: &str) -> Call<'_> {
        let mut headers = HeaderMap::new();
        if self.is_page {
            headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
            if method != Method::GET && method != Method::HEAD {
                headers.insert("origin", HeaderValue::from_str(&self.origin).unwrap());
                headers.insert("x-portcullis", HeaderValue::from_static("1"));
            }
        }
        let pairs: Vec<String> = self
            .jar()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !pairs.is_empty() {
            let value = HeaderValue::from_str(&pairs.join("; ")).unwrap();
            headers.insert("cookie", value);
        }
        Call::new(self, method, path.to_owned(), headers)
    }

    /// Gets a path.
    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).send().await
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path).json(&body).send().await
    }

    /// Puts JSON.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path).json(&body).send().await
    }

    /// Patches with JSON.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path).json(&body).send().await
    }

    /// Deletes.
    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path).send().await
    }
}
