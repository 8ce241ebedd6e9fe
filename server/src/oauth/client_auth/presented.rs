//! What a request presents to prove which client sends it: one thing, not two.

use axum::http::{HeaderMap, header};
use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use percent_encoding::percent_decode_str;
use portcullis_types::client::AuthMethod;

use super::assertion;
use crate::oauth::{errors::Refusal, form::Parameters};

/// The only type of assertion (RFC 7523 section 2.2).
const JWT: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// With padding, as RFC 7617 wants it, or without, as some send it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What is presented.
pub(super) enum Presented<'a> {
    /// Its id, and nothing else; what it proves itself with may be its certificate.
    None { id: &'a str },
    /// Id and secret in the header `Authorization`.
    Basic { id: String, secret: String },
    /// Id and secret in the form.
    Post { id: &'a str, secret: &'a str },
    /// An assertion, and whom it says to be from.
    Assertion { id: String, jwt: &'a str },
}

impl<'a> Presented<'a> {
    /// Reads it. A request that names two clients, or proves in two ways, is malformed.
    pub(super) fn read(headers: &HeaderMap, parameters: &'a Parameters) -> Result<Self, Refusal> {
        let basic = basic(headers)?;
        let secret = parameters.get("client_secret");
        let (kind, jwt) = (
            parameters.get("client_assertion_type"),
            parameters.get("client_assertion"),
        );
        let ways = [
            basic.is_some(),
            secret.is_some(),
            kind.is_some() || jwt.is_some(),
        ];
        if ways.iter().filter(|used| **used).count() > 1 {
            return Err(Refusal::invalid_request(
                "The client authenticates in more than one way.",
            ));
        }
        let said = parameters.get("client_id");
        let presented = if let Some((id, secret)) = basic {
            Self::Basic { id, secret }
        } else if kind.is_some() || jwt.is_some() {
            if kind != Some(JWT) {
                return Err(Refusal::invalid_request(
                    "client_assertion_type must be the one of JWTs.",
                ));
            }
            let jwt = parameters.require("client_assertion")?;
            let id = assertion::subject(jwt).ok_or_else(Refusal::invalid_client)?;
            Self::Assertion { id, jwt }
        } else {
            let id = parameters.require("client_id")?;
            match secret {
                Some(secret) => Self::Post { id, secret },
                None => Self::None { id },
            }
        };
        if said.is_some_and(|said| said != presented.client_id()) {
            return Err(Refusal::invalid_request(
                "client_id is not the client that authenticates.",
            ));
        }
        Ok(presented)
    }

    /// The client it says to be.
    pub(super) fn client_id(&self) -> &str {
        match self {
            Self::None { id } | Self::Post { id, .. } => id,
            Self::Basic { id, .. } | Self::Assertion { id, .. } => id,
        }
    }

    /// Whether it is what that method takes.
    pub(super) fn is(&self, method: AuthMethod) -> bool {
        match self {
            Self::None { .. } => method == AuthMethod::None || method.is_by_certificate(),
            Self::Basic { .. } => method == AuthMethod::ClientSecretBasic,
            Self::Post { .. } => method == AuthMethod::ClientSecretPost,
            Self::Assertion { .. } => matches!(
                method,
                AuthMethod::ClientSecretJwt | AuthMethod::PrivateKeyJwt
            ),
        }
    }
}

/// Id and secret of the header `Authorization`, each encoded as in a form before they were put
/// together (RFC 6749 section 2.3.1). Other schemes than Basic say nothing about the client.
fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, Refusal> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Refusal::invalid_request(
            "The header Authorization comes more than once.",
        ));
    }
    let Some((scheme, encoded)) = value.to_str().ok().and_then(|text| text.split_once(' ')) else {
        return Ok(None);
    };
    if !scheme.eq_ignore_ascii_case("basic") {
        return Ok(None);
    }
    let pair = BASE64.decode(encoded.trim()).ok();
    let pair = pair.and_then(|bytes| String::from_utf8(bytes).ok());
    let decoded = pair.as_deref().and_then(|pair| {
        let (id, secret) = pair.split_once(':')?;
        Some((decode(id)?, decode(secret)?))
    });
    decoded
        .map(Some)
        .ok_or_else(|| Refusal::invalid_client().challenge())
}

fn decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn read(header: Option<&str>, form: &str) -> Option<(String, AuthMethod)> {
        let mut headers = HeaderMap::new();
        if let Some(value) = header {
            headers.insert(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        let parameters = Parameters::parse(form.as_bytes()).unwrap();
        let presented = Presented::read(&headers, &parameters).ok()?;
        let method = AuthMethod::ALL.into_iter().find(|it| presented.is(*it));
        Some((presented.client_id().to_owned(), method.unwrap()))
    }

    #[test]
    fn rfc6749_2_3_one_way_and_no_other() {
        let basic = "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW";
        let is = |id: &str, method| Some((id.to_owned(), method));
        assert_eq!(
            read(Some(basic), ""),
            is("s6BhdRkqt3", AuthMethod::ClientSecretBasic)
        );
        assert_eq!(
            read(Some(basic), "client_id=s6BhdRkqt3"),
            is("s6BhdRkqt3", AuthMethod::ClientSecretBasic)
        );
        assert_eq!(
            read(None, "client_id=a&client_secret=b"),
            is("a", AuthMethod::ClientSecretPost)
        );
        assert_eq!(read(None, "client_id=a"), is("a", AuthMethod::None));
        assert_eq!(
            read(Some("Bearer x"), "client_id=a"),
            is("a", AuthMethod::None)
        );
        for (header, form) in [
            (Some(basic), "client_id=other"),
            (Some(basic), "client_secret=b"),
            (Some(basic), "client_id=s6BhdRkqt3&client_secret=gX1fBat3bV"),
            (Some(basic), "client_assertion=a.b.c"),
            (Some("Basic"), ""),
            (Some("Basic !"), ""),
            (Some("Basic YQ=="), "client_id=a"),
            (None, ""),
            (None, "client_secret=b"),
            (None, "client_id=a&client_assertion=a.b.c"),
            (None, "client_id=a&client_assertion_type=x"),
        ] {
            assert_eq!(read(header, form), None, "{header:?} {form}");
        }
    }

    #[test]
    fn rfc6749_2_3_1_id_and_secret_are_encoded_as_in_a_form() {
        let mut headers = HeaderMap::new();
        let value = format!("Basic {}", BASE64.encode("a%3Ab+c:%2B%25%20d"));
        headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        let (id, secret) = basic(&headers).unwrap().unwrap();
        assert_eq!((id.as_str(), secret.as_str()), ("a:b c", "+% d"));
    }
}
