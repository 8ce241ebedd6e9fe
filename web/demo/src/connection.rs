//! Says when the browser is offline or the server cannot be reached.

use leptos::html;
use leptos::prelude::*;
use portcullis_sdk::Session;
use portcullis_web::ui::{Glyph, icon};
use portcullis_web::use_auth;

use crate::text::use_words;

/// A line over the foot of the page while something is wrong with the connection. It covers
/// nothing that is needed and moves nothing.
#[component]
pub(crate) fn Connection() -> impl IntoView {
    let auth = use_auth();
    let online = RwSignal::new(window().navigator().on_line());
    let listeners = [
        window_event_listener(leptos::ev::online, move |_| online.set(true)),
        window_event_listener(leptos::ev::offline, move |_| online.set(false)),
    ];
    on_cleanup(move || listeners.into_iter().for_each(WindowListenerHandle::remove));
    let words = Memo::new(move |_| {
        if !online.get() {
            return Some(use_words().offline);
        }
        match auth.session() {
            Session::Unreachable | Session::SignedIn { stale: true, .. } => {
                Some(use_words().unreachable)
            }
            _ => None,
        }
    });
    let line = move || {
        words.get().map(|words| {
            html::p()
                .class("app-offline")
                .child((icon(Glyph::Offline), html::span().child(words)))
        })
    };
    html::div()
        .class("app-connection")
        .role("status")
        .child(line)
}
