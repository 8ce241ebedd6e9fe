//! What a form about a client says so far, and what is wrong with it.

use leptos::prelude::*;
use portcullis_sdk::{AuthError, ErrorKind};
use portcullis_types::ErrorCode;
use wasm_bindgen::JsCast;

use super::spec::{self, Answers, Kind, Spec};
use super::wire::{KeysWrong, Registration, check_keys};
use crate::errors::message_of;
use crate::text::{Text, fill};

/// The answers of a form, a signal each. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Form {
    answers: StoredValue<Vec<(&'static str, RwSignal<String>)>>,
    /// Which setting is wrong, and why.
    wrong: RwSignal<Option<(String, String)>>,
    /// What went wrong besides.
    pub(super) status: RwSignal<String>,
}

impl Answers for Form {
    fn of(&self, name: &str) -> String {
        self.signal(name).map(|it| it.get()).unwrap_or_default()
    }
}

/// The element of a setting.
pub(super) fn id_of(name: &str) -> String {
    format!("client-{name}")
}

impl Form {
    pub(super) fn of_registration(registration: &Registration) -> Self {
        let answers = spec::all().map(|it| (it.name, RwSignal::new(registration.read(it))));
        Self {
            answers: StoredValue::new(answers.collect()),
            wrong: RwSignal::new(None),
            status: RwSignal::new(String::new()),
        }
    }

    fn signal(&self, name: &str) -> Option<RwSignal<String>> {
        let find = |all: &Vec<(&str, RwSignal<String>)>| {
            all.iter().find(|(it, _)| *it == name).map(|(_, it)| *it)
        };
        self.answers.with_value(find)
    }

    /// Shows another registration.
    pub(super) fn show(&self, registration: &Registration) {
        for spec in spec::all() {
            if let Some(answer) = self.signal(spec.name) {
                answer.set(registration.read(spec));
            }
        }
    }

    /// Takes an answer, and what follows from it.
    pub(super) fn answer(&self, name: &str, value: &str) {
        if let Some(answer) = self.signal(name) {
            answer.set(value.to_owned());
        }
        if name == "fapi2" && value == "true" {
            self.answer("token_endpoint_auth_method", "private_key_jwt");
        }
        self.status.set(String::new());
        let is_it =
            |wrong: &Option<(String, String)>| wrong.as_ref().is_some_and(|it| it.0 == name);
        if self.wrong.with_untracked(is_it) {
            self.wrong.set(None);
        }
    }

    /// Adds a word to the answer, or takes it out.
    pub(super) fn toggle(&self, name: &str, word: &str, on: bool) {
        let before = untrack(|| self.of(name));
        let mut words: Vec<&str> = before.split_whitespace().filter(|it| *it != word).collect();
        if on {
            words.push(word);
        }
        self.answer(name, &words.join(" "));
    }

    /// Why a setting is wrong, if it is.
    pub(super) fn wrong_with(&self, name: &str) -> Option<String> {
        self.wrong.with(|wrong| {
            let (field, why) = wrong.as_ref()?;
            (field == name).then(|| why.clone())
        })
    }

    /// `base` with the answers in it. What was not asked gets what it is if left out.
    pub(super) fn written(&self, base: &Registration) -> Registration {
        let made = base.copy();
        let is_new = base.text("id").is_empty();
        untrack(|| {
            let public = self.is_public();
            for spec in spec::all().filter(|it| is_new || it.name != spec::ID.name) {
                let said = if (spec.decided)(self) {
                    "true".to_owned()
                } else if spec.name == "token_endpoint_auth_method" || (spec.shown)(self) {
                    self.of(spec.name)
                } else {
                    spec.default.to_owned()
                };
                let may = |word: &&str| {
                    let found = spec.choices.iter().find(|it| it.value == *word);
                    !public || found.is_none_or(|it| it.public)
                };
                if spec.kind == Kind::Checks {
                    let words: Vec<_> = said.split_whitespace().filter(may).collect();
                    made.write(spec, &words.join(" "));
                } else {
                    made.write(spec, &said);
                }
            }
        });
        made
    }

