-- When a page is asked for: every address seen waits, is on its way, or is done with.
ALTER TABLE pages ADD COLUMN state TEXT NOT NULL DEFAULT 'pending'
    CHECK (state IN ('pending', 'leased', 'done'));
ALTER TABLE pages ADD COLUMN priority INTEGER NOT NULL DEFAULT 1;   -- 0 first: the site lists it, 2: only maps it
ALTER TABLE pages ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;   -- that failed since the last that did not
ALTER TABLE pages ADD COLUMN next_visit TEXT;   -- not before; NULL: at once if pending, never if done
ALTER TABLE pages ADD COLUMN leased_until TEXT; -- when a crawl that has died counts as dead; NULL if not leased
UPDATE pages SET state = 'done' WHERE outcome IS NOT NULL;
UPDATE pages SET state = 'pending', next_visit = strftime('%Y-%m-%dT%H:%M:%SZ', last_visited, '+1 hour')
    WHERE outcome IN ('stored', 'changed', 'unchanged', 'duplicate');
UPDATE pages SET state = 'pending', attempts = visits, next_visit = last_visited
    WHERE outcome IN ('timeout', 'unreachable') OR outcome = 'http_error' AND (status >= 500 OR status = 429);
UPDATE pages SET priority = CASE
    WHEN found_by = 'sitemap' AND listed_published IS NULL THEN 2
    WHEN found_by IN ('feed', 'front_page', 'sitemap', 'start') THEN 0
    ELSE 1 END;
DROP INDEX pages_unvisited;
-- The order in which a crawl visits what waits for its first visit, and for a further one.
CREATE INDEX pages_waiting ON pages(
    source_id, priority, ifnull(listed_published, listed_modified) DESC, first_seen DESC)
    WHERE state = 'pending' AND outcome IS NULL;
CREATE INDEX pages_due ON pages(source_id, next_visit) WHERE state = 'pending' AND outcome IS NOT NULL;
CREATE INDEX pages_leased ON pages(id) WHERE state = 'leased';

-- What was read from each capture, NULL where it was not split: how a source is compared with its own past.
ALTER TABLE captures ADD COLUMN body_length INTEGER;    -- characters of the story's text
ALTER TABLE captures ADD COLUMN has_date INTEGER;       -- 1: the page states when it was published
ALTER TABLE captures ADD COLUMN has_author INTEGER;
ALTER TABLE captures ADD COLUMN link_count INTEGER;     -- related links
ALTER TABLE captures ADD COLUMN refers_to INTEGER REFERENCES captures(id);
                                        -- the capture whose record holds the same bytes; NULL: its own does
ALTER TABLE captures ADD COLUMN rendered INTEGER NOT NULL DEFAULT 0;    -- 1: the document a browser made of it
CREATE INDEX captures_refers_to ON captures(refers_to) WHERE refers_to IS NOT NULL;
CREATE INDEX captures_place ON captures(warc_file, warc_offset) WHERE warc_file IS NOT NULL;

-- Which headlines stood on a page, in which order, from when until when: a row for every change.
CREATE TABLE sightings (
    id INTEGER PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES pages(id),
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,            -- when the page was last read and showed the same
    links TEXT NOT NULL                 -- JSON array of related_links ids, in page order
) STRICT;
CREATE INDEX sightings_page ON sightings(page_id, first_seen);

-- What one crawl came to at one source: what it found, fetched and read.
CREATE TABLE funnels (
    crawl_id INTEGER NOT NULL REFERENCES crawls(id),
    source_id INTEGER NOT NULL REFERENCES sources(id),
    discovered INTEGER NOT NULL,        -- addresses never seen before
    asked INTEGER NOT NULL,             -- requests that robots.txt allows
    fetched INTEGER NOT NULL,           -- responses
    articles INTEGER NOT NULL,          -- pages with a story, known or not
    new INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    gone INTEGER NOT NULL,              -- stories that the site has taken down
    failed INTEGER NOT NULL,
    bytes INTEGER NOT NULL,             -- of responses, decoded
    refused INTEGER NOT NULL,           -- statuses 401, 403 and 429, and challenges
    read INTEGER NOT NULL,              -- pages that were split and hold a story; of these:
    body_length INTEGER,                -- median, characters
    dated INTEGER NOT NULL,             -- how many state a date
    signed INTEGER NOT NULL,            -- how many name an author
    links INTEGER,                      -- median of related links
    PRIMARY KEY (crawl_id, source_id)
) STRICT;
CREATE INDEX funnels_source ON funnels(source_id, crawl_id);

-- What needs a person: where a source is not as it used to be.
CREATE TABLE alarms (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES sources(id),
    kind TEXT NOT NULL,
    message TEXT NOT NULL,
    crawl_id INTEGER NOT NULL REFERENCES crawls(id),    -- that raised it
    raised TEXT NOT NULL,
    last_seen TEXT NOT NULL,            -- when a crawl last found it so
    cleared TEXT,                       -- when a crawl found it mended; NULL while it stands
    notified TEXT                       -- when somebody was told
) STRICT;
CREATE INDEX alarms_source ON alarms(source_id, kind) WHERE cleared IS NULL;

-- Files of others that were read in, and how far.
CREATE TABLE imports (
    digest TEXT PRIMARY KEY,            -- of the file's first and last megabyte and its size, sha256:<hex>
    file TEXT NOT NULL,                 -- its name
    crawl_id INTEGER NOT NULL REFERENCES crawls(id),
    next_offset INTEGER NOT NULL,       -- bytes read in so far: where the next record begins
    finished TEXT                       -- NULL: not read to its end
) STRICT, WITHOUT ROWID;
CREATE INDEX imports_crawl ON imports(crawl_id);
CREATE INDEX alarms_crawl ON alarms(crawl_id);

-- Who changed a version: the publisher, or a better parser that read the same bytes again.
ALTER TABLE articles ADD COLUMN cause TEXT NOT NULL DEFAULT 'publisher' CHECK (cause IN ('publisher', 'parser'));
ALTER TABLE articles ADD COLUMN parser TEXT;            -- version of news-archiver that read it; NULL: not noted
ALTER TABLE revisions ADD COLUMN cause TEXT NOT NULL DEFAULT 'publisher' CHECK (cause IN ('publisher', 'parser'));
ALTER TABLE revisions ADD COLUMN parser TEXT;
DROP VIEW headline_changes;
DROP VIEW article_versions;
-- Every version of every article, the latest included.
CREATE VIEW article_versions AS
SELECT article_id, url, number, 0 AS is_latest, seen_at,
       revisions.headline, revisions.lead, revisions.body, authors,
       revisions.date_published, revisions.date_modified, revisions.capture_id, revisions.content_digest,
       revisions.cause, revisions.parser
FROM revisions JOIN articles ON articles.id = article_id
UNION ALL
SELECT id, url, revision, 1, ifnull(revised_at, first_seen), headline, lead, body,
       (SELECT json_group_array(name) FROM (
            SELECT name FROM article_authors JOIN authors ON authors.id = author_id
            WHERE article_id = articles.id ORDER BY position)),
       date_published, date_modified, capture_id, content_digest, cause, parser
FROM articles;

-- Headlines that the publisher rewrote.
CREATE VIEW headline_changes AS
SELECT later.article_id, later.url, earlier.headline AS from_headline, later.headline AS to_headline,
       later.seen_at
FROM article_versions AS earlier
JOIN article_versions AS later ON later.article_id = earlier.article_id AND later.number = earlier.number + 1
WHERE later.headline <> earlier.headline AND later.cause = 'publisher';
