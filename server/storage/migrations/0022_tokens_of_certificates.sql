-- The certificates that the refresh tokens of public clients are bound to (RFC 8705 section 4):
-- SHA-256 in base64url.

ALTER TABLE token_families ADD COLUMN certificate TEXT;
