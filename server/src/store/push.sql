-- Push: who is called, and what was sent. Version 4 of the schema.

-- A browser that wants to be called. Nothing says whose it is.
CREATE TABLE subscription (
    -- Never used again, so that what was sent to one is not taken for sent to another.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    endpoint TEXT NOT NULL UNIQUE,
    -- Of the browser, RFC 8291: an uncompressed P-256 point and 16 bytes.
    p256dh BLOB NOT NULL,
    auth BLOB NOT NULL,
    -- Codes of units and slugs of hazards with spaces between; empty stands for all.
    places TEXT NOT NULL,
    hazards TEXT NOT NULL,
    -- Lowest level wanted.
    level INTEGER NOT NULL,
    -- Hours of Vietnam.
    quiet_from INTEGER,
    quiet_to INTEGER,
    lang TEXT NOT NULL,
    -- Where its pages came from: what its notifications open.
    origin TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- When its push service last took something for it, and when it last asked for a trial.
    last INTEGER,
    tested INTEGER
);

-- Publications that are or were told by push.
CREATE TABLE push_run (
    seq INTEGER PRIMARY KEY,
    item BLOB NOT NULL,
    -- Oldest message of its chain; NULL until the sender has looked.
    chain BLOB,
    began INTEGER,
    -- NULL while somebody may still have to be told.
    ended INTEGER,
    accepted INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX push_run_item ON push_run (item);

-- What each subscription got of a chain.
CREATE TABLE push_sent (
    subscription INTEGER NOT NULL,
    chain BLOB NOT NULL,
    -- Position of the last message that its push service took or refused for good; 0 before that.
    seq INTEGER NOT NULL,
    -- Level it was shown last; 0 while it was shown nothing, and once that was called off.
    level INTEGER NOT NULL,
    -- Position of the first message since then that was perhaps sent: written before it is, so that a crash in between is
    -- known of.
    trying INTEGER,
    at INTEGER NOT NULL,
    PRIMARY KEY (subscription, chain)
) WITHOUT ROWID;

CREATE INDEX push_sent_at ON push_sent (at);
