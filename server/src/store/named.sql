-- Who named a source first, whoever lets it go on later; how often a worklist was heard of. Version 9 of the schema.

ALTER TABLE source ADD COLUMN named INTEGER NOT NULL DEFAULT 0;
UPDATE source SET named = by;
ALTER TABLE tree ADD COLUMN words INTEGER NOT NULL DEFAULT 1;
