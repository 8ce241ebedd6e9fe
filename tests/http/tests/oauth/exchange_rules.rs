//! Who may exchange whose tokens (RFC 8693): what no rule of the client allows is refused, and each
//! decision says why.

use portcullis_http_tests::{
    Answer, App, Browser, Server, all_at_once,
    app::query,
    clients::{client_path, public, service},
    jwt,
};
use portcullis_types::{
    client::{Client, ExchangeRule},
    paths,
};
use serde_json::{Value, json};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const TYPE: &str = "urn:ietf:params:oauth:token-type:access_token";
const ORDERS: &str = "https://orders.example";
const MAIL: &str = "https://mail.example";
const BANK: &str = "https://bank.example";

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

/// Tokens of the shop's, for mail, with the scope `profile`; says who acts.
fn rule() -> ExchangeRule {
    ExchangeRule {
        from: words(&["shop"]),
        to: words(&[MAIL]),
        scopes: words(&["profile"]),
        roles: Vec::new(),
        within: None,
        impersonate: false,
    }
}

/// The same, and need not say who acts for people who may do no more than users.
fn impersonating() -> ExchangeRule {
    ExchangeRule {
        within: Some(words(&["notes:*"])),
        impersonate: true,
        ..rule()
    }
}

/// Two shops whose tokens are for orders, which calls mail and a bank.
struct Scene {
    server: Server,
    admin: Browser,
    ada: Browser,
    program: Browser,
    orders: Client,
    secret: String,
}

impl Scene {
    async fn new(rules: Vec<ExchangeRule>) -> Self {
        let server = Server::start_with(|config| {
            for id in ["shop", "till"] {
                let mut shop = public(id, "https://shop.example/callback");
                shop.resources = vec![ORDERS.to_owned()];
                config.clients.push(shop);
            }
        })
        .await;
        let admin = server.admin().await;
        let mut orders = service("orders", ORDERS, &[MAIL, BANK]);
        orders.may_exchange = rules;
        let secret = admin.secret_of_new(&orders).await;
        Self {
            ada: server.person("ada").await,
            program: server.program(),
            server,
            admin,
            orders,
            secret,
        }
    }

    async fn change(&mut self, change: impl FnOnce(&mut Client)) {
        change(&mut self.orders);
        self.admin.update_client(&self.orders).await.status(200);
    }

    async fn token(&self, id: &str, who: &Browser) -> String {
        let app = App::new(id, "https://shop.example/callback");
        app.token_for(who, &self.program, ORDERS).await
    }

    async fn exchange(&self, token: &str, more: &[(&str, &str)]) -> Answer {
        let mut fields = vec![
            ("grant_type", GRANT),
            ("subject_token", token),
            ("subject_token_type", TYPE),
        ];
        fields.extend(more);
        if !more.iter().any(|(name, _)| *name == "resource") {
            fields.push(("resource", MAIL));
        }
        let who = ("orders", &*self.secret);
        self.program.post_as(who, paths::OAUTH_TOKEN, &fields).await
    }

    /// What was written down last.
    async fn decision(&self) -> (String, Value) {
        let rows = self.server.audit().await;
        let mut decisions = rows.iter();
        let last = decisions.rfind(|row| row.kind.starts_with("oauth.token_exchange"));
        let last = last.unwrap();
        (last.kind.clone(), last.detail.clone())
    }

    async fn refused(&self, answer: Answer, error: &str, reason: &str) {
        answer.oauth_error(400, error);
        let (kind, detail) = self.decision().await;
        assert_eq!(kind, "oauth.token_exchange_refused", "{reason}");
        assert_eq!(detail["reason"], reason);
        assert_eq!(detail["client"], "orders");
    }
}

fn claims(answer: &Answer) -> Value {
    jwt::claims(&answer.text_at("/access_token"))
}

#[tokio::test]
async fn asvs_8_1_1_without_a_rule_nothing_is_exchanged() {
    let mut scene = Scene::new(Vec::new()).await;
    let token = scene.token("shop", &scene.ada).await;
    let answer = scene.exchange(&token, &[]).await;
    scene.refused(answer, "invalid_request", "no_rules").await;
    assert_eq!(scene.server.audited("oauth.token_exchanged").await, 0);
    scene
        .change(|orders| orders.may_exchange = vec![rule()])
        .await;
    let answer = scene.exchange(&token, &[]).await.status(200);
    assert_eq!(claims(&answer)["act"], json!({ "sub": "orders" }));
    let (kind, detail) = scene.decision().await;
    assert_eq!(kind, "oauth.token_exchanged");
    assert_eq!(detail["rules"], json!([0]));
    assert_eq!(detail["impersonates"], false);
    // Taken away, it is gone at once.
    scene
        .change(|orders| orders.may_exchange = Vec::new())
        .await;
    let answer = scene.exchange(&token, &[]).await;
    answer.oauth_error(400, "invalid_request");
}

