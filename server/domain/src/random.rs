//! Randomness as something that is asked for, so that tests can replay the dice.

/// A source of random bytes. The binary's is cryptographically secure.
pub trait Rng: Send + Sync + 'static {
    /// Fills `bytes` with random ones. An operating system that cannot deliver any is beyond help:
    /// implementations end the process rather than return weak bytes.
    fn fill(&self, bytes: &mut [u8]);

    /// A time-ordered id (UUID version 7, RFC 9562 section 5.7).
    fn uuid_at(&self, now: portcullis_types::Timestamp) -> uuid::Uuid {
        let mut random = [0_u8; 10];
        self.fill(&mut random);
        let millis = u64::try_from(now.0).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}
