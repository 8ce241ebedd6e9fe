//! The operating system's randomness.

use std::cell::RefCell;

use portcullis_domain::{Rng, Timestamp};
use uuid::{Builder, Uuid};

/// Random bytes in one id.
const ID: usize = 10;
/// So many ids are made of what the system is asked for at once.
const IDS: usize = 64;

thread_local! {
    static FOR_IDS: RefCell<ForIds> = const {
        RefCell::new(ForIds { bytes: [0; ID * IDS], used: ID * IDS })
    };
}

/// Randomness for the next ids of one thread.
struct ForIds {
    bytes: [u8; ID * IDS],
    used: usize,
}

/// The cryptographically secure generator that the binary uses: the system's own, asked directly.
/// The one of aws-lc first measures the processor's jitter, which takes tens of milliseconds, and
/// is left to those operations of it that need it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRng(());

impl Rng for SystemRng {
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // Going on would hand out guessable secrets.
            tracing::error!("the operating system delivers no random bytes; stopping");
            std::process::abort();
        }
    }
    /// An id is no secret, and each request gets one: a system call for every one of them would be
    /// a good part of what a session check costs.
    fn uuid_at(&self, now: Timestamp) -> Uuid {
        let random = FOR_IDS.with_borrow_mut(|ids| {
            if ids.used == ids.bytes.len() {
                self.fill(&mut ids.bytes);
                ids.used = 0;
            }
            let next = ids.bytes.iter().skip(ids.used).take(ID);
            ids.used += ID;
            let mut random = [0; ID];
            random
                .iter_mut()
                .zip(next)
                .for_each(|(to, from)| *to = *from);
            random
        });
        let millis = u64::try_from(now.0).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_ids_are_the_same_in_one_thread_or_in_several() {
        let some = || {
            (0..10 * IDS)
                .map(|_| SystemRng::default().uuid_at(Timestamp(1)))
                .collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(some)).collect();
        let mut all: Vec<_> = threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect();
        all.extend(some());
        let different: HashSet<_> = all.iter().collect();
        assert_eq!(different.len(), 50 * IDS);
        assert!(all.iter().all(|id| id.get_version_num() == 7));
    }
}
