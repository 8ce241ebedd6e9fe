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

const STARTS: usize = 11;
/// Long enough after the first answer for what is done late at start.
const SETTLE: Duration = Duration::from_secs(2);

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
        &programs.peers,
        &sqlite,
        "/session",
    )?;
    Ok(report)
}

fn measure(
    report: &mut Report,
    name: &str,
    program: &Path,
    args: &[&OsStr],
    path: &str,
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
    report.add(format!("{name}: memory after start"), median(memory), "MB");
    report.add(
        format!("{name}: start to first answer"),
        median(answers),
        "ms",
    );
    let bytes = u32::try_from(fs::metadata(program)?.len())?;
    report.add(format!("{name}: program"), f64::from(bytes) / 1e6, "MB");
    Ok(())
}
