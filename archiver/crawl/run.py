"""One crawl in this process, from a plan to a summary."""

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from scrapy.crawler import Crawler
from scrapy.settings import Settings

from archiver import settings as defaults
from archiver.crawl.browser import browser_limits, check_browser
from archiver.crawl.ending import PromptProcess
from archiver.crawl.journal import SourceEnd, crawl_ended, crawl_failed, source_ended
from archiver.crawl.log import logging_by
from archiver.crawl.mishaps import Mishaps
from archiver.crawl.notify import alarm_text, ended_text, lasting_text
from archiver.crawl.patience import Patience
from archiver.crawl.progress import CrawlWatcher, Progress
from archiver.errors import ArchiverError, SourceError
from archiver.items import ARTICLE_OUTCOMES, CrawlState, Outcome
from archiver.parsers.urls import host, site
from archiver.pipelines.archive import OpenArchive
from db.connection import open_archive
from db.disk import require_room
from spiders.base import NewsSpider
from spiders.frontier import Frontier, Source
from spiders.site import SiteSpider

# Outcomes that tell of a page that came.
FETCHED = ARTICLE_OUTCOMES | {
    Outcome.LISTING,
    Outcome.NOT_ARTICLE,
    Outcome.NOT_HTML,
    Outcome.EMPTY,
    Outcome.PAYWALL,
    Outcome.PARSE_LIMIT,
    Outcome.PARSE_ERROR,
}


