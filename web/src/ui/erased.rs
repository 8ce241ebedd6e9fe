//! Closures behind one type each. What Leptos does for a closure in a view is compiled for every
//! type of closure: these are compiled once.

use leptos::prelude::*;

/// A part of a view that follows what it reads.
pub(crate) fn part<V: IntoView + 'static>(draw: impl Fn() -> V + Send + 'static) -> AnyView {
    let draw: Box<dyn FnMut() -> AnyView + Send> = Box::new(move || draw().into_any());
    draw.into_any()
}

/// What an event does.
pub(crate) fn act<E: 'static>(act: impl FnMut(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(act)
}
