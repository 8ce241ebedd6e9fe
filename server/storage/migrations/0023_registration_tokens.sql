-- What is known of the tokens that applications register themselves with, besides their hashes: so that
-- an admin can see them and take one back. Of older ones it is not known how many uses they began with.

ALTER TABLE initial_access_tokens ADD COLUMN id {ID};
ALTER TABLE initial_access_tokens ADD COLUMN prefix TEXT NOT NULL DEFAULT '';
ALTER TABLE initial_access_tokens ADD COLUMN uses BIGINT NOT NULL DEFAULT 0;
ALTER TABLE initial_access_tokens ADD COLUMN made_by {ID};
ALTER TABLE initial_access_tokens ADD COLUMN last_used_at BIGINT;
UPDATE initial_access_tokens SET id = {RANDOM_ID}, prefix = 'pc_iat_', uses = uses_left;
CREATE UNIQUE INDEX initial_access_tokens_by_id ON initial_access_tokens (id);
