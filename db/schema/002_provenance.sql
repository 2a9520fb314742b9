-- Where on its page each field of a version was read. Versions archived before this table was there have no row.
CREATE TABLE version_sources (
    article_id INTEGER NOT NULL REFERENCES articles(id),
    number INTEGER NOT NULL,            -- as in article_versions
    sources TEXT NOT NULL,              -- JSON object: json-ld, meta, h1, ... by field; how exact the dates are
    PRIMARY KEY (article_id, number)
) STRICT, WITHOUT ROWID;
