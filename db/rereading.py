"""Captures whose bytes can be split again, and what is written when they give something else."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection, Row

from archiver.items import Article, Listing, Outcome, Visit
from db.articles import Place, describe_article, record_article, revise_article, storable_article
from db.connection import transaction
from db.links import correct_links
from db.pages import claim_pages
from db.raw_pages.imports import OLDER
from db.raw_pages.warc_places import WarcPlace
from db.searching.filters import Condition, bound_text, from_source
from db.values import storable, time_of, time_or_none, time_text
from db.versions import FLAPPED

# A fetch that brought a page; if its bytes were kept, they stand in its own record or in that of another capture.
BROUGHT = "{0}.status BETWEEN 200 AND 299 AND {0}.digest IS NOT NULL"
KEPT = BROUGHT + " AND ifnull({0}.warc_file, {0}.refers_to) IS NOT NULL"
# Of each article the capture that its latest version was read from, the latest one that showed it unchanged, and
# the latest of the page: what stands beside the text, and the related links, are read from these.
ARTICLES = f"""
SELECT articles.id AS article_id, first.id AS first_id, first.digest AS first_digest,
    (SELECT later.id FROM captures AS later WHERE later.page_id = first.page_id AND {KEPT.format("later")}
        AND later.outcome IN ('stored', 'changed', 'unchanged', 'duplicate') AND later.detail NOT IN (?, ?)
        AND pages.article_id = articles.id AND (later.fetched, later.id) > (first.fetched, first.id)
        ORDER BY later.fetched DESC, later.id DESC LIMIT 1) AS later_id,
    (SELECT latest.id FROM captures AS latest WHERE latest.page_id = first.page_id
        AND {BROUGHT.format("latest")} ORDER BY latest.fetched DESC, latest.id DESC LIMIT 1) AS latest_id
FROM articles JOIN captures AS first ON first.id = articles.capture_id JOIN pages ON pages.id = first.page_id
WHERE {KEPT.format("first")} AND articles.last_seen >= ? AND
"""  # noqa: S608 - only text of this program
# Captures that gave no article, for want of one or of a parser that finds it: the latest of a page and, where none of
# them gave one, those before it, which are its versions if it has one after all.
STORYLESS = f"""
SELECT captures.id, NOT EXISTS (
        SELECT 1 FROM captures AS later WHERE later.page_id = captures.page_id AND {BROUGHT.format("later")}
            AND (later.fetched, later.id) > (captures.fetched, captures.id)) AS is_latest
FROM captures JOIN pages ON pages.id = captures.page_id
WHERE captures.outcome IN ('not_article', 'parse_limit', 'parse_error') AND {KEPT.format("captures")}
    AND pages.last_visited >= ? AND (is_latest OR pages.article_id IS NULL) AND
"""  # noqa: S608
IN_TIME = " ORDER BY captures.page_id, captures.fetched, captures.id"
# Visits at which a server said that the page is as this capture has it, once that gives an article again.
AS_BEFORE = """
UPDATE captures SET outcome = 'unchanged', detail = 'HTTP status 304'
WHERE refers_to = (SELECT ifnull(refers_to, id) FROM captures WHERE id = ?) AND captures.status = 304
    AND outcome = 'not_article' AND fetched >= ? RETURNING fetched, outcome, detail
"""
READING = """
SELECT captures.page_id, captures.fetched, captures.final_url, captures.outcome, captures.rendered,
    ifnull(captures.content_type, holders.content_type) AS content_type,
    holders.warc_file, holders.warc_offset, holders.warc_length,
    pages.url, listed_headline, listed_published, listed_modified, sources.url AS source
