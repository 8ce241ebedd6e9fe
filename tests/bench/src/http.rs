//! As much of HTTP/1.1 (RFC 9112) as asking a server on this machine needs.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Its header fields, a line each.
    pub(crate) fn fields(&self) -> &str {
        let fields = self
            .head
            .split_once("\r\n")
            .map_or("", |(_, fields)| fields);
        fields.trim_end()
    }

    /// The value of the first header field with that name.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self
            .fields()
            .lines()
            .filter_map(|line| line.split_once(':'));
        let field = fields.find(|(known, _)| known.eq_ignore_ascii_case(name));
        field.map(|(_, value)| value.trim())
    }

    /// `name=value` of a cookie that the answer sets.
    pub(crate) fn cookie(&self) -> Result<String> {
        let value = self
            .field("set-cookie")
            .context("the answer sets no cookie")?;
        Ok(value.split(';').next().unwrap_or("").trim().to_owned())
    }
}

/// The header of a body that is a form.
pub(crate) const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

/// The address of a port on loopback.
pub(crate) const fn address(port: u16) -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

/// A request as bytes; a body is JSON unless the headers say otherwise.
pub(crate) fn request(port: u16, method: &str, path: &str, headers: &str, body: &str) -> Vec<u8> {
    let kind = if method == "GET" || headers.contains(FORM) {
        ""
    } else {
        "Content-Type: application/json\r\n"
    };
    let length = if method == "GET" {
        String::new()
    } else {
        format!("{kind}Content-Length: {}\r\n", body.len())
    };
    format!("{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{headers}{length}\r\n{body}")
        .into()
}

/// Sends one request on a connection of its own.
pub(crate) fn send(
    port: u16,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> Result<Answer> {
    let mut stream = TcpStream::connect(address(port))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.write_all(&request(port, method, path, headers, body))?;
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk)?;
        bytes.extend_from_slice(chunk.get(..read).unwrap_or_default());
        if let Some(answer) = parse(&bytes)? {
            let head = String::from_utf8_lossy(bytes.get(..answer.head).unwrap_or_default());
            let body = bytes.get(answer.head..answer.end).unwrap_or_default();
            return Ok(Answer {
                status: answer.status,
                head: head.into(),
                body: body.to_vec(),
            });
        }
        if read == 0 {
            bail!("the server closed the connection in the middle of its answer");
        }
    }
}

/// Where the parts of an answer end in a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) status: u16,
    pub(crate) head: usize,
    pub(crate) end: usize,
}

/// Whether an answer that came later is like an earlier one: in as many bytes, of which as many are
/// its head. So the head need not be read again, which would take a generator of load as long as
/// the server takes to make it.
pub(crate) fn is_like(bytes: &[u8], earlier: Extent) -> bool {
    let mark = earlier.head - 4..earlier.head;
    bytes.len() == earlier.end
        && bytes.get(mark) == Some(b"\r\n\r\n")
        && bytes.starts_with(b"HTTP/1.1 200 ")
}

/// Finds the end of the answer; nothing while it is not all there.
pub(crate) fn parse(bytes: &[u8]) -> Result<Option<Extent>> {
    let Some(head) = memchr::memmem::find(bytes, b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = head + 4;
    let text = std::str::from_utf8(bytes.get(..head).unwrap_or_default())?;
    let status = text
        .get(9..12)
        .and_then(|it| it.parse().ok())
        .context("no status line")?;
    let mut length = 0;
    for line in text.lines().skip(1) {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value
                .trim()
                .parse()
                .context("a content length that is no number")?;
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            bail!("chunked answers are not measured");
        }
    }
    let end = head + length;
    Ok((bytes.len() >= end).then_some(Extent { status, head, end }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_length_says_so() {
        let bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc";
        assert_eq!(parse(&bytes[..20]).unwrap(), None);
        assert_eq!(parse(&bytes[..bytes.len() - 1]).unwrap(), None);
        let whole = parse(bytes).unwrap().unwrap();
        assert_eq!((whole.status, whole.end), (200, bytes.len()));
    }
}
