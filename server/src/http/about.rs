//! What this server is, for pages that adapt to it.

use axum::Json;
use portcullis_types::about::About;

use crate::app::Handle;

/// What this server is. The same for everybody.
#[utoipa::path(get, path = "/api/about", tag = "operation",
    responses((status = 200, body = About)))]
pub(crate) async fn about(app: Handle) -> Json<About> {
    Json(About {
        demo: app.config.demo,
        mail: app.post.is_on(),
    })
}
