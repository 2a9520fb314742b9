"""Articles, visits and archives for the tests, made by the functions that a crawl calls."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

from archiver.items import Article, FoundBy, LinkKind, Outcome, RawResponse, RelatedLink, Split, Visit
from db.connection import open_archive
from db.searching.index import compare_index
from db.store import record_visit, start_crawl

SOURCE = "https://news.example/"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FLOOD = Article(
    url="https://news.example/flood",
    headline="Flood closes the old bridge",
    lead="The river rose by two metres.",
    body="The river rose by two metres.\n\nNobody may cross until Friday.",
    authors=("Ann Lee", "Zoë Müller"),
    date_published=datetime(2026, 11, 19, 8, 30, tzinfo=UTC),
    language="en",
)


def article(path: str, headline: str, body: str, **fields: object) -> Article:
    """Return an article of SOURCE."""
    plain = Article(url=f"{SOURCE}{path}", headline=headline, body=body)
    return replace(plain, **fields)  # type: ignore[arg-type] # the tests name fields of Article


def link(path: str, headline: str, position: int = 0, block: str = "Read also") -> RelatedLink:
    """Return a related link to another page of SOURCE."""
    return RelatedLink(
        url=f"{SOURCE}{path}" if path else "",
        headline=headline,
        kind=LinkKind.RELATED,
        block=block,
        position=position,
    )


def response(body: bytes = b"<html>flood</html>", status: int = 200, **headers: str) -> RawResponse:
    """Return what a server sent; headers are named with "_" for "-"."""
    named = {"content-type": "text/html"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return RawResponse(status=status, headers=tuple(named.items()), body=body)


def visit(story: Article | None, related: Iterable[RelatedLink] = (), **fields: object) -> Visit:
    """Return a visit that stores story, found on its own address."""
    url = story.url if story else f"{SOURCE}page"
    plain = Visit(
        source=SOURCE,
        url=url,
        final_url=url,
        found_by=FoundBy.START,
        fetched=NOON,
        outcome=Outcome.STORED if story else Outcome.NOT_ARTICLE,
        # Another text comes from other bytes.
        response=response(f"<html>{story and (story.headline, story.body, story.authors)}</html>".encode()),
        split=Split(article=story, related=tuple(related)),
    )
    return replace(plain, **fields)  # type: ignore[arg-type] # the tests name fields of Visit


def failed(url: str, outcome: Outcome, detail: str = "", **fields: object) -> Visit:
    """Return a visit that brought nothing."""
    nothing = visit(None, url=url, final_url=url, outcome=outcome, detail=detail, response=None, split=None)
    return replace(nothing, **fields)  # type: ignore[arg-type] # the tests name fields of Visit


def crawl(archive: Connection) -> int:
    """Begin a crawl."""
    return start_crawl(archive, started=NOON, arguments={"sources": [SOURCE]}, version="0.1.0")


def filled(path: Path, stories: Iterable[Article]) -> Connection:
    """Return a new archive at path, open for writing, that holds stories."""
    archive = open_archive(path)
    crawl_id = crawl(archive)
    for story in stories:
        record_visit(archive, crawl_id, visit(story))
    return archive


def one(archive: Connection, sql: str, *values: object) -> object:
    """Return the first column of the first row of a query."""
    return archive.execute(sql, values).fetchone()[0]


def column(archive: Connection, sql: str, *values: object) -> list[object]:
    """Return the first column of all rows of a query."""
    return [row[0] for row in archive.execute(sql, values)]


def compare_with_index(archive: Connection) -> None:
    """Raise sqlite3.DatabaseError if the search index does not fit the rows that it is of."""
    archive.execute("BEGIN IMMEDIATE")
    try:
        compare_index(archive)
    finally:
        archive.rollback()
