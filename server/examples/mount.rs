//! Portcullis mounted in somebody's own axum app: a small shop with its own handlers, its own roles
//! and its own port, and sign-in, passkeys and OAuth from Portcullis beside them.
//!
//! ```sh
//! PORTCULLIS_MASTER_KEY=$(openssl rand -hex 32) cargo run -p portcullis-server --example mount
//! ```
//!
//! Keep that key: it seals what is in the database.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json, Router,
    routing::{get, post},
};
use portcullis_domain::roles::Role;
use portcullis_policy::{PatternError, Requirement};
use portcullis_server::{
    Actor, Config, MasterKey, Portcullis, RequireAny, RequireLayer, RequirePermission, permissions,
};
use portcullis_storage::Database;
use serde_json::{Value, json};

permissions! {
    /// Seeing orders.
    pub OrdersRead = "orders:read";
    /// Placing orders.
    pub OrdersWrite = "orders:write";
}

/// The shop's roles. Whoever signs up is a customer.
pub fn config() -> Config {
    let role = |name: &str, permissions: &[&str]| Role {
        name: name.to_owned(),
        description: format!("A {name} of the shop."),
        permissions: permissions.iter().map(ToString::to_string).collect(),
    };
    Config {
        port: 3000,
        roles: vec![
            role("customer", &["orders:write"]),
            role("clerk", &["orders:*", "reports:read"]),
        ],
        default_roles: vec!["customer".to_owned()],
        ..Config::default()
    }
}

/// The shop's own handlers beside everything that Portcullis brings.
///
/// # Errors
/// If the requirement of the reports does not parse.
pub fn app(portcullis: &Portcullis) -> Result<Router, PatternError> {
    // A whole router behind one requirement.
    let reports = Router::new()
        .route("/reports/sales", get(sales))
        .layer(RequireLayer::new(Requirement::one("reports:read")?));
    let shop = Router::new()
        .route("/hello", get(hello))
        .route("/orders", get(orders))
        .route("/orders", post(place_order))
        .merge(reports);
    // The layer lets these handlers ask who acts, and guards them from forged requests.
    Ok(Router::new()
        .route("/about", get(|| async { "A small shop." }))
        .merge(portcullis.layer(shop))
        .merge(portcullis.router()))
}

/// Greets whoever is signed in, and strangers too.
async fn hello(actor: Option<Actor>) -> String {
    actor.map_or_else(
        || "Hello, stranger".to_owned(),
        |actor| format!("Hello, {}", actor.principal().account.name),
    )
}

/// For whom may see or place orders; clerks see everybody's.
async fn orders(allowed: RequireAny<(OrdersRead, OrdersWrite)>) -> Json<Value> {
    let all = allowed.actor.can("orders:read");
    Json(json!({ "of": if all { "everybody" } else { "yourself" } }))
}

/// Places an order.
async fn place_order(allowed: RequirePermission<OrdersWrite>) -> Json<Value> {
    Json(json!({ "placed_by": allowed.actor.user_id() }))
}

async fn sales() -> &'static str {
    "Sales are good."
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = config();
    let address = (config.host.clone(), config.port);
    let database = Database::open("sqlite:shop.db").await?;
    let portcullis = Portcullis::builder(config)
        .store(Arc::new(database))
        .master_key(MasterKey::from_hex(&std::env::var(
            "PORTCULLIS_MASTER_KEY",
        )?)?)
        .build()
        .await?;
    if let Some(link) = portcullis.setup_link().await? {
        println!("Make the first admin: {link}");
    }
    let listener = tokio::net::TcpListener::bind(address).await?;
    let app = app(&portcullis)?.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, app).await?;
    portcullis.close().await;
    Ok(())
}
