//! The thin layer between the machine of `portcullis_core` and the browser: it tells the machine
//! what happens and does what the machine asks for. It decides nothing.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::task::{Poll, Waker};

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use portcullis_core::event::{Bearer, NoToken};
use portcullis_core::{Effect, Event, Machine, Session, Settings};
use portcullis_policy::Permission;
use portcullis_types::paths;
use web_sys::AbortController;

use crate::auth::{Subscribers, wake};
use crate::config::{Config, Mode};
use crate::convert::{get, spawn};
use crate::passkeys::Pending;
use crate::platform;
use crate::stream::Stream;
use crate::tabs::{Channel, LockNews, Locks};

/// Everything behind an [`Auth`](crate::Auth).
pub(crate) struct Inner {
    me: Weak<Self>,
    pub(crate) config: Config,
    /// The server's URL without a slash at its end.
    pub(crate) server: String,
    pub(crate) subscribers: Subscribers,
    /// Who waits for the session to be known.
    pub(crate) waiting: RefCell<Vec<Waker>>,
    /// The passkey ceremony that is open, if one is.
    pub(crate) ceremony: RefCell<Option<Pending>>,
    machine: RefCell<Machine>,
    /// The timer, and the moment it is set for.
    timer: RefCell<Option<(i64, Timeout)>>,
    channel: Option<Channel>,
    locks: Option<Locks>,
    stream: RefCell<Option<Stream>>,
    /// What ends the machine's requests that are under way.
    pub(crate) requests: RefCell<Vec<(u32, AbortController)>>,
    next_waiter: Cell<u32>,
    /// Tokens that were waited for and have come.
    settled: RefCell<Vec<(u32, Result<Bearer, NoToken>)>>,
    token_wakers: RefCell<Vec<Waker>>,
    listeners: RefCell<Vec<EventListener>>,
}

impl Inner {
    pub(crate) fn new(config: Config) -> Rc<Self> {
        let server = config
            .server
            .as_deref()
            .map_or_else(platform::origin, str::to_owned);
        let server = server.trim_end_matches('/').to_owned();
        Rc::new_cyclic(|me: &Weak<Self>| {
            let hearer = me.clone();
            // Tabs with another client have nothing to do with these.
            let name = match &config.mode {
                Mode::Cookie => server.clone(),
                Mode::Token { client_id, .. } => [&server, " ", client_id].concat(),
            };
            let channel = Channel::open(&["portcullis:", &name].concat(), move |message| {
                tell(&hearer, Event::Message(message));
            });
            let locks = Locks::new(&name);
            let settings = Settings {
                token_mode: matches!(config.mode, Mode::Token { .. }),
                channel: channel.is_some(),
                locks: locks.is_some(),
                share_tokens: true,
            };
            Self {
                me: me.clone(),
                server,
                config,
                subscribers: Subscribers::default(),
                waiting: RefCell::default(),
                ceremony: RefCell::default(),
                machine: RefCell::new(Machine::new(settings)),
                timer: RefCell::default(),
                channel,
                locks,
                stream: RefCell::default(),
                requests: RefCell::default(),
                next_waiter: Cell::new(0),
                settled: RefCell::default(),
                token_wakers: RefCell::default(),
                listeners: RefCell::default(),
            }
        })
    }

    /// Whether requests prove who is signed in by a token.
    pub(crate) fn by_token(&self) -> bool {
        matches!(self.config.mode, Mode::Token { .. })
    }

    /// Listens to the page and restores the session.
    pub(crate) fn start(&self) {
        self.listen();
        self.drive(Event::Started);
    }

    fn listen(&self) {
        let Ok(window) = platform::window() else {
            return;
        };
        let mut listeners = self.listeners.borrow_mut();
        let mut on = |target: &web_sys::EventTarget,
                      name: &'static str,
                      event: fn(&web_sys::Event) -> Event| {
            let me = self.me.clone();
            listeners.push(EventListener::new(target, name, move |heard| {
                tell(&me, event(heard));
            }));
        };
        on(&window, "online", |_| Event::Online(true));
        on(&window, "offline", |_| Event::Online(false));
        on(&window, "pageshow", |event| {
            if get(event, "persisted").is_truthy() {
                Event::Restored(is_visible())
            } else {
                Event::Visible(is_visible())
            }
        });
        if let Some(document) = window.document() {
            on(&document, "visibilitychange", |_| {
                Event::Visible(is_visible())
            });
        }
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
        self.set_timer();
        for effect in effects {
            self.perform(effect);
        }
    }

