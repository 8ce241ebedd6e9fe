//! What is shown while there is nothing to show: waiting, empty, failed.

use leptos::html;
use leptos::prelude::*;
use portcullis_sdk::AuthError;

use super::{Button, Glyph, icon_sized};
use crate::errors::message_of;
use crate::text::use_text;

/// Something that was asked of the server.
#[derive(Clone, Debug, Default)]
pub enum Load<T> {
    /// Not here yet.
    #[default]
    Waiting,
    /// Here.
    Ready(T),
    /// It did not come.
    Failed(AuthError),
}

impl<T> Load<T> {
    /// What came, if it did.
    pub fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready(value) => Some(value),
            Self::Waiting | Self::Failed(_) => None,
        }
    }

    /// What came, to be changed in place.
    pub fn ready_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Ready(value) => Some(value),
            Self::Waiting | Self::Failed(_) => None,
        }
    }
}

impl<T> From<Result<T, AuthError>> for Load<T> {
    fn from(result: Result<T, AuthError>) -> Self {
        match result {
            Ok(value) => Self::Ready(value),
            Err(error) => Self::Failed(error),
        }
    }
}

/// One grey bar of a skeleton, as wide as the class says.
pub fn bone(class: &'static str) -> impl IntoView {
    html::div().class(class)
}

/// The skeleton of a list. It appears after 150 ms, so that a quick answer never flashes.
#[component]
pub fn Bones(
    /// How many rows it keeps the space of.
    #[prop(default = 2)]
    rows: usize,
) -> impl IntoView {
    let text = use_text();
    let row = || {
        html::div().class("pc-row").aria_hidden("true").child((
            bone("pc-bone pc-bone--round"),
            html::div().class("pc-bones").child((
                bone("pc-bone pc-bone--middle"),
                bone("pc-bone pc-bone--short"),
            )),
        ))
    };
    html::div().class("pc-wait").role("status").child((
        html::span().class("pc-hidden-visually").child(text.loading),
        (0..rows).map(|_| row()).collect_view(),
    ))
}

/// What is shown where there is nothing yet: what will be here, and how to begin.
#[component]
pub fn Blank(
    /// A picture of what is missing.
    glyph: Glyph,
    /// What is missing.
    #[prop(into)]
    title: String,
    /// What will be here.
    #[prop(into)]
    lead: String,
    /// Whether this is all of the page: then the title is its heading.
    #[prop(optional)]
    whole_page: bool,
    /// How to begin.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="pc-blank">
            {icon_sized(glyph, 28)}
            {if whole_page {
                html::h1().class("pc-blank__title").tabindex("-1").child(title).into_any()
            } else {
                html::p().class("pc-blank__title").child(title).into_any()
            }}
            <p>{lead}</p>
            {children.map(|children| html::div().class("pc-actions").child(children()))}
        </div>
    }
}

/// What is shown where something did not come: what happened, and the way to try again.
#[component]
pub fn Failure(
    /// Why it did not come.
    error: AuthError,
    /// Asks for it again.
    #[prop(into)]
    on_retry: Callback<()>,
) -> impl IntoView {
    let text = use_text();
    view! {
        <div class="pc-blank pc-blank--failed" role="alert">
            {icon_sized(Glyph::Alert, 28)}
            <p class="pc-blank__title">{text.failed_title}</p>
            <p>{message_of(&error, text)}</p>
            <div class="pc-actions">
                <Button on_press=on_retry>{text.try_again}</Button>
            </div>
        </div>
    }
}

/// The first letters of a name, in a circle: decoration, which the sheet draws from an attribute.
pub fn avatar(name: &str, class: &'static str) -> impl IntoView + use<> {
    html::span()
        .class(class)
        .aria_hidden("true")
        .attr("data-initials", initials(name))
}

/// The first letters of the first and last word of `name`.
fn initials(name: &str) -> String {
    let mut words = name
        .split(|c: char| c.is_whitespace() || c == '.' || c == '_')
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    first.into_iter().chain(words.next_back()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_the_first_and_last_word() {
        for (name, letters) in [
            ("Ada Lovelace", "AL"),
            ("ada", "a"),
            ("Ada King Lovelace", "AL"),
            ("grace.hopper", "gh"),
            ("Élodie", "É"),
            ("  ", ""),
            ("(x)", "x"),
            ("陳 大文", "陳大"),
        ] {
            assert_eq!(initials(name), letters, "{name}");
        }
    }
}
