//! How little it takes to run: memory after start, time to the first answer, size of the program.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use portcullis_types::paths;

use crate::Programs;
use crate::process::Server;
use crate::report::{Report, median};
use crate::session::BETTER_AUTH_SESSION;

const STARTS: usize = 11;
/// Long enough after the first answer for what is done late at start.
const SETTLE: Duration = Duration::from_secs(2);

/// What is hoped for of ours.
const AIM_MEMORY: f64 = 15.0;
const AIM_START: f64 = 25.0;

/// Measures each on a database that its first start has made.
pub(crate) fn run(programs: &Programs) -> Result<Report> {
    let folder = tempfile::tempdir()?;
    let mut report = Report::new("footprint");
    let data = folder.path().join("data");
    let serve = ["serve".as_ref(), "--data-dir".as_ref(), data.as_os_str()];
    measure(
        &mut report,
        "portcullis",
        &programs.server,
        &serve,
        paths::SESSION,
        Some((AIM_MEMORY, AIM_START)),
    )?;

    let (body, database) = (
        folder.path().join("body.json"),
        folder.path().join("peer.db"),
    );
    fs::write(&body, "{}")?;
    let sqlite = [
        "sqlite".as_ref(),
        "--body".as_ref(),
        body.as_os_str(),
        "--database".as_ref(),
        database.as_os_str(),
    ];
    measure(
        &mut report,
        "axum-login, SQLite",
        programs.peers()?,
        &sqlite,
        "/session",
        None,
    )?;
    let database = folder.path().join("better-auth.db");
    let script = programs.better_auth();
    let better_auth = [
        script.as_os_str(),
        "--database".as_ref(),
        database.as_os_str(),
    ];
    let node = Path::new("node");
    let name = "Better Auth, SQLite";
    let path = BETTER_AUTH_SESSION;
    measure(&mut report, name, node, &better_auth, path, None)?;
    Ok(report)
}

fn measure(
    report: &mut Report,
    name: &str,
    program: &Path,
    args: &[&OsStr],
    path: &str,
    aims: Option<(f64, f64)>,
) -> Result<()> {
    eprintln!("starting {name} {STARTS} times");
    Server::start(program, args, path)?.stop()?;
    let (mut memory, mut answers) = (Vec::new(), Vec::new());
    for start in 0..STARTS {
        let server = Server::start(program, args, path)?;
        answers.push(server.first_answer.as_secs_f64() * 1e3);
        if start % 5 == 0 {
            thread::sleep(SETTLE);
            memory.push(server.memory()?);
        }
        server.stop()?;
    }
    let of_memory = format!("{name}: memory after start");
    let of_start = format!("{name}: start to first answer");
    let (memory, start) = (median(memory), median(answers));
    if let Some((aim_of_memory, aim_of_start)) = aims {
        report.at_most(of_memory, memory, "MB", aim_of_memory);
        report.at_most(of_start, start, "ms", aim_of_start);
    } else {
        report.add(of_memory, memory, "MB");
        report.add(of_start, start, "ms");
    }
    // What is found by the search path is an interpreter, and not the program.
    if program.is_absolute() {
        let bytes = u32::try_from(fs::metadata(program)?.len())?;
        report.add(format!("{name}: program"), f64::from(bytes) / 1e6, "MB");
    }
    Ok(())
}
