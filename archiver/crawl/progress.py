"""What a crawl is doing: told to whoever watches, and counted."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Protocol

from scrapy import signals
from scrapy.crawler import Crawler

from archiver.crawl.journal import crawl_began
from archiver.items import Discovery, Outcome, Visit
from archiver.pipelines.archive import OpenArchive
from spiders.base import NewsSpider


class CrawlWatcher(Protocol):
    """Is told of a crawl while it runs, between two pages: it must be quick."""

    def began(self, sources: tuple[str, ...]) -> None:
        """A crawl of these site addresses begins."""

    def found(self, discovery: Discovery, waiting: int) -> None:
        """A listing was read; so many story pages wait now."""

    def visited(self, visit: Visit, waiting: int) -> None:
        """A page was visited and recorded; so many story pages wait now."""


class Progress:
    """Counts the visits of a crawl and passes them on."""

    def __init__(self, crawler: Crawler, watch: CrawlWatcher | None) -> None:
        self._watch = watch
        self._counts: defaultdict[str, Counter[Outcome]] = defaultdict(Counter)
        crawler.signals.connect(self.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(self.item_scraped, signal=signals.item_scraped)

    @property
    def counts(self) -> Mapping[str, Mapping[Outcome, int]]:
        """Recorded visits by source address and outcome."""
        return {source: dict(counts) for source, counts in self._counts.items()}

    def spider_opened(self, spider: NewsSpider) -> None:
        """Tell of the beginning."""
        sources = tuple(source.url for source in spider.sources)
        crawl_began(OpenArchive.of(spider.crawler).crawl_id, sources)
        if self._watch is not None:
            self._watch.began(sources)

    def item_scraped(self, item: Visit | Discovery, spider: NewsSpider) -> None:
        """Count what was recorded and tell of it."""
        waiting = sum(frontier.waiting for frontier in spider.frontiers)
        if isinstance(item, Visit):
            self._counts[item.source][item.outcome] += 1
        if self._watch is None:
            return
        if isinstance(item, Visit):
            self._watch.visited(item, waiting)
        else:
            self._watch.found(item, waiting)
