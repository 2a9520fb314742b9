"""What earlier crawls know: which pages are due, which were left over, and what need not be sent again."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from sqlite3 import Connection
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler

from archiver.items import ARTICLE_OUTCOMES
from archiver.pipelines.archive import OpenArchive
from db.lookups import failed_stories, related_addresses
from db.store import PageState, add_source, last_capture, page_state, unvisited
from spiders.base import NewsSpider
from spiders.frontier import LONGEST_ADDRESS, Asked, Source, Turn

# Visits of a story that fail before it is given up, unless a listing names it again.
MOST_TRIES = 3


class Revisits:
    """Gives the spider its memory and the archive its sources."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        revisits = cls(crawler)
        crawler.signals.connect(revisits.spider_opened, signal=signals.spider_opened)
        return revisits

    def spider_opened(self, spider: NewsSpider) -> None:
        """Do so before the spider asks for its first page."""
        settings = self._crawler.settings
        archive = OpenArchive.of(self._crawler).connection
        after = timedelta(seconds=settings.getfloat("REVISIT_AFTER"))
        spider.memory = ArchiveMemory(archive, after, timedelta(days=settings.getfloat("REVISIT_DAYS")))
        for source in spider.sources:
            add_source(archive, source.url, datetime.now(UTC), source.name)


class ArchiveMemory:
    """A spiders.frontier.Memory that reads the archive."""

    def __init__(self, archive: Connection, after: timedelta, until: timedelta) -> None:
        self._archive = archive
        self._after = after
        self._until = until

    def turn(self, asked: Asked) -> Turn:
        """Return when a page should be visited, by its last visit and by when it was first seen."""
        state = page_state(self._archive, asked.url)
        if state is None or state.last_visited is None:
            return Turn.NOW
        now = datetime.now(UTC)
        if now - state.last_visited < self._after:
            return Turn.NOT_DUE
        if now - state.first_seen > self._until and not _is_modified(asked, state, state.last_visited):
            return Turn.NOT_DUE
        return Turn.AGAIN

    def unvisited(self, source: Source, limit: int) -> Iterable[Asked]:
        """Return pages that earlier crawls found and did not visit, or failed to, up to limit of each."""
        waiting = unvisited(self._archive, source.url, limit, LONGEST_ADDRESS)
        failed = failed_stories(
            self._archive, source.url, limit, most_visits=MOST_TRIES - 1, longest=LONGEST_ADDRESS
        )
        for page in (*waiting, *failed):
            yield Asked(url=page.url, found_by=page.found_by, found_on=page.found_on, listing=page.listing)

    def related(self, url: str) -> Iterable[str]:
        """Return the addresses of the related headlines that a page showed when it was last split."""
        return related_addresses(self._archive, url)


class ConditionalRequests:
    """Asks for a story that the archive has only if it has changed since (RFC 9110, 13.1)."""

    def __init__(self, archive: OpenArchive) -> None:
        self._archive = archive

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(OpenArchive.of(crawler))

    def process_request(self, request: Request) -> None:
        """Add the validators of the last capture to a story's request; redirects keep them."""
        if not request.meta.get("story") or "conditional" in request.meta:
            return
        request.meta["conditional"] = False
        last = last_capture(self._archive.connection, request.cb_kwargs["asked"].url)
        if last is None or last.outcome not in ARTICLE_OUTCOMES:
            return
        request.meta["conditional"] = bool(last.etag or last.last_modified)
        if last.etag:
            request.headers["If-None-Match"] = last.etag
        if last.last_modified:
            request.headers["If-Modified-Since"] = last.last_modified


def _is_modified(asked: Asked, state: PageState, visited: datetime) -> bool:
    listed = asked.listing.date_modified if asked.listing is not None else None
    return any(moment is not None and moment > visited for moment in (listed, state.listed_modified))
