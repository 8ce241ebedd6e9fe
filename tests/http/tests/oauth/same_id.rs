//! A client that is deleted and one that is registered under the same id later are two: also where
//! the command line did both behind the server's back, and its memory still has what was given.

use portcullis_domain::{
    Clock,
    audit::{AuditEvent, AuditKind},
    clients::ClientStore,
};
use portcullis_http_tests::{App, Server, app::session_of, clients::public};
use serde_json::Value;

#[tokio::test]
async fn tokens_of_a_client_end_with_it_though_another_has_its_id() {
    let server = Server::start().await;
    let (ada, program) = (server.person("ada").await, server.program());
    let app = App::new("shop", "https://shop.example/callback");
    let client = public("shop", &app.redirect_uri);
    server.register(&client).await;
    let tokens = app.tokens(&ada, &program).await;
    session_of(&program, &tokens.access).await.status(200);
    server.clock.advance_seconds(2);
    let now = server.clock.now();
    let audit = AuditEvent {
        kind: AuditKind::ClientDeleted,
        at: now,
        actor: None,
        subject: None,
        session: None,
        family: None,
        ip: String::new(),
        request: None,
        detail: Value::Null,
        mails: Vec::new(),
    };
    let deleted = server.database.delete_client("shop", now, audit);
    assert!(deleted.await.unwrap());
    server.register(&client).await;
    // The client in memory is read again after a second, and is another one now.
    server.clock.advance_seconds(2);
    session_of(&program, &tokens.access).await.status(401);
    app.refresh(&program, &tokens.refresh)
        .await
        .oauth_error(400, "invalid_grant");
    let again = app.tokens(&ada, &program).await;
    session_of(&program, &again.access).await.status(200);
    session_of(&program, &tokens.access).await.status(401);
}
