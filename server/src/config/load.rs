//! Where settings come from: a file, then `PORTCULLIS_*` variables over it, then flags.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use toml::{
    Spanned, Table, Value,
    de::{DeString, DeTable, DeValue},
};

use super::{Config, validate::validate};

/// What is wrong with the settings, in words that say where to mend it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

/// Settings given as flags; each goes over the file and the environment.
#[derive(Clone, Debug, Default)]
pub struct Overrides(pub BTreeMap<&'static str, Value>);

const PREFIX: &str = "PORTCULLIS_";

/// Loads the settings. Without `file`, `portcullis.toml` of the current folder is read if there is
/// one. `environment` is what [`std::env::vars`] gives.
///
/// # Errors
/// Names the line of the file, the variable or the setting that is wrong.
pub fn load(
    file: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
    overrides: &Overrides,
) -> Result<Config, ConfigError> {
    let default_file = PathBuf::from("portcullis.toml");
    let path = match file {
        Some(path) => Some(path),
        None => default_file.exists().then_some(default_file.as_path()),
    };
    let (text, mut table) = match path {
        Some(path) => read(path)?,
        None => (String::new(), Table::new()),
    };
    let mut layers = Vec::new();
    if let Some(path) = path {
        layers.push((Place::File(path, &text), table.clone()));
    }
    for (name, value) in environment {
        let Some(key) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let key = key.to_ascii_lowercase();
        if !is_setting(&key) {
            continue;
        }
        set(&mut table, &key, from_text(&value));
        check(&table).map_err(|error| ConfigError(format!("{name}: {error}")))?;
        layers.push((Place::Other(name), table.clone()));
    }
    for (key, value) in &overrides.0 {
        set(&mut table, key, value.clone());
        let flag = format!("--{}", key.replace("__", "-").replace('_', "-"));
        check(&table).map_err(|error| ConfigError(format!("{flag}: {error}")))?;
        layers.push((Place::Other(flag), table.clone()));
    }
    let config: Config = check(&table).map_err(ConfigError)?;
    validate(&config).map_err(|error| blame(&layers, &error))?;
    Ok(config)
}

/// Where settings come from.
enum Place<'a> {
    /// A file, and its text.
    File(&'a Path, &'a str),
    /// A variable or a flag.
    Other(String),
}