    /// Whether it can be sent; else shows what is to be mended first.
    pub(super) fn is_complete(&self, text: &Text) -> bool {
        let found = untrack(|| spec::all().find_map(|it| Some((it.name, self.fault(it, text)?))));
        if let Some((name, why)) = found {
            self.point_at(name, why.to_owned());
            return false;
        }
        true
    }

    fn fault(&self, spec: &Spec, text: &Text) -> Option<&'static str> {
        if !(spec.shown)(self) {
            return None;
        }
        let said = self.of(spec.name);
        let said = said.trim();
        let is_seconds = || said.parse::<u32>().is_ok_and(|it| it > 0);
        match (spec.name, spec.kind) {
            ("name", _) if said.is_empty() => Some(text.client_name_needed),
            ("redirect_uris", _) if said.is_empty() => Some(text.client_redirects_needed),
            (_, Kind::Seconds) if !said.is_empty() && !is_seconds() => {
                Some(text.client_seconds_bad)
            }
            (_, Kind::Json) if !said.is_empty() => match check_keys(said) {
                Ok(()) => None,
                Err(KeysWrong::Shape) => Some(text.client_jwks_bad),
                Err(KeysWrong::Private) => Some(text.client_jwks_private),
            },
            _ => None,
        }
    }

    /// Shows a refusal at the setting that it is about, or below the form.
    pub(super) fn refuse(&self, error: &AuthError, text: &Text) {
        let field = error.field.as_deref().unwrap_or_default();
        let why = refusal_in_words(error, field, text);
        let shown = document().get_element_by_id(&id_of(field)).is_some();
        if shown && !why.is_empty() {
            self.point_at(field, why);
        } else {
            self.status.set(why);
        }
    }

    /// Says what is wrong with a setting, unfolds it, and moves the focus there.
    fn point_at(&self, name: &str, why: String) {
        self.wrong.set(Some((name.to_owned(), why)));
        let Some(element) = document().get_element_by_id(&id_of(name)) else {
            return;
        };
        if let Ok(Some(fold)) = element.closest("details") {
            // The name of the attribute is one, which is all that could fail.
            _ = fold.set_attribute("open", "");
        }
        let inside = element.query_selector("input").ok().flatten();
        if let Ok(target) = inside.unwrap_or(element).dyn_into::<web_sys::HtmlElement>() {
            // The element was found in the page a moment ago.
            _ = target.focus();
        }
    }
}

/// What the server says is wrong. It writes English, and begins with the setting's name, which stands
/// beside it here.
fn refusal_in_words(error: &AuthError, field: &str, text: &Text) -> String {
    let about_this = matches!(
        error.kind,
        ErrorKind::Server(ErrorCode::InvalidRequest | ErrorCode::Conflict)
    );
    if !about_this || error.message.is_empty() {
        return message_of(error, text);
    }
    let what = error.message.strip_prefix(field).unwrap_or(&error.message);
    let what = what.trim_start_matches([':', ' ']);
    fill(text.client_refused, &[("what", what)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{ENGLISH, GERMAN};

    #[test]
    fn a_refusal_says_what_the_server_says_once() {
        let mut error = AuthError::new(ErrorKind::Server(ErrorCode::InvalidRequest));
        error.message = "scopes: must be at most 50 words.".to_owned();
        assert_eq!(
            refusal_in_words(&error, "scopes", &ENGLISH),
            "The server doesn’t take this: must be at most 50 words."
        );
        assert!(refusal_in_words(&error, "scopes", &GERMAN).contains("at most 50 words"));
        error.kind = ErrorKind::Server(ErrorCode::Forbidden);
        assert_eq!(
            refusal_in_words(&error, "", &ENGLISH),
            ENGLISH.error_forbidden
        );
    }
}
