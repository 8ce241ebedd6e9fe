//! The forms a JWS can and cannot have: the cases of Wycheproof's JSON Web Signature set, built anew
//! for each algorithm, since the set itself is in no crate.

use portcullis_verify::{Algorithm, Issuer, MAX_LENGTH, Refusal, SetupError, TokenVerifier};
use serde_json::{Value, json};

use crate::support::{
    Clock, ISSUER, Signer, base64url, bent, claims, jwks, passes, rules, verifier, why,
};

const ALGORITHMS: [&str; 9] = [
    "ES256", "ES384", "EdDSA", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
];

#[tokio::test]
async fn rfc7515_5_2_of_each_algorithm_the_valid_form_passes_and_no_other() {
    for alg in ALGORITHMS {
        let signer = Signer::new(alg, "one");
        let verifier = verifier(&signer);
        let token = signer.sign(&claims());
        passes(verifier.verify(&token).await);
        let parts: Vec<&str> = token.split('.').collect();
        let [header, payload, signature] = parts[..] else {
            panic!("three parts");
        };
        let none = base64url(bent(&signer.header(), "alg", json!("none")).to_string());
        for (what, token) in [
            ("missing signature", format!("{header}.{payload}.")),
            ("missing signature and dot", format!("{header}.{payload}")),
            ("missing payload", format!("{header}..{signature}")),
            ("missing payload and dot", format!("{header}.{signature}")),
            ("missing header", format!(".{payload}.{signature}")),
            ("missing header and dot", format!("{payload}.{signature}")),
            ("payload between dots", format!(".{payload}.")),
            ("payload alone", payload.to_owned()),
            ("nothing", String::new()),
            ("one more empty part", format!("{token}.")),
            ("one more part", format!("{token}.{signature}")),
            (
                "five parts, as a JWE",
                format!("{token}.{header}.{payload}"),
            ),
            ("none and no signature", format!("{none}.{payload}.")),
            (
                "JSON serialization",
                json!({ "protected": header, "payload": payload, "signature": signature })
                    .to_string(),
            ),
        ] {
            assert_eq!(
                why(&verifier, &token).await,
                Refusal::Malformed,
                "{alg}: {what}"
            );
        }
        let kept = format!("{none}.{payload}.{signature}");
        assert_eq!(why(&verifier, &kept).await, Refusal::Algorithm, "{alg}");
        let eve = base64url(bent(&claims(), "sub", json!("eve")).to_string());
        let changed = format!("{header}.{eve}.{signature}");
        assert_eq!(why(&verifier, &changed).await, Refusal::Signature, "{alg}");
        let other = base64url(bent(&signer.header(), "x", json!(1)).to_string());
        let changed = format!("{other}.{payload}.{signature}");
        assert_eq!(why(&verifier, &changed).await, Refusal::Signature, "{alg}");
        let another = Signer::new(alg, "one");
        // Making an RSA key takes long: there is one for all.
        if !matches!(&alg[..2], "RS" | "PS") {
            let theirs = another.sign(&claims());
            assert_eq!(why(&verifier, &theirs).await, Refusal::Signature, "{alg}");
        }
    }
}

#[tokio::test]
async fn rfc7515_3_5_signatures_have_one_length_and_no_zeros_to_spare() {
    for alg in ALGORITHMS {
        let signer = Signer::new(alg, "one");
        let verifier = verifier(&signer);
        let token = signer.sign(&claims());
        let (message, _) = token.rsplit_once('.').unwrap();
        let good = signer.signature(message.as_bytes());
        let half = good.len() / 2;
        let (first, second) = good.split_at(half);
        for signature in [
            [&[0][..], &good].concat(),
            [&good[..], &[0]].concat(),
            [&[0][..], first, &[0], second].concat(),
            good[..good.len() - 1].to_vec(),
            good[1..].to_vec(),
            vec![0; good.len()],
            vec![0],
            vec![0xff; good.len()],
            [good.clone(), good.clone()].concat(),
        ] {
            let token = format!("{message}.{}", base64url(&signature));
            let outcome = why(&verifier, &token).await;
            assert_eq!(outcome, Refusal::Signature, "{alg}: {signature:?}");
        }
        for at in [0, half - 1, half, good.len() - 1] {
            let mut signature = good.clone();
            signature[at] ^= 1;
            let token = format!("{message}.{}", base64url(&signature));
            assert_eq!(
                why(&verifier, &token).await,
                Refusal::Signature,
                "{alg} {at}"
            );
        }
    }
}

