//! `GET /oauth/device/qr`: the address that lets a device in, as a QR code, for devices that can
//! show a picture but draw none (RFC 8628 section 3.3.1).

use std::fmt::Write as _;

use axum::{
    extract::RawQuery,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use fast_qr::{ECL, QRBuilder};
use portcullis_types::{oauth::OAuthError, paths};

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
pub(crate) fn draw(text: &str) -> Option<String> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    let width = code.size;
    let size = width + 2 * QUIET_ZONE;
    let mut path = String::new();
    for (row, y) in code.data.chunks(width).take(width).zip(QUIET_ZONE..) {
        for (module, x) in row.iter().zip(QUIET_ZONE..) {
            if module.value() {
                // Writing to a string does not fail.
                let _ = write!(path, "M{x} {y}h1v1h-1z");
            }
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
    use std::collections::HashSet;

    use super::*;

    /// The picture as a camera sees it: what is dark, white around it included.
    fn dark(svg: &str) -> (usize, HashSet<(usize, usize)>) {
        let (_, size) = svg.split_once("viewBox=\"0 0 ").unwrap();
        let size = size.split_once(' ').unwrap().0.parse().unwrap();
        let (_, path) = svg.rsplit_once("<path d=\"M").unwrap();
        let (path, _) = path.split_once("h1v1h-1z\"").unwrap();
        let modules = path.split("h1v1h-1zM").map(|module| {
            let (x, y) = module.split_once(' ').unwrap();
            (x.parse().unwrap(), y.parse().unwrap())
        });
        (size, modules.collect())
    }

    #[test]
    fn what_is_drawn_reads_as_what_was_to_be_drawn() {
        for text in [
            "https://auth.example.com/device?user_code=BCDF-GHJK",
            "http://localhost:8080/device?user_code=ZZZZ-ZZZZ",
            &format!("https://{}/device?user_code=BCDF-GHJK", "a".repeat(250)),
        ] {
            let (size, dark) = dark(&draw(text).unwrap());
            let last = size - 2 * QUIET_ZONE - 1;
            let inside = QUIET_ZONE..=QUIET_ZONE + last;
            assert!(
                dark.iter()
                    .all(|(x, y)| inside.contains(x) && inside.contains(y)),
                "white around it"
            );
            let grid = rqrr::SimpleGrid::from_func(last + 1, |x, y| {
                dark.contains(&(x + QUIET_ZONE, y + QUIET_ZONE))
            });
            let (_, read) = rqrr::Grid::new(grid).decode().unwrap();
            assert_eq!(read, text);
        }
    }

    #[test]
    fn what_fits_in_no_code_is_not_drawn() {
        assert!(draw(&"a".repeat(3000)).is_none());
    }
}
