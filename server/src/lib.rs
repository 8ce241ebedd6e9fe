//! The Portcullis server as a library: accounts, sessions, passkeys, OAuth and permissions as a
//! router to mount in any axum app.
//!
//! ```no_run
//! use std::sync::Arc;
//! use axum::{Router, routing::get};
//! use portcullis_server::{Actor, Config, MasterKey, Portcullis};
//!
//! # async fn example(store: Arc<dyn portcullis_domain::Store>) -> anyhow::Result<()> {
//! let portcullis = Portcullis::builder(Config::default())
//!     .store(store)
//!     .master_key(MasterKey::from_hex(&std::env::var("PORTCULLIS_MASTER_KEY")?)?)
//!     .build()
//!     .await?;
//!
//! let mine = Router::new()
//!     .route("/hello", get(|actor: Actor| async move {
//!         format!("Hello, {}", actor.principal().account.name)
//!     }));
//!
//! let app = Router::new().merge(portcullis.layer(mine)).merge(portcullis.router());
//! # let _ = app; Ok(()) }
//! ```

mod admin;
mod app;
mod authz;
mod builder;
mod cache;
pub mod commands;
pub mod config;
pub mod connections;
mod credentials;
mod crypto;
mod demo;
mod docs;
mod http;
mod identity;
mod keys;
mod limits;
mod mail;
mod oauth;
mod sessions;
pub mod tls;

pub use authz::{
    PermissionName, RequireAll, RequireAny, RequireLayer, RequirePermission, RequireService,
    RequirementNames, ResourceQuestion, ResourceRules, Verdict,
};
pub use builder::{Builder, Portcullis, SystemClock};
pub use config::Config;
pub use crypto::{MasterKey, SystemRng};
pub use http::{Actor, ApiError, Scheme};
pub use portcullis_domain::roles::Role;
pub use sessions::registry::LiveSession;
pub use tls::ClientCertificate;
