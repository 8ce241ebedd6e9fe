//! SQLite: a file, four connections that read and one that writes.
//!
//! Writing operations queue for one thread, which has the connection that writes. It runs those that
//! are waiting one after another in one transaction, each inside a savepoint of its own, commits
//! once, and only then answers all of them: fifty sign-ins at once share one fsync, and none is
//! acknowledged before it is on disk.
//! An operation that fails takes back its own savepoint and nobody else's work. Since the thread and
//! not the caller runs it, a caller that goes away leaves nothing half done.

use std::{
    fs,
    io::ErrorKind,
    panic::AssertUnwindSafe,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use futures::{FutureExt as _, executor::block_on, future::BoxFuture};
use portcullis_domain::StorageError;
use rusqlite::OpenFlags;
use sqlx::{
    ConnectOptions as _, Connection as _, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::{mpsc, oneshot};

use crate::{
    change::{Operation, run},
    connection::Connection,
    error::{is_busy, sqlite_error, storage_error},
    migrate, written,
};

/// Connections that read.
const READERS: u32 = 4;
/// How long to wait for another process that holds the file.
const BUSY: Duration = Duration::from_secs(5);
/// Operations that may wait; past it, callers wait for a place.
const QUEUE: usize = 1024;
/// Operations that share a commit at most, so that the first of them is not kept waiting.
const GROUP: usize = 64;
/// Compiled statements that are kept; there are fewer that write.
const STATEMENTS: usize = 256;

/// An operation of whatever type, with the way back to its caller.
type Job = Box<dyn for<'a, 'c> FnOnce(&'a mut Connection<'c>) -> BoxFuture<'a, Settled> + Send>;

/// An operation that has run: whether its savepoint is kept, and how to answer its caller once it
/// is known whether the commit went well.
struct Settled {
    keep: bool,
    answer: Answer,
}

type Answer = Box<dyn FnOnce(Result<(), StorageError>) + Send>;

enum Message {
    Run(Job),
    Close(oneshot::Sender<()>),
}

/// An open SQLite database.
#[derive(Clone)]
pub(crate) struct Sqlite {
    pub(crate) readers: SqlitePool,
    writer: mpsc::Sender<Message>,
}

impl Sqlite {
    pub(crate) async fn open(path: &Path) -> Result<Self, StorageError> {
        make_private(path)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .disable_statement_logging();
        let mut connection = connect(&options).await.map_err(|error| name(path, error))?;
        migrate::sqlite(&mut connection)
            .await
            .map_err(|error| name(path, error))?;
        let writer = open_to_write(path).map_err(|error| name(path, error))?;
        connection.close().await.map_err(storage_error)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .test_before_acquire(false)
            .connect_lazy_with(options.clone().pragma("query_only", "ON"));
        let task = Writer {
            path: path.to_owned(),
            connection: Some(writer),
        };
        let (writer, queue) = mpsc::channel(QUEUE);
        thread::Builder::new()
            .name("sqlite writer".to_owned())
            .spawn(move || task.serve(queue))
            .map_err(|error| StorageError::Failed(format!("cannot start a thread: {error}")))?;
        Ok(Self { readers, writer })
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        operation: impl Operation<T>,
    ) -> Result<T, StorageError> {
        let (caller, answer) = oneshot::channel();
        self.writer
            .send(Message::Run(job(operation, caller)))
            .await
            .map_err(|_| not_run())?;
        answer.await.unwrap_or_else(|_| Err(not_run()))
    }

    /// Lets the writer finish what is queued and closes all connections.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        let (done, finished) = oneshot::channel();
        if self.writer.send(Message::Close(done)).await.is_ok() {
            finished.await.ok();
        }
    }
}

/// Wraps an operation so that all kinds of them fit one queue.
fn job<T: Send + 'static>(
    operation: impl Operation<T>,
    caller: oneshot::Sender<Result<T, StorageError>>,
) -> Job {
    Box::new(move |connection| {
        Box::pin(async move {
            let ran = AssertUnwindSafe(run(operation, connection))
                .catch_unwind()
                .await;
            let (keep, result) = match ran {
                Ok(Ok((keep, value))) => (keep, Ok(value)),
                Ok(Err(error)) => (false, Err(error)),
                Err(_) => (
                    false,
                    Err(StorageError::Failed("an operation panicked".to_owned())),
                ),
            };
            let answer = move |committed: Result<(), StorageError>| {
                // A caller that has gone away does not need it.
                caller.send(committed.and(result)).ok();
            };
            Settled {
                keep,
                answer: Box::new(answer),
            }
        })
    })
}

