//! `kill -9` in a loop of writes: nothing acknowledged is lost, and nothing is spent twice.
//!
//! Fifty times by default, or as often as `PORTCULLIS_KILLS` says.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use portcullis_http_tests::{
    Answer, App, Browser, PASSWORD, Program, all_at_once,
    app::Tokens,
    browser::SESSION,
    clients::basic,
    database,
    process::{free_port, run},
};
use portcullis_types::paths;
use reqwest::Method;
use serde_json::json;
use tempfile::TempDir;

/// What the server has said to be done, and what was asked of it without an answer.
#[derive(Default)]
struct Ledger {
    /// Names of accounts.
    accounts: Vec<String>,
    /// Ids of notes, all of one user.
    notes: Vec<String>,
    /// Tokens of sessions that were ended.
    ended: Vec<String>,
    /// Codes that gave tokens.
    spent_codes: Vec<(App, String)>,
    /// Codes that were sent and not answered.
    open_codes: Vec<(App, String)>,
    /// Chains of refresh tokens, each as far as it was acknowledged.
    chains: Vec<Vec<String>>,
    /// Tokens that a service was given for itself: opaque ones, which are good as long as they are
    /// kept.
    own_tokens: Vec<String>,
}

type Shared = Arc<Mutex<Ledger>>;

fn note(ledger: &Shared, change: impl FnOnce(&mut Ledger)) {
    change(&mut ledger.lock().unwrap());
}

/// Posts, unless the server is gone.
async fn post(browser: &Browser, path: &str, body: serde_json::Value) -> Option<Answer> {
    let call = browser.call(Method::POST, path).json(&body);
    call.try_send().await.ok()
}

/// Writes until the server is gone; what it acknowledges goes into the ledger.
async fn accounts_and_sessions(ledger: Shared, at: Browser, round: usize) {
    for number in 0.. {
        let browser = at.clone();
        let name = format!("person{round}x{number}");
        let body = json!({ "email": format!("{name}@example.com"), "password": PASSWORD });
        let Some(answer) = post(&browser, paths::REGISTER, body).await else {
            return;
        };
        answer.status(200);
        note(&ledger, |ledger| ledger.accounts.push(name));
        let token = browser.session_token();
        let Some(answer) = post(&browser, paths::SIGN_OUT, json!({})).await else {
            return;
        };
        answer.status(204);
        note(&ledger, |ledger| ledger.ended.push(token));
    }
}

async fn notes(ledger: Shared, writer: Browser) {
    for number in 0.. {
        let body = json!({ "text": format!("Note {number}") });
        let Some(answer) = post(&writer, paths::NOTES, body).await else {
            return;
        };
        let id = answer.status(201).text_at("/id");
        note(&ledger, |ledger| ledger.notes.push(id));
    }
}

async fn form(program: &Browser, fields: &[(&str, &str)]) -> Option<Answer> {
    let call = program.call(Method::POST, paths::OAUTH_TOKEN).form(fields);
    call.try_send().await.ok()
}

async fn codes_and_tokens(ledger: Shared, writer: Browser, program: Browser) {
    loop {
        let app = App::spa();
        let Ok(answer) = writer.call(Method::GET, &app.path()).try_send().await else {
            return;
        };
        let code = portcullis_http_tests::app::query(&answer.location(), "code").unwrap();
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", "spa"),
            ("code", &*code),
            ("redirect_uri", &*app.redirect_uri),
            ("code_verifier", &*app.verifier),
        ];
        let Some(answer) = form(&program, &fields).await else {
            note(&ledger, |ledger| ledger.open_codes.push((app, code)));
            return;
        };
        let mut token = Tokens::of(&answer).refresh;
        let chain = ledger.lock().unwrap().chains.len();
        note(&ledger, |ledger| {
            ledger.spent_codes.push((app, code));
            ledger.chains.push(vec![token.clone()]);
        });
        for _ in 0..4 {
            let fields = [
                ("grant_type", "refresh_token"),
                ("client_id", "spa"),
                ("refresh_token", &*token),
            ];
            let Some(answer) = form(&program, &fields).await else {
                return;
            };
            token = Tokens::of(&answer).refresh;
            note(&ledger, |ledger| ledger.chains[chain].push(token.clone()));
        }
    }
}

