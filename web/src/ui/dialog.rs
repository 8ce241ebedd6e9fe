//! A modal dialog: the browser's own, which keeps the focus inside, closes on Escape and gives
//! the focus back.

use leptos::html;
use leptos::prelude::*;
use web_sys::HtmlDialogElement;

use super::{Button, Glyph, Look, icon, unique_id};
use crate::text::use_text;

/// A dialog over the page. Its content exists only while it is open.
#[component]
pub fn Dialog(
    /// Whether it is open.
    #[prop(into)]
    open: Signal<bool>,
    /// The question it asks.
    #[prop(into)]
    title: Signal<String>,
    /// A sentence below the title; empty: none.
    #[prop(optional, into)]
    lead: Signal<String>,
    /// The user wants it closed; has to make `open` false.
    #[prop(into)]
    on_close: Callback<()>,
    /// What is below title and lead.
    children: ChildrenFn,
) -> impl IntoView {
    let text = use_text();
    let node = NodeRef::<html::Dialog>::new();
    let heading = unique_id("dialog");
    let heading_here = heading.clone();
    // Its `close` event comes a moment after, when it may be open again.
    let closed_here = StoredValue::new(false);

    Effect::new(move |_| {
        if !open.get() {
            // At once: the focus is back where it was before anybody can look.
            if let Some(dialog) = node.get_untracked().filter(HtmlDialogElement::open) {
                closed_here.set_value(true);
                dialog.close();
            }
            return;
        }
        // After the content is in place, so that the browser finds what to focus.
        request_animation_frame(move || {
            if open.try_get_untracked() == Some(true)
                && let Some(dialog) = node.try_get_untracked().flatten()
                && !dialog.open()
            {
                // Fails only for a dialog that has left the page.
                _ = dialog.show_modal();
            }
        });
    });
    let body = move || {
        let children = children.clone();
        open.get().then(|| {
            view! {
                <div class="pc-dialog__body">
                    <div class="pc-dialog__head">
                        <h2 id=heading_here.clone()>{title}</h2>
                        {move || {
                            let lead = lead.get();
                            (!lead.is_empty()).then(|| html::p().child(lead))
                        }}
                    </div>
                    {children()}
                    <div class="pc-dialog__close pc-dense">
                        <Button look=Look::Quiet bare=true label=text.close.to_owned() on_press=on_close>
                            {icon(Glyph::Cross)}
                        </Button>
                    </div>
                </div>
            }
        })
    };
    html::dialog()
        .class("pc-dialog")
        .aria_labelledby(heading)
        .node_ref(node)
        .on(
            leptos::ev::Custom::new("cancel"),
            move |event: web_sys::Event| {
                event.prevent_default();
                on_close.run(());
            },
        )
        // Escape pressed twice closes without asking: then the state follows.
        .on(leptos::ev::close, move |_| {
            let ours = closed_here.try_update_value(std::mem::take) != Some(false);
            if !ours && open.get_untracked() {
                on_close.run(());
            }
        })
        .child(body)
}
