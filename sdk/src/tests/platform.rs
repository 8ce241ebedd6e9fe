//! Clocks, randomness and PKCE's hash, as this browser does them.

use portcullis_core::redirect::{RANDOM_BYTES, Transaction};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::platform::{challenge, now, origin, random, tab_storage};

#[wasm_bindgen_test]
async fn rfc7636_appendix_b_challenge() {
    let challenge = challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        .await
        .unwrap();
    assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

#[wasm_bindgen_test]
fn no_two_transactions_are_alike() {
    let new = || Transaction::new(&random::<RANDOM_BYTES>().unwrap(), "/");
    let (one, other) = (new(), new());
    assert_ne!(one.verifier, other.verifier);
    assert_ne!(one.state, other.state);
    assert_ne!(one.nonce, other.nonce);
}

#[wasm_bindgen_test]
fn both_clocks_run() {
    let now = now();
    assert!(now.mono > 0);
    assert!(now.wall > 1_700_000_000_000);
}

#[wasm_bindgen_test]
fn the_page_has_an_origin_and_the_tab_a_storage() {
    assert!(origin().starts_with("http://127.0.0.1"), "{}", origin());
    let storage = tab_storage().unwrap();
    storage.set_item("portcullis-test", "kept").unwrap();
    assert_eq!(
        storage.get_item("portcullis-test").unwrap().as_deref(),
        Some("kept")
    );
    storage.remove_item("portcullis-test").unwrap();
}
