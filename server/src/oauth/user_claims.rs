//! What a client is told of a user: claims by scopes (OpenID Connect Core section 5.4), single ones
//! that it asked for (section 5.5), and what its claim mappers make of them.

use std::collections::BTreeMap;

use portcullis_domain::Principal;
use portcullis_types::{
    client::{ClaimMapper, ClaimPlace, ClaimValue, Client, UserAttribute},
    profile::PostalAddress,
};

/// Claims by name.
pub(crate) type Claims = BTreeMap<String, ClaimValue>;

/// Claims that say what a token is, not who the user is: no mapper touches them.
pub(crate) const RESERVED: [&str; 29] = [
    "iss",
    "sub",
    "sub_id",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "typ",
    "cnf",
    "act",
    "may_act",
    "azp",
    "nonce",
    "acr",
    "amr",
    "auth_time",
    "at_hash",
    "c_hash",
    "s_hash",
    "sid",
    "events",
    "scope",
    "client_id",
    "active",
    "token_type",
    "username",
    "authorization_details",
    "token_introspection",
];

/// What is known of a user, as a claim says it; nothing where nothing is known (OpenID Connect Core
/// section 5.3.2).
fn value(attribute: UserAttribute, principal: &Principal) -> Option<ClaimValue> {
    let account = &principal.account;
    let profile = &account.profile;
    let said = |text: &Option<String>| text.clone().map(ClaimValue::Text);
    Some(match attribute {
        UserAttribute::Name => ClaimValue::Text(account.name.clone()),
        UserAttribute::GivenName => return said(&profile.given_name),
        UserAttribute::FamilyName => return said(&profile.family_name),
        UserAttribute::MiddleName => return said(&profile.middle_name),
        UserAttribute::Nickname => return said(&profile.nickname),
        UserAttribute::PreferredUsername => return said(&profile.preferred_username),
        UserAttribute::Profile => return said(&profile.profile),
        UserAttribute::Picture => return said(&profile.picture),
        UserAttribute::Website => return said(&profile.website),
        UserAttribute::Gender => return said(&profile.gender),
        UserAttribute::Birthdate => return said(&profile.birthdate),
        UserAttribute::Zoneinfo => return said(&profile.zoneinfo),
        UserAttribute::Locale => return said(&profile.locale),
        UserAttribute::UpdatedAt => {
            let at = account.profile_changed_at.unwrap_or(account.created_at);
            ClaimValue::Number(at.0 / 1000)
        }
        UserAttribute::Address => return profile.address.as_ref().map(address),
        UserAttribute::PhoneNumber => return said(&profile.phone_number),
        // Nobody has proved yet that a number is theirs.
        UserAttribute::PhoneNumberVerified => {
            profile.phone_number.as_ref()?;
            ClaimValue::Flag(false)
        }
        UserAttribute::Groups => ClaimValue::List(principal.groups.clone()),
        UserAttribute::Email => ClaimValue::Text(account.email.as_str().to_owned()),
        // By the link or code of a mail (OpenID Connect Core section 5.1).
        UserAttribute::EmailVerified => ClaimValue::Flag(account.email_verified),
        UserAttribute::Roles => ClaimValue::List(principal.roles.clone()),
        UserAttribute::Permissions => {
            let patterns = principal.permissions.patterns();
            ClaimValue::List(patterns.map(ToString::to_string).collect())
        }
    })
}

/// OpenID Connect Core section 5.1.1.
fn address(address: &PostalAddress) -> ClaimValue {
    let parts = address.parts().into_iter();
    let said = parts.filter_map(|(name, part)| Some((name.to_owned(), part?.to_owned())));
    let formatted = ("formatted".to_owned(), address.formatted());
    ClaimValue::Parts(said.chain([formatted]).collect())
}

/// What a client is told in that place. `asked` are single claims with their places, such as
/// `id_token:name`. Access tokens say nothing of a user unless a mapper has them say it: whoever
/// reads them needs to know what somebody may do, not who they are.
pub(crate) fn tell(
    client: &Client,
    principal: &Principal,
    scope: &str,
    asked: &[String],
    place: ClaimPlace,
) -> Claims {
    let has = |name: &str| scope.split(' ').any(|granted| granted == name);
    let mut told = Claims::new();
    let prefix = match place {
        ClaimPlace::IdToken => "id_token:",
        ClaimPlace::Userinfo => "userinfo:",
        ClaimPlace::AccessToken => "",
    };
    if !prefix.is_empty() {
        for attribute in UserAttribute::ALL {
            let claim = attribute.claim();
            let is_asked = |it: &String| it.strip_prefix(prefix) == Some(claim);
            // The scope may have been taken from the client since.
            let may = client.scopes.iter().any(|it| it == attribute.scope());
            if has(attribute.scope()) || (may && asked.iter().any(is_asked)) {
                let said = value(attribute, principal);
                told.extend(said.map(|said| (claim.to_owned(), said)));
            }
        }
    }
    for mapper in mappers(client, place) {
        let scope = mapper.scope.as_deref();
        let scope = scope.or_else(|| Some(mapper.from?.scope()));
        let said = match (mapper.from, &mapper.value) {
            (Some(attribute), _) => value(attribute, principal),
            (None, Some(value)) => Some(value.clone()),
            (None, None) => None,
        };
        // The mapper decides about its claim, also where it has nothing to say.
        match said.filter(|_| scope.is_none_or(&has)) {
            Some(said) => drop(told.insert(mapper.claim.clone(), said)),
            None => drop(told.remove(&mapper.claim)),
        }
    }
    told
}

/// The mappers that count in a place, without those that registration would refuse today: a client
/// that was kept before cannot overwrite what tokens are trusted by.
fn mappers(client: &Client, place: ClaimPlace) -> impl Iterator<Item = &ClaimMapper> {
    let counts = move |mapper: &&ClaimMapper| {
        mapper.to.contains(&place) && !RESERVED.contains(&mapper.claim.as_str())
    };
    client.claim_mappers.iter().filter(counts)
}

/// Whether access tokens of a client say anything of users.
pub(crate) fn are_in_access_tokens(client: &Client) -> bool {
    mappers(client, ClaimPlace::AccessToken).next().is_some()
}
