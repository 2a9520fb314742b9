-- Articles of a section, and those that were changed in one way: what searches are narrowed down to.
CREATE INDEX articles_section ON articles(section COLLATE NOCASE, date_published) WHERE section IS NOT NULL;
CREATE INDEX version_changes_kind ON version_changes(kind, article_id);
