-- Times are UTC, YYYY-MM-DDTHH:MM:SSZ. Lists are JSON arrays. NULL is "not known", "" is "known to be empty".

-- A news site.
CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,           -- as on the command line or in sources.toml
    host TEXT NOT NULL,                 -- of url, without "www."
    name TEXT NOT NULL,                 -- from sources.toml, else the host
    first_seen TEXT NOT NULL
) STRICT;
CREATE INDEX sources_host ON sources(host);

-- One run of the crawler.
CREATE TABLE crawls (
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    finished TEXT,                      -- NULL while it runs, and if it was killed
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'interrupted', 'failed')),
    arguments TEXT NOT NULL,            -- JSON object: what the run was asked to do
    version TEXT NOT NULL               -- of news-archiver
) STRICT;

-- How many pages of each source came out how in each run.
CREATE TABLE crawl_counts (
    crawl_id INTEGER NOT NULL REFERENCES crawls(id),
    source_id INTEGER NOT NULL REFERENCES sources(id),
    outcome TEXT NOT NULL,
    pages INTEGER NOT NULL,
    PRIMARY KEY (crawl_id, source_id, outcome)
) STRICT;
CREATE INDEX crawl_counts_source ON crawl_counts(source_id);

-- Every address ever seen, targets of related links included, and the outcome of its latest visit.
CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,           -- canonical, as asked for
    source_id INTEGER REFERENCES sources(id),   -- NULL: of no site that is crawled
    found_by TEXT,                      -- the first way here: start, feed, sitemap, front_page, related
    found_on_id INTEGER REFERENCES pages(id),   -- the page that led here first
    first_seen TEXT NOT NULL,
    listed_headline TEXT,               -- what feeds and sitemaps say of it
    listed_published TEXT,
    listed_modified TEXT,
    outcome TEXT,                       -- NULL: never visited
    detail TEXT NOT NULL DEFAULT '',    -- one line: what failed, or why it is no article
    status INTEGER,                     -- HTTP; NULL if no response arrived
    last_visited TEXT,
    visits INTEGER NOT NULL DEFAULT 0,
    links_seen TEXT,                    -- when its related links were last read; it shows those last seen then
    article_id INTEGER REFERENCES articles(id)  -- the article that the page holds; duplicates lead to one
) STRICT;
CREATE INDEX pages_source_outcome ON pages(source_id, outcome);
-- The order in which a crawl visits what earlier ones left over.
CREATE INDEX pages_unvisited
    ON pages(source_id, ifnull(listed_published, listed_modified) DESC, first_seen DESC) WHERE outcome IS NULL;
CREATE INDEX pages_found_on ON pages(found_on_id) WHERE found_on_id IS NOT NULL;
CREATE INDEX pages_article ON pages(article_id) WHERE article_id IS NOT NULL;

-- Each fetch, whole or failed. The raw bytes stand in the WARC files beside the archive.
CREATE TABLE captures (
    id INTEGER PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES pages(id),
    crawl_id INTEGER NOT NULL REFERENCES crawls(id),
    fetched TEXT NOT NULL,
    final_url TEXT NOT NULL,            -- where redirects led
    status INTEGER,                     -- HTTP; this and the next five are NULL if no response arrived
    content_type TEXT,
    length INTEGER,                     -- bytes, decoded
    digest TEXT,                        -- of these bytes, sha256:<hex>
    etag TEXT,
    last_modified TEXT,                 -- the header as sent
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL,
    warc_file TEXT,                     -- NULL: the bytes were not kept
    warc_offset INTEGER,
    warc_length INTEGER
) STRICT;
CREATE INDEX captures_page ON captures(page_id, id);
CREATE INDEX captures_crawl ON captures(crawl_id);

-- The latest version of each article. The body stands last: SQLite reads through it for what stands behind.
CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,           -- canonical, as the page names it
    page_id INTEGER NOT NULL REFERENCES pages(id),      -- where it was found first
    source_id INTEGER NOT NULL REFERENCES sources(id),
    headline TEXT NOT NULL,
    lead TEXT,
    language TEXT,                      -- BCP 47
    section TEXT,
    keywords TEXT NOT NULL,             -- JSON array
    date_published TEXT,                -- as the page states it
    date_modified TEXT,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1,    -- 1: never changed since first seen
    revised_at TEXT,                    -- when this version was first seen, NULL for revision 1
    capture_id INTEGER NOT NULL REFERENCES captures(id),    -- that this version was read from
    body_digest TEXT NOT NULL,          -- of the words of body
    content_digest TEXT NOT NULL,       -- of headline, lead, body and authors
    body TEXT NOT NULL                  -- one blank line between paragraphs
) STRICT;
CREATE INDEX articles_published ON articles(date_published);
CREATE INDEX articles_source_published ON articles(source_id, date_published);
CREATE INDEX articles_source_body ON articles(source_id, body_digest);
CREATE INDEX articles_page ON articles(page_id);
CREATE INDEX articles_capture ON articles(capture_id);

-- Earlier versions of articles that changed; the latest is the row in articles.
CREATE TABLE revisions (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles(id),
    number INTEGER NOT NULL,            -- from 1
    seen_at TEXT NOT NULL,              -- when this version was first seen
    headline TEXT NOT NULL,
    lead TEXT,
    authors TEXT NOT NULL,              -- JSON array
    date_published TEXT,
    date_modified TEXT,
    capture_id INTEGER NOT NULL REFERENCES captures(id),
    content_digest TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (article_id, number)
) STRICT;
CREATE INDEX revisions_capture ON revisions(capture_id);