FROM captures JOIN captures AS holders ON holders.id = ifnull(captures.refers_to, captures.id)
JOIN pages ON pages.id = captures.page_id JOIN sources ON sources.id = pages.source_id
WHERE captures.id = ? AND holders.warc_file IS NOT NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A capture that can be split again."""

    capture_id: int
    page_id: int
    article_id: int | None
    """The article whose text was read from it, None if it gave none."""
    is_version: bool
    """Whether its latest version was read from this capture; else a later one showed it unchanged."""
    gives_fields: bool
    """Whether no later capture tells what stands beside the text: dates, section, pictures and so on."""
    gives_links: bool
    """Whether it is the latest capture of its page."""
    source: str
    url: str
    final_url: str
    fetched: datetime
    content_type: str | None
    outcome: Outcome
    is_rendered: bool
    """Whether a browser made its document; else it is as sent."""
    listing: Listing
    place: WarcPlace


def readings(
    archive: Connection, source: str | None = None, since: datetime | None = None
) -> Iterator[Reading]:
    """Yield what can be split again: of every article, in their order, then of the pages that gave none.

    source, where given, is a host, host above it, address or name; since is when a page was last seen at the
    earliest. Of one article the capture of its version comes first, of a page without one the oldest. Nothing may be
    written meanwhile.
    Raises QueryError if there is no such source.
    """
    bound = "" if since is None else bound_text(since)
    condition = Condition() if source is None else from_source(archive, source, "pages.source_id")
    for row in archive.execute(ARTICLES + condition.sql, (OLDER, FLAPPED, bound, *condition.values)):
        yield from _of_article(archive, row)
    for row in archive.execute(STORYLESS + condition.sql + IN_TIME, (bound, *condition.values)):
        yield from _reading(archive, row["id"], None, links=bool(row["is_latest"]))


def reading_count(archive: Connection) -> int:
    """Return about how many pages there are to split again."""
    row = archive.execute(
        "SELECT (SELECT count(*) FROM articles) + (SELECT count(*) FROM pages WHERE outcome "
        "IN ('not_article', 'parse_limit', 'parse_error'))"
    ).fetchone()
    return int(row[0])


def reading_of(archive: Connection, capture_id: int, article_id: int) -> Reading | None:
    """Return the reading of one capture of an article, None if its bytes were not kept."""
    return next(_reading(archive, capture_id, article_id), None)


def record_rereading(archive: Connection, reading: Reading, visit: Visit, own: Iterable[str]) -> None:
    """Write what a capture gives now, decided as if its page had been visited when it was fetched.

    Content becomes a revision, the rest is updated in place. own are the targets of its related links that
    belong to its source. A visit that gives no article takes none away.
    """
    with transaction(archive):
        place = _place_of(archive, reading)
        if reading.article_id is None:
            _record_page(archive, reading, visit, place)
        elif visit.split is not None and visit.split.article is not None:
            _record_article(archive, reading, visit, place)
        if reading.gives_links and visit.split is not None:
            correct_links(archive, reading.page_id, visit.split.related, time_text(reading.fetched))
            claim_pages(archive, own, place.source_id)


def _of_article(archive: Connection, row: Row) -> Iterator[Reading]:
    first, later, latest = row["first_id"], row["later_id"], row["latest_id"]
    digests = dict(archive.execute("SELECT id, digest FROM captures WHERE id IN (?, ?)", (later, latest)))
    # The same bytes need no second look.
    is_only = later is None or digests[later] == row["first_digest"]
    is_shown = latest == first or digests[latest] == row["first_digest"]
    article = row["article_id"]
    yield from _reading(archive, first, article, is_version=True, fields=is_only, links=is_only and is_shown)
    if not is_only:
        yield from _reading(archive, later, article, fields=True, links=digests[latest] == digests[later])


def _reading(
    archive: Connection,
    capture_id: int,
    article_id: int | None,
    *,
    is_version: bool = False,
    fields: bool = True,
    links: bool = True,
) -> Iterator[Reading]:
    """Yield the reading of a capture, nothing if its bytes were not kept."""
    row = archive.execute(READING, (capture_id,)).fetchone()
    if row is None:
        return
    yield Reading(
        capture_id=capture_id,
        page_id=row["page_id"],
        article_id=article_id,
        is_version=is_version,
        gives_fields=fields,
        gives_links=links,
        source=row["source"],
        url=row["url"],
        final_url=row["final_url"],
        fetched=time_of(row["fetched"]),
        content_type=row["content_type"],
        outcome=Outcome(row["outcome"]),
        is_rendered=bool(row["rendered"]),
        listing=Listing(
            url=row["url"],
            headline=row["listed_headline"],
            date_published=time_or_none(row["listed_published"]),
            date_modified=time_or_none(row["listed_modified"]),
        ),
        place=WarcPlace(file=row["warc_file"], offset=row["warc_offset"], length=row["warc_length"]),
    )


def _place_of(archive: Connection, reading: Reading) -> Place:
    source_id = archive.execute("SELECT source_id FROM pages WHERE id = ?", (reading.page_id,)).fetchone()[0]
    return Place(page_id=reading.page_id, source_id=source_id, capture_id=reading.capture_id)


def _record_article(archive: Connection, reading: Reading, visit: Visit, place: Place) -> None:
    if visit.outcome is Outcome.STORED:  # a story of its own, which was taken for another version of one
        record_article(archive, visit, place)
        return
    article_id, seen = visit.article_id, time_text(reading.fetched)
    if article_id != reading.article_id or article_id is None or not (visit.split and visit.split.article):
        return
    article: Article = storable_article(visit.split.article, visit.final_url)
    if visit.outcome is Outcome.CHANGED:
        revise_article(archive, article_id, article, place, seen)
    if reading.gives_fields:
        describe_article(archive, article_id, article, seen)


def _record_page(archive: Connection, reading: Reading, visit: Visit, place: Place) -> None:
    outcome, article_id = record_article(archive, visit, place)
    detail = storable(visit.detail)
    archive.execute(
        "UPDATE captures SET outcome = ?, detail = ? WHERE id = ?", (outcome, detail, reading.capture_id)
    )
    archive.execute(
        "UPDATE pages SET article_id = ifnull(?, article_id) WHERE id = ?", (article_id, reading.page_id)
    )
    seen = time_text(reading.fetched)
    if article_id is not None and (
        later := archive.execute(AS_BEFORE, (reading.capture_id, seen)).fetchall()
    ):
        seen, outcome, detail = max(map(tuple, later))
        archive.execute("UPDATE articles SET last_seen = max(last_seen, ?) WHERE id = ?", (seen, article_id))
    # A later visit that failed goes on standing for the page.
    archive.execute(
        "UPDATE pages SET outcome = ?, detail = ? WHERE id = ? AND last_visited <= ?",
        (outcome, detail, reading.page_id, seen),
    )