#[tokio::test]
async fn a_rule_is_about_these_clients_services_and_scopes_and_no_others() {
    let mut scene = Scene::new(vec![rule()]).await;
    let (shop, till) = (
        scene.token("shop", &scene.ada).await,
        scene.token("till", &scene.ada).await,
    );
    let answer = scene.exchange(&till, &[]).await;
    scene.refused(answer, "invalid_request", "from").await;
    // The client calls the bank, but no rule is about that.
    let answer = scene.exchange(&shop, &[("resource", BANK)]).await;
    scene.refused(answer, "invalid_target", "to").await;
    // Subject and client have both scopes, the rule names one.
    let answer = scene.exchange(&shop, &[]).await.status(200);
    assert_eq!(answer.at("/scope"), "profile");
    for scope in ["openid", "openid profile", "email"] {
        let answer = scene.exchange(&shop, &[("scope", scope)]).await;
        scene.refused(answer, "invalid_scope", "scope").await;
    }
    // Rules do not lend each other anything: the till's tokens get to the bank, and to the bank only.
    scene
        .change(|orders| {
            orders.may_exchange.push(ExchangeRule {
                from: words(&["till"]),
                to: words(&[BANK]),
                scopes: words(&["openid"]),
                ..rule()
            });
        })
        .await;
    // The same would not be written down again within a minute.
    scene.server.clock.advance_seconds(60);
    let answer = scene.exchange(&shop, &[("resource", BANK)]).await;
    scene.refused(answer, "invalid_target", "to").await;
    let answer = scene.exchange(&till, &[]).await;
    scene.refused(answer, "invalid_target", "to").await;
    let answer = scene.exchange(&till, &[("resource", BANK)]).await;
    assert_eq!(answer.status(200).at("/scope"), "openid");
    assert_eq!(scene.decision().await.1["rules"], json!([1]));
}

#[tokio::test]
async fn no_rule_gives_what_the_subjects_token_does_not_have() {
    let mut all = rule();
    all.scopes = words(&["openid", "profile", "email"]);
    let scene = Scene::new(vec![all]).await;
    let app = App::new("shop", "https://shop.example/callback");
    let path = app.path_with(&[("resource", ORDERS), ("scope", "openid")]);
    let back = scene.ada.get(&path).await.location();
    let code = query(&back, "code").unwrap();
    let token = app.redeem(&scene.program, &code).await.status(200);
    let token = token.text_at("/access_token");
    let answer = scene.exchange(&token, &[]).await.status(200);
    assert_eq!(answer.at("/scope"), "openid");
    let answer = scene.exchange(&token, &[("scope", "profile")]).await;
    scene.refused(answer, "invalid_scope", "scope").await;
}

#[tokio::test]
async fn rfc8693_1_1_who_may_do_more_than_is_named_is_not_impersonated() {
    let mut scene = Scene::new(vec![impersonating()]).await;
    scene.change(|orders| orders.may_impersonate = true).await;
    let (ada, root) = (
        scene.token("shop", &scene.ada).await,
        scene.token("shop", &scene.admin).await,
    );
    let answer = scene.exchange(&ada, &[]).await.status(200);
    assert!(claims(&answer)["act"].is_null());
    assert_eq!(scene.decision().await.1["impersonates"], true);
    let answer = scene.exchange(&root, &[]).await;
    scene.refused(answer, "invalid_request", "within").await;
    // Somebody who is given more is beyond it from then on, although the token is the same.
    let role = format!(
        "{}/{}/roles/admin",
        paths::ADMIN_USERS,
        scene.ada.user_id().await
    );
    scene.admin.put(&role, json!({})).await.status(204);
    let answer = scene.exchange(&ada, &[]).await;
    scene.refused(answer, "invalid_request", "within").await;
    scene.admin.delete(&role).await.status(204);
    scene.exchange(&ada, &[]).await.status(200);
    // Named, an admin is as good as anybody.
    scene
        .change(|orders| orders.may_exchange[0].within = Some(words(&["*"])))
        .await;
    let answer = scene.exchange(&root, &[]).await.status(200);
    assert!(claims(&answer)["act"].is_null());
}

#[tokio::test]
async fn rfc8693_1_1_a_rule_for_delegation_impersonates_nobody() {
    let mut scene = Scene::new(vec![rule()]).await;
    scene.change(|orders| orders.may_impersonate = true).await;
    let token = scene.token("shop", &scene.ada).await;
    let answer = scene.exchange(&token, &[]).await;
    scene
        .refused(answer, "invalid_request", "impersonate")
        .await;
    // With a token of its own it says who acts, which the rule is for.
    let fields = [("grant_type", "client_credentials")];
    let who = ("orders", &*scene.secret);
    let own = scene
        .program
        .post_as(who, paths::OAUTH_TOKEN, &fields)
        .await;
    let own = own.status(200).text_at("/access_token");
    let actor = [("actor_token", &*own), ("actor_token_type", TYPE)];
    let answer = scene.exchange(&token, &actor).await.status(200);
    assert_eq!(claims(&answer)["act"], json!({ "sub": "orders" }));
    // Without the switch, a rule that would let it does not make it.
    scene
        .change(|orders| {
            orders.may_impersonate = false;
            orders.may_exchange = vec![impersonating()];
        })
        .await;
    let answer = scene.exchange(&token, &[]).await.status(200);
    assert_eq!(claims(&answer)["act"], json!({ "sub": "orders" }));
}

