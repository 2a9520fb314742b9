"""Delays between the requests to one site: by how fast it answers, and by what it asks for."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response

# Statuses by which a server says that we are too fast or it is too busy.
BUSY = frozenset({429, 503})


class SiteThrottle(AutoThrottle):
    """AutoThrottle with a least delay for each site, which also slows down where the server asks for it.

    The least delay is the source's own, else DOWNLOAD_DELAY, and never less than robots.txt's Crawl-delay;
    what a server asks for counts up to AUTOTHROTTLE_MAX_DELAY.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        slots = crawler.settings.getdict("DOWNLOAD_SLOTS")
        self._least = {key: float(slot["delay"]) for key, slot in slots.items() if "delay" in slot}

    def slow_down(self, key: str, delay: float) -> None:
        """Set the least delay of a site, in seconds, unless it is longer already."""
        self._least[key] = max(min(delay, self._max_delay()), self._least.get(key, self._min_delay()))
        slot = self.crawler.engine.downloader.slots.get(key)
        if slot is not None:
            slot.delay = max(slot.delay, self._least[key])

    def _response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:
        key, slot = self._get_slot(request, spider)
        if key is None or slot is None:
            return
        self.mindelay = self._least.get(key, self._min_delay())
        super()._response_downloaded(response, request, spider)
        if response.status in BUSY:
            asked = _retry_after(response)
            slot.delay = min(max(2 * slot.delay, asked), self.maxdelay)


def _retry_after(response: Response) -> float:
    """Return the seconds that a Retry-After header asks for, by number or date, or 0."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    if moment.tzinfo is None:  # by its zone -0000 it means UTC
        moment = moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)
