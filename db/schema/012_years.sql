-- Of crawls of long ago that found nothing, what they came to at each source is kept once a day: see db/thinning.py.
ALTER TABLE crawls ADD COLUMN thinned INTEGER NOT NULL DEFAULT 0;   -- 1: this was looked through and thinned out
CREATE INDEX crawls_whole ON crawls(started) WHERE thinned = 0;
-- What browsers made of pages, of which there is little: all other captures are visits, and those are counted.
CREATE INDEX captures_rendered ON captures(page_id) WHERE rendered;
