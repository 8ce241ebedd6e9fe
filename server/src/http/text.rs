//! The words of the server's own plain pages, made by `cargo xtask text` from `server/text`; those of
//! all other pages are in `sdk/text` and `web/demo/text`.

use axum::http::{HeaderMap, header};

mod catalogue;
mod de;
mod en;
mod es;
mod fr;
mod ja;

pub(crate) use catalogue::Words;
pub(crate) use en::ENGLISH;

/// A sentence in whatever language there is to be spoken.
pub(crate) type Say = fn(&Words) -> &'static str;

/// The words to speak: in the first language of `ui_locales` that there is (OpenID Connect Core section
/// 3.1.2.1), else in the browser's dearest (RFC 9110 section 12.5.4), else in English.
pub(crate) fn of(headers: &HeaderMap, ui_locales: Option<&str>) -> &'static Words {
    let mut asked = ui_locales.unwrap_or_default().split_ascii_whitespace();
    asked
        .find_map(in_language)
        .or_else(|| of_browser(headers))
        .unwrap_or(&ENGLISH)
}

fn in_language(tag: &str) -> Option<&'static Words> {
    let all = [
        &ENGLISH,
        &de::GERMAN,
        &fr::FRENCH,
        &es::SPANISH,
        &ja::JAPANESE,
    ];
    let primary = tag.split(['-', '_']).next()?;
    all.into_iter()
        .find(|words| words.language.eq_ignore_ascii_case(primary))
}

fn of_browser(headers: &HeaderMap) -> Option<&'static Words> {
    let said = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut dearest: Option<(f32, &'static Words)> = None;
    for range in said.split(',').take(32) {
        let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
        let weight = weight.trim().strip_prefix("q=").unwrap_or_default();
        let weight: f32 = weight.parse().unwrap_or(0.0);
        let Some(words) = in_language(tag.trim()) else {
            continue;
        };
        // The first of two that are as dear.
        if weight > dearest.map_or(0.0, |(before, _)| before) {
            dearest = Some((weight, words));
        }
    }
    dearest.map(|(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(accept: &str, ui_locales: Option<&str>) -> &'static str {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
        of(&headers, ui_locales).language
    }

    #[test]
    fn rfc9110_12_5_4_the_dearest_language_that_there_is() {
        for (accept, language) in [
            ("", "en"),
            ("de", "de"),
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("nl,fr;q=0.5,es;q=0.7", "es"),
            ("en;q=0,ja", "ja"),
            ("en; q=0.2, de; q=0.3", "de"),
            ("*", "en"),
            ("fr;q=0", "en"),
            ("fr;q=x", "en"),
            ("zh-TW", "en"),
        ] {
            assert_eq!(spoken(accept, None), language, "{accept}");
        }
        assert_eq!(spoken("de", Some("tlh ja fr")), "ja");
        assert_eq!(spoken("de", Some("tlh")), "de");
        assert_eq!(of(&HeaderMap::new(), None).language, "en");
    }
}
