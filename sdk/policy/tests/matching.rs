//! What is a permission, what is a pattern, and which grants which.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly")]

use portcullis_policy::{
    MAX_LENGTH, Pattern, PatternError, Permission, PermissionSet, Requirement, RoleName,
};

fn pattern(text: &str) -> Pattern {
    Pattern::parse(text).unwrap()
}

fn permission(text: &str) -> Permission {
    Permission::parse(text).unwrap()
}

fn set(patterns: &[&str]) -> PermissionSet {
    patterns.iter().map(|text| pattern(text)).collect()
}

#[test]
fn a_pattern_grants_what_the_vocabulary_says() {
    let table = [
        ("orders:read", "orders:read", true),
        ("orders:read", "orders:write", false),
        ("orders:read", "Orders:read", false),
        ("orders:read", "orders:READ", false),
        ("orders:read", "orders:read:team", false),
        ("orders:read:team", "orders:read", false),
        ("orders:read", "orders:reads", false),
        ("order:read", "orders:read", false),
        // A whole segment.
        ("*:read", "orders:read", true),
        ("*:read", "orders:write", false),
        ("*:read", "orders:read:team", false),
        ("users:*:team", "users:read:team", true),
        ("users:*:team", "users:read:all", false),
        ("users:*:team", "users:team", false),
        ("users:*:team", "users:read:big:team", false),
        ("*:*:team", "users:read:team", true),
        // At the end: all that follows, at least one segment.
        ("orders:*", "orders:read", true),
        ("orders:*", "orders:read:team:north", true),
        ("orders:*", "users:read", false),
        ("orders:read:*", "orders:read", false),
        ("orders:read:*", "orders:read:team", true),
        ("*:read:*", "orders:read:team:north", true),
        ("*:*", "orders:read", true),
        ("*:*", "orders:read:team", true),
        ("*:*:*", "orders:read", false),
        // Everything.
        ("*", "orders:read", true),
        ("*", "orders:read:team:north", true),
    ];
    for (granted, asked, expected) in table {
        assert_eq!(
            pattern(granted).matches(&permission(asked)),
            expected,
            "{granted} {asked}"
        );
        assert_eq!(
            set(&[granted]).allows(&permission(asked)),
            expected,
            "{granted} {asked}"
        );
    }
}

#[test]
fn malformed_text_is_refused_and_the_reason_named() {
    use PatternError as E;
    let table = [
        ("", E::Empty),
        ("orders", E::NoAction),
        ("orders:", E::EmptySegment),
        (":read", E::EmptySegment),
        (":", E::EmptySegment),
        ("orders::read", E::EmptySegment),
        ("orders:re ad", E::BadCharacter(' ')),
        (" orders:read", E::BadCharacter(' ')),
        ("orders:read\n", E::BadCharacter('\n')),
        ("orders:lire\u{e9}", E::BadCharacter('\u{e9}')),
        ("orders:\u{ff0a}", E::BadCharacter('\u{ff0a}')),
        ("orders/1:read", E::BadCharacter('/')),
        ("orders:re*", E::PartialWildcard),
        ("orders:**", E::PartialWildcard),
        ("**", E::PartialWildcard),
    ];
    for (text, expected) in table {
        assert_eq!(Pattern::parse(text), Err(expected), "{text:?}");
        assert_eq!(
            Permission::parse(text).map_err(|e| e == expected),
            Err(true),
            "{text:?}"
        );
        assert!(!expected.to_string().is_empty());
    }
    for text in ["*", "orders:*", "*:read"] {
        assert_eq!(
            Permission::parse(text),
            Err(E::WildcardInPermission),
            "{text}"
        );
    }
}

#[test]
fn length_is_limited_to_the_byte() {
    let fits = format!("a:{}", "b".repeat(MAX_LENGTH - 2));
    assert!(Permission::parse(&fits).is_ok());
    assert_eq!(
        Permission::parse(&format!("{fits}b")),
        Err(PatternError::TooLong)
    );
}

#[test]
fn an_empty_set_allows_nothing() {
    assert!(!PermissionSet::default().allows(&permission("orders:read")));
    assert!(PermissionSet::default().is_empty());
}

