CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL
);

-- Append only: positions are never changed, deleted or used again.
CREATE TABLE log (
    seq INTEGER PRIMARY KEY,
    item BLOB NOT NULL,
    revision INTEGER NOT NULL,
    -- 1: `card` is a card, with body, kid and sig. 2: `card` is a withdrawal.
    kind INTEGER NOT NULL,
    card BLOB NOT NULL,
    body BLOB,
    kid BLOB,
    sig BLOB,
    at INTEGER NOT NULL
);

-- What an item is called at its source, and what was last taken from there.
CREATE TABLE origin (
    external TEXT PRIMARY KEY,
    item BLOB NOT NULL UNIQUE,
    -- NULL until the item itself arrives: others may refer to it before.
    content BLOB,
    revision INTEGER NOT NULL,
    sample INTEGER NOT NULL
);

CREATE TABLE media (
    file TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    seconds INTEGER NOT NULL,
    at INTEGER NOT NULL
);
