//! Between tabs: the broadcast channel and locks. Both are optional; browsers that lack them, or
//! pages in which they throw, get along without.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::EventListener;
use js_sys::{Function, Object, Promise};
use portcullis_core::event::Lock;
use portcullis_core::message::Message;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, BroadcastChannel, MessageEvent};

use crate::convert::{get, set, spawn};
use crate::messages;

/// The origin's broadcast channel.
pub(crate) struct Channel {
    channel: BroadcastChannel,
    _listener: EventListener,
}

impl Channel {
    /// Opens the channel called `name`; nothing where there is none.
    pub(crate) fn open(name: &str, heard: impl Fn(Message) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(name).ok()?;
        let listener = EventListener::new(&channel, "message", move |event| {
            let data = event.unchecked_ref::<MessageEvent>().data();
            // A message of another version of this client may not be understood.
            if let Some(message) = messages::read(&data) {
                heard(message);
            }
        });
        Some(Self {
            channel,
            _listener: listener,
        })
    }

    pub(crate) fn say(&self, message: &Message) {
        let _ = self.channel.post_message(&messages::write(message));
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.close();
    }
}

#[wasm_bindgen]
extern "C" {
    /// `navigator.locks`, which web-sys does not count as stable.
    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &Object,
        callback: &Function,
    ) -> Result<Promise, JsValue>;
}

impl Drop for Locks {
    fn drop(&mut self) {
        self.release(Lock::Leader);
        self.release(Lock::Refresh);
    }
}

/// What became of a request for a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LockNews {
    Granted(Lock),
    Failed(Lock),
}

/// The locks of this tab.
pub(crate) struct Locks {
    manager: LockManager,
    name: String,
    leader: Slot,
    refresh: Slot,
}

type Slot = Rc<RefCell<State>>;

/// One lock: how often it was asked for, so that a late answer is told from the present one, and
/// how to give it back.
#[derive(Default)]
struct State {
    request: u32,
    abort: Option<AbortController>,
    release: Option<Function>,
}

impl Locks {
    /// The locks whose names begin with `name`; nothing where there are none.
    pub(crate) fn new(name: &str) -> Option<Self> {
        let navigator = web_sys::window()?.navigator();
        let manager = get(navigator.as_ref(), "locks");
        manager.is_object().then(|| Self {
            manager: manager.unchecked_into(),
            name: name.to_owned(),
            leader: Slot::default(),
            refresh: Slot::default(),
        })
    }

    fn slot(&self, lock: Lock) -> (&Slot, &'static str) {
        match lock {
            Lock::Leader => (&self.leader, "-leader:"),
            Lock::Refresh => (&self.refresh, "-refresh:"),
        }
    }

    /// Asks for a lock; `news` is called when it is held, or will not come.
    pub(crate) fn request(&self, lock: Lock, news: impl Fn(LockNews) + 'static) {
        let (slot, part) = self.slot(lock);
        let name = ["portcullis", part, &self.name].concat();
        let news = Rc::new(news);
        let Ok(abort) = AbortController::new() else {
            return news(LockNews::Failed(lock));
        };
        let options = Object::new();
        set(&options, "signal", &abort.signal());
        let request = {
            let mut state = slot.borrow_mut();
            state.request = state.request.wrapping_add(1);
            state.abort = Some(abort);
            state.request
        };
        let granted = {
            let (slot, news) = (Rc::clone(slot), Rc::clone(&news));
            // The lock is held for as long as the promise that this returns is pending.
            Closure::once_into_js(move || {
                Promise::new(&mut |resolve, _| {
                    let mut state = slot.borrow_mut();
                    if state.request == request && state.abort.take().is_some() {
                        state.release = Some(resolve);
                        let news = Rc::clone(&news);
                        spawn(async move { news(LockNews::Granted(lock)) });
                    } else {
                        let _ = resolve.call0(&JsValue::UNDEFINED);
                    }
                })
            })
        };
        let promise = self
            .manager
            .request(&name, &options, granted.unchecked_ref());
        let slot = Rc::clone(slot);
        spawn(async move {
            let failed = match promise {
                Ok(promise) => JsFuture::from(promise).await.is_err(),
                Err(_) => true,
            };
            let lost = {
                let mut state = slot.borrow_mut();
                let ours = state.request == request
                    && (state.abort.take().is_some() || state.release.take().is_some());
                failed && ours
            };
            if lost {
                news(LockNews::Failed(lock));
            }
        });
    }

    /// Gives a lock back, or stops asking for it.
    pub(crate) fn release(&self, lock: Lock) {
        let (abort, release) = {
            let mut state = self.slot(lock).0.borrow_mut();
            (state.abort.take(), state.release.take())
        };
        if let Some(abort) = abort {
            abort.abort();
        }
        if let Some(release) = release {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}
