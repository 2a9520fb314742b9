"""archiver parse: the split of files, without archive."""

import gzip
import os
import re
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from functools import partial
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver import settings
from archiver.cli.options import MomentType
from archiver.cli.rendering import byte_text, print_json, printable, write_utf8
from archiver.errors import ExitCode, PageError
from archiver.items import Split

if TYPE_CHECKING:
    from archiver.parsers.workers import SplitWorkers

STDIN = "-"
GZIP = b"\x1f\x8b"
# What no text for readers has near its beginning, but every page does.
MARKUP = re.compile(rb"<(?:!doctype|html|head|meta|title|body|div|p|script|article|a)\b", re.IGNORECASE)
SNIFFED_BYTES = 4000
PDF = b"%PDF"
# Characters that stand in no text; bytes of anything else read as text hold 11 of them in 100.
CONTROL = re.compile("[\x01-\x08\x0e-\x1f]")
MOST_CONTROLS = 0.03
Parsed = tuple[str, Split | PageError]


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--url", default="", help="Where the pages came from: their links are relative to it.")
@click.option(
    "--fetched",
    type=MomentType(),
    metavar="TIME",
    help="When they were fetched: gives the year to dates without one; now if left out.",
)
@click.option(
    "--text", is_flag=True, help="They are plain text, one line a block; otherwise told by name and content."
)
def parse(files: tuple[str, ...], url: str, fetched: datetime | None, text: bool) -> ExitCode:
    """Split pages into article and related links, as JSON lines.

    FILE is HTML, HTML packed by gzip, or plain text; - is standard input. One line of JSON for each file, in
    their order; needs no archive. A file that cannot be read or split, or holds no page, is named on standard
    error, the others still come out, and the exit code is 1. Without --url, a front page cannot be told from
    a story.

    \b
    archiver parse page.html --url https://news.example/2026/a-story
    archiver parse saved/*.html.gz > stories.jsonl
    curl -s https://news.example/ | archiver parse --url https://news.example/ -
    """
    write_utf8()
    failed = False
    for name, result in _each(files, partial(_split, url=url, fetched=fetched, text=text)):
        if isinstance(result, PageError):
            click.echo(f"archiver: {name}: {printable(str(result))}", err=True)
            failed = True
        else:
            print_json({"file": name, "article": result.article, "related": result.related})
    return ExitCode.FAILED if failed else ExitCode.DONE


def _each(files: Sequence[str], split: Callable[["SplitWorkers", bytes, str], Parsed]) -> Iterator[Parsed]:
    """Yield what split makes of each file, in order, while others are being split."""
    from archiver.parsers.workers import SplitWorkers  # noqa: PLC0415 - a search must not wait for lxml

    count = min(len(files), os.cpu_count() or 1)
    memory = settings.SPLIT_MEMORY * 2**20
    # Read here, not in a thread: Ctrl-C ends a wait for input only in the main one.
    typed = sys.stdin.buffer.read(settings.DOWNLOAD_MAXSIZE + 1) if STDIN in files else b""
    with ThreadPoolExecutor(count) as threads, SplitWorkers(count, settings.SPLIT_SECONDS, memory) as workers:
        results = threads.map(partial(split, workers, typed), files)
        with closing(results):  # type: ignore[type-var]  # it is a generator: closing it drops what has not begun
            yield from results


def _split(
    workers: "SplitWorkers", typed: bytes, name: str, *, url: str, fetched: datetime | None, text: bool
) -> Parsed:
    from archiver.parsers import split_page, split_text  # noqa: PLC0415 - as above
    from archiver.parsers.decoding import page_encoding  # noqa: PLC0415

    try:
        page = _page(name, typed)
        _refuse_junk(page)
        if text or _is_text(name, page):
            words = page.decode(page_encoding(page), "replace").removeprefix("\ufeff")
            return name, workers.run_now(split_text, words, url=url or None, fetched=fetched)
        return name, workers.run_now(split_page, page, url=url, fetched=fetched)
    except PageError as error:
        return name, error


def _page(name: str, typed: bytes) -> bytes:
    """Return the bytes of a file, or those typed on standard input, unpacked; PageError if none can be had."""
    try:
        with _opened(name, typed) as file:
            head = file.peek(len(GZIP))[: len(GZIP)]
            source = gzip.GzipFile(fileobj=file) if head == GZIP else file
            page = source.read(settings.DOWNLOAD_MAXSIZE + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise PageError(f"cannot be unpacked: {error}") from error
    except OSError as error:
        raise PageError(f"cannot be read: {error.strerror or error}") from error
    if len(page) > settings.DOWNLOAD_MAXSIZE:
        raise PageError(f"is larger than a page may be ({byte_text(settings.DOWNLOAD_MAXSIZE)})")
    return page


def _opened(name: str, typed: bytes) -> BufferedReader:
    # BytesIO is raw enough to be buffered, which gives it peek().
    return BufferedReader(BytesIO(typed)) if name == STDIN else Path(name).open("rb")


def _refuse_junk(page: bytes) -> None:
    """Raise PageError if there is nothing in a file that anybody could read."""
    from archiver.parsers.decoding import page_encoding  # noqa: PLC0415 - as above

    if not page.strip(b"\0 \t\r\n\f"):
        raise PageError("holds no page: it is empty")
    head = page[:SNIFFED_BYTES]
    text = head.decode(page_encoding(page), "replace")
    if head.startswith(PDF) or len(CONTROL.findall(text)) > len(text) * MOST_CONTROLS:
        raise PageError("holds no page: it is no text")


def _is_text(name: str, page: bytes) -> bool:
    """Whether a file is plain text: by its name, else because its beginning holds no tag of a page."""
    suffix = name.lower().removesuffix(".gz").rpartition(".")[2]
    if suffix in ("txt", "text"):
        return True
    wide = page[:SNIFFED_BYTES].replace(b"\0", b"")  # of UTF-16
    return suffix not in ("html", "htm", "xhtml") and MARKUP.search(wide) is None
