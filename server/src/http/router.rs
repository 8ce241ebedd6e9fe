//! Every route, and the layers a request passes on its way to it.

use std::time::Duration;

use axum::{Router, extract::DefaultBodyLimit};
use portcullis_types::ErrorCode;
use tower::{ServiceBuilder, layer::layer_fn};
use tower_http::{compression::CompressionLayer, cors::CorsLayer};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    about, cors, csrf::Routes, errors::ApiError, headers, health, pass::Pass, run_to_end::RunToEnd,
    ui, well_known,
};
use crate::{
    admin, app::Handle, authz, credentials, demo, docs, identity, keys, mail::Post, oauth, sessions,
};

/// Longest time a request may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// All documented routes; the demo's only where it is on.
pub(crate) fn routes(with_demo: bool, cors: CorsLayer) -> OpenApiRouter {
    use credentials::{passkeys, password, recovery_codes, totp};
    let readable_across_origins = OpenApiRouter::new()
        .routes(routes!(sessions::routes::current))
        .routes(routes!(authz::check::check))
        .routes(routes!(oauth::par::par))
        .routes(routes!(oauth::token::token))
        .routes(routes!(oauth::device::authorize))
        .routes(routes!(oauth::revoke::revoke))
        .routes(routes!(oauth::introspect::introspect))
        .routes(routes!(oauth::userinfo::by_get, oauth::userinfo::by_post))
        .routes(routes!(oauth::metadata::oauth))
        .routes(routes!(oauth::metadata::openid))
        .routes(routes!(keys::jwks::jwks));
    let readable_across_origins = if with_demo {
        readable_across_origins
            .routes(routes!(demo::notes::list_notes, demo::notes::create_note))
            .routes(routes!(demo::notes::update_note, demo::notes::delete_note))
    } else {
        readable_across_origins
    };
    let (readable_across_origins, openapi) = readable_across_origins.split_for_parts();
    // Below the layer, which answers preflights before: no route has their method.
    let readable_across_origins = readable_across_origins
        .method_not_allowed_fallback(method_not_allowed)
        .layer(cors);
    OpenApiRouter::with_openapi(openapi)
        .merge(readable_across_origins.into())
        .merge(of_admins())
        .routes(routes!(identity::register::register))
        .routes(routes!(identity::setup::setup))
        .routes(routes!(password::sign_in::sign_in))
        .routes(routes!(password::change::set_password))
        .routes(routes!(
            identity::profile::show_profile,
            identity::profile::replace_profile
        ))
        .routes(routes!(password::reset::forgot))
        .routes(routes!(password::reset::reset))
        .routes(routes!(identity::verify_email::send))
        .routes(routes!(identity::verify_email::verify))
        .routes(routes!(identity::disown::not_me))
        .routes(routes!(passkeys::sign_in::begin))
        .routes(routes!(passkeys::sign_in::finish))
        .routes(routes!(passkeys::sign_up::begin))
        .routes(routes!(passkeys::sign_up::finish))
        .routes(routes!(passkeys::register::begin))
        .routes(routes!(passkeys::register::finish))
        .routes(routes!(passkeys::manage::list))
        .routes(routes!(passkeys::manage::rename, passkeys::manage::delete))
        .routes(routes!(totp::manage::list))
        .routes(routes!(totp::manage::delete))
        .routes(routes!(totp::register::begin))
        .routes(routes!(totp::register::finish))
        .routes(routes!(totp::sign_in::sign_in))
        .routes(routes!(recovery_codes::replace))
        .routes(routes!(recovery_codes::sign_in))
        .routes(routes!(sessions::routes::sign_out))
        .routes(routes!(sessions::routes::list))
        .routes(routes!(sessions::routes::end_others))
        .routes(routes!(sessions::routes::end_one))
        .routes(routes!(sessions::events::events))
        .routes(routes!(oauth::authorize::by_get, oauth::authorize::by_post))
        .routes(routes!(
            oauth::consents::show_consent,
            oauth::consents::decide_consent
        ))
        .routes(routes!(oauth::consents::list_consents))
        .routes(routes!(oauth::consents::revoke_consent))
        .routes(routes!(
            oauth::device::api::show_device,
            oauth::device::api::decide_device
        ))
        .routes(routes!(oauth::device::qr::show))
        .routes(routes!(oauth::register::register))
        .routes(routes!(
            oauth::register::show,
            oauth::register::update,
            oauth::register::delete
        ))
        .routes(routes!(oauth::logout::by_get, oauth::logout::by_post))
        .routes(routes!(oauth::session_state::check_session))
        .routes(routes!(oauth::revocations::revocations))
        .routes(routes!(about::about))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(well_known::change_password))
        .routes(routes!(well_known::passkey_endpoints))
        .routes(routes!(well_known::related_origins))
}

/// Documented routes of the administration.
fn of_admins() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(admin::users::list_users))
        .routes(routes!(admin::users::disable_user))
        .routes(routes!(admin::users::enable_user))
        .routes(routes!(
            admin::roles::assign_role,
            admin::roles::unassign_role
        ))
        .routes(routes!(admin::roles::list_roles))
        .routes(routes!(
            admin::groups::list_groups,
            admin::groups::create_group
        ))
        .routes(routes!(
            admin::groups::show_group,
            admin::groups::update_group,
            admin::groups::delete_group
        ))
        .routes(routes!(admin::groups::list_members))
        .routes(routes!(
            admin::groups::add_member,
            admin::groups::remove_member
        ))
        .routes(routes!(admin::groups::give_role, admin::groups::take_role))
        .routes(routes!(
            admin::clients::list_clients,
            admin::clients::create_client
        ))
        .routes(routes!(
            admin::clients::show_client,
            admin::clients::update_client,
            admin::clients::delete_client
        ))
        .routes(routes!(admin::clients::rotate_secret))
        .routes(routes!(
            admin::registration::list_registration_tokens,
            admin::registration::create_registration_token
        ))
        .routes(routes!(admin::registration::revoke_registration_token))
        .routes(routes!(admin::keys::list_keys))
        .routes(routes!(admin::keys::rotate_keys))
}

/// The whole router: API, documentation, user interface.
pub(crate) fn router(handle: &Handle) -> Router {
    let config = &handle.config;
    let ui = handle.ui.clone();
    let pages = Router::new()
        .merge(docs::routes(config.demo).method_not_allowed_fallback(method_not_allowed))
        .fallback(move |request| ui::serve(ui.clone(), request))
        // Only what is the same for everybody is compressed: a secret beside reflected input would
        // show in the length (BREACH).
        .layer(CompressionLayer::new());
    let pages = match handle.post {
        Post::Kept => pages.merge(crate::mail::page::routes()),
        _ => pages,
    };
    let (api, _) = routes(config.demo, cors::layer(handle.clients.origins())).split_for_parts();
    // One stack, since a router boxes its routes anew for every layer that it is given.
    let layers = ServiceBuilder::new()
        .map_response(headers::secure)
        .layer(Pass::new(handle, Routes::Ours).within(TIMEOUT))
        .layer(layer_fn(RunToEnd))
        .layer(DefaultBodyLimit::max(config.limits.body_bytes));
    api.method_not_allowed_fallback(method_not_allowed)
        .merge(pages)
        .layer(layers)
}

/// A router whose handlers may ask who acts, and whose unsafe methods only our own pages reach.
pub(crate) fn guarded(handle: &Handle, router: Router) -> Router {
    router.layer(Pass::new(handle, Routes::Hosts))
}

async fn method_not_allowed() -> ApiError {
    ApiError::new(
        ErrorCode::MethodNotAllowed,
        "This path does not take that method.",
    )
}
