-- What a run is known by in every copy of the archive, so that archives can be joined: ids differ, keys do not.
ALTER TABLE crawls ADD COLUMN key TEXT;
-- Of runs that were there before, what all copies agree on: when and as what they began, and their first fetch.
UPDATE crawls SET key = printf('%s %d %s %s', started, id, version, ifnull((
    SELECT fetched || ' ' || ifnull(digest, '') FROM captures
    WHERE crawl_id = crawls.id ORDER BY captures.id LIMIT 1), ''));
CREATE UNIQUE INDEX crawls_key ON crawls(key);
CREATE TRIGGER crawls_key AFTER INSERT ON crawls WHEN new.key IS NULL BEGIN
    UPDATE crawls SET key = lower(hex(randomblob(16))) WHERE id = new.id;
END;

-- Stories that were removed on purpose: what tells of it later, and keeps them out. Addresses stand here as digests
-- only, for an address tells what its story is about.
CREATE TABLE forgettings (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,           -- the same in every archive that the row was joined into
    address TEXT NOT NULL,              -- digest of the address that was named, sha256:<hex>
    reason TEXT NOT NULL,
    begun TEXT NOT NULL,
    finished TEXT,                      -- NULL: rows are gone, raw pages or free space are not yet
    allowed TEXT,                       -- when the story was let in again; NULL: it is kept out
    articles INTEGER NOT NULL,          -- how many were removed
    versions INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    captures INTEGER NOT NULL,
    links INTEGER NOT NULL              -- related links that showed it, or that it showed
) STRICT;
CREATE INDEX forgettings_address ON forgettings(address);

-- What is kept out: digests of addresses, and of texts together with the site that published them.
CREATE TABLE forgotten (
    digest TEXT NOT NULL,
    forgetting_id INTEGER NOT NULL REFERENCES forgettings(id),
    PRIMARY KEY (digest, forgetting_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX forgotten_forgetting ON forgotten(forgetting_id);

-- What of a forgetting is still to be done, should it be killed; empty when all are finished.
CREATE TABLE forgetting_work (
    id INTEGER PRIMARY KEY,
    forgetting_id INTEGER NOT NULL REFERENCES forgettings(id),
    kind TEXT NOT NULL CHECK (kind IN ('address', 'record')),
    value TEXT NOT NULL,                -- an address whose records go, or the name of a WARC file
    position INTEGER,                   -- of a record in that file
    length INTEGER
) STRICT;
CREATE INDEX forgetting_work_forgetting ON forgetting_work(forgetting_id);
