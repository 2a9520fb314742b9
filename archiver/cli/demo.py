"""archiver demo: the whole of it on a sample newspaper."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING

import click

from archiver import settings
from archiver.cli.advice import command_line
from archiver.cli.options import NumberType
from archiver.cli.progress import Bar, Diary, Lines, Note
from archiver.cli.rendering import Output, by_number, counted
from archiver.cli.summary import exit_code, print_summary
from archiver.errors import ArchiveError, ExitCode, NotInArchiveError, SourceError
from archiver.items import Outcome
from db.connection import read_archive
from db.crawls.outcomes import outcome_before
from db.read import statistics, stored_article
from db.searching.search import search

if TYPE_CHECKING:
    from archiver.sample.server import SampleServer

HOST = "127.0.0.1"
# Where the newspaper is served if nothing else is there; any free port will do.
PORT = 8642
# Seconds between two requests: nobody else reads this newspaper.
DELAY = 0.05
SEARCH = {1: "poutine daech", 2: "tide gauge"}
# The order in which the changes since the last crawl are told.
ORDER = {"new": 0, "changed": 1, "gone": 2}
SAME = {
    Outcome.UNCHANGED: "looked at, nothing stored twice",
    Outcome.DUPLICATE: "the text of a story that is archived at another address",
}


@click.command()
@click.option(
    "--directory",
    "-d",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    metavar="DIR",
    help=f"Where to leave {settings.ARCHIVE}.  [default: the current one]",
)
@click.option(
    "--port",
    type=NumberType(0, 65535),
    help=f"Where to serve the newspaper.  [default: {PORT}, or a free one]",
)
def demo(directory: Path, port: int | None) -> ExitCode:
    """Crawl a sample newspaper on this machine.

    It serves a small newspaper, crawls it as any other site, and tells what it archived and what to try next.
    Run it twice: the second time the newspaper has a new edition, and you see what an incremental crawl does.
    Nothing leaves this machine.

    \b
    archiver demo
    archiver demo --directory /tmp/demo
    """
    from archiver.crawl.run import CrawlPlan, run_crawl  # noqa: PLC0415 - a search must not wait for Scrapy
    from spiders.frontier import Source  # noqa: PLC0415

    _make(directory)
    output, archive = Output(), directory / settings.ARCHIVE
    earlier = _earlier_port(archive)
    with _newspaper(earlier, port, archive) as newspaper:
        _print_opening(output, newspaper, archive)
        plan = CrawlPlan(
            archive=archive,
            sources=(Source(url=newspaper.url, name="The Harbour Courier"),),
            delay=DELAY,
            revisit_after=timedelta(0),
            log_level="CRITICAL",
            others={"AUTOTHROTTLE_ENABLED": False},
        )
        with _diary() as diary:
            summary = run_crawl(plan, diary)
    print_summary(output, summary, diary, archive)
    if exit_code(summary) is ExitCode.DONE:
        if earlier is None:
            _print_contents(output, diary.notes)
        else:
            _print_changes(output, diary.notes, archive, summary.crawl_id)
        _print_next(output, newspaper.edition, archive)
    return exit_code(summary)


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveError(f"{directory} cannot be made: {error.strerror}") from error


def _earlier_port(archive: Path) -> int | None:
    """Return the port of the archive's newspaper, None without one; ArchiveError if it holds other sites."""
    if not archive.exists():
        return None
    with closing(read_archive(archive)) as connection:
        sources = [source.source for source in statistics(connection).sources]
    if not sources:
        return None
    host, _, port = sources[0].partition(":")
    if len(sources) > 1 or host != HOST or not port.isdecimal():
        raise ArchiveError(
            f"{archive} holds other sites ({sources[0]}): give the demo a --directory of its own"
        )
    return int(port)


