//! Dates as people say them, with the exact time on hover.

use leptos::prelude::*;
use portcullis_types::Timestamp;

use crate::intl;
use crate::text::{Text, fill, use_text};

/// How long ago something was, in the largest unit that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ago {
    /// Less than a minute, or in the future because of a wrong clock.
    JustNow,
    /// Whole minutes, 1 to 59.
    Minutes(i64),
    /// Whole hours, 1 to 23.
    Hours(i64),
    /// Whole days, 1 to 6.
    Days(i64),
    /// A week or more: better told by its date.
    Date,
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Ago {
    /// How long before `now` the moment `then` was.
    pub const fn between(then: Timestamp, now: Timestamp) -> Self {
        match now.millis_since(then) {
            ..MINUTE => Self::JustNow,
            span @ MINUTE..HOUR => Self::Minutes(span / MINUTE),
            span @ HOUR..DAY => Self::Hours(span / HOUR),
            span if span < 7 * DAY => Self::Days(span / DAY),
            _ => Self::Date,
        }
    }
}

/// How long to wait, in words: `1 minute`, `30 seconds`.
pub fn wait_in_words(seconds: u32, text: &Text) -> String {
    let (count, unit) = if seconds < 60 {
        (seconds.max(1), "second")
    } else {
        (seconds.div_ceil(60), "minute")
    };
    intl::span(count.into(), unit, text.language)
}

/// How long ago `then` was, in words; from a week on the date, as `date` gives it.
fn ago_in_words(
    then: Timestamp,
    now: Timestamp,
    text: &Text,
    date: impl FnOnce() -> String,
) -> String {
    let (count, unit) = match Ago::between(then, now) {
        Ago::JustNow => return text.just_now.to_owned(),
        Ago::Date => return date(),
        Ago::Minutes(n) => (n, "minute"),
        Ago::Hours(n) => (n, "hour"),
        Ago::Days(n) => (n, "day"),
    };
    intl::ago(count.unsigned_abs(), unit, text.language)
}

/// The browser's clock.
pub fn now() -> Timestamp {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole milliseconds fit an i64"
    )]
    Timestamp(js_sys::Date::now() as i64)
}

fn date_of(at: Timestamp) -> js_sys::Date {
    #[expect(
        clippy::cast_precision_loss,
        reason = "dates that people meet are far below 2^53 ms"
    )]
    js_sys::Date::new(&(at.0 as f64).into())
}

/// The day, as readers of `text` write it: `21 Nov 2026`.
pub fn day_in_words(at: Timestamp, text: &Text) -> String {
    intl::day(&date_of(at), text.language)
}

/// The clock that relative dates are told by; moves on each half minute.
#[derive(Clone, Copy)]
struct Clock(RwSignal<Timestamp>);

/// Starts the clock of relative dates for everything below.
pub(crate) fn provide_clock() {
    let clock = RwSignal::new(now());
    provide_context(Clock(clock));
    let tick = gloo_timers::callback::Interval::new(30_000, move || clock.set(now()));
    let tick = StoredValue::new_local(Some(tick));
    on_cleanup(move || drop(tick.try_update_value(Option::take)));
}

/// A moment, told relative to now and kept up to date; the exact time is its tooltip.
///
/// `template` has a `{when}` or `{date}` for it, such as `Used {when}`.
#[component]
pub fn Moment(
    /// The moment.
    at: Timestamp,
    /// What to put it into; nothing: it stands alone.
    #[prop(optional)]
    template: Option<&'static str>,
) -> impl IntoView {
    let text = use_text();
    let clock = use_context::<Clock>();
    let words = move || {
        let now = clock.map_or_else(now, |clock| clock.0.get().max(at));
        let on_day = || fill(text.on_date, &[("date", &day_in_words(at, text))]);
        match template {
            Some(template) => fill(template, &[("when", &ago_in_words(at, now, text, on_day))]),
            None => ago_in_words(at, now, text, || day_in_words(at, text)),
        }
    };
    let exact = intl::exact(&date_of(at), text.language);
    let machine = String::from(date_of(at).to_iso_string());
    view! { <time datetime=machine title=exact>{words}</time> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::ENGLISH;

    const THEN: Timestamp = Timestamp(1_700_000_000_000);

    fn after(millis: i64) -> String {
        ago_in_words(THEN, THEN.plus_millis(millis), &ENGLISH, || {
            "1 Jan".to_owned()
        })
    }

    #[test]
    fn the_largest_unit_that_fits_is_told() {
        for (millis, words) in [
            (-HOUR, "just now"),
            (0, "just now"),
            (MINUTE - 1, "just now"),
            (MINUTE, "1 minute ago"),
            (2 * MINUTE - 1, "1 minute ago"),
            (59 * MINUTE, "59 minutes ago"),
            (HOUR, "1 hour ago"),
            (DAY - 1, "23 hours ago"),
            (DAY, "1 day ago"),
            (7 * DAY - 1, "6 days ago"),
            (7 * DAY, "1 Jan"),
            (i64::MAX, "1 Jan"),
        ] {
            assert_eq!(after(millis), words, "{millis} ms");
        }
    }

    #[test]
    fn waits_are_told_in_seconds_then_in_whole_minutes() {
        for (seconds, words) in [
            (0, "1 second"),
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (61, "2 minutes"),
            (900, "15 minutes"),
        ] {
            assert_eq!(wait_in_words(seconds, &ENGLISH), words, "{seconds} s");
        }
    }
}
