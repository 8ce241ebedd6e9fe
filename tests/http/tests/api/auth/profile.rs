//! `/api/auth/profile`: what people say of themselves, and who is told.

use portcullis_http_tests::{App, Server};
use portcullis_types::paths;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn what_is_said_is_shown_and_told_by_the_scope_that_it_belongs_to() {
    let server = Server::start_with(|config| {
        let told = ["openid", "profile", "phone", "address"];
        config.clients[0].scopes = told.map(str::to_owned).to_vec();
    })
    .await;
    let ada = server.person("ada").await;
    let profile = json!({
        "nickname": "Countess", "birthdate": "1815-12-10", "phone_number": "+442071838750",
        "address": { "street_address": "12 St James's Square", "locality": "London",
                     "country": "United Kingdom" },
    });
    let body = json!({ "name": " Ada Lovelace ", "profile": profile });
    let answer = ada.put(paths::PROFILE, body).await.status(200);
    assert_eq!(answer.at("/name"), "Ada Lovelace");
    let shown = ada.get(paths::PROFILE).await.status(200);
    assert_eq!(shown.at("/profile"), profile);
    assert_eq!(ada.session().await["user"]["name"], "Ada Lovelace");
    let mut app = App::spa();
    for (scope, claim, expected) in [
        ("openid profile", "nickname", json!("Countess")),
        ("openid profile", "phone_number", Value::Null),
        ("openid phone", "phone_number", json!("+442071838750")),
        ("openid phone", "phone_number_verified", json!(false)),
        (
            "openid address",
            "address",
            json!({
                "street_address": "12 St James's Square", "locality": "London",
                "country": "United Kingdom",
                "formatted": "12 St James's Square\nLondon\nUnited Kingdom",
            }),
        ),
    ] {
        scope.clone_into(&mut app.scope);
        let program = server.program();
        let token = app.tokens(&ada, &program).await.access;
        let call = program.call(Method::GET, paths::OAUTH_USERINFO);
        let told = call.bearer(&token).send().await.status(200).json();
        assert_eq!(told[claim], expected, "{scope}");
    }
}

#[tokio::test]
async fn what_is_left_out_is_said_no_longer() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let said = json!({ "name": "Ada", "profile": { "nickname": "Countess" } });
    ada.put(paths::PROFILE, said).await.status(200);
    ada.put(paths::PROFILE, json!({ "name": "Ada" }))
        .await
        .status(200);
    assert_eq!(ada.get(paths::PROFILE).await.at("/profile"), json!({}));
}

#[tokio::test]
async fn what_fits_no_field_is_refused_by_the_fields_name_and_changes_nothing() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let before = ada.get(paths::PROFILE).await.text();
    for (field, value) in [
        ("picture", "javascript:alert(1)"),
        ("picture", "http://example.com/a.png"),
        ("website", "https://user:secret@example.com"),
        ("birthdate", "1815-02-30"),
        ("zoneinfo", "../../etc"),
        ("locale", "<b>"),
        ("phone_number", "020 7183 8750"),
        ("nickname", "a\u{202e}b"),
        ("given_name", "a\r\nb"),
    ] {
        let body = json!({ "name": "Ada", "profile": { field: value } });
        let answer = ada.put(paths::PROFILE, body).await;
        assert_eq!(answer.at("/field"), format!("profile.{field}"));
        answer.problem(422, "profile_invalid");
    }
    let long = json!({ "name": "Ada", "profile": { "nickname": "a".repeat(257) } });
    let answer = ada.put(paths::PROFILE, long).await;
    answer.problem(422, "profile_invalid");
    let nameless = ada.put(paths::PROFILE, json!({ "name": " " })).await;
    nameless.problem(422, "name_invalid");
    // What only the server says of somebody is no field.
    for field in ["phone_number_verified", "email_verified", "roles", "sub"] {
        let body = json!({ "name": "Ada", "profile": { field: true } });
        let answer = ada.put(paths::PROFILE, body).await;
        assert_eq!(answer.status, 400, "{field}: {}", answer.text());
    }
    assert_eq!(ada.get(paths::PROFILE).await.text(), before);
}
