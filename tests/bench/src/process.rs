//! Servers under measurement: started on a free port, watched through `/proc`, ended with us.

use std::ffi::OsStr;
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::http;

const START_LIMIT: Duration = Duration::from_secs(20);
/// How often memory is looked at.
const WATCH: Duration = Duration::from_millis(50);
/// `/proc` counts processor time in hundredths of a second on every Linux that we know.
const TICKS_PER_SECOND: f64 = 100.0;

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// Where it listens on loopback.
    pub(crate) port: u16,
    /// From its start to its first answer.
    pub(crate) first_answer: Duration,
}

impl Server {
    /// Starts `program ARGS… --port PORT` and waits until `path` is answered, whatever the status.
    pub(crate) fn start<A: AsRef<OsStr>>(program: &Path, args: &[A], path: &str) -> Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        let mut command = Command::new(program);
        // What is in Node is to be as fast as it is in production.
        command.env("NODE_ENV", "production");
        command.args(args).args(["--port", &port.to_string()]);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let started = Instant::now();
        let child = command
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        let mut server = Self {
            child,
            port,
            first_answer: Duration::ZERO,
        };
        // Connecting alone is cheap enough not to slow down what is being started.
        while TcpStream::connect(http::address(port)).is_err() {
            if let Some(status) = server.child.try_wait()? {
                bail!("{} ended by itself: {status}", program.display());
            }
            if started.elapsed() > START_LIMIT {
                bail!("{} does not listen on port {port}", program.display());
            }
            thread::sleep(Duration::from_micros(100));
        }
        http::send(port, "GET", path, "", "")?;
        server.first_answer = started.elapsed();
        Ok(server)
    }

    /// Resident memory in megabytes (of a million bytes).
    pub(crate) fn memory(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kibibytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
        Ok(kibibytes.context("the kernel does not tell the memory of a process")? * 1024.0 / 1e6)
    }

    /// The most resident memory that it has while `work` is done, in megabytes, beside what comes of
    /// that.
    pub(crate) fn memory_during<T>(&self, work: impl FnOnce() -> T) -> Result<(f64, T)> {
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let watcher = scope.spawn(|| {
                let mut most = self.memory()?;
                while !done.load(Ordering::Relaxed) {
                    thread::sleep(WATCH);
                    most = most.max(self.memory()?);
                }
                anyhow::Ok(most)
            });
            let value = work();
            done.store(true, Ordering::Relaxed);
            let most = watcher.join().ok().context("who watched it panicked")??;
            Ok((most, value))
        })
    }

    /// Processor time used so far, in seconds, over all threads.
    pub(crate) fn processor_seconds(&self) -> Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name in brackets may hold spaces; user and system time are fields 14 and 15.
        let (_, fields) = stat.rsplit_once(") ").context("an odd /proc/PID/stat")?;
        let ticks: f64 = fields
            .split(' ')
            .skip(11)
            .take(2)
            .filter_map(|it| it.parse::<f64>().ok())
            .sum();
        Ok(ticks / TICKS_PER_SECOND)
    }

    /// Ends it as a service manager would.
    pub(crate) fn stop(mut self) -> Result<()> {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            kill_process(pid, Signal::TERM)?;
        }
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Only for a benchmark that fails half-way; stopped already, both do nothing.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
