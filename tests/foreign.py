"""WARC files as other programs make them, for the tests."""

import gzip
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from misbehaving import story
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped] # warcio has no types
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

HOST = "https://news.example"
HTML = {"Content-Type": "text/html; charset=utf-8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One response as somebody's crawler recorded it."""

    url: str
    body: bytes = b""
    date: str = "2026-11-01T08:00:00Z"
    status: str = "200 OK"
    headers: dict[str, str] = field(default_factory=lambda: dict(HTML))
    kind: str = "response"
    warc_headers: dict[str, str] = field(default_factory=dict)


def page(path: str, headline: str = "", **fields: object) -> Sent:
    """Return a page of HOST with one story."""
    body = story(headline or f"The story that is called {path}")
    return Sent(url=f"{HOST}/{path}", body=body, **fields)  # type: ignore[arg-type]


def record(sent: Sent, *, packed: bool = True) -> bytes:
    """Return a response as a WARC record."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=packed)
    http = StatusAndHeaders(sent.status, list(sent.headers.items()), protocol="HTTP/1.1")
    writer.write_record(
        writer.create_warc_record(
            sent.url,
            sent.kind,
            payload=BytesIO(sent.body),
            http_headers=http,
            warc_headers_dict={"WARC-Date": sent.date, **sent.warc_headers},
        )
    )
    return out.getvalue()


def resource(url: str, body: bytes, content_type: str) -> bytes:
    """Return what is at an address as a WARC record without HTTP."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=True)
    about = {"WARC-Date": "2026-11-01T08:00:00Z"}
    payload = BytesIO(body)
    writer.write_record(
        writer.create_warc_record(
            url, "resource", payload=payload, warc_content_type=content_type, warc_headers_dict=about
        )
    )
    return out.getvalue()


def warc(path: Path, sent: Iterable[Sent], *, packed: bool = True) -> Path:
    """Write responses to a WARC file behind a record that says who made it, and return its path."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=packed)
    writer.write_record(writer.create_warcinfo_record(path.name, {"software": "another crawler"}))
    path.write_bytes(out.getvalue() + b"".join(record(each, packed=packed) for each in sent))
    return path


def chunked(body: bytes) -> bytes:
    """Return a body in chunks."""
    parts = [body[at : at + 100] for at in range(0, len(body), 100)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in [*parts, b""])


def packed(body: bytes) -> bytes:
    """Return a body packed by gzip."""
    return gzip.compress(body)
