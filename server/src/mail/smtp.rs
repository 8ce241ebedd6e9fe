//! Hands mails to a server (SMTP, RFC 5321): over TLS, or to one on this machine.

use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message as Mail, Tokio1Executor,
    message::{Mailbox, MultiPart, header},
    transport::smtp::{
        Error,
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};
use portcullis_domain::mail::{Delivery, Mailer, Message};

use crate::config::{MailConfig, SmtpTls, smtp_server};

/// How long the server may take for each step.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it may take for all of them; the outbox lends a mail for longer.
const PATIENCE_IN_ALL: Duration = Duration::from_secs(45);
/// What a server says of a mail that it will never take (RFC 5321 section 4.2.3); not of whoever
/// sends it, such as that a password is wrong: that can be mended.
const REFUSALS: [u16; 6] = [550, 551, 552, 553, 554, 556];

/// The way to a server.
pub(crate) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    /// With what the settings say; `host` is who we are. Nothing is connected yet.
    pub(crate) fn new(config: &MailConfig, host: &str) -> anyhow::Result<Self> {
        let address = config.smtp.as_deref().context("mail.smtp is missing")?;
        let server = smtp_server(address).map_err(|error| anyhow::anyhow!(error))?;
        let from = config.from.as_deref().context("mail.from is missing")?;
        let tls = match server.tls {
            SmtpTls::Whole => Tls::Wrapper(parameters(config, &server.host)?),
            SmtpTls::Upgraded => Tls::Required(parameters(config, &server.host)?),
            SmtpTls::None => Tls::None,
        };
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.host.as_str())
                .port(server.port)
                .tls(tls)
                .hello_name(ClientId::Domain(host.to_owned()))
                .timeout(Some(PATIENCE));
        if let (Some(user), Some(password)) = (&config.user, &config.password) {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            builder = builder.credentials(credentials);
        }
        Ok(Self {
            transport: builder.build(),
            from: from.parse().context("mail.from")?,
        })
    }
}

fn parameters(config: &MailConfig, host: &str) -> anyhow::Result<TlsParameters> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(file) = &config.ca_file {
        let name = file.display();
        let pem = std::fs::read(file).with_context(|| format!("mail.ca_file: {name}"))?;
        let certificate = Certificate::from_pem(&pem);
        let certificate =
            certificate.with_context(|| format!("mail.ca_file: {name} has no certificates"))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build_rustls().context("no TLS")
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, message: &Message) -> Delivery {
        let mail = match compose(&self.from, message) {
            Ok(mail) => mail,
            Err(error) => return Delivery::Refused(format!("it cannot be written: {error:#}")),
        };
        let sending = tokio::time::timeout(PATIENCE_IN_ALL, self.transport.send(mail));
        match sending.await {
            Ok(Ok(_)) => Delivery::Sent,
            Ok(Err(error)) => failed(&error),
            Err(_) => Delivery::Failed("the server took too long".to_owned()),
        }
    }
}

fn failed(error: &Error) -> Delivery {
    let code = error.status().map(u16::from);
    // The sources say what the first sentence does not, such as which address was refused.
    let why = format!("{:#}", anyhow::anyhow!("{}", chain(error)));
    if code.is_some_and(|code| REFUSALS.contains(&code)) {
        Delivery::Refused(why)
    } else {
        Delivery::Failed(why)
    }
}

/// An error with what it came of, in one line: servers answer in several.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(300)
        .collect()
}

/// The mail as it goes over the wire. What is not one line is made one: nothing that was put into a
/// mail becomes a header of it.
fn compose(from: &Mailbox, message: &Message) -> anyhow::Result<Mail> {
    let to: Mailbox = message.to.parse().context("the address")?;
    let subject: String = message
        .subject
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let mail = Mail::builder()
        .from(from.clone())
        .to(to)
        .subject(subject)
        .message_id(Some(format!("<{}>", message.message_id)))
        .header(header::MIME_VERSION_1_0)
        // Machines do not answer (RFC 3834 section 5).
        .raw_header(header::HeaderValue::new(
            header::HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ))
        .multipart(MultiPart::alternative_plain_html(
            message.text.clone(),
            message.html.clone(),
        ));
    mail.context("the mail")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(to: &str, subject: &str) -> Message {
        Message {
            message_id: "1@auth.example.com".to_owned(),
            to: to.to_owned(),
            subject: subject.to_owned(),
            text: "Hello.\r\n.\r\nMAIL FROM:<eve@example.com>".to_owned(),
            html: "<p>Hello.</p>".to_owned(),
        }
    }

    #[test]
    fn nothing_that_is_put_into_a_mail_becomes_a_header() {
        let from: Mailbox = "Shop <no-reply@example.com>".parse().unwrap();
        let wicked = "Hello\r\nBcc: eve@example.com\r\n\r\nBody";
        let mail = compose(&from, &message("ada@example.com", wicked)).unwrap();
        let written = String::from_utf8(mail.formatted()).unwrap();
        let (head, _) = written.split_once("\r\n\r\n").unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc:")), "{head}");
        assert!(head.contains("Message-ID: <1@auth.example.com>"), "{head}");
        assert!(head.contains("Auto-Submitted: auto-generated"), "{head}");
        for to in [
            "ada@example.com\r\nBcc: eve@example.com",
            "ada@example.com>\r\nRCPT TO:<eve@example.com",
            "ada@example.com, eve@example.com",
        ] {
            assert!(compose(&from, &message(to, "Hello")).is_err(), "{to}");
        }
        assert_eq!(mail.envelope().to().len(), 1);
    }
}
