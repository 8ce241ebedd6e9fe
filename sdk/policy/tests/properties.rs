//! What holds for all patterns and permissions there are.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly")]

use portcullis_policy::{Pattern, Permission, PermissionSet, Requirement};
use proptest::prelude::*;

fn segment() -> impl Strategy<Value = String> {
    // Few letters, so that patterns and permissions meet often.
    proptest::string::string_regex("[ab]{1,2}|[a-zA-Z0-9_.-]{1,8}").unwrap()
}

fn permission() -> impl Strategy<Value = Permission> {
    prop::collection::vec(segment(), 2..6)
        .prop_map(|segments| Permission::parse(&segments.join(":")).unwrap())
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let item = prop_oneof![2 => segment(), 1 => Just("*".to_owned())];
    prop_oneof![
        1 => Just("*".to_owned()),
        9 => prop::collection::vec(item, 2..6).prop_map(|items| items.join(":")),
    ]
    .prop_map(|text| Pattern::parse(&text).unwrap())
}

/// The definition in PRODUCT's words, written a second time and as plainly as can be.
fn definition(pattern: &str, permission: &str) -> bool {
    let items: Vec<&str> = pattern.split(':').collect();
    let segments: Vec<&str> = permission.split(':').collect();
    let open_end = items.last() == Some(&"*");
    let long_enough = if open_end {
        segments.len() >= items.len()
    } else {
        segments.len() == items.len()
    };
    long_enough
        && items
            .iter()
            .zip(&segments)
            .all(|(item, segment)| *item == "*" || item == segment)
}

proptest! {
    #[test]
    fn matching_is_what_its_definition_says(pattern in pattern(), permission in permission()) {
        let expected = definition(pattern.as_str(), permission.as_str());
        prop_assert_eq!(pattern.matches(&permission), expected);
    }

    #[test]
    fn a_set_allows_exactly_what_one_of_its_patterns_grants(
        patterns in prop::collection::vec(pattern(), 0..12),
        permission in permission(),
    ) {
        let expected = patterns.iter().any(|pattern| pattern.matches(&permission));
        let set = PermissionSet::from_patterns(patterns.clone());
        prop_assert_eq!(set.allows(&permission), expected);
        let named = set.find(&permission).map(|(pattern, _)| pattern.clone());
        prop_assert_eq!(named.is_some(), expected);
        prop_assert!(named.is_none_or(|p| p.matches(&permission) && patterns.contains(&p)));
    }

    #[test]
    fn one_more_pattern_never_takes_anything_away(
        patterns in prop::collection::vec(pattern(), 0..6),
        more in pattern(),
        permission in permission(),
    ) {
        let before = PermissionSet::from_patterns(patterns.clone());
        let after = PermissionSet::from_patterns(patterns.into_iter().chain([more]));
        prop_assert!(!before.allows(&permission) || after.allows(&permission));
    }

    #[test]
    fn a_decision_agrees_with_the_short_answer(
        patterns in prop::collection::vec(pattern(), 0..6),
        asked in prop::collection::vec(permission(), 0..4),
    ) {
        let set = PermissionSet::from_patterns(patterns);
        for requirement in [Requirement::Any(asked.clone()), Requirement::All(asked)] {
            let decision = requirement.check(&set);
            prop_assert_eq!(decision.allowed, requirement.is_met_by(&set));
            let missing = decision.missing().count();
            let number = requirement.permissions().len();
            prop_assert_eq!(decision.allowed, match requirement {
                Requirement::All(_) => number > 0 && missing == 0,
                _ => missing < number,
            });
        }
    }

    #[test]
    fn any_text_is_read_or_refused_and_what_is_read_comes_back(text in "\\PC{0,20}|[ab:*]{0,12}") {
        if let Ok(pattern) = Pattern::parse(&text) {
            prop_assert_eq!(pattern.as_str(), text.as_str());
        }
        if let Ok(permission) = Permission::parse(&text) {
            prop_assert_eq!(permission.as_str(), text.as_str());
            prop_assert!(Pattern::parse(&text).unwrap().matches(&permission));
        }
    }
}
