//! Short messages at the foot of the page that say what was done, and offer to undo it.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use leptos::html;
use leptos::prelude::*;

use super::{Button, Glyph, Look, icon};
use crate::text::use_text;

/// How long a message stays, in milliseconds.
const PLAIN: u32 = 5_000;
/// How long one that can be undone stays.
const UNDOABLE: u32 = 7_000;

type Act = Rc<dyn Fn()>;

#[derive(Clone)]
struct Toast {
    id: u32,
    words: String,
    undoable: bool,
}

/// What undoes the act that a message is about, and what makes it final.
struct Acts {
    id: u32,
    undo: Act,
    settle: Act,
}

/// The messages of the page. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    acts: StoredValue<Vec<Acts>, LocalStorage>,
    timers: StoredValue<Vec<(u32, Timeout)>, LocalStorage>,
    next: StoredValue<u32>,
}

impl Toasts {
    pub(crate) fn new() -> Self {
        Self {
            shown: RwSignal::new(Vec::new()),
            acts: StoredValue::new_local(Vec::new()),
            timers: StoredValue::new_local(Vec::new()),
            next: StoredValue::new(0),
        }
    }

    /// Says that something was done.
    pub fn say(&self, words: impl Into<String>) {
        self.push(words.into(), false);
    }

    /// Says that something is about to be done, and offers to undo it. Calls exactly one of
    /// `undo` and `settle`: when the reader presses Undo, or when the message goes.
    pub fn undoable(
        &self,
        words: impl Into<String>,
        undo: impl Fn() + 'static,
        settle: impl Fn() + 'static,
    ) {
        let id = self.next.get_value();
        let acts = Acts {
            id,
            undo: Rc::new(undo),
            settle: Rc::new(settle),
        };
        self.acts.update_value(|all| all.push(acts));
        self.push(words.into(), true);
    }

    /// Makes final, now, everything that could still be undone: the reader is leaving the page.
    pub fn settle_all(&self) {
        let ids: Vec<u32> = self
            .shown
            .with_untracked(|shown| shown.iter().map(|t| t.id).collect());
        for id in ids {
            self.end(id, false);
        }
    }

    fn push(&self, words: String, undoable: bool) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        // One plain message at a time: the newest is what the reader has just done.
        self.shown.update(|shown| {
            shown.retain(|toast| toast.undoable);
            shown.push(Toast {
                id,
                words,
                undoable,
            });
        });
        self.start(id);
    }

    /// (Re)starts the time after which the message goes.
    fn start(&self, id: u32) {
        let toasts = *self;
        let undoable = self
            .shown
            .with_untracked(|shown| shown.iter().any(|toast| toast.id == id && toast.undoable));
        let timer = Timeout::new(if undoable { UNDOABLE } else { PLAIN }, move || {
            toasts.end(id, false);
        });
        self.hold(id);
        self.timers.update_value(|timers| timers.push((id, timer)));
    }

    /// Stops the time, while the reader is at the message.
    fn hold(&self, id: u32) {
        // A dropped `Timeout` never fires.
        self.timers
            .update_value(|timers| timers.retain(|(other, _)| *other != id));
    }

    fn end(&self, id: u32, undone: bool) {
        self.hold(id);
        _ = self
            .shown
            .try_update(|shown| shown.retain(|toast| toast.id != id));
        let acts = self.acts.try_update_value(|all| {
            let at = all.iter().position(|acts| acts.id == id)?;
            Some(all.remove(at))
        });
        if let Some(Some(Acts { undo, settle, .. })) = acts {
            if undone { undo() } else { settle() }
        }
    }
}

/// Where the messages appear: a live region that is always in the page.
#[component]
pub(crate) fn ToastRegion() -> impl IntoView {
    let text = use_text();
    let toasts = expect_context::<Toasts>();
    let leaving =
        gloo_events::EventListener::new(&window(), "pagehide", move |_| toasts.settle_all());
    let leaving = StoredValue::new_local(Some(leaving));
    on_cleanup(move || drop(leaving.try_update_value(Option::take)));

    let show = move |toast: Toast| {
        let id = toast.id;
        let undo = toast.undoable.then(|| {
            view! {
                <Button look=Look::Quiet on_press=Callback::new(move |()| toasts.end(id, true))>
                    {text.undo}
                </Button>
            }
        });
        html::div()
            .class(if undo.is_some() {
                "pc-toast"
            } else {
                "pc-toast pc-toast--plain"
            })
            .on(leptos::ev::pointerenter, move |_| toasts.hold(id))
            .on(leptos::ev::focusin, move |_| toasts.hold(id))
            .on(leptos::ev::pointerleave, move |_| toasts.start(id))
            .on(leptos::ev::focusout, move |_| toasts.start(id))
            .child((icon(Glyph::Check), html::span().child(toast.words), undo))
    };
    html::div()
        .class("pc-toasts")
        .role("status")
        .child(view! { <For each=move || toasts.shown.get() key=|toast| toast.id children=show /> })
}
