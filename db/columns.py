"""Columns that queries of several modules have."""

# The names of an article's authors in order, as a JSON array: a column of any query on articles.
AUTHORS = """(SELECT json_group_array(name) FROM (
    SELECT name FROM article_authors JOIN authors ON authors.id = author_id
    WHERE article_id = articles.id ORDER BY position))"""

# What a line calls a source: its host, or its address without scheme where several sources have that host.
LABEL = """iif((SELECT count(*) FROM sources AS alike WHERE alike.host = sources.host) > 1,
    substr(sources.url, instr(sources.url, '://') + 3), sources.host)"""
