"""archiver backup: a checked copy while a crawl runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from archiver.cli.options import archive_option, json_option
from archiver.cli.rendering import Output, byte_text, counted, listed, print_json, printable
from archiver.errors import ExitCode
from db.backup import BackedUp, back_up


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--no-warc", is_flag=True, help="Copy the database only; raw pages that lie at FILE stay as they are."
)
@click.option("--force", is_flag=True, help="Replace a backup that is there.")
@json_option("One JSON object.")
@archive_option
def backup(file: Path, no_warc: bool, force: bool, as_json: bool, archive: Path) -> ExitCode:
    """Copy the archive to FILE and its raw pages beside it, as they are now; a crawl may go on meanwhile.

    The copy is checked: the database by SQLite and row by row count, the raw pages by their digests. It gets its
    name only once it is whole. It is an archive as any other: to restore it, name it, or copy both back.

    \b
    archiver backup /mnt/disk/news.db
    archiver backup /mnt/disk/news.db --force
    """
    with _progress() as told:
        done = back_up(archive, file, told, with_warc=not no_warc, replace=force)
    if as_json:
        print_json(done)
    else:
        _print_done(Output(), done)
    if done.warc_left:
        click.echo(
            f"archiver: {done.warc_left} is as it was before: `archiver verify --archive {done.file}` tells whether "
            "these are raw pages of the copy",
            err=True,
        )
    for problem in done.problems:
        click.echo(f"archiver: {printable(problem.message)}", err=True)
    return ExitCode.FAILED if done.problems else ExitCode.DONE


def _print_done(output: Output, done: BackedUp) -> None:
    parts = [
        byte_text(done.bytes),
        counted(done.articles, "article"),
        counted(done.captures, "capture"),
        f"{counted(done.warc_files, 'WARC file')}, {byte_text(done.warc_bytes)}" if done.warc_files else "",
    ]
    verdict = counted(len(done.problems), "problem") if done.problems else "sound"
    output.say((f"{done.file}: {verdict}", "bold"), (f"  {listed(parts)}", "dim"))


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """Yield what tells how far it is: a bar on a terminal, nothing elsewhere."""
    notes = Output(stderr=True)
    if not notes.is_terminal:
        yield _say_nothing
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=notes, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total)


def _say_nothing(what: str, done: int, total: int) -> None:
    """Nobody looks on."""