#[tokio::test]
async fn rfc8693_4_1_impersonation_does_not_wash_off_who_acted_before() {
    let mut scene = Scene::new(vec![rule()]).await;
    let token = scene.token("shop", &scene.ada).await;
    let first = scene.exchange(&token, &[]).await.status(200);
    let first = first.text_at("/access_token");
    // Its own token again, this time as somebody who may impersonate.
    scene
        .change(|orders| {
            orders.may_impersonate = true;
            orders.may_exchange = vec![impersonating()];
        })
        .await;
    let answer = scene.exchange(&first, &[]).await;
    scene.refused(answer, "invalid_request", "from").await;
    scene
        .change(|orders| orders.may_exchange[0].from.push("orders".to_owned()))
        .await;
    let answer = scene.exchange(&first, &[]).await.status(200);
    assert_eq!(claims(&answer)["act"], json!({ "sub": "orders" }));
}

#[tokio::test]
async fn a_rule_can_be_about_people_with_a_role() {
    let mut with_role = rule();
    with_role.roles = words(&["moderator"]);
    let scene = Scene::new(vec![with_role]).await;
    let token = scene.token("shop", &scene.ada).await;
    let answer = scene.exchange(&token, &[]).await;
    scene.refused(answer, "invalid_request", "roles").await;
    let user = scene.ada.user_id().await;
    let role = format!("{}/{user}/roles/moderator", paths::ADMIN_USERS);
    scene.admin.put(&role, json!({})).await.status(204);
    scene.exchange(&token, &[]).await.status(200);
    scene.admin.delete(&role).await.status(204);
    let answer = scene.exchange(&token, &[]).await;
    answer.oauth_error(400, "invalid_request");
}

/// Whatever is wrong with the person, the answer is the same: nobody finds out who is an admin.
#[tokio::test]
async fn a_refusal_does_not_tell_what_somebody_may_do() {
    let mut within = rule();
    within.within = Some(words(&["notes:*"]));
    let scene = Scene::new(vec![within]).await;
    let root = scene.token("shop", &scene.admin).await;
    let beyond = scene.exchange(&root, &[]).await;
    let no_token = scene.exchange("x", &[]).await;
    assert_eq!(
        (beyond.status, beyond.text()),
        (no_token.status, no_token.text())
    );
}

#[tokio::test]
async fn refusals_are_written_down_once_a_minute_and_counted() {
    let scene = Scene::new(Vec::new()).await;
    let token = scene.token("shop", &scene.ada).await;
    let answers = all_at_once((0..50).map(|_| {
        let (program, secret) = (scene.server.program(), scene.secret.clone());
        let token = token.clone();
        async move {
            let fields = [
                ("grant_type", GRANT),
                ("subject_token", &*token),
                ("subject_token_type", TYPE),
                ("resource", MAIL),
            ];
            let who = ("orders", &*secret);
            program
                .post_as(who, paths::OAUTH_TOKEN, &fields)
                .await
                .status
        }
    }))
    .await;
    assert!(answers.iter().all(|status| *status == 400), "{answers:?}");
    let kind = "oauth.token_exchange_refused";
    assert_eq!(scene.server.audited(kind).await, 1);
    scene.server.clock.advance_seconds(60);
    scene
        .exchange(&token, &[])
        .await
        .oauth_error(400, "invalid_request");
    assert_eq!(scene.decision().await.1["left_out"], 49);
}

#[tokio::test]
async fn a_rule_that_says_too_little_or_too_much_is_not_kept() {
    let scene = Scene::new(vec![rule()]).await;
    let path = client_path("orders");
    let before = scene.admin.get(&path).await.status(200).text();
    let good = json!(impersonating());
    for (name, value, word) in [
        ("from", json!([]), "from"),
        ("from", json!(["*"]), "impersonate"),
        ("from", json!(["a b"]), "from"),
        ("to", json!([]), "to"),
        ("to", json!(["https://other.example"]), "resources"),
        ("scopes", json!(["admin"]), "admin"),
        ("roles", json!([""]), "role"),
        ("within", json!(["notes::"]), "within"),
        ("within", Value::Null, "within"),
    ] {
        let mut bent = good.clone();
        bent[name] = value;
        let mut body = json!(scene.orders);
        body["may_exchange"] = json!([bent]);
        let refused = scene.admin.put(&path, body).await;
        let said = refused.text();
        refused.problem(400, "invalid_request");
        assert!(
            said.contains(word) && said.contains("may_exchange"),
            "{said}"
        );
    }
    let mut body = json!(scene.orders);
    body["grant_types"] = json!(["client_credentials"]);
    let refused = scene.admin.put(&path, body).await;
    refused.problem(400, "invalid_request");
    for misspelt in [json!([{ "from": ["shop"] }]), json!(["*"]), json!("*")] {
        let mut body = json!(scene.orders);
        body["may_exchange"] = misspelt;
        let refused = scene.admin.put(&path, body).await;
        refused.problem(400, "invalid_request");
    }
    assert_eq!(scene.admin.get(&path).await.status(200).text(), before);
}
