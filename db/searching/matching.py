"""Searches as SQL: the FTS5 query of their words, and the conditions of what the index does not hold.

Only FTS5 strings are written, so no text can be an error of its syntax
(https://sqlite.org/fts5.html#full_text_query_syntax).
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from sqlite3 import Connection

from archiver.errors import QueryError
from db.searching.filters import (
    ALL_ARTICLES,
    Condition,
    Filters,
    article_condition,
    bound_text,
    by_author,
    first_of_copies,
    listed_as_changed,
    listed_in_section,
    no_later_copy,
    rows_condition,
    source_ids,
)
from db.searching.forms import (
    COMPOUND_STEM,
    COMPOUNDING,
    IN_SIGNS,
    PLAIN,
    UNSPACED,
    WORD,
    in_index,
    kind,
    pair_beginning,
    pair_tokens,
    plain_token,
    sign_token,
    sought_tokens,
    stemmer_tag,
)
from db.searching.index import archived_stems, language_fact, month_fact, plain_subtag, source_fact
from db.searching.query import Group, Kind, Query, Term, read_query

# How much more a match in the headline or lead says of an article than one in the body; forms say half of it.
RANK = "bm25(articles_fts, 10.0, 4.0, 1.0, 5.0, 2.0, 0.5, 0.0)"
# Articles and small words that are written with the next word, and the languages that do so.
ELISION = re.compile(
    r"(?:[cdjlmnst]|qu|lorsqu|puisqu|jusqu|dell|all|nell|sull|dall|coll|un)['’ʼ]", re.IGNORECASE
)
ELIDING = frozenset({"fr", "it", "ca"})
# Months of a span of time that the index is asked for one by one; a longer span is left to the rows.
MOST_MONTHS = 120


@dataclass(frozen=True, slots=True)
class Matching:
    """The FROM and WHERE of a query for the articles that match a search, and how to rank them."""

    tables: str
    condition: Condition
    rank: str | None
    """None: nothing is looked for by which articles could be ranked."""
    match: str | None
    """The query to FTS5, which condition includes; None if there is none."""
    rows: Condition
    """What condition asks beside it of the rows of articles."""


@dataclass(frozen=True, slots=True)
class Compiler:
    """Writes the FTS5 queries of terms, for an archive of texts in these languages."""

    stems: tuple[str, ...]
    """Tags of the languages."""
    headline_columns: str = "{headline headline_forms} : "

    def groups(self, groups: Iterable[Group]) -> str:
        """Return the query for one term of every group."""
        return " AND ".join(self.any_of(group) for group in groups)

    def any_of(self, terms: Group) -> str:
        """Return the query for one of terms."""
        return f"({' OR '.join(map(self.term, terms))})"

    def term(self, term: Term) -> str:
        """Return the query for one term."""
        if term.kind is Kind.NEAR:
            query = self._near(term)
        elif term.kind is Kind.PHRASE:
            query = _all(_exact(term.text))
        elif term.kind is Kind.PREFIX:
            *others, last = _exact(term.text)
            query = _all([*others, last if last.endswith("*") else f"{last} *"])
        else:
            query = self._word(term.text)
        return f"{self.headline_columns}({query})" if term.in_headline and self.headline_columns else query

    def _near(self, term: Term) -> str:
        exact = [_exact(text) for text in term.near]
        if any(len(parts) > 1 or parts[0].endswith("*") for parts in exact):
            return _all([part for parts in exact for part in parts])
        return f"NEAR({' '.join(parts[0] for parts in exact)}, {term.distance})"

    def _word(self, text: str) -> str:
        exact = _exact(text)
        if len(exact) > 1 or UNSPACED.search(text):
            return _all(exact)
        return f"({' OR '.join([exact[0], *self.forms(text)])})"

    def forms(self, text: str) -> list[str]:
        """Return the queries for the forms of a word; none if text is more than one."""
        text = unicodedata.normalize("NFKC", text)
        words = WORD.findall(text)
        if len(words) == 1 and not any(in_index(character) for character in WORD.sub("", text)):
            return [*_stems(self.stems, words[0]), quoted(plain_token(words[0]))]
        if elision := ELISION.match(text):
            stems = tuple(tag for tag in self.stems if tag in ELIDING)
            words = WORD.findall(text[elision.end() :])
            return list(_stems(stems, words[0])) if len(words) == 1 else []
        return []


def article_matches(archive: Connection, words: str, filters: Filters = ALL_ARTICLES) -> Condition:
    """Return the condition that a row of articles is one that words, a search, and filters ask for.

    Raises QueryError as db.searching.search.search does, and if words looks through related headlines.
    """
    query = read_query(words)
    if query.in_headlines:
        raise QueryError(
            "in:headlines looks through related headlines, and this is about articles: leave it out"
        )
    found = matching(archive, query, filters)
    if found.match is None:
        return found.rows
    sql = "articles.id IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?)"
    return Condition(sql, (found.match,)) & found.rows


def matching(archive: Connection, query: Query, filters: Filters) -> Matching:
    """Return how to select the articles that query and filters ask for."""
    compiler = compiler_for(archive, filters)
    resolved = Query(_with_sources(archive, query.groups), query.excluded)
    indexed = [group for group in resolved.groups if not _needs_rows(group)]
    excluded = tuple(term for term in query.excluded if term.kind not in (Kind.AUTHOR, Kind.SOURCE))
    facts = _facts(archive, filters)
    rows = rows_condition(archive, filters, months_apart=facts.months_apart)
    for group in resolved.groups:
        if _needs_rows(group):
            rows &= _any_row(archive, compiler, group)
    for term in query.excluded:
        if term.kind in (Kind.AUTHOR, Kind.SOURCE):
            rows &= negated(_any_row(archive, compiler, (term,)))
    parts = [_group_query(archive, compiler, group) for group in indexed]
    ranked = any(term.texts for group in indexed for term in group)
    parts += facts.queries if parts else ()
    if not parts:
        return _rows_only(archive, compiler, filters, rows, excluded)
    match = " AND ".join(parts)
    if excluded:
        match = f"({match}) NOT {compiler.any_of(excluded)}"
    # CROSS: the index first; a plan that begins with a filter asks it again for every article.
    tables = "articles_fts CROSS JOIN articles ON articles.id = articles_fts.rowid"
    indexed_rows = Condition("articles_fts MATCH ?", (match,)) & _listed(archive, filters)
    if filters.distinct:
        rows &= no_later_copy(tables, indexed_rows & rows)
    condition = indexed_rows & rows
    return Matching(tables, condition, RANK if ranked else None, match, rows)


def compiler_for(archive: Connection, filters: Filters = ALL_ARTICLES) -> Compiler:
    """Return what writes queries to the index of archive, for articles of the language of filters."""
    if filters.language is not None:
        tag = stemmer_tag(filters.language)
        return Compiler(() if tag == PLAIN else (tag,))
    return Compiler(archived_stems(archive))


def quoted(text: str) -> str:
    """Return text as an FTS5 string."""
    return '"' + text.replace('"', '""') + '"'


def negated(condition: Condition) -> Condition:
    """Return the condition that condition does not hold."""
    return Condition(f"NOT ({condition.sql})", condition.values)


def _exact(text: str) -> list[str]:
    """Return the queries for all that text holds, as written: prices' signs, words in a row, each unspaced run.

    If it holds nothing of these, its signs.
    """
    plain = unicodedata.normalize("NFKC", text)
    queries = [quoted(part) for part in UNSPACED.split(text) if any(map(in_index, part))]
    for run in UNSPACED.findall(plain):
        *pairs, _ = pair_tokens(run)
        queries.append(quoted(" ".join(pairs)) if pairs else f"{quoted(pair_beginning(run))} *")
    signs = [sign for sign in text if kind(sign) == IN_SIGNS]
    if not queries:
        return [quoted(" ".join(map(sign_token, signs)))]
    # A sign of money belongs to what is looked for; others, such as "™", people leave out or copy along.
    money = dict.fromkeys(sign for sign in signs if unicodedata.category(sign) == "Sc")
    return [*(quoted(sign_token(sign)) for sign in money), *queries]


def _all(queries: Sequence[str]) -> str:
    return queries[0] if len(queries) == 1 else f"({' AND '.join(queries)})"


def _stems(tags: Iterable[str], word: str) -> Iterable[str]:
    for tag in tags:
        for token in sought_tokens(tag, word):
            is_long = len(token) >= 1 + len(tag) + COMPOUND_STEM
            yield f"{quoted(token)} *" if is_long and tag in COMPOUNDING else quoted(token)


def _needs_rows(group: Group) -> bool:
    return any(term.kind is Kind.AUTHOR for term in group)


def _with_sources(archive: Connection, groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """Return groups; QueryError if one names a source that archive does not have."""
    for group in groups:
        for term in group:
            if term.kind is Kind.SOURCE:
                source_ids(archive, term.text)
    return groups


def _group_query(archive: Connection, compiler: Compiler, group: Group) -> str:
    queries = []
    for term in group:
        if term.kind is Kind.SOURCE:
            queries += [quoted(source_fact(id_)) for id_ in source_ids(archive, term.text)]
        else:
            queries.append(compiler.term(term))
    return f"({' OR '.join(queries)})"


def _listed(archive: Connection, filters: Filters) -> Condition:
    """Return what other indexes know of filters, asked before rows of articles are read."""
    condition = Condition()
    if filters.author is not None:
        condition &= by_author(archive, filters.author, "+articles_fts.rowid")
    if filters.section is not None:
        condition &= listed_in_section(filters.section, "articles_fts.rowid")
    if filters.change is not None:
        condition &= listed_as_changed(filters.change, "articles_fts.rowid")
    return condition


def _any_row(archive: Connection, compiler: Compiler, group: Group) -> Condition:
    """Return the condition that a row of articles is what one of group asks for."""
    parts = []
    words = tuple(term for term in group if term.kind not in (Kind.AUTHOR, Kind.SOURCE))
    if words:
        sql = "articles.id IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?)"
        parts.append(Condition(sql, (compiler.any_of(words),)))
    for term in group:
        if term.kind is Kind.AUTHOR:
            parts.append(by_author(archive, term.text))
        elif term.kind is Kind.SOURCE:
            sql = f"articles.source_id IN ({', '.join(map(str, source_ids(archive, term.text)))})"
            parts.append(Condition(sql))
    sql = " OR ".join(part.sql for part in parts)
    return Condition(f"({sql})", tuple(value for part in parts for value in part.values))


def _rows_only(
    archive: Connection, compiler: Compiler, filters: Filters, rows: Condition, excluded: Group
) -> Matching:
    """Return how to select articles by what the index is not asked for."""
    condition = article_condition(archive, replace(filters, distinct=False)) & rows
    if excluded:
        condition &= negated(_any_row(archive, compiler, excluded))
    if filters.distinct:
        condition = first_of_copies("articles", condition)
    return Matching("articles", condition, None, None, condition)


@dataclass(frozen=True, slots=True)
class _Facts:
    queries: tuple[str, ...]
    months_apart: bool
    """The months asked for are just those of the span of time."""


def _facts(archive: Connection, filters: Filters) -> _Facts:
    """Return the queries for what the index holds of filters."""
    queries = []
    if filters.source is not None:
        queries.append(_any(source_fact(id_) for id_ in source_ids(archive, filters.source)))
    if filters.language is not None and (subtag := plain_subtag(filters.language)):
        queries.append(quoted(language_fact(subtag)))
    months, months_apart = _months(filters.since, filters.until)
    if months:
        queries.append(_any(month_fact(month) for month in months))
    return _Facts(tuple(queries), months_apart)


def _any(tokens: Iterable[str]) -> str:
    return f"({' OR '.join(map(quoted, tokens))})"


def _months(since: datetime | None, until: datetime | None) -> tuple[list[str], bool]:
    """Return the months from since until until, YYYY-MM, and whether they are just this span; none if too many."""
    if since is None or until is None:
        return [], False
    first, end = bound_text(since), bound_text(until)
    month = int(first[:4]) * 12 + int(first[5:7]) - 1
    last = int(end[:4]) * 12 + int(end[5:7]) - 1 - (end[7:] == "-01T00:00:00Z")
    if last - month >= MOST_MONTHS:
        return [], False
    months = [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(month, last + 1)]
    is_apart = bool(months) and first[7:] == end[7:] == "-01T00:00:00Z"
    return months, is_apart
