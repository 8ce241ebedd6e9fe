//! Catalogues for TypeScript: a module per language. The English one is `const`, of whose type all
//! others are: the compiler says what one of them lacks.

use std::fmt::Write as _;

use super::Language;
use super::catalogue::{Entry, Words};

/// `sign_in` as `signIn`.
pub(super) fn camel_case(key: &str) -> String {
    let mut words = key.split('_');
    let mut out = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(word.len().min(1));
        out += &first.to_uppercase();
        out += rest;
    }
    out
}

fn object(entries: &[&Entry], indent: &str) -> String {
    let mut out = "{\n".to_owned();
    for entry in entries {
        let value = match &entry.words {
            Words::One(text) => format!("\"{text}\""),
            Words::Plural(forms) => {
                let forms: Vec<String> = forms
                    .0
                    .iter()
                    .map(|(form, text)| format!("{form}: \"{text}\""))
                    .collect();
                format!("{{ {} }}", forms.join(", "))
            }
        };
        // Writing into a string cannot fail.
        _ = writeln!(out, "{indent}  {}: {value},", camel_case(&entry.key));
    }
    out + indent + "}"
}

/// `de.ts`: the module of one language.
pub(super) fn edition(from: &str, language: Language, entries: &[&Entry]) -> String {
    let Language { tag, name, .. } = language;
    let head =
        format!("/** The {name} texts. Made by `cargo xtask text` from `{from}/{tag}.json`. */\n");
    let object = object(entries, "").replacen('{', &format!("{{\n  language: {tag:?},"), 1);
    if tag == "en" {
        format!("{head}\nexport default {object} as const;\n")
    } else {
        format!(
            "{head}\nimport type {{ Text }} from \"./index.js\";\n\nexport default {object} satisfies Text;\n"
        )
    }
}

/// One module with all languages.
pub(super) fn all(from: &str, parts: &[(Language, Vec<&Entry>)]) -> String {
    let mut out = format!("// Made by `cargo xtask text` from `{from}`.\n\nexport default {{\n");
    for (language, entries) in parts {
        // Writing into a string cannot fail.
        _ = writeln!(out, "  {}: {},", language.tag, object(entries, "  "));
    }
    out + "};\n"
}
