-- CAP: alerts that came from elsewhere, as they came. Version 5 of the schema.

-- It has sent alerts as CAP at least once.
ALTER TABLE source ADD COLUMN cap INTEGER NOT NULL DEFAULT 0;
-- What it sends for our places is published at once: an administrator trusts it.
ALTER TABLE source ADD COLUMN at_once INTEGER NOT NULL DEFAULT 0;

CREATE TABLE cap_message (
    id INTEGER PRIMARY KEY,
    -- The source that brought it first; it stays when the source goes.
    source INTEGER NOT NULL,
    -- `cap:SENDER,IDENTIFIER`, or a hash of what could not be read: the same never comes twice.
    key TEXT NOT NULL UNIQUE,
    sender TEXT NOT NULL,
    identifier TEXT NOT NULL,
    headline TEXT NOT NULL,
    -- Codes of our places that it is for, between blanks.
    places TEXT NOT NULL,
    -- `waiting`, `published`, `refused` or `foreign` (none of our places).
    state TEXT NOT NULL,
    -- Code of why it was refused or waits, and where in the message.
    reason TEXT NOT NULL,
    place TEXT NOT NULL,
    -- The bytes as they came; none of what is foreign.
    raw BLOB NOT NULL,
    -- Written again as CAP 1.2, whole in itself; empty where it could not be read.
    message TEXT NOT NULL,
    at INTEGER NOT NULL
);

CREATE INDEX cap_message_state ON cap_message (state, id);

-- Messages that a later one of the same source has updated or cancelled, whether they ever came or not.
CREATE TABLE cap_reference (
    key TEXT NOT NULL,
    source INTEGER NOT NULL,
    PRIMARY KEY (key, source)
) WITHOUT ROWID;

-- Entries of feeds whose alert was fetched: hash of address and date.
CREATE TABLE cap_link (
    hash BLOB PRIMARY KEY,
    at INTEGER NOT NULL
) WITHOUT ROWID;