@contextmanager
def _newspaper(earlier: int | None, wanted: int | None, archive: Path) -> "Iterator[SampleServer]":
    """Serve the newspaper: the first edition, or, where it was served earlier, the second."""
    from archiver.sample.server import serve  # noqa: PLC0415 - only the demo serves

    if earlier is not None and wanted not in (None, earlier):
        raise SourceError(
            f"{archive} knows the newspaper at port {earlier}: "
            "leave --port out, or give a --directory of its own"
        )
    with ExitStack() as stack:
        try:
            newspaper = stack.enter_context(serve(earlier or (PORT if wanted is None else wanted)))
        except SourceError as error:
            if earlier is not None:
                raise SourceError(
                    f"{archive} knows the newspaper at port {earlier}, which another program uses now: "
                    "end that program, or give a --directory of its own"
                ) from error
            if wanted is not None:
                raise
            newspaper = stack.enter_context(serve(0))
        if earlier is not None:
            newspaper.publish(2)
        yield newspaper


def _diary() -> Diary:
    output = Output(stderr=True)
    return Bar(output) if output.is_terminal else Lines(output)


def _print_opening(output: Output, newspaper: "SampleServer", archive: Path) -> None:
    edition = (
        "first edition" if newspaper.edition == 1 else "second edition: an hour later, some of it is new"
    )
    output.say(
        ("The Harbour Courier", "bold"), f", a sample newspaper, is served at {newspaper.url} ({edition})."
    )
    output.say(f"Crawling it into {archive}, as any other site.")
    output.say()


def _print_contents(output: Output, notes: Sequence[Note]) -> None:
    languages = Counter(note.language or "unknown" for note in notes if note.outcome is Outcome.STORED)
    output.say(f"Its languages: {by_number(languages.items())}.")
    output.say("The missing, empty, forbidden and hostile pages are there on purpose: a crawl records them.")


def _print_changes(output: Output, notes: Sequence[Note], archive: Path, crawl_id: int) -> None:
    output.say()
    output.say(("What became of the stories since the last crawl", "bold"))
    with closing(read_archive(archive)) as connection:
        for what, text in _in_order(_changes(connection, notes, crawl_id)):
            _print_change(output, what, text)
    counts = Counter(note.outcome for note in notes)
    for outcome, what in SAME.items():
        if counts[outcome]:
            _print_change(output, outcome.value, f"{counted(counts[outcome], 'page')}: {what}")


def _in_order(changes: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(changes, key=lambda change: (ORDER[change[0]], change[1]))


def _changes(connection: Connection, notes: Sequence[Note], crawl_id: int) -> Iterator[tuple[str, str]]:
    """Yield how each story that is not as it was has changed, and what to say of it."""
    for note in notes:
        if note.outcome is Outcome.STORED:
            yield "new", note.headline
        elif note.outcome is Outcome.CHANGED:
            article = stored_article(connection, note.url)
            yield "changed", f"{article.headline} (version {article.revision})"
        elif headline := _taken_down(connection, note, crawl_id):
            yield "gone", f"{headline}: the site has taken it down, the archive keeps it"


def _print_change(output: Output, what: str, text: str) -> None:
    output.say(text, margin=f"  {what:<11}")


def _taken_down(connection: Connection, note: Note, crawl_id: int) -> str:
    """Return the headline of the story that a page held until the crawl before, "" if it did not."""
    if note.outcome is not Outcome.GONE:
        return ""
    if outcome_before(connection, note.url, crawl_id) is Outcome.GONE:
        return ""
    try:
        return stored_article(connection, note.url).headline
    except NotInArchiveError:
        return ""


def _print_next(output: Output, edition: int, archive: Path) -> None:
    """Print three commands that show something of this archive."""
    words = SEARCH[edition]
    with closing(read_archive(archive)) as connection:
        hits = search(connection, words, limit=1)
    if not hits:
        return
    output.say()
    output.say(("Try next", "bold"))
    for command in (
        ["search", *words.split()],
        ["show", hits[0].url],
        ["stats"] if edition == 1 else ["export", "-o", "articles.csv"],
    ):
        output.say_whole(command_line(*command, archive=archive), indent=2)
    if edition == 1:
        output.say("Or run the demo again: the newspaper has a second edition by then.")
