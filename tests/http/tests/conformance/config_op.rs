//! Configuration of an OpenID Provider, re-enacted.

use portcullis_http_tests::Server;
use portcullis_types::paths;
use serde_json::Value;

#[tokio::test]
async fn oidcc_discovery_endpoint_verification() {
    let server = Server::start().await;
    let program = server.program();
    let answer = program.get(paths::OPENID_METADATA).await.status(200);
    assert!(
        answer
            .header("content-type")
            .starts_with("application/json")
    );
    let metadata: Value = answer.json();
    assert_eq!(metadata["issuer"], *server.origin);
    let url = |name: &str| {
        let url = metadata[name].as_str().unwrap_or_else(|| panic!("{name}"));
        assert!(url.starts_with(&server.origin), "{name}: {url}");
        url[server.origin.len()..].to_owned()
    };
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "registration_endpoint",
        "end_session_endpoint",
        "pushed_authorization_request_endpoint",
    ] {
        // There is something at each of them.
        let answer = program.get(&url(name)).await;
        assert_ne!(answer.status, 404, "{name}");
    }
    let has = |name: &str, value: &str| {
        let list = metadata[name]
            .as_array()
            .unwrap_or_else(|| panic!("{name}"));
        assert!(list.iter().any(|it| it == value), "{name}: {list:?}");
    };
    has("scopes_supported", "openid");
    has("response_types_supported", "code");
    has("subject_types_supported", "public");
    has("subject_types_supported", "pairwise");
    has("id_token_signing_alg_values_supported", "RS256");
    has("code_challenge_methods_supported", "S256");
    has("grant_types_supported", "authorization_code");
    assert_eq!(metadata["claims_parameter_supported"], true);
    assert_eq!(metadata["request_parameter_supported"], true);
    assert_eq!(metadata["request_uri_parameter_supported"], false);
    let keys: Value = program.get(&url("jwks_uri")).await.status(200).json();
    for key in keys["keys"].as_array().unwrap() {
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert_eq!(key.get(private), None, "{private}");
        }
        assert_eq!(key["use"], "sig");
        assert!(key["kid"].is_string() && key["alg"].is_string(), "{key}");
    }
}
