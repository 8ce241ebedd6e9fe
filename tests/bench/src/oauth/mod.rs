//! How fast tokens are given, introspected and verified: what other people's services ask for all
//! day.
//!
//! Ours keeps what it gives in a SQLite file, with an audit row each, and answers when that is on
//! disk; `oidc-provider` keeps everything in its memory.

mod asks;
mod ours;
mod peer;
mod verify;

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};
use portcullis_types::paths;

use self::asks::GRANT;
use self::ours::Ours;
use crate::Programs;
use crate::http;
use crate::load::{self, Ask, Measured, Same};
use crate::process::Server;
use crate::report::{Report, median};

/// How many ask at once: enough that what waits for the disk has company.
const CONNECTIONS: usize = 64;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(3);
const WARM_UP: Duration = Duration::from_secs(1);

/// How many tokens a connection introspects in turn, over and over.
const REPEATED: usize = 4;
/// How many it introspects once each.
const UNSEEN: usize = 400;
const GRANTS: &str = "client-credentials grants";
const REFRESHES: &str = "refresh grants";
const INTROSPECTIONS: &str = "introspections";

/// What is hoped for of ours: of a core, a second; and of memory, in megabytes.
const AIM_GRANTS: f64 = 12_000.0;
const AIM_REFRESHES: f64 = 5_000.0;
const AIM_INTROSPECTIONS: f64 = 20_000.0;
const AIM_MEMORY: f64 = 64.0;

/// What one connection asks, whatever that is.
type Asks = Box<dyn Ask>;
/// Makes what every connection asks.
type Making = Box<dyn Fn(&Server) -> Result<Vec<Asks>>>;

/// One kind of request to one server, and what came of it in every round.
struct Kind {
    name: &'static str,
    /// What is hoped for of a core.
    aim: Option<f64>,
    asks: Vec<Asks>,
    /// Makes them anew before each round, which is not measured.
    making: Option<Making>,
    rounds: Vec<Measured>,
}

impl Kind {
    /// A kind that goes on in each round where it was in the one before.
    fn of<A: Ask>(name: &'static str, asks: impl IntoIterator<Item = A>) -> Self {
        Self {
            name,
            aim: None,
            asks: boxed(asks),
            making: None,
            rounds: Vec::new(),
        }
    }

    /// A kind of which each round begins anew.
    fn anew<A: Ask>(
        name: &'static str,
        making: impl Fn(&Server) -> Result<Vec<A>> + 'static,
    ) -> Self {
        Self {
            making: Some(Box::new(move |server| making(server).map(boxed))),
            ..Self::of::<A>(name, [])
        }
    }

    const fn aiming(mut self, aim: f64) -> Self {
        self.aim = Some(aim);
        self
    }

    fn prepare(&mut self, server: &Server) -> Result<()> {
        if let Some(making) = &self.making {
            self.asks = making(server).context(self.name)?;
        }
        Ok(())
    }

    fn ask(&mut self, server: &Server, time: Duration) -> Result<Measured> {
        load::run(server, &mut self.asks, time).context(self.name)
    }

    fn middle(&self, of: impl Fn(&Measured) -> f64) -> f64 {
        median(self.rounds.iter().map(of).collect())
    }

    fn report(&self, of: &str, report: &mut Report) {
        let name = format!("{of}: {}", self.name);
        report.add(name.clone(), self.middle(|it| it.rate), "requests/s");
        let of_a_core = self.middle(|it| 1e6 / it.cost);
        let (per_core, unit) = (format!("{name}, per core used"), "requests/s");
        match self.aim {
            Some(aim) => report.at_least(per_core, of_a_core, unit, aim),
            None => report.add(per_core, of_a_core, unit),
        }
        report.add(format!("{name}, p50"), self.middle(|it| it.median), "ms");
        let slowest = self.middle(|it| it.slowest_hundredth);
        report.add(format!("{name}, p99"), slowest, "ms");
    }
}

/// One server with all that it is asked.
struct Contestant {
    name: &'static str,
    server: Server,
    kinds: Vec<Kind>,
    /// The most that was seen in each round.
    memory: Vec<f64>,
}

