//! The card of the pages through which people come in, and what such forms have in common.

use leptos::html;
use leptos::prelude::*;

use crate::ui::{Glyph, icon_sized};

/// A card in the middle of the page with a mark, a question and an answer form.
#[component]
pub(crate) fn Entry(
    /// The question.
    #[prop(into)]
    title: String,
    /// A sentence below it.
    #[prop(optional, into)]
    lead: Option<String>,
    /// What else is possible, below the card.
    #[prop(optional, into)]
    foot: ViewFn,
    /// The form.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="pc-entry">
            <div class="pc-entry__head">
                {html::div().class("pc-entry__mark").child(icon_sized(Glyph::Gate, 36))}
                <h1 tabindex="-1">{title}</h1>
                {lead.map(|lead| html::p().class("pc-soft").child(lead))}
            </div>
            <div class="pc-card pc-entry__card">{children()}</div>
            <p class="pc-entry__foot">{foot.run()}</p>
        </div>
    }
}

/// Remembers in this browser how its user came in last, so that the next sign-in puts that way
/// first. Nothing about the account is kept.
pub(crate) mod last_way {
    const KEY: &str = "portcullis.way-in";

    fn storage() -> Option<web_sys::Storage> {
        leptos::prelude::window().local_storage().ok().flatten()
    }

    /// Whether the last sign-in here was with a passkey.
    pub(crate) fn was_passkey() -> bool {
        storage()
            .and_then(|store| store.get_item(KEY).ok().flatten())
            .as_deref()
            == Some("passkey")
    }

    /// Keeps how the user came in. Storage that is full or forbidden costs only the convenience.
    pub(crate) fn keep(passkey: bool) {
        if let Some(store) = storage() {
            _ = store.set_item(KEY, if passkey { "passkey" } else { "password" });
        }
    }
}
