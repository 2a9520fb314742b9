-- What a news or image sitemap says of a page beside its headline and dates.
ALTER TABLE pages ADD COLUMN listed_language TEXT;
ALTER TABLE pages ADD COLUMN listed_keywords TEXT;      -- JSON array
ALTER TABLE pages ADD COLUMN listed_images TEXT;        -- JSON array of objects with url and caption
