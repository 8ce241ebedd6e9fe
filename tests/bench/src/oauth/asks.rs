//! The requests of an OAuth client, as bytes.

use std::time::Duration;

use anyhow::{Context as _, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::CONNECTIONS;
use crate::http;
use crate::load::{self, Ask};
use crate::process::Server;

/// The form of a client that asks for a token for itself.
pub(super) const GRANT: &str = "grant_type=client_credentials&scope=orders%3Aread";
/// What stands before a token in an answer.
const ACCESS: &[u8] = br#""access_token":""#;
const REFRESH: &[u8] = br#""refresh_token":""#;
/// Longest time that tokens may take to be made.
const MAKING: Duration = Duration::from_secs(30);

/// A client with a secret, and where it asks.
#[derive(Clone, Debug)]
pub(super) struct Client {
    port: u16,
    path: &'static str,
    headers: String,
}

impl Client {
    pub(super) fn new(port: u16, path: &'static str, id: &str, secret: &str) -> Self {
        let credentials = STANDARD.encode(format!("{id}:{secret}"));
        Self {
            port,
            path,
            headers: format!("Authorization: Basic {credentials}\r\n{}", http::FORM),
        }
    }

    /// The request with that form.
    pub(super) fn request(&self, form: &str) -> Vec<u8> {
        http::request(self.port, "POST", self.path, &self.headers, form)
    }

    /// Asks once, on a connection of its own.
    pub(super) fn ask(&self, form: &str) -> Result<http::Answer> {
        super::good(http::send(
            self.port,
            "POST",
            self.path,
            &self.headers,
            form,
        )?)
    }

    /// Tokens for the client itself, as many as that for every connection.
    pub(super) fn tokens(&self, server: &Server, each: usize) -> Result<Vec<Vec<String>>> {
        let anew = Keeping {
            request: self.request(GRANT),
            left: each,
            tokens: Vec::new(),
        };
        let mut asks = vec![anew; CONNECTIONS];
        load::run(server, &mut asks, MAKING)?;
        Ok(asks.into_iter().map(|asked| asked.tokens).collect())
    }

    /// What each connection asks to introspect those tokens of its.
    pub(super) fn introspections(
        &self,
        tokens: &[Vec<String>],
        each: impl Fn(Vec<Vec<u8>>) -> Each,
    ) -> Vec<Each> {
        let request = |token: &String| self.request(&format!("token={token}"));
        let requests = |of_one: &Vec<String>| of_one.iter().map(request).collect();
        tokens.iter().map(requests).map(each).collect()
    }
}

/// Asks the same so many times, and keeps the tokens that come.
#[derive(Clone, Debug)]
struct Keeping {
    request: Vec<u8>,
    left: usize,
    tokens: Vec<String>,
}

impl Ask for Keeping {
    fn next(&mut self) -> Option<&[u8]> {
        self.left = self.left.checked_sub(1)?;
        Some(&self.request)
    }

    fn answered(&mut self, body: &[u8]) -> Result<()> {
        self.tokens.push(after(body, ACCESS)?.to_owned());
        Ok(())
    }
}

/// Asks one after the other, then the first again or no more.
#[derive(Debug)]
pub(super) struct Each {
    requests: Vec<Vec<u8>>,
    again: bool,
    at: usize,
}

impl Each {
    pub(super) const fn again_and_again(requests: Vec<Vec<u8>>) -> Self {
        Self {
            requests,
            again: true,
            at: 0,
        }
    }

    pub(super) const fn once(requests: Vec<Vec<u8>>) -> Self {
        Self {
            requests,
            again: false,
            at: 0,
        }
    }
}

impl Ask for Each {
    fn next(&mut self) -> Option<&[u8]> {
        if self.again && self.at == self.requests.len() {
            self.at = 0;
        }
        let request = self.requests.get(self.at)?;
        self.at += 1;
        Some(request)
    }

    fn answered(&mut self, body: &[u8]) -> Result<()> {
        let is_active = body.starts_with(br#"{"active":true"#);
        anyhow::ensure!(is_active, "{}", String::from_utf8_lossy(body));
        Ok(())
    }
}

/// Asks with the refresh token that came last.
#[derive(Debug)]
pub(super) struct Chain {
    client: Client,
    request: Vec<u8>,
}

impl Chain {
    pub(super) fn new(client: &Client, token: &str) -> Self {
        Self {
            client: client.clone(),
            request: request(client, token),
        }
    }
}

impl Ask for Chain {
    fn next(&mut self) -> Option<&[u8]> {
        Some(&self.request)
    }

    fn answered(&mut self, body: &[u8]) -> Result<()> {
        let token = after(body, REFRESH)?;
        self.request = request(&self.client, token);
        Ok(())
    }
}

fn request(client: &Client, token: &str) -> Vec<u8> {
    client.request(&format!("grant_type=refresh_token&refresh_token={token}"))
}

/// The text between that and the next quotation mark.
fn after<'a>(body: &'a [u8], mark: &[u8]) -> Result<&'a str> {
    let start = memchr::memmem::find(body, mark).context("no token in the answer")?;
    let rest = body.get(start + mark.len()..).unwrap_or_default();
    let end = memchr::memchr(b'"', rest).context("a token without an end")?;
    Ok(std::str::from_utf8(rest.get(..end).unwrap_or_default())?)
}

/// The refresh token of an answer.
pub(super) fn refresh_token(answer: &http::Answer) -> Result<&str> {
    after(&answer.body, REFRESH)
}

/// The access token of an answer.
pub(super) fn access_token(answer: &http::Answer) -> Result<&str> {
    after(&answer.body, ACCESS)
}
