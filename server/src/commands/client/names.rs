//! What a registration's settings are called on the command line.

use clap::ValueEnum;
use portcullis_types::client::{
    AccessTokenFormat, AuthMethod, Consent, GrantType, SigningAlgorithm, SubjectType,
};

/// [`AuthMethod`] as a flag's value.
#[derive(Clone, Copy, Debug)]
pub(super) struct AuthMethodName(pub(super) AuthMethod);

impl ValueEnum for AuthMethodName {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [AuthMethodName; 7] = {
            let [a, b, c, d, e, f, g] = AuthMethod::ALL;
            [
                AuthMethodName(a),
                AuthMethodName(b),
                AuthMethodName(c),
                AuthMethodName(d),
                AuthMethodName(e),
                AuthMethodName(f),
                AuthMethodName(g),
            ]
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.as_str()))
    }
}

/// [`Consent`] as a flag's value.
#[derive(Clone, Copy, Debug)]
pub(super) struct ConsentName(pub(super) Consent);

impl ValueEnum for ConsentName {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [ConsentName; 3] = {
            let [a, b, c] = Consent::ALL;
            [ConsentName(a), ConsentName(b), ConsentName(c)]
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.as_str()))
    }
}

/// [`GrantType`] as a flag's value.
#[derive(Clone, Copy, Debug)]
pub(super) struct GrantName(pub(super) GrantType);

impl ValueEnum for GrantName {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [GrantName; 5] = {
            let [a, b, c, d, e] = GrantType::ALL;
            [
                GrantName(a),
                GrantName(b),
                GrantName(c),
                GrantName(d),
                GrantName(e),
            ]
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        // Nobody types a URN.
        let name = self.0.as_str().rsplit(':').next().unwrap_or_default();
        Some(clap::builder::PossibleValue::new(name).alias(self.0.as_str()))
    }
}

/// [`AccessTokenFormat`] as a flag's value.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum FormatName {
    /// Signed, to be verified by whoever they are for
    Jwt,
    /// Random, to be introspected by whoever they are for
    Opaque,
}

impl From<FormatName> for AccessTokenFormat {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Jwt => Self::Jwt,
            FormatName::Opaque => Self::Opaque,
        }
    }
}

/// [`SubjectType`] as a flag's value.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum SubjectName {
    /// Their id
    Public,
    /// What only clients of the same sector know them by
    Pairwise,
}

impl From<SubjectName> for SubjectType {
    fn from(name: SubjectName) -> Self {
        match name {
            SubjectName::Public => Self::Public,
            SubjectName::Pairwise => Self::Pairwise,
        }
    }
}

/// [`SigningAlgorithm`] as a flag's value.
#[derive(Clone, Copy, Debug)]
pub(in crate::commands) struct AlgorithmName(pub(in crate::commands) SigningAlgorithm);

impl ValueEnum for AlgorithmName {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [AlgorithmName; 3] = {
            let [a, b, c] = SigningAlgorithm::ALL;
            [AlgorithmName(a), AlgorithmName(b), AlgorithmName(c)]
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.as_str()))
    }
}
