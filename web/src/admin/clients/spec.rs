//! What there is to set of a client, as data: each setting by the name that the API and its refusals
//! call it.

use crate::text::Text;

/// How a setting is written in a form and in a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A line of text; left out if empty.
    Line,
    /// A list, one entry a line.
    Lines,
    /// A list of words.
    Words,
    /// A whole number of seconds; left out if empty.
    Seconds,
    /// JSON; left out if empty.
    Json,
    /// Yes or no.
    Check,
    /// One of a few, in a list that opens.
    Select,
    /// One of a few, side by side.
    Radios,
    /// Several of a few.
    Checks,
}

/// One of several answers.
#[derive(Clone, Copy)]
pub(super) struct Choice {
    /// Its name on the wire.
    pub(super) value: &'static str,
    /// What it is called; nothing: as on the wire.
    pub(super) label: fn(&Text) -> &'static str,
    /// Whether public clients may have it.
    pub(super) public: bool,
}

/// What a form says so far, by the settings' names.
pub(super) trait Answers {
    /// The answer as the control has it: `true` or nothing, or the text.
    fn of(&self, name: &str) -> String;

    fn is(&self, name: &str, value: &str) -> bool {
        self.of(name).split_ascii_whitespace().any(|it| it == value)
    }

    fn is_on(&self, name: &str) -> bool {
        self.is(name, "true")
    }

    /// Whether it keeps no secret and no key.
    fn is_public(&self) -> bool {
        self.is("token_endpoint_auth_method", "none")
    }
}

/// A setting.
#[derive(Clone, Copy)]
pub(super) struct Spec {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) label: fn(&Text) -> &'static str,
    pub(super) hint: fn(&Text) -> &'static str,
    /// What it is if left out.
    pub(super) default: &'static str,
    pub(super) choices: &'static [Choice],
    /// Whether it makes sense for such a client.
    pub(super) shown: fn(&dyn Answers) -> bool,
    /// Whether another setting has decided it: then it is on.
    pub(super) decided: fn(&dyn Answers) -> bool,
}

const fn none(_: &Text) -> &'static str {
    ""
}

const PLAIN: Spec = Spec {
    name: "",
    kind: Kind::Line,
    label: none,
    hint: none,
    default: "",
    choices: &[],
    shown: |_| true,
    decided: |_| false,
};

const fn choice(value: &'static str, label: fn(&Text) -> &'static str) -> Choice {
    let public = true;
    Choice {
        value,
        label,
        public,
    }
}

const fn confidential(value: &'static str, label: fn(&Text) -> &'static str) -> Choice {
    let public = false;
    Choice {
        value,
        label,
        public,
    }
}

fn signs_in(it: &dyn Answers) -> bool {
    it.is("grant_types", "authorization_code")
}

fn for_people(it: &dyn Answers) -> bool {
    signs_in(it) || it.is("grant_types", DEVICE)
}

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ALGORITHMS: &[Choice] = &[
    choice("ES256", none),
    choice("RS256", none),
    choice("EdDSA", none),
];

/// The id, which is given once.
pub(super) static ID: Spec = Spec {
    name: "id",
    label: |text| text.client_id,
    hint: |text| text.client_id_hint,
    ..PLAIN
};

/// Who it is, and how it proves that.
pub(super) static APPLICATION: &[Spec] = &[
    Spec {
        name: "name",
        label: |text| text.name,
        hint: |text| text.client_name_hint,
        ..PLAIN
    },
    Spec {
        name: "token_endpoint_auth_method",
        kind: Kind::Select,
        label: |text| text.client_auth,
        default: "none",
        choices: &[
            confidential("client_secret_basic", none),
            confidential("client_secret_post", none),
            confidential("client_secret_jwt", none),
            confidential("private_key_jwt", none),
            confidential("tls_client_auth", none),
            confidential("self_signed_tls_client_auth", none),
        ],
        shown: |it| !it.is_public(),
        ..PLAIN
    },
    Spec {
        name: "tls_client_auth_subject_dn",
        label: |text| text.client_tls_dn,
        hint: |text| text.client_tls_dn_hint,
        shown: |it| names_certificate(it, "tls_client_auth_subject_dn"),
        ..PLAIN
    },
    Spec {
        name: "tls_client_auth_san_dns",
        label: |text| text.client_tls_dns,
        shown: |it| names_certificate(it, "tls_client_auth_san_dns"),
        ..PLAIN
    },
    Spec {
        name: "jwks_uri",
        label: |text| text.client_jwks_uri,
        shown: keys,
        ..PLAIN
    },
    Spec {
        name: "jwks",
        kind: Kind::Json,
        label: |text| text.client_jwks,
        hint: |text| text.client_jwks_hint,
        shown: keys,
        ..PLAIN
    },
];

