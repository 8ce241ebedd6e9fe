//! `GET /oauth/device/qr`: the address that lets a device in, as a QR code, for devices that can
//! show a picture but draw none (RFC 8628 section 3.3.1).

use std::fmt::Write as _;

use axum::{
    extract::RawQuery,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use portcullis_types::{oauth::OAuthError, paths};
use qrcode::{Color, EcLevel, QrCode};

use super::user_code;
use crate::{
    app::Handle,
    oauth::{errors::Refusal, form::Parameters},
};

/// Modules of white around the code, as ISO/IEC 18004 wants them.
const QUIET_ZONE: usize = 4;

/// The picture: SVG, as large as it is made.
#[utoipa::path(get, path = "/oauth/device/qr", tag = "oauth",
    params(("user_code" = String, Query)),
    responses((status = 200, body = String, content_type = "image/svg+xml",
               description = "`verification_uri_complete` of that code, device or none."),
              (status = 400, body = OAuthError)))]
pub(crate) async fn show(app: Handle, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let query = query.unwrap_or_default();
    let parameters = Parameters::parse(query.as_bytes())
        .map_err(|_| Refusal::invalid_request("A parameter comes more than once."))?;
    // Nothing else is drawn: the picture cannot lead anywhere but to our own page.
    let code = user_code::parse(parameters.require("user_code")?)
        .ok_or_else(|| Refusal::invalid_request("user_code is none."))?;
    let shown = user_code::shown(&code);
    let uri = format!("{}{}?user_code={shown}", app.issuer, paths::DEVICE_PAGE);
    let svg = draw(&uri).ok_or_else(Refusal::server_error)?;
    let policy = HeaderName::from_static("cross-origin-resource-policy");
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("image/svg+xml"),
        ),
        // Pages of devices are anywhere.
        (policy, HeaderValue::from_static("cross-origin")),
    ];
    Ok((headers, svg).into_response())
}

/// A QR code, black on white whatever is behind it. `None`: the text is too long.
fn draw(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let size = width + 2 * QUIET_ZONE;
    let mut path = String::new();
    for (index, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (index % width + QUIET_ZONE, index / width + QUIET_ZONE);
            // Writing to a string does not fail.
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/>\
         <path d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners_and_white_around() {
        let svg = draw("https://auth.example.com/device?user_code=BCDF-GHJK").unwrap();
        // Version 4: 33 modules, and four of white on each side.
        assert!(svg.contains("viewBox=\"0 0 41 41\""), "{svg}");
        for corner in ["M4 4h1", "M36 4h1", "M4 36h1"] {
            assert!(svg.contains(corner), "{corner}");
        }
        assert!(!svg.contains("M3 ") && !svg.contains(" 3h1") && !svg.contains("M37 "));
        assert!(draw(&"a".repeat(3000)).is_none());
    }
}
