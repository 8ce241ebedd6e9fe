//! Ceremonies: each is spent once.

use portcullis_domain::ceremonies::CeremonyStore;

use crate::support::*;

async fn a_ceremony_is_spent_once(db: &Fixture) {
    let (one, other) = (hash(), hash());
    assert!(db.spend_ceremony(one, later(300)).await.unwrap());
    assert!(!db.spend_ceremony(one, later(300)).await.unwrap());
    assert!(!db.spend_ceremony(one, later(900)).await.unwrap());
    assert!(db.spend_ceremony(other, later(300)).await.unwrap());
}

async fn of_many_who_spend_a_ceremony_one_does(db: &Fixture) {
    for callers in ROUNDS {
        let ceremony = hash();
        let results = db
            .race(callers, |node, _| async move {
                node.spend_ceremony(ceremony, later(300)).await.unwrap()
            })
            .await;
        assert_eq!(
            results.iter().filter(|spent| **spent).count(),
            1,
            "of {callers}"
        );
    }
}

conformance!(
    a_ceremony_is_spent_once,
    of_many_who_spend_a_ceremony_one_does
);
