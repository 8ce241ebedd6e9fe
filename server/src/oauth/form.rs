//! Parameters of OAuth requests, from a query or a form body.
//!
//! A parameter that comes twice is an error (RFC 6749 section 3.1), except those that may
//! (RFC 8707 section 2); one without a value counts as left out; unknown ones are ignored.

use std::collections::HashMap;

use axum::{
    extract::{FromRequest, Request},
    http::header,
};

use super::errors::Refusal;
use crate::http::body;

/// Parameters that may come several times. They are URIs: a list of them with spaces between.
const REPEATABLE: [&str; 1] = ["resource"];

/// The parameters of one request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(HashMap<String, String>);

impl Parameters {
    /// Reads `application/x-www-form-urlencoded` text; `Err` names a parameter that comes twice.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, String> {
        let mut parameters = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(text) {
            if value.is_empty() {
                continue;
            }
            let name = name.into_owned();
            match parameters.get_mut(&name) {
                Some(_) if !REPEATABLE.contains(&&*name) => return Err(name),
                Some(list) => {
                    let list: &mut String = list;
                    list.push(' ');
                    list.push_str(&value);
                }
                None => {
                    parameters.insert(name, value.into_owned());
                }
            }
        }
        Ok(Self(parameters))
    }

    /// A parameter, if it was given.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The parameters of these names as `application/x-www-form-urlencoded` text.
    pub(crate) fn to_text(&self, names: &[&str]) -> String {
        let given = names
            .iter()
            .filter_map(|name| Some((name, self.get(name)?)));
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(given)
            .finish()
    }

    /// Puts a parameter in, in place of one that may be there.
    pub(crate) fn set(&mut self, name: &str, value: String) {
        self.0.insert(name.to_owned(), value);
    }

    /// A parameter that must be there.
    pub(crate) fn require(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name)
            .ok_or_else(|| Refusal::invalid_request(format!("{name} is missing.")))
    }
}

/// The parameters of a form body.
pub(crate) struct Form(pub(crate) Parameters);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let is_form = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|value| {
                value
                    .trim()
                    .eq_ignore_ascii_case("application/x-www-form-urlencoded")
            });
        if !is_form {
            return Err(Refusal::invalid_request(
                "Send the parameters as application/x-www-form-urlencoded.",
            ));
        }
        let bytes = body::read(request, state).await?;
        Parameters::parse(&bytes)
            .map(Self)
            .map_err(|_| Refusal::invalid_request("A parameter comes more than once."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6749_3_1_repeated_parameters_are_refused_and_empty_ones_left_out() {
        assert_eq!(Parameters::parse(b"a=1&a=2").unwrap_err(), "a");
        let parameters = Parameters::parse(b"a=1&b=&c=%20x+y").unwrap();
        assert_eq!(parameters.get("a"), Some("1"));
        assert_eq!(parameters.get("b"), None);
        assert_eq!(parameters.get("c"), Some(" x y"));
    }

    #[test]
    fn rfc8707_2_resources_may_be_several_and_stay_so() {
        let parameters = Parameters::parse(b"resource=https://a&resource=https://b").unwrap();
        assert_eq!(parameters.get("resource"), Some("https://a https://b"));
        let text = parameters.to_text(&["resource"]);
        let again = Parameters::parse(text.as_bytes()).unwrap();
        assert_eq!(again.get("resource"), Some("https://a https://b"));
    }
}
