//! Form fields: a label, an input, and a line below that is always there, so that a message
//! moves nothing.

use leptos::html;
use leptos::prelude::*;

use super::{Button, Glyph, Look, icon, unique_id};
use crate::text::use_text;

/// What a field takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldKind {
    /// Any line of text.
    #[default]
    Text,
    /// An email address.
    Email,
    /// A password, hidden until the reader asks to see it.
    Password,
}

/// The state of one field, for whoever reads and checks it.
#[derive(Clone, Copy)]
pub struct Input {
    /// What was typed.
    pub value: RwSignal<String>,
    /// What is wrong with it.
    pub error: RwSignal<Option<String>>,
    node: NodeRef<html::Input>,
}

impl Default for Input {
    fn default() -> Self {
        Self {
            value: RwSignal::default(),
            error: RwSignal::default(),
            node: NodeRef::new(),
        }
    }
}

impl Input {
    /// A field that begins with `value`.
    pub fn with(value: impl Into<String>) -> Self {
        Self {
            value: RwSignal::new(value.into()),
            ..Self::default()
        }
    }

    /// What was typed. Asks the element, because some password managers fill in silently.
    pub fn text(&self) -> String {
        let typed = self
            .node
            .try_get_untracked()
            .flatten()
            .map(|node| node.value());
        typed.unwrap_or_else(|| self.value.get_untracked())
    }

    /// What was typed, without space around it; says `message` and goes there if there is nothing.
    pub fn needed(&self, message: &str) -> Option<String> {
        let typed = self.text();
        if typed.trim().is_empty() {
            self.fail(message);
            return None;
        }
        Some(typed)
    }

    /// Shows what is wrong and moves the focus here.
    pub fn fail(&self, message: impl Into<String>) {
        self.error.set(Some(message.into()));
        self.focus();
    }

    /// Moves the focus here, with all of the text selected.
    pub fn focus(&self) {
        if let Some(node) = self.node.try_get_untracked().flatten() {
            // A field that has just left the page cannot take the focus, and needs none.
            _ = node.focus();
            node.select();
        }
    }

    /// Empties it.
    pub fn clear(&self) {
        self.value.set(String::new());
        self.error.set(None);
    }
}

/// A labelled field.
#[component]
pub fn Field(
    /// Its state.
    input: Input,
    /// Its name.
    label: &'static str,
    /// What it takes.
    #[prop(optional)]
    kind: FieldKind,
    /// The `autocomplete` tokens by which password managers know it.
    autocomplete: &'static str,
    /// A word of help, shown while nothing is wrong.
    #[prop(optional, into)]
    hint: Signal<String>,
    /// May be left out.
    #[prop(optional)]
    optional: bool,
    /// Takes the focus when it appears.
    #[prop(optional)]
    autofocus: bool,
    /// Is digits: phones show a keyboard for them.
    #[prop(optional)]
    digits: bool,
) -> impl IntoView {
    let text = use_text();
    let id = unique_id("field");
    let hint_id = format!("{id}-hint");
    let shown = RwSignal::new(false);
    let Input { value, error, node } = input;

    if autofocus {
        Effect::new(move |_| {
            if let Some(node) = node.get() {
                request_animation_frame(move || _ = node.focus());
            }
        });
    }
    let control = html::input()
        .class("pc-input")
        .id(id.clone())
        .r#type(move || match kind {
            FieldKind::Email => "email",
            FieldKind::Password if !shown.get() => "password",
            FieldKind::Text | FieldKind::Password => "text",
        })
        .attr("autocomplete", autocomplete)
        .attr(
            "autocapitalize",
            (kind != FieldKind::Text).then_some("none"),
        )
        .attr("inputmode", digits.then_some("numeric"))
        .attr("spellcheck", "false")
        .aria_describedby(hint_id.clone())
        .aria_invalid(move || error.get().is_some().then_some("true"))
        .aria_required((!optional).then_some("true"))
        .node_ref(node)
        .prop("value", move || value.get())
        .on(leptos::ev::input, move |event| {
            value.set(event_target_value(&event));
            error.set(None);
        });
    let reveal = (kind == FieldKind::Password).then(|| {
        let label = Signal::derive(move || {
            (if shown.get() {
                text.hide_password
            } else {
                text.show_password
            })
            .to_owned()
        });
        view! {
            <Button look=Look::Quiet bare=true label=label
                on_press=Callback::new(move |()| shown.update(|shown| *shown = !*shown))>
                {move || if shown.get() { icon(Glyph::EyeOff) } else { icon(Glyph::Eye) }}
            </Button>
        }
    });
    let end = if reveal.is_some() {
        "pc-input-with-end"
    } else {
        ""
    };
    view! {
        <div class="pc-field">
            <label class="pc-label" for=id>
                {label}
                {optional.then(|| html::span().class("pc-label__optional").child(text.optional))}
            </label>
            <div class=end>{control}{reveal}</div>
            <p
                id=hint_id
                aria-live="polite"
                class=move || if error.get().is_some() { "pc-hint pc-hint--error" } else { "pc-hint" }
            >
                {move || error.get().unwrap_or_else(|| hint.get())}
            </p>
        </div>
    }
}

/// The line of a form that tells what became of it; its space is kept.
#[component]
pub fn FormStatus(
    /// What went wrong; empty: nothing.
    #[prop(into)]
    message: Signal<String>,
) -> impl IntoView {
    html::p()
        .class("pc-status pc-status--error")
        .role("alert")
        .child(move || message.get())
}
