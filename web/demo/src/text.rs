//! The demo app's own words, made by `cargo xtask text` from `web/demo/text`; those of the
//! components are in `portcullis_web::text`.

use std::sync::OnceLock;

use leptos::prelude::window;
use portcullis_web::Language;

mod catalogue;
mod de;
mod en;
mod es;
mod fr;
mod ja;

use catalogue::Words;

/// Where the reader's choice is kept. `boot.js` reads it, too.
const KEY: &str = "portcullis.language";

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// The languages that an application wishes for that has sent the browser here.
fn wished() -> Option<Language> {
    let query = window().location().search().ok()?;
    let query = web_sys::UrlSearchParams::new_with_str(&query).ok()?;
    Language::first_of(&query.get("ui_locales")?)
}

/// The language of the page, for as long as it is loaded: the one that was chosen in this browser,
/// else what the application wishes for that has sent it here, else the first of the browser's that
/// there is.
pub(crate) fn language() -> Language {
    static LANGUAGE: OnceLock<Language> = OnceLock::new();
    let chosen = || storage()?.get_item(KEY).ok().flatten();
    *LANGUAGE.get_or_init(|| {
        chosen()
            .and_then(|tag| Language::of_tag(&tag))
            .or_else(wished)
            .unwrap_or_else(Language::of_browser)
    })
}

/// Loads the page anew in the language that the reader has chosen. Drafts are kept.
pub(crate) fn speak(language: Language) {
    if let Some(store) = storage() {
        // Storage that is full or forbidden leaves the page in the browser's language.
        _ = store.set_item(KEY, language.tag());
    }
    // Reloading fails in no browser.
    _ = window().location().reload();
}

/// The words of the page's language.
pub(crate) fn use_words() -> &'static Words {
    match language() {
        Language::English => &en::ENGLISH,
        Language::German => &de::GERMAN,
        Language::French => &fr::FRENCH,
        Language::Spanish => &es::SPANISH,
        Language::Japanese => &ja::JAPANESE,
    }
}
