-- Of a feed, sitemap or front that comes as it was, one capture stands for all such fetches of a day: see db/sameness.py.
ALTER TABLE captures ADD COLUMN unchanged_since TEXT;   -- the first of these fetches, the last is fetched; NULL: one fetch
ALTER TABLE captures ADD COLUMN fetches INTEGER NOT NULL DEFAULT 1;     -- how many
-- Visits are counted by indexes.
CREATE INDEX captures_repeated ON captures(page_id, fetches) WHERE fetches > 1;
