//! `portcullis mail`: whether mails arrive.

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use portcullis_domain::{Clock, Email, Rng, mail::Delivery};

use super::{Settings, output::say};
use crate::{
    SystemClock, SystemRng,
    mail::{self, Post},
};

#[derive(Debug, Subcommand)]
pub(super) enum MailCommand {
    /// Send a mail at once, and say what the mail server says.
    #[command(after_help = "Examples:
  portcullis mail test --to ada@example.com
  PORTCULLIS_MAIL__PASSWORD=… portcullis mail test --to ada@example.com --config portcullis.toml")]
    Test(Test),
}

#[derive(Args, Debug)]
pub(super) struct Test {
    /// Email address it goes to
    #[arg(long, value_name = "ADDRESS")]
    to: String,
    /// The language it is in: en, de, fr, es or ja
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    language: String,
    #[command(flatten)]
    settings: Settings,
}

pub(super) async fn run(command: MailCommand) -> anyhow::Result<()> {
    match command {
        MailCommand::Test(test) => send(test).await,
    }
}

async fn send(test: Test) -> anyhow::Result<()> {
    let config = test.settings.load()?;
    let to = Email::parse(&test.to).context("--to")?;
    let Some(server) = config.mail.smtp.clone() else {
        bail!(
            "mail.smtp is missing: which server takes the mails? See `[mail]` in the guide \"Mail\""
        );
    };
    let id = SystemRng::default().uuid_at(SystemClock.now());
    let message = mail::test_message(&config, id, &to, &test.language);
    let Post::Sent(mailer) = Post::new(&config, None)? else {
        bail!("no mails are sent");
    };
    match mailer.send(&message).await {
        Delivery::Sent => say!(
            "{server} has taken a mail to {to} (Message-ID {}).",
            message.message_id
        ),
        Delivery::Refused(why) => bail!("{server} refuses mails to {to}: {why}"),
        Delivery::Failed(why) => bail!("{server} did not take the mail: {why}"),
    }
}