/// Whether it is known by a name in its certificate, or has that one.
fn names_certificate(it: &dyn Answers, name: &str) -> bool {
    it.is("token_endpoint_auth_method", "tls_client_auth") || !it.of(name).is_empty()
}

/// Whether it needs keys, or has some.
fn keys(it: &dyn Answers) -> bool {
    it.is("token_endpoint_auth_method", "private_key_jwt")
        || it.is("token_endpoint_auth_method", "self_signed_tls_client_auth")
        || it.is_on("require_signed_request_object")
        || !it.of("jwks_uri").is_empty()
        || !it.of("jwks").is_empty()
}

/// How it gets tokens, and for whom.
pub(super) static WAYS: &[Spec] = &[
    Spec {
        name: "grant_types",
        kind: Kind::Checks,
        label: |text| text.client_may,
        default: "authorization_code refresh_token",
        choices: &[
            choice("authorization_code", |text| text.client_code),
            choice("refresh_token", |text| text.client_refresh),
            choice(DEVICE, |text| text.client_device),
            confidential("client_credentials", |text| text.client_itself),
            confidential(EXCHANGE, |text| text.client_exchange),
        ],
        ..PLAIN
    },
    Spec {
        name: "redirect_uris",
        kind: Kind::Lines,
        label: |text| text.client_redirects,
        hint: |text| text.client_redirects_hint,
        shown: signs_in,
        ..PLAIN
    },
    Spec {
        name: "post_logout_redirect_uris",
        kind: Kind::Lines,
        label: |text| text.client_after_logout,
        hint: |text| text.client_lines_hint,
        shown: signs_in,
        ..PLAIN
    },
    Spec {
        name: "scopes",
        kind: Kind::Words,
        label: |text| text.client_scopes,
        hint: |text| text.client_scopes_hint,
        default: "openid profile email",
        ..PLAIN
    },
    Spec {
        name: "consent",
        kind: Kind::Radios,
        label: |text| text.client_consent,
        default: "skipped",
        choices: &[
            choice("skipped", |text| text.client_consent_never),
            choice("remembered", |text| text.client_consent_once),
            choice("required", |text| text.client_consent_always),
        ],
        shown: for_people,
        ..PLAIN
    },
];

/// Settings that belong together, folded away.
pub(super) struct Fold {
    pub(super) title: fn(&Text) -> &'static str,
    pub(super) specs: &'static [Spec],
}

