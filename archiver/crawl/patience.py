"""What hosts ask for is given: the delay of their robots.txt, the pause of a Retry-After, and in the end, rest."""

import logging
import math
import time
from collections import Counter
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self

from scrapy import Request, signals
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from archiver.parsers.urls import host
from spiders.base import NewsSpider
from spiders.responses import HostRestsError

logger = logging.getLogger(__name__)

# Statuses by which a host says that we are too fast or it is too busy.
BUSY = frozenset({429, 503})
# Such answers in a row, second tries included, after which a host is left alone until the next crawl.
BUSY_IN_A_ROW = 4
# Seconds between two requests where none are asked for. Without any, Scrapy sends all that waits for a site at once,
# whatever CONCURRENT_REQUESTS_PER_DOMAIN says: it counts a request only when its task has begun.
SHORTEST_DELAY = 0.001


class Patience:
    """Knows the least delay of each site and which hosts are left alone for the rest of the crawl."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._delay = settings.getfloat("DOWNLOAD_DELAY")
        self._longest_delay = settings.getfloat("CRAWL_DELAY_MAX")
        self._longest_pause = settings.getfloat("RETRY_AFTER_MAX")
        slots = settings.getdict("DOWNLOAD_SLOTS")
        self._least = {key: float(slot["delay"]) for key, slot in slots.items() if "delay" in slot}
        self._paused: set[str] = set()
        self._busy = Counter[str]()
        self._resting: dict[str, str] = {}
        self.notes: list[str] = []
        """A line for each host that was not taken at its word, or left alone."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        patience = cls(crawler)
        crawler.signals.connect(
            patience.request_reached_downloader, signal=signals.request_reached_downloader
        )
        crawler.signals.connect(patience.response_downloaded, signal=signals.response_downloaded)
        return patience

    def least(self, key: str) -> float:
        """Return the seconds between two requests to a site: its own delay, or what its robots.txt asks for."""
        return max(self._least.get(key, self._delay), SHORTEST_DELAY)

    def slow_down(self, key: str, delay: float, name: str) -> None:
        """Set the least delay of a site to the Crawl-delay of its host called name, unless it is longer already."""
        if not math.isfinite(delay) or delay <= self.least(key):
            return
        if delay > self._longest_delay:
            self._note(f"{name} asks for a Crawl-delay of {delay:g} s; {self._longest_delay:g} s are kept.")
        self._least[key] = max(min(delay, self._longest_delay), self.least(key))
        downloader = self._crawler.engine.downloader
        # Scrapy forgets a slot that was idle for a while, and makes a new one from this.
        downloader.per_slot_settings.setdefault(key, {})["delay"] = self._least[key]
        if (slot := downloader.slots.get(key)) is not None:
            slot.delay = max(slot.delay, self._least[key])

    def why_left_alone(self, url: str) -> str | None:
        """Return why nothing is asked of the host of an address any longer, or None."""
        return self._resting.get(host(url))

    def request_reached_downloader(self, request: Request) -> None:
        """Let no two requests to a site go out at once."""
        slot = self._crawler.engine.downloader.slots.get(str(request.meta.get("download_slot")))
        if slot is not None:
            slot.delay = max(slot.delay, SHORTEST_DELAY)

    def response_downloaded(self, response: Response, request: Request) -> None:
        """Wait where the host asks for it, and leave it alone where it keeps asking."""
        name, key = host(response.url), str(request.meta.get("download_slot"))
        slot = self._crawler.engine.downloader.slots.get(key)
        if response.status not in BUSY:
            self._busy[name] = 0
            self._end_pause(key, slot)
            return
        self._busy[name] += 1
        asked = retry_after(response)
        if asked > self._longest_pause:
            self._leave_alone(name, slot, f"HTTP status {response.status}, come back in {asked:.0f} s")
        elif self._busy[name] >= BUSY_IN_A_ROW:
            self._leave_alone(name, slot, f"HTTP status {response.status}, {BUSY_IN_A_ROW} times in a row")
        elif slot is not None:
            self._paused.add(key)
            since_sent = time.monotonic() - slot.lastseen  # Scrapy counts the delay from there
            slot.delay = max(min(2 * slot.delay, self._longest_delay), asked + since_sent if asked else 0.0)

    def _end_pause(self, key: str, slot: Slot | None) -> None:
        if key in self._paused and slot is not None:
            self._paused.discard(key)
            if not self._crawler.settings.getbool("AUTOTHROTTLE_ENABLED"):  # else it comes down by and by
                slot.delay = self.least(key)

    def _leave_alone(self, name: str, slot: Slot | None, reason: str) -> None:
        if name in self._resting:
            return
        self._resting[name] = f"its host is left alone until the next crawl ({reason})"
        self._note(f"{name} was left alone ({reason}); what waits there is left for the next crawl.")
        spider = self._crawler.spider
        for frontier in spider.frontiers if isinstance(spider, NewsSpider) else ():
            frontier.leave_alone(name)
        waiting = [] if slot is None else [entry for entry in slot.queue if host(entry[0].url) == name]
        for entry in waiting:
            slot.queue.remove(entry)  # type: ignore[union-attr]  # nothing waits without a slot
            entry[1].errback(HostRestsError(self._resting[name]))

    def _note(self, line: str) -> None:
        logger.info("%s", line)
        self.notes.append(line)


class HostsAtRest:
    """Keeps requests from the hosts that are left alone."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        patience = crawler.get_extension(Patience)
        if patience is None:
            raise NotConfigured
        return cls(patience)

    def process_request(self, request: Request) -> None:
        """Raise HostRestsError if the request's host is left alone."""
        if (reason := self._patience.why_left_alone(request.url)) is not None:
            raise HostRestsError(reason)


def retry_after(response: Response) -> float:
    """Return the seconds that a Retry-After header asks for, by number or date, or 0."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isascii() and value.isdigit():
        return float(value[:12])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    if moment.tzinfo is None:  # by its zone -0000 it means UTC
        moment = moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)
