"""Serves the sample newspaper over HTTP on 127.0.0.1, in its first or its second edition.

The files under site/ are the first edition, those under site-2/ lie over them in the second. A file's name is
its address: index.html stands for its folder, "@" for the "?" of a query. Addresses in gone.txt answer 410.
"""

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from importlib.resources.abc import Traversable
from threading import Thread

from archiver.errors import SourceError
from archiver.sample.hostile import hostile_page

HOST = "127.0.0.1"
# The folders of each edition, the lowest first.
EDITIONS: Mapping[int, tuple[str, ...]] = {1: ("site",), 2: ("site", "site-2")}
HOSTILE_PATH = "/n/48666.html"
PLACEHOLDER = b"{base}"
GONE_LIST = "gone.txt"

CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".htm": "text/html",  # the old pages name their encoding themselves, not always the right one
    ".xml": "application/xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
}
FEED_TYPES = {
    "/feed.xml": "application/rss+xml; charset=utf-8",
    "/atom.xml": "application/atom+xml; charset=utf-8",
}
# Old pages are files and say when they were written; pages with an address of their own have an ETag;
# those that a program writes at every request (story.php) have neither.
LAST_MODIFIED = {"site": "Fri, 20 Nov 2026 07:00:00 GMT", "site-2": "Fri, 20 Nov 2026 17:00:00 GMT"}
# Below this many bytes gzip saves nothing worth its time.
GZIP_FROM = 1000
# Seconds between two looks at whether the server was told to stop.
POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One answer: its bytes still hold the placeholder of the server's own address."""

    status: HTTPStatus
    content_type: str
    body: bytes
    etag: str | None = None
    last_modified: str | None = None
    location: str | None = None


Edition = Mapping[str, Resource]


class SampleServer(ThreadingHTTPServer):
    """The running newspaper; every request has a thread of its own."""

    daemon_threads = True
    block_on_close = False  # connections that are kept alive must not hold up the end

    def __init__(self, port: int, edition: int) -> None:
        self.publish(edition)
        super().__init__((HOST, port), _Handler)
        self.url = f"http://{HOST}:{self.server_port}/"

    def publish(self, edition: int) -> None:
        """Serve this edition from the next request on; raises ValueError if there is none of this number."""
        if edition not in EDITIONS:
            raise ValueError(f"the sample newspaper has no edition {edition}, only {sorted(EDITIONS)}")
        self.edition = edition


@contextmanager
def serve(port: int = 0, edition: int = 1) -> Iterator[SampleServer]:
    """Serve the sample newspaper on 127.0.0.1 while the context lasts; port 0 takes a free one.

    Raises SourceError if the port cannot be had.
    """
    try:
        server = SampleServer(port, edition)
    except (OSError, OverflowError) as error:
        place = f"{HOST}:{port}"
        raise SourceError(
            f"the sample newspaper cannot be served on {place} ({error}); choose another port, or 0 for any"
        ) from error
    with server:
        thread = Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: SampleServer
    server_version = "HarbourCourier/1.0"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one packet where they fit

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, *args: object) -> None:
        """Say nothing: the crawl's own lines are what a reader wants to see."""

    def _answer(self, *, with_body: bool) -> None:
        resource = self._resource()
        headers = _headers(resource)
        if self._has_current(resource):
            self._send(HTTPStatus.NOT_MODIFIED, headers, b"", with_body=False)
            return
        body = resource.body.replace(PLACEHOLDER, self.server.url.rstrip("/").encode())
        if "gzip" in self.headers.get("Accept-Encoding", "") and len(body) >= GZIP_FROM:
            body = gzip.compress(body, compresslevel=1, mtime=0)
            headers["Content-Encoding"] = "gzip"
        self._send(resource.status, headers, body, with_body=with_body)

    def _resource(self) -> Resource:
        pages = _edition(self.server.edition)
        path, _, query = self.path.partition("#")[0].partition("?")
        if f"{path}/" in pages:
            return _moved(f"{path}/")
        return pages.get(f"{path}?{query}") or pages.get(path) or NOT_FOUND

    def _has_current(self, resource: Resource) -> bool:
        if (tags := self.headers.get("If-None-Match")) is not None:
            return resource.etag is not None and resource.etag in (tag.strip() for tag in tags.split(","))
        since = self.headers.get("If-Modified-Since")
        if since is None or resource.last_modified is None:
            return False
        try:
            return parsedate_to_datetime(since) >= parsedate_to_datetime(resource.last_modified)
        except (ValueError, TypeError):  # no date, or one without zone
            return False

    def _send(self, status: HTTPStatus, headers: Mapping[str, str], body: bytes, *, with_body: bool) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)


def _headers(resource: Resource) -> dict[str, str]:
    named = {
        "Content-Type": resource.content_type,
        "Vary": "Accept-Encoding",
        "ETag": resource.etag,
        "Last-Modified": resource.last_modified,
        "Location": resource.location,
    }
    return {name: value for name, value in named.items() if value is not None}


@cache
def _edition(number: int) -> Edition:
    pages: dict[str, Resource] = {}
    for folder in EDITIONS[number]:
        root = files("archiver.sample") / folder
        pages |= {_address(name): _resource(name, file.read_bytes(), folder) for name, file in _files(root)}
        gone = (root / GONE_LIST).read_text("utf-8").split()
        pages |= dict.fromkeys(gone, GONE)
    del pages[f"/{GONE_LIST}"]
    pages[HOSTILE_PATH] = _resource(HOSTILE_PATH, hostile_page(), "site")
    return pages


def _files(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        name = f"{prefix}/{entry.name}"
        if entry.is_dir():
            yield from _files(entry, name)
        else:
            yield name, entry


def _address(name: str) -> str:
    if "@" in name:
        return name.replace("@", "?").removesuffix(".html")
    return name.removesuffix("index.html")


def _resource(name: str, body: bytes, folder: str) -> Resource:
    suffix = name[name.rindex(".") :]
    has_etag = suffix in (".html", ".css", ".svg") and "@" not in name
    return Resource(
        status=HTTPStatus.OK,
        content_type=FEED_TYPES.get(name, CONTENT_TYPES[suffix]),
        body=body,
        etag=f'"{hashlib.sha256(body).hexdigest()[:16]}"' if has_etag else None,
        last_modified=LAST_MODIFIED[folder] if suffix == ".htm" else None,
    )


def _moved(location: str) -> Resource:
    return Resource(
        status=HTTPStatus.MOVED_PERMANENTLY, content_type=CONTENT_TYPES[".html"], body=b"", location=location
    )


def _notice(status: HTTPStatus, text: str) -> Resource:
    page = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{status.phrase} | The Harbour Courier</title>
<link rel="stylesheet" href="/assets/courier.css"></head>
<body><main class="static"><h1>{status.phrase}</h1><p>{text}</p><p><a href="/">Front page</a></p></main>
</body></html>
"""
    return Resource(status=status, content_type=CONTENT_TYPES[".html"], body=page.encode())


NOT_FOUND = _notice(HTTPStatus.NOT_FOUND, "The sample newspaper has no such page.")
GONE = _notice(HTTPStatus.GONE, "This story has been taken down.")
