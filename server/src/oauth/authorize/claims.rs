//! `claims`: single claims that the client asks for (OpenID Connect Core section 5.5).

use portcullis_types::client::{Client, UserAttribute};
use serde_json::{Map, Value};

use super::{Asked, Told};
use crate::oauth::form::Parameters;

/// Longest text of the parameter.
const LONGEST: usize = 2048;

/// Checks that it is what it should be. Claims that are not known here are passed over.
pub(super) fn check(asked: &Asked<'_>) -> Result<(), Told> {
    let Some(text) = asked.parameters.get("claims") else {
        return Ok(());
    };
    let is_request = |request: &Value| request.is_null() || request.is_object();
    let is_member = |member: &Value| {
        let claims = member.as_object();
        member.is_null() || claims.is_some_and(|claims| claims.values().all(is_request))
    };
    let read: Option<Map<String, Value>> = serde_json::from_str(text).ok();
    let is_good = read.is_some_and(|read| {
        let known = ["id_token", "userinfo"];
        known
            .iter()
            .all(|name| read.get(*name).is_none_or(is_member))
    });
    if text.len() <= LONGEST && is_good {
        Ok(())
    } else {
        Err(Told(
            "invalid_request",
            "claims is not an object of what is asked for, as OpenID Connect Core section 5.5 has it.",
        ))
    }
}

/// A claim that is to have one of some values.
pub(super) struct Wanted {
    pub(super) essential: bool,
    pub(super) values: Vec<String>,
}

/// What was asked for; nothing of it where it is not good.
pub(super) struct Claims(Map<String, Value>);

impl Claims {
    pub(super) fn of(parameters: &Parameters) -> Self {
        let text = parameters.get("claims").unwrap_or_default();
        Self(serde_json::from_str(text).unwrap_or_default())
    }

    fn wanted(&self, name: &str) -> Option<Wanted> {
        let request = self.0.get("id_token")?.get(name)?.as_object()?;
        let one = request.get("value").into_iter();
        let several = request.get("values").and_then(Value::as_array);
        let values = one.chain(several.into_iter().flatten());
        Some(Wanted {
            essential: request.get("essential") == Some(&Value::Bool(true)),
            values: values
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        })
    }

    /// How strongly somebody is to have proved themselves.
    pub(super) fn acr(&self) -> Option<Wanted> {
        self.wanted("acr")
    }

    /// Who it is to be, if that was said.
    pub(super) fn subject(&self) -> Option<String> {
        self.wanted("sub")?.values.into_iter().next()
    }

    /// The scopes that the claims belong to which are to be told.
    pub(super) fn scopes(&self, client: &Client) -> Vec<String> {
        let told = self.told(client);
        let is_told = |claim: &str| {
            let mut told = told.iter().filter_map(|told| told.split_once(':'));
            told.any(|(_, known)| known == claim)
        };
        let told = UserAttribute::ALL.iter().filter(|it| is_told(it.claim()));
        let mut scopes: Vec<String> = told.map(|it| it.scope().to_owned()).collect();
        scopes.dedup();
        scopes
    }

    /// What is to be told, and where: `id_token:name`, `userinfo:email`. A client gets no more of a
    /// user one by one than it may ask for together.
    pub(super) fn told(&self, client: &Client) -> Vec<String> {
        let mut told = Vec::new();
        for place in ["id_token", "userinfo"] {
            let of_place = self.0.get(place).and_then(Value::as_object);
            for attribute in UserAttribute::ALL {
                let (claim, scope) = (attribute.claim(), attribute.scope());
                let is_asked = of_place.is_some_and(|claims| claims.contains_key(claim));
                if is_asked && client.scopes.iter().any(|known| known == scope) {
                    told.push(format!("{place}:{claim}"));
                }
            }
        }
        told
    }
}
