-- The desk: people, what they write, and what they did. Version 2 of the schema.

CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    -- What its owner signs in with; folded, so that nobody gets a name that reads like another.
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- argon2id, PHC string; empty where a passkey is the way in.
    password TEXT NOT NULL,
    totp BLOB NOT NULL,
    -- Last time step of a code that was used: none works twice.
    totp_step INTEGER NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL
);

-- SHA-256 of codes on paper; gone once used.
CREATE TABLE recovery (
    account INTEGER NOT NULL REFERENCES account (id),
    code BLOB NOT NULL,
    PRIMARY KEY (account, code)
) WITHOUT ROWID;

-- What opens the desk without a password: made by a device for an account.
CREATE TABLE passkey (
    credential BLOB PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    -- How its owner calls the device.
    name TEXT NOT NULL,
    -- Public key and counter as JSON.
    key BLOB NOT NULL,
    at INTEGER NOT NULL,
    used INTEGER
) WITHOUT ROWID;

CREATE INDEX passkey_account ON passkey (account);

CREATE TABLE role (
    account INTEGER NOT NULL REFERENCES account (id),
    role TEXT NOT NULL,
    place INTEGER NOT NULL,
    -- Indices of topics, one byte each; none means all.
    topics BLOB NOT NULL,
    PRIMARY KEY (account, role, place)
) WITHOUT ROWID;

CREATE TABLE session (
    -- SHA-256 of what the browser holds.
    token BLOB PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    at INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    agent TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX session_account ON session (account);

CREATE TABLE invitation (
    token BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    -- Roles as `role` has them: name, place, topics in hex, one a line.
    roles TEXT NOT NULL,
    by INTEGER,
    -- Whoever has lost his way in gets a new one; NULL for a new person.
    account INTEGER REFERENCES account (id),
    expires INTEGER NOT NULL,
    -- Drawn when the link is first opened, so that opening it again shows the same code.
    totp BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE work (
    id INTEGER PRIMARY KEY,
    stage TEXT NOT NULL,
    live INTEGER NOT NULL,
    -- SHA-256 of the manuscript that was approved.
    approved BLOB,
    -- Counts saves: whoever saves names the one he began with.
    version INTEGER NOT NULL,
    -- A manuscript as JSON, and its SHA-256.
    text BLOB NOT NULL,
    hash BLOB NOT NULL,
    -- Of the manuscript, for lists.
    title TEXT NOT NULL,
    -- Accounts that have written since it was last published, one number each.
    hands TEXT NOT NULL,
    -- Its item, once published, and the manuscript of the revision that stands.
    item BLOB,
    published BLOB,
    publish_at INTEGER,
    created_by INTEGER NOT NULL,
    at INTEGER NOT NULL,
    changed INTEGER NOT NULL
);

-- Lists and search read this alone until they know which works they show.
CREATE INDEX work_changed ON work (changed, id, stage, title);

-- Where a work belongs, for lists: 0 stands for everyone.
CREATE TABLE work_place (
    place INTEGER NOT NULL,
    work INTEGER NOT NULL REFERENCES work (id),
    PRIMARY KEY (place, work)
) WITHOUT ROWID;

-- What a work was, each time somebody else wrote it or it went on to another stage.
CREATE TABLE version (
    work INTEGER NOT NULL REFERENCES work (id),
    version INTEGER NOT NULL,
    text BLOB NOT NULL,
    by INTEGER NOT NULL,
    at INTEGER NOT NULL,
    -- It went on to another stage: never replaced by a later save.
    kept INTEGER NOT NULL,
    PRIMARY KEY (work, version)
) WITHOUT ROWID;

-- Who did what, when. Nothing in here is changed or deleted.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    -- NULL for the server itself and for whoever is not signed in.
    actor INTEGER,
    action TEXT NOT NULL,
    work INTEGER,
    account INTEGER,
    -- Stage, roles or the like before and after.
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    -- Remark or reason, in the words of the actor.
    words TEXT NOT NULL,
    -- SHA-256 over the line before and this one.
    chain BLOB NOT NULL
);

CREATE INDEX audit_work ON audit (work, id);

CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit lines stay'); END;
CREATE TRIGGER audit_keeps BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit lines stay'); END;

-- Who is to hear of a line of the audit.
CREATE TABLE notice (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    work INTEGER NOT NULL REFERENCES work (id),
    line INTEGER NOT NULL REFERENCES audit (id),
    seen INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, line)
);

-- How often each item was opened, as far as readers agreed to be counted.
CREATE TABLE opens (
    item BLOB PRIMARY KEY,
    count INTEGER NOT NULL
) WITHOUT ROWID;

-- What is to be done later, written with what caused it. `key` makes the same thing once.
CREATE TABLE job (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    due INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    -- Why it failed last, in words; empty while it has not.
    trouble TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL
);

CREATE INDEX job_due ON job (due);

-- Pictures and recordings that were brought to a work. `file` is empty until they are encoded.
CREATE TABLE upload (
    id INTEGER PRIMARY KEY,
    work INTEGER NOT NULL REFERENCES work (id),
    by INTEGER NOT NULL,
    -- `picture` or `sound`.
    kind TEXT NOT NULL,
    -- Name in the folder of originals, which goes once it is encoded.
    original TEXT NOT NULL,
    -- What a picture shows, or what a recording is.
    words TEXT NOT NULL,
    -- Who speaks, and has agreed to be heard.
    speaker TEXT NOT NULL,
    file TEXT NOT NULL DEFAULT '',
    -- Code of what was wrong with it.
    trouble TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL
);

CREATE INDEX upload_work ON upload (work, id);

-- Feeds that are read again and again; each has a job `poll:ID` while it is not paused.
CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    -- Empty until somebody or the feed itself gives one.
    name TEXT NOT NULL,
    -- Where and about what its drafts are: 0 stands for everyone; no topic, where people choose one for each.
    place INTEGER NOT NULL,
    topic INTEGER,
    -- In whose name drafts are made: he must still have the right to.
    by INTEGER NOT NULL,
    paused INTEGER NOT NULL DEFAULT 0,
    -- What its server said last, so that it need not send the same again.
    etag TEXT NOT NULL DEFAULT '',
    modified TEXT NOT NULL DEFAULT '',
    -- When it was last asked, and last answered.
    polled INTEGER,
    success INTEGER,
    -- Code of why it failed last; empty where it did not.
    trouble TEXT NOT NULL DEFAULT '',
    -- Its server wants no question before this.
    rest INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL,
    UNIQUE (url, place)
);

-- Articles that were brought in, by a hash of their address or of their name in the feed. They stay when a source goes.
-- Whoever does not see the draft of another place may have one of his own.
CREATE TABLE source_entry (
    hash BLOB NOT NULL,
    work INTEGER NOT NULL REFERENCES work (id),
    at INTEGER NOT NULL,
    PRIMARY KEY (hash, work)
) WITHOUT ROWID;
