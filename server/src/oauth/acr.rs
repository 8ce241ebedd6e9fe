//! How strongly somebody has proved themselves, as one word (`acr`, OpenID Connect Core section 2).

use portcullis_domain::sign_in::is_multi_factor;

/// With a passkey: phishing-resistant (OpenID Connect Extended Authentication Profile).
pub(super) const PHISHING_RESISTANT: &str = "phr";
/// With two factors that a copy of our pages could ask for as well: a password and a one-time code.
pub(super) const TWO_FACTORS: &str = "2";
/// With one factor.
pub(super) const ONE_FACTOR: &str = "1";

/// Every value there is, the strongest first.
pub(super) const ALL: [&str; 3] = [PHISHING_RESISTANT, TWO_FACTORS, ONE_FACTOR];

/// The value for how somebody signed in, as RFC 8176 writes it.
pub(super) fn of(amr: &[String]) -> &'static str {
    let is_key = |value: &String| value == "hwk" || value == "swk";
    if amr.iter().any(is_key) {
        PHISHING_RESISTANT
    } else if is_multi_factor(amr) {
        TWO_FACTORS
    } else {
        ONE_FACTOR
    }
}

/// Whether a sign-in is as strong as one of these asks; a stronger one is as good.
pub(super) fn satisfies<'a>(amr: &[String], mut wanted: impl Iterator<Item = &'a str>) -> bool {
    let place = |acr: &str| ALL.iter().position(|value| *value == acr);
    let is = place(of(amr));
    wanted.any(|value| place(value).is_some_and(|wanted| is <= Some(wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passkey_is_stronger_than_a_password() {
        let amr = |values: &[&str]| values.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let (password, key) = (amr(&["pwd"]), amr(&["hwk", "user", "mfa"]));
        assert_eq!((of(&password), of(&key)), ("1", "phr"));
        assert_eq!(of(&amr(&["swk", "user"])), "phr");
        let code = amr(&["pwd", "otp", "mfa"]);
        assert_eq!(of(&code), "2");
        for (is, wanted, enough) in [
            (&key, "2", true),
            (&code, "2", true),
            (&code, "1", true),
            (&code, "phr", false),
            (&password, "2", false),
            (&password, "3", false),
        ] {
            assert_eq!(satisfies(is, [wanted].into_iter()), enough, "{wanted}");
        }
        assert!(satisfies(&key, ["1"].into_iter()));
        assert!(satisfies(&key, ["x", "phr"].into_iter()));
        assert!(!satisfies(&password, ["phr", "x"].into_iter()));
        assert!(!satisfies(&password, [""].into_iter()));
    }
}
