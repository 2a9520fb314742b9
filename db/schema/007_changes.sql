-- What each version changed against the one before it: a row for each kind. Older archives are classed when upgraded.
CREATE TABLE version_changes (
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    number INTEGER NOT NULL,            -- of the later version, from 2
    kind TEXT NOT NULL CHECK (kind IN ('headline', 'lead', 'body', 'byline', 'correction', 'trivial')),
    notice TEXT,                        -- of a correction: the paragraph that says so, NULL of other kinds
    seen_at TEXT NOT NULL,              -- when the later version was first seen
    PRIMARY KEY (article_id, number, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX version_changes_seen ON version_changes(seen_at, article_id, number, kind);

-- Which version of an article that changed its page showed from when until when; one that showed an earlier version
-- again has a row for each time. An article that never changed has none: it was as it is from first to last seen.
CREATE TABLE version_sightings (
    article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    first_seen TEXT NOT NULL,
    number INTEGER NOT NULL,
    last_seen TEXT NOT NULL,
    PRIMARY KEY (article_id, first_seen, number)
) STRICT, WITHOUT ROWID;

-- Headlines of a story elsewhere than above its text: in feeds and sitemaps, and those its page states for machines
-- where they differ from the one it shows. What other pages say of it stands in related_links.
CREATE TABLE listed_headlines (
    id INTEGER PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES pages(id) ON DELETE CASCADE,    -- of the story
    origin TEXT NOT NULL CHECK (origin IN ('feed', 'sitemap', 'og:title', 'twitter:title', 'json-ld')),
    listed_on_id INTEGER NOT NULL REFERENCES pages(id) ON DELETE CASCADE,   -- the feed or sitemap, else the page itself
    headline TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX listed_headlines_once ON listed_headlines(page_id, origin, listed_on_id, headline);
CREATE INDEX listed_headlines_on ON listed_headlines(listed_on_id);
-- Of pages known before, the last headline that a listing gave is known, but neither from which one nor since when.
INSERT INTO listed_headlines(page_id, origin, listed_on_id, headline, first_seen, last_seen)
SELECT id, CASE found_by WHEN 'sitemap' THEN 'sitemap' ELSE 'feed' END, ifnull(found_on_id, id),
       listed_headline, first_seen, first_seen
FROM pages WHERE listed_headline IS NOT NULL AND listed_headline <> '' AND found_by IN ('feed', 'sitemap');

-- Which version of each article its page showed from when until when.
CREATE VIEW version_periods AS
SELECT article_id, number, first_seen, last_seen FROM version_sightings
UNION ALL
SELECT id, 1, first_seen, last_seen FROM articles WHERE revision = 1;

-- What happened to stories: each kind of each change, and stories that their site took down (number and cause NULL).
CREATE VIEW changes AS
SELECT version_changes.seen_at AS changed_at, kind, version_changes.article_id, later.url, sources.host AS source,
       version_changes.number, later.cause, earlier.headline AS from_headline, later.headline AS to_headline, notice
FROM version_changes
JOIN article_versions AS later
    ON later.article_id = version_changes.article_id AND later.number = version_changes.number
JOIN article_versions AS earlier
    ON earlier.article_id = version_changes.article_id AND earlier.number = version_changes.number - 1
JOIN articles ON articles.id = version_changes.article_id
JOIN sources ON sources.id = articles.source_id
UNION ALL
SELECT gone_at, 'gone', article_id, url, source, NULL, NULL, headline, NULL, detail FROM gone_stories;

-- Stories that their site took down, with the first visit since which every one found them gone.
CREATE VIEW gone_stories AS
SELECT articles.id AS article_id, articles.url, sources.host AS source, headline, articles.last_seen, pages.detail,
       (SELECT min(captures.fetched) FROM captures WHERE captures.page_id = pages.id
            AND captures.outcome IN ('gone', 'redirect') AND captures.fetched > ifnull((
                SELECT max(seen.fetched) FROM captures AS seen WHERE seen.page_id = pages.id
                AND seen.outcome IN ('stored', 'changed', 'unchanged', 'duplicate')), '')) AS gone_at
FROM pages
JOIN articles ON articles.page_id = pages.id
JOIN sources ON sources.id = articles.source_id
WHERE (pages.outcome = 'gone' OR pages.outcome = 'redirect' AND pages.detail LIKE '%the site''s first page')
    AND NOT EXISTS (SELECT 1 FROM pages AS others WHERE others.article_id = articles.id AND others.id <> pages.id
        AND others.outcome IN ('stored', 'changed', 'unchanged', 'duplicate') AND others.last_visited >= pages.last_visited);

-- Every headline that a story was ever seen under, and where: above its text (origin 'article', one row for each
-- version), in a feed or sitemap, on a front page or another without a story of its own, in a box of another story,
-- or in what its page states for machines (og:title, twitter:title, json-ld).
CREATE VIEW headline_variants AS
SELECT article_id, 'article' AS origin, headline, min(first_seen) AS first_seen, max(last_seen) AS last_seen,
       url AS seen_on
FROM version_periods JOIN article_versions USING (article_id, number)
-- What a better parser corrected was never the publisher's.
WHERE NOT EXISTS (SELECT 1 FROM article_versions AS later WHERE later.article_id = version_periods.article_id
    AND later.number = version_periods.number + 1 AND later.cause = 'parser')
GROUP BY article_id, number
UNION ALL
SELECT pages.article_id, origin, headline, listed_headlines.first_seen, listed_headlines.last_seen, places.url
FROM listed_headlines
JOIN pages ON pages.id = listed_headlines.page_id
JOIN pages AS places ON places.id = listed_on_id
WHERE pages.article_id IS NOT NULL
UNION ALL
SELECT targets.article_id, CASE WHEN pages.article_id IS NULL THEN 'front_page' ELSE 'related' END, headline,
       min(related_links.first_seen), max(related_links.last_seen), pages.url
FROM related_links
JOIN pages AS targets ON targets.id = target_id
JOIN pages ON pages.id = related_links.page_id
WHERE targets.article_id IS NOT NULL
GROUP BY targets.article_id, related_links.page_id, headline;

-- Every observation of the headlines of a page without a story, such as a front page: what stood where.
CREATE VIEW front_pages AS
SELECT pages.url AS page_url, sources.host AS source, sightings.first_seen, sightings.last_seen,
       json_each.key AS position, related_links.headline, targets.url AS target_url, kind, block,
       targets.article_id
FROM sightings
JOIN pages ON pages.id = sightings.page_id
LEFT JOIN sources ON sources.id = pages.source_id
JOIN json_each(sightings.links)
JOIN related_links ON related_links.id = json_each.value
LEFT JOIN pages AS targets ON targets.id = related_links.target_id
WHERE pages.article_id IS NULL;

-- Stories that pages show by their headlines and the archive lacks: addresses never visited, or in vain. sites counts
-- the sites whose pages show it, outcome NULL: never visited, source NULL: its site is not crawled.
CREATE VIEW missing_stories AS
SELECT targets.url, sources.host AS source, targets.outcome, targets.detail,
       count(DISTINCT pages.source_id) AS sites, count(DISTINCT pages.id) AS pages,
       min(related_links.first_seen) AS first_seen, max(related_links.last_seen) AS last_seen, targets.id AS page_id
FROM related_links
JOIN pages ON pages.id = related_links.page_id
JOIN pages AS targets ON targets.id = target_id
LEFT JOIN sources ON sources.id = targets.source_id
WHERE targets.article_id IS NULL AND kind <> 'sponsored'
    AND (targets.outcome IS NULL OR targets.outcome NOT IN ('listing', 'not_article', 'not_html', 'empty', 'trap'))
GROUP BY targets.id;
