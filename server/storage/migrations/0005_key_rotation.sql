-- A signing key is made and published as the next one, becomes the active one, and is retired when
-- the next takes its place; its JWK stays published until the last token it signed has expired.

ALTER TABLE signing_keys ADD COLUMN activated_at BIGINT;
ALTER TABLE signing_keys ADD COLUMN retired_at BIGINT;
ALTER TABLE signing_keys ADD COLUMN expires_at BIGINT;
UPDATE signing_keys SET activated_at = created_at;
