-- The services that tokens may be for (RFC 8707), and single claims that were asked for (OpenID Connect
-- Core section 5.5).

ALTER TABLE authorization_codes ADD COLUMN resources TEXT NOT NULL DEFAULT '[]';
ALTER TABLE authorization_codes ADD COLUMN claims TEXT NOT NULL DEFAULT '[]';
ALTER TABLE token_families ADD COLUMN resources TEXT NOT NULL DEFAULT '[]';
ALTER TABLE token_families ADD COLUMN claims TEXT NOT NULL DEFAULT '[]';
