//! `POST /api/authz/check`: what the caller may do, many questions at once.
//!
//! Roles decide by the principal that the request began with, and rules about single resources by
//! one call per type, so that the answers fit together. Nothing is written: a question is no act.

use std::collections::BTreeMap;

use axum::Json as Answer;
use portcullis_policy::Permission;
use portcullis_types::{
    ErrorCode, Problem,
    authz::{Check, CheckAnswer, CheckDecision, CheckRequest, LONGEST_RESOURCE, MOST_CHECKS},
};

use super::resources::{ResourceQuestion, Verdict};
use crate::{
    app::{App, Handle},
    http::{
        Actor,
        body::Json,
        errors::{ApiError, ApiResult},
    },
};

/// Answers up to 200 questions at once.
#[utoipa::path(post, path = "/api/authz/check", tag = "authz", request_body = CheckRequest,
    responses((status = 200, body = CheckAnswer), (status = 400, body = Problem),
              (status = 401, body = Problem)))]
pub(crate) async fn check(
    app: Handle,
    actor: Actor,
    Json(body): Json<CheckRequest>,
) -> ApiResult<Answer<CheckAnswer>> {
    let questions = read(&body.checks)?;
    let allowed = decide(&app, &actor, &questions).await?;
    let decision = |(check, allowed): (Check, bool)| CheckDecision {
        permission: check.permission,
        resource: check.resource,
        allowed,
    };
    Ok(Answer(CheckAnswer {
        version: actor.principal().account.version,
        decisions: body.checks.into_iter().zip(allowed).map(decision).collect(),
    }))
}

/// A question that makes sense.
struct Question<'a> {
    permission: Permission,
    /// Type and id.
    resource: Option<(&'a str, &'a str)>,
}

/// The questions, or which one makes no sense.
fn read(checks: &[Check]) -> ApiResult<Vec<Question<'_>>> {
    if !(1..=MOST_CHECKS).contains(&checks.len()) {
        return Err(malformed(
            format!("`checks` has 1 to {MOST_CHECKS} questions."),
            "checks",
        ));
    }
    let question = |(index, check)| one(index, check);
    checks.iter().enumerate().map(question).collect()
}

fn one(index: usize, check: &Check) -> ApiResult<Question<'_>> {
    let permission = Permission::parse(&check.permission).map_err(|error| {
        let detail = format!("checks[{index}].permission: {error}.");
        malformed(detail, &format!("checks[{index}].permission"))
    })?;
    let resource = check.resource.as_deref().map(|text| {
        parse_resource(text).ok_or_else(|| {
            let detail = format!(
                "checks[{index}].resource: write type:id, with at most {LONGEST_RESOURCE} \
                 characters."
            );
            malformed(detail, &format!("checks[{index}].resource"))
        })
    });
    Ok(Question {
        permission,
        resource: resource.transpose()?,
    })
}

/// Type and id of a resource. A type is written as a segment of a permission is; an id is anything
/// without control characters.
fn parse_resource(text: &str) -> Option<(&str, &str)> {
    let (kind, id) = text.split_once(':')?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
    let fits = !kind.is_empty()
        && kind.bytes().all(plain)
        && !id.is_empty()
        && !id.chars().any(char::is_control)
        && text.chars().count() <= LONGEST_RESOURCE;
    fits.then_some((kind, id))
}

fn malformed(detail: String, field: &str) -> ApiError {
    ApiError::new(ErrorCode::InvalidRequest, detail).field(field)
}

/// The answers, in the order of the questions.
async fn decide(app: &App, actor: &Actor, questions: &[Question<'_>]) -> ApiResult<Vec<bool>> {
    let granted = &actor.principal().permissions;
    let mut allowed: Vec<bool> = questions
        .iter()
        .map(|question| granted.allows(&question.permission))
        .collect();
    let mut by_type = BTreeMap::<&str, Vec<(usize, ResourceQuestion<'_>)>>::new();
    for (index, question) in questions.iter().enumerate() {
        if let Some((kind, id)) = question.resource
            && app.resource_rules.contains_key(kind)
        {
            let permission = question.permission.as_str();
            let asked = by_type.entry(kind).or_default();
            asked.push((index, ResourceQuestion { permission, id }));
        }
    }
    for (kind, asked) in by_type {
        let Some(rules) = app.resource_rules.get(kind) else {
            continue;
        };
        let (indexes, asked): (Vec<usize>, Vec<_>) = asked.into_iter().unzip();
        let mut verdicts = rules.decide(actor, &asked).await?.into_iter();
        for index in indexes {
            let Some(answer) = allowed.get_mut(index) else {
                continue;
            };
            *answer = match verdicts.next().unwrap_or(Verdict::Forbid) {
                Verdict::Allow => true,
                Verdict::Forbid => false,
                Verdict::AsRoles => *answer,
            };
        }
    }
    Ok(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_a_type_and_an_id() {
        assert_eq!(parse_resource("note:1"), Some(("note", "1")));
        assert_eq!(
            parse_resource("a.b_c-d:x:y z/🦦"),
            Some(("a.b_c-d", "x:y z/🦦"))
        );
        let longest = format!("note:{}", "🦦".repeat(251));
        assert!(parse_resource(&longest).is_some());
        for bad in [
            "",
            "note",
            ":",
            "note:",
            ":1",
            "no te:1",
            "nöte:1",
            "*:1",
            "note:a\nb",
            "note:\0",
            &format!("{longest}x"),
        ] {
            assert_eq!(parse_resource(bad), None, "{bad:?}");
        }
    }
}
