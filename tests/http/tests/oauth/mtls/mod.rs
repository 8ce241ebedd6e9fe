//! TLS in the program itself, and what clients prove with certificates (RFC 8705).

mod clients;
mod listener;
mod registration;
mod tokens;

use portcullis_http_tests::{Answer, Browser, Server};
use portcullis_types::{
    client::{Client, GrantType},
    paths,
};

/// The name of whoever [`Subject::new`](portcullis_http_tests::mtls::Subject::new) says it is.
fn named(name: &str) -> String {
    format!("CN={name},O=Example,C=DE")
}

/// The same client, with tokens of its own and nothing else.
fn for_itself(mut client: Client) -> Client {
    client.grant_types = vec![GrantType::ClientCredentials];
    client.redirect_uris = Vec::new();
    client.scopes = vec!["orders:read".to_owned()];
    client
}

async fn own_token(program: &Browser, id: &str) -> Answer {
    let fields = [("grant_type", "client_credentials"), ("client_id", id)];
    post(program, paths::OAUTH_TOKEN, &fields).await
}

#[track_caller]
fn refused(answer: &Answer, error: &str) {
    assert_eq!(answer.at("/error"), error, "{}", answer.text());
}

/// All the rows that a server has, to see that a refusal changed none.
async fn rows(server: &Server) -> String {
    format!("{:?}", server.tables().await)
}

async fn post(program: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let call = program.call(reqwest::Method::POST, path);
    call.form(fields).send().await
}
