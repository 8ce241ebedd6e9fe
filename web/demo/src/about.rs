//! Which pages there are: without the demo, those that every server has.

use leptos::prelude::document;

use crate::text::use_words;

/// Whether the server has the demo's notes; `boot.js` has asked it.
pub(crate) fn has_notes() -> bool {
    let root = document().document_element();
    root.is_some_and(|root| root.has_attribute("data-demo"))
}

/// Whether the server sends mail; `boot.js` has asked it.
pub(crate) fn has_mail() -> bool {
    let root = document().document_element();
    root.is_some_and(|root| root.has_attribute("data-mail"))
}

/// What the app is called.
pub(crate) fn app_name() -> &'static str {
    if has_notes() {
        use_words().app
    } else {
        "Portcullis"
    }
}
