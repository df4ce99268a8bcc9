-- Works by the form that began them: sent twice, it begins one. Version 7 of the schema.

CREATE TABLE begun (
    account INTEGER NOT NULL REFERENCES account (id),
    -- What the form was given when it was shown.
    once TEXT NOT NULL,
    work INTEGER NOT NULL REFERENCES work (id),
    at INTEGER NOT NULL,
    PRIMARY KEY (account, once)
) WITHOUT ROWID;
