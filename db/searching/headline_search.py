"""Search in the related headlines that pages show: what a headline said, where it stood, and where it leads."""

from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection, Row

from archiver.errors import QueryError
from db.connection import archive_errors
from db.searching.excerpt import marked_text
from db.searching.filters import ALL_ARTICLES, Condition, Filters, by_author, from_source, link_condition
from db.searching.index import archived_stems
from db.searching.matching import Compiler, negated
from db.searching.query import Group, Kind, Query, read_query
from db.values import time_of

# Headlines that are ranked; of more that match, those seen first last.
RANKED_AT_MOST = 2000
# What is asked of the pages that show headlines.
OF_PAGES = frozenset({Kind.SOURCE, Kind.AUTHOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadlineHit:
    """A headline of another story, as pages of one site showed it."""

    headline: str
    target_url: str | None
    """Where it leads; None where the page survives as text only."""
    target_article_id: int | None
    """The article there, if it is archived."""
    page_url: str
    """Where it stood; of several pages, the one that showed it last."""
    page_headline: str | None
    """Of the article on that page, None on a front page."""
    source: str
    """Host of the page's site."""
    kind: str
    block: str
    """The heading above the list that it stood in, or ""."""
    position: int
    """In that page's lists, from 0."""
    first_seen: datetime
    """On any of the pages."""
    last_seen: datetime
    pages: int
    """Pages of the site that showed it."""
    snippet: str
    """The headline with the matches between MARK_START and MARK_END."""
    rank: float


def search_headlines(
    archive: Connection, words: str, filters: Filters = ALL_ARTICLES, limit: int = 20
) -> list[HeadlineHit]:
    """Return at most limit related headlines that match words, best first.

    Of filters, source is the page's, since and until mean that the page showed the headline at some time between
    them, language and author are those of the page's article; so are source: and author: in words. Raises QueryError
    as db.searching.search.search does.
    """
    query = read_query(words)
    with archive_errors(archive):
        match, condition = _matching(archive, query)
        condition &= link_condition(archive, filters)
        sql = f"""
            WITH newest AS MATERIALIZED (
                SELECT related_links.id AS id, bm25(headlines_fts, 1.0, 0.5) AS relevance
                FROM headlines_fts CROSS JOIN related_links ON related_links.id = headlines_fts.rowid
                JOIN pages ON pages.id = related_links.page_id
                LEFT JOIN articles ON articles.id = pages.article_id
                WHERE headlines_fts MATCH ? AND {condition.sql}
                ORDER BY headlines_fts.rowid DESC LIMIT ?)
            SELECT related_links.headline, related_links.language, kind, block, position,
                min(related_links.first_seen) AS first_seen, max(related_links.last_seen) AS last_seen,
                count(DISTINCT related_links.page_id) AS pages, min(relevance) AS relevance,
                pages.url AS page_url, articles.headline AS page_headline, sources.host AS source,
                targets.url AS target_url, targets.article_id AS target_article_id
            FROM newest JOIN related_links USING (id) JOIN pages ON pages.id = related_links.page_id
            LEFT JOIN sources ON sources.id = pages.source_id
            LEFT JOIN articles ON articles.id = pages.article_id
            LEFT JOIN pages AS targets ON targets.id = target_id
            GROUP BY related_links.headline, target_id, pages.source_id
            ORDER BY relevance, last_seen DESC, page_url LIMIT ?
        """  # noqa: S608 - only text of this program
        values = (match, *condition.values, max(RANKED_AT_MOST, limit), max(limit, 0))
        return [_hit(row, query) for row in archive.execute(sql, values)]


def _matching(archive: Connection, query: Query) -> tuple[str, Condition]:
    """Return the query to FTS5 and the condition for the rest of what query asks."""
    compiler = Compiler(archived_stems(archive), headline_columns="")
    condition = Condition()
    words: list[Group] = []
    for group in query.groups:
        of_pages = [term for term in group if term.kind in OF_PAGES]
        if of_pages and len(of_pages) < len(group):
            raise QueryError(
                "with in:headlines, OR cannot join source: or author: and words: ask for one after the other"
            )
        if of_pages:
            condition &= _of_any(archive, group)
        else:
            words.append(group)
    if not words:
        raise QueryError("in:headlines needs a word to look for")
    match = compiler.groups(words)
    if plain := tuple(term for term in query.excluded if term.kind not in OF_PAGES):
        match = f"({match}) NOT {compiler.any_of(plain)}"
    if left_out := tuple(term for term in query.excluded if term.kind in OF_PAGES):
        condition &= negated(_of_any(archive, left_out))
    return match, condition


def _of_any(archive: Connection, terms: Group) -> Condition:
    """Return the condition that a page is of one of the sites, or its article by one of the authors, of terms."""
    parts = [
        by_author(archive, term.text, "ifnull(articles.id, 0)")
        if term.kind is Kind.AUTHOR
        else from_source(archive, term.text, "ifnull(pages.source_id, 0)")
        for term in terms
    ]
    return Condition(
        f"({' OR '.join(part.sql for part in parts)})",
        tuple(value for part in parts for value in part.values),
    )


def _hit(row: Row, query: Query) -> HeadlineHit:
    return HeadlineHit(
        headline=row["headline"],
        target_url=row["target_url"],
        target_article_id=row["target_article_id"],
        page_url=row["page_url"],
        page_headline=row["page_headline"],
        source=row["source"] or "",
        kind=row["kind"],
        block=row["block"],
        position=row["position"],
        first_seen=time_of(row["first_seen"]),
        last_seen=time_of(row["last_seen"]),
        pages=row["pages"],
        snippet=marked_text(row["headline"], query.terms, row["language"]),
        rank=row["relevance"],
    )
