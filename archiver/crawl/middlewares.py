"""What no request may do, leave its site or go where robots.txt says no, and no body: end too early."""

import asyncio
from dataclasses import dataclass
from typing import Self
from weakref import WeakKeyDictionary

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import ACCEPTED_ENCODINGS
from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotConfigured,
    StopDownload,
)
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.responsetypes import responsetypes
from scrapy.robotstxt import ProtegoRobotParser, RobotParser

from archiver.crawl.patience import Patience
from archiver.crawl.robots_groups import own_group
from archiver.parsers.sites.discovery import ROBOTS_SIZE
from archiver.parsers.urls import host, same_site
from db.raw_pages.packing import GZIP, ZLIB, UnpackingError, unpacked
from spiders.frontier import Frontier
from spiders.responses import (
    BodyDecodingError,
    CrawlEndsError,
    ForbiddenAddressError,
    HostRestsError,
    OffSiteError,
    RobotsDenialError,
    RobotsUnfetchedError,
)

ROBOTS_PRIORITY = 1000
# Redirects of a robots.txt that are followed (RFC 9309, 2.3.1.2).
ROBOTS_REDIRECTS = 5
# Scrapy's mark of a body that was stopped on purpose.
STOPPED = "download_stopped"
# zlib's numbers for the formats of a coding; deflate comes with zlib's head, and from some servers without.
WINDOWS = {b"gzip": (GZIP,), b"x-gzip": (GZIP,), b"deflate": (ZLIB, -ZLIB)}
# Codings that a body may have; some servers send brotli to everybody.
KNOWN_CODINGS = frozenset({b"", b"identity", *WINDOWS, *ACCEPTED_ENCODINGS})


