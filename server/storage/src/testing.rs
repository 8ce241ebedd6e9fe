//! A throw-away PostgreSQL for tests (feature `testing`): started by the test process, on a free
//! port of 127.0.0.1, in a temporary folder, and gone with it.
//!
//! All of a process's tests share one server and get a database each; the server stops with the
//! last of them. Should the process be killed, the kernel stops the server (the parent death
//! signal), and the next run removes its folder. `initdb` runs once: its result is kept in Cargo's
//! target folder and copied, which makes a start take a tenth of a second.
//!
//! The programs are looked for in `PORTCULLIS_PG_BIN`, then where Debian puts them, then on `PATH`.
//! PostgreSQL refuses to run as root, so root runs it as the user `postgres`.

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio, id},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use sqlx::{Connection as _, PgConnection, SqliteConnection};

/// Makes the database at this URL refuse audit rows of that kind from now on, so that a test sees
/// what becomes of a change whose last step fails.
pub async fn refuse_audit(url: &str, kind: &str) -> Result<(), sqlx::Error> {
    let refuse = if url.starts_with("sqlite:") {
        format!(
            "CREATE TRIGGER refuse BEFORE INSERT ON audit_log WHEN NEW.kind = '{kind}'
            BEGIN SELECT RAISE(ABORT, 'refused by a test'); END"
        )
    } else {
        format!(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
                AS $$ BEGIN RAISE EXCEPTION 'refused by a test'; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON audit_log FOR EACH ROW
                WHEN (NEW.kind = '{kind}') EXECUTE FUNCTION refuse()"
        )
    };
    let refuse = sqlx::raw_sql(sqlx::AssertSqlSafe(refuse));
    if url.starts_with("sqlite:") {
        let mut database = SqliteConnection::connect(url).await?;
        refuse.execute(&mut database).await.map(drop)
    } else {
        let mut database = PgConnection::connect(url).await?;
        refuse.execute(&mut database).await.map(drop)
    }
}

const USER: &str = "portcullis";
const FOLDER: &str = "portcullis-postgres-";

/// Counts servers, so that each has its own folder: the one before may still be stopping.
static STARTS: AtomicU32 = AtomicU32::new(0);

/// A database of its own on this process's PostgreSQL server.
#[derive(Debug)]
pub struct Postgres {
    server: Arc<Server>,
    name: String,
}

impl Postgres {
    /// Makes an empty database, starting the server if it does not run. The error is one line that
    /// says what to do.
    pub fn start() -> Result<Self, String> {
        static SERVER: Mutex<(Weak<Server>, u32)> = Mutex::new((Weak::new(), 0));
        let mut shared = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
        let server = match shared.0.upgrade() {
            Some(server) => server,
            None => Arc::new(Server::start()?),
        };
        shared.0 = Arc::downgrade(&server);
        shared.1 += 1;
        let name = format!("test_{}", shared.1);
        server.sql(&format!("CREATE DATABASE {name}"))?;
        Ok(Self { server, name })
    }

    /// The URL to open it with.
    pub fn url(&self) -> String {
        format!(
            "postgres://{USER}@127.0.0.1:{}/{}",
            self.server.port, self.name
        )
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The last one takes all with it anyway.
        if Arc::strong_count(&self.server) > 1 {
            self.server
                .sql(&format!("DROP DATABASE {} WITH (FORCE)", self.name))
                .ok();
        }
    }
}

/// A running server and its folder.
#[derive(Debug)]
struct Server {
    bin: PathBuf,
    folder: PathBuf,
    port: u16,
    process: Mutex<Child>,
}

