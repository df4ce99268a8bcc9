-- What items were made from, and where the log tells of an item. Version 8 of the schema.

CREATE TABLE had (
    item BLOB NOT NULL,
    -- Hash of what was taken from the source, as in `origin`; of every revision since this version, and the last one before it.
    content BLOB NOT NULL,
    PRIMARY KEY (item, content)
) WITHOUT ROWID;

INSERT INTO had SELECT item, content FROM origin WHERE content IS NOT NULL;

CREATE INDEX log_item ON log (item, revision);
