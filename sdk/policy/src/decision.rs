//! What is asked for, and the answer with its reasons.

use std::fmt;

use serde::Serialize;

use crate::{Pattern, PatternError, Permission, PermissionSet};

/// What an act needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// This permission.
    One(Permission),
    /// At least one of these. None listed: denied, since nothing can satisfy it.
    Any(Vec<Permission>),
    /// Every one of these. None listed: denied too. An empty list is far more often a list that
    /// got lost than a wish to let everybody in, and a guard that is in doubt stays shut.
    All(Vec<Permission>),
}

/// Allowed or not, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[must_use]
pub struct Decision {
    /// The answer.
    pub allowed: bool,
    /// One finding for each permission of the requirement, in its order.
    pub findings: Vec<Finding>,
}

/// What was found out about one permission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The permission asked for.
    pub permission: Permission,
    /// The pattern that grants it; nothing: it is missing.
    pub granted_by: Option<Pattern>,
    /// The roles which that pattern comes from, as far as known.
    pub roles: Vec<String>,
}

impl Requirement {
    /// Requires this permission.
    pub fn one(permission: &str) -> Result<Self, PatternError> {
        Permission::parse(permission).map(Self::One)
    }

    /// Requires one of these permissions.
    pub fn any<S: AsRef<str>>(
        permissions: impl IntoIterator<Item = S>,
    ) -> Result<Self, PatternError> {
        parse_all(permissions).map(Self::Any)
    }

    /// Requires all of these permissions.
    pub fn all<S: AsRef<str>>(
        permissions: impl IntoIterator<Item = S>,
    ) -> Result<Self, PatternError> {
        parse_all(permissions).map(Self::All)
    }

    /// The permissions asked about.
    pub fn permissions(&self) -> &[Permission] {
        match self {
            Self::One(permission) => std::slice::from_ref(permission),
            Self::Any(permissions) | Self::All(permissions) => permissions,
        }
    }

    /// Whether `set` satisfies the requirement, without reasons: for hot paths.
    pub fn is_met_by(&self, set: &PermissionSet) -> bool {
        match self {
            Self::One(permission) => set.allows(permission),
            Self::Any(permissions) => permissions.iter().any(|p| set.allows(p)),
            Self::All(permissions) => {
                !permissions.is_empty() && permissions.iter().all(|p| set.allows(p))
            }
        }
    }

    /// Whether `set` satisfies the requirement, and why.
    pub fn check(&self, set: &PermissionSet) -> Decision {
        let findings = self
            .permissions()
            .iter()
            .map(|p| Finding::of(p, set))
            .collect();
        Decision {
            allowed: self.is_met_by(set),
            findings,
        }
    }
}

fn parse_all<S: AsRef<str>>(
    permissions: impl IntoIterator<Item = S>,
) -> Result<Vec<Permission>, PatternError> {
    permissions
        .into_iter()
        .map(|text| Permission::parse(text.as_ref()))
        .collect()
}

impl Finding {
    fn of(permission: &Permission, set: &PermissionSet) -> Self {
        let found = set.find(permission);
        Self {
            permission: permission.clone(),
            granted_by: found.map(|(pattern, _)| pattern.clone()),
            roles: found
                .map(|(_, roles)| roles.iter().map(ToString::to_string).collect())
                .unwrap_or_default(),
        }
    }
}

impl Decision {
    /// The permissions that are missing. A decision can be allowed and miss some (any of several).
    pub fn missing(&self) -> impl Iterator<Item = &Permission> {
        self.findings
            .iter()
            .filter(|f| f.granted_by.is_none())
            .map(|f| &f.permission)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.granted_by {
            None => write!(f, "{} is missing", self.permission),
            Some(pattern) => {
                write!(f, "{} is granted by {pattern}", self.permission)?;
                for (at, role) in self.roles.iter().enumerate() {
                    f.write_str(if at == 0 { " of role " } else { " and " })?;
                    f.write_str(role)?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Decision {
    /// One line, such as `denied: users:write is missing`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.allowed {
            "allowed: "
        } else {
            "denied: "
        })?;
        if self.findings.is_empty() {
            f.write_str("no permission was asked for")?;
        }
        for (at, finding) in self.findings.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            fmt::Display::fmt(finding, f)?;
        }
        Ok(())
    }
}
