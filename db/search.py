"""Full-text search over the archive."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from sqlite3 import Connection, Row
from string import ascii_lowercase, ascii_uppercase

from archiver.errors import QueryError
from db.articles import AUTHORS
from db.connection import archive_errors
from db.excerpt import MARK_END, MARK_START, excerpt
from db.filters import ALL_ARTICLES, Condition, Filters, article_condition, first_of_copies
from db.query import Query, Term, fts_query, read_query
from db.values import list_of, time_or_none

__all__ = ["MARK_END", "MARK_START", "Filters", "Hit", "matching", "search"]

# A match in the headline says ten times as much of an article as one in the body, one in the lead four times.
RANK = "bm25(articles_fts, 10.0, 4.0, 1.0)"
# For words that are not in the index: the same weights, at most five for the body.
RANK_ANYWHERE = """-(SELECT sum(
    10.0 * (instr(articles.headline, value) > 0) + 4.0 * (instr(ifnull(articles.lead, ''), value) > 0)
    + min(5.0, (length(articles.body) - length(replace(articles.body, value, ''))) / length(value))
) FROM json_each(?))"""
# lower() of SQLite knows the letters of ASCII only.
TEXT = "lower(articles.headline || char(10) || ifnull(articles.lead, '') || char(10) || articles.body)"
ASCII_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
# SQLite refuses expressions that nest deeper than 1000.
MOST_MIXED_GROUPS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One article that matches a search."""

    article_id: int
    url: str
    source: str
    """Host of its site."""
    headline: str
    date_published: datetime | None
    language: str | None
    authors: tuple[str, ...]
    snippet: str
    """A passage with the matches between MARK_START and MARK_END."""
    rank: float
    """Lower is better; comparable only within one result."""


@dataclass(frozen=True, slots=True)
class Matching:
    """The FROM and WHERE of a query for the articles that match a search, and how to rank them."""

    tables: str
    condition: Condition
    rank: str
    rank_values: tuple[object, ...] = ()


def search(archive: Connection, words: str, filters: Filters = ALL_ARTICLES, limit: int = 20) -> list[Hit]:
    """Return at most limit articles that match words, best first; how words are read, db.query tells.

    Raises QueryError if there is nothing in words to look for, or if filters names an unknown source.
    """
    query = read_query(words)
    with archive_errors(archive):
        found = matching(archive, query, filters)
        # The bodies of the best are read, not those of all that match.
        sql = f"""
            WITH best AS MATERIALIZED (
                SELECT articles.id AS best_id, {found.rank} AS relevance FROM {found.tables}
                WHERE {found.condition.sql} ORDER BY relevance, best_id LIMIT ?)
            SELECT articles.*, sources.host AS source, {AUTHORS} AS authors, relevance
            FROM best JOIN articles ON articles.id = best_id JOIN sources ON sources.id = source_id
            ORDER BY relevance, best_id
        """  # noqa: S608 - only text of this program
        rows = archive.execute(sql, (*found.rank_values, *found.condition.values, max(limit, 0)))
        return [_hit(row, query) for row in rows]


def matching(archive: Connection, query: Query, filters: Filters) -> Matching:
    """Return how to select the articles that query and filters ask for."""
    indexed = tuple(group for group in query.groups if not any(term.anywhere for term in group))
    anywhere = tuple(group for group in query.groups if all(term.anywhere for term in group))
    mixed = [group for group in query.groups if len({term.anywhere for term in group}) == 2]
    condition = (
        article_condition(archive, replace(filters, distinct=False))
        & _all_anywhere(anywhere)
        & _each_mixed(mixed)
    )
    condition &= _none_of(query.excluded)
    if indexed:
        # CROSS: the index first; a plan that begins with a filter asks it again for every article.
        tables = "articles_fts CROSS JOIN articles ON articles.id = articles_fts.rowid"
        condition = Condition("articles_fts MATCH ?", (fts_query(indexed),)) & condition
        return Matching(tables, _distinct(filters, tables, condition), RANK)
    texts = [term.text for group in query.groups for term in group]
    condition = _distinct(filters, "articles", condition)
    return Matching("articles", condition, RANK_ANYWHERE, (json.dumps(texts),))


def _distinct(filters: Filters, tables: str, condition: Condition) -> Condition:
    return first_of_copies(tables, condition) if filters.distinct else condition


def _all_anywhere(groups: tuple[tuple[Term, ...], ...]) -> Condition:
    """Return the condition that the text holds one term of every group."""
    if not groups:
        return Condition()
    texts = [[term.text.translate(ASCII_LOWER) for term in group] for group in groups]
    sql = f"""NOT EXISTS (SELECT 1 FROM json_each(?) AS one WHERE NOT EXISTS (
              SELECT 1 FROM json_each(one.value) AS term WHERE instr({TEXT}, term.value)))"""  # noqa: S608
    return Condition(sql, (json.dumps(texts),))


def _each_mixed(groups: list[tuple[Term, ...]]) -> Condition:
    """Return the condition for groups of which some terms are in the index and some are not."""
    if len(groups) > MOST_MIXED_GROUPS:
        raise QueryError(
            f"a search can join words of different scripts with OR {MOST_MIXED_GROUPS} times at most"
        )
    condition = Condition()
    for group in groups:
        condition &= _any_of(group)
    return condition


def _none_of(terms: tuple[Term, ...]) -> Condition:
    if not terms:
        return Condition()
    any_of = _any_of(terms)
    return Condition(f"NOT {any_of.sql}", any_of.values)


def _any_of(terms: tuple[Term, ...]) -> Condition:
    """Return the condition that one of terms is found, by the index or as text."""
    indexed = tuple(term for term in terms if not term.anywhere)
    texts = [term.text.translate(ASCII_LOWER) for term in terms if term.anywhere]
    parts = []
    values: list[object] = []
    if indexed:
        parts.append("articles.id IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?)")
        values.append(fts_query((indexed,)))
    if texts:
        parts.append(f"EXISTS (SELECT 1 FROM json_each(?) AS term WHERE instr({TEXT}, term.value))")  # noqa: S608
        values.append(json.dumps(texts))
    return Condition(f"({' OR '.join(parts)})", tuple(values))


def _hit(row: Row, query: Query) -> Hit:
    terms = [term for group in query.groups for term in group]
    passage = row["body"]
    if row["lead"] and not passage.startswith(row["lead"]):
        passage = f"{row['lead']}\n\n{passage}"
    return Hit(
        article_id=row["id"],
        url=row["url"],
        source=row["source"],
        headline=row["headline"],
        date_published=time_or_none(row["date_published"]),
        language=row["language"],
        authors=list_of(row["authors"]),
        snippet=excerpt(passage, terms),
        rank=row["relevance"],
    )