-- Pictures of the latest version.
CREATE TABLE images (
    article_id INTEGER NOT NULL REFERENCES articles(id),
    position INTEGER NOT NULL,          -- from 0
    url TEXT NOT NULL,
    caption TEXT,
    credit TEXT,
    PRIMARY KEY (article_id, position)
) STRICT;

CREATE TABLE authors (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE           -- as published
) STRICT;

-- Who wrote the latest version.
CREATE TABLE article_authors (
    article_id INTEGER NOT NULL REFERENCES articles(id),
    author_id INTEGER NOT NULL REFERENCES authors(id),
    position INTEGER NOT NULL,          -- from 0
    PRIMARY KEY (article_id, author_id)
) STRICT;
CREATE INDEX article_authors_author ON article_authors(author_id);

-- The headlines of other stories that a page shows. One that left the page keeps its last_seen.
CREATE TABLE related_links (
    id INTEGER PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES pages(id),
    target_id INTEGER REFERENCES pages(id),     -- NULL: the page survives as text only
    headline TEXT NOT NULL,
    kind TEXT NOT NULL,                 -- related, popular, latest, section, sponsored
    block TEXT NOT NULL,                -- the heading above the list, or ''
    position INTEGER NOT NULL,          -- on the page, from 0, when last seen
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX related_links_once
    ON related_links(page_id, ifnull(target_id, 0), headline, kind, block);
CREATE INDEX related_links_target ON related_links(target_id);
CREATE INDEX related_links_last_seen ON related_links(page_id, last_seen);

-- An external content index: it holds no second copy of the text.
CREATE VIRTUAL TABLE articles_fts USING fts5(
    headline, lead, body,
    content="articles", content_rowid="id", tokenize="unicode61 remove_diacritics 2"
);
CREATE TRIGGER articles_fts_insert AFTER INSERT ON articles BEGIN
    INSERT INTO articles_fts(rowid, headline, lead, body) VALUES (new.id, new.headline, new.lead, new.body);
END;
CREATE TRIGGER articles_fts_delete AFTER DELETE ON articles BEGIN
    INSERT INTO articles_fts(articles_fts, rowid, headline, lead, body)
    VALUES ('delete', old.id, old.headline, old.lead, old.body);
END;
CREATE TRIGGER articles_fts_update AFTER UPDATE OF id, headline, lead, body ON articles BEGIN
    INSERT INTO articles_fts(articles_fts, rowid, headline, lead, body)
    VALUES ('delete', old.id, old.headline, old.lead, old.body);
    INSERT INTO articles_fts(rowid, headline, lead, body) VALUES (new.id, new.headline, new.lead, new.body);
END;

-- Every version of every article, the latest included.
CREATE VIEW article_versions AS
SELECT article_id, url, number, 0 AS is_latest, seen_at,
       revisions.headline, revisions.lead, revisions.body, authors,
       revisions.date_published, revisions.date_modified, revisions.capture_id, revisions.content_digest
FROM revisions JOIN articles ON articles.id = article_id
UNION ALL
SELECT id, url, revision, 1, ifnull(revised_at, first_seen), headline, lead, body,
       (SELECT json_group_array(name) FROM (
            SELECT name FROM article_authors JOIN authors ON authors.id = author_id
            WHERE article_id = articles.id ORDER BY position)),
       date_published, date_modified, capture_id, content_digest
FROM articles;

-- Related links with their addresses; is_shown if the page showed it when it was last read, target_article_id
-- if the target is archived.
CREATE VIEW related_headlines AS
SELECT pages.url AS page_url, pages.article_id AS page_article_id, related_links.headline,
       targets.url AS target_url, kind, block, position,
       related_links.first_seen, related_links.last_seen, related_links.last_seen = pages.links_seen AS is_shown,
       targets.article_id AS target_article_id
FROM related_links
JOIN pages ON pages.id = related_links.page_id
LEFT JOIN pages AS targets ON targets.id = related_links.target_id;

-- Articles by the day that they state, NULL for those that state none.
CREATE VIEW articles_by_day AS
SELECT date(date_published) AS day, sources.host AS source, count(*) AS articles
FROM articles JOIN sources ON sources.id = source_id
GROUP BY day, source_id;

-- Latest outcomes of all pages; outcome is NULL for pages never visited, source for pages of no crawled site.
CREATE VIEW page_outcomes AS
SELECT sources.host AS source, outcome, count(*) AS pages
FROM pages LEFT JOIN sources ON sources.id = source_id
GROUP BY source_id, outcome;

-- Headlines that were rewritten.
CREATE VIEW headline_changes AS
SELECT later.article_id, later.url, earlier.headline AS from_headline, later.headline AS to_headline,
       later.seen_at
FROM article_versions AS earlier
JOIN article_versions AS later ON later.article_id = earlier.article_id AND later.number = earlier.number + 1
WHERE later.headline <> earlier.headline;

-- Runs with their counts: one row a run, source and outcome.
CREATE VIEW crawl_summaries AS
SELECT crawls.id AS crawl_id, started, finished, state, sources.host AS source, outcome, pages
FROM crawls
LEFT JOIN crawl_counts ON crawl_counts.crawl_id = crawls.id
LEFT JOIN sources ON sources.id = source_id;
