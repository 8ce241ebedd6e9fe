//! A registration between the API and a form. It stays the object that the API gave: what the form
//! does not know of is sent back as it came.

use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::JsValue;

use super::spec::{Kind, Spec};

/// A registration, whatever is in it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(super) struct Registration(#[serde(with = "serde_wasm_bindgen::preserve")] JsValue);

impl Default for Registration {
    fn default() -> Self {
        Self(Object::new().into())
    }
}

impl Registration {
    /// Another one with the same in it.
    pub(super) fn copy(&self) -> Self {
        let copy = Object::new();
        Self(Object::assign(&copy, &Object::from(self.0.clone())).into())
    }

    fn get(&self, name: &str) -> JsValue {
        Reflect::get(&self.0, &name.into()).unwrap_or_default()
    }

    /// A text in it; empty if there is none.
    pub(super) fn text(&self, name: &str) -> String {
        self.get(name).as_string().unwrap_or_default()
    }

    /// What a control of the form shows of it.
    pub(super) fn read(&self, spec: &Spec) -> String {
        let value = self.get(spec.name);
        if value.is_undefined() || value.is_null() {
            return spec.default.to_owned();
        }
        let list = |between: &str| {
            let words = Array::from(&value);
            let words: Vec<_> = words.iter().filter_map(|it| it.as_string()).collect();
            words.join(between)
        };
        match spec.kind {
            Kind::Line | Kind::Select | Kind::Radios => value.as_string().unwrap_or_default(),
            Kind::Lines => list("\n"),
            Kind::Words | Kind::Checks => list(" "),
            Kind::Seconds => value.as_f64().map(|it| it.to_string()).unwrap_or_default(),
            Kind::Check if value.is_truthy() => "true".to_owned(),
            Kind::Check => String::new(),
            Kind::Json => {
                JSON::stringify_with_replacer_and_space(&value, &JsValue::NULL, &2.into())
                    .map(String::from)
                    .unwrap_or_default()
            }
        }
    }

    /// Puts into it what a control of the form says.
    pub(super) fn write(&self, spec: &Spec, said: &str) {
        let said = said.trim();
        let list = |parts: &mut dyn Iterator<Item = &str>| -> JsValue {
            let parts = parts.map(str::trim).filter(|it| !it.is_empty());
            parts.map(JsValue::from).collect::<Array>().into()
        };
        let value = match spec.kind {
            Kind::Check => JsValue::from_bool(said == "true"),
            Kind::Lines => list(&mut said.lines()),
            Kind::Words | Kind::Checks => list(&mut said.split_whitespace()),
            _ if said.is_empty() => JsValue::NULL,
            Kind::Line | Kind::Select | Kind::Radios => said.into(),
            Kind::Seconds => said.parse::<f64>().map_or(JsValue::NULL, JsValue::from),
            Kind::Json => JSON::parse(said).unwrap_or(JsValue::NULL),
        };
        // The API knows no `null` for an id: left out, one is made.
        if value.is_null() {
            // Fails only for objects that are frozen, which this one is not.
            _ = Reflect::delete_property(&Object::from(self.0.clone()), &spec.name.into());
        } else {
            _ = Reflect::set(&self.0, &spec.name.into(), &value);
        }
    }
}

/// What is wrong with a text that should be a JSON Web Key Set.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum KeysWrong {
    /// It is none.
    Shape,
    /// It has a private key or a secret, which nobody else should see.
    Private,
}

/// Whether a text is a JSON Web Key Set without private keys.
pub(super) fn check_keys(text: &str) -> Result<(), KeysWrong> {
    let set = JSON::parse(text).map_err(|_| KeysWrong::Shape)?;
    let keys = Reflect::get(&set, &"keys".into()).map_err(|_| KeysWrong::Shape)?;
    if !Array::is_array(&keys) {
        return Err(KeysWrong::Shape);
    }
    let has = |key: &JsValue, name: &str| {
        key.is_object() && Reflect::has(key, &name.into()).unwrap_or_default()
    };
    if Array::from(&keys)
        .iter()
        .any(|key| has(&key, "d") || has(&key, "k"))
    {
        return Err(KeysWrong::Private);
    }
    Ok(())
}
