"""The archive as the reading room asks it: within a time, and for what only its pages show."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from os import PathLike
from sqlite3 import SQLITE_INTERRUPT, Connection
from threading import local
from time import monotonic
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from archiver.archive import Archive
from archiver.errors import ArchiveError, TookTooLongError
from archiver.items import RawResponse
from db.coverage import SourceAccount, headlines_of, latest_articles, source_account
from db.crawls.runs import CrawlAccount, CrawlSums, crawl_account, latest_crawls
from db.crawls.status import SourceStatus, source_statuses
from db.fronts import front_addresses
from db.graph import Edge, relations
from db.lock import state_now
from db.raw_pages.captures import Capture, capture, captured_page, captures_at, captures_of
from db.read import CrawlRecord
from db.searching.facets import Facets, facets
from db.searching.filters import Filters
from db.searching.headline_search import HeadlineHit, search_headlines
from db.searching.index import has_language
from db.searching.search import Found, Sort, find

if TYPE_CHECKING:
    from db.dedup.shared_text import SharedText

P = ParamSpec("P")
T = TypeVar("T")
C = TypeVar("C", CrawlRecord, CrawlSums)

# Steps of SQLite's machine between two looks at the clock: some 100 µs.
STEPS = 10_000


class Reader(Archive):
    """A read-only archive; what takes more than seconds raises TookTooLongError."""

    def __init__(self, path: str | PathLike[str], seconds: float) -> None:
        self._seconds = seconds
        self._ends = local()
        super().__init__(path)

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """Let all questions that this thread asks until the end together take no longer than one may."""
        self._ends.at = monotonic() + self._seconds
        try:
            yield
        finally:
            self._ends.at = None

    def found(self, words: str | None, filters: Filters, limit: int, sort: Sort) -> Found:
        """Return at most limit articles that match words and filters.

        Without words they are the latest ones, each with the beginning of its text as snippet.
        """
        if words is None:
            return Found(tuple(self._ask(latest_articles, filters, limit)), None)
        return self._ask(find, words, filters, limit, sort)

    def headline_hits(self, words: str, filters: Filters, limit: int) -> list[HeadlineHit]:
        """Return at most limit related headlines that match words, best first."""
        return self._ask(search_headlines, words, filters, limit)

    def pointed_by(self, url: str, limit: int) -> tuple[Edge, ...]:
        """Return at most limit headlines by which pages point to the page at an address."""
        return self._ask(relations, url, None, limit).pointed_by

    def shared_text(self, one: int, other: int) -> "SharedText":
        """Return two articles with the passages that they have in common."""
        from db.dedup.shared_text import shared_text  # noqa: PLC0415 - numpy

        return self._ask(shared_text, str(one), str(other))

    def facets(self, words: str | None, filters: Filters, *, many: bool) -> Facets:
        """Count the articles that a search finds; many: more than it ranks."""
        return self._ask(facets, words, filters, many=many)

    def has_language(self, subtag: str) -> bool:
        """Return whether there is an article in a language, of which subtag is the first of its subtags."""
        return self._ask(has_language, subtag)

    def headlines(self, article_ids: Iterable[int]) -> dict[int, str]:
        """Return the headlines of articles by their numbers."""
        return self._ask(headlines_of, tuple(article_ids))

    def status(self, days: int) -> list[SourceStatus]:
        """Return how each source did on the last days."""
        return self._ask(source_statuses, days, datetime.now(UTC))

    def status_of(self, host: str, days: int) -> SourceStatus | None:
        """Return how the site at a host did on the last days."""
        return next(iter(self._ask(source_statuses, days, datetime.now(UTC), host)), None)

    def fronts(self, host: str) -> list[str]:
        """Return the addresses of front pages of the site at a host that were read."""
        return self._ask(front_addresses, host)

    def source(self, host: str, days: int) -> SourceAccount:
        """Return how the site at a host was covered on the last days."""
        return self._ask(source_account, host, days, datetime.now(UTC))

    def crawls(self, limit: int, before: int) -> tuple[CrawlSums, ...]:
        """Return at most limit crawls before the one of an id, the newest first."""
        return tuple(self._as_it_is(each) for each in self._ask(latest_crawls, limit, before))

    def crawl(self, crawl_id: int, limit: int) -> CrawlAccount:
        """Return one crawl, what it came to at each site, and at most limit of the pages that failed."""
        found = self._ask(crawl_account, crawl_id, limit)
        return replace(found, crawl=self._as_it_is(found.crawl))

    def _as_it_is(self, crawl: C) -> C:
        """Return a crawl, interrupted if the archive has it as running and nobody runs it: it was killed."""
        return replace(crawl, state=state_now(self.path, crawl.state))

    def captures(self, article_id: int, limit: int) -> tuple[Capture, ...]:
        """Return at most limit captures of the pages that hold an article, the newest first."""
        return self._ask(captures_of, article_id, limit)

    def captures_at(self, url: str, limit: int) -> tuple[Capture, ...]:
        """Return at most limit captures of the page at an address, the newest first."""
        return self._ask(captures_at, url, limit)

    def capture(self, capture_id: int) -> Capture:
        """Return one visit to a page."""
        return self._ask(capture, capture_id)

    def captured_page(self, found: Capture) -> RawResponse:
        """Return the bytes of a capture, unpacked, as they stand in the WARC files."""
        return self._ask(captured_page, self.path, found)

    def _ask(self, question: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        def in_time(connection: Connection) -> T:
            end: float = getattr(self._ends, "at", None) or monotonic() + self._seconds
            connection.set_progress_handler(lambda: monotonic() > end, STEPS)
            try:
                return question(connection, *args, **kwargs)
            finally:
                connection.set_progress_handler(None, 0)

        try:
            return super()._ask(in_time)
        except ArchiveError as error:
            if getattr(error.__cause__, "sqlite_errorcode", None) == SQLITE_INTERRUPT:
                message = (
                    f"that took more than {self._seconds:g} seconds: ask for less, such as a shorter time"
                )
                raise TookTooLongError(message) from error
            raise
