//! The card of the pages through which people come in, and what such forms have in common.

use leptos::html;
use leptos::prelude::*;
use portcullis_sdk::AuthError;
use portcullis_types::ErrorCode;

use crate::auth::Logo;
use crate::errors::show;
use crate::text::{Text, use_text};
use crate::ui::{Glyph, Input, icon_sized};

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
    let logo = use_context::<Logo>().and_then(|logo| logo.0);
    let mark = match logo {
        Some(logo) => logo.run(),
        None => icon_sized(Glyph::Gate, 36).into_any(),
    };
    view! {
        <div class="pc-entry">
            <div class="pc-entry__head">
                {html::div().class("pc-entry__mark").child(mark)}
                <h1 tabindex="-1">{title}</h1>
                {lead.map(|lead| html::p().class("pc-soft").child(lead))}
            </div>
            <div class="pc-card pc-entry__card">{children()}</div>
            <p class="pc-entry__foot">{foot.run()}</p>
        </div>
    }
}

/// A way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Password,
    Passkey,
}

/// How coming in stands: which way is being tried, and what became of the last try.
#[derive(Clone, Copy)]
pub(crate) struct Attempt {
    busy: RwSignal<Option<Way>>,
    /// What went wrong; empty: nothing.
    status: RwSignal<String>,
    /// Which way the last try was.
    tried: RwSignal<Option<Way>>,
    on_done: Callback<()>,
    text: &'static Text,
}

impl Attempt {
    /// Nothing tried yet; `on_done` is called once somebody is in.
    pub(crate) fn new(on_done: Callback<()>) -> Self {
        Self {
            busy: RwSignal::new(None),
            status: RwSignal::new(String::new()),
            tried: RwSignal::new(None),
            on_done,
            text: use_text(),
        }
    }

    /// Whether `way` is being tried.
    pub(crate) fn is_on(self, way: Way) -> Signal<bool> {
        Signal::derive(move || self.busy.get() == Some(way))
    }

    /// What went wrong, whichever way was tried; empty: nothing.
    pub(crate) fn status(self) -> Signal<String> {
        self.status.into()
    }

    /// What went wrong with `way`; empty: nothing.
    pub(crate) fn status_of(self, way: Way) -> Signal<String> {
        Signal::derive(move || {
            if self.tried.get() == Some(way) {
                self.status.get()
            } else {
                String::new()
            }
        })
    }

    /// Whether nothing is being tried. Forgets what became of the last try.
    pub(crate) fn may_begin(self) -> bool {
        let idle = self.busy.get_untracked().is_none();
        if idle {
            self.status.set(String::new());
        }
        idle
    }

    /// `way` is being tried from now on.
    pub(crate) fn begin(self, way: Way) {
        self.busy.set(Some(way));
    }

    /// `way` goes on with another step, and says nothing yet.
    pub(crate) fn pause(self) {
        _ = self.busy.try_set(None);
    }

    /// `way` ended like this. Refusals go to the field they are about.
    pub(crate) fn finish(self, way: Way, result: Result<(), AuthError>, fields: &[(&str, Input)]) {
        if result.is_ok() {
            last_way::keep(way);
        }
        // The form may have left the page while the answer was on its way.
        if self.busy.try_set(None).is_some() {
            return;
        }
        self.tried.set(Some(way));
        match result {
            Ok(()) => self.on_done.run(()),
            Err(error)
                if way == Way::Passkey && error.code() == Some(ErrorCode::InvalidCredentials) =>
            {
                self.status.set(self.text.passkey_failed.to_owned());
            }
            Err(error) => {
                show(&error, self.text, fields, self.status);
                let password = fields.iter().find(|(name, _)| *name == "password");
                if error.code() == Some(ErrorCode::InvalidCredentials)
                    && let Some((_, password)) = password
                {
                    password.focus();
                }
            }
        }
    }
}

/// Remembers in this browser how its user came in last, so that the next sign-in puts that way
/// first. Nothing about the account is kept.
pub(crate) mod last_way {
    use super::Way;

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
    pub(crate) fn keep(way: Way) {
        if let Some(store) = storage() {
            let word = if way == Way::Passkey {
                "passkey"
            } else {
                "password"
            };
            _ = store.set_item(KEY, word);
        }
    }
}
