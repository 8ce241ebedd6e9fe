//! Clients that authenticate with a certificate (RFC 8705 section 2).

use portcullis_http_tests::{
    Server,
    mtls::{Authority, Identity, Mtls, Subject, by_key, by_name},
};
use portcullis_types::{client::Client, paths};
use rcgen::{ExtendedKeyUsagePurpose, KeyPair, SanType};
use reqwest::Method;
use serde_json::json;

use super::{for_itself, named, own_token, post, refused, rows};

#[tokio::test]
async fn rfc8705_2_1_a_certificate_of_the_ca_with_the_registered_subject_proves_the_client() {
    let mtls = Mtls::start().await;
    let ca = &mtls.files.clients;
    let client = for_itself(by_name("ledger", &named("ledger")));
    mtls.server.register(&client).await;
    let tries =
        async |identity: Option<&Identity>| own_token(&mtls.program(identity), "ledger").await;
    let own = ca.issue(&Subject::new("ledger"));
    tries(Some(&own)).await.ok();
    // Renewed, with another key: it is the name that counts.
    tries(Some(&ca.issue(&Subject::new("ledger")))).await.ok();
    let elsewhere = Authority::new("clients");
    let mut for_servers = Subject::new("ledger");
    for_servers.uses = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let mut longer = Subject::new("ledger");
    longer
        .name
        .push((rcgen::DnType::OrganizationalUnitName, "x"));
    let mut turned = Subject::new("ledger");
    turned.name.reverse();
    for (what, identity) in [
        ("none", None),
        ("of somebody else", Some(ca.issue(&Subject::new("other")))),
        ("in another case", Some(ca.issue(&Subject::new("Ledger")))),
        ("with one part more", Some(ca.issue(&longer))),
        ("the other way round", Some(ca.issue(&turned))),
        (
            "of another CA",
            Some(elsewhere.issue(&Subject::new("ledger"))),
        ),
        (
            "of its own making",
            Some(Subject::new("ledger").self_signed()),
        ),
        (
            "expired",
            Some(ca.issue(&Subject::new("ledger").in_years(2020..2027))),
        ),
        (
            "of next year",
            Some(ca.issue(&Subject::new("ledger").in_years(2028..2030))),
        ),
        ("for servers", Some(ca.issue(&for_servers))),
        (
            "with the name as an alternative",
            Some(ca.issue(
                &Subject::new("other").also(SanType::DnsName("ledger".try_into().unwrap())),
            )),
        ),
    ] {
        let answer = tries(identity.as_ref()).await;
        assert_eq!(answer.status, 401, "{what}");
        refused(&answer, "invalid_client");
    }
}

/// Registers a client with a name of some kind.
type Set = fn(&mut Client, String);

#[tokio::test]
async fn rfc8705_2_1_2_each_kind_of_name_is_looked_for_where_it_belongs() {
    let mtls = Mtls::start().await;
    let ca = &mtls.files.clients;
    let ip = |text: &str| SanType::IpAddress(text.parse().unwrap());
    let dns = |text: &str| SanType::DnsName(text.try_into().unwrap());
    let uri = |text: &str| SanType::URI(text.try_into().unwrap());
    let email = |text: &str| SanType::Rfc822Name(text.try_into().unwrap());
    let kinds: [(&str, Set, &str, SanType, Vec<SanType>); 5] = [
        (
            "dns",
            |client, text| client.tls_client_auth_san_dns = Some(text),
            "shop.example",
            dns("SHOP.example"),
            vec![
                dns("*.example"),
                dns("x.shop.example"),
                uri("shop.example"),
                email("a@shop.example"),
            ],
        ),
        (
            "uri",
            |client, text| client.tls_client_auth_san_uri = Some(text),
            "spiffe://example/shop",
            uri("spiffe://example/shop"),
            vec![uri("spiffe://example/shop/"), uri("spiffe://example/Shop")],
        ),
        (
            "ipv4",
            |client, text| client.tls_client_auth_san_ip = Some(text),
            "192.0.2.7",
            ip("192.0.2.7"),
            vec![ip("192.0.2.8"), ip("::ffff:192.0.2.7"), dns("192.0.2.7")],
        ),
        (
            "ipv6",
            |client, text| client.tls_client_auth_san_ip = Some(text),
            "2001:db8:0::1",
            ip("2001:db8::1"),
            vec![ip("2001:db8::2")],
        ),
        (
            "email",
            |client, text| client.tls_client_auth_san_email = Some(text),
            "shop@example.com",
            email("shop@example.com"),
            vec![email("Shop@example.com"), dns("example.com")],
        ),
    ];
    for (id, set, wanted, good, bad) in kinds {
        let mut client = for_itself(by_name(id, ""));
        client.tls_client_auth_subject_dn = None;
        set(&mut client, wanted.to_owned());
        mtls.server.register(&client).await;
        let with = |names: &[SanType]| {
            let mut subject = Subject::new("whoever");
            subject.others = names.to_vec();
            ca.issue(&subject)
        };
        let one_of_two = with(&[dns("other.example"), good.clone()]);
        own_token(&mtls.program(Some(&one_of_two)), id).await.ok();
        let none = with(&[]);
        refused(
            &own_token(&mtls.program(Some(&none)), id).await,
            "invalid_client",
        );
        for name in bad {
            let program = mtls.program(Some(&with(std::slice::from_ref(&name))));
            let answer = own_token(&program, id).await;
            assert_eq!(answer.status, 401, "{id}: {name:?}");
        }
    }
}

