//! What mails look like, as text and as HTML.
//!
//! Nothing is in them that somebody else could have chosen, such as a name: whoever can have a mail
//! sent to a stranger could have it say what they like.

use std::fmt::Write as _;

use portcullis_domain::{Timestamp, mail::Message};

use super::{letter::Notice, text::Words};
use crate::{config::Config, http::pages::escape};

/// The colour of buttons, unless another is set.
const ACCENT: &str = "#0b6e66";

/// A mail's parts, in the order in which they are read.
pub(super) struct Page {
    /// Subject and heading.
    title: &'static str,
    /// Before the button.
    before: Vec<String>,
    /// What to press, and where it leads.
    button: Option<(&'static str, String)>,
    /// A code to type.
    code: Option<String>,
    /// After it.
    after: Vec<String>,
}

fn page(
    title: &'static str,
    before: &[&str],
    button: (&'static str, String),
    after: &[&str],
) -> Page {
    let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    Page {
        title,
        before: owned(before),
        button: Some(button),
        code: None,
        after: owned(after),
    }
}

pub(super) fn verify(words: &Words, code: &str, link: String) -> Page {
    let button = (words.verify_button, link);
    let before = [words.verify_body, words.verify_ends];
    let after = [words.code_ends, words.verify_else];
    Page {
        code: Some(shown(code)),
        ..page(words.verify_subject, &before, button, &after)
    }
}

/// A code in two halves, which are easier to keep in mind.
fn shown(code: &str) -> String {
    let (first, second) = code.split_at_checked(code.len() / 2).unwrap_or((code, ""));
    format!("{first} {second}")
}

pub(super) fn reset(words: &Words, link: String) -> Page {
    let before = [words.reset_body, words.reset_ends];
    let button = (words.reset_button, link);
    page(words.reset_subject, &before, button, &[words.reset_else])
}

pub(super) fn no_password(words: &Words, link: String) -> Page {
    let button = (words.sign_in_button, link);
    let (before, after) = ([words.no_password_body], [words.no_password_else]);
    page(words.no_password_subject, &before, button, &after)
}

pub(super) fn test(words: &Words, link: String) -> Page {
    let button = (words.sign_in_button, link);
    page(words.test_subject, &[words.test_body], button, &[])
}

pub(super) fn notice(
    words: &Words,
    what: Notice,
    device: &str,
    ip: &str,
    at: Timestamp,
    link: String,
) -> Page {
    let (title, body) = match what {
        Notice::PasswordChanged => (words.password_subject, words.password_body),
        Notice::PasskeyAdded(_) => (words.added_subject, words.added_body),
        Notice::PasskeyRemoved => (words.removed_subject, words.removed_body),
        Notice::NewDevice => (words.device_subject, words.device_body),
    };
    let before = vec![
        body.to_owned(),
        words.fact_time.replace("{time}", &time(at)),
        words.fact_device.replace("{device}", device),
        words.fact_address.replace("{address}", ip),
        words.not_me_else.to_owned(),
        words.not_me_body.to_owned(),
    ];
    Page {
        title,
        before,
        button: Some((words.not_me_button, link)),
        code: None,
        after: vec![words.not_me_ends.to_owned()],
    }
}

/// The mail in the name of those who run the server.
pub(super) fn written(
    config: &Config,
    words: &Words,
    message_id: String,
    to: &str,
    page: &Page,
) -> Message {
    let brand = config.brand_name();
    let say = |text: &str| text.replace("{brand}", brand);
    Message {
        message_id,
        to: to.to_owned(),
        subject: format!("{brand}: {}", say(page.title)),
        text: as_text(words, page, &say),
        html: as_html(config, words, page, &say),
    }
}

fn as_text(words: &Words, page: &Page, say: &dyn Fn(&str) -> String) -> String {
    let mut text = say(page.title);
    let mut add = |part: &str| {
        // Writing to a string does not fail.
        let _ = write!(text, "\n\n{part}");
    };
    for line in &page.before {
        add(&say(line));
    }
    if let Some((label, link)) = &page.button {
        add(&format!("{}:\n{link}", say(label)));
    }
    if let Some(code) = &page.code {
        add(&format!("{}\n{code}", say(words.code_line)));
    }
    for line in &page.after {
        add(&say(line));
    }
    add(&format!("-- \n{}", say(words.foot)));
    text.push('\n');
    text
}

/// Tables and styles at each element: mail programs know no others.
fn as_html(config: &Config, words: &Words, page: &Page, say: &dyn Fn(&str) -> String) -> String {
    let accent = config.brand.accent.as_deref().unwrap_or(ACCENT);
    let brand = escape(config.brand_name());
    let head = match &config.brand.logo {
        Some(logo) => format!(
            "<img src=\"{}\" alt=\"{brand}\" height=\"32\" style=\"height:32px;border:0\">",
            escape(logo)
        ),
        None => format!("<strong>{brand}</strong>"),
    };
    let paragraph = |text: &str| {
        format!(
            "<p style=\"margin:0 0 16px;font-size:16px;line-height:24px\">{}</p>",
            escape(&say(text))
        )
    };
    let mut body: String = page.before.iter().map(|line| paragraph(line)).collect();
    if let Some((label, link)) = &page.button {
        let link = escape(link);
        // Writing to a string does not fail.
        let _ = write!(
            body,
            "<p style=\"margin:24px 0\"><a href=\"{link}\" style=\"display:inline-block;\
             padding:12px 20px;border-radius:8px;background:{accent};color:#ffffff;font-size:16px;\
             font-weight:600;text-decoration:none\">{}</a></p>",
            escape(&say(label))
        );
    }
    if let Some(code) = &page.code {
        let code = escape(code);
        let _ = write!(
            body,
            "{}<p style=\"margin:0 0 24px;font:600 28px/40px ui-monospace,Menlo,Consolas,monospace;\
             letter-spacing:2px\">{code}</p>",
            paragraph(words.code_line)
        );
    }
    body.extend(page.after.iter().map(|line| paragraph(line)));
    let (language, title) = (words.mail_language, escape(&say(page.title)));
    let foot = escape(&say(words.foot));
    format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <meta name=\"referrer\" content=\"no-referrer\"><title>{title}</title></head>\
         <body style=\"margin:0;padding:0\"><table role=\"presentation\" width=\"100%\" \
         cellpadding=\"0\" cellspacing=\"0\" style=\"font-family:-apple-system,'Segoe UI',Roboto,\
         'Helvetica Neue',Arial,sans-serif\"><tr><td align=\"center\" style=\"padding:32px 16px\">\
         <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" \
         style=\"max-width:480px;text-align:left\"><tr><td style=\"padding-bottom:32px;\
         font-size:16px\">{head}</td></tr><tr><td><h1 style=\"margin:0 0 16px;font-size:24px;\
         line-height:32px\">{title}</h1>{body}</td></tr><tr><td style=\"padding-top:24px;\
         border-top:1px solid #c9d0d6;font-size:14px;line-height:20px;color:#6b7680\">{foot}</td>\
         </tr></table></td></tr></table></body></html>"
    )
}

/// Such as `2026-11-26 18:05 UTC`: read alike everywhere.
fn time(at: Timestamp) -> String {
    let minutes = at.as_seconds().div_euclid(60);
    let (days, minute) = (minutes.div_euclid(24 * 60), minutes.rem_euclid(24 * 60));
    // Days since 1970 to a date of the Gregorian calendar, counted from 0000-03-01 so that leap
    // days come last.
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02} {:02}:{:02} UTC",
        minute / 60,
        minute % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::text;

