//! The files: certificates and keys in PEM.

use std::{fs, path::Path, sync::Arc};

use anyhow::{Context, bail};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
    version::{TLS12, TLS13},
};

use super::{Current, asking::Asking};
use crate::{config::TlsConfig, crypto::token::sha256};

/// What the connections speak inside of TLS, as they do without it.
const PROTOCOL: &[u8] = b"http/1.1";

/// Reads them all.
pub(super) fn read(config: &TlsConfig) -> anyhow::Result<Current> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut contents = Vec::new();
    let mut file = |path: &Path| -> anyhow::Result<Vec<u8>> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        contents.extend_from_slice(&sha256(&bytes));
        Ok(bytes)
    };
    let server = match (&config.certificate, &config.key) {
        (Some(certificate), Some(key)) => {
            let text = file(certificate).context("tls.certificate")?;
            let chain = certificates(&text, certificate).context("tls.certificate")?;
            let text = file(key).context("tls.key")?;
            let secret = PrivateKeyDer::from_pem_slice(&text)
                .with_context(|| format!("there is no private key in {}", key.display()))
                .context("tls.key")?;
            let asks = config.client_certificates;
            Some(server(&provider, chain, secret, asks)?)
        }
        _ => None,
    };
    let clients = match &config.client_ca {
        Some(path) => {
            let text = file(path).context("tls.client_ca")?;
            let roots = certificates(&text, path).context("tls.client_ca")?;
            Some(clients(&provider, roots).context("tls.client_ca")?)
        }
        None => None,
    };
    Ok(Current {
        contents: sha256(&contents),
        server,
        clients,
    })
}

fn certificates(text: &[u8], path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text).collect();
    let read = read.with_context(|| format!("{} is not PEM", path.display()))?;
    if read.is_empty() {
        bail!("there is no certificate in {}", path.display());
    }
    Ok(read)
}

fn server(
    provider: &Arc<CryptoProvider>,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    asks_for_certificates: bool,
) -> anyhow::Result<Arc<ServerConfig>> {
    let builder = ServerConfig::builder_with_provider(Arc::clone(provider));
    let builder = builder
        .with_protocol_versions(&[&TLS13, &TLS12])
        .context("TLS")?;
    let builder = if asks_for_certificates {
        builder.with_client_cert_verifier(Arc::new(Asking::new(provider)))
    } else {
        builder.with_no_client_auth()
    };
    let mut config = builder
        .with_single_cert(chain, key)
        .context("tls.certificate and tls.key do not belong together, or cannot be used")?;
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    Ok(Arc::new(config))
}

fn clients(
    provider: &Arc<CryptoProvider>,
    roots: Vec<CertificateDer<'static>>,
) -> anyhow::Result<Arc<dyn ClientCertVerifier>> {
    let mut store = RootCertStore::empty();
    for root in roots {
        store
            .add(root)
            .context("a certificate in it is not one of a CA")?;
    }
    let provider = Arc::clone(provider);
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(store), provider).build();
    verifier.context("its certificates cannot be used")
}
