"""The records of a WARC file (ISO 28500, version 1.1) as bytes, each a gzip file of its own."""

import re
from base64 import b32encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha1
from http import HTTPStatus
from io import BytesIO
from urllib.parse import urlsplit
from uuid import uuid4

from archiver.items import RENDERED_TYPE, RawRequest, RawResponse
from db.raw_pages.packing import packed
from db.values import time_text

# How hard to pack, 1 to 9. A page of two real corpora takes zlib-ng's level 5 2.4 ms, and 1.3% more room than zlib's
# level 6, which takes 5.4 ms; its 6 takes 2.7 ms and 0.8% more room, its 4 takes 2.2 ms and 3.7% more.
LEVEL = 5
# The body is kept decoded, so that these no longer hold.
TRANSPORT_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length"})
CONTROL = re.compile("[\x00-\x1f\x7f]+")
SAME_BYTES = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
# What stands in the blocks of records, where they say nothing of it themselves; a revisit's is that of its head.
CONTENT_TYPES = {
    "response": "application/http; msgtype=response",
    "revisit": "application/http; msgtype=response",
    "request": "application/http; msgtype=request",
}
# What a request's record says as its response's does.
SHARED: tuple[str, ...] = ("WARC-Date", "WARC-IP-Address")
# Where a revisit's bytes stand: the names that Heritrix gives to what the standard has no names for.
HELD_FILE = "WARC-Refers-To-Filename"
HELD_OFFSET = "WARC-Refers-To-File-Offset"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRecord:
    """A record that stands whole in a WARC file and holds the bytes of later captures too."""

    file: str
    offset: int
    id: str
    url: str
    date: str
    """As the record gives it."""
    payload_digest: str | None
    """As the record gives it."""


def warcinfo_record(name: str) -> bytes:
    """Return the record that says what the file of this name is."""
    from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped] # noqa: PLC0415 - slow; once a file

    record = BytesIO()
    writer = WARCWriter(record, gzip=True, warc_version="WARC/1.1")
    about = {"software": "news-archiver", "format": "WARC File Format 1.1"}
    writer.write_record(writer.create_warcinfo_record(name, about))
    return record.getvalue()


def response_records(url: str, fetched: datetime, response: RawResponse) -> tuple[bytes, bytes]:
    """Return the response as a record and, if it is known, its request as another, else b""."""
    record = _Record(url, "response", _warc_headers(fetched, response))
    return record.gzipped(_http(response), response.body), _request_record(record, response.request)


def revisit_records(
    url: str, fetched: datetime, response: RawResponse, held: HeldRecord
) -> tuple[bytes, bytes]:
    """Return a response whose bytes stand in the record held, or 304, as response_records does."""
    is_not_modified = response.status == 304
    about = _warc_headers(fetched, response) | {
        "WARC-Profile": NOT_MODIFIED if is_not_modified else SAME_BYTES,
        "WARC-Refers-To": held.id,
        "WARC-Refers-To-Target-URI": held.url,
        "WARC-Refers-To-Date": held.date,
        HELD_FILE: held.file,
        HELD_OFFSET: str(held.offset),
    }
    if held.payload_digest is not None:
        about["WARC-Payload-Digest"] = held.payload_digest
    if is_not_modified:
        # Without a block, programs that show the page take status and headers from the record referred to; from one
        # with a block pywb takes the 304 for what to show, an empty page.
        record = _Record(url, "revisit", about)
        return record.gzipped(None, b""), _request_record(record, response.request)
    record = _Record(url, "revisit", about | {"WARC-Truncated": "length"})
    return record.gzipped(_http(response), b""), _request_record(record, response.request)


def conversion_record(url: str, made: datetime, html: bytes, original: HeldRecord) -> bytes:
    """Return the document, in UTF-8, that was made of the page that the record original holds."""
    about = {"WARC-Date": time_text(made), "WARC-Refers-To": original.id, "Content-Type": RENDERED_TYPE}
    return _Record(url, "conversion", about).gzipped(None, html)


def target_uri(url: str) -> str:
    """Return an address as a record names it: in one piece."""
    return "%20".join(_one_line(url).split())


class _Record:
    """One record to be; its id is made with it, so that another can name it."""

    def __init__(self, url: str, kind: str, headers: Mapping[str, str]) -> None:
        self.url = url
        self.headers = {"WARC-Record-ID": f"<{uuid4().urn}>", **headers}
        self._kind = kind

    def gzipped(self, head: bytes | None, body: bytes) -> bytes:
        """Return the record as a gzip file, with the digests of its block and, but for a revisit, its body.

        head is what stands before the body in HTTP; without one the record's own headers say what the body is.
        """
        block = body if head is None else head + body
        headers = {**self.headers, "WARC-Type": self._kind, "WARC-Target-URI": target_uri(self.url)}
        if self._kind != "revisit":
            headers["WARC-Payload-Digest"] = _digest(body)
        headers["WARC-Block-Digest"] = _digest(block)
        if head is not None:
            headers["Content-Type"] = CONTENT_TYPES[self._kind]
        headers["Content-Length"] = str(len(block))
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        return packed(b"".join((b"WARC/1.1\r\n", lines.encode(), b"\r\n", block, b"\r\n\r\n")), LEVEL)


def _digest(data: bytes) -> str:
    return f"sha1:{b32encode(sha1(data, usedforsecurity=False).digest()).decode()}"


def _request_record(answer: _Record, request: RawRequest | None) -> bytes:
    if request is None:
        return b""
    about = {"WARC-Concurrent-To": answer.headers["WARC-Record-ID"]}
    about |= {name: answer.headers[name] for name in SHARED if name in answer.headers}
    head = _head(_token(request.method), f"{_target(request.url)} HTTP/1.1", _clean(request.headers))
    return _Record(answer.url, "request", about).gzipped(head, b"")


def _warc_headers(fetched: datetime, response: RawResponse) -> dict[str, str]:
    headers = {"WARC-Date": time_text(fetched)}
    if response.ip_address is not None:
        headers["WARC-IP-Address"] = response.ip_address
    return headers


def _http(response: RawResponse) -> bytes:
    """Return what stands before the body as it is kept."""
    headers = _clean(pair for pair in response.headers if pair[0].lower() not in TRANSPORT_HEADERS)
    headers.append(("Content-Length", str(len(response.body))))
    return _head("HTTP/1.1", _status_line(response.status), headers)


def _head(first: str, rest: str, headers: list[tuple[str, str]]) -> bytes:
    """Return a line in two parts and headers as HTTP has them, each in the bytes that it came in."""
    lines = [f"{first} {rest}\r\n", *[f"{name}: {value}\r\n" for name, value in headers], "\r\n"]
    text = "".join(lines)
    return text.encode() if text.isascii() else b"".join(map(_header_bytes, lines))


def _header_bytes(line: str) -> bytes:
    try:
        return line.encode("latin-1")  # Scrapy's headers are bytes that were read so
    except UnicodeEncodeError:  # of a WARC file of others
        return line.encode()


def _clean(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(_token(name), _one_line(value)) for name, value in headers]


def _target(url: str) -> str:
    """Return what the first line of a request for url names."""
    parts = urlsplit(url)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return target_uri(path).encode("ascii", "replace").decode()


def _token(text: str) -> str:
    return _one_line(text).encode("ascii", "replace").decode()


def _one_line(text: str) -> str:
    """Return text without what would end a header's line or cannot be written."""
    return CONTROL.sub(" ", text.encode("utf-8", "replace").decode()).strip()


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:  # a status of the server's own invention
        return f"{status} Unknown"