#[tokio::test]
async fn rfc8705_2_1_a_ca_below_the_ca_counts_where_its_certificate_comes_along() {
    let mtls = Mtls::start().await;
    let (below, above) = mtls.files.clients.below("below");
    let client = for_itself(by_name("ledger", &named("ledger")));
    mtls.server.register(&client).await;
    let mut identity = below.issue(&Subject::new("ledger"));
    let alone = own_token(&mtls.program(Some(&identity)), "ledger").await;
    refused(&alone, "invalid_client");
    identity.pem.push_str(&above);
    own_token(&mtls.program(Some(&identity)), "ledger")
        .await
        .ok();
}

#[tokio::test]
async fn rfc8705_2_2_a_registered_key_proves_the_client_whoever_signed_its_certificate() {
    let mtls = Mtls::start().await;
    let (own, second) = (
        Subject::new("robot").self_signed(),
        Subject::new("robot").self_signed(),
    );
    let client = for_itself(by_key("robot", &[own.jwk(), second.jwk()]));
    mtls.server.register(&client).await;
    let tries =
        async |identity: Option<&Identity>| own_token(&mtls.program(identity), "robot").await;
    tries(Some(&own)).await.ok();
    tries(Some(&second)).await.ok();
    // The same key in another certificate.
    let again = KeyPair::from_pem(&own.key).unwrap();
    tries(Some(&Subject::new("renamed").self_signed_with(&again)))
        .await
        .ok();
    let key = || KeyPair::from_pem(&own.key).unwrap();
    let expired = Subject::new("robot").in_years(2020..2027);
    let early = Subject::new("robot").in_years(2028..2030);
    for (what, identity) in [
        ("none", None),
        ("another key", Some(Subject::new("robot").self_signed())),
        (
            "of the CA",
            Some(mtls.files.clients.issue(&Subject::new("robot"))),
        ),
        ("expired", Some(expired.self_signed_with(&key()))),
        ("of next year", Some(early.self_signed_with(&key()))),
    ] {
        let answer = tries(identity.as_ref()).await;
        assert_eq!(answer.status, 401, "{what}");
        refused(&answer, "invalid_client");
    }
}

#[tokio::test]
async fn rfc8705_2_2_other_kinds_of_keys_are_compared_as_well() {
    let mtls = Mtls::start().await;
    let p384 = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let ed25519 = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    for (id, pair, curve) in [("p384", p384, "P-384"), ("ed", ed25519, "Ed25519")] {
        use portcullis_http_tests::device::base64url;
        use rcgen::PublicKeyData;
        let bytes = pair.der_bytes().to_vec();
        let jwk = match curve {
            "P-384" => {
                let (x, y) = bytes[1..].split_at(48);
                json!({ "kty": "EC", "crv": curve, "x": base64url(x), "y": base64url(y) })
            }
            _ => json!({ "kty": "OKP", "crv": curve, "x": base64url(&bytes) }),
        };
        mtls.server.register(&for_itself(by_key(id, &[jwk]))).await;
        let identity = Subject::new(id).self_signed_with(&pair);
        own_token(&mtls.program(Some(&identity)), id).await.ok();
        let other = Subject::new(id).self_signed();
        refused(
            &own_token(&mtls.program(Some(&other)), id).await,
            "invalid_client",
        );
    }
}

#[tokio::test]
async fn rfc8705_2_2_a_registered_certificate_is_that_one_and_no_other_of_its_key() {
    let mtls = Mtls::start().await;
    let own = Subject::new("robot").self_signed();
    let client = for_itself(by_key("robot", &[own.jwk_with_certificate()]));
    mtls.server.register(&client).await;
    own_token(&mtls.program(Some(&own)), "robot").await.ok();
    let key = KeyPair::from_pem(&own.key).unwrap();
    let again = Subject::new("renamed").self_signed_with(&key);
    let answer = own_token(&mtls.program(Some(&again)), "robot").await;
    refused(&answer, "invalid_client");
}

