-- What each subscription has heard of a chain, and ways to all of a chain. Version 11 of the schema.

-- Level of what rang last for its own places, or to what that was lowered since; 0 where nothing has rung, and since word for
-- others alone. What was sent before this was written down is taken for heard.
ALTER TABLE push_sent ADD COLUMN heard INTEGER NOT NULL DEFAULT 0;
UPDATE push_sent SET heard = level;
CREATE INDEX push_sent_chain ON push_sent (chain);
CREATE INDEX push_run_chain ON push_run (chain, seq);
