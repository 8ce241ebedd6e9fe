//! A peer to be measured beside Portcullis: axum-login on its memory store or on SQLite.
//!
//! `POST /login` signs the one user in; `GET /session` answers the given bytes to who is signed in.

use std::net::Ipv4Addr;
use std::path::PathBuf;

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum_login::{AuthManagerLayerBuilder, AuthUser, AuthnBackend, UserId};
use clap::{Parser, ValueEnum};
use tokio::net::TcpListener;
use tower_sessions::{MemoryStore, SessionManagerLayer, SessionStore};
use tower_sessions_sqlx_store::SqliteStore;
use tower_sessions_sqlx_store::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqliteSynchronous,
};
use tower_sessions_sqlx_store::sqlx::{self, Row};

#[derive(Debug, Parser)]
struct Cli {
    /// Where sessions and users are kept.
    store: Store,
    /// Where to listen on loopback.
    #[arg(long)]
    port: u16,
    /// The bytes to answer.
    #[arg(long)]
    body: PathBuf,
    /// The database file.
    #[arg(long)]
    database: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Store {
    Memory,
    Sqlite,
}

#[derive(Clone, Debug)]
struct User {
    id: i64,
    password_hash: Vec<u8>,
}

impl AuthUser for User {
    type Id = i64;

    fn id(&self) -> i64 {
        self.id
    }

    fn session_auth_hash(&self) -> &[u8] {
        &self.password_hash
    }
}

/// Knows one user, from memory or from the database.
#[derive(Clone)]
struct Users {
    database: Option<SqlitePool>,
}

impl AuthnBackend for Users {
    type User = User;
    type Credentials = ();
    type Error = sqlx::Error;

    async fn authenticate(&self, (): ()) -> Result<Option<User>, sqlx::Error> {
        self.get_user(&1).await
    }

    async fn get_user(&self, id: &UserId<Self>) -> Result<Option<User>, sqlx::Error> {
        let Some(database) = &self.database else {
            return Ok(Some(User {
                id: *id,
                password_hash: vec![7; 32],
            }));
        };
        let row = sqlx::query("SELECT id, password_hash FROM users WHERE id = $1")
            .bind(id)
            .fetch_optional(database)
            .await?;
        Ok(row.map(|row| User {
            id: row.get(0),
            password_hash: row.get(1),
        }))
    }
}

type AuthSession = axum_login::AuthSession<Users>;

async fn login(mut auth: AuthSession) -> Response {
    let Ok(Some(user)) = auth.authenticate(()).await else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    match auth.login(&user).await {
        Ok(()) => "signed in".into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    let body = Bytes::from(std::fs::read(&cli.body)?);
    let router = match cli.store {
        Store::Memory => router(MemoryStore::default(), Users { database: None }, body),
        Store::Sqlite => {
            let options = SqliteConnectOptions::new()
                .filename(&cli.database)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal);
            let database = SqlitePool::connect_with(options).await?;
            let store = SqliteStore::new(database.clone());
            store.migrate().await?;
            sqlx::query(
                "CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, password_hash BLOB)",
            )
            .execute(&database)
            .await?;
            sqlx::query("INSERT INTO users VALUES (1, zeroblob(32)) ON CONFLICT DO NOTHING")
                .execute(&database)
                .await?;
            router(
                store,
                Users {
                    database: Some(database),
                },
                body,
            )
        }
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, cli.port)).await?;
    axum::serve(listener, router).await?;
    Ok(())
}

fn router(store: impl SessionStore + Clone, users: Users, body: Bytes) -> Router {
    let session = move |auth: AuthSession| async move {
        match auth.user {
            Some(_) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            None => StatusCode::UNAUTHORIZED.into_response(),
        }
    };
    let sessions = SessionManagerLayer::new(store).with_secure(false);
    Router::new()
        .route("/login", post(login))
        .route("/session", get(session))
        .layer(AuthManagerLayerBuilder::new(users, sessions).build())
}
