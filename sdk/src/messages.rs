//! What tabs tell each other, as plain objects on the broadcast channel.

use portcullis_core::message::Message;
use portcullis_core::tokens::SharedTokens;
use portcullis_types::SessionId;
use wasm_bindgen::JsValue;

use crate::convert::{get, new_object, set};
use crate::wire::{id, id_text, integer, put_integer, put_text, read_answer, text, write_answer};

/// Writes a message.
pub(crate) fn write(message: &Message) -> JsValue {
    let object = new_object();
    let kind = match message {
        Message::Session { answer } => {
            set(&object, "answer", &write_answer(answer));
            "session"
        }
        Message::SignedOut { id, chain } => {
            put_end(&object, *id, chain.as_deref());
            "signed_out"
        }
        Message::Ended { id, chain } => {
            put_end(&object, *id, chain.as_deref());
            "ended"
        }
        Message::WantTokens { chain, generation } => {
            put_end(&object, None, chain.as_deref());
            put_count(&object, "generation", *generation);
            "want_tokens"
        }
        Message::Tokens(tokens) => {
            put_tokens(&object, tokens);
            "tokens"
        }
        Message::Failed {
            chain,
            generation,
            failures,
            wait,
        } => {
            put_end(&object, None, Some(chain));
            put_count(&object, "generation", *generation);
            put_count(&object, "failures", u64::from(*failures));
            put_integer(&object, "wait", *wait);
            "failed"
        }
    };
    put_text(&object, "kind", kind);
    object
}

/// Reads a message; nothing if it is of a version of this client that says other things.
pub(crate) fn read(object: &JsValue) -> Option<Message> {
    let session = id(object, "id").map(SessionId);
    let chain = text(object, "chain");
    Some(match text(object, "kind")?.as_str() {
        "session" => Message::Session {
            answer: read_answer(&get(object, "answer"))?,
        },
        "signed_out" => Message::SignedOut { id: session, chain },
        "ended" => Message::Ended { id: session, chain },
        "want_tokens" => Message::WantTokens {
            chain,
            generation: count(object, "generation")?,
        },
        "tokens" => Message::Tokens(Box::new(SharedTokens {
            chain: chain?,
            since: integer(object, "since")?,
            generation: count(object, "generation")?,
            access: text(object, "access")?,
            refresh: text(object, "refresh"),
            lifetime: integer(object, "lifetime")?,
            remaining: integer(object, "remaining")?,
            sent_wall: integer(object, "sent_wall")?,
            family: session,
            replaces: text(object, "replaces"),
        })),
        "failed" => Message::Failed {
            chain: chain?,
            generation: count(object, "generation")?,
            failures: u32::try_from(integer(object, "failures")?).ok()?,
            wait: integer(object, "wait")?,
        },
        _ => return None,
    })
}

fn put_tokens(object: &JsValue, tokens: &SharedTokens) {
    let SharedTokens {
        chain,
        since,
        generation,
        access,
        refresh,
        lifetime,
        remaining,
        sent_wall,
        family,
        replaces,
    } = tokens;
    put_end(object, *family, Some(chain));
    put_integer(object, "since", *since);
    put_count(object, "generation", *generation);
    put_text(object, "access", access);
    if let Some(refresh) = refresh {
        put_text(object, "refresh", refresh);
    }
    if let Some(replaces) = replaces {
        put_text(object, "replaces", replaces);
    }
    put_integer(object, "lifetime", *lifetime);
    put_integer(object, "remaining", *remaining);
    put_integer(object, "sent_wall", *sent_wall);
}

fn put_end(object: &JsValue, id: Option<SessionId>, chain: Option<&str>) {
    if let Some(id) = id {
        put_text(object, "id", &id_text(id.0));
    }
    if let Some(chain) = chain {
        put_text(object, "chain", chain);
    }
}

fn put_count(object: &JsValue, name: &str, count: u64) {
    put_integer(object, name, count.cast_signed());
}

fn count(object: &JsValue, name: &str) -> Option<u64> {
    integer(object, name).and_then(|count| u64::try_from(count).ok())
}
