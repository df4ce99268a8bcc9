-- Addresses that texts lead to, and whether anything was there. Version 3 of the schema.

CREATE TABLE link (
    url TEXT PRIMARY KEY,
    checked INTEGER NOT NULL,
    -- Code of why nothing was there; empty where something was.
    trouble TEXT NOT NULL
) WITHOUT ROWID;
