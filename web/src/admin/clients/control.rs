//! The controls of a form about a client, drawn from what there is to set.

use leptos::html;
use leptos::prelude::*;

use super::form::{Form, id_of};
use super::spec::{Answers, Kind, Spec};
use crate::text::{Text, use_text};
use crate::ui::{act, part};

/// The control of a setting, while it makes sense.
pub(super) fn control(spec: &'static Spec, form: Form) -> AnyView {
    let text = use_text();
    let shown = Memo::new(move |_| (spec.shown)(&form));
    part(move || shown.get().then(|| draw(spec, form, text)))
}

fn draw(spec: &'static Spec, form: Form, text: &'static Text) -> AnyView {
    match spec.kind {
        Kind::Check => check(spec, form, text),
        Kind::Radios | Kind::Checks => group(spec, form, text),
        Kind::Line | Kind::Seconds | Kind::Select | Kind::Lines | Kind::Words | Kind::Json => {
            field(spec, form, text)
        }
    }
}

/// The line below a control: what is wrong with it, else a word of help.
fn hint(spec: &'static Spec, form: Form, text: &'static Text) -> AnyView {
    let wrong = Memo::new(move |_| form.wrong_with(spec.name));
    html::p()
        .id(format!("{}-hint", id_of(spec.name)))
        .aria_live("polite")
        .class(Signal::derive(move || {
            if wrong.get().is_some() {
                "pc-hint pc-hint--error"
            } else {
                "pc-hint"
            }
        }))
        .child(part(move || {
            wrong.get().unwrap_or_else(|| (spec.hint)(text).to_owned())
        }))
        .into_any()
}

/// A label, one control and the line below.
fn field(spec: &'static Spec, form: Form, text: &'static Text) -> AnyView {
    let id = id_of(spec.name);
    let said = Signal::derive(move || form.of(spec.name));
    let invalid = Signal::derive(move || form.wrong_with(spec.name).map(|_| "true"));
    let change = act(move |event| form.answer(spec.name, &event_target_value(&event)));
    let hint_id = format!("{id}-hint");
    let control = match spec.kind {
        Kind::Select => {
            let option = move |it: &super::spec::Choice| {
                let value = it.value;
                html::option()
                    .value(value)
                    .prop(
                        "selected",
                        Signal::derive(move || form.is(spec.name, value)),
                    )
                    .child(value)
            };
            html::select()
                .class("pc-input pc-select")
                .id(id.clone())
                .aria_describedby(hint_id)
                .aria_invalid(invalid)
                .on(leptos::ev::change, change)
                .child(spec.choices.iter().map(option).collect_view())
                .into_any()
        }
        Kind::Lines | Kind::Json => html::textarea()
            .class(if spec.kind == Kind::Json {
                "pc-input pc-lines pc-mono"
            } else {
                "pc-input pc-lines"
            })
            .id(id.clone())
            .attr("rows", "2")
            .attr("spellcheck", "false")
            .attr("autocomplete", "off")
            .aria_describedby(hint_id)
            .aria_invalid(invalid)
            .prop("value", said)
            .on(leptos::ev::input, change)
            .into_any(),
        _ => html::input()
            .class("pc-input")
            .id(id.clone())
            .r#type("text")
            .attr(
                "inputmode",
                (spec.kind == Kind::Seconds).then_some("numeric"),
            )
            .attr("spellcheck", "false")
            .attr("autocomplete", "off")
            .aria_describedby(hint_id)
            .aria_invalid(invalid)
            .prop("value", said)
            .on(leptos::ev::input, change)
            .into_any(),
    };
    let label = html::label()
        .class("pc-label")
        .r#for(id)
        .child((spec.label)(text));
    html::div()
        .class("pc-field")
        .child((label, control, hint(spec, form, text)))
        .into_any()
}

/// A box to tick, with its own line below only where there is something to say.
fn check(spec: &'static Spec, form: Form, text: &'static Text) -> AnyView {
    let decided = Memo::new(move |_| (spec.decided)(&form));
    let input = html::input()
        .r#type("checkbox")
        .id(id_of(spec.name))
        .aria_describedby(format!("{}-hint", id_of(spec.name)))
        .disabled(Signal::derive(move || decided.get()))
        .prop(
            "checked",
            Signal::derive(move || decided.get() || form.is_on(spec.name)),
        )
        .on(
            leptos::ev::change,
            act(move |event| {
                let on = event_target_checked(&event);
                form.answer(spec.name, if on { "true" } else { "" });
            }),
        );
    let label = html::label()
        .class("pc-check")
        .child((input, html::span().child((spec.label)(text))));
    html::div()
        .class("pc-option")
        .child((label, hint(spec, form, text)))
        .into_any()
}

/// Several answers below a question.
fn group(spec: &'static Spec, form: Form, text: &'static Text) -> AnyView {
    let public = Memo::new(move |_| form.is_public());
    let options = move || {
        let all = spec.choices.iter();
        let offered = all.filter(|it| it.public || !public.get());
        let one = |it: &'static super::spec::Choice| {
            let change = move |on: bool| match spec.kind {
                Kind::Checks => form.toggle(spec.name, it.value, on),
                _ => form.answer(spec.name, it.value),
            };
            let is = move || form.is(spec.name, it.value);
            let radio = spec.kind == Kind::Radios;
            option(radio.then_some(spec.name), (it.label)(text), "", is, change)
        };
        offered.map(one).collect_view()
    };
    question(
        spec.name,
        (spec.label)(text),
        (part(options), hint(spec, form, text)),
    )
}

/// A question and its answers, as one.
pub(super) fn question(name: &str, label: &'static str, answers: impl IntoView) -> AnyView {
    html::fieldset()
        .class("pc-group")
        .id(id_of(name))
        .aria_describedby(format!("{}-hint", id_of(name)))
        .child((
            html::legend().class("pc-label").child(label),
            answers.into_any(),
        ))
        .into_any()
}

/// One answer: of one only where `radio` names the question, of several else.
pub(super) fn option(
    radio: Option<&'static str>,
    label: &'static str,
    hint: &'static str,
    is: impl Fn() -> bool + Send + Sync + 'static,
    change: impl Fn(bool) + 'static,
) -> AnyView {
    let input = html::input()
        .r#type(if radio.is_some() { "radio" } else { "checkbox" })
        .attr("name", radio)
        .prop("checked", Signal::derive(is))
        .on(
            leptos::ev::change,
            act(move |event| change(event_target_checked(&event))),
        );
    let hint = (!hint.is_empty()).then(|| html::span().class("pc-soft pc-small").child(hint));
    html::label()
        .class("pc-check")
        .child((
            input,
            html::span().class("pc-check__words").child((label, hint)),
        ))
        .into_any()
}
