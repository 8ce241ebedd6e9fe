//! Every route of `openapi.json`, so that a table of tests can notice which one it misses.

use reqwest::Method;
use serde_json::Value;

use crate::Browser;

/// A route: its method, and its path with names in braces.
#[derive(Clone, Debug)]
pub struct Route {
    /// Method.
    pub method: Method,
    /// Path with `{names}`.
    pub path: String,
    /// Its description, an OpenAPI operation.
    pub operation: Value,
}

impl Route {
    /// Method and path as the tables write them.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// All routes, and the document they come from.
pub async fn all(browser: &Browser) -> (Vec<Route>, Value) {
    let document = browser.get("/openapi.json").await.ok().json();
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            routes.push(Route {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                operation: operation.clone(),
            });
        }
    }
    (routes, document)
}
