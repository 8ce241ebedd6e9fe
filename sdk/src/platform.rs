//! What the browser offers, asked for in one place: clocks, randomness, where the page is.

use portcullis_core::Now;

/// Both clocks.
pub(crate) fn now() -> Now {
    let wall = millis(js_sys::Date::now());
    let performance = web_sys::window().and_then(|window| window.performance());
    Now {
        mono: performance.map_or(wall, |performance| millis(performance.now())),
        wall,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds fit; the cast saturates"
)]
fn millis(value: f64) -> i64 {
    value as i64
}

/// The page's origin; empty where there is none.
pub(crate) fn origin() -> String {
    web_sys::window()
        .and_then(|window| window.location().origin().ok())
        .unwrap_or_default()
}

/// Shows an exception of somebody else's code where exceptions are looked for.
#[cfg(feature = "npm")]
pub(crate) fn report(error: &wasm_bindgen::JsValue) {
    web_sys::console::error_1(error);
}
