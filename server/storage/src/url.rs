//! Where a database is: what may stand in `--database`.

use std::{fmt, path::PathBuf, str::FromStr};

use portcullis_domain::StorageError;
use sqlx::postgres::PgConnectOptions;

/// A database's place.
#[derive(Clone)]
pub(crate) enum Location {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL server and database.
    Postgres(Box<PgConnectOptions>),
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            // Without the password.
            Self::Postgres(options) => {
                let database = options.get_database().unwrap_or_default();
                write!(
                    f,
                    "Postgres({}:{}/{database})",
                    options.get_host(),
                    options.get_port()
                )
            }
        }
    }
}

const FORMS: &str = "a database is given as `sqlite:PATH`, such as `sqlite:portcullis.db`, or as \
    `postgres://USER:PASSWORD@HOST:PORT/NAME`";

impl FromStr for Location {
    type Err = StorageError;

    /// Reads a URL. No message repeats it, since it may hold a password.
    fn from_str(url: &str) -> Result<Self, StorageError> {
        let refuse = |why: &str| Err(StorageError::Failed(why.to_owned()));
        let Some((scheme, rest)) = url.trim().split_once(':') else {
            return refuse(FORMS);
        };
        match scheme {
            "sqlite" => {
                let path = rest.strip_prefix("//").unwrap_or(rest);
                match path {
                    "" => refuse("`sqlite:` wants a path after it, such as `sqlite:portcullis.db`"),
                    ":memory:" => refuse(
                        "accounts in memory would be gone with the process; name a file, if need \
                         be a temporary one",
                    ),
                    _ if path.contains(['?', '#', '\0']) => {
                        refuse("`sqlite:` takes a path only, without `?` or `#`")
                    }
                    _ => Ok(Self::Sqlite(PathBuf::from(path))),
                }
            }
            "postgres" | "postgresql" => {
                if rest.strip_prefix("//").is_none_or(str::is_empty) {
                    return refuse(FORMS);
                }
                PgConnectOptions::from_str(url.trim())
                    .map(|options| Self::Postgres(Box::new(options)))
                    .or_else(|_| {
                        refuse(
                            "the `postgres://` URL is malformed or has an option that is not known",
                        )
                    })
            }
            _ => refuse(FORMS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<String, String> {
        url.parse::<Location>()
            .map(|place| format!("{place:?}"))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_forms_of_a_database_url() {
        for (url, place) in [
            ("sqlite:portcullis.db", "Sqlite(\"portcullis.db\")"),
            ("sqlite:./data/p c.db", "Sqlite(\"./data/p c.db\")"),
            ("sqlite:/var/lib/p.db", "Sqlite(\"/var/lib/p.db\")"),
            ("sqlite:///var/lib/p.db", "Sqlite(\"/var/lib/p.db\")"),
            ("sqlite://p.db", "Sqlite(\"p.db\")"),
            (" sqlite:p.db\n", "Sqlite(\"p.db\")"),
            (
                "postgres://ada:pw@db.example:5433/auth",
                "Postgres(db.example:5433/auth)",
            ),
            (
                "postgresql://ada@db.example/auth",
                "Postgres(db.example:5432/auth)",
            ),
        ] {
            assert_eq!(read(url).as_deref(), Ok(place), "{url}");
        }
    }

    #[test]
    fn what_is_no_database_url_is_refused_and_not_repeated() {
        for (url, says) in [
            ("", "sqlite:PATH"),
            ("portcullis.db", "sqlite:PATH"),
            ("mysql://ada:hunter2@db/auth", "sqlite:PATH"),
            ("SQLITE:p.db", "sqlite:PATH"),
            ("sqlite:", "wants a path"),
            ("sqlite://", "wants a path"),
            ("sqlite::memory:", "in memory"),
            ("sqlite://:memory:", "in memory"),
            ("sqlite:hunter2.db?mode=ro", "path only"),
            ("postgres:", "sqlite:PATH"),
            ("postgres://", "sqlite:PATH"),
            ("postgres:hunter2", "sqlite:PATH"),
            ("postgres://ada:hunter2@db:notaport/auth", "malformed"),
        ] {
            let message = read(url).unwrap_err();
            assert!(message.contains(says), "{url}: {message}");
            assert!(!message.contains("hunter2"), "{url}: {message}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            let _ = text.parse::<Location>();
        }

        #[test]
        fn nothing_after_a_scheme_makes_it_panic(scheme in "sqlite|postgres|postgresql", rest in "\\PC*") {
            let _ = format!("{scheme}:{rest}").parse::<Location>();
            let _ = format!("{scheme}://{rest}").parse::<Location>();
        }

        #[test]
        fn any_plain_path_is_kept_as_it_is(path in "[a-zA-Z0-9_.][a-zA-Z0-9_./ %-]{0,40}") {
            let place: Location = format!("sqlite:{path}").parse().unwrap();
            proptest::prop_assert_eq!(format!("{place:?}"), format!("Sqlite({:?})", path.trim_end()));
        }
    }
}
