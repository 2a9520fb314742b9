"""A news site on 127.0.0.1 for benchmarks.crawl, in a process of its own: a corpus many times over, packed in advance.

usage: python -m benchmarks.site [--pages N] [CORPUS ...]

Serves N pages made of the real ones of each CORPUS in turn, or small made ones if none is named, a sitemap for news
(/sitemap.xml) and the addresses of the pages (/addresses.txt); prints its address once it is ready and ends with its
standard input. Every copy of a page has words of its own in headline and paragraphs, so that none is another's
duplicate, and names itself where the original did: its links to its own site stay in this one.
"""

import argparse
import asyncio
import gzip
import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

PARAGRAPH = re.compile(rb"<(?:p|h1)(?:\s[^>]*)?>", re.IGNORECASE)
# What servers pack pages with that are not kept packed: a middle level.
LEVEL = 4
END = b"\r\n\r\n"
FRONT = b"<!DOCTYPE html><title>The Mirror</title><h1>The Mirror</h1><p>All stories stand in its sitemap.</p>"
SMALL = """<!DOCTYPE html><html lang="en"><head><title>Council decides on bridge {number}</title></head><body>
<article><h1>Council decides on bridge {number}</h1>
<p>The council of town {number} has decided to close bridge {number} for lorries from Monday on.</p>
<p>Engineers had found cracks in {number} of its beams; repairs will take until the end of next year.</p></article>
<aside><h2>Related stories</h2><ul><li><a href="/{next}/story">Council decides on bridge {next}</a></li></ul></aside>
</body></html>"""


def main() -> int:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.site", description=__doc__)
    parser.add_argument("corpora", nargs="*", type=Path, metavar="CORPUS")
    parser.add_argument("--pages", type=int, default=5000)
    parser.add_argument("--filler", type=int, default=0, help="bytes of script in a small page")
    arguments = parser.parse_args()
    asyncio.run(_serve(arguments.corpora, arguments.pages, arguments.filler))
    return 0


async def _serve(corpora: list[Path], pages: int, filler: int) -> None:
    answers: dict[bytes, bytes] = {}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(answers), "127.0.0.1", 0, backlog=512)
    root = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    stories = _copies(corpora, pages, root) if corpora else _small(pages, root, filler)
    addresses = []
    for url, html in stories:
        answers[urlsplit(url).path.encode()] = _answer(html)
        addresses.append(url)
    answers[b"/"] = _answer(FRONT)
    answers[b"/sitemap.xml"] = _answer(_sitemap(addresses), "application/xml")
    answers[b"/addresses.txt"] = _answer("\n".join(addresses).encode(), "text/plain")
    print(f"{root}/", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


class _Connection(asyncio.Protocol):
    """Answers the requests of one connection, each with bytes that are ready."""

    def __init__(self, answers: dict[bytes, bytes]) -> None:
        self._answers = answers
        self._missing = _answer(b"<title>Not found</title>", status="404 Not Found")
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self._unread = (self._unread + data).split(END)
        for request in requests:
            path = request.split(b" ", 2)[1]
            self._transport.write(self._answers.get(path, self._missing))


def _answer(body: bytes, media_type: str = "text/html; charset=utf-8", status: str = "200 OK") -> bytes:
    packed = gzip.compress(body, LEVEL)
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Encoding: gzip\r\n"
        f"Content-Length: {len(packed)}\r\n\r\n"
    )
    return head.encode() + packed


def _copies(corpora: list[Path], pages: int, root: str) -> Iterator[tuple[str, bytes]]:
    """Yield address and HTML of so many pages."""
    originals = [original for corpus in corpora for original in _originals(corpus)]
    for number in range(pages):
        url, html = originals[number % len(originals)]
        parts = urlsplit(url)
        own = f"{root}/{number}".encode()
        html = html.replace(f"{parts.scheme}://{parts.netloc}".encode(), own)
        words = b"\\g<0>Mirror %d: " % number
        yield f"{root}/{number}{parts.path or '/'}", PARAGRAPH.sub(words, html)


def _originals(corpus: Path) -> Iterator[tuple[str, bytes]]:
    with (corpus / "gold.jsonl").open(encoding="utf-8") as file:
        for line in file:
            gold = json.loads(line)
            yield gold["url"], gzip.decompress((corpus / "html" / f"{gold['id']}.html.gz").read_bytes())


def _small(pages: int, root: str, filler: int) -> Iterator[tuple[str, bytes]]:
    for number in range(pages):
        html = SMALL.format(number=number, next=(number + 1) % pages)
        yield f"{root}/{number}/story", html.encode() + b"<script>" + b" " * filler + b"</script>"


def _sitemap(addresses: list[str]) -> bytes:
    now = datetime.now(UTC)
    entries = "".join(
        f"<url><loc>{url.replace('&', '&amp;')}</loc><news:news><news:publication_date>"
        f"{(now - timedelta(seconds=number)).isoformat(timespec='seconds')}"
        "</news:publication_date></news:news></url>"
        for number, url in enumerate(addresses)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{entries}</urlset>'
    ).encode()


if __name__ == "__main__":
    sys.exit(main())
