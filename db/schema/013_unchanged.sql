-- Of a feed, sitemap or front that comes as it was, one capture stands for all such fetches of a day: see sameness.py.
ALTER TABLE captures ADD COLUMN unchanged_since TEXT;   -- the first of these fetches, the last is fetched; NULL: one fetch
ALTER TABLE captures ADD COLUMN fetches INTEGER NOT NULL DEFAULT 1;     -- how many
-- Visits are counted by indexes.
CREATE INDEX captures_repeated ON captures(page_id, fetches) WHERE fetches > 1;

-- What a crawl asked of a source beside what it has captures of (hops of redirects, second tries, wrong guesses of feeds,
-- robots.txt), for budgets of a day: written as it comes.
ALTER TABLE funnels ADD COLUMN further_pages INTEGER NOT NULL DEFAULT 0;    -- requests for stories
ALTER TABLE funnels ADD COLUMN further_bytes INTEGER NOT NULL DEFAULT 0;    -- of all these responses, unpacked
