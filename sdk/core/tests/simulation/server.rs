//! A model of the server: sessions by cookie, and token families with rotation, retry window and
//! reuse detection, as the protocol describes them.

use portcullis_core::event::{Reply, Request};
use portcullis_types::oauth::TokenResponse;
use portcullis_types::{SessionAnswer, SessionId, SessionView, Timestamp, UserId, UserView};

/// Why a session or family is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The user signed out, or signed in anew.
    User,
    /// An admin, or its time.
    Server,
    /// A refresh token was presented that counts as replayed.
    Replay {
        generation: usize,
        spent_at: i64,
        presented_at: i64,
    },
}

/// A session or token family.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) version: i64,
    pub(crate) end: Option<End>,
    /// For each refresh token, when it was first presented.
    spent: Vec<Option<i64>>,
    /// For each refresh token, what tells it from another one of the same generation.
    secrets: Vec<i64>,
}

#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) families: Vec<Family>,
    /// Which session the browser's cookie leads to.
    pub(crate) cookie: Option<usize>,
    /// How long the same token gets the same successor.
    pub(crate) window: i64,
    pub(crate) access_life: i64,
    /// How far the server's clock is ahead of the world's.
    pub(crate) skew: i64,
    /// Sabotage: a retry gets another successor than the first try.
    pub(crate) forgetful: bool,
}

pub(crate) fn session_id(family: usize) -> SessionId {
    SessionId(uuid::Uuid::from_u128(family as u128 + 1))
}

impl Server {
    /// Signs in and answers with the family's number.
    pub(crate) fn sign_in(&mut self) -> usize {
        self.families.push(Family {
            version: 1,
            end: None,
            spent: vec![None],
            secrets: vec![0],
        });
        self.families.len() - 1
    }

    pub(crate) fn end(&mut self, family: usize, end: End) {
        self.families[family].end.get_or_insert(end);
    }

    pub(crate) fn alive(&self) -> usize {
        self.families
            .iter()
            .filter(|family| family.end.is_none())
            .count()
    }

    pub(crate) fn tokens(&self, family: usize, generation: usize, now: i64) -> TokenResponse {
        let expires = now + self.access_life;
        let secret = self.families[family].secrets[generation];
        TokenResponse {
            access_token: format!("at-{family}-{generation}-{expires}"),
            token_type: "Bearer".into(),
            expires_in: u32::try_from(self.access_life / 1000).unwrap(),
            refresh_token: Some(format!("rt-{family}-{generation}-{secret}")),
            id_token: None,
            scope: "openid".into(),
        }
    }

    pub(crate) fn view(&self, family: usize) -> SessionView {
        let version = self.families[family].version;
        SessionView {
            id: session_id(family),
            user: UserView {
                id: UserId(uuid::Uuid::from_u128(7)),
                email: "ada@example.com".into(),
                name: "Ada".into(),
                has_password: true,
                created_at: Timestamp(0),
            },
            roles: vec!["user".into()],
            permissions: vec![format!("notes:v{version}")],
            version,
            amr: vec!["pwd".into()],
            auth_time: Timestamp(i64::try_from(family).unwrap()),
            idle_expires_at: Timestamp(i64::MAX / 4),
            expires_at: Timestamp(i64::MAX / 4),
        }
    }

    pub(crate) fn answer(&self, family: Option<usize>, now: i64) -> SessionAnswer {
        let family = family.filter(|family| self.families[*family].end.is_none());
        SessionAnswer {
            session: family.map(|family| self.view(family)),
            server_time: Timestamp(now + self.skew),
        }
    }

    /// What the server says to `request` at `now`.
    pub(crate) fn handle(&mut self, request: &Request, now: i64) -> Reply {
        match request {
            Request::Session { token: None } => {
                Reply::Session(self.answer(self.cookie, now).into())
            }
            Request::Session { token: Some(token) } => {
                let (family, _, expires) = parse(token);
                if expires <= now || self.families[family].end.is_some() {
                    Reply::Rejected
                } else {
                    Reply::Session(self.answer(Some(family), now).into())
                }
            }
            Request::Refresh { token } => {
                let (family, generation, _) = parse(token);
                match self.refresh(family, generation, now) {
                    Some(next) => Reply::Tokens(self.tokens(family, next, now).into()),
                    None => Reply::Rejected,
                }
            }
            Request::Revoke { token } => {
                self.end(parse(token).0, End::User);
                Reply::Done
            }
        }
    }

    /// Rotation: the successor of this refresh token; nothing if the family is over, or is now.
    pub(crate) fn refresh(&mut self, family: usize, generation: usize, now: i64) -> Option<usize> {
        let window = self.window;
        let family = &mut self.families[family];
        if family.end.is_some() {
            return None;
        }
        let next = generation + 1;
        match family.spent[generation] {
            None => {
                family.spent[generation] = Some(now);
                family.spent.push(None);
                family.secrets.push(0);
                Some(next)
            }
            Some(spent_at) if family.spent[next].is_none() && now - spent_at < window => {
                family.secrets[next] += i64::from(self.forgetful);
                Some(next)
            }
            Some(spent_at) => {
                family.end = Some(End::Replay {
                    generation,
                    spent_at,
                    presented_at: now,
                });
                None
            }
        }
    }

    /// The newest generation of a family.
    pub(crate) fn newest(&self, family: usize) -> usize {
        self.families[family].spent.len() - 1
    }
}

/// Family, generation and expiry out of a token's text.
pub(crate) fn parse(token: &str) -> (usize, usize, i64) {
    let mut parts = token
        .split('-')
        .skip(1)
        .map(|part| part.parse::<i64>().unwrap());
    let mut next = || parts.next().unwrap_or(0);
    let (family, generation, expires) = (next(), next(), next());
    (
        usize::try_from(family).unwrap(),
        usize::try_from(generation).unwrap(),
        expires,
    )
}
