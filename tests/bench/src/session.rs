//! How many session checks a second: the route every page asks first, by cookie over HTTP.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use portcullis_types::SessionAnswer;
use portcullis_types::account::RegisterRequest;
use portcullis_types::paths;

use crate::Programs;
use crate::http;
use crate::load::{self, Measured, Same};
use crate::process::Server;
use crate::report::{Report, median};

/// How many ask at once.
const CONNECTIONS: usize = 32;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(3);
const WARM_UP: Duration = Duration::from_secs(1);
/// Where Better Auth answers who is signed in.
pub(crate) const BETTER_AUTH_SESSION: &str = "/api/auth/get-session";
/// What is hoped for of the bare handler that sends the same bytes, in percent.
const AIM: f64 = 80.0;

/// One server and the request it gets.
struct Contestant {
    name: &'static str,
    server: Server,
    request: Vec<u8>,
    rates: Vec<f64>,
    /// Processor time per answer, in microseconds.
    costs: Vec<f64>,
}

impl Contestant {
    fn new(name: &'static str, server: Server, path: &str, cookie: &str) -> Self {
        let headers = if cookie.is_empty() {
            String::new()
        } else {
            format!("Cookie: {cookie}\r\n")
        };
        let request = http::request(server.port, "GET", path, &headers, "");
        Self {
            name,
            server,
            request,
            rates: Vec::new(),
            costs: Vec::new(),
        }
    }

    fn round(&mut self) -> Result<()> {
        let measured = self.ask(ROUND)?;
        self.costs.push(measured.cost);
        self.rates.push(measured.rate);
        Ok(())
    }

    fn ask(&self, time: Duration) -> Result<Measured> {
        let mut asks = vec![Same(self.request.clone()); CONNECTIONS];
        load::run(&self.server, &mut asks, time).context(self.name)
    }
}

/// Measures all in turn, several times over, so that a slow moment of the machine meets everyone.
pub(crate) fn run(programs: &Programs) -> Result<Report> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let serve = ["serve".as_ref(), "--data-dir".as_ref(), data.as_os_str()];
    let ours = Server::start(&programs.server, &serve, "/readyz")?;
    let cookie = sign_up(&ours)?;
    let session = http::send(
        ours.port,
        "GET",
        paths::SESSION,
        &format!("Cookie: {cookie}\r\n"),
        "",
    )?;
    let answer: SessionAnswer = serde_json::from_slice(&session.body)?;
    ensure!(answer.session.is_some(), "the cookie is nobody's");
    let body = folder.path().join("body.json");
    fs::write(&body, &session.body)?;

    let myself = std::env::current_exe()?;
    let args = ["bare".as_ref(), "--body".as_ref(), body.as_os_str()];
    let bare = Server::start(&myself, &args, "/")?;
    let fields = folder.path().join("fields.txt");
    fs::write(&fields, session.fields())?;
    let more = ["--fields".as_ref(), fields.as_os_str()];
    let bare_whole = Server::start(&myself, &[&args[..], &more].concat(), "/")?;
    let mut contestants = vec![
        Contestant::new("portcullis", ours, paths::SESSION, &cookie),
        Contestant::new(
            "bare axum handler, same bytes",
            bare_whole,
            paths::SESSION,
            &cookie,
        ),
        Contestant::new("bare axum handler, same body", bare, paths::SESSION, ""),
    ];
    for (name, store) in [
        ("axum-login, memory", "memory"),
        ("axum-login, SQLite", "sqlite"),
    ] {
        let database = folder.path().join("peer.db");
        let args = [
            store.as_ref(),
            "--body".as_ref(),
            body.as_os_str(),
            "--database".as_ref(),
            database.as_os_str(),
        ];
        let peer = Server::start(programs.peers()?, &args, "/session")?;
        let cookie = http::send(peer.port, "POST", "/login", "", "")?.cookie()?;
        contestants.push(Contestant::new(name, peer, "/session", &cookie));
    }

    let database = folder.path().join("better-auth.db");
    let script = programs.better_auth();
    let args = [
        script.as_os_str(),
        "--database".as_ref(),
        database.as_os_str(),
    ];
    let better_auth = Server::start(Path::new("node"), &args, BETTER_AUTH_SESSION)?;
    let account = r#"{"email":"ada@example.com","password":"correct staple lantern drizzle 94","name":"Ada"}"#;
    let path = "/api/auth/sign-up/email";
    let cookie = http::send(better_auth.port, "POST", path, "", account)?.cookie()?;
    let known = format!("Cookie: {cookie}\r\n");
    let asked = http::send(better_auth.port, "GET", BETTER_AUTH_SESSION, &known, "")?;
    let is_known = String::from_utf8_lossy(&asked.body).contains("ada@example.com");
    ensure!(is_known, "Better Auth does not know its own cookie");
    let name = "Better Auth, SQLite";
    contestants.push(Contestant::new(
        name,
        better_auth,
        BETTER_AUTH_SESSION,
        &cookie,
    ));

    for contestant in &contestants {
        contestant.ask(WARM_UP)?;
    }
    for round in 1..=ROUNDS {
        eprintln!("round {round} of {ROUNDS}");
        for contestant in &mut contestants {
            contestant.round()?;
        }
    }
    report(contestants)
}

fn report(contestants: Vec<Contestant>) -> Result<Report> {
    let mut report = Report::new("session");
    let mut costs = Report::new("session");
    let mut rates = Vec::new();
    for Contestant {
        name,
        server,
        rates: measured,
        costs: cost,
        ..
    } in contestants
    {
        let rate = median(measured);
        report.add(name, rate, "requests/s");
        costs.add(
            format!("{name}: processor time"),
            median(cost),
            "µs/request",
        );
        rates.push(rate);
        server.stop()?;
    }
    if let [ours, bytes, body, ..] = rates[..] {
        let share = 100.0 * ours / bytes;
        report.at_least("portcullis of the same bytes", share, "%", AIM);
        report.add("portcullis of the same body", 100.0 * ours / body, "%");
    }
    report.append(costs);
    Ok(report)
}

pub(crate) fn sign_up(server: &Server) -> Result<String> {
    let body = serde_json::to_string(&RegisterRequest {
        email: "ada@example.com".into(),
        password: "correct staple lantern drizzle 94".into(),
        name: Some("Ada Vale".into()),
    })?;
    let answer = http::send(
        server.port,
        "POST",
        paths::REGISTER,
        "X-Portcullis: 1\r\n",
        &body,
    )?;
    ensure!(
        matches!(answer.status, 200 | 201),
        "registering was answered {}: {}",
        answer.status,
        String::from_utf8_lossy(&answer.body)
    );
    answer.cookie()
}
