//! A page: its document title, and where the focus goes when one arrives at it.

use leptos::html;
use leptos::prelude::*;

/// Sets the document's title while it is there, and moves the focus to the heading when the
/// page was reached from within the app, so that a screen reader says where one is.
#[component]
pub fn Page(
    /// The page's name, for the tab and the history.
    #[prop(into)]
    title: Signal<String>,
    /// The app's name, after the page's.
    app: &'static str,
    /// The page. Its `<h1 tabindex="-1">` takes the focus.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let title = title.get();
        let full = if title.is_empty() {
            app.to_owned()
        } else {
            format!("{title} · {app}")
        };
        document().set_title(&full);
    });
    Effect::new(move |_| {
        let Some(root) = node.get() else { return };
        if first_page() {
            return;
        }
        let inside = || {
            document()
                .active_element()
                .is_some_and(|active| root.contains(Some(&active)))
        };
        if let Ok(Some(heading)) = root.query_selector("h1[tabindex]")
            && !inside()
        {
            focus(&heading);
        }
    });
    html::div().node_ref(node).child(children())
}

fn focus(element: &web_sys::Element) {
    use wasm_bindgen::JsCast;
    if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
        // An element that has just left the page cannot take the focus, and needs none.
        _ = element.focus();
    }
}

/// Whether this is the page that the browser loaded, whose title it announces by itself.
fn first_page() -> bool {
    thread_local! {
        static FIRST: std::cell::Cell<bool> = const { std::cell::Cell::new(true) };
    }
    FIRST.replace(false)
}