impl Contestant {
    fn new(name: &'static str, server: Server, kinds: Vec<Kind>) -> Self {
        Self {
            name,
            server,
            kinds,
            memory: Vec::new(),
        }
    }

    fn round(&mut self) -> Result<()> {
        for kind in &mut self.kinds {
            kind.prepare(&self.server)?;
            let measure = || kind.ask(&self.server, ROUND);
            let (memory, measured) = self.server.memory_during(measure)?;
            self.memory.push(memory);
            kind.rounds.push(measured.context(self.name)?);
        }
        Ok(())
    }

    fn most_memory(&self) -> f64 {
        self.memory.iter().copied().fold(0.0, f64::max)
    }
}

/// Measures all in turn, several times over, so that a slow moment of the machine meets everyone.
pub(crate) fn run(programs: &Programs) -> Result<Report> {
    let folder = tempfile::tempdir()?;
    let mut report = Report::new("oauth");
    report.add("load average of the machine before", load_average()?, "");
    let ours = Ours::start(&programs.server, &folder.path().join("data"))?;
    verify::run(&ours, &mut report)?;

    let (body, fields) = (folder.path().join("body"), folder.path().join("fields"));
    let given = ours.grant()?;
    fs::write(&body, &given.body)?;
    fs::write(&fields, given.fields())?;
    let bare = [
        "bare".as_ref(),
        "--body".as_ref(),
        body.as_os_str(),
        "--fields".as_ref(),
        fields.as_os_str(),
    ];
    let bare = Server::start(&std::env::current_exe()?, &bare, "/")?;
    let request = ours.service(bare.port, paths::OAUTH_TOKEN).request(GRANT);
    let asks = vec![Same(request); CONNECTIONS];
    let bare_kinds = vec![Kind::of("same bytes as a grant", asks)];

    let peer = peer::start(&programs.oidc_provider())?;
    let (our_kinds, peer_kinds) = (ours.kinds()?, peer::kinds(&peer));
    let mut contestants = vec![
        Contestant::new("portcullis", ours.server, our_kinds),
        Contestant::new("bare axum handler", bare, bare_kinds),
        Contestant::new("oidc-provider, memory", peer, peer_kinds),
    ];
    for Contestant { server, kinds, .. } in &mut contestants {
        for kind in kinds {
            kind.prepare(server)?;
            kind.ask(server, WARM_UP)?;
        }
    }
    for round in 1..=ROUNDS {
        eprintln!("round {round} of {ROUNDS}");
        for contestant in &mut contestants {
            contestant.round()?;
        }
    }
    for (number, contestant) in contestants.into_iter().enumerate() {
        for kind in &contestant.kinds {
            kind.report(contestant.name, &mut report);
        }
        let memory = format!("{}: most memory under load", contestant.name);
        match number {
            0 => report.at_most(memory, contestant.most_memory(), "MB", AIM_MEMORY),
            _ => report.add(memory, contestant.most_memory(), "MB"),
        }
        contestant.server.stop()?;
    }
    report.add("load average of the machine after", load_average()?, "");
    Ok(report)
}

/// How many wanted a processor in the last minute, as the kernel has it.
fn load_average() -> Result<f64> {
    let text = fs::read_to_string("/proc/loadavg")?;
    let first = text.split(' ').next().and_then(|it| it.parse().ok());
    first.context("an odd /proc/loadavg")
}

fn boxed<A: Ask>(asks: impl IntoIterator<Item = A>) -> Vec<Asks> {
    let boxed = |asks| Box::new(asks) as Asks;
    asks.into_iter().map(boxed).collect()
}

/// What an answer says in that member, as text.
fn text(body: &[u8], member: &str) -> Result<String> {
    let json: serde_json::Value = serde_json::from_slice(body)?;
    let text = json.get(member).and_then(|it| it.as_str());
    let text = text.with_context(|| format!("no {member}: {}", String::from_utf8_lossy(body)))?;
    Ok(text.to_owned())
}

/// An answer that must be a good one.
fn good(answer: http::Answer) -> Result<http::Answer> {
    let body = String::from_utf8_lossy(&answer.body);
    anyhow::ensure!(answer.status < 400, "answered {}: {body}", answer.status);
    Ok(answer)
}
