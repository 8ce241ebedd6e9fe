//! The real program, started as a person would start it.

use std::{
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    task::JoinHandle,
    time::timeout,
};

use crate::{Browser, Device};

/// Longest time a start may take on a busy machine.
const START: Duration = Duration::from_mins(1);

/// The program's file: `PORTCULLIS_BIN`, or where Cargo puts it.
pub fn file() -> PathBuf {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/debug/portcullis");
    let file = std::env::var_os("PORTCULLIS_BIN").map_or(built, PathBuf::from);
    assert!(
        file.is_file(),
        "{} is not there; run `cargo build -p portcullis-server` first",
        file.display()
    );
    file
}

/// A port that is free right now.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// The program with these arguments, in a folder of its own and without settings from outside.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(file());
    command
        .args(arguments)
        .current_dir(folder)
        .kill_on_drop(true);
    for (name, _) in std::env::vars() {
        if name.starts_with("PORTCULLIS_") || name == "RUST_LOG" {
            command.env_remove(name);
        }
    }
    command
        // Hashing is not what these tests are about.
        .env("PORTCULLIS_PASSWORD__ARGON2_MEMORY_KIB", "64")
        .env("PORTCULLIS_PASSWORD__ARGON2_PASSES", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the program to its end.
pub async fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().await.unwrap()
}

/// Runs the program to its end with something to read.
pub async fn run_with_input(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = command(folder, arguments);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).await.unwrap();
    drop(stdin);
    child.wait_with_output().await.unwrap()
}

/// `portcullis serve`, running.
pub struct Program {
    /// Where it is.
    pub origin: String,
    /// What it printed until it was ready.
    pub printed: Vec<String>,
    child: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    stderr: JoinHandle<String>,
}

impl Program {
    /// Starts it on a free port with a data directory in `folder`.
    pub async fn start(folder: &TempDir) -> Self {
        Self::start_with(folder, &["--port", "0"], |_| {}).await
    }

    /// Starts it with these arguments and whatever else `change` does.
    pub async fn start_with(
        folder: &TempDir,
        arguments: &[&str],
        change: impl FnOnce(&mut Command),
    ) -> Self {
        Self::start_asking(folder, arguments, change, None).await
    }

    /// Starts it with these arguments, which make it speak TLS with a certificate of that CA.
    pub async fn start_over_tls(folder: &TempDir, arguments: &[&str], ca: &str) -> Self {
        Self::start_asking(folder, arguments, |_| {}, Some(ca)).await
    }

    async fn start_asking(
        folder: &TempDir,
        arguments: &[&str],
        change: impl FnOnce(&mut Command),
        ca: Option<&str>,
    ) -> Self {
        let mut command = command(folder.path(), &["serve"]);
        command.args(arguments);
        change(&mut command);
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut errors = child.stderr.take().unwrap();
        // Read all the time: a full pipe would stop the server.
        let stderr = tokio::spawn(async move {
            let mut text = Vec::new();
            let _ = errors.read_to_end(&mut text).await;
            String::from_utf8_lossy(&text).into_owned()
        });
        let Ok(Ok(Some(first))) = timeout(START, stdout.next_line()).await else {
            let _ = child.kill().await;
            panic!("it did not start: {}", stderr.await.unwrap());
        };
        let origin = first.rsplit(' ').next().unwrap().to_owned();
        let mut program = Self {
            origin,
            printed: vec![first],
            child,
            stdout,
            stderr,
        };
        // All it has to say is said before it answers.
        program.wait_until_it_answers(ca).await;
        while let Ok(Ok(Some(line))) =
            timeout(Duration::from_millis(50), program.stdout.next_line()).await
        {
            program.printed.push(line);
        }
        program
    }

    async fn wait_until_it_answers(&self, ca: Option<&str>) {
        let mut browser = self.browser();
        if let Some(ca) = ca {
            browser = browser.with_tls(ca, None);
        }
        let waiting = async {
            while browser
                .call(reqwest::Method::GET, "/readyz")
                .try_send()
                .await
                .is_err()
            {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(START, waiting).await.expect("it answers");
    }

    /// The address connections go to.
    pub fn base(&self) -> String {
        self.origin.replace("localhost", "127.0.0.1")
    }

    /// A browser with an empty profile.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.base(), &self.origin)
    }

    /// A program without cookies.
    pub fn client(&self) -> Browser {
        Browser::program(&self.base(), &self.origin)
    }

    /// A device for this server's pages.
    pub fn device(&self) -> Device {
        Device::new(&self.origin)
    }

    /// The token of the set-up link, if it printed one.
    pub fn setup_token(&self) -> Option<String> {
        let link = self
            .printed
            .iter()
            .find_map(|line| line.split_once("#token="));
        link.map(|(_, token)| token.trim().to_owned())
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id().unwrap()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// Waits for its end: whether it was a success, and all it wrote to standard error.
    pub async fn end(mut self, within: Duration) -> (bool, String) {
        let status = timeout(within, self.child.wait()).await;
        let status = status.expect("it ends in time").unwrap();
        (status.success(), self.stderr.await.unwrap())
    }

    /// Ends it as a power cut would.
    pub async fn kill(mut self) {
        self.signal(Signal::KILL);
        self.child.wait().await.unwrap();
    }
}
