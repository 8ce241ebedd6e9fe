//! A passkey device of our own, which can be told to lie: wrong flags, another origin, a counter
//! that goes back.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    rsa,
    signature::{self, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::cbor::Cbor;

/// How a passkey signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256, COSE -7.
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, COSE -257.
    Rs256,
}

impl Algorithm {
    /// Its number in COSE.
    pub fn cose(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::Rs256 => -257,
        }
    }
}

/// What makes passkeys for the pages of one origin.
#[derive(Clone, Debug)]
pub struct Device {
    /// The page's origin.
    pub origin: String,
    /// How its passkeys sign.
    pub algorithm: Algorithm,
    /// Whether they are synced between devices: backup eligible and backed up.
    pub synced: bool,
    /// Whether it counts signatures. Synced ones do not.
    pub counts: bool,
}

/// A passkey on the device.
pub struct Passkey {
    /// Credential id.
    pub id: Vec<u8>,
    /// Whose it is, as the server named them.
    pub user_handle: Vec<u8>,
    /// Signatures so far.
    pub counter: u32,
    device: Device,
    key: Key,
}

enum Key {
    Es256(Box<EcdsaKeyPair>),
    Rs256(Box<rsa::KeyPair>),
}

/// Everything an answer is made of, before it is signed. A test bends what it wants.
#[expect(clippy::struct_excessive_bools, reason = "they are WebAuthn's flags")]
pub struct Draft {
    /// `clientDataJSON`.
    pub client_data: Value,
    /// Hashed into the authenticator data.
    pub rp_id: String,
    /// User present.
    pub up: bool,
    /// User verified.
    pub uv: bool,
    /// Backup eligible.
    pub be: bool,
    /// Backed up.
    pub bs: bool,
    /// Signature counter.
    pub counter: u32,
    /// Credential id.
    pub id: Vec<u8>,
    /// Whose passkey it says it is.
    pub user_handle: Vec<u8>,
    /// Breaks the signature.
    pub forge: bool,
}

impl Draft {
    fn flags(&self, attested: bool) -> u8 {
        let bit = |set: bool, bit: u8| u8::from(set) << bit;
        bit(self.up, 0) | bit(self.uv, 2) | bit(self.be, 3) | bit(self.bs, 4) | bit(attested, 6)
    }

    /// Authenticator data (WebAuthn level 3 section 6.1), without what is attested.
    fn authenticator_data(&self, attested: bool) -> Vec<u8> {
        let mut data = digest(&SHA256, self.rp_id.as_bytes()).as_ref().to_vec();
        data.push(self.flags(attested));
        data.extend(self.counter.to_be_bytes());
        data
    }
}

impl Device {
    /// A security key: not synced, counts, ES256.
    pub fn new(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            algorithm: Algorithm::Es256,
            synced: false,
            counts: true,
        }
    }

    /// A phone whose passkeys are synced.
    pub fn synced(origin: &str) -> Self {
        Self {
            synced: true,
            counts: false,
            ..Self::new(origin)
        }
    }

    /// Makes a passkey for what began.
    pub fn create(&self, begun: &Value) -> (Passkey, Value) {
        self.create_bent(begun, |_| {})
    }

    /// Makes a passkey, with an answer that `bend` has changed.
    pub fn create_bent(&self, begun: &Value, bend: impl FnOnce(&mut Draft)) -> (Passkey, Value) {
        let options = &begun["options"];
        let offered = options["pubKeyCredParams"].as_array().unwrap();
        assert!(
            offered
                .iter()
                .any(|kind| kind["alg"] == self.algorithm.cose()),
            "{:?} is not offered: {offered:?}",
            self.algorithm
        );
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        let verification = &options["authenticatorSelection"]["userVerification"];
        assert!(["required", "preferred"].contains(&verification.as_str().unwrap()));
        let key = Key::generate(self.algorithm);
        let mut draft = self.draft(
            "webauthn.create",
            &options["challenge"],
            &options["rp"]["id"],
        );
        draft.id = random(32);
        draft.user_handle = bytes(&options["user"]["id"]);
        bend(&mut draft);
        let mut data = draft.authenticator_data(true);
        // AAGUID of a device that does not say what it is.
        data.extend([0; 16]);
        data.extend(u16::try_from(draft.id.len()).unwrap().to_be_bytes());
        data.extend(&draft.id);
        data.extend(key.cose().encode());
        let attestation = Cbor::Map(vec![
            (Cbor::Text("fmt"), Cbor::Text("none")),
            (Cbor::Text("attStmt"), Cbor::Map(Vec::new())),
            (Cbor::Text("authData"), Cbor::Bytes(data)),
        ]);
        let credential = json!({
            "id": base64url(&draft.id), "rawId": base64url(&draft.id), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64url(draft.client_data.to_string().as_bytes()),
                "attestationObject": base64url(&attestation.encode()),
                "transports": ["internal"],
            },
        });
        let passkey = Passkey {
            id: draft.id,
            user_handle: draft.user_handle,
            counter: draft.counter,
            device: self.clone(),
            key,
        };
        (passkey, credential)
    }

    fn draft(&self, kind: &str, challenge: &Value, rp_id: &Value) -> Draft {
        Draft {
            client_data: json!({
                "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false,
            }),
            rp_id: rp_id.as_str().unwrap().to_owned(),
            up: true,
            uv: true,
            be: self.synced,
            bs: self.synced,
            counter: u32::from(self.counts),
            id: Vec::new(),
            user_handle: Vec::new(),
            forge: false,
        }
    }
}

