"""Columns that queries of several modules have."""

# The names of an article's authors in order, as a JSON array: a column of any query on articles.
AUTHORS = """(SELECT json_group_array(name) FROM (
    SELECT name FROM article_authors JOIN authors ON authors.id = author_id
    WHERE article_id = articles.id ORDER BY position))"""
