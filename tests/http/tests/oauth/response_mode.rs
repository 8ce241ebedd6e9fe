//! `response_mode`: the answer in the query, the fragment or a form.

use portcullis_http_tests::{Answer, App, Server, app::query};

/// The fields of a page that posts to the client, and where it posts.
fn form(answer: &Answer) -> (String, Vec<(String, String)>) {
    let html = answer.text();
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!("{name}=\"")).unwrap();
        let raw = rest.split('"').next().unwrap();
        let raw = raw.replace("&quot;", "\"").replace("&lt;", "<");
        raw.replace("&gt;", ">").replace("&amp;", "&")
    };
    let tags = |name: &str| {
        let tags = html.split('<').filter(|tag| tag.starts_with(name));
        tags.map(str::to_owned).collect::<Vec<_>>()
    };
    let fields = tags("input ");
    let fields = fields
        .iter()
        .map(|tag| (attribute(tag, "name"), attribute(tag, "value")));
    (attribute(&tags("form ")[0], "action"), fields.collect())
}

fn field(fields: &[(String, String)], name: &str) -> Option<String> {
    let mut of = fields.iter().filter(|(known, _)| known == name);
    let found = of.next().map(|(_, value)| value.clone());
    assert!(of.next().is_none(), "{name} twice");
    found
}

#[tokio::test]
async fn the_fragment_has_what_the_query_would_have() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let app = App::spa();
    let path = app.path_with(&[("response_mode", "fragment")]);
    let back = ada.get(&path).await.status(302).location();
    let (uri, fragment) = back.split_once('#').unwrap();
    assert_eq!(uri, app.redirect_uri);
    let inside = format!("/?{fragment}");
    assert_eq!(query(&inside, "state"), Some(app.state.clone()));
    assert_eq!(query(&inside, "iss"), Some(server.origin.clone()));
    let code = query(&inside, "code").unwrap();
    app.redeem(&server.program(), &code).await.status(200);
    let path = app.path_with(&[("response_mode", "fragment"), ("scope", "admin")]);
    let back = ada.get(&path).await.location();
    let (_, fragment) = back.split_once('#').unwrap();
    let inside = format!("/?{fragment}");
    assert_eq!(query(&inside, "error").as_deref(), Some("invalid_scope"));
}

#[tokio::test]
async fn a_form_is_posted_to_the_client_and_nothing_shows_in_addresses() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut app = App::spa();
    "\"><script>alert(1)</script>&amp;".clone_into(&mut app.state);
    let path = app.path_with(&[("response_mode", "form_post")]);
    let page = ada.get(&path).await.status(200);
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(policy.contains("script-src 'sha256-"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!page.text().contains("alert(1)</script>&amp;amp;\">"));
    assert_eq!(page.text().matches("<script>").count(), 1);
    let (to, fields) = form(&page);
    assert_eq!(to, app.redirect_uri);
    assert_eq!(field(&fields, "state"), Some(app.state.clone()));
    assert_eq!(field(&fields, "iss"), Some(server.origin.clone()));
    let code = field(&fields, "code").unwrap();
    app.redeem(&server.program(), &code).await.status(200);
    let path = app.path_with(&[("response_mode", "form_post"), ("prompt", "none")]);
    let (_, fields) = form(&server.browser().get(&path).await.status(200));
    assert_eq!(field(&fields, "error").as_deref(), Some("login_required"));
    assert_eq!(field(&fields, "code"), None);
}

#[tokio::test]
async fn a_pushed_request_is_answered_in_its_own_mode() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let app = App::spa();
    let mode = [("response_mode", "form_post")];
    let uri = app.pushed_with(&server.program(), &mode).await;
    // The address cannot choose another.
    let path = format!("{}&response_mode=query", app.pushed_path(&uri));
    let (_, fields) = form(&ada.get(&path).await.status(200));
    assert!(field(&fields, "code").is_some());
    let unknown = app
        .push_with(&server.program(), &[("response_mode", "jwt")])
        .await;
    unknown.oauth_error(400, "invalid_request");
}
