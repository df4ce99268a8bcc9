-- Which alerts from elsewhere, and which words that they are over, nobody on the way can have written. Version 10 of the schema.

ALTER TABLE cap_message ADD COLUMN secure INTEGER NOT NULL DEFAULT 1;
UPDATE cap_message SET secure = 0, reason = '' WHERE reason = 'not-secure';
ALTER TABLE cap_reference ADD COLUMN secure INTEGER NOT NULL DEFAULT 1;
