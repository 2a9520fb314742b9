"""Whatever the bytes: a split or none, the same every time, and never an error but that of a page nested too deep."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.errors import ParseLimitError
from archiver.items import Split
from archiver.parsers import split_page

CASES = sorted((Path(__file__).parent / "pages" / "cases").glob("*.html"))
PAGES = [path.read_bytes() for path in CASES]
URL = "https://news.example/city/2026/11/20/flood-closes-the-old-bridge.html"
FETCHED = datetime(2026, 11, 23, 12, tzinfo=UTC)
# What breaks parsers: ends of markup, NULs, halves of surrogate pairs, numbers of no character, wide spaces,
# letters that grow when folded, invisible and turning marks, other encodings' bytes, signs of other grammars.
PIECES = [
    b"<", b">", b"</", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?xml ?>", b'"', b"'", b"=", b"\0", b"\r", b"\x0c",
    b"&", b"&#", b"&#xD800;", b"&#xDFFF;", b"&#0;", b"&#x110000;", b"&#99999999999;", b"&nbsp;", b"&shy;", b"&zwj;",
    b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x1b$B", b"~{", b"\xa0",
    "\u3000".encode(), "\u2028".encode(), "\u202e".encode(), "ŉ".encode(), "ﷺ".encode(), "İ".encode(), "²".encode(),
    "٣٤".encode(), "१२".encode(), "🙂".encode(), b"<a href='http://[::1'>", b"<a href='//'>",
    b"<a href='javascript:x'>",
    b"<base href='http://[x'>", b"<br>", b"<p>", b"</p>", b"</body>", b"</html>", b"<table>", b"<svg>", b"<math>",
    b"<template>", b"<noscript>", b"</noscript>", b"<title>", b"</title>", b"<h1>", b"</h1>",
    b"<time datetime='0000-00-00'>",
    b"<time>31/02/2026 99:99</time>", b"<time>24:00 31.12.9999</time>", b"<meta charset='utf-7'>", b"<meta charset=''>",
    b"<link rel=canonical href='http://[x'>", b"<meta name=date content='9999-12-31T23:59:59+99:99'>",
    b"<script type='application/ld+json'>", b"</script>", b'{"@type": ["NewsArticle", 1, null]}',
    b'{"@graph": [[[{}]]]}',
    b'"author": {"name": {"name": 1}}', b'"datePublished": -1e999,', b"<xmp>", b"<plaintext>", b"<x:y z:w='1'>",
    b"<p itemprop='author'>", b"<p itemprop='datePublished' content='2026'>", b" class='" + b"related " * 2000 + b"'",
]  # fmt: skip
CHANGES: list[Callable[[bytes, int, int, bytes], bytes]] = [
    lambda page, start, end, piece: page[:start],
    lambda page, start, end, piece: page[start:],
    lambda page, start, end, piece: page[:start] + page[end:],
    lambda page, start, end, piece: page[:start] + piece + page[start:],
    lambda page, start, end, piece: page[:start] + piece * 50 + page[end:],
    lambda page, start, end, piece: page[:start] + page[start:end] * 3 + page[end:],
    lambda page, start, end, piece: (
        page[:start] + bytes(byte ^ 0x80 for byte in page[start:end]) + page[end:]
    ),
    lambda page, start, end, piece: page[:start] + page[start:end].swapcase() + page[end:],
    lambda page, start, end, piece: page[:start] + page[start:end][::-1] + page[end:],
    lambda page, start, end, piece: page.replace(b"</", b"<", 1 + start % 40),
    lambda page, start, end, piece: page.replace(b"</p>", b"").replace(b"</div>", b"", 1 + start % 9),
    lambda page, start, end, piece: page.replace(b" ", piece, 1 + start % 9),
    lambda page, start, end, piece: (
        page[:start] + page[start:].decode("utf-8", "replace").encode("utf-16-le")
    ),
    lambda page, start, end, piece: (
        page[:start] + page[start:].decode("utf-8", "ignore").encode("cp1252", "ignore")
    ),
]
"""What may happen to a page: cut, doubled, broken, in two encodings; start and end are places in it."""


@st.composite
def broken_pages(draw: st.DrawFn) -> bytes:
    page = draw(st.sampled_from(PAGES))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(page)))
        end = draw(st.integers(start, min(len(page), start + 3000)))
        page = draw(st.sampled_from(CHANGES))(page, start, end, draw(st.sampled_from(PIECES)))
    return page


def split(html: bytes, url: str = URL, content_type: str | None = None) -> Split | None:
    """Return the split of a page; None if it is refused as nested too deep."""
    try:
        found = split_page(html, url=url, content_type=content_type, fetched=FETCHED)
    except ParseLimitError:
        return None
    assert isinstance(found, Split)
    return found


def assert_is_sound(found: Split | None) -> None:
    """What holds of every split: texts on one line, never empty, that can be stored; links numbered, dates past."""
    if found is None:
        return
    texts = [text for link in found.related for text in (link.headline, link.url)]
    assert [link.position for link in found.related] == list(range(len(found.related)))
    if (article := found.article) is not None:
        texts += [article.headline, *article.authors, *article.body.split("\n\n")]
        for at in (article.date_published, article.date_modified):
            assert at is None or (at.tzinfo is not None and (at - FETCHED).total_seconds() < 2 * 86_400)
    for text in texts:
        assert text == " ".join(text.split())
        assert text
        text.encode("utf-8")  # a lone surrogate could not be stored


ANY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@settings(ANY, max_examples=150)
@given(broken_pages())
def test_broken_page_is_split_or_refused(html: bytes) -> None:
    assert_is_sound(split(html))


@settings(ANY, max_examples=150)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=40)), max_size=60).map(b"".join))
def test_any_bytes_are_split_or_refused(html: bytes) -> None:
    assert_is_sound(split(html))


@settings(ANY, max_examples=60)
@given(st.sampled_from(PAGES), st.text(max_size=40), st.text(max_size=40), st.text(max_size=200))
def test_any_address_header_and_title_are_taken(html: bytes, path: str, header: str, title: str) -> None:
    titled = html.replace(b"<title>", b"<title>" + title.encode("utf-8", "replace"), 1)

    assert_is_sound(split(titled, f"https://news.example/{path}", header))
    assert_is_sound(split(titled, path, f"text/html; charset={header}"))


@settings(ANY, max_examples=40)
@given(broken_pages())
def test_page_is_split_the_same_again(html: bytes) -> None:
    assert split(html) == split(html)


@pytest.mark.parametrize("piece", PIECES, ids=repr)
def test_one_odd_piece_anywhere_is_borne(piece: bytes) -> None:
    page = PAGES[len(piece) % len(PAGES)]
    for mark in (b"<title>", b"<h1", b"<p>", b"href=", b"</"):
        assert_is_sound(split(page.replace(mark, piece + mark)))
        assert_is_sound(split(page.replace(mark, mark + piece)))


def test_processes_of_any_hash_seed_agree() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", "from tests.test_split_any_bytes import digest; print(digest())"],
            env=os.environ | {"PYTHONHASHSEED": seed},
            cwd=Path(__file__).parent.parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "31337")
    }

    assert len(digests) == 1


def digest() -> str:
    """Return what tells the splits of all cases, whole and broken, from others."""
    pages = [*PAGES, *(page.replace(b"</div>", b"").replace(b"</li>", b"<a href='/x'>") for page in PAGES)]
    return hashlib.sha256(repr([split(page) for page in pages]).encode("utf-8", "surrogatepass")).hexdigest()