impl Server {
    fn start() -> Result<Self, String> {
        let bin = programs()?;
        remove_orphans();
        let start = STARTS.fetch_add(1, Ordering::Relaxed);
        let folder = place().join(format!("{FOLDER}{}-{start}", id()));
        fs::remove_dir_all(&folder).ok();
        make_data(&bin, &folder)?;
        let mut failure = String::new();
        // Somebody else may take a port between our finding it free and PostgreSQL's.
        for _ in 0..5 {
            match Self::start_on_free_port(&bin, &folder) {
                Ok(server) => return Ok(server),
                Err(error) => failure = error,
            }
        }
        fs::remove_dir_all(&folder).ok();
        Err(failure)
    }

    fn start_on_free_port(bin: &Path, folder: &Path) -> Result<Self, String> {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let port = free
            .map_err(|error| format!("no free port: {error}"))?
            .port();
        let mut command = as_postgres(&bin.join("postgres"), true);
        command
            .arg("-D")
            .arg(folder)
            .args(["-h", "127.0.0.1", "-p", &port.to_string()]);
        // It need not survive anything, so it need not sync anything.
        for setting in [
            "unix_socket_directories=",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "autovacuum=off",
            "max_connections=200",
            "shared_buffers=16MB",
        ] {
            command.args(["-c", setting]);
        }
        let log = folder.join("log");
        let to_log =
            fs::File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(to_log);
        let process = Mutex::new(spawn_for_life(command)?);
        let server = Self {
            bin: bin.to_owned(),
            folder: folder.to_owned(),
            port,
            process,
        };
        for _ in 0..1000 {
            if server.has_ended() {
                break;
            }
            let mut ready = Command::new(server.bin.join("pg_isready"));
            ready.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]);
            if output(&mut ready).is_ok() {
                return Ok(server);
            }
            thread::sleep(Duration::from_millis(10));
        }
        let log = fs::read_to_string(&log).unwrap_or_default();
        let last = log.lines().last().unwrap_or("it said nothing");
        Err(format!("PostgreSQL did not start: {last}"))
    }

    fn has_ended(&self) -> bool {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        !matches!(process.try_wait(), Ok(None))
    }

    fn sql(&self, statement: &str) -> Result<(), String> {
        let mut psql = Command::new(self.bin.join("psql"));
        psql.args([
            "-X",
            "-q",
            "-h",
            "127.0.0.1",
            "-p",
            &self.port.to_string(),
            "-U",
            USER,
        ]);
        output(psql.args(["-d", "postgres", "-c", statement])).map(drop)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let process = self
            .process
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        // Immediate shutdown: the postmaster still takes its children along.
        let pid = process.id().to_string();
        if Command::new("sh")
            .args(["-c", "kill -QUIT \"$0\"", &pid])
            .status()
            .is_err()
        {
            process.kill().ok();
        }
        process.wait().ok();
        fs::remove_dir_all(&self.folder).ok();
    }
}

/// The folder with PostgreSQL's programs.
fn programs() -> Result<PathBuf, String> {
    let given = env::var_os("PORTCULLIS_PG_BIN").map(PathBuf::from);
    let is_one = |folder: &PathBuf| folder.join("initdb").is_file();
    if let Some(folder) = given {
        return if is_one(&folder) {
            Ok(folder)
        } else {
            Err(format!(
                "PORTCULLIS_PG_BIN: there is no initdb in {}",
                folder.display()
            ))
        };
    }
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut folders: Vec<_> = debian.map(|version| version.path().join("bin")).collect();
    folders.sort();
    let path = env::var_os("PATH").unwrap_or_default();
    folders.into_iter().rev().chain(env::split_paths(&path)).find(is_one).ok_or_else(|| {
        "PostgreSQL is needed for the tests: install it (Debian: `apt-get install postgresql`), or \
         set PORTCULLIS_PG_BIN to the folder of its programs"
            .to_owned()
    })
}