/// A service that asks for tokens for itself.
async fn own_tokens(ledger: Shared, secret: String, program: Browser) {
    let fields = [("grant_type", "client_credentials")];
    loop {
        let call = program.call(Method::POST, paths::OAUTH_TOKEN).form(&fields);
        let call = call.header("authorization", basic("reports", &secret));
        let Ok(answer) = call.try_send().await else {
            return;
        };
        let token = answer.status(200).text_at("/access_token");
        note(&ledger, |ledger| ledger.own_tokens.push(token));
    }
}

/// Registers that service; its secret.
async fn register_service(folder: &TempDir) -> String {
    let made = run(
        folder.path(),
        &[
            "client",
            "create",
            "--id",
            "reports",
            "--name",
            "Reports",
            "--auth-method",
            "client_secret_basic",
            "--grant",
            "client_credentials",
            "--scope",
            "reports:read",
            "--access-token-format",
            "opaque",
            "--json",
        ],
    )
    .await;
    let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    made["client_secret"].as_str().unwrap().to_owned()
}

struct World {
    folder: TempDir,
    port: String,
    secret: String,
    ledger: Shared,
}

impl World {
    async fn start(&self) -> Program {
        Program::start_with(&self.folder, &["--port", &self.port, "--demo"], |command| {
            for (name, value) in [
                ("PORTCULLIS_LIMITS__REGISTRATIONS_PER_IP", "1000000"),
                ("PORTCULLIS_LIMITS__SIGN_INS_PER_IP", "1000000"),
                ("RUST_LOG", "error"),
            ] {
                command.env(name, value);
            }
        })
        .await
    }

    /// Lets writers write for a moment, and pulls the plug.
    async fn round(&self, program: Program, round: usize) {
        let (browser, client) = (program.browser(), program.client());
        let (writer, service) = (program.browser(), program.client());
        let secret = self.secret.clone();
        writer.sign_in("writer").await.status(200);
        let ledger = || Arc::clone(&self.ledger);
        let writers = [
            tokio::spawn(accounts_and_sessions(ledger(), browser, round)),
            tokio::spawn(notes(ledger(), writer.clone())),
            tokio::spawn(codes_and_tokens(ledger(), writer, client)),
            tokio::spawn(own_tokens(ledger(), secret, service)),
        ];
        // However slow the machine, there is something to lose.
        let begun = || {
            let ledger = self.ledger.lock().unwrap();
            !ledger.accounts.is_empty()
                && !ledger.notes.is_empty()
                && !ledger.own_tokens.is_empty()
                && !ledger.spent_codes.is_empty()
        };
        let has_stopped = || writers.iter().any(tokio::task::JoinHandle::is_finished);
        while !begun() && !has_stopped() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // Never the same moment, and the same moments in each run.
        let pause = 30 + (round * 37) % 120;
        tokio::time::sleep(Duration::from_millis(pause as u64)).await;
        program.kill().await;
        for writer in writers {
            writer.await.unwrap();
        }
    }

    /// Looks whether all that was acknowledged since the last look is there.
    async fn check(&self, program: &Program) {
        let ledger = std::mem::take(&mut *self.ledger.lock().unwrap());
        let browser = program.browser();
        for name in &ledger.accounts {
            browser.clone().sign_in(name).await.status(200);
        }
        for token in &ledger.ended {
            let thief = program.browser();
            thief.plant(SESSION, token);
            assert!(!thief.is_signed_in().await, "an ended session came back");
        }
        let writer = program.browser();
        writer.sign_in("writer").await.status(200);
        for id in &ledger.notes {
            let path = format!("{}/{id}", paths::NOTES);
            writer.delete(&path).await.status(204);
        }
        self.check_own_tokens(program, &ledger.own_tokens).await;
        self.check_tokens(program, ledger).await;
    }

