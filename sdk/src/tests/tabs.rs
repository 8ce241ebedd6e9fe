//! The broadcast channel and locks of this browser.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use portcullis_core::event::Lock;
use portcullis_core::message::Message;
use wasm_bindgen_test::wasm_bindgen_test;

use super::until;
use crate::tabs::{Channel, LockNews, Locks};

type Log<T> = Rc<RefCell<Vec<T>>>;

fn log<T: 'static>() -> (Log<T>, impl Fn(T) + 'static) {
    let log = Log::<T>::default();
    let end = Rc::clone(&log);
    (log, move |item| end.borrow_mut().push(item))
}

#[wasm_bindgen_test]
async fn a_message_reaches_others_and_not_its_sender() {
    let (own, here) = log();
    let (theirs, there) = log();
    let (others, elsewhere) = log();
    let sender = Channel::open("test-channel", here).unwrap();
    let _other = Channel::open("test-channel", there).unwrap();
    let _apart = Channel::open("test-channel-2", elsewhere).unwrap();
    let message = Message::WantTokens {
        chain: Some("c".into()),
        generation: 4,
    };
    sender.say(&message);
    until(|| !theirs.borrow().is_empty()).await;
    TimeoutFuture::new(50).await;
    assert_eq!(*theirs.borrow(), [message]);
    assert!(own.borrow().is_empty());
    assert!(others.borrow().is_empty());
}

#[wasm_bindgen_test]
async fn a_closed_channel_hears_nothing() {
    let (heard, hear) = log();
    let sender = Channel::open("test-closed", |_| ()).unwrap();
    drop(Channel::open("test-closed", hear).unwrap());
    sender.say(&Message::Ended {
        id: None,
        chain: None,
    });
    TimeoutFuture::new(100).await;
    assert!(heard.borrow().is_empty());
}

#[wasm_bindgen_test]
async fn a_lock_goes_from_one_to_the_next() {
    let (first_news, first_log) = log();
    let (second_news, second_log) = log();
    let first = Locks::new("test-lock").unwrap();
    let second = Locks::new("test-lock").unwrap();
    first.request(Lock::Refresh, first_log);
    until(|| !first_news.borrow().is_empty()).await;
    second.request(Lock::Refresh, second_log);
    TimeoutFuture::new(50).await;
    let granted = [LockNews::Granted(Lock::Refresh)];
    assert_eq!(*first_news.borrow(), granted);
    assert!(second_news.borrow().is_empty());
    // The other lock is another one.
    let (leader_news, leader_log) = log();
    second.request(Lock::Leader, leader_log);
    until(|| !leader_news.borrow().is_empty()).await;
    assert_eq!(*leader_news.borrow(), [LockNews::Granted(Lock::Leader)]);
    first.release(Lock::Refresh);
    until(|| !second_news.borrow().is_empty()).await;
    assert_eq!(*second_news.borrow(), granted);
}

#[wasm_bindgen_test]
async fn who_stops_waiting_for_a_lock_is_passed_over() {
    let locks = [(); 3].map(|()| Locks::new("test-queue").unwrap());
    let [holder, quitter, patient] = &locks;
    let (quit_news, quit_log) = log();
    let (news, patient_log) = log();
    let (held, holder_log) = log();
    holder.request(Lock::Refresh, holder_log);
    until(|| !held.borrow().is_empty()).await;
    quitter.request(Lock::Refresh, quit_log);
    patient.request(Lock::Refresh, patient_log);
    quitter.release(Lock::Refresh);
    holder.release(Lock::Refresh);
    until(|| !news.borrow().is_empty()).await;
    assert!(quit_news.borrow().is_empty());
    assert_eq!(*news.borrow(), [LockNews::Granted(Lock::Refresh)]);
}

#[wasm_bindgen_test]
async fn a_client_that_goes_away_leaves_no_lock_behind() {
    let (news, next) = log();
    let gone = Locks::new("test-drop").unwrap();
    let (held, gone_log) = log();
    gone.request(Lock::Leader, gone_log);
    until(|| !held.borrow().is_empty()).await;
    drop(gone);
    let heir = Locks::new("test-drop").unwrap();
    heir.request(Lock::Leader, next);
    until(|| !news.borrow().is_empty()).await;
    assert_eq!(*news.borrow(), [LockNews::Granted(Lock::Leader)]);
}
