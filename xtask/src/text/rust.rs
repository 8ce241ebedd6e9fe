//! Catalogues for Rust: a struct, whose fields are documented by their English texts, and a static
//! of it per language. The compiler says what one of them lacks.

use std::fmt::Write as _;

use super::Language;
use super::catalogue::{Entry, Words};

/// What is made, and of what.
pub(super) struct Form {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) public: bool,
    pub(super) plural: &'static str,
    pub(super) from: &'static str,
}

impl Form {
    fn visibility(&self) -> &'static str {
        if self.public { "pub" } else { "pub(crate)" }
    }

    /// Where `Plural` comes from, if any text needs it.
    fn plural(&self, entries: &[&Entry]) -> Option<&'static str> {
        let counts = |entry: &&Entry| matches!(entry.words, Words::Plural(_));
        entries.iter().any(counts).then_some(self.plural)
    }

    /// `catalogue.rs`: the struct.
    pub(super) fn catalogue(&self, parts: &[(Language, Vec<&Entry>)]) -> String {
        let Self {
            name, about, from, ..
        } = self;
        let visible = self.visibility();
        let entries = parts.first().map_or(&[][..], |(_, entries)| entries);
        let mut out = format!(
            "//! What there is to say. Made by `cargo xtask text` from `{from}`.\n\n{}\
             /// {about}\n#[derive(Debug)]\n{visible} struct {name} {{\n",
            self.plural(entries)
                .map(|plural| format!("use {plural}::Plural;\n\n"))
                .unwrap_or_default()
        );
        if self.public {
            out += "    /// The language: a BCP 47 tag such as `en`.\n    pub language: &'static str,\n";
        }
        for entry in entries {
            let (kind, text) = match &entry.words {
                Words::One(text) => ("&'static str", text.as_str()),
                Words::Plural(forms) => (
                    "Plural",
                    forms.0.last().map_or("", |(_, text)| text.as_str()),
                ),
            };
            // Writing into a string cannot fail.
            _ = writeln!(out, "    /// {text}\n    {visible} {}: {kind},", entry.key);
        }
        out + "}\n"
    }

    /// `de.rs`: the static of one language.
    pub(super) fn edition(&self, language: Language, entries: &[&Entry]) -> String {
        let Self { name, from, .. } = self;
        let Language {
            tag, name: called, ..
        } = language;
        let uses = match self.plural(entries) {
            Some("super") => format!("use super::{{Plural, {name}}};\n"),
            Some(plural) => format!("use {plural}::Plural;\n\nuse super::{name};\n"),
            None => format!("use super::{name};\n"),
        };
        let mut out = format!(
            "//! The {called} texts. Made by `cargo xtask text` from `{from}/{tag}.json`.\n\n{uses}\n\
             /// The {called} texts.\n#[rustfmt::skip]\n{} static {}: {name} = {name} {{\n",
            self.visibility(),
            called.to_uppercase(),
        );
        if self.public {
            // Writing into a string cannot fail.
            _ = writeln!(out, "    language: {tag:?},");
        }
        for entry in entries {
            let value = match &entry.words {
                Words::One(text) => format!("{text:?}"),
                Words::Plural(forms) => format!("Plural(&{:?})", forms.0),
            };
            // Writing into a string cannot fail.
            _ = writeln!(out, "    {}: {value},", entry.key);
        }
        out + "};\n"
    }
}
