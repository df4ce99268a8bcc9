-- What lists of works ask for, and an index for each of them. Version 7 of the schema.

-- Folded: title and summary in every language, and the number of the document.
ALTER TABLE work RENAME COLUMN title TO words;
ALTER TABLE work ADD COLUMN alert INTEGER NOT NULL DEFAULT 0;
-- One bit for each topic; an instance has fewer than 64.
ALTER TABLE work ADD COLUMN topics INTEGER NOT NULL DEFAULT 0;
-- When it no longer holds; NULL where that is not said.
ALTER TABLE work ADD COLUMN ends INTEGER;

-- Each holds all that its list asks before it knows which works it shows: a row of `work` is long.
DROP INDEX work_changed;
CREATE INDEX work_changed ON work (changed, id, stage, created_by, alert, topics, words);
CREATE INDEX work_stage ON work (stage, changed, id, created_by, alert, topics, hands);
CREATE INDEX work_begun ON work (created_by, changed, id, stage, alert);
CREATE INDEX work_ends ON work (ends, id, stage, created_by, alert, topics) WHERE ends IS NOT NULL;
CREATE INDEX work_places ON work_place (work, place);
-- Which work an item is of: what is none's was published without the desk.
CREATE INDEX work_item ON work (item) WHERE item IS NOT NULL;
