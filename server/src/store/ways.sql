-- Ways to what was looked for row by row. Version 12 of the schema.

CREATE INDEX subscription_unproven ON subscription (id) WHERE last IS NULL;
CREATE INDEX upload_file ON upload (file) WHERE file <> '';
