-- Pushed authorization requests (RFC 9126), and the keys that DPoP binds codes and families to
-- (RFC 9449): SHA-256 thumbprints in base64url.

CREATE TABLE pushed_requests (
  request {BYTES} NOT NULL PRIMARY KEY,
  client_id TEXT NOT NULL,
  sealed {BYTES} NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX pushed_requests_by_expiry ON pushed_requests (expires_at);

ALTER TABLE authorization_codes ADD COLUMN dpop_jkt TEXT;
ALTER TABLE token_families ADD COLUMN dpop_jkt TEXT;
