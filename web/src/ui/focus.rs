//! Keeping the keyboard's place when what had the focus leaves the page.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// After something was taken out of the page: if the focus went with it, moves it to what
/// the first of `selectors` finds, or the next one, and so on. Without this, the keyboard would
/// start again at the top.
pub fn rescue_focus(selectors: &'static [&'static str]) {
    // Two frames on: in the first, dialogs close and give the focus back to what opened them.
    request_animation_frame(move || {
        request_animation_frame(move || {
            let active = document().active_element();
            if active.is_some_and(|element| element.tag_name() != "BODY") {
                return;
            }
            let find = |selector: &&str| document().query_selector(selector).ok().flatten();
            let target = selectors.iter().find_map(find);
            if let Some(target) = target.and_then(|t| t.dyn_into::<web_sys::HtmlElement>().ok()) {
                // The element was found in the page a moment ago.
                _ = target.focus();
            }
        });
    });
}
