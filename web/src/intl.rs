//! Numbers, plurals and times as a language writes them: the browser's `Intl`, which knows all of
//! them, so that none of it is in the module.
//!
//! Outside a browser there are only the unit tests, and these read English.

#[cfg(target_arch = "wasm32")]
mod browser {
    use js_sys::{Array, Object, Reflect};
    use leptos::prelude::window;
    use wasm_bindgen::JsValue;

    /// The browser's languages, the preferred one first.
    pub(crate) fn preferred() -> Vec<String> {
        let languages = window().navigator().languages();
        languages.iter().filter_map(|tag| tag.as_string()).collect()
    }

    /// The locale to write `language` in: the browser's own variant of it, such as `en-GB` for
    /// `en`, which says how dates are written; else the language as it is.
    fn locale(language: &str) -> Array {
        let variant = |tag: &String| {
            let rest = tag.strip_prefix(language);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let found = preferred().into_iter().find(variant);
        Array::of1(&found.as_deref().unwrap_or(language).into())
    }

    fn options(values: &[(&str, &str)]) -> Object {
        let options = Object::new();
        for (key, value) in values {
            // Setting a property of a plain object cannot fail.
            _ = Reflect::set(&options, &(*key).into(), &(*value).into());
        }
        options
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "what people count is far below 2^53"
    )]
    fn write(number: u64, language: &str, how: &[(&str, &str)]) -> String {
        let format = js_sys::Intl::NumberFormat::new(&locale(language), &options(how));
        let written = format
            .format()
            .call1(&JsValue::UNDEFINED, &(number as f64).into());
        let written = written.ok().and_then(|written| written.as_string());
        written.unwrap_or_else(|| number.to_string())
    }

    pub(crate) fn number(number: u64, language: &str) -> String {
        write(number, language, &[])
    }

    pub(crate) fn span(count: u64, unit: &str, language: &str) -> String {
        let how = [("style", "unit"), ("unit", unit), ("unitDisplay", "long")];
        write(count, language, &how)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "what people count is far below 2^53"
    )]
    pub(crate) fn category(count: u64, language: &str) -> String {
        js_sys::Intl::PluralRules::new(&locale(language), &Object::new())
            .select(count as f64)
            .into()
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "what people count is far below 2^53"
    )]
    pub(crate) fn ago(count: u64, unit: &str, language: &str) -> String {
        js_sys::Intl::RelativeTimeFormat::new(&locale(language), &Object::new())
            .format(-(count as f64), unit)
            .into()
    }

    /// The day, such as `21 Nov 2026`.
    pub(crate) fn day(at: &js_sys::Date, language: &str) -> String {
        let how = [("day", "numeric"), ("month", "short"), ("year", "numeric")];
        let locale = locale(language).get(0).as_string().unwrap_or_default();
        at.to_locale_date_string(&locale, &options(&how)).into()
    }

    /// Day and time.
    pub(crate) fn exact(at: &js_sys::Date, language: &str) -> String {
        let locale = locale(language).get(0).as_string().unwrap_or_default();
        at.to_locale_string(&locale, &JsValue::UNDEFINED).into()
    }
}

#[cfg(target_arch = "wasm32")]
pub(crate) use browser::{ago, category, day, exact, number, preferred, span};

#[cfg(not(target_arch = "wasm32"))]
mod english {
    pub(crate) fn preferred() -> Vec<String> {
        Vec::new()
    }

    pub(crate) fn number(number: u64, _: &str) -> String {
        number.to_string()
    }

    pub(crate) fn category(count: u64, _: &str) -> String {
        if count == 1 { "one" } else { "other" }.to_owned()
    }

    pub(crate) fn span(count: u64, unit: &str, _: &str) -> String {
        let end = if count == 1 { "" } else { "s" };
        format!("{count} {unit}{end}")
    }

    pub(crate) fn ago(count: u64, unit: &str, language: &str) -> String {
        format!("{} ago", span(count, unit, language))
    }

    pub(crate) fn day(at: &js_sys::Date, _: &str) -> String {
        at.to_iso_string().into()
    }

    pub(crate) fn exact(at: &js_sys::Date, _: &str) -> String {
        at.to_iso_string().into()
    }
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use english::{ago, category, day, exact, number, preferred, span};
