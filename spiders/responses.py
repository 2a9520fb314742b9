"""What came of a request, in the archive's words."""

import re
from typing import cast
from urllib.parse import urlsplit

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Headers, Request, Response
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed

from archiver.items import Outcome, RawRequest, RawResponse

GONE = frozenset({404, 410})
# Media types that servers give to HTML; text/plain and none at all leave it to the bytes.
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"})
UNDECIDED_TYPES = frozenset({"", "text/plain", "application/octet-stream", "application/xml", "text/xml"})
# Bytes in which a document shows what it is.
HEAD = 1024
SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "an image"),
    (b"GIF8", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"RIFF", "an image or a recording"),
    (b"PK\x03\x04", "an archive or office document"),
    (b"\x1f\x8b", "a compressed file"),
    (b"{", "JSON"),
    (b"[{", "JSON"),
)
# The root element, after what may stand before it: declarations and comments.
ROOT = re.compile(rb"(?:\s|<[!?][^>]*>)*<([A-Za-z][\w:.-]*)")
XML_ROOTS = frozenset({"rss", "feed", "rdf:rdf", "urlset", "sitemapindex", "svg", "opml", "error"})
XML_TYPES = frozenset({"application/xml", "text/xml"})
# Elements that stand at the top of an HTML page and of no other document.
MARKUP = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|meta|script|div|main|article|p|h1)\b", re.IGNORECASE
)
UTF16 = (b"\xff\xfe", b"\xfe\xff")
# Headers of a request that name who asks: they are never kept.
SECRETS = frozenset({"authorization", "cookie", "proxy-authorization"})
# What a terminal obeys: a server's words end up on one.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]+")
# Characters of a detail.
LONGEST_DETAIL = 300
CUT_OFF = "the connection ended before the whole body arrived"
# First byte, last byte and length (RFC 9110, 14.4).
RANGE = re.compile(r"\s*bytes\s+(\d{1,15})-(\d{1,15})/(\d{1,15}|\*)", re.IGNORECASE)
# OpenSSL's words, and what they mean.
NO_HTTPS = "the server speaks no https there: give its address with http://"
TLS_FAILURES = {
    "certificate verify failed": "the server's certificate cannot be trusted",
    "wrong version number": NO_HTTPS,
    "record layer failure": NO_HTTPS,
    "packet length too long": NO_HTTPS,
}


class RobotsDenialError(IgnoreRequest):
    """robots.txt does not allow the request."""


