"""Stories of past years, by the sitemaps of a site's archive."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from scrapy import Request

from archiver.errors import SourceError
from archiver.parsers.dates.periods import Period, day_of_story, period_of_sitemap
from archiver.parsers.sites.sitemaps import ChildSitemap
from spiders.frontier import OLDEST, Asked, Frontier, Memory, Source
from spiders.sitemap import A_DAY, SitemapSpider

# Sitemaps read of one source in one run: the days of some eight years. The rest is left for the next run.
MOST_ARCHIVE_SITEMAPS = 3000
# After so long nothing is added to the sitemap of a past month or day any longer.
SETTLED_AFTER = timedelta(days=30)


class BackfillFrontier(Frontier):
    """A frontier of the stories of one period, the newest first; no related headline leads out of it."""

    def __init__(self, source: Source, budget: int, memory: Memory, asked_for: Period) -> None:
        super().__init__(source, budget, memory)
        self._asked_for = asked_for

    def add(self, asked: Asked) -> None:
        """Queue a story's address if it is of the period; one that nothing dates goes last."""
        moment = moment_of(asked)
        if moment is None or self._asked_for.start <= moment < self._asked_for.end:
            super().add(asked)

    def add_related(self, urls: Iterable[str], found_on: str) -> None:
        """Queue none of the related headlines: the archive keeps them for the next crawl."""

    def _push(self, rank: Any, asked: Asked) -> None:
        turn = -(moment_of(asked) or OLDEST).timestamp()
        heapq.heappush(self._heap, (type(rank).LISTED, turn, next(self._serial), asked.url))


class BackfillSpider(SitemapSpider):
    """Reads the sitemaps of some years, months or days, and visits the stories in them, the newest first.

    Sitemaps are those given and those in robots.txt, with all that their indexes name: but for those whose
    address names another time, those that have not changed since that time began, and those that an earlier
    crawl has read and that are as they were.
    """

    name = "backfill"
    most_sitemaps = MOST_ARCHIVE_SITEMAPS

    def __init__(self, since: datetime | str = OLDEST, until: datetime | str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.asked_for = Period(_time(since), _time(until) if until else datetime.now(UTC) + A_DAY)
        """The time of the stories to visit."""

    def frontier_of(self, source: Source, pages: int) -> Frontier:
        """Return a frontier for the stories of the period."""
        return BackfillFrontier(source, pages, self.memory, self.asked_for)

    def discovery(self, frontier: Frontier) -> Iterator[Request]:
        """Yield the requests for the sitemaps given, which may be those of its news alone, and for robots.txt."""
        yield from self.given(frontier)
        yield from self.named(frontier)

    def children(self, sitemaps: Sequence[ChildSitemap]) -> Sequence[str]:
        """Return those sitemaps of an index that may name stories of the period, the latest first."""
        wanted = [child for child in sitemaps if self._is_wanted(child)]
        return [child.url for child in sorted(wanted, key=_time_of, reverse=True)]

    def _is_wanted(self, child: ChildSitemap) -> bool:
        period, modified = period_of_sitemap(child.url), child.date_modified
        if period is not None and not period.touches(self.asked_for):
            return False
        # What it names is not newer than itself.
        if modified is not None and modified + A_DAY <= self.asked_for.start:
            return False
        if modified is not None:
            return self.may_have_changed(child)
        read = self.memory.sitemap_read(child.url)
        return read is None or period is None or read < period.end + SETTLED_AFTER


def moment_of(asked: Asked) -> datetime | None:
    """Return when a story appeared, by its sitemap's word, its address or its sitemap's; None if nothing tells."""
    listing = asked.listing
    modified = listing.date_modified if listing is not None else None
    if listing is not None and listing.date_published is not None:
        return listing.date_published
    period = day_of_story(asked.url) or (period_of_sitemap(asked.found_on) if asked.found_on else None)
    if period is None or (modified is not None and period.start <= modified < period.end):
        return modified
    return period.start


def _time_of(child: ChildSitemap) -> datetime:
    period = period_of_sitemap(child.url)
    return period.start if period is not None else child.date_modified or OLDEST


def _time(value: datetime | str) -> datetime:
    """Return a time that may come from the command line of `scrapy crawl`."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        raise SourceError(f"{value!r} is no day: give one such as 2020-01-31") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