    fn set_timer(&self) {
        let deadline = self.machine.borrow().next_deadline();
        let mut timer = self.timer.borrow_mut();
        match (deadline, &*timer) {
            (None, _) => *timer = None,
            (Some(at), Some((set, _))) if at == *set => {}
            (Some(at), _) => {
                // Browsers count in 32 bits; what lies further ahead is looked at again by then.
                let wait = (at - platform::now().mono).clamp(0, 3_600_000);
                let me = self.me.clone();
                let timeout = Timeout::new(u32::try_from(wait).unwrap_or(0), move || {
                    if let Some(me) = me.upgrade() {
                        // It has fired: dropping it any later would clear a timer that is gone.
                        if let Some((_, timeout)) = me.timer.borrow_mut().take() {
                            timeout.forget();
                        }
                        me.drive(Event::Tick);
                    }
                });
                *timer = Some((at, timeout));
            }
        }
    }

    fn perform(&self, effect: Effect) {
        match effect {
            Effect::Send { id, request } => {
                if let Some(me) = self.me.upgrade() {
                    spawn(async move { me.answer(id, request).await });
                }
            }
            Effect::Abort { id } => {
                let mut requests = self.requests.borrow_mut();
                if let Some(at) = requests.iter().position(|(other, _)| *other == id) {
                    requests.swap_remove(at).1.abort();
                }
            }
            Effect::Broadcast(message) => {
                if let Some(channel) = &self.channel {
                    channel.say(&message);
                }
            }
            Effect::RequestLock(lock) => {
                let me = self.me.clone();
                let news = move |news| {
                    tell(
                        &me,
                        match news {
                            LockNews::Granted(lock) => Event::LockGranted(lock),
                            LockNews::Failed(lock) => Event::LockFailed(lock),
                        },
                    );
                };
                match &self.locks {
                    Some(locks) => locks.request(lock, news),
                    None => news(LockNews::Failed(lock)),
                }
            }
            Effect::ReleaseLock(lock) => {
                if let Some(locks) = &self.locks {
                    locks.release(lock);
                }
            }
            Effect::OpenStream => {
                let me = self.me.clone();
                let url = [self.server.as_str(), paths::EVENTS].concat();
                *self.stream.borrow_mut() = Stream::open(&url, move |event| tell(&me, event));
            }
            Effect::CloseStream => *self.stream.borrow_mut() = None,
            Effect::Settle { waiter, outcome } => {
                self.settled.borrow_mut().push((waiter, outcome));
                wake(&self.token_wakers);
            }
            Effect::Notify => {
                let session = self.session();
                wake(&self.waiting);
                self.subscribers.tell(&session);
            }
        }
    }

    /// Waits for an access token to send; `rejected`: the generation of one that got a 401.
    pub(crate) async fn token(&self, rejected: Option<u64>) -> Result<Bearer, NoToken> {
        let waiter = self.next_waiter.get();
        self.next_waiter.set(waiter.wrapping_add(1));
        self.drive(Event::NeedToken { waiter, rejected });
        poll_fn(|context| {
            let mut settled = self.settled.borrow_mut();
            if let Some(at) = settled.iter().position(|(other, _)| *other == waiter) {
                return Poll::Ready(settled.swap_remove(at).1);
            }
            self.token_wakers.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await
    }
}

fn tell(inner: &Weak<Inner>, event: Event) {
    if let Some(inner) = inner.upgrade() {
        inner.drive(event);
    }
}

fn is_visible() -> bool {
    web_sys::window()
        .and_then(|window| window.document())
        .is_none_or(|document| !document.hidden())
}