    /// A service's tokens are good, and each has its row in the audit log.
    async fn check_own_tokens(&self, program: &Program, tokens: &[String]) {
        let file = self.folder.path().join("portcullis-data/portcullis.db");
        let tables = database::of_sqlite(&file).await;
        let rows = tables["audit_log"].iter();
        let given: Vec<&String> = rows
            .filter(|row| row.contains("oauth.client_token_issued"))
            .collect();
        for token in tokens {
            let fields = [("token", &**token)];
            let asking = ("reports", &*self.secret);
            let client = program.client();
            let answer = client.post_as(asking, paths::OAUTH_INTROSPECT, &fields);
            let answer = answer.await;
            assert_eq!(answer.at("/active"), true, "an acknowledged token is lost");
            let id = answer.text_at("/jti");
            assert!(given.iter().any(|row| row.contains(&id)), "not audited");
        }
    }

    async fn check_tokens(&self, program: &Program, ledger: Ledger) {
        let (app, client) = (App::spa(), program.client());
        for (number, chain) in ledger.chains.iter().enumerate() {
            let last = chain.last().unwrap();
            // Whether its last use was kept or not, the newest acknowledged token leads on, and
            // leads to one successor only.
            let answers = all_at_once((0..3).map(|_| {
                let (app, client, last) = (app.clone(), program.client(), last.clone());
                async move { Tokens::of(&app.refresh(&client, &last).await).refresh }
            }))
            .await;
            assert!(
                answers.iter().all(|next| *next == answers[0]),
                "a token was spent twice"
            );
            app.refresh(&client, &answers[0]).await.status(200);
            if let [old, _, ..] = chain.as_slice()
                && number % 2 == 0
            {
                // A spent one stays spent, and its replay is still noticed.
                app.refresh(&client, old)
                    .await
                    .oauth_error(400, "invalid_grant");
                app.refresh(&client, &answers[0])
                    .await
                    .oauth_error(400, "invalid_grant");
            }
        }
        for (app, code) in &ledger.spent_codes {
            app.redeem(&client, code)
                .await
                .oauth_error(400, "invalid_grant");
        }
        for (app, code) in &ledger.open_codes {
            // Spent or not: at most one of these gets tokens.
            let answers = all_at_once((0..3).map(|_| {
                let (app, client, code) = (app.clone(), program.client(), code.clone());
                async move { app.redeem(&client, &code).await.status }
            }))
            .await;
            assert!(answers.iter().filter(|status| **status == 200).count() <= 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_fifty_times_it_loses_nothing_and_spends_nothing_twice() {
    let rounds = std::env::var("PORTCULLIS_KILLS");
    let rounds: usize = rounds.map_or(50, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let client = "[[clients]]\nid = \"spa\"\nname = \"Spa\"\n\
                  redirect_uris = [\"http://localhost:5173/callback\"]\n";
    std::fs::write(folder.path().join("portcullis.toml"), client).unwrap();
    let secret = register_service(&folder).await;
    let world = World {
        folder,
        secret,
        port: free_port().to_string(),
        ledger: Shared::default(),
    };
    let mut program = world.start().await;
    program.browser().register("writer").await.status(200);
    let mut totals = [0; 6];
    for round in 0..rounds {
        world.round(program, round).await;
        {
            let ledger = world.ledger.lock().unwrap();
            let counts = [
                ledger.accounts.len(),
                ledger.ended.len(),
                ledger.notes.len(),
                ledger.spent_codes.len(),
                ledger.open_codes.len(),
                ledger.own_tokens.len(),
            ];
            for (total, count) in totals.iter_mut().zip(counts) {
                *total += count;
            }
        }
        program = world.start().await;
        world.check(&program).await;
    }
    let [accounts, ended, notes, spent, open, own] = totals;
    println!(
        "{rounds} kills: {accounts} accounts, {ended} ended sessions, {notes} notes, {spent} codes \
         spent and {open} unanswered, {own} tokens of a service"
    );
    assert!(
        accounts >= rounds && notes >= rounds && own >= rounds && spent > 0,
        "there was something to lose"
    );
}
