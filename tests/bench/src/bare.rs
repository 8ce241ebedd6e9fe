//! The peer to come near: an axum handler that knows nobody and answers the same bytes.

use std::net::Ipv4Addr;
use std::path::Path;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use tokio::net::TcpListener;

/// Answers until it is killed.
pub(crate) fn serve(port: u16, body: &Path, fields: Option<&Path>) -> Result<()> {
    let body = Bytes::from(std::fs::read(body)?);
    let fields = match fields {
        Some(fields) => read(&std::fs::read_to_string(fields)?)?,
        None => [(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        )]
        .into_iter()
        .collect(),
    };
    let answer = move || async move { (fields, body) };
    let router = Router::new().fallback(answer);
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
            axum::serve(listener, router).await?;
            Ok(())
        })
}

/// Header fields, without those that the HTTP library itself adds.
fn read(lines: &str) -> Result<HeaderMap> {
    let mut fields = HeaderMap::new();
    for line in lines.lines() {
        let (name, value) = line.split_once(':').context("a line without a colon")?;
        let name: HeaderName = name.parse()?;
        if ![header::CONTENT_LENGTH, header::DATE].contains(&name) {
            fields.append(name, value.trim().parse()?);
        }
    }
    Ok(fields)
}
