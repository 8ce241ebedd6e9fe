//! `/api/auth/profile`: the name that one goes by, and what else one says of oneself.

use axum::Json as Answer;
use portcullis_domain::{Account, audit::AuditKind};
use portcullis_types::{
    ErrorCode, Problem,
    profile::{PostalAddress, Profile, ProfileView},
};
use unicode_normalization::UnicodeNormalization;
use url::Url;

use super::names;
use crate::{
    app::Handle,
    http::{
        actor::BrowserSession,
        body::Json,
        caller::Caller,
        errors::{ApiError, ApiResult},
        run_to_end::wholly,
    },
    sessions::hub::Notice,
};

/// Most code points of a text.
const LONGEST: usize = 256;

/// One's name and profile.
#[utoipa::path(get, path = "/api/auth/profile", tag = "account",
    responses((status = 200, body = ProfileView), (status = 401, body = Problem)))]
pub(crate) async fn show_profile(browser: BrowserSession) -> Answer<ProfileView> {
    Answer(view(&browser.principal.account))
}

/// Makes one's name and profile what is said here; what is left out is said no longer.
#[utoipa::path(put, path = "/api/auth/profile", tag = "account", request_body = ProfileView,
    responses((status = 200, body = ProfileView), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn replace_profile(
    app: Handle,
    caller: Caller,
    browser: BrowserSession,
    Json(body): Json<ProfileView>,
) -> ApiResult<Answer<ProfileView>> {
    let name = names::parse(&body.name)?;
    let profile = checked(body.profile)?;
    let user = browser.user_id();
    let mut audit = caller.audit(AuditKind::ProfileChanged);
    audit.actor = Some(user);
    audit.subject = Some(user);
    audit.session = Some(browser.session.id());
    let asked = ProfileView { name, profile };
    wholly(async move {
        let ProfileView { name, profile } = &asked;
        let replaced = app
            .store
            .replace_profile(user, name, profile.clone(), audit);
        if !replaced.await? {
            return Err(ApiError::not_found());
        }
        app.principals.forget(user);
        app.hub.tell(user, Notice::Changed);
        Ok(Answer(asked))
    })
    .await
}

fn view(account: &Account) -> ProfileView {
    ProfileView {
        name: account.name.clone(),
        profile: account.profile.clone(),
    }
}

/// A profile with its texts in one normal form, empty ones left out.
fn checked(profile: Profile) -> ApiResult<Profile> {
    let line = |field, value| kept(field, value, is_line, "one line of text");
    let page = |field, value| kept(field, value, is_page, "an https address");
    Ok(Profile {
        given_name: line("given_name", profile.given_name)?,
        family_name: line("family_name", profile.family_name)?,
        middle_name: line("middle_name", profile.middle_name)?,
        nickname: line("nickname", profile.nickname)?,
        preferred_username: line("preferred_username", profile.preferred_username)?,
        profile: page("profile", profile.profile)?,
        picture: page("picture", profile.picture)?,
        website: page("website", profile.website)?,
        gender: line("gender", profile.gender)?,
        birthdate: kept(
            "birthdate",
            profile.birthdate,
            is_birthdate,
            "a date such as 1815-12-10, 0000-12-10 without the year, or the year alone",
        )?,
        zoneinfo: kept(
            "zoneinfo",
            profile.zoneinfo,
            is_zone,
            "a time zone such as Europe/Paris",
        )?,
        locale: kept(
            "locale",
            profile.locale,
            is_language,
            "a language tag such as fr-CA",
        )?,
        phone_number: kept(
            "phone_number",
            profile.phone_number,
            is_phone,
            "a number with its country, such as +442071838750",
        )?,
        address: profile.address.map(checked_address).transpose()?.flatten(),
    })
}

fn checked_address(address: PostalAddress) -> ApiResult<Option<PostalAddress>> {
    let line = |field, value| kept(field, value, is_line, "one line of text");
    let address = PostalAddress {
        street_address: kept(
            "address.street_address",
            address.street_address,
            is_lines,
            "a few lines of text",
        )?,
        locality: line("address.locality", address.locality)?,
        region: line("address.region", address.region)?,
        postal_code: line("address.postal_code", address.postal_code)?,
        country: line("address.country", address.country)?,
    };
    Ok(Some(address).filter(|it| *it != PostalAddress::default()))
}

/// A text as it is kept: NFC and trimmed; nothing instead of an empty one.
fn kept(
    field: &str,
    value: Option<String>,
    is_good: fn(&str) -> bool,
    what: &str,
) -> ApiResult<Option<String>> {
    let Some(value) = value else { return Ok(None) };
    let invalid = || {
        let detail = format!("`{field}` must be {what}, of at most {LONGEST} characters.");
        ApiError::new(ErrorCode::ProfileInvalid, detail).field(&format!("profile.{field}"))
    };
    if value.len() > LONGEST * 8 {
        return Err(invalid());
    }
    let text: String = value.trim().nfc().collect();
    if text.is_empty() {
        return Ok(None);
    }
    if text.chars().count() > LONGEST || !is_good(&text) {
        return Err(invalid());
    }
    Ok(Some(text))
}

fn is_line(text: &str) -> bool {
    !text.chars().any(names::is_hidden)
}

fn is_lines(text: &str) -> bool {
    text.lines().count() <= 5 && text.lines().all(is_line)
}

/// Applications show it as a link or fetch it: no other scheme than `https`, and no password in it.
fn is_page(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let is_bare = url.username().is_empty() && url.password().is_none();
    is_line(text) && url.scheme() == "https" && url.has_host() && is_bare
}

/// ISO 8601-1 as OpenID Connect Core section 5.1 has it.
fn is_birthdate(text: &str) -> bool {
    let number = |part: &str, length| {
        let is_digits = part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
        is_digits.then(|| part.parse::<u32>().ok()).flatten()
    };
    let mut parts = text.splitn(3, '-');
    let year = parts.next().and_then(|part| number(part, 4));
    let (month, day) = (parts.next(), parts.next());
    match (year, month, day) {
        (Some(year), None, None) => year > 0,
        (Some(year), Some(month), Some(day)) => {
            let (month, day) = (number(month, 2), number(day, 2));
            month
                .zip(day)
                .is_some_and(|(month, day)| (1..=days(year, month)).contains(&day))
        }
        _ => false,
    }
}

/// How many days a month has. Year 0 is left open: whoever was born on 29 February need not say in
/// which year.
fn days(year: u32, month: u32) -> u32 {
    let by = |number| year.is_multiple_of(number);
    let is_leap = by(4) && (!by(100) || by(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => 0,
    }
}

fn is_zone(text: &str) -> bool {
    let fine = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+' | b'-' | b'/');
    text.len() <= 64 && text.bytes().all(fine) && text.as_bytes()[0].is_ascii_alphabetic()
}

/// The shape of BCP 47, whether or not the language is registered.
fn is_language(text: &str) -> bool {
    let mut parts = text.split(['-', '_']);
    let is_first =
        |part: &str| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic());
    let is_part = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    text.len() <= 35 && parts.next().is_some_and(is_first) && parts.all(is_part)
}

/// E.164: a country's code, which does not begin with 0, and at most 15 digits altogether.
fn is_phone(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_is_left_out() {
        let profile = Profile {
            nickname: Some("  ".to_owned()),
            given_name: Some(" Ada ".to_owned()),
            address: Some(PostalAddress {
                country: Some(String::new()),
                ..PostalAddress::default()
            }),
            ..Profile::default()
        };
        let kept = Profile {
            given_name: Some("Ada".to_owned()),
            ..Profile::default()
        };
        assert_eq!(checked(profile).unwrap(), kept);
    }

    #[test]
    fn every_field_takes_what_it_is_for_and_nothing_else() {
        type Check = fn(&str) -> bool;
        let table: [(Check, &[&str], &[&str]); 6] = [
            (
                is_page,
                &["https://example.com/ada?a=b", "https://例え.jp"],
                &[
                    "http://example.com",
                    "javascript:alert(1)",
                    "data:text/html,x",
                    "https://user:secret@example.com",
                    "//example.com",
                    "ada",
                ],
            ),
            (
                is_birthdate,
                &["1815-12-10", "0000-02-29", "1815", "2000-02-29"],
                &[
                    "1815-13-01",
                    "1815-02-30",
                    "1900-02-29",
                    "0000",
                    "15-12-10",
                    "1815-12",
                    "10.12.1815",
                    "+815-12-10",
                ],
            ),
            (
                is_zone,
                &["Europe/Paris", "UTC", "Etc/GMT+5"],
                &["/etc/passwd", "Europe Paris", "+01:00"],
            ),
            (
                is_language,
                &["fr", "fr-CA", "zh-Hant-TW", "en_US"],
                &["f", "fr-", "fr--CA", "français"],
            ),
            (
                is_phone,
                &["+442071838750", "+4930901820"],
                &[
                    "02071838750",
                    "+0442071838750",
                    "+44 20 7183",
                    "+44",
                    "+1234567890123456",
                ],
            ),
            (
                is_lines,
                &["1 High Street\nFlat 2"],
                &["a\nb\nc\nd\ne\nf", "a\u{202e}b"],
            ),
        ];
        for (check, good, bad) in table {
            for text in good {
                assert!(check(text), "{text:?}");
            }
            for text in bad {
                assert!(!check(text), "{text:?}");
            }
        }
    }
}
