//! oidc-provider, which keeps things in memory.

use std::path::Path;

use anyhow::Result;

use super::asks::{Chain, Client, Each, GRANT, refresh_token};
use super::{CONNECTIONS, GRANTS, INTROSPECTIONS, Kind, REFRESHES, REPEATED, good};
use crate::http;
use crate::load::Same;
use crate::process::Server;

/// Guards nothing: it is asked on loopback, for the time of the measurement.
const SECRET: &str = "measured-on-loopback-and-guarding-nothing";

pub(super) fn start(script: &Path) -> Result<Server> {
    let args = [script.as_os_str(), "--secret".as_ref(), SECRET.as_ref()];
    Server::start(Path::new("node"), &args, "/")
}

/// What is measured: the same as of ours, but that its tokens are random ones.
pub(super) fn kinds(server: &Server) -> Vec<Kind> {
    let port = server.port;
    let service = Client::new(port, "/token", "service", SECRET);
    let asking = Client::new(port, "/token/introspection", "service", SECRET);
    let shop = Client::new(port, "/token", "shop", SECRET);
    let grants = (0..CONNECTIONS).map(|_| Same(service.request(GRANT)));
    vec![
        Kind::of(GRANTS, grants),
        Kind::anew(REFRESHES, move |server| {
            let begin = |_| {
                let begun = good(http::send(server.port, "POST", "/begin", "", "")?)?;
                Ok(Chain::new(&shop, refresh_token(&begun)?))
            };
            (0..CONNECTIONS).map(begin).collect()
        }),
        Kind::anew(INTROSPECTIONS, move |server| {
            let tokens = service.tokens(server, REPEATED)?;
            Ok(asking.introspections(&tokens, Each::again_and_again))
        }),
    ]
}
