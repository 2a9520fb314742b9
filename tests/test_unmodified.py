"""Servers that answer 304 whatever became of a story: a third request has no conditions, and tells them."""

import socket
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from conftest import Crawl
from misbehaving import Answer, Server, answer, feed, misbehaving, story

from archiver.items import WHOLE
from db.connection import read_archive
from db.crawls.unmodified import LOOKED_BACK, hiding_sources
from spiders.frontier import Source

FIRST, SECOND, THIRD = "Flood closes the bridge", "The bridge is open again", "The bridge is sold"


def tagged(server: Server, headline: str, is_told: Callable[[str], bool]) -> Answer:
    """Return an answer with an ETag of the headline, or 304 where is_told so by the request."""

    def send(client: socket.socket) -> None:
        tag = f'"{hash(headline)}"'
        whole = answer(story(headline), ETag=tag)
        (answer(b"", "304 Not Modified") if is_told(server.requests[-1]) else whole)(client)

    return send


def hides(request: str) -> bool:
    return "If-None-Match" in request


def told_truly(headline: str) -> Callable[[str], bool]:
    return lambda request: f'"{hash(headline)}"' in request


def seen(archive: Path, path: str) -> list[tuple[int, str, bool]]:
    with closing(read_archive(archive)) as connection:
        rows = connection.execute(
            "SELECT captures.status, captures.outcome, captures.detail FROM captures"
            " JOIN pages ON pages.id = page_id WHERE url LIKE '%' || ? ORDER BY captures.id",
            (path,),
        )
        return [(row[0], row[1], WHOLE in row[2]) for row in rows]


def hiding(archive: Path, now: datetime) -> frozenset[str]:
    with closing(read_archive(archive)) as connection:
        return hiding_sources(connection, now)


def test_server_that_hides_changes_is_found_out(archive: Path, crawl: Crawl) -> None:
    with misbehaving({"/feed.xml": feed("/a", "/b")}) as server:
        source = Source(url=server.url, feeds=(f"{server.url}feed.xml",))
        server.pages |= {path: tagged(server, f"{FIRST} {path}", hides) for path in ("/a", "/b")}
        crawl(source)
        crawl(source)
        server.pages["/a"] = tagged(server, SECOND, hides)
        for _ in range(3):
            crawl(source)

    as_told = [(200, "stored", False), (304, "unchanged", False), (304, "unchanged", False)]
    assert seen(archive, "/a") == [*as_told, (200, "changed", True), (200, "unchanged", True)]
    assert seen(archive, "/b") == [*as_told, (200, "unchanged", True), (200, "unchanged", True)]
    now = datetime.now(UTC)
    assert hiding(archive, now) == {server.url}
    assert hiding(archive, now + LOOKED_BACK + timedelta(hours=1)) == set()


def test_server_that_tells_of_changes_is_believed(archive: Path, crawl: Crawl) -> None:
    with misbehaving({"/feed.xml": feed("/a")}) as server:
        source = Source(url=server.url, feeds=(f"{server.url}feed.xml",))
        # It changes for the second request, and unseen between two unchanged answers and the third.
        for headline in (FIRST, SECOND, SECOND, SECOND, THIRD, THIRD):
            server.pages["/a"] = tagged(server, headline, told_truly(headline))
            crawl(source)

    told = [(status, whole) for status, _, whole in seen(archive, "/a")]
    assert told == [(200, False), (200, False), (304, False), (304, False), (200, True), (304, False)]
    assert hiding(archive, datetime.now(UTC)) == set()
