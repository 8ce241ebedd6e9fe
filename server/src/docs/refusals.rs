//! Refusals in the API's description: those that the reading of a request comes to, whichever
//! operation it is for, are said once and not at each handler.

use portcullis_types::ErrorCode;
use utoipa::openapi::{
    Content, HttpMethod, OpenApi, Ref, RefOr, Response, ResponseBuilder, path::Operation,
};

/// The media type of a problem document (RFC 9457 section 3).
const PROBLEM: &str = "application/problem+json";

/// Adds to each operation of our own API the refusals that it does not name itself, and gives all
/// of them their media type. The OAuth endpoints have their own way to refuse.
pub(super) fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let operations = [
            (HttpMethod::Get, &mut item.get),
            (HttpMethod::Post, &mut item.post),
            (HttpMethod::Put, &mut item.put),
            (HttpMethod::Patch, &mut item.patch),
            (HttpMethod::Delete, &mut item.delete),
        ];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            if path.starts_with("/api/") {
                for code in codes(&method, operation) {
                    let responses = &mut operation.responses.responses;
                    responses
                        .entry(code.status().to_string())
                        .or_insert_with(|| refusal(code));
                }
            }
            for response in operation.responses.responses.values_mut() {
                if let RefOr::T(response) = response {
                    name_problem(response);
                }
            }
        }
    }
}

fn codes(method: &HttpMethod, operation: &Operation) -> Vec<ErrorCode> {
    let mut codes = Vec::new();
    if !matches!(method, HttpMethod::Get) {
        codes.push(ErrorCode::CsrfRejected);
    }
    if operation.request_body.is_some() {
        codes.extend([
            ErrorCode::InvalidRequest,
            ErrorCode::RequestTimeout,
            ErrorCode::PayloadTooLarge,
            ErrorCode::UnsupportedMediaType,
        ]);
    }
    codes
}

fn refusal(code: ErrorCode) -> RefOr<Response> {
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new()
        .description(format!("`{}`: {}", code.as_str(), code.title()))
        .content(PROBLEM, problem)
        .build()
        .into()
}

fn name_problem(response: &mut Response) {
    let problem = Ref::from_schema_name("Problem").ref_location;
    let is_problem = |content: &RefOr<Content>| {
        matches!(content, RefOr::T(Content { schema: Some(RefOr::Ref(schema)), .. })
            if schema.ref_location == problem)
    };
    if response.content.values().any(is_problem) {
        response.content = std::mem::take(&mut response.content)
            .into_values()
            .map(|content| (PROBLEM.to_owned(), content))
            .collect();
    }
}
