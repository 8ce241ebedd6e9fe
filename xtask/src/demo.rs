//! `cargo xtask demo`: the demo app on a server of its own, with accounts to sign in with.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::build;
use crate::interrupt;
use crate::process;
use crate::workspace::Workspace;

const START_LIMIT: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);

/// Someone to sign in as.
#[derive(Debug, Serialize, Deserialize)]
struct Account {
    email: String,
    name: String,
    role: String,
    password: String,
}

/// Builds, starts and waits until Ctrl-C.
pub(crate) fn run(ws: &Workspace, port: u16, fresh: bool) -> Result<()> {
    // Asked first: nobody should wait for a build to learn this.
    check_port(port)?;
    let data = ws.path(".portcullis/demo");
    if fresh && data.exists() {
        fs::remove_dir_all(&data).context("removing the earlier demo data")?;
    }
    let server = build::release_server(ws)?;
    let accounts = accounts(&server, &data)?;
    check_port(port)?;
    let log = ws.logs().join("demo-server.log");
    let mut child = start(&server, &data, port, &log)?;
    if let Err(error) = wait_until_ready(&mut child, port, &log) {
        process::stop(&mut child)?;
        return Err(error);
    }
    greet(port, &accounts, &log);
    while !interrupt::requested() {
        if let Some(status) = child.try_wait()? {
            bail!(
                "the server ended by itself ({status}); its log: {}",
                log.display()
            );
        }
        thread::sleep(POLL);
    }
    process::stop(&mut child)?;
    println!("\nStopped. `cargo xtask demo` goes on with the same accounts and notes.");
    Ok(())
}

fn check_port(port: u16) -> Result<()> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) => bail!("port {port} cannot be used ({error}); choose another with --port"),
    }
}

/// The demo accounts, made when there are none yet. Their passwords are kept beside the database,
/// readable by its owner alone, to be shown again the next time.
fn accounts(server: &Path, data: &Path) -> Result<Vec<Account>> {
    let file = data.join("accounts.json");
    if let Ok(text) = fs::read_to_string(&file) {
        return serde_json::from_str(&text)
            .with_context(|| format!("{} is broken; start over with --fresh", file.display()));
    }
    fs::create_dir_all(data)?;
    let people = [
        ("ada@example.com", "Ada Vale", "user"),
        ("ben@example.com", "Ben Okafor", "user"),
        ("mika@example.com", "Mika Sol", "moderator"),
        ("noor@example.com", "Noor Haddad", "admin"),
    ];
    let mut accounts = Vec::new();
    for (email, name, role) in people {
        let [email, name, role] = [email, name, role].map(str::to_owned);
        let account = Account {
            email,
            name,
            role,
            password: password()?,
        };
        create(server, data, &account)?;
        accounts.push(account);
    }
    let mut kept = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&file)?;
    kept.write_all(serde_json::to_string_pretty(&accounts)?.as_bytes())?;
    Ok(accounts)
}

fn create(server: &Path, data: &Path, account: &Account) -> Result<()> {
    let mut child = portcullis(server, data)
        .args([
            "accounts",
            "create",
            "--email",
            &account.email,
            "--name",
            &account.name,
        ])
        .args(["--role", &account.role, "--demo", "--data-dir"])
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("starting portcullis accounts create")?;
    let mut input = child.stdin.take().context("the program has an input")?;
    writeln!(input, "{}", account.password)?;
    drop(input);
    let ended = child.wait_with_output()?;
    if !ended.status.success() {
        let said = String::from_utf8_lossy(&ended.stderr);
        bail!(
            "making {}: {}; --fresh starts over",
            account.email,
            said.trim()
        );
    }
    Ok(())
}

/// The server's program, kept from settings that somebody made for another server of theirs.
fn portcullis(server: &Path, data: &Path) -> Command {
    let mut command = process::command(server);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("PORTCULLIS_") {
            command.env_remove(name);
        }
    }
    // It takes a portcullis.toml from where it is started: the data folder has none.
    command.current_dir(data);
    command
}

/// 100 random bits in four groups: `k7vq9-…`.
fn password() -> Result<String> {
    // 32 letters and digits that are not mistaken for each other.
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut random = [0_u8; 20];
    File::open("/dev/urandom")?
        .read_exact(&mut random)
        .context("reading random bytes")?;
    let mut password = String::new();
    for (index, byte) in random.into_iter().enumerate() {
        if index > 0 && index % 5 == 0 {
            password.push('-');
        }
        password.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    Ok(password)
}

fn start(server: &Path, data: &Path, port: u16, log: &PathBuf) -> Result<Child> {
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder)?;
    }
    let output = File::create(log)?;
    portcullis(server, data)
        .args(["serve", "--demo", "--port", &port.to_string(), "--data-dir"])
        .arg(data)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        // In a group of its own, so that Ctrl-C reaches it through us and once only.
        .process_group(0)
        .spawn()
        .context("starting the server")
}

fn wait_until_ready(child: &mut Child, port: u16, log: &Path) -> Result<()> {
    let started = Instant::now();
    while started.elapsed() < START_LIMIT && !interrupt::requested() {
        if let Some(status) = child.try_wait()? {
            let said = fs::read_to_string(log).unwrap_or_default();
            bail!("the server did not start ({status}):\n{}", said.trim_end());
        }
        if is_ready(port).unwrap_or(false) {
            return Ok(());
        }
        thread::sleep(POLL);
    }
    if interrupt::requested() {
        return Err(interrupt::Interrupted.into());
    }
    bail!(
        "the server was not ready after {} s; its log: {}",
        START_LIMIT.as_secs(),
        log.display()
    )
}

fn is_ready(port: u16) -> Result<bool> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    write!(
        stream,
        "GET /readyz HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}

fn greet(port: u16, accounts: &[Account], log: &Path) {
    println!("\nThe demo is at http://localhost:{port}\n");
    println!("  {:<20} {:<26} role", "email", "password");
    for Account {
        email,
        password,
        role,
        ..
    } in accounts
    {
        println!("  {email:<20} {password:<26} {role}");
    }
    println!("\nOr sign up with an email address and password, or a passkey, of your own.");
    println!("The server's log: {}\nCtrl-C ends it.", log.display());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_long_and_never_the_same() {
        let (one, other) = (password().unwrap(), password().unwrap());
        assert_eq!(one.len(), 23);
        assert_ne!(one, other);
    }

    #[test]
    fn a_taken_port_is_one_line() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let said = check_port(port).unwrap_err().to_string();
        assert!(said.contains("--port") && !said.contains('\n'), "{said}");
    }
}
