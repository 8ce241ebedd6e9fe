//! Values across the boundary: Rust types, JavaScript values and JSON text.
//!
//! The browser's own `JSON` reads and writes the text (there is no JSON parser in the module);
//! serde-wasm-bindgen turns the resulting plain objects into the contract's types and back.

use std::pin::Pin;

use js_sys::{JSON, Reflect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use crate::error::{ErrorKind, Failure};

/// Runs a future by itself. Boxed, so that the module has the machinery for it once.
pub(crate) fn spawn(future: impl Future<Output = ()> + 'static) {
    fn run(future: Pin<Box<dyn Future<Output = ()>>>) {
        spawn_local(future);
    }
    run(Box::pin(future));
}

/// A plain JavaScript object with the content of `value`.
pub(crate) fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, Failure> {
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .map_err(|_| ErrorKind::UnexpectedAnswer.into())
}

/// What a plain JavaScript value says, as the type it should be of.
pub(crate) fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, Failure> {
    serde_wasm_bindgen::from_value(value).map_err(|_| ErrorKind::UnexpectedAnswer.into())
}

/// JSON text as a JavaScript value; nothing for empty text.
pub(crate) fn parse_json(text: &str) -> Option<JsValue> {
    if text.is_empty() {
        Some(JsValue::UNDEFINED)
    } else {
        JSON::parse(text).ok()
    }
}

/// A JavaScript value as JSON text.
pub(crate) fn to_json(value: &JsValue) -> Option<String> {
    JSON::stringify(value)
        .ok()
        .and_then(|text| text.as_string())
}

/// The property `name` of `object`; `undefined` if there is none.
pub(crate) fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// An empty object.
pub(crate) fn new_object() -> JsValue {
    js_sys::Object::new().into()
}

/// Sets the property `name` of `object`.
pub(crate) fn set(object: &JsValue, name: &str, value: &JsValue) {
    // Fails for a frozen or otherwise odd object only, and ours are fresh ones.
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}

/// The text in the property `name` of `object`.
pub(crate) fn get_text(object: &JsValue, name: &str) -> Option<String> {
    get(object, name).as_string()
}
