"""archiver verify: are the raw pages still there, each as it was fetched?"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from archiver.cli.options import archive_option, json_option
from archiver.cli.rendering import Output, byte_text, counted, fields_of, listed, print_json, write_utf8
from archiver.errors import ExitCode
from db.connection import read_archive, writers_kept_out
from db.raw_pages.losses import accept as accept_losses
from db.raw_pages.losses import is_acceptable
from db.raw_pages.verify import Verification
from db.raw_pages.verify import verify as verify_files
from db.raw_pages.warc_findings import Finding
from db.raw_pages.warc_places import warc_directory


@click.command()
@click.option("--repair", is_flag=True, help="Cut off what a killed crawl left at the end of a file.")
@click.option(
    "--accept", is_flag=True, help="Take what is lost now for lost for good: later runs are content with it."
)
@json_option("One line of JSON for each finding, and a last one with the totals.")
@archive_option
def verify(repair: bool, accept: bool, as_json: bool, archive: Path) -> ExitCode:
    """Read all WARC files and compare them with the archive, in both directions.

    The exit code is 1 if bytes that the archive counts on are missing or damaged and no crawl kept them anew since, or
    if a file's end is torn.
    --repair cuts off torn ends that no capture needs, and keeps the bytes cut off in a file beside; it changes
    nothing else. Everything else is mended by a copy of the file; where there is none, --accept notes in the archive
    what is lost, with the time. The rows stay, and what is lost besides later is told.

    \b
    archiver verify
    archiver verify --repair --archive news.db
    archiver verify --accept
    """
    seen, found = Verification(), list[Finding]()
    with ExitStack() as open_things:
        connection = open_things.enter_context(closing(read_archive(archive)))
        if repair:
            open_things.enter_context(writers_kept_out(archive))
        told = open_things.enter_context(_progress())
        say: Callable[[Finding], None] = _say_json if as_json else _Saying()
        for finding in verify_files(connection, warc_directory(archive), seen, told, repair=repair):
            say(finding)
            found.append(finding)
    if accept:
        new = accept_losses(archive, found, datetime.now(UTC))
        seen.problems = sum(each.is_problem and not is_acceptable(each) for each in found)
        click.echo(f"{counted(new, 'loss', 'losses')} accepted; the rows stay as they are", err=True)
    if as_json:
        print_json({"archive": archive, **fields_of(seen)})
    else:
        _say_totals(warc_directory(archive), seen)
    return ExitCode.FAILED if seen.problems else ExitCode.DONE


def _say_json(finding: Finding) -> None:
    write_utf8()
    print_json(finding)


class _Saying:
    """Prints findings as lines."""

    def __init__(self) -> None:
        self._output = Output()

    def __call__(self, finding: Finding) -> None:
        self._output.say_whole(finding.message, indent=0, style="" if finding.is_problem else "dim")


def _say_totals(directory: Path, seen: Verification) -> None:
    parts = [
        counted(seen.files, "file"),
        byte_text(seen.bytes),
        counted(seen.records, "record"),
        counted(seen.captures, "capture"),
        counted(seen.orphans, "orphan") if seen.orphans else "",
    ]
    verdict = counted(seen.problems, "problem") if seen.problems else "sound"
    Output().say((f"{directory.name}: {verdict}", "bold"), (f"  {listed(parts)}", "dim"))


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Yield what tells how far the reading is: a bar on a terminal, nothing elsewhere."""
    notes = Output(stderr=True)
    if not notes.is_terminal:
        yield _say_nothing
        return
    bar = Progress(
        TextColumn("Reading"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=notes,
        transient=True,
        redirect_stdout=Output().is_terminal,  # findings stand above the bar, unless they go to a file
    )
    with bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _say_nothing(done: int, total: int) -> None:
    """Nobody looks on."""
