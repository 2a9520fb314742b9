"""What earlier crawls know: which pages are due, which were left over, and what need not be sent again."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from sqlite3 import Connection
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response

from archiver.items import ARTICLE_OUTCOMES, FoundBy, Outcome
from archiver.parsers.urls import canonical_url
from archiver.pipelines.archive import OpenArchive
from db.crawls.announced import announced_visit, dated_in_vain
from db.crawls.backfill import sitemap_read
from db.crawls.lookups import LastCapture, is_listing, last_fetching_crawl, left_waiting, related_addresses
from db.crawls.lost_listings import lost_listings
from db.crawls.schedule import PageStatus, lease_page, leave_page, make_due
from db.crawls.spending import Spending, add_spending, spending
from db.crawls.unmodified import hiding_sources
from db.forgetting.forgotten import is_forgotten
from db.store import PageState, add_source, last_capture, page_state, waiting
from spiders.base import NewsSpider
from spiders.frontier import LONGEST_ADDRESS, Asked, Source, Turn

# After so long a listing is asked for as a whole, whatever its last answer said of it.
WHOLE_AFTER = timedelta(days=1)
# So often in a row a server is believed that a story has not changed; then it is asked for as a whole. Of the five
# visits of REVISIT_AGES it is the third, a day after the story appeared.
BELIEVED = 2
# What a page must have been at its last visit for a 304 to tell what it is.
OUTCOMES = {"story": ARTICLE_OUTCOMES, "listing": frozenset({Outcome.LISTING})}
# Headers that name the ETag and the Last-Modified of what is there already.
VALIDATORS = ("If-None-Match", "If-Modified-Since")


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
        opened = OpenArchive.of(self._crawler)
        seconds = settings.getfloat("REVISIT_AFTER")
        after = timedelta(seconds=seconds) if seconds >= 0 else None
        spider.memory = ArchiveMemory(opened.connection, opened.crawl_id, opened.ages, after)
        for source in spider.sources:
            add_source(opened.connection, source.url, datetime.now(UTC), source.name)


class ArchiveMemory:
    """A spiders.frontier.Memory that reads the archive, and notes in it what is on its way."""

    def __init__(
        self, archive: Connection, crawl_id: int, ages: Sequence[timedelta], after: timedelta | None
    ) -> None:
        """Visit stories again at these ages; with after also those visited longer ago, up to the last age."""
        self._archive = archive
        self._crawl_id = crawl_id
        self._ages = ages
        self._after = after
        self._began = datetime.now(UTC)
        # Told before this crawl's listings date the stories anew.
        self._dated_in_vain = dated_in_vain(archive, self._began)
        self._announced_for: dict[str, datetime] = {}
        """When pages may be visited that are announced and shall wait for a while."""

    def turn(self, asked: Asked) -> Turn:
        """Return when a page should be visited, by its last visit, what listings say of it, and its schedule."""
        if is_forgotten(self._archive, asked.url):
            return Turn.NOT_DUE
        state = page_state(self._archive, asked.url)
        # A trap was not asked for: others like it told of it, and may have changed since.
        if state is None or state.last_visited is None or state.outcome is Outcome.TRAP:
            return Turn.NOW
        # Read for its headlines alone: whether it is a story, nobody has looked.
        if state.outcome is Outcome.LISTING and asked.found_by in (FoundBy.FEED, FoundBy.FRONT_PAGE):
            return Turn.NOW
        now = datetime.now(UTC)
        since = now - state.last_visited
        if since < timedelta():  # the clock was ahead, when it set the next visit too
            return Turn.AGAIN
        by_dates = state.source_id not in self._dated_in_vain
        announced = announced_visit(
            self._archive, state, now, asked.found_on, asked.listing, by_dates=by_dates
        )
        if announced is not None and announced <= now:
            return Turn.ANNOUNCED
        if self._after is not None:
            is_fresh = now - state.first_seen <= self._ages[-1]
            is_due = since >= self._after and is_fresh
        else:
            is_due = _is_due(state, now)
        if announced is not None and not is_due:
            self._announced_for[asked.url] = announced
        return Turn.AGAIN if is_due else Turn.NOT_DUE

    def waiting(self, source: Source, limit: int) -> Iterable[Asked]:
        """Return pages that earlier crawls found and did not visit, and those due again, up to limit of each."""
        pages = waiting(
            self._archive,
            source.url,
            limit,
            now=datetime.now(UTC),
            after=self._after,
            longest=LONGEST_ADDRESS,
        )
        for page in pages:
            url = canonical_url(page.url) or page.url
            if url != page.url:  # related links were asked for once as their pages write them
                leave_page(self._archive, page.url, url)
            listing = replace(page.listing, url=url)
            yield Asked(
                url=url,
                found_by=page.found_by,
                found_on=page.found_on,
                listing=listing,
                is_due=page.is_due,
            )

    def waits_since(self, url: str) -> datetime | None:
        """Return when a page that was never visited appeared: as a listing says, else when it was first seen."""
        state = page_state(self._archive, url)
        if state is None or state.last_visited is not None:
            return None
        return state.listed_published or state.listed_modified or state.first_seen

    def lease(self, asked: Asked, source: Source) -> None:
        """Note that a page is on its way."""
        lease_page(self._archive, self._crawl_id, asked.url, source.url, datetime.now(UTC))

    def sitemap_read(self, url: str) -> datetime | None:
        """Return when an earlier crawl read the stories of a sitemap; None if none did, or all shall be visited."""
        return sitemap_read(self._archive, url) if self._after is None else None

    def may_list(self, url: str, source: Source) -> bool:
        """Return whether to look for a listing at a common place: where one was, elsewhere once a week.

        The first crawl of a week (of ISO 8601, in UTC) looks everywhere, and each until one has fetched anything.
        """
        if is_listing(self._archive, url):
            return True
        last = last_fetching_crawl(self._archive, source.url, before=self._crawl_id)
        return last is None or last.isocalendar()[:2] != datetime.now(UTC).isocalendar()[:2]

    def are_lost(self, urls: Sequence[str]) -> bool:
        """Return whether none of the listings that a user named, of which there are some, has come for long."""
        return bool(urls) and len(list(lost_listings(self._archive, urls))) == len(urls)

    def spent(self, source: Source) -> tuple[int, int]:
        """Return the pages and bytes that the crawls of the last 24 hours fetched of a source."""
        spent = spending(self._archive, source.url, datetime.now(UTC) - timedelta(days=1))
        return spent.pages, spent.bytes

    def spend(self, source: Source, pages: int, size: int) -> None:
        """Note requests for stories, and bytes, of which there is no visit."""
        add_spending(self._archive, self._crawl_id, source.url, Spending(pages=pages, bytes=size))

    def left(self, source: Source, waiting: Iterable[Asked]) -> int:
        """Return how many pages of a source wait for the next crawl, those among them that its site announced.

        These are due from now on, or once their time has come: no listing needs to name them again.
        """
        now, began = datetime.now(UTC), self._began
        left = left_waiting(
            self._archive, source.url, began=began, now=now, after=self._after, longest=LONGEST_ADDRESS
        )
        announced = {asked.url for asked in waiting if self.turn(asked) is Turn.ANNOUNCED}
        states = filter(None, (page_state(self._archive, url) for url in announced))
        early = dict.fromkeys((state.url for state in states if not _is_due(state, now)), now)
        make_due(self._archive, self._announced_for | early)
        self._announced_for.clear()
        return left + len(early)

    def related(self, url: str) -> Iterable[str]:
        """Return the addresses of the related headlines that a page showed when it was last split."""
        return related_addresses(self._archive, url)


class ConditionalRequests:
    """Asks for a page that the archive has only if it has changed since (RFC 9110, 13.1).

    A listing that has not is read again as the archive keeps it: its stories may be due for another visit, and it
    shows them still.
    """

    def __init__(self, archive: OpenArchive) -> None:
        self._archive = archive
        self._hiding: frozenset[str] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(OpenArchive.of(crawler))

    def process_request(self, request: Request) -> None:
        """Add the validators of the last capture to a page's request, if it is for the address that sent them.

        A page whose bytes were kept and can no longer be read is asked for as a whole, and so is once a day every
        listing, and after two unchanged answers a story: some servers never tell that it has changed.
        """
        what = request.meta.get("unless_changed")
        if not what:
            return
        for name in VALIDATORS:
            request.headers.pop(name, None)  # a redirect brings those of the address that it leads away from
        request.meta["conditional"] = request.meta["is_whole"] = False
        last = last_capture(self._archive.connection, request.cb_kwargs["asked"].url)
        request.meta["is_new"] = last is None
        if (
            last is None
            or last.outcome not in OUTCOMES[what]
            or last.final_url != canonical_url(request.url)
            # A 304 would leave the archive without the bytes for good.
            or (last.place is not None and self._archive.warc.held(last.place) is None)
            or (what == "listing" and not _may_stand_for(last))
        ):
            return
        request.meta["kept"] = last.place
        request.meta["is_whole"] = what == "story" and self._doubts(request, last)
        if request.meta["is_whole"]:
            return
        for name, validator in zip(VALIDATORS, (last.etag, last.last_modified), strict=True):
            if validator:
                request.headers[name] = validator
                request.meta["conditional"] = True

    def _doubts(self, request: Request, last: LastCapture) -> bool:
        """Whether a server that could be told what the archive has may say wrongly that this is all there is."""
        if self._hiding is None:
            self._hiding = hiding_sources(self._archive.connection, datetime.now(UTC))
        may_ask = last.etag is not None or last.last_modified is not None
        return may_ask and (request.meta["source"] in self._hiding or last.unmodified >= BELIEVED)

    def process_response(self, request: Request, response: Response) -> Response:
        """Return a listing that has not changed as the archive keeps it, beside it the 304 for its visit."""
        meta = request.meta
        if response.status != 304 or meta.get("unless_changed") != "listing" or not meta["conditional"]:
            return response
        kept = self._archive.warc.read(meta["kept"])
        meta["not_modified"] = response.replace(request=request)
        return response.replace(status=kept.status, headers=Headers(kept.headers), body=kept.body)


def _may_stand_for(last: LastCapture) -> bool:
    """Whether the bytes that the archive has of a listing may be read in place of those that the server has."""
    return last.place is not None and timedelta() <= datetime.now(UTC) - last.fetched < WHOLE_AFTER


def _is_due(state: PageState, now: datetime) -> bool:
    if state.state is PageStatus.DONE:
        return False
    return state.next_visit is None or state.next_visit <= now
