-- What a step is bound to. Version 7 of the schema.

-- Accounts that wrote what readers have or had, one number each.
ALTER TABLE work ADD COLUMN standing TEXT NOT NULL DEFAULT '';

-- Until now that was forgotten with each publication: whoever wrote any version counts.
UPDATE work SET standing = COALESCE(
    (SELECT replace(group_concat(DISTINCT v.by), ',', ' ') FROM version v WHERE v.work = work.id AND v.by > 0), '')
WHERE item IS NOT NULL;
UPDATE work SET hands = standing WHERE item IS NOT NULL AND live = 0;

-- SHA-256 of the text that a step was taken on; none in older lines, and where a line is not about a text.
ALTER TABLE audit ADD COLUMN text BLOB;
