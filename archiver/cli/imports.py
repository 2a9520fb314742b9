"""archiver import: read in the WARC and WACZ files of others."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click
from rich.live import Live
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from archiver import settings
from archiver.cli.crawl import SOURCES, source_url
from archiver.cli.options import archive_option, jobs_option
from archiver.cli.outcomes import group_names, grouped
from archiver.cli.rendering import Output, by_number, byte_text, counted, duration_text, printable
from archiver.errors import ExitCode
from archiver.items import CrawlState, Outcome
from db.values import host_of

if TYPE_CHECKING:
    from archiver.crawl.imports import ImportPlan, ImportSummary

BAR_WIDTH = 30
# Seconds between two lines where no terminal shows a bar: files of a gigabyte take a while.
LINE_SECONDS = 60.0
# Sources that the table shows one by one; the rest in one row.
MOST_ROWS = 20


@click.command(name="import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--source",
    "only",
    multiple=True,
    metavar="URL",
    help="Take the pages of this site only; may be given again.",
)
@click.option(
    "--hosts", metavar="HOST,...", help="Take the pages of these hosts too, and of those below them."
)
@click.option("--all-hosts", is_flag=True, help="Take every page, whoever's it is.")
@click.option(
    "--sources",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"Where sites and their rules stand.  [default: {SOURCES}, if it is there]",
)
@jobs_option
@archive_option
def import_(**values: Any) -> ExitCode:
    """Read in the pages of WARC and WACZ files.

    Taken are HTML pages with status 200, or without any in a resource record, of the sites in sources.toml and in the
    archive, or of those named by --source; --hosts and --all-hosts take more. Each is archived as if it had been
    crawled when it was fetched; what is there already is left out. Run it again after an interruption: it goes on
    from there.

    \b
    archiver import crawl.warc.gz --source https://news.example/
    archiver import CC-NEWS-*.warc.gz --hosts news.example,courier.example
    archiver import saved.wacz --all-hosts
    """
    from archiver.crawl.imports import run_import  # noqa: PLC0415 - a search must not wait for Scrapy

    plan = _plan(**values)
    output = Output(stderr=True)
    with _Bar(output) if output.is_terminal else _Lines(output) as watcher:
        summary = run_import(plan, watcher)
    if not summary.errors or summary.counts or summary.refused or summary.finished:
        _print_summary(Output(), summary)
    for error in summary.errors:
        click.echo(f"archiver: {printable(error)}", err=True)
    if summary.state is CrawlState.INTERRUPTED:
        return ExitCode.INTERRUPTED
    return ExitCode.FAILED if summary.errors else ExitCode.DONE


def _plan(
    files: tuple[Path, ...], archive: Path, sources: Path | None, jobs: int | None, **scope: Any
) -> "ImportPlan":
    from archiver.crawl.imports import ImportPlan  # noqa: PLC0415 - as above
    from archiver.crawl.sources import read_sources  # noqa: PLC0415

    path = sources or SOURCES
    return ImportPlan(
        archive=archive,
        files=files,
        listed=read_sources(path, least=0).sources if sources or path.exists() else (),
        only=tuple(dict.fromkeys(map(source_url, scope["only"]))),
        hosts=tuple(host_name(name) for name in (scope["hosts"] or "").split(",") if name.strip()),
        all_hosts=scope["all_hosts"],
        jobs=jobs or settings.SPLIT_WORKERS,
    )


def host_name(text: str) -> str:
    """Return the host that a user means, who may have given an address; one that is none is wrong usage."""
    return host_of(source_url(text))


class _Watcher:
    """Follows an import in silence."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._file = ""
        self._size = 0

    def __enter__(self) -> "_Watcher":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def began(self, file: Path, size: int) -> None:
        """A file of so many bytes is read."""
        self._file, self._size = printable(file.name), size

    def reached(self, offset: int, pages: int) -> None:
        """So many bytes of it are read in."""


class _Lines(_Watcher):
    """Prints a line now and then, for logs and mails."""

    def __init__(self, output: Output) -> None:
        super().__init__(output)
        self._start = self._last = monotonic()

    def reached(self, offset: int, pages: int) -> None:
        """Print a line if the last one is long enough ago."""
        now = monotonic()
        if now - self._last >= LINE_SECONDS:
            self._last = now
            took = duration_text(timedelta(seconds=now - self._start))
            of = f"{byte_text(offset)} of {byte_text(self._size)}"
            self._output.say(f"{took}: {self._file}: {of}, {counted(pages, 'page')} archived")


class _Bar(_Watcher):
    """Shows a bar for the file that is read, on a terminal."""

    def __init__(self, output: Output) -> None:
        super().__init__(output)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(BAR_WIDTH),
            DownloadColumn(),
            TextColumn("{task.fields[pages]}"),
            TimeRemainingColumn(),
            console=output,
        )
        self._task = self._progress.add_task("", total=None, pages="")
        self._live = Live(self._progress, console=output, transient=True)

    def __enter__(self) -> "_Bar":
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def began(self, file: Path, size: int) -> None:
        """Begin the bar anew."""
        super().began(file, size)
        self._progress.reset(self._task, total=size, description=self._file.replace("[", r"\["))

    def reached(self, offset: int, pages: int) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=offset, pages=counted(pages, "page"))


def _print_summary(output: Output, summary: "ImportSummary") -> None:
    for path in summary.finished:
        output.say(f"{path} was read in to its end before.")
    if summary.counts:
        output.print(_table(summary.counts))
        output.say()
    if summary.older:
        older = counted(summary.older, "page")
        output.say(f"{older} with an older text than the archive's: kept as captures, no revision was made.")
    if summary.refused:
        number = counted(sum(summary.refused.values()), "record")
        output.say((f"Not taken, {number}: ", "bold"), by_number(summary.refused.items()))
    pages = sum(sum(counts.values()) for counts in summary.counts.values())
    if summary.state is CrawlState.INTERRUPTED:
        output.say("Stopped early. What was archived is whole; the same command goes on from here.")
    took = duration_text(summary.elapsed)
    output.say((f"{counted(pages, 'page')} archived", "bold"), f" in {took}.")


def _table(counts: Mapping[str, Mapping[Outcome, int]]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("Source", overflow="fold")
    for name in group_names():
        table.add_column(name, justify="right")
    ranked = sorted(counts.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    rows = {host_of(source): grouped(outcomes) for source, outcomes in ranked[:MOST_ROWS]}
    rest = [grouped(outcomes) for _, outcomes in ranked[MOST_ROWS:]]
    if rest:
        rows[f"{len(rest):,} others"] = sum(rest, Counter[str]())
    for source, groups in rows.items():
        table.add_row(source, *(f"{groups[name]:,}" for name in group_names()))
    return table