#[test]
fn any_needs_one_and_all_needs_each() {
    let set = set(&["orders:read", "notes:*"]);
    let table = [
        (Requirement::one("orders:read"), true),
        (Requirement::one("orders:write"), false),
        (Requirement::any(["orders:write", "notes:read"]), true),
        (Requirement::any(["orders:write", "users:read"]), false),
        (Requirement::all(["orders:read", "notes:read"]), true),
        (Requirement::all(["orders:read", "orders:write"]), false),
    ];
    for (requirement, expected) in table {
        let requirement = requirement.unwrap();
        assert_eq!(requirement.check(&set).allowed, expected, "{requirement:?}");
        assert_eq!(requirement.is_met_by(&set), expected, "{requirement:?}");
    }
}

#[test]
fn a_requirement_of_nothing_is_denied_even_to_those_who_may_everything() {
    let everything = set(&["*"]);
    for requirement in [Requirement::Any(Vec::new()), Requirement::All(Vec::new())] {
        let decision = requirement.check(&everything);
        assert!(!decision.allowed);
        assert_eq!(decision.to_string(), "denied: no permission was asked for");
    }
}

#[test]
fn a_decision_says_which_pattern_of_which_role_and_what_is_missing() {
    let roles: [(RoleName, Vec<Pattern>); 3] = [
        (
            "editor".into(),
            vec![pattern("notes:*"), pattern("notes:read")],
        ),
        ("reader".into(), vec![pattern("notes:read")]),
        ("root".into(), vec![pattern("*:audit")]),
    ];
    let set = PermissionSet::from_roles(roles);
    let decision = Requirement::all(["notes:read", "notes:delete", "users:write"])
        .unwrap()
        .check(&set);
    assert!(!decision.allowed);
    assert_eq!(
        decision
            .missing()
            .map(Permission::as_str)
            .collect::<Vec<_>>(),
        ["users:write"]
    );
    assert_eq!(
        decision.to_string(),
        "denied: notes:read is granted by notes:read of role editor and reader, \
         notes:delete is granted by notes:* of role editor, users:write is missing"
    );
}

#[test]
fn the_most_exact_pattern_is_named() {
    let set = set(&["*", "notes:*", "notes:read"]);
    let granted = |text| {
        set.find(&permission(text))
            .map(|(pattern, _)| pattern.to_string())
    };
    assert_eq!(granted("notes:read").as_deref(), Some("notes:read"));
    assert_eq!(granted("notes:write").as_deref(), Some("notes:*"));
    assert_eq!(granted("users:read").as_deref(), Some("*"));
}

#[test]
fn json_is_plain_text_and_is_checked_when_read() {
    let pattern: Pattern = serde_json::from_str(r#""notes:*""#).unwrap();
    assert_eq!(serde_json::to_string(&pattern).unwrap(), r#""notes:*""#);
    assert!(serde_json::from_str::<Pattern>(r#""no*tes:x""#).is_err());
    assert!(serde_json::from_str::<Permission>(r#""notes:*""#).is_err());
}

#[test]
fn a_pattern_covers_what_grants_no_more() {
    for (wide, narrow, covers) in [
        ("*", "*", true),
        ("*", "a:b", true),
        ("*", "a:*", true),
        ("a:*", "*", false),
        ("a:*", "a:*", true),
        ("a:*", "a:b", true),
        ("a:*", "a:b:*", true),
        ("a:*", "a:*:c", true),
        ("a:b", "a:*", false),
        ("a:b", "a:b:c", false),
        ("a:b:c", "a:b", false),
        ("*:read", "notes:read", true),
        ("*:read", "notes:*", false),
        ("*:read", "*", false),
        ("*:read", "*:read", true),
        ("a:*:c", "a:*", false),
        ("a:*:c", "a:b:c", true),
        ("a:*:c", "a:b:*", false),
    ] {
        let (own, other) = (
            Pattern::parse(wide).unwrap(),
            Pattern::parse(narrow).unwrap(),
        );
        assert_eq!(own.covers(&other), covers, "{wide} over {narrow}");
    }
}
