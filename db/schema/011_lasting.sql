-- The highest id that a row which is gone had, by table: ids that exports, addresses and notes of people name are never
-- given to another row.
CREATE TABLE last_ids (
    name TEXT PRIMARY KEY,              -- of the table
    id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO last_ids(name, id)
    SELECT CASE what WHEN 'article' THEN 'articles' ELSE 'related_links' END, max(row_id) FROM change_log GROUP BY what;
CREATE TRIGGER last_ids_article AFTER DELETE ON articles BEGIN
    INSERT INTO last_ids(name, id) VALUES ('articles', old.id)
    ON CONFLICT(name) DO UPDATE SET id = max(id, excluded.id);
END;
CREATE TRIGGER last_ids_link AFTER DELETE ON related_links BEGIN
    INSERT INTO last_ids(name, id) VALUES ('related_links', old.id)
    ON CONFLICT(name) DO UPDATE SET id = max(id, excluded.id);
END;
CREATE TRIGGER last_ids_page AFTER DELETE ON pages BEGIN
    INSERT INTO last_ids(name, id) VALUES ('pages', old.id)
    ON CONFLICT(name) DO UPDATE SET id = max(id, excluded.id);
END;
CREATE TRIGGER last_ids_capture AFTER DELETE ON captures BEGIN
    INSERT INTO last_ids(name, id) VALUES ('captures', old.id)
    ON CONFLICT(name) DO UPDATE SET id = max(id, excluded.id);
END;

-- What a crawl, its alarms and `archiver status` ask of the last days.
CREATE INDEX crawls_started ON crawls(started);

-- Raw pages that are lost for good, as their owner said: `archiver verify` names them, and is content.
CREATE TABLE accepted_losses (
    file TEXT NOT NULL,                 -- WARC file
    position INTEGER NOT NULL,          -- where in it the loss begins; -1: all of it
    length INTEGER NOT NULL,            -- bytes; 0: not known
    captures INTEGER NOT NULL,          -- that lack their bytes
    accepted TEXT NOT NULL,
    PRIMARY KEY (file, position)
) STRICT, WITHOUT ROWID;
