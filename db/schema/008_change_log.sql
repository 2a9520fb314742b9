-- What changed last stands last: every article and related link has one row at most, which moves to the end with each
-- change. What was archived before this table was there has none.
CREATE TABLE change_log (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,     -- grows, and is never given twice
    what TEXT NOT NULL CHECK (what IN ('article', 'link')),
    row_id INTEGER NOT NULL             -- of articles or related_links; the row may be gone by now
) STRICT;
CREATE UNIQUE INDEX change_log_row ON change_log(what, row_id);

-- How far the exports of each name have come.
CREATE TABLE exports (
    name TEXT PRIMARY KEY,
    position INTEGER NOT NULL,          -- the last of change_log that it holds
    query TEXT NOT NULL,                -- JSON object: what it holds of the archive
    file TEXT NOT NULL,
    row_count INTEGER NOT NULL,
    finished TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER change_log_article_insert AFTER INSERT ON articles BEGIN
    DELETE FROM change_log WHERE what = 'article' AND row_id = new.id;
    INSERT INTO change_log(what, row_id) VALUES ('article', new.id);
END;
-- That an article was seen once more is no change.
CREATE TRIGGER change_log_article_update AFTER UPDATE ON articles
WHEN new.id IS NOT old.id OR new.url IS NOT old.url OR new.source_id IS NOT old.source_id
    OR new.headline IS NOT old.headline OR new.lead IS NOT old.lead OR new.language IS NOT old.language
    OR new.section IS NOT old.section OR new.keywords IS NOT old.keywords
    OR new.date_published IS NOT old.date_published OR new.date_modified IS NOT old.date_modified
    OR new.first_seen IS NOT old.first_seen OR new.revision IS NOT old.revision
    OR new.content_digest IS NOT old.content_digest OR new.body IS NOT old.body
BEGIN
    DELETE FROM change_log WHERE what = 'article' AND row_id IN (old.id, new.id);
    INSERT INTO change_log(what, row_id) VALUES ('article', new.id);
END;
CREATE TRIGGER change_log_article_delete AFTER DELETE ON articles BEGIN
    DELETE FROM change_log WHERE what = 'article' AND row_id = old.id;
    INSERT INTO change_log(what, row_id) VALUES ('article', old.id);
END;
CREATE TRIGGER change_log_author_insert AFTER INSERT ON article_authors BEGIN
    DELETE FROM change_log WHERE what = 'article' AND row_id = new.article_id;
    INSERT INTO change_log(what, row_id) VALUES ('article', new.article_id);
END;
CREATE TRIGGER change_log_author_delete AFTER DELETE ON article_authors BEGIN
    DELETE FROM change_log WHERE what = 'article' AND row_id = old.article_id;
    INSERT INTO change_log(what, row_id) VALUES ('article', old.article_id);
END;
CREATE TRIGGER change_log_image_insert AFTER INSERT ON images BEGIN
    DELETE FROM change_log WHERE what = 'article' AND row_id = new.article_id;
    INSERT INTO change_log(what, row_id) VALUES ('article', new.article_id);
END;
CREATE TRIGGER change_log_image_delete AFTER DELETE ON images BEGIN
    DELETE FROM change_log WHERE what = 'article' AND row_id = old.article_id;
    INSERT INTO change_log(what, row_id) VALUES ('article', old.article_id);
END;

-- Nor is it one that a link was seen once more, or at another position.
CREATE TRIGGER change_log_link_insert AFTER INSERT ON related_links BEGIN
    DELETE FROM change_log WHERE what = 'link' AND row_id = new.id;
    INSERT INTO change_log(what, row_id) VALUES ('link', new.id);
END;
CREATE TRIGGER change_log_link_update AFTER UPDATE OF page_id, target_id, headline, kind, block, first_seen ON related_links
WHEN new.page_id IS NOT old.page_id OR new.target_id IS NOT old.target_id OR new.headline IS NOT old.headline
    OR new.kind IS NOT old.kind OR new.block IS NOT old.block OR new.first_seen IS NOT old.first_seen
BEGIN
    DELETE FROM change_log WHERE what = 'link' AND row_id = new.id;
    INSERT INTO change_log(what, row_id) VALUES ('link', new.id);
END;
CREATE TRIGGER change_log_link_delete AFTER DELETE ON related_links BEGIN
    DELETE FROM change_log WHERE what = 'link' AND row_id = old.id;
    INSERT INTO change_log(what, row_id) VALUES ('link', old.id);
END;
