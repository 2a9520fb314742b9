"""Columns that queries of several modules have."""

# The names of an article's authors in order, as a JSON array: a column of any query on articles.
AUTHORS = """(SELECT json_group_array(name) FROM (
    SELECT name FROM article_authors JOIN authors ON authors.id = author_id
    WHERE article_id = articles.id ORDER BY position))"""

# What a line calls a source: its host, or its address where several sources have that host, without scheme if that
# tells them apart.
LABEL = """CASE (SELECT max(1 + (substr(alike.url, instr(alike.url, '://')) = substr(sources.url, instr(sources.url, '://'))))
        FROM sources AS alike WHERE alike.host = sources.host AND alike.id <> sources.id)
    WHEN 1 THEN substr(sources.url, instr(sources.url, '://') + 3) WHEN 2 THEN sources.url ELSE sources.host END"""
