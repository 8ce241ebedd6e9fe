//! Who calls an OAuth endpoint: the client, which has to prove that it is itself where it can.

use std::sync::Arc;

use portcullis_types::client::AuthMethod;

use super::{clients::Registered, errors::Refusal, form::Parameters};
use crate::{app::App, http::caller::Caller};

/// The client that sends a request.
pub(crate) async fn authenticate(
    app: &App,
    caller: &Caller,
    parameters: &Parameters,
) -> Result<Arc<Registered>, Refusal> {
    let id = parameters.require("client_id")?;
    let client = app.clients.find(&*app.store, id, caller.now).await?;
    let client = client.ok_or_else(Refusal::invalid_client)?;
    if client.token_endpoint_auth_method == AuthMethod::None {
        Ok(client)
    } else {
        Err(Refusal::invalid_client())
    }
}