/// A fresh data folder: a copy of the one that `initdb` made once.
fn make_data(bin: &Path, folder: &Path) -> Result<(), String> {
    let Some(target) = target_folder() else {
        return initdb(bin, folder);
    };
    let name: String = bin
        .to_string_lossy()
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .collect();
    let template = target.join(format!("postgres-template{name}"));
    if template.join("PG_VERSION").is_file() {
        return copy(&template, folder);
    }
    initdb(bin, folder)?;
    // Of several that do this at once, one gets the name.
    let fresh = target.join(format!("postgres-template-{}", id()));
    copy(folder, &fresh)?;
    if fs::rename(&fresh, &template).is_err() {
        fs::remove_dir_all(&fresh).ok();
    }
    Ok(())
}

fn initdb(bin: &Path, folder: &Path) -> Result<(), String> {
    if is_root() {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        output(Command::new("chown").arg("postgres:postgres").arg(folder))?;
    }
    let mut initdb = as_postgres(&bin.join("initdb"), false);
    initdb
        .arg("-D")
        .arg(folder)
        .args(["-A", "trust", "-U", USER, "-E", "UTF8", "--no-locale"]);
    output(initdb.args(["--no-sync", "--wal-segsize=1"])).map(drop)
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    output(Command::new("cp").args(["-a", "--"]).args([from, to])).map(drop)
}

/// The target folder this test was built into; Cargo marks it.
fn target_folder() -> Option<PathBuf> {
    let program = env::current_exe().ok()?;
    program
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").is_file())
        .map(Path::to_owned)
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|out| out.stdout.trim_ascii() == b"0")
}

/// A command that does not run as root and, if it is to be `tied`, ends with the thread that
/// spawned it.
fn as_postgres(program: &Path, tied: bool) -> Command {
    let mut command = Command::new("setpriv");
    if is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    if tied {
        command.args(["--pdeathsig", "QUIT"]);
    }
    command.arg("--").arg(program).current_dir("/");
    command
}

/// Spawns from a thread that ends with the process and not before: the death signal goes by
/// threads, and a test's own thread ends with the test.
fn spawn_for_life(mut command: Command) -> Result<Child, String> {
    let (sender, spawned) = mpsc::channel();
    let spawn = move || {
        if sender.send(command.spawn()).is_ok() {
            loop {
                thread::park();
            }
        }
    };
    thread::Builder::new()
        .name("postgres".to_owned())
        .spawn(spawn)
        .map_err(|e| e.to_string())?;
    let child = spawned.recv().map_err(|error| error.to_string())?;
    child.map_err(|error| format!("cannot run setpriv (package util-linux): {error}"))
}

/// Where folders go: in memory, where there is a gigabyte of it, since making the thousand files of
/// a database is slow on some disks.
fn place() -> PathBuf {
    let free = output(Command::new("df").args(["-Pk", "/dev/shm"]))
        .ok()
        .and_then(|out| {
            let table = String::from_utf8(out.stdout).ok()?;
            table
                .lines()
                .nth(1)?
                .split_whitespace()
                .nth(3)?
                .parse::<u64>()
                .ok()
        });
    if free.is_some_and(|kilobytes| kilobytes > 1 << 20) {
        PathBuf::from("/dev/shm")
    } else {
        env::temp_dir()
    }
}

/// Removes folders whose process is gone.
fn remove_orphans() {
    let folders = [env::temp_dir(), PathBuf::from("/dev/shm")].map(fs::read_dir);
    for entry in folders.into_iter().flatten().flatten().flatten() {
        let name = entry.file_name();
        let owner = name
            .to_str()
            .and_then(|name| name.strip_prefix(FOLDER))
            .and_then(|rest| rest.split_once('-'));
        if owner.is_some_and(|(pid, _)| !Path::new("/proc").join(pid).exists()) {
            fs::remove_dir_all(entry.path()).ok();
        }
    }
}

/// Runs a command to its end; if it fails, what it said last.
fn output(command: &mut Command) -> Result<Output, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let out = command
        .output()
        .map_err(|error| format!("cannot run {program}: {error}"))?;
    if out.status.success() {
        return Ok(out);
    }
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    Err(format!(
        "{program}: {}",
        said.lines().last().unwrap_or("failed")
    ))
}
