//! The settings of a client, in sections: the few that matter, and the others folded away.

use leptos::html;
use leptos::prelude::*;

use super::control::{control, option, question};
use super::form::Form;
use super::spec::{ADVANCED, APPLICATION, Answers, Fold, ID, WAYS};
use crate::account::Section;
use crate::text::use_text;
use crate::ui::part;

const METHOD: &str = "token_endpoint_auth_method";

/// The settings; looked at only, where `editable` is false.
#[component]
pub(super) fn Settings(
    /// Their answers.
    form: Form,
    /// Whether they can be changed.
    editable: Signal<bool>,
    /// Whether there is an id to choose.
    #[prop(optional)]
    with_id: bool,
) -> impl IntoView {
    let text = use_text();
    let mut application = APPLICATION.iter();
    let first = application.next().map(|it| control(it, form));
    let rest: Vec<_> = application.map(|it| control(it, form)).collect();
    let ways = WAYS.iter().map(|it| control(it, form)).collect_view();
    let folds = ADVANCED.iter().map(|it| fold(it, form)).collect_view();
    view! {
        <fieldset class="pc-fields" disabled=Signal::derive(move || !editable.get())>
            <Section id="client-app" title=text.client_app lead=text.client_app_lead>
                <div class="pc-card pc-pad pc-form">
                    {first}
                    {with_id.then(|| control(&ID, form))}
                    {kind(form)}
                    {rest}
                </div>
            </Section>
            <Section id="client-ways" title=text.client_ways lead=text.client_ways_lead>
                <div class="pc-card pc-pad pc-form">{ways}</div>
            </Section>
            <Section id="client-more" title=text.client_more lead=text.client_more_lead>
                <div class="pc-card">{folds}</div>
            </Section>
        </fieldset>
    }
}

/// Whether it can keep a secret, which decides how it proves itself.
fn kind(form: Form) -> AnyView {
    let text = use_text();
    let answer = |public: bool, method: &'static str, label, hint| {
        let is = move || form.is_public() == public;
        option(Some("client_type"), label, hint, is, move |_| {
            form.answer(METHOD, method);
        })
    };
    let answers = (
        answer(true, "none", text.client_public, text.client_public_hint),
        answer(
            false,
            "client_secret_basic",
            text.client_confidential,
            text.client_confidential_hint,
        ),
        html::p().class("pc-hint").id("client-type-hint"),
    );
    question("type", text.client_type, answers)
}

/// Settings that are folded away. Says when one of them is not as it is for most.
fn fold(fold: &'static Fold, form: Form) -> AnyView {
    let text = use_text();
    let changed = Memo::new(move |_| {
        let mut specs = fold.specs.iter();
        specs.any(|it| form.of(it.name) != it.default)
    });
    let badge = move || {
        let badge = || {
            html::span()
                .class("pc-badge pc-badge--accent")
                .child(text.client_changed)
        };
        changed.get().then(badge)
    };
    let specs = fold.specs.iter().map(|it| control(it, form)).collect_view();
    html::details()
        .class("pc-fold")
        .child((
            html::summary().child((html::span().child((fold.title)(text)), part(badge))),
            html::div().class("pc-pad pc-form").child(specs),
        ))
        .into_any()
}
