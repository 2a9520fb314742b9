-- The index of articles, anew: beside the words as written the forms that db/forms.py makes of them, and facts to
-- filter by. Forms and facts stand in the index only. An older archive's index is filled by db/index.py.
DROP TRIGGER articles_fts_insert;
DROP TRIGGER articles_fts_delete;
DROP TRIGGER articles_fts_update;
DROP TABLE articles_fts;

-- What FTS5 shows of its columns; programs that only read need none of our functions.
CREATE VIEW _articles_text AS
SELECT id, headline, lead, body, NULL AS headline_forms, NULL AS lead_forms, NULL AS body_forms, NULL AS facts
FROM articles;
CREATE VIRTUAL TABLE articles_fts USING fts5(
    headline, lead, body, headline_forms, lead_forms, body_forms, facts,
    content="_articles_text", content_rowid="id", tokenize="unicode61 remove_diacritics 2"
);
CREATE TRIGGER articles_fts_insert AFTER INSERT ON articles BEGIN
    INSERT INTO articles_fts(rowid, headline, lead, body, headline_forms, lead_forms, body_forms, facts)
    VALUES (new.id, indexed_words(new.headline), indexed_words(new.lead), indexed_words(new.body),
            word_forms(new.language, new.headline), word_forms(new.language, new.lead),
            word_forms(new.language, new.body),
            article_facts(new.source_id, new.language, new.date_published));
END;
CREATE TRIGGER articles_fts_delete AFTER DELETE ON articles BEGIN
    INSERT INTO articles_fts(
        articles_fts, rowid, headline, lead, body, headline_forms, lead_forms, body_forms, facts)
    VALUES ('delete', old.id, indexed_words(old.headline), indexed_words(old.lead), indexed_words(old.body),
            word_forms(old.language, old.headline), word_forms(old.language, old.lead),
            word_forms(old.language, old.body),
            article_facts(old.source_id, old.language, old.date_published));
END;
CREATE TRIGGER articles_fts_update
AFTER UPDATE OF id, headline, lead, body, language, source_id, date_published ON articles
WHEN (new.id, new.headline, new.lead, new.body, new.language, new.source_id, new.date_published)
    IS NOT (old.id, old.headline, old.lead, old.body, old.language, old.source_id, old.date_published) BEGIN
    INSERT INTO articles_fts(
        articles_fts, rowid, headline, lead, body, headline_forms, lead_forms, body_forms, facts)
    VALUES ('delete', old.id, indexed_words(old.headline), indexed_words(old.lead), indexed_words(old.body),
            word_forms(old.language, old.headline), word_forms(old.language, old.lead),
            word_forms(old.language, old.body),
            article_facts(old.source_id, old.language, old.date_published));
    INSERT INTO articles_fts(rowid, headline, lead, body, headline_forms, lead_forms, body_forms, facts)
    VALUES (new.id, indexed_words(new.headline), indexed_words(new.lead), indexed_words(new.body),
            word_forms(new.language, new.headline), word_forms(new.language, new.lead),
            word_forms(new.language, new.body),
            article_facts(new.source_id, new.language, new.date_published));
END;

-- The index of related headlines. A headline's language is that of the story it leads to, if it was archived when the
-- headline was seen first, else of the page that shows it, else of its site.
ALTER TABLE related_links ADD COLUMN language TEXT;
UPDATE related_links SET language = coalesce(
    (SELECT ifnull(articles.language, listed_language) FROM pages LEFT JOIN articles ON articles.id = pages.article_id
     WHERE pages.id = related_links.target_id),
    (SELECT articles.language FROM pages JOIN articles ON articles.id = pages.article_id
     WHERE pages.id = related_links.page_id),
    (SELECT articles.language FROM pages JOIN articles ON articles.source_id = pages.source_id
     WHERE pages.id = related_links.page_id AND articles.language IS NOT NULL LIMIT 1));
CREATE VIEW _related_links_text AS SELECT id, headline, NULL AS headline_forms FROM related_links;
CREATE VIRTUAL TABLE headlines_fts USING fts5(
    headline, headline_forms,
    content="_related_links_text", content_rowid="id", tokenize="unicode61 remove_diacritics 2"
);
CREATE TRIGGER headlines_fts_insert AFTER INSERT ON related_links BEGIN
    UPDATE related_links SET language = coalesce(
        (SELECT ifnull(articles.language, listed_language) FROM pages
         LEFT JOIN articles ON articles.id = pages.article_id WHERE pages.id = new.target_id),
        (SELECT articles.language FROM pages JOIN articles ON articles.id = pages.article_id
         WHERE pages.id = new.page_id),
        (SELECT articles.language FROM pages JOIN articles ON articles.source_id = pages.source_id
         WHERE pages.id = new.page_id AND articles.language IS NOT NULL LIMIT 1))
    WHERE id = new.id AND language IS NULL;
    INSERT INTO headlines_fts(rowid, headline, headline_forms)
    SELECT id, indexed_words(headline), word_forms(language, headline) FROM related_links WHERE id = new.id;
END;
CREATE TRIGGER headlines_fts_delete AFTER DELETE ON related_links BEGIN
    INSERT INTO headlines_fts(headlines_fts, rowid, headline, headline_forms)
    VALUES ('delete', old.id, indexed_words(old.headline), word_forms(old.language, old.headline));
END;
CREATE TRIGGER headlines_fts_update AFTER UPDATE OF id, headline ON related_links BEGIN
    INSERT INTO headlines_fts(headlines_fts, rowid, headline, headline_forms)
    VALUES ('delete', old.id, indexed_words(old.headline), word_forms(old.language, old.headline));
    INSERT INTO headlines_fts(rowid, headline, headline_forms)
    VALUES (new.id, indexed_words(new.headline), word_forms(new.language, new.headline));
END;

-- The rules by which the forms in both indexes were made; none: they are to be filled.
CREATE TABLE _search_rules (rules TEXT NOT NULL) STRICT;

-- Searches whose new articles are reported.
CREATE TABLE watches (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    query TEXT NOT NULL,
    source TEXT,                        -- filters; NULL lets all pass
    language TEXT,
    author TEXT,
    created TEXT NOT NULL,
    looked_to INTEGER                   -- of change_log, the last change that was looked at; NULL: nothing was yet
) STRICT;
-- What a watch has found, each article once.
CREATE TABLE watch_hits (
    watch_id INTEGER NOT NULL REFERENCES watches(id),
    article_id INTEGER NOT NULL,
    found TEXT NOT NULL,
    reported TEXT,                      -- NULL: by no report that came to its end
    PRIMARY KEY (watch_id, article_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX watch_hits_article ON watch_hits(article_id);
CREATE TRIGGER watch_hits_delete AFTER DELETE ON articles BEGIN
    DELETE FROM watch_hits WHERE article_id = old.id;
END;
