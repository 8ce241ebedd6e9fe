//! A mail server that keeps what it is sent, and that a test can have misbehave.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use portcullis_server::Config;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// What the server does with the next mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Does not take it this time.
    Later,
    /// Knows no such mailbox.
    Never,
    /// Takes it, and goes away before saying so.
    Vanish,
}

/// A mail as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// Whom the envelope names.
    pub to: Vec<String>,
    /// Head and body as they came.
    pub raw: String,
}

#[derive(Default)]
struct Kept {
    mails: VecDeque<Received>,
    moods: VecDeque<Mood>,
}

/// The server.
#[derive(Clone)]
pub struct Mailbox {
    address: SocketAddr,
    kept: Arc<Mutex<Kept>>,
    arrived: Arc<Notify>,
}

impl Mailbox {
    /// Opens on the loopback network.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mailbox = Self {
            address: listener.local_addr().unwrap(),
            kept: Arc::default(),
            arrived: Arc::default(),
        };
        let inside = mailbox.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let inside = inside.clone();
                tokio::spawn(async move { inside.talk(stream).await });
            }
        });
        mailbox
    }

    /// Settings that send mails here.
    pub fn settings(&self, config: &mut Config) {
        config.mail.smtp = Some(self.url());
        config.mail.from = Some("Acme <no-reply@acme.example>".to_owned());
        config.brand.name = Some("Acme".to_owned());
    }

    /// Where it is, as `mail.smtp` has it.
    pub fn url(&self) -> String {
        format!("smtp://{}?tls=none", self.address)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is done with the next mails, one after the other.
    pub fn be(&self, moods: &[Mood]) {
        self.kept().moods.extend(moods);
    }

    /// How many moods have not shown yet.
    pub fn moods_left(&self) -> usize {
        self.kept().moods.len()
    }

    /// The next mail, as soon as it is there.
    #[track_caller]
    pub fn next(&self) -> impl Future<Output = Received> {
        let mailbox = self.clone();
        async move {
            let waiting = async {
                loop {
                    let arrived = mailbox.arrived.notified();
                    if let Some(mail) = mailbox.kept().mails.pop_front() {
                        return mail;
                    }
                    arrived.await;
                }
            };
            tokio::time::timeout(Duration::from_secs(30), waiting)
                .await
                .expect("no mail came")
        }
    }

    /// How many have come that nobody has looked at.
    pub fn waiting(&self) -> usize {
        self.kept().mails.len()
    }

    async fn talk(&self, stream: TcpStream) -> Option<()> {
        let (reading, mut writing) = stream.into_split();
        let mut lines = BufReader::new(reading).lines();
        let mut to = Vec::new();
        writing.write_all(b"220 here\r\n").await.ok()?;
        while let Some(line) = lines.next_line().await.ok()? {
            let verb = line.get(..4).unwrap_or(&line).to_ascii_uppercase();
            let answer = match verb.as_str() {
                "EHLO" => "250-here\r\n250-8BITMIME\r\n250 SMTPUTF8",
                "RCPT" => {
                    let mut kept = self.kept();
                    match kept.moods.front() {
                        Some(Mood::Later) => {
                            kept.moods.pop_front();
                            "451 try later"
                        }
                        Some(Mood::Never) => {
                            kept.moods.pop_front();
                            "550 no such mailbox"
                        }
                        _ => {
                            to.push(line.get(8..).unwrap_or_default().to_owned());
                            "250 fine"
                        }
                    }
                }
                "DATA" => {
                    writing.write_all(b"354 go on\r\n").await.ok()?;
                    let mut raw = String::new();
                    loop {
                        let line = lines.next_line().await.ok()??;
                        if line == "." {
                            break;
                        }
                        raw.push_str(line.strip_prefix('.').unwrap_or(&line));
                        raw.push_str("\r\n");
                    }
                    let vanishes = {
                        let mut kept = self.kept();
                        let to = std::mem::take(&mut to);
                        kept.mails.push_back(Received { to, raw });
                        let vanishes = kept.moods.front() == Some(&Mood::Vanish);
                        if vanishes {
                            kept.moods.pop_front();
                        }
                        vanishes
                    };
                    self.arrived.notify_one();
                    if vanishes {
                        return None;
                    }
                    "250 taken"
                }
                "QUIT" => "221 bye",
                _ => "250 fine",
            };
            let answer = format!("{answer}\r\n");
            writing.write_all(answer.as_bytes()).await.ok()?;
        }
        Some(())
    }
}

impl Received {
    /// A header's value, as it came.
    pub fn header(&self, name: &str) -> Option<String> {
        let (head, _) = self.raw.split_once("\r\n\r\n").unwrap();
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let prefix = format!("{name}: ");
        let mut lines = unfolded.lines();
        lines.find_map(|line| line.strip_prefix(&prefix).map(str::to_owned))
    }

    /// What readers without HTML see.
    pub fn text(&self) -> String {
        self.part("text/plain")
    }

    /// What all others see.
    pub fn html(&self) -> String {
        self.part("text/html")
    }

    fn part(&self, media_type: &str) -> String {
        let start = self.raw.find(&format!("Content-Type: {media_type}"));
        let part = &self.raw[start.expect("the part is there")..];
        let (head, body) = part.split_once("\r\n\r\n").unwrap();
        let (body, _) = body.split_once("\r\n--").unwrap();
        let bytes = if head.contains("base64") {
            let joined = body.replace("\r\n", "");
            BASE64_STANDARD.decode(joined).unwrap()
        } else if head.contains("quoted-printable") {
            unquote(body)
        } else {
            body.as_bytes().to_vec()
        };
        String::from_utf8(bytes).unwrap()
    }

    /// What is in the link.
    pub fn token(&self) -> String {
        let text = self.text();
        let (_, token) = text.split_once("#token=").expect("a link");
        token.split_whitespace().next().unwrap().to_owned()
    }

    /// The code.
    pub fn code(&self) -> String {
        let text = self.text();
        let is_code =
            |line: &&str| line.len() == 9 && line.chars().all(|c| c.is_ascii_digit() || c == ' ');
        text.lines().find(is_code).expect("a code").to_owned()
    }
}

/// Decodes quoted-printable (RFC 2045 section 6.7).
fn unquote(text: &str) -> Vec<u8> {
    let joined = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let [first, after @ ..] = rest {
        if let (b'=', [high, low, after @ ..]) = (first, after) {
            let hex = [*high, *low];
            let hex = std::str::from_utf8(&hex).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
            rest = after;
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    bytes
}