#[tokio::test]
async fn rfc8705_a_client_proves_itself_in_its_own_way_and_in_no_other() {
    let mtls = Mtls::start().await;
    let own = mtls.files.clients.issue(&Subject::new("ledger"));
    let by_name = for_itself(by_name("ledger", &named("ledger")));
    mtls.server.register(&by_name).await;
    mtls.server
        .register(&for_itself(by_key("robot", &[own.jwk()])))
        .await;
    let program = mtls.program(Some(&own));
    own_token(&program, "ledger").await.ok();
    own_token(&program, "robot").await.ok();
    // Its certificate makes nobody another client, and a secret beside it is one way too many.
    mtls.server
        .register(&portcullis_http_tests::clients::confidential("shop"))
        .await;
    for (fields, error) in [
        (&[("client_id", "shop")][..], "invalid_client"),
        (&[("client_id", "nobody")], "invalid_client"),
        (
            &[("client_id", "ledger"), ("client_secret", "x")],
            "invalid_client",
        ),
        (&[], "invalid_request"),
    ] {
        let fields = [&[("grant_type", "client_credentials")], fields].concat();
        let answer = post(&program, paths::OAUTH_TOKEN, &fields).await;
        refused(&answer, error);
    }
    let fields = [("grant_type", "client_credentials")];
    let basic = program.post_as(("ledger", "x"), paths::OAUTH_TOKEN, &fields);
    refused(&basic.await, "invalid_client");
    // Introspection, revocation and pushed requests are called in the same way.
    for path in [paths::OAUTH_INTROSPECT, paths::OAUTH_REVOKE] {
        let fields = [("client_id", "ledger"), ("token", "x")];
        post(&program, path, &fields).await.ok();
        let without = post(&mtls.program(None), path, &fields).await;
        refused(&without, "invalid_client");
    }
}

/// A proxy's header is anybody's word.
#[tokio::test]
async fn rfc8705_6_5_no_header_says_which_certificate_there_is() {
    let mtls = Mtls::start().await;
    let own = mtls.files.clients.issue(&Subject::new("ledger"));
    let client = for_itself(by_name("ledger", &named("ledger")));
    mtls.server.register(&client).await;
    let pem: String = url::form_urlencoded::byte_serialize(own.pem.as_bytes()).collect();
    let one_line = own.pem.replace('\n', "");
    let bytes = own.jwk_with_certificate()["x5c"][0]
        .as_str()
        .unwrap()
        .to_owned();
    let rfc9440 = format!(":{bytes}:");
    let before = rows(&mtls.server).await;
    for name in [
        "client-cert",
        "x-client-cert",
        "x-client-certificate",
        "x-ssl-client-cert",
        "x-ssl-cert",
        "ssl-client-cert",
        "ssl_client_cert",
        "x-forwarded-client-cert",
        "x-forwarded-tls-client-cert",
        "x-arr-clientcert",
        "x-amzn-mtls-clientcert",
        "x-client-verify",
        "x-ssl-client-verify",
    ] {
        for value in [&pem, &one_line, &bytes, &rfc9440, "SUCCESS"] {
            let program = mtls.program(None);
            let call = program
                .call(Method::POST, paths::OAUTH_TOKEN)
                .header(name, value);
            let fields = [
                ("grant_type", "client_credentials"),
                ("client_id", "ledger"),
            ];
            refused(&call.form(&fields).send().await, "invalid_client");
        }
    }
    assert_eq!(rows(&mtls.server).await, before);
}

#[tokio::test]
async fn without_tls_there_is_no_certificate_and_nothing_of_it_is_offered() {
    let server = Server::start().await;
    let metadata = server.program().get(paths::OPENID_METADATA).await.json();
    let text = metadata.to_string();
    assert!(
        !text.contains("tls_client") && !text.contains("mtls"),
        "{text}"
    );
    // One that was registered before it was switched off is nobody any more.
    server
        .register(&for_itself(by_name("ledger", &named("ledger"))))
        .await;
    refused(
        &own_token(&server.program(), "ledger").await,
        "invalid_client",
    );
}

#[tokio::test]
async fn rfc8705_3_3_the_metadata_offers_what_there_is() {
    let told = async |mtls: &Mtls| {
        let program = mtls.program(None);
        program.get(paths::OPENID_METADATA).await.json()
    };
    let mtls = Mtls::start().await;
    let metadata = told(&mtls).await;
    assert_eq!(metadata["issuer"], mtls.server.origin);
    assert_eq!(metadata["tls_client_certificate_bound_access_tokens"], true);
    for endpoint in ["token", "revocation", "introspection"] {
        let name = format!("{endpoint}_endpoint_auth_methods_supported");
        let methods = metadata[name].as_array().unwrap();
        assert!(methods.contains(&json!("tls_client_auth")));
        assert!(methods.contains(&json!("self_signed_tls_client_auth")));
    }
    let without_ca = Mtls::start_with(|config| config.tls.client_ca = None).await;
    let methods = told(&without_ca).await["token_endpoint_auth_methods_supported"].clone();
    let methods = methods.as_array().unwrap().clone();
    assert!(!methods.contains(&json!("tls_client_auth")));
    assert!(methods.contains(&json!("self_signed_tls_client_auth")));
    let only_tls = Mtls::start_with(|config| {
        config.tls.client_certificates = false;
        config.tls.client_ca = None;
    });
    assert!(
        !told(&only_tls.await)
            .await
            .to_string()
            .contains("tls_client")
    );
}
