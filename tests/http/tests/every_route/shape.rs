//! What a refusal looks like, by the path that was asked.

use portcullis_http_tests::Answer;
use portcullis_types::paths;

/// Paths that answer people: with a page, which a form that is none has not got to.
pub(super) const PAGES: [&str; 2] = [paths::OAUTH_AUTHORIZE, paths::OAUTH_LOGOUT];

/// A refusal is a problem document (RFC 9457), or under `/oauth/` an error of OAuth (RFC 6749 section
/// 5.2) or a page. It can be found in the log by its id.
pub(super) fn check_refusal(what: &str, path: &str, answer: &Answer) {
    let html = answer.header("content-type").starts_with("text/html");
    if PAGES.contains(&path) && html {
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{what}: {policy}");
        assert_eq!(answer.header("location"), "", "{what}");
    } else if path.starts_with("/oauth/") {
        let text = answer.text();
        let is_json = answer
            .header("content-type")
            .starts_with("application/json");
        assert!(is_json, "{what}: {} {text}", answer.status);
        assert!(answer.text_at("/error").len() > 3, "{what}: {text}");
    } else {
        answer.problem_code();
    }
    assert!(!answer.header("x-request-id").is_empty(), "{what}");
}
