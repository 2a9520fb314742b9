"""Reading one article, and what the archive holds as a whole."""

import json
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from sqlite3 import Connection, Row

from archiver.errors import NotInArchiveError
from archiver.items import Article, CrawlState, Image, LinkKind, Outcome
from db.addresses import article_id_of
from db.columns import AUTHORS, LABEL
from db.connection import archive_errors
from db.crawls.funnels import IS_CRAWL
from db.raw_pages.sameness import VISITS
from db.searching.filters import Filters, article_condition
from db.values import list_of, sources_of, time_of, time_or_none

ARTICLE = f"""
SELECT articles.*, sources.host AS source, {AUTHORS} AS authors, version_sources.sources AS sources
FROM articles JOIN sources ON sources.id = source_id
LEFT JOIN version_sources ON version_sources.article_id = articles.id AND number = revision
WHERE articles.id = ?
"""  # noqa: S608 - only text of this program
RELATED = """
SELECT targets.url AS url, headline, kind, block, position,
       related_links.first_seen, related_links.last_seen, targets.article_id AS target_article_id
FROM related_links LEFT JOIN pages AS targets ON targets.id = target_id
WHERE page_id = ?1 AND last_seen = (SELECT links_seen FROM pages WHERE id = ?1)
ORDER BY position, related_links.id
"""
LAST_CRAWL = f"SELECT * FROM crawls WHERE {IS_CRAWL} ORDER BY started DESC, id DESC LIMIT 1"  # noqa: S608 - as above


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLink:
    """A related link of an archived page."""

    url: str
    """"" where the page survives as text only."""
    headline: str
    kind: LinkKind
    block: str
    position: int
    first_seen: datetime
    last_seen: datetime
    target_article_id: int | None
    """The article that it leads to, if that is archived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle(Article):
    """The latest version of an archived article."""

    id: int
    source: str
    """Host of its site."""
    first_seen: datetime
    last_seen: datetime
    revision: int
    """From 1; more if the article changed."""
    gone_at: datetime | None
    """Since when its site has taken it down, as far as visits tell; None if it has not."""
    related: tuple[StoredLink, ...]
    """What its page showed when last seen, in page order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeCount:
    """How many pages of one source came out one way."""

    source: str
    outcome: Outcome
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatistics:
    """What the archive holds of one source."""

    source: str
    """Its host."""
    label: str
    """What a line calls it: its host, or its address where several sources have that host."""
    name: str
    articles: int
    pages: int
    unvisited: int
    """Pages that are known and were never visited."""
    first_published: datetime | None
    last_published: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayStatistics:
    """What was published on one day, in UTC."""

    day: date
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlRecord:
    """One run of the crawler."""

    id: int
    started: datetime
    finished: datetime | None
    """None while it runs, and if it was killed."""
    state: CrawlState
    version: str
    arguments: dict[str, object]
    counts: tuple[OutcomeCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What the archive holds."""

    articles: int
    revisions: int
    """Earlier versions of articles."""
    related_links: int
    pages: int
    """Of the sites that are crawled."""
    unvisited: int
    other_pages: int
    """Addresses of other sites, to which related links lead; no crawl visits them."""
    captures: int
    outcomes: dict[Outcome, int]
    """Latest outcome of each page, the most frequent first."""
    sources: tuple[SourceStatistics, ...]
    days: tuple[DayStatistics, ...]
    """The latest days with articles, newest first."""
    undated: int
    """Articles whose page states no date."""
    last_crawl: CrawlRecord | None
    """An import is none."""


def stored_article(archive: Connection, url_or_id: str) -> StoredArticle:
    """Return an article by its id, its address, or the address of any page that holds it.

    Raises NotInArchiveError, which says what became of the page, or has the archived addresses that come near as its
    notes.
    """
    with archive_errors(archive):
        row = archive.execute(ARTICLE, (article_id_of(archive, url_or_id),)).fetchone()
        return _stored(archive, row)


def article_ids(archive: Connection, filters: Filters) -> "array[int]":
    """Return the ids of the articles that filters let pass, ascending: eight bytes for each."""
    with archive_errors(archive):
        condition = article_condition(archive, filters)
        rows = archive.execute(
            f"SELECT articles.id FROM articles WHERE {condition.sql} ORDER BY articles.id",  # noqa: S608 - only text of this program
            condition.values,
        )
        return array("q", (id_ for (id_,) in rows))


def stored_articles(archive: Connection, ids: Iterable[int]) -> list[StoredArticle]:
    """Return the articles with these ids, without those that the archive has no more."""
    with archive_errors(archive):
        rows = (archive.execute(ARTICLE, (id_,)).fetchone() for id_ in ids)
        return [_stored(archive, row) for row in rows if row is not None]


def gone_at(archive: Connection, article_id: int) -> datetime | None:
    """Return since when the site of an article has taken it down, None if it has not."""
    row = archive.execute("SELECT gone_at FROM gone_stories WHERE article_id = ?", (article_id,)).fetchone()
    return None if row is None else time_or_none(row["gone_at"])


def statistics(archive: Connection, days: int = 14) -> Statistics:
    """Return what the archive holds, with the articles of each of the latest days that have any."""
    with archive_errors(archive):
        by_day = archive.execute(
            """
            SELECT day, sum(articles) AS articles FROM articles_by_day WHERE day IS NOT NULL
            GROUP BY day ORDER BY day DESC LIMIT ?
            """,
            (days,),
        )
        last = archive.execute(LAST_CRAWL).fetchone()
        return Statistics(
            articles=_count(archive, "SELECT count(*) FROM articles"),
            revisions=_count(archive, "SELECT count(*) FROM revisions"),
            related_links=_count(archive, "SELECT count(*) FROM related_links"),
            pages=_count(archive, "SELECT count(*) FROM pages WHERE source_id IS NOT NULL"),
            unvisited=_count(
                archive, "SELECT count(*) FROM pages WHERE source_id IS NOT NULL AND outcome IS NULL"
            ),
            other_pages=_count(archive, "SELECT count(*) FROM pages WHERE source_id IS NULL"),
            captures=_count(archive, VISITS),
            outcomes=_outcomes(archive),
            sources=_by_source(archive),
            days=tuple(DayStatistics(day=date.fromisoformat(day), articles=number) for day, number in by_day),
            undated=_count(archive, "SELECT count(*) FROM articles WHERE date_published IS NULL"),
            last_crawl=None if last is None else _crawl(archive, last),
        )


def article_count(archive: Connection) -> int:
    """Return how many articles the archive holds."""
    with archive_errors(archive):
        return _count(archive, "SELECT count(*) FROM articles")


def crawl_summary(archive: Connection, crawl_id: int) -> CrawlRecord:
    """Return one run with its counts by source and outcome; NotInArchiveError if no run has this id."""
    with archive_errors(archive):
        row = archive.execute("SELECT * FROM crawls WHERE id = ?", (crawl_id,)).fetchone()
        if row is None:
            raise NotInArchiveError(f"the archive knows no crawl {crawl_id}")
        return _crawl(archive, row)


def _stored(archive: Connection, row: Row) -> StoredArticle:
    images = archive.execute(
        "SELECT url, caption, credit FROM images WHERE article_id = ? ORDER BY position", (row["id"],)
    )
    links = archive.execute(RELATED, (row["page_id"],))
    return StoredArticle(
        id=row["id"],
        url=row["url"],
        source=row["source"],
        headline=row["headline"],
        lead=row["lead"],
        body=row["body"],
        authors=list_of(row["authors"]),
        date_published=time_or_none(row["date_published"]),
        date_modified=time_or_none(row["date_modified"]),
        language=row["language"],
        section=row["section"],
        keywords=list_of(row["keywords"]),
        images=tuple(Image(url=url, caption=caption, credit=credit) for url, caption, credit in images),
        sources=sources_of(row["sources"]),
        first_seen=time_of(row["first_seen"]),
        last_seen=time_of(row["last_seen"]),
        revision=row["revision"],
        gone_at=gone_at(archive, row["id"]),
        related=tuple(_link(link) for link in links),
    )


def _link(row: Row) -> StoredLink:
    return StoredLink(
        url=row["url"] or "",
        headline=row["headline"],
        kind=LinkKind(row["kind"]),
        block=row["block"],
        position=row["position"],
        first_seen=time_of(row["first_seen"]),
        last_seen=time_of(row["last_seen"]),
        target_article_id=row["target_article_id"],
    )


def _count(archive: Connection, sql: str) -> int:
    return int(archive.execute(sql).fetchone()[0])


def _outcomes(archive: Connection) -> dict[Outcome, int]:
    rows = archive.execute(
        """
        SELECT outcome, sum(pages) AS pages FROM page_outcomes WHERE outcome IS NOT NULL
        GROUP BY outcome ORDER BY pages DESC, outcome
        """
    )
    return {Outcome(row["outcome"]): row["pages"] for row in rows}


def _by_source(archive: Connection) -> tuple[SourceStatistics, ...]:
    rows = archive.execute(
        f"""
        SELECT host, {LABEL} AS label, name,
            (SELECT count(*) FROM articles WHERE source_id = sources.id) AS articles,
            (SELECT count(*) FROM pages WHERE source_id = sources.id) AS pages,
            (SELECT count(*) FROM pages WHERE source_id = sources.id AND outcome IS NULL) AS unvisited,
            (SELECT min(date_published) FROM articles WHERE source_id = sources.id) AS first_published,
            (SELECT max(date_published) FROM articles WHERE source_id = sources.id) AS last_published
        FROM sources ORDER BY articles DESC, host
        """  # noqa: S608 - only text of this program
    )
    return tuple(
        SourceStatistics(
            source=row["host"],
            label=row["label"],
            name=row["name"],
            articles=row["articles"],
            pages=row["pages"],
            unvisited=row["unvisited"],
            first_published=time_or_none(row["first_published"]),
            last_published=time_or_none(row["last_published"]),
        )
        for row in rows
    )


def _crawl(archive: Connection, row: Row) -> CrawlRecord:
    counts = archive.execute(
        """
        SELECT host, outcome, pages FROM crawl_counts JOIN sources ON sources.id = source_id
        WHERE crawl_id = ? ORDER BY host, pages DESC, outcome
        """,
        (row["id"],),
    )
    return CrawlRecord(
        id=row["id"],
        started=time_of(row["started"]),
        finished=time_or_none(row["finished"]),
        state=CrawlState(row["state"]),
        version=row["version"],
        arguments=json.loads(row["arguments"]),
        counts=tuple(OutcomeCount(source=host, outcome=Outcome(o), pages=pages) for host, o, pages in counts),
    )