    #[test]
    fn times_are_those_of_the_calendar() {
        for (seconds, written) in [
            (0, "1970-01-01 00:00 UTC"),
            (951_782_399, "2000-02-28 23:59 UTC"),
            (951_782_400, "2000-02-29 00:00 UTC"),
            (1_800_000_000, "2027-01-15 08:00 UTC"),
            (4_107_542_400, "2100-03-01 00:00 UTC"),
            (-1, "1969-12-31 23:59 UTC"),
        ] {
            assert_eq!(time(Timestamp(seconds * 1000)), written);
        }
    }

    #[test]
    fn mails_are_whole_in_every_language() {
        let mut config = Config::default();
        config.brand.name = Some("R&D <Labs>".to_owned());
        config.brand.accent = Some("#123456".to_owned());
        config.brand.logo = Some("https://a.example/l.png?a&b".to_owned());
        let link = || "https://a.example/page#token=x".to_owned();
        for language in ["en", "de", "fr", "es", "ja"] {
            let words = text::in_language(language);
            assert_eq!(words.mail_language, language);
            let notice = |what| {
                notice(
                    words,
                    what,
                    "Firefox on Linux",
                    "192.0.2.1",
                    Timestamp(0),
                    link(),
                )
            };
            for page in [
                verify(words, "12345678", link()),
                reset(words, link()),
                no_password(words, link()),
                test(words, link()),
                notice(Notice::PasswordChanged),
                notice(Notice::PasskeyRemoved),
                notice(Notice::NewDevice),
            ] {
                let mail = written(&config, words, "1@a".to_owned(), "ada@example.com", &page);
                for part in [&mail.subject, &mail.text, &mail.html] {
                    assert!(!part.contains(['{', '}']), "{part}");
                    assert!(part.contains("R&D <Labs>") || part.contains("R&amp;D &lt;Labs&gt;"));
                }
                assert!(mail.text.contains("https://a.example/page#token=x"));
                assert!(
                    mail.html
                        .contains("href=\"https://a.example/page#token=x\"")
                );
                assert!(mail.html.contains("#123456") && mail.html.contains("l.png?a&amp;b"));
                assert!(!mail.html.contains("<Labs>"));
            }
        }
        assert!(
            verify(text::in_language("de"), "12345678", link())
                .code
                .is_some_and(|it| it == "1234 5678")
        );
    }
}