# New objects after which Python looks for those that only hold each other. With its own 700, a twentieth of a crawl's
# time went into looking through all that was imported.
COLLECTED = 20_000
# Extensions that are off. Scrapy imports them all the same, with aiohttp, as long as its own list names them: 0.25 s.
NOT_IMPORTED = frozenset(
    {"scrapy.extensions.telnet.TelnetConsole", "scrapy.extensions.remote_control.RemoteControl"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlPlan:
    """What to crawl, and the settings that differ from archiver/settings.py; None leaves one as it is."""

    archive: Path
    sources: tuple[Source, ...]
    file: Path | None = None
    """The sources.toml that lists the sources, all of them; None: they are named otherwise."""
    contact: str | None = None
    pages: int | None = None
    """Story pages a source."""
    delay: float | None = None
    """Seconds between two requests to one site."""
    revisit_after: timedelta | None = None
    obey_robots: bool | None = None
    log_file: Path | None = None
    """None: standard error."""
    log_level: str | None = None
    log_json: bool = False
    """Whether each line of the log is a JSON object."""
    others: Mapping[str, object] = field(default_factory=dict)
    """Any further setting by its name."""
    spider: type[NewsSpider] = SiteSpider
    """The way to find stories."""
    spider_arguments: Mapping[str, object] = field(default_factory=dict)
    """What the spider takes beside the sources."""

    def asked(self) -> tuple[Source, ...]:
        """Return the sources with the pages and the delay that the plan, if it does, gives instead of their own."""
        return tuple(
            replace(
                source,
                pages=source.pages if self.pages is None else self.pages,
                delay=source.delay if self.delay is None else self.delay,
            )
            for source in self.sources
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlSummary:
    """What came of a crawl."""

    crawl_id: int
    state: CrawlState
    elapsed: timedelta
    counts: Mapping[str, Mapping[Outcome, int]]
    """Pages by source address and outcome."""
    not_due: int
    """Known stories that were left out: not due yet, or done with, as too old to change or given up."""
    known: frozenset[str]
    """Source addresses at which there were such stories."""
    left: int
    """Addresses found and left for the next crawl, over the budget or by an interruption."""
    alarms: tuple[str, ...] = ()
    """What needs a person, a line each."""
    lasting: tuple[str, ...] = ()
    """Reminders of what still does."""
    ended: tuple[str, ...] = ()
    """What does not any longer."""
    spent: Mapping[str, str] = field(default_factory=dict)
    """Source addresses whose budget of a day is used up, with which one."""
    notes: tuple[str, ...] = ()
    """What else a user should know: hosts that were left alone, addresses that were no use to follow."""

    @property
    def fetched(self) -> bool:
        """Whether any page of any site came."""
        return any(FETCHED & counts.keys() for counts in self.counts.values())


def run_crawl(plan: CrawlPlan, watch: CrawlWatcher | None = None) -> CrawlSummary:
    """Crawl, telling watch of every page, and return what came of it. Once in a process, as Twisted.

    Ctrl-C and SIGTERM end it after the requests on the wire, a second one at once; the archive is whole and
    the summary says INTERRUPTED. Raises SourceError for a plan without source, ArchiveError if the archive
    cannot be opened, or written any longer: LockedError if another process does, DiskFullError without room.
    """
    if not plan.sources:
        raise SourceError("there is no source to crawl: give the address of a site")
    settings = crawl_settings(plan)
    if any(source.javascript for source in plan.sources):
        check_browser(settings["BROWSER"], browser_limits(settings))
    if plan.archive.parent.is_dir():
        require_room(plan.archive, settings.getint("LEAST_DISK"))
    open_archive(plan.archive).close()  # refused here in one line, not in the midst of Scrapy's start
    with logging_by(settings, as_json=plan.log_json):
        try:
            summary, frontiers = _crawl(plan, settings, watch)
        except ArchiverError as error:
            if plan.log_file is not None:  # without, it is said on standard error anyway
                crawl_failed(str(error))
            raise
        for frontier in frontiers:
            url = frontier.source.url
            counts = summary.counts.get(url, {})
            source_ended(SourceEnd(source=url, counts=counts, not_due=frontier.not_due, left=frontier.left))
        crawl_ended(summary.crawl_id, summary.state, summary.elapsed, summary.alarms, summary.ended)
    return summary


def _crawl(
    plan: CrawlPlan, settings: Settings, watch: CrawlWatcher | None
) -> tuple[CrawlSummary, list[Frontier]]:
    started = datetime.now().astimezone()
    process = PromptProcess(settings)
    crawler = process.create_crawler(plan.spider)
    progress = Progress(crawler, watch)
    task = process.crawl(crawler, sources=plan.asked(), **plan.spider_arguments)
    with _rare_collections():
        process.start()
    if task.done() and not task.cancelled() and (error := task.exception()) is not None:
        raise error
    archive = OpenArchive.of(crawler)
    archive.close(CrawlState.INTERRUPTED)  # if it is still open, Scrapy was stopped before it could
    mishaps = crawler.get_extension(Mishaps)
    if fault := (mishaps.fatal if mishaps is not None else None) or archive.fault:
        raise fault
    frontiers: list[Frontier] = []
    if isinstance(crawler.spider, NewsSpider):
        crawler.spider.workers.close()
        frontiers = crawler.spider.frontiers
    summary = CrawlSummary(
        crawl_id=archive.crawl_id,
        state=archive.state,
        elapsed=datetime.now().astimezone() - started,
        counts=progress.counts,
        not_due=sum(frontier.not_due for frontier in frontiers),
        known=frozenset(frontier.source.url for frontier in frontiers if frontier.not_due),
        left=sum(frontier.left for frontier in frontiers),
        alarms=tuple(map(alarm_text, archive.alarms.raised)),
        lasting=tuple(map(lasting_text, archive.alarms.lasting)),
        ended=tuple(map(ended_text, archive.alarms.ended)),
        spent={frontier.source.url: spent for frontier in frontiers if (spent := frontier.day_is_over)},
        notes=(*_patience_notes(crawler), *_trap_notes(frontiers)),
    )
    return summary, frontiers


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Look for garbage in cycles more rarely, and never among what is there before."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(COLLECTED)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _patience_notes(crawler: Crawler) -> tuple[str, ...]:
    patience = crawler.get_extension(Patience)
    return () if patience is None else tuple(patience.notes)


def _trap_notes(frontiers: Iterable[Frontier]) -> Iterator[str]:
    for frontier in frontiers:
        if frontier.traps:
            addresses = f"{frontier.traps:,} address{'es' if frontier.traps > 1 else ''}"
            yield f"{addresses} of {host(frontier.source.url)} not followed: one of endlessly many, by the looks of it."


def crawl_settings(plan: CrawlPlan) -> Settings:
    """Return the settings of a crawl: those of archiver/settings.py with the plan's on top."""
    settings = Settings()
    settings.setmodule(defaults, priority="project")
    settings.update(plan.others, priority="cmdline")
    extensions = settings.getdict("EXTENSIONS_BASE").items()
    settings.set("EXTENSIONS_BASE", {name: order for name, order in extensions if name not in NOT_IMPORTED})
    contact = settings["CONTACT"] if plan.contact is None else plan.contact
    given = {
        "ARCHIVE": str(plan.archive),
        "SOURCES_FILE": None if plan.file is None else _file_mark(plan.file),
        "CONTACT": contact,
        "USER_AGENT": f"{settings['USER_AGENT']} (+{contact})" if contact else None,
        "PAGE_BUDGET": plan.pages,
        "DOWNLOAD_DELAY": plan.delay,
        "AUTOTHROTTLE_START_DELAY": plan.delay,
        "REVISIT_AFTER": None if plan.revisit_after is None else plan.revisit_after.total_seconds(),
        "ROBOTSTXT_OBEY": plan.obey_robots,
        "DOWNLOAD_SLOTS": _delays(plan.asked()),
        "LOG_FILE": None if plan.log_file is None else str(plan.log_file),
        "LOG_LEVEL": plan.log_level,
        "LOG_INSTALL_ROOT_HANDLER": False,  # logging_by does it
    }
    for name, value in given.items():
        if value is not None:
            settings.set(name, value, priority="cmdline")
    return settings


def _file_mark(file: Path) -> str:
    """Return what tells a file from others without telling where it is: the archive may be shown to anybody."""
    return f"{file.name} {sha256(str(file.resolve()).encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


def _delays(sources: tuple[Source, ...]) -> dict[str, dict[str, float]]:
    return {
        site(host(source.url)): {"delay": source.delay, "concurrency": 1}
        for source in sources
        if source.delay is not None
    }
