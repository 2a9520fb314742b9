"""Delays between the requests to one site by how fast it answers."""

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response

from archiver.crawl.patience import Patience


class SiteThrottle(AutoThrottle):
    """AutoThrottle with a least delay for each site: its own, or what its robots.txt asks for."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._patience: Patience | None = None

    def _spider_opened(self, spider: Spider) -> None:
        super()._spider_opened(spider)
        self._patience = self.crawler.get_extension(Patience)

    def _response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:
        key, slot = self._get_slot(request, spider)
        if key is None or slot is None:
            return
        self.mindelay = self._min_delay() if self._patience is None else self._patience.least(key)
        super()._response_downloaded(response, request, spider)
