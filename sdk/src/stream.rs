//! The server's stream of events, through the browser's `EventSource`.

use gloo_events::EventListener;
use portcullis_core::Event;
use portcullis_types::events::EventKind;
use wasm_bindgen::JsCast;
use web_sys::{EventSource, MessageEvent};

use crate::convert::{get, parse_json};
use crate::platform::millis;

/// An open stream; dropping it closes it.
pub(crate) struct Stream {
    source: EventSource,
    _listeners: [EventListener; 4],
}

impl Stream {
    pub(crate) fn open(url: &str, heard: impl Fn(Event) + Clone + 'static) -> Option<Self> {
        let source = EventSource::new(url).ok()?;
        let listen = |name: &'static str, kind: EventKind| {
            let heard = heard.clone();
            EventListener::new(&source, name, move |event| {
                let data = event.unchecked_ref::<MessageEvent>().data().as_string();
                let version = data.and_then(|text| parse_json(&text));
                let version = version.and_then(|event| get(&event, "version").as_f64());
                heard(Event::Stream {
                    kind,
                    version: version.map_or(-1, millis),
                });
            })
        };
        let error = {
            let source = source.clone();
            let heard = heard.clone();
            // While it is connecting again, the browser sees to it by itself.
            EventListener::new(&source.clone(), "error", move |_| {
                if source.ready_state() == EventSource::CLOSED {
                    heard(Event::StreamClosed);
                }
            })
        };
        let listeners = [
            listen("hello", EventKind::Hello),
            listen("changed", EventKind::Changed),
            listen("ended", EventKind::Ended),
            error,
        ];
        Some(Self {
            source,
            _listeners: listeners,
        })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.close();
    }
}