impl Passkey {
    /// Answers what began.
    pub fn get(&mut self, begun: &Value) -> Value {
        self.get_bent(begun, |_| {})
    }

    /// Answers, after `bend` has changed what is signed.
    pub fn get_bent(&mut self, begun: &Value, bend: impl FnOnce(&mut Draft)) -> Value {
        let options = &begun["options"];
        assert_eq!(options["userVerification"], "required");
        if self.device.counts {
            self.counter += 1;
        }
        let mut draft = self
            .device
            .draft("webauthn.get", &options["challenge"], &options["rpId"]);
        draft.counter = self.counter;
        draft.id.clone_from(&self.id);
        draft.user_handle.clone_from(&self.user_handle);
        bend(&mut draft);
        let data = draft.authenticator_data(false);
        let client_data = draft.client_data.to_string();
        let mut signed = data.clone();
        signed.extend(digest(&SHA256, client_data.as_bytes()).as_ref());
        let mut signature = self.key.sign(&signed);
        if draft.forge {
            *signature.last_mut().unwrap() ^= 1;
        }
        json!({
            "id": base64url(&draft.id), "rawId": base64url(&draft.id), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64url(client_data.as_bytes()),
                "authenticatorData": base64url(&data),
                "signature": base64url(&signature),
                "userHandle": base64url(&draft.user_handle),
            },
        })
    }
}

impl Key {
    fn generate(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Es256 => Self::Es256(Box::new(
                EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap(),
            )),
            Algorithm::Rs256 => Self::Rs256(Box::new(
                rsa::KeyPair::generate(rsa::KeySize::Rsa2048).unwrap(),
            )),
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let rng = SystemRandom::new();
        match self {
            Self::Es256(pair) => pair.sign(&rng, message).unwrap().as_ref().to_vec(),
            Self::Rs256(pair) => {
                let mut out = vec![0; pair.public_modulus_len()];
                let padding: &'static dyn signature::RsaEncoding = &RSA_PKCS1_SHA256;
                pair.sign(padding, &rng, message, &mut out).unwrap();
                out
            }
        }
    }

    /// The public key as a COSE_Key (RFC 9053 section 7).
    fn cose(&self) -> Cbor {
        let int = Cbor::Int;
        let bytes = |bytes: &[u8]| Cbor::Bytes(bytes.to_vec());
        Cbor::Map(match self {
            Self::Es256(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                vec![
                    (int(1), int(2)),
                    (int(3), int(-7)),
                    (int(-1), int(1)),
                    (int(-2), bytes(x)),
                    (int(-3), bytes(y)),
                ]
            }
            Self::Rs256(pair) => vec![
                (int(1), int(3)),
                (int(3), int(-257)),
                // DER of a 2048-bit RSAPublicKey: nine bytes of headers, then the modulus.
                (int(-1), bytes(&pair.public_key().as_ref()[9..265])),
                (int(-2), bytes(&[1, 0, 1])),
            ],
        })
    }
}

/// Bytes as base64url without padding.
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn bytes(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap()
}

/// Random bytes.
pub fn random(count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    aws_lc_rs::rand::fill(&mut bytes).unwrap();
    bytes
}
