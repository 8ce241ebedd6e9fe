//! Mails: what is sent, and what their links and codes do.

mod notices;
mod outbox;
mod reset;
mod verify;

use portcullis_http_tests::{Mailbox, Server};

/// A server that sends mails, and where they arrive.
async fn server() -> (Server, Mailbox) {
    let mailbox = Mailbox::open().await;
    let server = Server::start_with(|config| mailbox.settings(config)).await;
    (server, mailbox)
}

/// Waits until the outbox is empty: what has been sent is not there any more.
async fn settled(server: &Server) {
    for _ in 0..600 {
        if server.tables().await["outbox"].is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the outbox does not get empty");
}
