//! Requests that take too long: told so in a problem document, like everything else.

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use portcullis_http_tests::{Answer, Server};
use portcullis_types::paths;
use tower::ServiceExt as _;

#[tokio::test]
async fn who_waits_for_a_body_that_does_not_come_is_told_so() {
    let server = Server::start().await;
    // The thirty seconds pass at once.
    tokio::time::pause();
    for (path, media_type) in [
        (paths::REGISTER, "application/json"),
        (paths::OAUTH_TOKEN, "application/x-www-form-urlencoded"),
        (paths::PASSWORD_SIGN_IN, "application/json"),
    ] {
        let begun = tokio::time::Instant::now();
        let never = futures::stream::pending::<Result<Vec<u8>, std::io::Error>>();
        let request = Request::post(path)
            .header("content-type", media_type)
            .header("x-portcullis", "1")
            .body(Body::from_stream(never))
            .unwrap();
        let response = server.portcullis.router().oneshot(request).await.unwrap();
        assert_eq!(begun.elapsed().as_secs(), 30);
        let (parts, body) = response.into_parts();
        let answer = Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
        };
        assert!(!answer.header("x-request-id").is_empty());
        assert!(
            answer
                .at("/detail")
                .as_str()
                .unwrap()
                .contains("30 seconds")
        );
        answer.problem(408, "request_timeout");
    }
}
