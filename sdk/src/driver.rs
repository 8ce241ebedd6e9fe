//! The thin layer between the machine of `portcullis_core` and the browser.

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::task::Waker;

use portcullis_core::event::{Reply, Request};
use portcullis_core::{Effect, Event, Machine, Session, Settings};
use portcullis_policy::Permission;
use portcullis_types::paths;
use wasm_bindgen_futures::spawn_local;

use crate::auth::{Subscribers, wake};
use crate::config::{Config, Mode};
use crate::convert::from_js;
use crate::http::{new_headers, put};
use crate::platform;

/// Everything behind an [`Auth`](crate::Auth).
pub(crate) struct Inner {
    me: Weak<Self>,
    pub(crate) config: Config,
    /// The server's URL without a slash at its end.
    pub(crate) server: String,
    pub(crate) subscribers: Subscribers,
    /// Who waits for the session to be known.
    pub(crate) waiting: RefCell<Vec<Waker>>,
    machine: RefCell<Machine>,
}

impl Inner {
    pub(crate) fn new(config: Config) -> Rc<Self> {
        let server = config
            .server
            .as_deref()
            .map_or_else(platform::origin, str::to_owned);
        let settings = Settings {
            token_mode: matches!(config.mode, Mode::Token { .. }),
            ..Settings::default()
        };
        Rc::new_cyclic(|me| Self {
            me: me.clone(),
            server: server.trim_end_matches('/').to_owned(),
            config,
            subscribers: Subscribers::default(),
            waiting: RefCell::default(),
            machine: RefCell::new(Machine::new(settings)),
        })
    }

    pub(crate) fn start(&self) {
        self.drive(Event::Started);
    }

    pub(crate) fn session(&self) -> Session {
        self.machine.borrow().session().clone()
    }

    pub(crate) fn can(&self, permission: &str) -> bool {
        Permission::parse(permission)
            .is_ok_and(|permission| self.machine.borrow().permissions().allows(&permission))
    }

    /// Tells the machine what has happened and does what it asks for.
    pub(crate) fn drive(&self, event: Event) {
        let effects = self.machine.borrow_mut().handle(platform::now(), event);
        for effect in effects {
            self.perform(effect);
        }
    }

    fn perform(&self, effect: Effect) {
        match effect {
            Effect::Send { id, request } => self.send(id, request),
            Effect::Notify => {
                let session = self.session();
                wake(&self.waiting);
                self.subscribers.tell(&session);
            }
            _ => {}
        }
    }

    fn send(&self, id: u32, request: Request) {
        let Some(me) = self.me.upgrade() else { return };
        spawn_local(async move {
            let reply = me
                .reply(request)
                .await
                .unwrap_or(Reply::Failed { retry_after: None });
            me.drive(Event::Response { id, reply });
        });
    }

    async fn reply(&self, request: Request) -> Result<Reply, crate::AuthError> {
        let headers = new_headers()?;
        let Request::Session { token } = request else {
            return Ok(Reply::Failed { retry_after: None });
        };
        if let Some(token) = token {
            put(&headers, "authorization", &["Bearer ", &token].concat());
        }
        let answer = self
            .exchange("GET", paths::SESSION, &headers, None, None)
            .await?;
        Ok(match answer.status {
            200 => Reply::Session(from_js(answer.body)?),
            401 => Reply::Rejected,
            _ => Reply::Failed {
                retry_after: answer.retry_after,
            },
        })
    }
}
