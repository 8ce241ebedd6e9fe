//! Every word the components show, in one typed catalogue, so that a translation is one more
//! constant and the compiler says what it lacks.
//!
//! `{name}` in a text is filled in by [`fill`].

use leptos::prelude::{provide_context, use_context};

mod english;

pub use english::{ENGLISH, Text};

/// The texts the components below [`crate::AuthProvider`] use; English unless others were given.
pub fn use_text() -> &'static Text {
    use_context::<&'static Text>().unwrap_or(&ENGLISH)
}

/// Makes everything below use `text`.
pub(crate) fn provide_text(text: &'static Text) {
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

/// Declares a catalogue: a struct of texts and its English edition, each field documented by
/// its own English text.
#[macro_export]
macro_rules! catalogue {
    ($(#[$doc:meta])* $name:ident, $english:ident { $($field:ident: $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name {
            $(#[doc = $text] pub $field: &'static str,)*
        }

        /// The English edition.
        pub static $english: $name = $name { $($field: $text,)* };
    };
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
}
