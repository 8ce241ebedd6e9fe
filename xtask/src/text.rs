//! `cargo xtask text`: writes the catalogues of visible text that Rust and TypeScript compile in.
//!
//! The sources are one JSON file per language, for translators. What is made of them is committed,
//! so that nothing has to be generated before a build; a test holds it to its sources.

mod catalogue;
mod rust;
mod script;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::workspace::Workspace;
use catalogue::{Catalogue, Entry};

/// A language there is a translation for. The first is what the others are held to.
#[derive(Clone, Copy, Debug)]
struct Language {
    /// BCP 47.
    tag: &'static str,
    /// In English.
    name: &'static str,
    /// The plural categories of CLDR that have a form of their own for whole numbers of everyday size.
    plurals: &'static [&'static str],
}

const LANGUAGES: &[Language] = &[
    Language {
        tag: "en",
        name: "English",
        plurals: &["one", "other"],
    },
    Language {
        tag: "de",
        name: "German",
        plurals: &["one", "other"],
    },
    Language {
        tag: "fr",
        name: "French",
        plurals: &["one", "other"],
    },
    Language {
        tag: "es",
        name: "Spanish",
        plurals: &["one", "other"],
    },
    Language {
        tag: "ja",
        name: "Japanese",
        plurals: &["other"],
    },
];

/// What is made of a catalogue.
enum Form {
    /// A struct and a static of it per language, in the folder.
    Rust {
        /// The struct's name.
        name: &'static str,
        /// What it holds.
        about: &'static str,
        /// Whether others may use it.
        public: bool,
        /// Where `Plural` is, seen from the folder.
        plural: &'static str,
    },
    /// A module per language, in the folder.
    TypeScript,
    /// One module with all languages.
    Script,
}

struct Output {
    /// The folder of the sources.
    from: &'static str,
    /// The sections that go in.
    sections: &'static [&'static str],
    /// Folder or file.
    to: &'static str,
    form: Form,
}

const OUTPUTS: &[Output] = &[
    Output {
        from: "sdk/text",
        sections: &["shared", "errors", "components"],
        to: "web/src/text",
        form: Form::Rust {
            name: "Text",
            about: "Every text of the components, in one language.",
            public: true,
            plural: "super",
        },
    },
    Output {
        from: "sdk/text",
        sections: &["shared", "errors", "elements"],
        to: "sdk/npm/src/text",
        form: Form::TypeScript,
    },
    Output {
        from: "web/demo/text",
        sections: &["words"],
        to: "web/demo/src/text",
        form: Form::Rust {
            name: "Words",
            about: "Every text of the demo app, in one language.",
            public: false,
            plural: "portcullis_web::text",
        },
    },
    Output {
        from: "server/text",
        sections: &["pages"],
        to: "server/src/http/text",
        form: Form::Rust {
            name: "Words",
            about: "Every text of the server's own plain pages, in one language.",
            public: false,
            plural: "super",
        },
    },
    Output {
        from: "server/text",
        sections: &["mail"],
        to: "server/src/mail/text",
        form: Form::Rust {
            name: "Words",
            about: "Every text of mails, in one language.",
            public: false,
            plural: "super",
        },
    },
    Output {
        from: "web/demo/text",
        sections: &["boot"],
        to: "web/demo/static/boot-text.js",
        form: Form::Script,
    },
];

/// Writes everything anew.
pub(crate) fn run(ws: &Workspace) -> Result<()> {
    let mut changed = 0;
    for (path, content) in made(ws)? {
        if fs::read_to_string(&path).is_ok_and(|before| before == content) {
            continue;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, content).with_context(|| format!("writing {}", path.display()))?;
        changed += 1;
    }
    println!("{changed} files written anew");
    Ok(())
}

/// Everything that is made, and where it goes.
fn made(ws: &Workspace) -> Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    for output in OUTPUTS {
        let catalogues = Catalogue::read_all(&ws.path(output.from))?;
        let parts: Vec<(Language, Vec<&Entry>)> = LANGUAGES
            .iter()
            .zip(&catalogues)
            .map(|(language, catalogue)| Ok((*language, catalogue.part(output.sections)?)))
            .collect::<Result<_>>()?;
        let to = ws.path(output.to);
        match output.form {
            Form::Rust {
                name,
                about,
                public,
                plural,
            } => {
                let form = rust::Form {
                    name,
                    about,
                    public,
                    plural,
                    from: output.from,
                };
                files.push((to.join("catalogue.rs"), form.catalogue(&parts)));
                for (language, entries) in &parts {
                    let file = to.join(format!("{}.rs", language.tag));
                    files.push((file, form.edition(*language, entries)));
                }
            }
            Form::TypeScript => {
                for (language, entries) in &parts {
                    let file = to.join(format!("{}.ts", language.tag));
                    files.push((file, script::edition(output.from, *language, entries)));
                }
            }
            Form::Script => files.push((to, script::all(output.from, &parts))),
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn what_is_committed_is_what_the_sources_make() {
        let ws = Workspace::find().unwrap();
        for (path, content) in made(&ws).unwrap() {
            assert_eq!(
                fs::read_to_string(&path).unwrap_or_default(),
                content,
                "{} is not current: run `cargo xtask text`",
                path.display()
            );
        }
    }

    /// All of a folder's sources, joined.
    fn sources(folder: &Path, end: &str) -> String {
        let mut all = String::new();
        for file in crate::stamp::files_below(folder).unwrap() {
            let stem = file.file_stem().unwrap_or_default();
            let generated = stem == "catalogue" || LANGUAGES.iter().any(|it| stem == it.tag);
            let source = file.extension().is_some_and(|extension| extension == end);
            if source && !generated {
                all += &fs::read_to_string(file).unwrap();
            }
        }
        all
    }

    #[test]
    fn every_text_is_shown_somewhere() {
        let ws = Workspace::find().unwrap();
        let mut idle = Vec::new();
        for output in OUTPUTS {
            let end = match output.form {
                Form::Rust { .. } => "rs",
                Form::TypeScript => "ts",
                Form::Script => "js",
            };
            let to = ws.path(output.to);
            let source = to.ancestors().find(|it| it.ends_with("src"));
            let folder = source.or_else(|| to.parent()).unwrap().to_owned();
            let sources = sources(&folder, end);
            let catalogue = Catalogue::read_all(&ws.path(output.from)).unwrap();
            for entry in catalogue[0].part(output.sections).unwrap() {
                let name = match output.form {
                    Form::Rust { .. } => entry.key.clone(),
                    Form::TypeScript | Form::Script => script::camel_case(&entry.key),
                };
                let found = sources.match_indices(&name).any(|(at, _)| {
                    let after = sources[at + name.len()..].chars().next();
                    let before = sources[..at].chars().next_back();
                    let part = |c: char| c.is_alphanumeric() || c == '_';
                    before.is_some_and(|c| ".\"[".contains(c)) && !after.is_some_and(part)
                });
                if !found {
                    idle.push(format!("{} {name}", output.to));
                }
            }
        }
        assert_eq!(idle, Vec::<String>::new());
    }
}
