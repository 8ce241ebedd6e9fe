//! SQLite: a file, four connections that read and one that writes.
//!
//! Writing operations queue for one task. It runs those that are waiting one after another in one
//! transaction, each inside a savepoint of its own, commits once, and only then answers all of
//! them: fifty sign-ins at once share one fsync, and none is acknowledged before it is on disk.
//! (Fifty writers that each make an account with a session: 1,500 to 2,300 a second, against 260 to
//! 380 with a commit each, in a debug build on two busy cores.)
//! An operation that fails takes back its own savepoint and nobody else's work. Since the task and
//! not the caller runs it, a caller that goes away leaves nothing half done.

use std::{
    fs,
    io::ErrorKind,
    panic::AssertUnwindSafe,
    path::Path,
    time::{Duration, Instant},
};

use futures::{FutureExt as _, future::BoxFuture};
use portcullis_domain::StorageError;
use sqlx::{
    ConnectOptions as _, Connection as _, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::{mpsc, oneshot};

use crate::{
    change::{Operation, run},
    connection::Connection,
    error::{is_busy, storage_error},
    migrate,
};

/// Connections that read.
const READERS: u32 = 4;
/// How long to wait for another process that holds the file.
const BUSY: Duration = Duration::from_secs(5);
/// Operations that may wait; past it, callers wait for a place.
const QUEUE: usize = 1024;
/// Operations that share a commit at most, so that the first of them is not kept waiting.
const GROUP: usize = 64;

/// An operation of whatever type, with the way back to its caller.
type Job = Box<dyn for<'a, 'c> FnOnce(&'a mut Connection<'c>) -> BoxFuture<'a, Settled> + Send>;

/// An operation that has run: whether its savepoint is kept, and how to answer its caller once it
/// is known whether the commit went well.
struct Settled {
    keep: bool,
    answer: Box<dyn FnOnce(Result<(), StorageError>) + Send>,
}

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
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .test_before_acquire(false)
            .connect_lazy_with(options.clone().pragma("query_only", "ON"));
        let (writer, queue) = mpsc::channel(QUEUE);
        let task = Writer {
            options,
            connection: Some(connection),
        };
        tokio::spawn(task.serve(queue));
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

/// The task that writes.
struct Writer {
    options: SqliteConnectOptions,
    /// Nothing after a failure that leaves it unclear what state the connection is in.
    connection: Option<SqliteConnection>,
}

impl Writer {
    async fn serve(mut self, mut queue: mpsc::Receiver<Message>) {
        let mut closers = Vec::new();
        while let Some(message) = queue.recv().await {
            match message {
                Message::Run(first) => self.serve_group(first, &mut queue, &mut closers).await,
                Message::Close(done) => closers.push(done),
            }
            if !closers.is_empty() {
                // No new ones; what is queued is still served.
                queue.close();
            }
        }
        if let Some(connection) = self.connection.take() {
            connection.close().await.ok();
        }
        for done in closers {
            done.send(()).ok();
        }
    }

    /// Runs `first` and what else is waiting, commits, answers.
    async fn serve_group(
        &mut self,
        first: Job,
        queue: &mut mpsc::Receiver<Message>,
        closers: &mut Vec<oneshot::Sender<()>>,
    ) {
        let mut answers = Vec::new();
        let result = async {
            let connection = self.connection().await?;
            execute(connection, "BEGIN IMMEDIATE").await?;
            let mut next = Some(first);
            while let Some(job) = next.take() {
                execute(connection, "SAVEPOINT operation").await?;
                let settled = job(&mut Connection::Sqlite(connection)).await;
                answers.push(settled.answer);
                if !settled.keep {
                    execute(connection, "ROLLBACK TO operation").await?;
                }
                execute(connection, "RELEASE operation").await?;
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
            execute(connection, "COMMIT").await
        }
        .await;
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
}

impl Writer {
    /// The connection, opened anew if the last group left it in doubt.
    async fn connection(&mut self) -> Result<&mut SqliteConnection, StorageError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => connect(&self.options).await?,
        };
        Ok(self.connection.insert(connection))
    }
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

async fn execute(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), StorageError> {
    sqlx::query(sql)
        .execute(connection)
        .await
        .map(drop)
        .map_err(storage_error)
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
