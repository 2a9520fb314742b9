"""What no request may do: leave its site, or go where robots.txt says no."""

import asyncio
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest, NotConfigured
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser, RobotParser

from archiver.crawl.throttle import SiteThrottle
from archiver.parsers.discovery import ROBOTS_SIZE
from archiver.parsers.urls import host, same_site
from spiders.responses import OffSiteError, RobotsDenialError

ROBOTS_PRIORITY = 1000
DISALLOW_ALL = b"User-agent: *\nDisallow: /\n"


class SameSite:
    """Refuses the redirects that lead to another site, before anything is asked of it."""

    def process_request(self, request: Request) -> None:
        """Raise OffSiteError if the request leaves the site of its source."""
        source = request.meta.get("source")
        if source is not None and not same_site(request.url, source):
            raise OffSiteError(f"it leads to another site: {request.url[:200]}")


class Robots:
    """Obeys robots.txt as RFC 9309 says, and its Crawl-delay.

    A missing one (4xx) allows everything; one that the server fails to give (5xx) allows nothing. If the
    server cannot be reached for it, its pages fail in the same way without being asked for.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._agent = str(crawler.settings["ROBOTSTXT_USER_AGENT"] or crawler.settings["BOT_NAME"])
        self._throttle = crawler.get_extension(SiteThrottle)
        self._rules: dict[str, asyncio.Future[RobotParser]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise RobotsDenialError if the host's robots.txt does not allow the request."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        key = request.url.partition("://")[0] + "://" + host(request.url)
        if key not in self._rules:
            self._rules[key] = asyncio.ensure_future(self._fetched(f"{key}/robots.txt", request))
        rules = await self._rules[key]
        if not rules.allowed(request.url, self._agent):
            raise RobotsDenialError(request.url)

    async def _fetched(self, url: str, cause: Request) -> RobotParser:
        slot = cause.meta.get("download_slot")
        meta = {"dont_obey_robotstxt": True, "download_slot": slot}
        robots = Request(url, meta=meta, priority=ROBOTS_PRIORITY, callback=NO_CALLBACK)
        body = b""
        try:
            response = await self._crawler.engine.download_async(robots)
        except (IgnoreRequest, DownloadCancelledError):  # too large, or redirected for ever: as good as none
            pass
        else:
            body = (
                DISALLOW_ALL if response.status >= 500 else response.body if response.status == 200 else b""
            )
        rules = ProtegoRobotParser.from_crawler(self._crawler, body[:ROBOTS_SIZE])
        delay = rules.crawl_delay(self._agent)
        if delay is not None and slot is not None and self._throttle is not None:
            self._throttle.slow_down(slot, delay)
        return rules