class RobotsUnfetchedError(IgnoreRequest):
    """A host does not give its robots.txt; the message says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"robots.txt could not be fetched ({reason}): its host is left alone for now")


class CrawlEndsError(IgnoreRequest):
    """The request was not sent: the crawl ends before its time."""


class HostRestsError(IgnoreRequest):
    """The host has asked to be left alone: the request was not sent, and waits for the next crawl."""


class ForbiddenAddressError(IgnoreRequest):
    """A request leads to an address of a private network that nobody has opened."""

    def __init__(self, url: str, address: str) -> None:
        super().__init__(
            f"{url[:120]} leads to {address}, which is no public address and not in ALLOWED_NETWORKS"
        )
        self.url = url


class BodyDecodingError(Exception):
    """A body is not what its Content-Encoding says, or not all of it."""


class OffSiteError(IgnoreRequest):
    """A redirect leads to another site."""


# What a request fails of, and what it says then; "": the error's own words.
FAILURES: tuple[tuple[type[Exception], Outcome, str], ...] = (
    (RobotsDenialError, Outcome.ROBOTS, "robots.txt does not allow it"),
    (RobotsUnfetchedError, Outcome.ROBOTS, ""),
    (HostRestsError, Outcome.HTTP_ERROR, ""),
    (ForbiddenAddressError, Outcome.FORBIDDEN_ADDRESS, ""),
    (BodyDecodingError, Outcome.UNREACHABLE, ""),
    (ResponseDataLossError, Outcome.UNREACHABLE, CUT_OFF),
    (OffSiteError, Outcome.REDIRECT, ""),
    (DownloadCancelledError, Outcome.TOO_LARGE, "the body is longer than a page may be"),
    (DownloadTimeoutError, Outcome.TIMEOUT, "no whole response in time"),
    (CannotResolveHostError, Outcome.UNREACHABLE, "no such host"),
    (DownloadConnectionRefusedError, Outcome.UNREACHABLE, "the server refuses the connection"),
    (ValueError, Outcome.REDIRECT, "the redirect leads to no address"),
)


def outcome_of_status(response: Response) -> tuple[Outcome, str] | None:
    """Return the outcome of a response that holds no page by its status or length, or None."""
    status = response.status
    if status in GONE:
        return Outcome.GONE, f"HTTP status {status}"
    if status >= 400 or status == 304:  # a 304 that was asked for never comes here
        return Outcome.HTTP_ERROR, f"HTTP status {status}"
    if 300 <= status < 400:
        location = (response.headers.get("Location") or b"nowhere").decode("latin-1")
        return Outcome.REDIRECT, f"HTTP status {status} leads to {location[:200]}"
    if status == 206 and not _is_whole(response):
        return Outcome.HTTP_ERROR, "HTTP status 206: a part of the page, unasked"
    if not response.body.strip():
        return Outcome.EMPTY, "the response has no body"
    return None


def not_html(response: Response) -> str:
    """Return what a response is if its type or its bytes say that it is no HTML, else ""."""
    media_type = content_type(response).partition(";")[0].strip().lower()
    if media_type not in HTML_TYPES | UNDECIDED_TYPES:
        return f"the response is {media_type[:80]}"
    # Browsers drop NUL bytes; UTF-16 has one for every letter of a tag.
    head = response.body[:HEAD].removeprefix(UTF16[0]).removeprefix(UTF16[1]).replace(b"\0", b"")
    head = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for signature, what in SIGNATURES:
        if head.startswith(signature):
            return f"the response is {what}"
    root = ROOT.match(head)
    name = root[1].decode().lower() if root else ""
    if name in XML_ROOTS or (media_type in XML_TYPES and root and not MARKUP.match(head, root.start(1) - 1)):
        return f"the response is XML ({name[:80]})"
    is_markup = media_type in HTML_TYPES and MARKUP.search(head)
    if b"\0" in response.body[:HEAD] and not response.body.startswith(UTF16) and not is_markup:
        return "the response is binary"
    if media_type in UNDECIDED_TYPES and not root:
        return f"the response is {media_type or 'of no type'} without a tag"
    return ""


def outcome_of_failure(failure: Failure) -> tuple[Outcome, str]:
    """Return the outcome of a request that brought no response."""
    error = cast("BaseException", failure.value)  # None only of a failure that nobody raised
    for kind, outcome, detail in FAILURES:
        if isinstance(error, kind):
            return outcome, detail or _line(error)
    if isinstance(error, IgnoreRequest):
        # Scrapy itself ignores two kinds: a body that unpacks to too much, where it names a cause, and a long
        # chain of redirects.
        if error.__cause__ is None:
            return Outcome.REDIRECT, "too many redirects"
        return Outcome.TOO_LARGE, "the body unpacks to more than a page may have"
    first = _first_reason(error)
    if isinstance(first, ConnectionDone | ConnectionLost):
        return Outcome.UNREACHABLE, "the connection ended before an answer came"
    reason = _line(first)
    for words, meaning in TLS_FAILURES.items():
        if words in reason:
            return Outcome.UNREACHABLE, meaning
    return Outcome.UNREACHABLE, f"the connection broke: {reason}"


def raw_response(response: Response) -> RawResponse:
    """Return a response as the archive keeps it."""
    return RawResponse(
        status=response.status,
        headers=_pairs(response.headers),
        body=response.body,
        request=None if response.request is None else raw_request(response.request),
        ip_address=None if response.ip_address is None else str(response.ip_address),
    )


def raw_request(request: Request) -> RawRequest:
    """Return a request as it was sent and as the archive keeps it."""
    headers = [pair for pair in _pairs(request.headers) if pair[0].lower() not in SECRETS]
    parts = urlsplit(request.url)
    address = parts._replace(netloc=parts.netloc.rpartition("@")[2])  # without a name to log in with
    if "Host" not in request.headers:  # the connection adds it
        headers.insert(0, ("Host", address.netloc))
    return RawRequest(method=request.method, url=address.geturl(), headers=tuple(headers))


def content_type(response: Response) -> str:
    """Return the Content-Type header, or ""."""
    return (response.headers.get("Content-Type") or b"").decode("latin-1")


def one_line(text: str) -> str:
    """Return text as a visit's detail: one short line with nothing in it that a terminal obeys."""
    return " ".join(CONTROL.sub(" ", text).split())[:LONGEST_DETAIL]


def _pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        for value in values
    )


def _is_whole(response: Response) -> bool:
    """Whether the range that a response says to be is all there is; one that names none is taken for the page."""
    span = (response.headers.get("Content-Range") or b"").decode("latin-1")
    match = RANGE.match(span)
    return match is None or (match[1] == "0" and match[3] != "*" and int(match[2]) + 1 == int(match[3]))


def _first_reason(error: BaseException) -> BaseException:
    """Return what Twisted's ResponseFailed, or Scrapy's error that came of one, collected first."""
    failed = error.__cause__ if isinstance(error.__cause__, ResponseFailed) else error
    return failed.reasons[0].value if isinstance(failed, ResponseFailed) and failed.reasons else error


def _line(error: BaseException) -> str:
    return one_line(str(error)) or type(error).__name__
