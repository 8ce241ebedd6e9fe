//! `portcullis serve`.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, bail};
use portcullis_domain::Store;
use portcullis_storage::Database;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::{Settings, check::without_password, make_data_dir, master_key, output::say};
use crate::{
    Portcullis,
    config::{Config, LogFormat},
    connections::{self, Patience},
    tls::Tls,
};

/// How long requests under way may take to finish once the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How often certificates are looked at again.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// Refuses a folder that has no user interface.
pub(super) fn check_ui(config: &Config) -> anyhow::Result<()> {
    if let Some(ui) = &config.ui
        && !ui.join("index.html").is_file()
    {
        bail!(
            "{} has no index.html; build the user interface first, or leave --ui out",
            ui.display()
        );
    }
    Ok(())
}

pub(super) async fn serve(settings: &Settings) -> anyhow::Result<()> {
    let mut config = settings.load()?;
    log(config.log_format);
    make_data_dir(&config)?;
    check_ui(&config)?;
    let listener = listen(&config).await?;
    // With port 0 only now the port is known; the public URL may depend on it.
    config.port = listener.local_addr()?.port();
    let url = config.database_url();
    let database = Database::open(&url)
        .await
        .with_context(|| format!("cannot open the database {}", without_password(&url)))?;
    let store: Arc<dyn Store> = Arc::new(database);
    let portcullis = Portcullis::builder(config.clone())
        .store(store)
        .master_key(master_key(&config)?)
        .bundled_ui()
        .build()
        .await?;
    say!("Portcullis is at {}", config.public_url())?;
    if let Some(link) = portcullis.setup_link().await? {
        say!("There is no admin yet. Make the first one with this link; it works once:\n  {link}")?;
    }
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let streams = portcullis.clone();
    let patience = Patience::from(&config.limits);
    let tls = portcullis.tls();
    if let Some(tls) = &tls {
        tokio::spawn(follow_files(Arc::clone(tls)));
    }
    let router = portcullis.router();
    let server = connections::serve_tls(listener, tls, router, patience, async move {
        signal().await;
        tracing::info!("stopping");
        streams.stop_streams();
        let _ = stop.send(());
    });
    tokio::select! {
        () = server => {}
        () = async {
            let _ = stopped.await;
            tokio::time::sleep(GRACE).await;
        } => tracing::warn!("some requests did not finish in time"),
    }
    portcullis.close().await;
    Ok(())
}

async fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    let (host, port) = (config.host.as_str(), config.port);
    TcpListener::bind((host, port))
        .await
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                anyhow::anyhow!(
                    "port {port} is taken; stop what uses it, or choose another with --port"
                )
            }
            _ => anyhow::anyhow!("cannot listen on {host}:{port}: {error}"),
        })
}

fn log(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,webauthn_rs_core=error,sqlx=warn"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let _ = match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}

/// Reads certificates again on SIGHUP, and from time to time: whoever renews them need not know of us.
async fn follow_files(tls: Arc<Tls>) {
    #[cfg(unix)]
    let mut asked = {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::hangup()).ok()
    };
    loop {
        #[cfg(unix)]
        match &mut asked {
            Some(asked) => {
                let _ = tokio::time::timeout(LOOK_AGAIN, asked.recv()).await;
            }
            None => tokio::time::sleep(LOOK_AGAIN).await,
        }
        #[cfg(not(unix))]
        tokio::time::sleep(LOOK_AGAIN).await;
        match tls.reload() {
            Ok(true) => tracing::info!("new connections have the TLS certificate as it is now"),
            Ok(false) => {}
            Err(error) => {
                let error = format!("{error:#}");
                tracing::error!(error, "could not read the TLS certificate again");
            }
        }
    }
}

/// Ctrl-C, or SIGTERM from whoever runs the service.
async fn signal() {
    let interrupt = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    let terminate = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut signals) => {
                signals.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