/// What is good as it is for most.
pub(super) static ADVANCED: &[Fold] = &[
    Fold {
        title: |text| text.client_security,
        specs: &[
            Spec {
                name: "fapi2",
                kind: Kind::Check,
                label: |text| text.client_fapi,
                hint: |text| text.client_fapi_hint,
                ..PLAIN
            },
            Spec {
                name: "require_pkce",
                kind: Kind::Check,
                label: |text| text.client_pkce,
                default: "true",
                // Nothing else keeps a stolen code from being redeemed (OAuth 2.1 section 7.5.1).
                decided: |it| it.is_public() || it.is_on("fapi2"),
                ..PLAIN
            },
            Spec {
                name: "require_pushed_authorization_requests",
                kind: Kind::Check,
                label: |text| text.client_par,
                decided: |it| it.is_on("fapi2"),
                ..PLAIN
            },
            Spec {
                name: "dpop_bound_access_tokens",
                kind: Kind::Check,
                label: |text| text.client_dpop,
                // A certificate does as well.
                decided: |it| {
                    it.is_on("fapi2") && !it.is_on("tls_client_certificate_bound_access_tokens")
                },
                ..PLAIN
            },
            Spec {
                name: "tls_client_certificate_bound_access_tokens",
                kind: Kind::Check,
                label: |text| text.client_bound,
                ..PLAIN
            },
            Spec {
                name: "require_signed_request_object",
                kind: Kind::Check,
                label: |text| text.client_jar,
                ..PLAIN
            },
        ],
    },
    Fold {
        title: |text| text.client_lifetimes,
        specs: &[
            Spec {
                name: "access_token_seconds",
                kind: Kind::Seconds,
                label: |text| text.client_access_seconds,
                hint: |text| text.client_seconds_hint,
                ..PLAIN
            },
            Spec {
                name: "refresh_idle_seconds",
                kind: Kind::Seconds,
                label: |text| text.client_idle_seconds,
                hint: |text| text.client_seconds_hint,
                ..PLAIN
            },
            Spec {
                name: "refresh_absolute_seconds",
                kind: Kind::Seconds,
                label: |text| text.client_most_seconds,
                hint: |text| text.client_seconds_hint,
                ..PLAIN
            },
        ],
    },
    Fold {
        title: |text| text.client_tokens,
        specs: &[
            Spec {
                name: "access_token_format",
                kind: Kind::Radios,
                label: |text| text.client_format,
                default: "jwt",
                choices: &[
                    choice("jwt", |text| text.client_jwt),
                    choice("opaque", |text| text.client_opaque),
                ],
                ..PLAIN
            },
            Spec {
                name: "subject_type",
                kind: Kind::Radios,
                label: |text| text.client_subject,
                default: "public",
                choices: &[
                    choice("public", |text| text.client_subject_public),
                    choice("pairwise", |text| text.client_subject_own),
                ],
                ..PLAIN
            },
            Spec {
                name: "sector_identifier_uri",
                label: |text| text.client_sector,
                shown: |it| it.is("subject_type", "pairwise"),
                ..PLAIN
            },
            Spec {
                name: "id_token_signed_response_alg",
                kind: Kind::Select,
                label: |text| text.client_id_alg,
                default: "RS256",
                choices: ALGORITHMS,
                ..PLAIN
            },
            Spec {
                name: "access_token_signing_alg",
                kind: Kind::Select,
                label: |text| text.client_access_alg,
                default: "ES256",
                choices: ALGORITHMS,
                ..PLAIN
            },
        ],
    },
    Fold {
        title: |text| text.client_apis,
        specs: &[
            Spec {
                name: "resources",
                kind: Kind::Lines,
                label: |text| text.client_resources,
                hint: |text| text.client_lines_hint,
                ..PLAIN
            },
            Spec {
                name: "backchannel_logout_uri",
                label: |text| text.client_backchannel,
                hint: |text| text.client_backchannel_hint,
                ..PLAIN
            },
        ],
    },
    Fold {
        title: |text| text.client_look,
        specs: &[
            Spec {
                name: "logo_uri",
                label: |text| text.client_logo,
                ..PLAIN
            },
            Spec {
                name: "policy_uri",
                label: |text| text.consent_policy,
                ..PLAIN
            },
            Spec {
                name: "tos_uri",
                label: |text| text.consent_terms,
                ..PLAIN
            },
        ],
    },
];

