"""The open archive of a crawl: its database, its WARC files and the row of the crawl itself."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from archiver import __version__
from archiver.durations import duration
from archiver.errors import ArchiveError, SettingError, SourceError
from archiver.pipelines.addresses import fill_addresses
from db.connection import joined, open_archive, transaction
from db.crawls.alarm_news import AlarmNews, news_of_crawl
from db.crawls.alarms import end_alarms_of_removed, raise_alarms, standing_alarms
from db.crawls.bundles import write_bundle
from db.crawls.schedule import REVISIT_AGES
from db.forgetting.forgotten import is_forgotten
from db.raw_pages.warc import WarcWriter
from db.raw_pages.warc_places import warc_directory
from db.store import CrawlState, finish_crawl, start_crawl
from db.thinning import LEAST_DAYS, thin_crawls

logger = logging.getLogger(__name__)

# Settings that tell later what a crawl was asked to do.
ARGUMENTS = (
    "PAGE_BUDGET",
    "DOWNLOAD_DELAY",
    "REVISIT_AGES",
    "REVISIT_AFTER",
    "ROBOTSTXT_OBEY",
    "USER_AGENT",
    "SOURCES_FILE",
)
STATES = {"finished": CrawlState.DONE, "shutdown": CrawlState.INTERRUPTED}


class OpenArchive:
    """Opens the archive named by the setting ARCHIVE before the crawl and closes it after."""

    def __init__(
        self,
        path: Path,
        arguments: Mapping[str, object],
        ages: Sequence[timedelta] = REVISIT_AGES,
        thin_after: int = 0,
    ) -> None:
        self._path = path
        self.alarms = AlarmNews()
        """What is to be told of alarms, once it is closed."""
        self.ages = ages
        """How old a story is when it is looked at again, rising."""
        self._thin_after = thin_after
        """Days after which crawls that found nothing are thinned out; 0: never."""
        self._named: dict[str, tuple[str, ...]] = {}
        """The listings that each source names, by its address."""
        self._remind_days = 0
        self._file = arguments.get("SOURCES_FILE")
        """The sources.toml whose sources these are, if they are one's."""
        self._closing = ExitStack()
        self.connection = open_archive(path)
        self._closing.callback(self.connection.close)
        try:
            _refuse_forgotten(self.connection, arguments)
        except SourceError:
            self._closing.close()
            raise
        fill_addresses(self.connection)
        self.crawl_id = start_crawl(
            self.connection, started=datetime.now(UTC), arguments=arguments, version=__version__
        )
        self.warc = self._closing.enter_context(WarcWriter(warc_directory(path), self.crawl_id))
        self.state = CrawlState.RUNNING
        self.fault: ArchiveError | None = None
        """Why the end of the crawl could not be noted."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        arguments: dict[str, object] = {name: settings.get(name) for name in ARGUMENTS}
        # Scrapy makes the spider before its extensions.
        sources: Any = getattr(crawler.spider, "sources", ())
        arguments["sources"] = [source.url for source in sources]
        archive = cls(
            Path(settings["ARCHIVE"]), arguments, revisit_ages(settings["REVISIT_AGES"]), thin_after(settings)
        )
        archive._named = {source.url: (*source.feeds, *source.sitemaps, *source.fronts) for source in sources}
        archive._remind_days = settings.getint("REMIND_DAYS")
        crawler.signals.connect(archive.spider_closed, signal=signals.spider_closed)
        return archive

    @classmethod
    def of(cls, crawler: Crawler) -> Self:
        """Return the open archive of a crawl."""
        archive = crawler.get_extension(cls)
        if archive is None:
            raise LookupError(f"{cls.__module__}.{cls.__name__} is missing in the setting EXTENSIONS")
        return archive

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make all that is recorded inside one transaction, its bytes first: all of it is on the disk then, or none."""
        with self.warc.together(), joined(self.connection):
            yield
            self.warc.sync()

    def spider_closed(self, reason: str) -> None:
        """Close the archive; Scrapy's reason tells how the crawl ended."""
        self.close(STATES.get(reason, CrawlState.FAILED))

    def close(self, state: CrawlState) -> None:
        """Note how the crawl ended and close the archive, once; fault says why if that cannot be written."""
        if self.state is not CrawlState.RUNNING:
            return
        self.state = state
        now = datetime.now(UTC)
        with self._closing:
            try:
                finish_crawl(self.connection, self.crawl_id, finished=now, state=state)
                if state is CrawlState.DONE:
                    self._compare(now)
                if self._thin_after:
                    thin_crawls(self.connection, now, self._thin_after)
            except ArchiveError as error:  # the next crawl finds it running, and dead
                self.fault = error

    def _compare(self, now: datetime) -> None:
        """Note what needs a person at the sources of the crawl, with pages that show it."""
        with transaction(self.connection):
            before = standing_alarms(self.connection)
            if isinstance(self._file, str):
                end_alarms_of_removed(self.connection, self._file, self._named, now)
            new = raise_alarms(self.connection, self.crawl_id, now, self._named)
            self.alarms = news_of_crawl(self.connection, before, new, now, self._remind_days)
        for alarm in new:
            try:
                write_bundle(self.connection, self._path, alarm)
            except ArchiveError as error:  # the alarm stands in the archive
                logger.warning("%s", error)


def _refuse_forgotten(archive: Connection, arguments: Mapping[str, object]) -> None:
    """Raise SourceError, before anything is written, if a story that was forgotten is named as a site."""
    sources = arguments.get("sources")
    for url in sources if isinstance(sources, list) else ():
        if is_forgotten(archive, url):
            raise SourceError(
                f"{url} was forgotten on purpose: name the site's front page, or let the story in by "
                f"`archiver forget --again {url}`"
            )


def thin_after(settings: BaseSettings) -> int:
    """Return the days of THIN_AFTER. Raises SettingError if they are too few."""
    days = settings.getint("THIN_AFTER")
    if days and days < LEAST_DAYS:
        raise SettingError(
            f"THIN_AFTER is {days}: give {LEAST_DAYS} days or more, for alarms look back so far, or 0"
        )
    return days


def revisit_ages(text: str) -> tuple[timedelta, ...]:
    """Return the ages of a text such as "1h 6h 1d", rising. Raises SettingError if it is none."""
    try:
        ages = tuple(sorted(duration(word) for word in text.split()))
    except ValueError as error:
        raise SettingError(f"REVISIT_AGES: {error}") from error
    if not ages:
        raise SettingError("REVISIT_AGES names no age: give some, such as '1h 6h 1d 3d 14d'")
    return ages
