//! A button that shows its work and keeps its size and its focus meanwhile.

use leptos::html;
use leptos::prelude::*;

/// How much a button weighs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// One of several things one may do.
    #[default]
    Plain,
    /// The one thing to do here.
    Primary,
    /// Hardly there until needed.
    Quiet,
    /// Hardly there, and takes something away.
    QuietDanger,
    /// Leads to something being taken away.
    Danger,
    /// Takes it away.
    Destroy,
}

impl Look {
    const fn class(self) -> &'static str {
        match self {
            Self::Plain => "pc-button",
            Self::Primary => "pc-button pc-button--primary",
            Self::Quiet => "pc-button pc-button--quiet",
            Self::QuietDanger => "pc-button pc-button--quiet pc-button--danger",
            Self::Danger => "pc-button pc-button--danger",
            Self::Destroy => "pc-button pc-button--destroy",
        }
    }
}

/// A button. While busy it does nothing, but stays focusable, so that the keyboard keeps its place.
#[component]
pub fn Button(
    /// How much it weighs.
    #[prop(optional, into)]
    look: Signal<Look>,
    /// Whether what it started is still going on.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// What it does; a submitting button needs nothing here.
    #[prop(optional, into)]
    on_press: Option<Callback<()>>,
    /// Whether it submits its form.
    #[prop(optional)]
    submit: bool,
    /// As wide as there is room.
    #[prop(optional)]
    wide: bool,
    /// Shows an icon only.
    #[prop(optional)]
    bare: bool,
    /// Its name where the text in it is missing or says too little.
    #[prop(optional, into)]
    label: Option<Signal<String>>,
    /// What it shows.
    children: Children,
) -> impl IntoView {
    let press = move |event: web_sys::MouseEvent| {
        if busy.get_untracked() {
            event.prevent_default();
        } else if let Some(on_press) = on_press {
            on_press.run(());
        }
    };
    let class = move || {
        let wide = if wide { " pc-button--wide" } else { "" };
        let bare = if bare { " pc-button--icon" } else { "" };
        format!("{}{wide}{bare}", look.get().class())
    };
    let flag = move || busy.get().then_some("true");
    html::button()
        .r#type(if submit { "submit" } else { "button" })
        .class(class)
        .aria_busy(flag)
        .aria_disabled(flag)
        .aria_label(move || label.map(|label| label.get()))
        .title(move || label.filter(|_| bare).map(|label| label.get()))
        .on(leptos::ev::click, press)
        .child((
            html::span().class("pc-button__label").child(children()),
            move || {
                busy.get().then(|| {
                    html::span()
                        .class("pc-button__wait")
                        .child(html::span().class("pc-spinner").aria_hidden("true"))
                })
            },
        ))
}