/// Names the place that has brought an error about which none after it has mended.
fn blame(layers: &[(Place<'_>, Table)], error: &str) -> ConfigError {
    let has = |table: &Table| {
        let config = check(table);
        config.is_ok_and(|config| validate(&config).is_err_and(|found| found == error))
    };
    let place = layers
        .iter()
        .rev()
        .take_while(|(_, table)| has(table))
        .last();
    match place {
        Some((Place::File(path, text), _)) => match line_of(text, error) {
            Some(line) => ConfigError(format!("{}:{line}: {error}", path.display())),
            None => ConfigError(format!("{}: {error}", path.display())),
        },
        Some((Place::Other(name), _)) => ConfigError(format!("{name}: {error}")),
        None => ConfigError(error.to_owned()),
    }
}

/// The line of the setting that an error begins with: `session.idle_seconds must …`; in a list, of
/// the entry that it names: `clients: shop: redirect_uris: …`.
fn line_of(text: &str, error: &str) -> Option<usize> {
    let parsed = DeTable::parse(text).ok()?;
    let mut table = parsed.get_ref();
    let mut at = None;
    let path = error.split([' ', ':']).next().unwrap_or_default();
    for key in path.split('.') {
        let (key, value) = find(table, key)?;
        at = Some(key.span().start);
        match value.get_ref() {
            DeValue::Table(nested) => table = nested,
            DeValue::Array(entries) => {
                let is_named = |entry: &&Spanned<DeValue<'_>>| {
                    let name = entry.get_ref().as_table().and_then(|entry| {
                        let (_, name) = find(entry, "id").or_else(|| find(entry, "name"))?;
                        name.get_ref().as_str()
                    });
                    name.is_some_and(|name| mentions(error, name))
                };
                // Of two of one name the second is one too many.
                let entry = entries.iter().rfind(is_named)?;
                let entry = entry.get_ref().as_table()?;
                let field = entry.iter().find(|(key, _)| mentions(error, key.get_ref()));
                let (key, _) = field.or_else(|| entry.iter().next())?;
                at = Some(key.span().start);
            }
            _ => {}
        }
    }
    let before = text.get(..at?)?;
    Some(before.matches('\n').count() + 1)
}

fn find<'t, 'i>(
    table: &'t DeTable<'i>,
    key: &str,
) -> Option<(&'t Spanned<DeString<'i>>, &'t Spanned<DeValue<'i>>)> {
    table.iter().find(|(known, _)| known.get_ref() == key)
}

/// Whether an error names something as a part of its own, quoted or not.
fn mentions(error: &str, name: &str) -> bool {
    error
        .split([':', ' '])
        .any(|part| part.trim_matches('"') == name)
}

/// Reads a file, so that an error points at the line (toml keeps the places of a text only).
fn read(path: &Path) -> Result<(String, Table), ConfigError> {
    let text = fs::read_to_string(path)
        .map_err(|error| ConfigError(format!("cannot read {}: {error}", path.display())))?;
    let say = |error: toml::de::Error| {
        let line = error.span().map(|span| {
            text.get(..span.start)
                .unwrap_or_default()
                .matches('\n')
                .count()
                + 1
        });
        match line {
            Some(line) => ConfigError(format!("{}:{line}: {error}", path.display())),
            None => ConfigError(format!("{}: {error}", path.display())),
        }
    };
    toml::from_str::<Config>(&text).map_err(&say)?;
    let table = toml::from_str::<Table>(&text).map_err(&say)?;
    Ok((text, table))
}

fn check(table: &Table) -> Result<Config, String> {
    Value::Table(table.clone())
        .try_into::<Config>()
        .map_err(|error| error.message().to_owned())
}

/// `session__idle_seconds` is `idle_seconds` of `[session]`.
fn set(table: &mut Table, key: &str, value: Value) {
    match key.split_once("__") {
        None => {
            table.insert(key.to_owned(), value);
        }
        Some((outer, inner)) => {
            let entry = table
                .entry(outer)
                .or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(nested) = entry {
                nested.insert(inner.to_owned(), value);
            }
        }
    }
}

/// Numbers, booleans and arrays read as TOML; anything else is text.
fn from_text(text: &str) -> Value {
    let typed = toml::from_str::<Table>(&format!("value = {text}"))
        .ok()
        .and_then(|mut table| table.remove("value"));
    match typed {
        Some(value @ (Value::Integer(_) | Value::Boolean(_) | Value::Array(_))) => value,
        _ => Value::String(text.to_owned()),
    }
}

/// Whether a variable's name is meant for us: its first part is the name of a setting. Others with
/// our prefix belong to somebody's scripts.
fn is_setting(key: &str) -> bool {
    let outer = key.split("__").next().unwrap_or_default();
    Table::try_from(Config::default()).is_ok_and(|known| known.contains_key(outer))
        || matches!(outer, "public_url" | "database" | "ui")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_file(text: &str) -> Result<Config, ConfigError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("portcullis.toml");
        fs::write(&path, text).unwrap();
        load(Some(&path), std::iter::empty(), &Overrides::default())
    }

    fn env(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("portcullis.toml");
        fs::write(&path, "port = 1\n[session]\nidle_seconds = 60\n").unwrap();
        load(Some(&path), pairs.into_iter(), &Overrides::default())
    }

    #[test]
    fn nothing_at_all_is_a_valid_configuration() {
        let config = from_file("").unwrap();
        assert_eq!(config.port, 8080);
        assert_eq!(config.public_url(), "http://localhost:8080");
    }

    #[test]
    fn the_bad_line_is_named() {
        let error = from_file("port = 8080\n\n[session]\nidel_seconds = 5\n").unwrap_err();
        assert!(error.0.contains("portcullis.toml:4:"), "{error}");
        assert!(error.0.contains("idel_seconds"), "{error}");
        let error = from_file("port = \"many\"\n").unwrap_err();
        assert!(error.0.contains("portcullis.toml:1:"), "{error}");
        let error = from_file("port = 80\nhost = [\n").unwrap_err();
        assert!(error.0.contains("portcullis.toml:"), "{error}");
    }

    #[test]
    fn the_line_is_named_of_what_has_the_right_type_and_is_wrong_all_the_same() {
        let wrong = |text: &str, line: &str| {
            let error = from_file(text).unwrap_err();
            assert!(error.0.contains(line), "{error}");
        };
        wrong(
            "port = 1\n\n[session]\n\nidle_seconds = 0\n",
            "toml:5: session.idle_seconds",
        );
        wrong(
            "public_url = \"http://auth.example\"\n",
            "toml:1: public_url",
        );
        wrong(
            "[password]\nmin_length = 1\n",
            "toml:2: password.min_length",
        );
        let role = "[[roles]]\nname = \"a\"\npermissions = []\n\n\
                    [[roles]]\nname = \"B\"\npermissions = []\n";
        wrong(role, "toml:6: roles");
        let client = "[[clients]]\nid = \"spa\"\nname = \"Spa\"\n\
                      redirect_uris = [\"https://a.example/cb\"]\n";
        wrong(
            &format!("{client}{client}"),
            "toml:6: clients: spa is there twice",
        );
        let bad = "[[clients]]\nid = \"app\"\nname = \"App\"\n\
                   redirect_uris = [\"http://a.example/cb\"]\n";
        wrong(
            &format!("{client}{bad}"),
            "toml:8: clients: app: redirect_uris",
        );
    }

    #[test]
    fn a_variable_or_flag_is_blamed_for_what_it_says() {
        let error = env(&[("PORTCULLIS_SESSION__IDLE_SECONDS", "0")]).unwrap_err();
        assert!(
            error
                .0
                .starts_with("PORTCULLIS_SESSION__IDLE_SECONDS: session"),
            "{error}"
        );
        let mut flags = Overrides::default();
        let url = Value::String("http://auth.example".to_owned());
        flags.0.insert("public_url", url);
        let error = load(None, std::iter::empty(), &flags).unwrap_err();
        assert!(error.0.starts_with("--public-url: public_url"), "{error}");
        // What the file says wrong, and nothing after it mends, stays the file's.
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("portcullis.toml");
        fs::write(&path, "[session]\nidle_seconds = 0\n").unwrap();
        let vars = || std::iter::once(("PORTCULLIS_PORT".to_owned(), "2".to_owned()));
        let error = load(Some(&path), vars(), &Overrides::default()).unwrap_err();
        assert!(error.0.contains("portcullis.toml:2:"), "{error}");
        let mending = (
            "PORTCULLIS_SESSION__IDLE_SECONDS".to_owned(),
            "5".to_owned(),
        );
        let vars = vars().chain([mending]);
        assert!(load(Some(&path), vars, &Overrides::default()).is_ok());
    }

    #[test]
    fn variables_go_over_the_file_and_flags_over_both() {
        let config = env(&[
            ("PORTCULLIS_PORT", "2"),
            ("PORTCULLIS_SESSION__IDLE_SECONDS", "90"),
        ]);
        let config = config.unwrap();
        assert_eq!((config.port, config.session.idle_seconds), (2, 90));
        let error = env(&[("PORTCULLIS_PORT", "x")]).unwrap_err();
        assert!(error.0.starts_with("PORTCULLIS_PORT:"), "{error}");
        let error = env(&[("PORTCULLIS_SESSION__IDLE", "5")]).unwrap_err();
        assert!(error.0.starts_with("PORTCULLIS_SESSION__IDLE:"), "{error}");
        let mut flags = Overrides::default();
        flags.0.insert("port", Value::Integer(3));
        let vars = std::iter::once(("PORTCULLIS_PORT".to_owned(), "2".to_owned()));
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("portcullis.toml");
        fs::write(&path, "port = 1\n").unwrap();
        assert_eq!(load(Some(&path), vars, &flags).unwrap().port, 3);
    }

    #[test]
    fn a_number_that_stands_where_text_belongs_is_text() {
        let config = env(&[("PORTCULLIS_PASSKEY__RP_NAME", "Acme = \"x\"")]).unwrap();
        assert_eq!(config.passkey.rp_name, "Acme = \"x\"");
    }
}
