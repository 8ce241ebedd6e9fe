//! A service with one route for everybody and one for whoever has an access token of Portcullis,
//! bound to a key or not.
//!
//! ```sh
//! cargo run -p portcullis-verify --example service -- http://localhost:8080
//! curl -i localhost:4000/orders -H "Authorization: Bearer $ACCESS_TOKEN"
//! ```

use anyhow::Context;
use axum::{Router, response::Result, routing::get};
use portcullis_verify::{Issuer, Rules, Verified, VerifyLayer, dpop::Dpop};

/// Where clients reach this service.
const ORIGIN: &str = "http://localhost:4000";

/// Greets everybody.
async fn about() -> &'static str {
    "A small shop."
}

/// For tokens whose client may see who somebody is.
async fn orders(who: Verified) -> Result<String> {
    who.require_scope("profile")?;
    Ok(format!("No orders yet, {}\n", who.subject))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let issuer = std::env::args().nth(1);
    let issuer = issuer.context("which issuer's tokens? http://localhost:8080, for instance")?;
    // Portcullis names itself as the audience, as long as clients ask for no other.
    let verifier = Issuer::discover(issuer.as_str(), Rules::access_tokens(issuer.as_str()))?;
    let layer = VerifyLayer::new(verifier).dpop(Dpop::new()?, ORIGIN)?;
    let app = Router::new()
        .route("/orders", get(orders))
        .layer(layer)
        .route("/about", get(about));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:4000").await?;
    println!("The shop is at {ORIGIN}");
    axum::serve(listener, app).await?;
    Ok(())
}
