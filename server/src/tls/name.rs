//! Whose certificate it is: its subject's name and alternative names, compared with the one that a
//! client is registered with (RFC 8705 section 2.1).

use std::net::IpAddr;

use x509_cert::{
    attr::AttributeTypeAndValue,
    der::{Tag, Tagged, asn1::ObjectIdentifier},
    ext::pkix::{SubjectAltName, name::GeneralName},
};

use super::ClientCertificate;

/// The parts of a distinguished name in the order of the certificate. Each is a set of attributes,
/// sorted; nearly always of one.
type Parts = Vec<Vec<(ObjectIdentifier, String)>>;

/// Whether a text is a distinguished name as RFC 4514 writes it, such as can be compared.
pub(crate) fn is_distinguished_name(text: &str) -> bool {
    parse(text).is_some()
}

/// A name in its text form. What RFC 4514 has escaped and comes bare is no name: others would read it
/// otherwise.
fn parse(text: &str) -> Option<Parts> {
    let part = |part: &str| {
        let attributes = split(part, '+')?.into_iter().map(|attribute| {
            let attribute = attribute
                .trim_start()
                .parse::<AttributeTypeAndValue>()
                .ok()?;
            value(&attribute)
        });
        let mut attributes = attributes.collect::<Option<Vec<_>>>()?;
        attributes.sort();
        Some(attributes)
    };
    // The text begins with the last one (RFC 4514 section 2.1).
    let parts = split(text, ',')?.into_iter().rev();
    parts.map(part).collect()
}

/// What is between separators that are not escaped.
fn split(text: &str, separator: char) -> Option<Vec<&str>> {
    let (mut pieces, mut begun, mut escaped) = (Vec::new(), 0, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' | ';' | '<' | '>' | '\0' => return None,
            letter if letter == separator => {
                pieces.push(text.get(begun..at)?);
                begun = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(text.get(begun..)?);
    (!escaped).then_some(pieces)
}

/// An attribute with its value as text, however that is encoded. Nothing: it is no text, or empty.
fn value(attribute: &AttributeTypeAndValue) -> Option<(ObjectIdentifier, String)> {
    match attribute.value.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String => {}
        _ => return None,
    }
    let text = std::str::from_utf8(attribute.value.value()).ok()?;
    (!text.is_empty()).then(|| (attribute.oid, text.to_owned()))
}

impl ClientCertificate {
    /// Whether this is the name of its subject: all of its parts, in their order, letter by letter.
    fn is_of(&self, subject: &str) -> bool {
        let (Some(read), Some(wanted)) = (self.read(), parse(subject)) else {
            return false;
        };
        let parts = read.tbs_certificate().subject().iter_rdn().map(|part| {
            let attributes = part.iter().map(value);
            let mut attributes = attributes.collect::<Option<Vec<_>>>()?;
            attributes.sort();
            Some(attributes)
        });
        parts.collect::<Option<Parts>>() == Some(wanted)
    }

    /// Whether one of its alternative names is that.
    fn has(&self, is: impl Fn(&GeneralName) -> bool) -> bool {
        let Some(read) = self.read() else {
            return false;
        };
        let found = read.tbs_certificate().get_extension::<SubjectAltName>();
        found.is_ok_and(|found| found.is_some_and(|(_, names)| names.0.iter().any(is)))
    }

    /// Whether it bears the name that a field of a registration wants.
    pub(crate) fn bears(&self, field: &str, said: &str) -> bool {
        match field {
            "tls_client_auth_subject_dn" => self.is_of(said),
            // A wildcard is a name like any other here: it stands for no host.
            "tls_client_auth_san_dns" => self.has(
                |name| matches!(name, GeneralName::DnsName(dns) if dns.as_str().eq_ignore_ascii_case(said)),
            ),
            "tls_client_auth_san_uri" => self.has(
                |name| matches!(name, GeneralName::UniformResourceIdentifier(uri) if uri.as_str() == said),
            ),
            "tls_client_auth_san_email" => self.has(
                |name| matches!(name, GeneralName::Rfc822Name(email) if email.as_str() == said),
            ),
            "tls_client_auth_san_ip" => {
                let bytes = match said.parse() {
                    Ok(IpAddr::V4(ip)) => ip.octets().to_vec(),
                    Ok(IpAddr::V6(ip)) => ip.octets().to_vec(),
                    Err(_) => return false,
                };
                self.has(
                    |name| matches!(name, GeneralName::IpAddress(ip) if ip.as_bytes() == bytes),
                )
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc4514_names_are_read_as_they_are_written() {
        let same = |a: &str, b: &str| parse(a).is_some() && parse(a) == parse(b);
        assert!(same("CN=shop,O=Example,C=DE", "CN=shop, O=Example, C=DE"));
        assert!(same("CN=shop,O=Example", "2.5.4.3=shop,2.5.4.10=Example"));
        assert!(same("UID=a+CN=b,DC=net", "CN=b+UID=a,DC=net"));
        assert!(same(r"CN=a\,b", r"CN=a\2Cb"));
        assert!(same(r"CN=Lu\C4\8Di\C4\87", "CN=Lučić"));
        assert!(same("CN=Hi", "CN=#0C024869"));
        assert!(same(
            "emailAddress=a@b.example",
            "1.2.840.113549.1.9.1=a@b.example"
        ));
        for (a, b) in [
            ("CN=shop,O=Example", "O=Example,CN=shop"),
            ("CN=shop,O=Example", "CN=shop+O=Example"),
            ("CN=shop", "CN=Shop"),
            ("CN=shop", "CN=shop\\ "),
            ("CN=shop", "OU=shop"),
            ("CN=a/O=b", "CN=a,O=b"),
        ] {
            assert!(
                parse(a).is_some() && parse(b).is_some() && parse(a) != parse(b),
                "{a} {b}"
            );
        }
        for bad in [
            "",
            "shop",
            "CN",
            "CN=",
            "CN=a,",
            "CN=a,,O=b",
            ",CN=a",
            "CN=a+",
            "CN=\"a\"",
            "CN=a;O=b",
            "CN=a\\",
            "CN=a\\zz",
            "purple=a",
            "CN=a\0",
            "CN=#04024869",
            "CN=#zz",
            "CN=<a>",
        ] {
            assert!(parse(bad).is_none(), "{bad}");
        }
    }
}
