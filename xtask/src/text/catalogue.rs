//! The sources: what they hold, and what has to be so in all languages.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::marker::PhantomData;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};

use super::{LANGUAGES, Language};

/// A text, with a form for each plural category where it counts something.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Words {
    One(String),
    Plural(Pairs<String>),
}

/// A key and its text.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) words: Words,
}

/// All texts of one language, in sections.
#[derive(Debug)]
pub(super) struct Catalogue {
    sections: Vec<(String, Vec<Entry>)>,
}

impl Catalogue {
    /// The catalogues of all languages in `folder`, held to the first.
    pub(super) fn read_all(folder: &Path) -> Result<Vec<Self>> {
        let mut all: Vec<Self> = Vec::new();
        for language in LANGUAGES {
            let path = folder.join(format!("{}.json", language.tag));
            let name = path.display();
            let json = fs::read_to_string(&path).with_context(|| format!("reading {name}"))?;
            let catalogue = Self::parse(&json).with_context(|| name.to_string())?;
            catalogue
                .check(*language, all.first())
                .with_context(|| name.to_string())?;
            all.push(catalogue);
        }
        Ok(all)
    }

    fn parse(json: &str) -> Result<Self> {
        let sections: Pairs<Pairs<Words>> = serde_json::from_str(json)?;
        let entries = |pairs: Pairs<Words>| {
            let entry = |(key, words)| Entry { key, words };
            pairs.0.into_iter().map(entry).collect()
        };
        let sections = sections.0.into_iter();
        Ok(Self {
            sections: sections
                .map(|(name, pairs)| (name, entries(pairs)))
                .collect(),
        })
    }

    /// The texts of these sections.
    pub(super) fn part(&self, names: &[&str]) -> Result<Vec<&Entry>> {
        let mut part = Vec::new();
        for name in names {
            let section = self.sections.iter().find(|(section, _)| section == name);
            let (_, entries) = section.with_context(|| format!("there is no section {name}"))?;
            part.extend(entries);
        }
        Ok(part)
    }

    fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.sections
            .iter()
            .flat_map(|(name, entries)| entries.iter().map(move |entry| (name.as_str(), entry)))
    }

    /// That all texts are there, say something, and leave room for the same values as in `first`.
    fn check(&self, language: Language, first: Option<&Self>) -> Result<()> {
        for (_, entry) in self.entries() {
            entry
                .check(language)
                .with_context(|| format!("the text {}", entry.key))?;
        }
        let Some(first) = first else { return Ok(()) };
        let mut ours = self.entries();
        for (section, entry) in first.entries() {
            let Some((_, our)) = ours
                .next()
                .filter(|(s, our)| *s == section && our.key == entry.key)
            else {
                bail!(
                    "the text {section}.{} is missing, or in another place",
                    entry.key
                );
            };
            let (wanted, there) = (entry.placeholders(), our.placeholders());
            ensure!(
                wanted == there,
                "the text {} has to have the placeholders {wanted:?} and has {there:?}",
                entry.key
            );
        }
        if let Some((section, entry)) = ours.next() {
            bail!("the text {section}.{} is in no other language", entry.key);
        }
        Ok(())
    }
}

impl Entry {
    /// Each form of the text.
    fn forms(&self) -> Vec<&str> {
        match &self.words {
            Words::One(text) => vec![text],
            Words::Plural(forms) => forms.0.iter().map(|(_, text)| text.as_str()).collect(),
        }
    }

    /// The names in braces, of all forms together.
    pub(super) fn placeholders(&self) -> BTreeSet<&str> {
        self.forms()
            .into_iter()
            .flat_map(|text| text.split('{').skip(1))
            .filter_map(|rest| Some(rest.split_once('}')?.0))
            .collect()
    }

    fn check(&self, language: Language) -> Result<()> {
        let lower = |c: char| c.is_ascii_lowercase() || c == '_';
        ensure!(self.key.chars().all(lower), "is not in snake_case");
        for text in self.forms() {
            ensure!(!text.is_empty(), "is empty");
            ensure!(text.trim() == text, "has space around it");
            ensure!(
                !text.contains(['\'', '"', '\\', '\n']),
                "has straight quotes or controls"
            );
            ensure!(
                text.matches('{').count() == text.matches('}').count(),
                "has a brace too many"
            );
        }
        if let Words::Plural(forms) = &self.words {
            let there: Vec<&str> = forms.0.iter().map(|(form, _)| form.as_str()).collect();
            ensure!(
                there == language.plurals,
                "has the plural forms {there:?}, which in {} are {:?}",
                language.name,
                language.plurals
            );
            let last = forms.0.last().map_or("", |(_, text)| text);
            ensure!(last.contains("{count}"), "does not say how many");
        }
        Ok(())
    }
}

/// A JSON object in the order in which it is written, each key once.
#[derive(Clone, Debug)]
pub(super) struct Pairs<V>(pub(super) Vec<(String, V)>);

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Pairs<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for InOrder<V> {
            type Value = Pairs<V>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<V>, A::Error> {
                let mut pairs: Vec<(String, V)> = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, V>()? {
                    if pairs.iter().any(|(other, _)| *other == key) {
                        return Err(A::Error::custom(format!("{key} is there twice")));
                    }
                    pairs.push((key, value));
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(InOrder(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said about a translation.
    fn said(first: &str, tag: &str, translation: &str) -> String {
        let language = LANGUAGES
            .iter()
            .find(|language| language.tag == tag)
            .unwrap();
        let first = Catalogue::parse(first).unwrap();
        match Catalogue::parse(translation) {
            Err(error) => format!("{error:#}"),
            Ok(catalogue) => match catalogue.check(*language, Some(&first)) {
                Ok(()) => String::new(),
                Err(error) => format!("{error:#}"),
            },
        }
    }

    #[test]
    fn a_translation_has_every_text_with_the_same_values() {
        let first = r#"{"a": {"hello": "Hello {name}", "n": {"one": "1", "other": "{count}"}}}"#;
        let german = |a: &str| said(first, "de", &format!(r#"{{"a": {a}}}"#));
        assert_eq!(
            german(r#"{"hello": "Hallo {name}", "n": {"one": "1", "other": "{count}"}}"#),
            ""
        );
        for (wrong, because) in [
            (r#"{"hello": "Hallo {name}"}"#, "a.n is missing"),
            (
                r#"{"hello": "Hallo", "n": {"one": "1", "other": "{count}"}}"#,
                "placeholders",
            ),
            (
                r#"{"hello": "Hallo {who}", "n": {"one": "1", "other": "{count}"}}"#,
                "placeholders",
            ),
            (
                r#"{"hello": "Hallo {name}", "n": {"other": "{count}"}}"#,
                "plural forms",
            ),
            (
                r#"{"hello": "Hallo {name}", "n": {"one": "1", "other": "2"}}"#,
                "how many",
            ),
            (
                r#"{"hello": "", "n": {"one": "1", "other": "{count}"}}"#,
                "empty",
            ),
            (
                r#"{"hello": "Hallo {name", "n": {"one": "1", "other": "{count}"}}"#,
                "brace",
            ),
            (r#"{"hello": "a {name}", "hello": "b {name}"}"#, "twice"),
            (
                r#"{"hello": "{name}", "n": {"one": "1", "other": "{count}"}, "b": "b"}"#,
                "in no other language",
            ),
        ] {
            let said = german(wrong);
            assert!(said.contains(because), "{wrong}: {said}");
        }
        let japanese = r#"{"a": {"hello": "{name}", "n": {"other": "{count}"}}}"#;
        assert_eq!(said(first, "ja", japanese), "");
    }
}
