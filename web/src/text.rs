//! Every word the components show, in one typed catalogue per language.
//!
//! The texts are in `sdk/text`, for translators; `cargo xtask text` makes Rust of them. A language
//! of one's own is one more [`Text`], and the compiler says what it lacks. `{name}` in a text is
//! filled in by [`fill`].

use leptos::prelude::{document, provide_context, use_context};

mod catalogue;
mod de;
mod en;
mod es;
mod fr;
mod ja;

pub use catalogue::Text;
pub use de::GERMAN;
pub use en::ENGLISH;
pub use es::SPANISH;
pub use fr::FRENCH;
pub use ja::JAPANESE;

use crate::intl;

/// A language the components speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Deutsch.
    German,
    /// Français.
    French,
    /// Español.
    Spanish,
    /// 日本語.
    Japanese,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::English,
        Self::German,
        Self::French,
        Self::Spanish,
        Self::Japanese,
    ];

    /// Its texts.
    pub const fn text(self) -> &'static Text {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
            Self::French => &FRENCH,
            Self::Spanish => &SPANISH,
            Self::Japanese => &JAPANESE,
        }
    }

    /// Its BCP 47 tag, such as `en`.
    pub const fn tag(self) -> &'static str {
        self.text().language
    }

    /// What those who speak it call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::French => "Français",
            Self::Spanish => "Español",
            Self::Japanese => "日本語",
        }
    }

    /// The language of a BCP 47 tag, whatever its region: `de-AT` is German.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// The first of these tags that is one of these, such as of `ui_locales` (OpenID Connect Core
    /// section 3.1.2.1): `de-AT fr`.
    pub fn first_of(tags: &str) -> Option<Self> {
        tags.split_ascii_whitespace().find_map(Self::of_tag)
    }

    /// The first of the browser's languages that is one of these, else English.
    pub fn of_browser() -> Self {
        intl::preferred()
            .iter()
            .find_map(|tag| Self::of_tag(tag))
            .unwrap_or_default()
    }
}

/// A text that counts something, with a form for each plural category of its language.
#[derive(Debug)]
pub struct Plural(
    /// The names of CLDR's categories and their forms; `other` last.
    pub &'static [(&'static str, &'static str)],
);

impl Plural {
    /// The form of `language` that fits, with `{count}` filled in as the language writes it.
    pub fn count(&self, count: u64, language: &str) -> String {
        self.count_with(count, language, &[])
    }

    /// As [`Self::count`], with further values.
    pub fn count_with(&self, count: u64, language: &str, values: &[(&str, &str)]) -> String {
        let number = intl::number(count, language);
        let mut all = vec![("count", number.as_str())];
        all.extend_from_slice(values);
        fill(self.form(&intl::category(count, language)), &all)
    }

    fn form(&self, category: &str) -> &'static str {
        let fits = |(name, _): &&(&str, &str)| *name == category;
        let other = self.0.last();
        let found = self.0.iter().find(fits).or(other);
        found.map_or("", |(_, form)| form)
    }
}

/// A number as `language` writes it: `4,000`, `4.000`.
pub fn number_in_words(number: u64, language: &str) -> String {
    intl::number(number, language)
}

/// The texts the components below [`crate::AuthProvider`] use; English where there is none.
pub fn use_text() -> &'static Text {
    use_context::<&'static Text>().unwrap_or(&ENGLISH)
}

/// Makes everything below use `text`, and tells the document which language it is in, for screen
/// readers, hyphenation and the right glyphs.
pub(crate) fn provide_text(text: &'static Text) {
    if let Some(root) = document().document_element() {
        // The name of the attribute is one, which is all that could fail.
        _ = root.set_attribute("lang", text.language);
    }
    provide_context(text);
}

/// `template` with each `{key}` replaced by its value.
///
/// Values are not looked at again, so that a name such as `{role}` stays what it is.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let found = after.split_once('}').and_then(|(key, tail)| {
            values
                .iter()
                .find(|(name, _)| *name == key)
                .map(|(_, value)| (value, tail))
        });
        if let Some((value, tail)) = found {
            out.push_str(value);
            rest = tail;
        } else {
            out.push('{');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_filled_in_once() {
        assert_eq!(
            fill("Remove {name}? {name} {x}", &[("name", "{x}"), ("y", "")]),
            "Remove {x}? {x} {x}"
        );
        assert_eq!(fill("a { b } {c", &[("c", "1")]), "a { b } {c");
        assert_eq!(fill("", &[]), "");
    }

    #[test]
    fn languages_are_found_by_their_tags() {
        for language in Language::ALL {
            assert_eq!(Language::of_tag(language.tag()), Some(language));
            assert!(!language.name().is_empty());
        }
        assert_eq!(Language::of_tag("de-AT"), Some(Language::German));
        assert_eq!(Language::of_tag("JA"), Some(Language::Japanese));
        for other in ["", "nl", "eng", "deu-DE", "-de"] {
            assert_eq!(Language::of_tag(other), None, "{other}");
        }
        let wished = Language::first_of("nl-BE fr-CA  de");
        assert_eq!(wished, Some(Language::French));
        assert_eq!(Language::first_of("nl"), None);
        assert_eq!(Language::first_of(""), None);
    }

    #[test]
    fn a_plural_falls_back_to_its_last_form() {
        let apples = Plural(&[("one", "{count} apple"), ("other", "{count} {of}apples")]);
        assert_eq!(apples.form("one"), "{count} apple");
        assert_eq!(apples.form("many"), "{count} {of}apples");
        assert_eq!(apples.count(1, "en"), "1 apple");
        let values = [("of", "of 7 ")];
        assert_eq!(apples.count_with(2, "en", &values), "2 of 7 apples");
        assert_eq!(Plural(&[]).form("one"), "");
    }
}
