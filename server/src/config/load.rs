//! Where settings come from: a file, then `PORTCULLIS_*` variables over it, then flags.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

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
    let mut table = match path {
        Some(path) => read(path)?,
        None => Table::new(),
    };
    for (name, text) in environment {
        let Some(key) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let key = key.to_ascii_lowercase();
        if !is_setting(&key) {
            continue;
        }
        set(&mut table, &key, from_text(&text));
        check(&table).map_err(|error| ConfigError(format!("{name}: {error}")))?;
    }
    for (key, value) in &overrides.0 {
        set(&mut table, key, value.clone());
        check(&table)
            .map_err(|error| ConfigError(format!("--{}: {error}", key.replace('_', "-"))))?;
    }
    let config: Config = check(&table).map_err(ConfigError)?;
    validate(&config).map_err(|error| match path {
        Some(path) => ConfigError(format!("{}: {error}", path.display())),
        None => ConfigError(error),
    })?;
    Ok(config)
}

/// Reads a file, so that an error points at the line (toml keeps the places of a text only).
fn read(path: &Path) -> Result<Table, ConfigError> {
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
    toml::from_str::<Table>(&text).map_err(&say)
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
