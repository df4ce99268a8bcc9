-- The phone tree: how many households were reached, as those who call say it. Version 6 of the schema.

CREATE TABLE tree (
    -- Oldest message of the chain of alerts.
    chain BLOB NOT NULL,
    -- Drawn by a phone for one worklist, so that its later numbers replace the earlier ones; says nothing of who calls.
    token BLOB NOT NULL,
    place INTEGER NOT NULL,
    told INTEGER NOT NULL,
    missed INTEGER NOT NULL,
    help INTEGER NOT NULL,
    houses INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (chain, token)
) WITHOUT ROWID;
