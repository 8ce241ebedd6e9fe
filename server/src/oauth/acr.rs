//! How strongly somebody has proved themselves, as one word (`acr`, OpenID Connect Core section 2).

/// With a passkey: phishing-resistant (OpenID Connect Extended Authentication Profile).
pub(super) const PHISHING_RESISTANT: &str = "phr";
/// With one factor.
pub(super) const ONE_FACTOR: &str = "1";

/// Every value there is, the strongest first.
pub(super) const ALL: [&str; 2] = [PHISHING_RESISTANT, ONE_FACTOR];

/// The value for how somebody signed in, as RFC 8176 writes it.
pub(super) fn of(amr: &[String]) -> &'static str {
    let is_key = |value: &String| value == "hwk" || value == "swk";
    if amr.iter().any(is_key) {
        PHISHING_RESISTANT
    } else {
        ONE_FACTOR
    }
}

/// Whether a sign-in is as strong as one of these asks; a stronger one is as good.
pub(super) fn satisfies<'a>(amr: &[String], mut wanted: impl Iterator<Item = &'a str>) -> bool {
    let is = of(amr);
    wanted.any(|value| value == is || value == ONE_FACTOR)
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
        assert!(satisfies(&key, ["1"].into_iter()));
        assert!(satisfies(&key, ["x", "phr"].into_iter()));
        assert!(!satisfies(&password, ["phr", "x"].into_iter()));
        assert!(!satisfies(&password, [""].into_iter()));
    }
}
