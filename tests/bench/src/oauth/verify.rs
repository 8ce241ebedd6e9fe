//! What a service does with every request: verifies an access token, on one thread.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use portcullis_types::paths;
use portcullis_verify::{Issuer, Rules, TokenVerifier as _};

use super::asks::{Client, GRANT, access_token};
use super::ours::Ours;
use super::{good, text};
use crate::http;
use crate::report::{Report, median};

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(500);

/// Verifies a token of each algorithm that the server signs with, over and over.
pub(super) fn run(ours: &Ours, report: &mut Report) -> Result<()> {
    let port = ours.server.port;
    let get = |path: &str| good(http::send(port, "GET", path, "", "")?);
    let issuer = text(&get(paths::OPENID_METADATA)?.body, "issuer")?;
    let tokens = ours.signed.iter().map(|(algorithm, secret)| {
        let name = algorithm.as_str();
        let id = format!("service-{name}");
        let client = Client::new(port, paths::OAUTH_TOKEN, &id, secret);
        Ok((name, access_token(&client.ask(GRANT)?)?.to_owned()))
    });
    let tokens: Vec<(&str, String)> = tokens.collect::<Result<_>>()?;
    let keys = String::from_utf8(get(paths::JWKS)?.body)?;
    let verifier = Issuer::with_keys(&*issuer, &keys, Rules::access_tokens(&*issuer))?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for (algorithm, token) in &tokens {
        eprintln!("verifying {algorithm}");
        let round = || {
            runtime.block_on(async {
                let (started, mut done) = (Instant::now(), 0_u32);
                while started.elapsed() < ROUND {
                    verifier
                        .verify(token)
                        .await
                        .context("a good token is refused")?;
                    done += 1;
                }
                anyhow::Ok(f64::from(done) / started.elapsed().as_secs_f64())
            })
        };
        let rates = (0..ROUNDS).map(|_| round()).collect::<Result<_>>()?;
        let name = format!("portcullis-verify, one thread: {algorithm}");
        report.add(name, median(rates), "tokens/s");
    }
    Ok(())
}