/// Zero, one, and the order of the group and its neighbours, as both halves of a signature
/// (CVE-2022-21449).
#[tokio::test]
async fn rfc7518_3_4_numbers_at_the_edge_are_no_es256_signature() {
    let signer = Signer::es256();
    let verifier = verifier(&signer);
    let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let order: Vec<u8> = (0..32)
        .map(|at| u8::from_str_radix(&order[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    let mut before = order.clone();
    before[31] -= 1;
    let mut after = order.clone();
    after[31] += 1;
    let one = [&[0; 31][..], &[1]].concat();
    let edges = [vec![0; 32], one, before, order, after, vec![0xff; 32]];
    let token = signer.sign(&claims());
    let (message, _) = token.rsplit_once('.').unwrap();
    for r in &edges {
        for s in &edges {
            let signature = base64url([&r[..], s].concat());
            let token = format!("{message}.{signature}");
            assert_eq!(
                why(&verifier, &token).await,
                Refusal::Signature,
                "{r:?} {s:?}"
            );
        }
    }
}

/// What is signed is signed as it is written, so these all have good signatures.
#[tokio::test]
async fn rfc7515_2_base64url_is_written_in_one_way() {
    let signer = Signer::es256();
    let verifier = verifier(&signer);
    // Padding would be due for each of these lengths.
    let header = bent(&signer.header(), "x", json!("a")).to_string();
    let header = base64url(&header);
    let payload = base64url(claims().to_string());
    passes(
        verifier
            .verify(&signer.sign_text(&format!("{header}.{payload}")))
            .await,
    );
    for bad in [
        "=", "==", " ", "\n", "\r\n", "####", "?", "+", "/", "%", "\u{e9}", "A",
    ] {
        for message in [
            format!("{header}{bad}.{payload}"),
            format!("{bad}{header}.{payload}"),
            format!("{header}.{payload}{bad}"),
            format!("{header}.{bad}{payload}"),
        ] {
            let token = signer.sign_text(&message);
            assert_eq!(
                why(&verifier, &token).await,
                Refusal::Malformed,
                "{message:?}"
            );
        }
        let token = signer.sign_text(&format!("{header}.{payload}"));
        for token in [
            format!("{token}{bad}"),
            token.replacen('.', &format!("{bad}."), 1),
        ] {
            let outcome = why(&verifier, &token).await;
            let seen = matches!(outcome, Refusal::Malformed | Refusal::Signature);
            assert!(seen, "{token:?}: {outcome}");
        }
    }
}

/// The last character of a part may have bits that no byte takes; they must be zero, or one token
/// has several texts.
#[tokio::test]
async fn rfc4648_3_5_bits_that_do_not_count_are_zero() {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let signer = Signer::es256();
    let verifier = verifier(&signer);
    // Of the last of the 86 characters of 64 bytes two bits count: for each of its four values there
    // is one right character and 15 others.
    let token = signer.sign(&claims());
    passes(verifier.verify(&token).await);
    let (most, last) = token.split_at(token.len() - 1);
    let (mut malformed, mut others) = (0, 0);
    for other in ALPHABET.chars().filter(|other| !last.contains(*other)) {
        match why(&verifier, &format!("{most}{other}")).await {
            Refusal::Malformed => malformed += 1,
            why => {
                assert_eq!(why, Refusal::Signature);
                others += 1;
            }
        }
    }
    assert_eq!((malformed, others), (60, 3));
}

#[tokio::test]
async fn rfc8725_2_4_json_is_one_object_without_members_that_come_twice() {
    let signer = Signer::es256();
    let verifier = verifier(&signer);
    let header = signer.header().to_string();
    let payload = claims().to_string();
    let inside = |text: &str| text[1..text.len() - 1].to_owned();
    let (head, pay) = (inside(&header), inside(&payload));
    passes(
        verifier
            .verify(&signer.sign_bytes(header.as_bytes(), payload.as_bytes()))
            .await,
    );
    // White space is part of JSON.
    let spaced = format!(" {{ {head}\n,\t\"x\" : 1 }} ");
    passes(
        verifier
            .verify(&signer.sign_bytes(spaced.as_bytes(), payload.as_bytes()))
            .await,
    );
    for header in [
        format!(r#"{{"alg":"none",{head}}}"#),
        format!(r#"{{{head},"alg":"ES256"}}"#),
        format!(r#"{{{head},"\u0061lg":"ES256"}}"#),
        format!(r#"{{{head},"x":{{"a":1,"a":2}}}}"#),
        format!("{header}{header}"),
        format!("[{header}]"),
        format!("{header}\0"),
        format!("\u{feff}{header}"),
        String::new(),
        "null".to_owned(),
        "{}".to_owned(),
    ] {
        let token = signer.sign_bytes(header.as_bytes(), payload.as_bytes());
        assert_eq!(why(&verifier, &token).await, Refusal::Malformed, "{header}");
    }
    for payload in [
        format!(r#"{{"sub":"eve",{pay}}}"#),
        format!(r#"{{{pay},"exp":9999999999}}"#),
        format!(r#"{{{pay},"x":[{{"a":1,"\u0061":2}}]}}"#),
        format!("{payload} {payload}"),
        "foo".to_owned(),
        "\"foo\"".to_owned(),
    ] {
        let token = signer.sign_bytes(header.as_bytes(), payload.as_bytes());
        assert_eq!(
            why(&verifier, &token).await,
            Refusal::Malformed,
            "{payload}"
        );
    }
    let token = signer.sign_bytes(header.as_bytes(), b"{\"sub\":\"\xff\"}");
    assert_eq!(why(&verifier, &token).await, Refusal::Malformed);
}

#[tokio::test]
async fn a_token_is_no_longer_than_a_header_may_be() {
    let signer = Signer::es256();
    let verifier = verifier(&signer);
    let with = |length: usize| bent(&claims(), "x", json!("x".repeat(length)));
    let fits = signer.sign(&with(11_000));
    assert!(fits.len() < MAX_LENGTH);
    passes(verifier.verify(&fits).await);
    let long = signer.sign(&with(12_200));
    assert!(long.len() > MAX_LENGTH);
    assert_eq!(why(&verifier, &long).await, Refusal::TooLong);
    let deep = format!("{{\"x\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    let token = signer.sign_bytes(signer.header().to_string().as_bytes(), deep.as_bytes());
    assert_eq!(why(&verifier, &token).await, Refusal::Malformed);
}

/// Keys that fit the signature and say that they are for something else.
#[tokio::test]
async fn rfc7517_4_a_key_is_used_for_what_it_is_for() {
    let signer = Signer::es256();
    let token = signer.sign(&claims());
    let with = |jwk: Value| {
        let rules = rules(&Clock::new());
        Issuer::with_keys(ISSUER, &jwks([jwk]), rules)
    };
    let jwk = signer.jwk();
    for (name, value) in [
        ("use", Value::Null),
        ("alg", Value::Null),
        ("key_ops", json!(["verify"])),
        ("x5t", json!("anything")),
    ] {
        let verifier = with(bent(&jwk, name, value)).unwrap();
        passes(verifier.verify(&token).await);
    }
    for (name, value) in [
        ("use", json!("enc")),
        ("use", json!(1)),
        ("key_ops", json!(["encrypt"])),
        ("key_ops", json!(["sign"])),
        ("key_ops", json!("verify")),
        ("alg", json!("ES384")),
        ("alg", json!("RS256")),
        ("alg", json!("HS256")),
        ("alg", json!("none")),
        ("kty", json!("RSA")),
        ("kty", json!("oct")),
        ("kty", json!("OKP")),
        ("crv", json!("P-384")),
        ("crv", json!("p-256")),
        ("crv", Value::Null),
        ("x", Value::Null),
        ("x", json!(format!("{}=", jwk["x"].as_str().unwrap()))),
        ("x", json!(base64url([0; 31]))),
        ("kid", json!(1)),
        ("d", json!(base64url([1; 32]))),
        ("k", json!(base64url([1; 32]))),
    ] {
        let bad = bent(&jwk, name, value.clone());
        assert_eq!(with(bad).err(), Some(SetupError::Keys), "{name}: {value}");
    }
    // Bytes moved from one coordinate to the other make the same point: another text for one key.
    let (x, y) = (jwk["x"].as_str().unwrap(), jwk["y"].as_str().unwrap());
    let moved = bent(&jwk, "x", json!(format!("{x}{y}")));
    assert!(with(bent(&moved, "y", json!(""))).is_err());
}

#[tokio::test]
async fn rfc7517_4_5_the_key_is_the_one_that_the_token_names() {
    let (one, two) = (Signer::new("ES256", "one"), Signer::new("ES256", "two"));
    let rsa = Signer::new("RS256", "two");
    let rules = || rules(&Clock::new());
    let set = jwks([one.jwk(), two.jwk(), rsa.jwk(), json!({ "kty": "LMS" })]);
    let verifier = Issuer::with_keys(ISSUER, &set, rules()).unwrap();
    for signer in [&one, &two, &rsa] {
        passes(verifier.verify(&signer.sign(&claims())).await);
    }
    // Another's name, nobody's, and none where more than one would fit.
    for (kid, expected) in [
        (json!("two"), Refusal::Signature),
        (json!("three"), Refusal::Key),
        (json!(""), Refusal::Key),
        (json!("../../dev/null"), Refusal::Key),
        (Value::Null, Refusal::Key),
        (json!(1), Refusal::Malformed),
        (json!(["one"]), Refusal::Malformed),
    ] {
        let header = bent(&one.header(), "kid", kid.clone());
        let token = one.sign_with(&header, &claims());
        assert_eq!(why(&verifier, &token).await, expected, "{kid}");
    }
    // Where one fits, the token need not name it.
    let unnamed = |signer: &Signer| bent(&signer.header(), "kid", Value::Null);
    passes(
        verifier
            .verify(&rsa.sign_with(&unnamed(&rsa), &claims()))
            .await,
    );
    let single = Issuer::with_keys(ISSUER, &jwks([one.jwk()]), rules()).unwrap();
    passes(
        single
            .verify(&one.sign_with(&unnamed(&one), &claims()))
            .await,
    );
    // A name that two keys share says nothing.
    let twice = jwks([one.jwk(), bent(&two.jwk(), "kid", json!("one"))]);
    let verifier = Issuer::with_keys(ISSUER, &twice, rules()).unwrap();
    assert_eq!(why(&verifier, &one.sign(&claims())).await, Refusal::Key);
}

#[test]
fn a_verifier_is_not_made_of_nothing() {
    let signer = Signer::es256();
    let good = rules(&Clock::new());
    let made = |issuer: &str, keys: &str| Issuer::with_keys(issuer, keys, good.clone()).err();
    assert_eq!(made(ISSUER, &signer.jwks()), None);
    assert_eq!(made("", &signer.jwks()), Some(SetupError::NoIssuer));
    for keys in [
        "",
        "{}",
        "[]",
        r#"{"keys":{}}"#,
        r#"{"keys":[]}"#,
        r#"{"keys":[1,null]}"#,
        &format!("{}{}", signer.jwks(), signer.jwks()),
    ] {
        assert_eq!(made(ISSUER, keys), Some(SetupError::Keys), "{keys}");
    }
    let verifier = verifier(&signer).algorithms([]);
    assert_eq!(verifier.err(), Some(SetupError::Algorithms));
    let bad = |rules| Issuer::with_keys(ISSUER, &signer.jwks(), rules).err();
    assert_eq!(bad(good.clone().leeway_seconds(300)), None);
    for seconds in [301, -1] {
        let leeway = bad(good.clone().leeway_seconds(seconds));
        assert_eq!(leeway, Some(SetupError::Leeway(300)));
    }
    assert_eq!(bad(good.or_audience("")), Some(SetupError::Audience));
}

#[tokio::test]
async fn asvs_9_1_2_an_algorithm_is_allowed_by_the_verifier_and_never_by_the_token() {
    for alg in ALGORITHMS {
        let signer = Signer::new(alg, "one");
        let token = signer.sign(&claims());
        for (allowed, name) in Algorithm::ALL.into_iter().zip(ALGORITHMS) {
            let verifier = verifier(&signer).algorithms([allowed]).unwrap();
            let outcome = verifier.verify(&token).await;
            if name == alg {
                passes(outcome);
            } else {
                assert_eq!(outcome.err(), Some(Refusal::Algorithm), "{alg} {name}");
            }
        }
    }
    // PKCS #1 with SHA-384 and larger is not among the usual ones.
    let signer = Signer::new("RS512", "one");
    let usual = Issuer::with_keys(ISSUER, &signer.jwks(), rules(&Clock::new())).unwrap();
    assert_eq!(
        why(&usual, &signer.sign(&claims())).await,
        Refusal::Algorithm
    );
    let signer = Signer::es256();
    for name in [
        "es256", "ES256 ", "ES256K", "ES512", "HS256", "none", "None", "", "dir",
    ] {
        let header = bent(&signer.header(), "alg", json!(name));
        let token = signer.sign_with(&header, &claims());
        assert_eq!(
            why(&verifier(&signer), &token).await,
            Refusal::Algorithm,
            "{name}"
        );
    }
    for wrong in [
        Value::Null,
        json!(1),
        json!(["ES256"]),
        json!({ "name": "ES256" }),
    ] {
        let header = bent(&signer.header(), "alg", wrong.clone());
        let token = signer.sign_with(&header, &claims());
        assert_eq!(
            why(&verifier(&signer), &token).await,
            Refusal::Malformed,
            "{wrong}"
        );
    }
}

/// RFC 9864 has another name for the same.
#[tokio::test]
async fn rfc9864_ed25519_is_eddsa_by_its_full_name() {
    let signer = Signer::new("EdDSA", "one");
    let header = bent(&signer.header(), "alg", json!("Ed25519"));
    let token = signer.sign_with(&header, &claims());
    passes(verifier(&signer).verify(&token).await);
}