/// The thread that writes.
struct Writer {
    path: PathBuf,
    /// Nothing after a failure that leaves it unclear what state the connection is in.
    connection: Option<rusqlite::Connection>,
}

impl Writer {
    fn serve(mut self, mut queue: mpsc::Receiver<Message>) {
        let mut closers = Vec::new();
        while let Some(message) = queue.blocking_recv() {
            match message {
                Message::Run(first) => self.serve_group(first, &mut queue, &mut closers),
                Message::Close(done) => closers.push(done),
            }
            if !closers.is_empty() {
                // No new ones; what is queued is still served.
                queue.close();
            }
        }
        drop(self.connection.take());
        for done in closers {
            done.send(()).ok();
        }
    }

    /// Runs `first` and what else is waiting, commits, answers.
    fn serve_group(
        &mut self,
        first: Job,
        queue: &mut mpsc::Receiver<Message>,
        closers: &mut Vec<oneshot::Sender<()>>,
    ) {
        let mut answers = Vec::new();
        let result = self.run_group(first, queue, closers, &mut answers);
        if let Err(error) = &result {
            tracing::error!(%error, "a group of changes was not committed");
            self.connection = None;
        }
        for answer in answers {
            answer(match &result {
                Ok(()) => Ok(()),
                Err(error) => Err(StorageError::Unavailable(error.to_string())),
            });
        }
    }

    fn run_group(
        &mut self,
        first: Job,
        queue: &mut mpsc::Receiver<Message>,
        closers: &mut Vec<oneshot::Sender<()>>,
        answers: &mut Vec<Answer>,
    ) -> Result<(), StorageError> {
        let connection = self.connection()?;
        execute(connection, "BEGIN IMMEDIATE")?;
        let mut next = Some(first);
        while let Some(job) = next.take() {
            execute(connection, "SAVEPOINT operation")?;
            // It waits for nothing but its statements, which this thread runs.
            let settled = block_on(job(&mut Connection::Sqlite(connection)));
            answers.push(settled.answer);
            if !settled.keep {
                execute(connection, "ROLLBACK TO operation")?;
            }
            execute(connection, "RELEASE operation")?;
            if answers.len() < GROUP {
                next = match queue.try_recv() {
                    Ok(Message::Run(job)) => Some(job),
                    Ok(Message::Close(done)) => {
                        closers.push(done);
                        None
                    }
                    Err(_) => None,
                };
            }
        }
        execute(connection, "COMMIT")
    }

    /// The connection, opened anew if the last group left it in doubt.
    fn connection(&mut self) -> Result<&mut rusqlite::Connection, StorageError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => open_to_write(&self.path)?,
        };
        Ok(self.connection.insert(connection))
    }
}

/// Opens the connection that writes, on a file that has its write-ahead log.
fn open_to_write(path: &Path) -> Result<rusqlite::Connection, StorageError> {
    let open = || {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = rusqlite::Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(connection)
    };
    open().map_err(sqlite_error)
}

/// Connects. Turning a file into one with a write-ahead log fails at once, and not after the busy
/// timeout, if another process is doing the same: so it is tried again for as long.
async fn connect(options: &SqliteConnectOptions) -> Result<SqliteConnection, StorageError> {
    let give_up = Instant::now() + BUSY;
    loop {
        match options.connect().await {
            Err(error) if is_busy(&error) && Instant::now() < give_up => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            result => return result.map_err(storage_error),
        }
    }
}

fn execute(connection: &rusqlite::Connection, sql: &'static str) -> Result<(), StorageError> {
    written::execute(connection, sql, &[]).map(drop)
}

/// The same error, saying which file it is about.
fn name(path: &Path, error: StorageError) -> StorageError {
    let at = path.display();
    match error {
        StorageError::Unavailable(text) => StorageError::Unavailable(format!("{at}: {text}")),
        StorageError::Corrupt(text) => StorageError::Corrupt(format!("{at}: {text}")),
        StorageError::Failed(text) => StorageError::Failed(format!("{at}: {text}")),
    }
}

fn not_run() -> StorageError {
    StorageError::Unavailable("it is closed, or another process holds it".to_owned())
}

/// Makes the file, readable by its owner only, if there is none. SQLite gives its own files beside
/// it the same mode.
fn make_private(path: &Path) -> Result<(), StorageError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StorageError::Failed(format!(
            "cannot make the file {}: {error}",
            path.display()
        ))),
    }
}