/// Every setting of the forms.
pub(super) fn all() -> impl Iterator<Item = &'static Spec> {
    let advanced = ADVANCED.iter().flat_map(|fold| fold.specs);
    [&ID]
        .into_iter()
        .chain(APPLICATION)
        .chain(WAYS)
        .chain(advanced)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use portcullis_types::client::{AuthMethod, Client, Consent, GrantType, SigningAlgorithm};
    use serde_json::{Value, json};

    use super::*;
    use crate::text::Language;

    struct Given(HashMap<&'static str, String>);

    impl Given {
        fn with(changes: &[(&'static str, &str)]) -> Self {
            let mut given: HashMap<_, _> =
                all().map(|it| (it.name, it.default.to_owned())).collect();
            given.extend(
                changes
                    .iter()
                    .map(|(name, value)| (*name, (*value).to_owned())),
            );
            Self(given)
        }
    }

    impl Answers for Given {
        fn of(&self, name: &str) -> String {
            self.0.get(name).cloned().unwrap_or_default()
        }
    }

    /// A value that such a setting could have in a registration.
    fn example(spec: &Spec) -> Value {
        match spec.kind {
            Kind::Line => json!("https://app.example/x"),
            Kind::Lines | Kind::Words => json!(["https://app.example/x"]),
            Kind::Seconds => json!(60),
            Kind::Json => json!({ "keys": [] }),
            Kind::Check => json!(true),
            Kind::Select | Kind::Radios => json!(spec.choices[0].value),
            Kind::Checks => json!([spec.choices[0].value]),
        }
    }

    /// What a form calls a setting is what the wire calls it, and of that type.
    #[test]
    fn every_setting_is_one_of_the_registration() {
        let mut whole = json!({ "name": "Shop" });
        for spec in all() {
            whole[spec.name] = example(spec);
        }
        let client: Client = serde_json::from_value(whole.clone()).unwrap();
        let back = serde_json::to_value(client).unwrap();
        for spec in all() {
            assert_eq!(back[spec.name], whole[spec.name], "{}", spec.name);
        }
    }

    #[test]
    fn defaults_are_those_of_the_registration() {
        let client = serde_json::to_value(Client::new("", "")).unwrap();
        for spec in all() {
            let default = match &client[spec.name] {
                Value::Null | Value::Bool(false) => String::new(),
                Value::Bool(true) => "true".to_owned(),
                Value::String(text) => text.clone(),
                Value::Array(list) => {
                    let words: Vec<_> = list.iter().filter_map(Value::as_str).collect();
                    words.join(" ")
                }
                other => panic!("{}: {other}", spec.name),
            };
            assert_eq!(spec.default, default, "{}", spec.name);
        }
    }

    #[test]
    fn every_answer_that_there_is_can_be_given() {
        let choices = |name: &str| -> Vec<&str> {
            let spec = all().find(|it| it.name == name).unwrap();
            spec.choices.iter().map(|it| it.value).collect()
        };
        let grants = GrantType::ALL.map(GrantType::as_str);
        assert!(grants.iter().all(|it| choices("grant_types").contains(it)));
        let methods = AuthMethod::CONFIDENTIAL.map(AuthMethod::as_str);
        assert_eq!(choices("token_endpoint_auth_method"), methods);
        assert_eq!(choices("consent"), Consent::ALL.map(Consent::as_str));
        let algorithms = SigningAlgorithm::ALL.map(SigningAlgorithm::as_str);
        assert_eq!(choices("id_token_signed_response_alg"), algorithms);
    }

    #[test]
    fn every_setting_has_a_name_in_every_language() {
        for language in Language::ALL {
            let text = language.text();
            for spec in all() {
                assert!(!(spec.label)(text).is_empty(), "{} {language:?}", spec.name);
            }
        }
    }

    fn shows(given: &Given, name: &str) -> bool {
        all().any(|it| it.name == name && (it.shown)(given))
    }

    #[test]
    fn only_what_makes_sense_is_asked() {
        let public = Given::with(&[]);
        assert!(shows(&public, "redirect_uris") && shows(&public, "consent"));
        assert!(!shows(&public, "token_endpoint_auth_method") && !shows(&public, "jwks"));
        let service = Given::with(&[
            ("token_endpoint_auth_method", "private_key_jwt"),
            ("grant_types", "client_credentials"),
        ]);
        assert!(!shows(&service, "redirect_uris") && !shows(&service, "consent"));
        assert!(shows(&service, "token_endpoint_auth_method") && shows(&service, "jwks"));
        let pairwise = Given::with(&[("subject_type", "pairwise")]);
        assert!(shows(&pairwise, "sector_identifier_uri"));
        assert!(!shows(&public, "sector_identifier_uri"));
    }

    #[test]
    fn fapi2_decides_what_goes_with_it() {
        let decided = |given: &Given| -> Vec<&str> {
            let all = all().filter(|it| (it.decided)(given));
            all.map(|it| it.name).collect()
        };
        assert_eq!(decided(&Given::with(&[])), ["require_pkce"]);
        let secret = ("token_endpoint_auth_method", "client_secret_basic");
        assert_eq!(decided(&Given::with(&[secret])), [""; 0]);
        assert_eq!(
            decided(&Given::with(&[secret, ("fapi2", "true")])),
            [
                "require_pkce",
                "require_pushed_authorization_requests",
                "dpop_bound_access_tokens"
            ]
        );
    }
}