class SameSite:
    """Refuses the redirects that lead to another site, before anything is asked of it.

    A listing may stand on any site that the user names for its source, and on the hosts that the site itself names.
    """

    def process_request(self, request: Request) -> None:
        """Raise OffSiteError if the request leaves the site of its source."""
        source, listing_of = request.meta.get("source"), request.meta.get("listing_of")
        if listing_of is not None and listing_of.may_list(request.url):
            return
        if source is not None and not same_site(request.url, source):
            raise OffSiteError(f"it leads to another site: {request.url[:200]}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsAnswer:
    """What a host says in its robots.txt."""

    rules: RobotParser
    response: Response | None
    """None if it has none that can be read, which allows everything."""


class Robots:
    """Obeys robots.txt as RFC 9309 says, and its Crawl-delay; it is fetched once for all who ask for it.

    A missing one (4xx) allows everything; one that the server fails to give (5xx, a timeout) allows nothing. If
    the server cannot be reached for it, its pages fail in the same way without being asked for. Its bytes weigh among
    those of the source that asked for it first.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._agent = str(crawler.settings["ROBOTSTXT_USER_AGENT"] or crawler.settings["BOT_NAME"])
        self._patience = crawler.get_extension(Patience)
        self._answers: dict[str, asyncio.Future[RobotsAnswer]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        return cls(crawler)

    async def process_request(self, request: Request) -> Response | None:
        """Return the answer to a request for robots.txt itself.

        Raises RobotsDenialError if the host's robots.txt does not allow the request, RobotsUnfetchedError if
        the host does not give it.
        """
        if request.meta.get("dont_obey_robotstxt"):
            return None
        key = request.url.partition("://")[0] + "://" + host(request.url)
        if key not in self._answers:
            self._answers[key] = asyncio.ensure_future(self._fetched(f"{key}/robots.txt", request))
        answer = await self._answers[key]
        if request.meta.get("is_robots_txt"):
            if answer.response is None:
                raise IgnoreRequest("there is no robots.txt that can be read")
            return answer.response.replace(request=request)
        if not answer.rules.allowed(request.url, self._agent):
            raise RobotsDenialError(request.url)
        return None

    async def _fetched(self, url: str, cause: Request) -> RobotsAnswer:
        slot = cause.meta.get("download_slot")
        response = await self._response(url, cause)
        body = response.body if response is not None and 200 <= response.status < 300 else b""
        text = own_group(_whole_lines(body).decode("utf-8-sig", "ignore"), self._agent)
        rules = ProtegoRobotParser.from_crawler(self._crawler, text.encode())
        delay = rules.crawl_delay(self._agent)
        if delay is not None and slot is not None and self._patience is not None:
            self._patience.slow_down(slot, float(delay), host(url))
        return RobotsAnswer(rules=rules, response=response)

    async def _response(self, url: str, cause: Request) -> Response | None:
        meta = {
            "dont_obey_robotstxt": True,
            "download_slot": cause.meta.get("download_slot"),
            "robots_of": cause.meta.get("source"),
            "redirect_ttl": ROBOTS_REDIRECTS,
            "stop_after": ROBOTS_SIZE,
        }
        robots = Request(url, meta=meta, priority=ROBOTS_PRIORITY, callback=NO_CALLBACK)
        try:
            response = await self._crawler.engine.download_async(robots)
        except (CrawlEndsError, HostRestsError):
            raise
        except ForbiddenAddressError as error:
            if host(error.url) == host(url):  # its pages are as forbidden
                raise
            raise RobotsUnfetchedError(f"it leads into a private network, to {error.url[:120]}") from error
        except DownloadTimeoutError as error:
            raise RobotsUnfetchedError("no whole response in time") from error
        except BodyDecodingError as error:
            raise RobotsUnfetchedError(str(error)) from error
        except (IgnoreRequest, DownloadCancelledError) as error:
            if error.__cause__ is None:  # redirected for ever: as good as none (RFC 9309, 2.3.1.2)
                return None
            raise RobotsUnfetchedError("it unpacks to more than a page may have") from error
        frontier: Frontier | None = cause.cb_kwargs.get("frontier")
        if frontier is not None:
            frontier.weigh_further(len(response.body))
        if response.status >= 500:
            raise RobotsUnfetchedError(f"HTTP status {response.status}")
        return response


class Beginnings:
    """Stops the responses of which only the beginning counts; they come out as if they ended there."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._received = WeakKeyDictionary[Request, int]()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        beginnings = cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))
        crawler.signals.connect(beginnings.bytes_received, signal=signals.bytes_received)
        return beginnings

    def process_request(self, request: Request) -> None:
        """Let a body be announced as long as it likes, if only its beginning will be taken."""
        if "stop_after" in request.meta:
            request.meta["download_maxsize"] = 0

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response, which may not unpack to more than any other."""
        if "stop_after" in request.meta:
            request.meta["download_maxsize"] = self._largest
        return response

    def bytes_received(self, data: bytes, request: Request) -> None:
        """Raise StopDownload if enough of a body is here."""
        enough = request.meta.get("stop_after")
        if enough is None:
            return
        self._received[request] = self._received.get(request, 0) + len(data)
        if self._received[request] >= enough:
            raise StopDownload(fail=False)


class WholeBodies:
    """Unpacks bodies, and refuses those that do not unpack to their end; Scrapy would take what there is for all.

    Only codings whose end can be told are asked for; every server speaks gzip. What is rare is left to Scrapy: several
    codings, other ones, and what unpacks to more than a page may have.
    """

    def __init__(self, largest: int) -> None:
        self._largest = largest

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_request(self, request: Request) -> None:
        """Name the codings that a body may have."""
        request.headers["Accept-Encoding"] = "gzip, deflate"

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response. Raises BodyDecodingError if its body is cut off or damaged."""
        if response.status >= 300 or not response.body or STOPPED in response.flags:
            return response
        codings = b",".join(response.headers.getlist("Content-Encoding")).lower().split(b",")
        for each in codings:
            if (unknown := each.strip()) not in KNOWN_CODINGS:
                name = unknown.decode("latin-1")
                raise BodyDecodingError(
                    f"the body could not be decoded: it is packed by {name[:40]}, unasked"
                )
        coding = codings[-1].strip()  # the outermost
        if coding not in WINDOWS:
            return response
        largest = int(request.meta.get("download_maxsize", self._largest))
        body = _unpacked(response.body, coding, largest)
        return response if body is None or len(codings) > 1 else _plain(response, body)


def _plain(response: Response, body: bytes) -> Response:
    """Return a response as if its body had come unpacked."""
    del response.headers["Content-Encoding"]
    kind = responsetypes.from_args(headers=response.headers, url=response.url, body=body)
    return response.replace(cls=kind, body=body)


def _whole_lines(robots_txt: bytes) -> bytes:
    """Return what counts of a robots.txt: half a line may say the opposite of the whole one."""
    if len(robots_txt) < ROBOTS_SIZE:
        return robots_txt
    return robots_txt[:ROBOTS_SIZE].rpartition(b"\n")[0]


def _unpacked(body: bytes, coding: bytes, largest: int) -> bytes | None:
    """Return what a body unpacks to, None if that is more than the largest that is let through, or in several parts.

    Raises BodyDecodingError if it does not unpack to its end.
    """
    for window in WINDOWS[coding]:
        try:
            return unpacked(body, window, largest)
        except UnpackingError:
            continue
    name = coding.decode("ascii")
    raise BodyDecodingError(f"the body could not be decoded: its {name} data is cut off or damaged")
