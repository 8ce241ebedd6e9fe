//! The user's gates, each a real one: what they may do now, live.

use leptos::html;
use leptos::prelude::*;
use portcullis_web::ui::{Glyph, icon};
use portcullis_web::{PermissionGate, admin};

use crate::text::use_words;

/// The app's permissions and what each lets one do.
fn gates() -> [(&'static str, &'static str); 4] {
    let words = use_words();
    [
        ("notes:write", words.gate_write),
        ("notes:read", words.gate_read),
        ("notes:delete", words.gate_delete),
        (admin::MANAGE, words.gate_manage),
    ]
}

/// A card with one line for each gate.
#[component]
pub(crate) fn Gates() -> impl IntoView {
    view! {
        <section class="pc-card app-gates" aria-labelledby="gates">
            <div class="app-gates__head">
                <h2 id="gates">{use_words().gates_title}</h2>
                <p class="pc-soft pc-small">{use_words().gates_lead}</p>
            </div>
            <ul class="pc-rows">
                {gates().map(|(permission, words)| view! { <Gate permission words/> }).collect_view()}
            </ul>
        </section>
    }
}

#[component]
fn Gate(permission: &'static str, words: &'static str) -> impl IntoView {
    let state = |class, glyph, word| {
        html::span()
            .class(class)
            .child((icon(glyph), html::span().child(word)))
    };
    let open = move || {
        state(
            "app-gate__state app-gate__state--open",
            Glyph::Unlock,
            use_words().gate_open,
        )
    };
    let closed = move || state("app-gate__state", Glyph::Lock, use_words().gate_closed);
    view! {
        <li class="app-gate">
            <div>
                <p>{words}</p>
                <p class="pc-soft pc-mono pc-small">{permission}</p>
            </div>
            <PermissionGate require=permission fallback=closed denied=closed>{open()}</PermissionGate>
        </li>
    }
}
