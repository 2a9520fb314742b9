"""archiver parse: the split of files, without archive."""

import gzip
import os
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archiver import settings
from archiver.cli.explanation import print_explanation
from archiver.cli.file_kinds import is_text, refuse_junk, refuse_others, unwrapped
from archiver.cli.options import MomentType, json_option
from archiver.cli.rendering import Output, byte_text, fields_of, print_json, printable, write_utf8
from archiver.errors import ExitCode, PageError
from archiver.items import Split

if TYPE_CHECKING:
    from archiver.parsers.explain import Explanation
    from archiver.parsers.rules import SiteRules
    from archiver.parsers.workers import SplitWorkers
    from spiders.frontier import Source

SOURCES = Path("sources.toml")
STDIN = "-"
GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Parsed:
    """What became of a file."""

    name: str
    result: "Split | Explanation | PageError"
    rules_of: str = ""
    """Where the rules stand that it was split by, or why there were none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseOptions:
    """The command line, without the files."""

    url: str
    fetched: datetime | None
    text: bool
    sources: Path | None
    explain: bool
    as_json: bool


def _whole_address(_: click.Context, __: click.Parameter, url: str) -> str:
    from archiver.parsers.urls import canonical_url  # noqa: PLC0415 - a search must not wait for it

    if url and canonical_url(url) is None:
        raise click.BadParameter(f"{url!r} is no whole address: give one such as https://news.example/story")
    return url


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--url",
    default="",
    callback=_whole_address,
    help="Where the pages came from: their links are relative to it.",
)
@click.option(
    "--fetched",
    type=MomentType(),
    metavar="TIME",
    help="When they were fetched: gives the year to dates without one; now if left out.",
)
@click.option(
    "--text", is_flag=True, help="They are plain text, one line a block; otherwise told by name and content."
)
@click.option(
    "--sources",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"Where rules of the site may stand that a page came from.  [default: {SOURCES}, if it is there]",
)
@click.option(
    "--explain", is_flag=True, help="Print each block of a page with what became of it and why, instead."
)
@json_option("Print explanations as JSON lines, too.")
def parse(files: tuple[str, ...], **values: Any) -> ExitCode:
    """Split pages into article and related links, as JSON lines.

    FILE is HTML, HTML packed by gzip or saved in a single file (MHTML), or plain text; - is standard input.
    One line of JSON for each file, in their order; needs no archive. A file that cannot be read or split, or
    holds no page, is named on standard error, the others still come out, and the exit code is 1. Without
    --url (MHTML says its own), relative links are left out, and a front page cannot be told from a story.

    \b
    archiver parse page.html --url https://news.example/2026/a-story
    archiver parse saved/*.html.gz > stories.jsonl
    curl -s https://news.example/ | archiver parse --url https://news.example/ -
    archiver parse --explain page.html --url https://news.example/2026/a-story
    """
    options = ParseOptions(**values)
    if options.explain and options.text:
        raise click.UsageError("--explain shows the blocks of a page: plain text has none")
    rules = _Rules(options.sources)
    if options.url:
        rules.of(options.url)  # faults in them are told before any page
    write_utf8()
    output = Output()
    failed = False
    for number, parsed in enumerate(_each(files, partial(_split, options=options, rules=rules))):
        name, result = parsed.name, parsed.result
        if isinstance(result, PageError):
            click.echo(f"archiver: {name}: {printable(str(result))}", err=True)
            failed = True
        elif isinstance(result, Split):
            print_json({"file": name, "article": result.article, "related": result.related})
        elif options.as_json:
            print_json({"file": name, **fields_of(result)})
        else:
            output.print("\n" * bool(number), end="")
            print_explanation(output, name, result, parsed.rules_of)
    return ExitCode.FAILED if failed else ExitCode.DONE


@dataclass(frozen=True)
class _Rules:
    """The rules of sites, in a file that is read when a page's address is first known."""

    path: Path | None

    def of(self, url: str) -> "tuple[tuple[SiteRules, ...], str]":
        """Return the rules of the site that a page came from, and where they stand or why there are none.

        Raises PageError if a file was named for a page without address, SourceError if it cannot be read.
        """
        path = self.path or SOURCES
        if self.path is None and not SOURCES.exists():
            return (), f"there is no {SOURCES}"
        if not url:
            if self.path is not None:
                raise PageError(f"needs --url: it tells whose rules in {path} to take")
            return (), "--url tells whose rules to take"
        from archiver.crawl.sources import source_of  # noqa: PLC0415 - Scrapy comes with it

        source = source_of(self._sources, url)
        if source is None:
            return (), f"{path} does not name the site"
        if not source.rules:
            return (), f"{path} has none for {source.url}"
        return source.rules, f"{path}, {source.url}"

    @cached_property
    def _sources(self) -> "tuple[Source, ...]":
        from archiver.crawl.sources import read_sources  # noqa: PLC0415 - as above

        return tuple(read_sources(self.path or SOURCES, least=0).sources)


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
    workers: "SplitWorkers",
    typed: bytes,
    name: str,
    *,
    options: ParseOptions,
    rules: _Rules,
) -> Parsed:
    from archiver.parsers import split_page, split_text  # noqa: PLC0415 - as above
    from archiver.parsers.explain import explain_page  # noqa: PLC0415
    from archiver.parsers.markup.decoding import page_encoding  # noqa: PLC0415

    try:
        page, address = unwrapped(_page(name, typed, is_text=options.text))
        refuse_junk(page)
        url, fetched = options.url or address or "", options.fetched
        if options.text or is_text(name, page):
            if options.explain:
                raise PageError("is plain text: only pages can be explained")  # noqa: TRY301 - one way out
            words = page.decode(page_encoding(page, url=url), "replace").removeprefix("\ufeff")
            return Parsed(name, workers.run_now(split_text, words, url=url or None, fetched=fetched))
        own, rules_of = rules.of(url)
        split: Callable[..., Split | Explanation] = explain_page if options.explain else split_page
        return Parsed(name, workers.run_now(split, page, url=url, fetched=fetched, rules=own), rules_of)
    except PageError as error:
        return Parsed(name, error)


def _page(name: str, typed: bytes, *, is_text: bool) -> bytes:
    """Return the bytes of a file, or those typed on standard input, unpacked; PageError if they are no page's."""
    try:
        with _opened(name, typed) as file:
            head = file.peek(len(GZIP))[: len(GZIP)]
            source = gzip.GzipFile(fileobj=file) if head == GZIP else file
            page = source.read(settings.DOWNLOAD_MAXSIZE + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise PageError(f"cannot be unpacked: {error}") from error
    except OSError as error:
        if "://" in name:
            raise PageError(f"is no file: curl -s {name} | archiver parse --url {name} -") from error
        raise PageError(f"cannot be read: {error.strerror or error}") from error
    refuse_others(page, is_text=is_text)
    if len(page) > settings.DOWNLOAD_MAXSIZE:
        raise PageError(f"is larger than a page may be ({byte_text(settings.DOWNLOAD_MAXSIZE)})")
    return page


def _opened(name: str, typed: bytes) -> BufferedReader:
    # BytesIO is raw enough to be buffered, which gives it peek().
    return BufferedReader(BytesIO(typed)) if name == STDIN else Path(name).open("rb")
