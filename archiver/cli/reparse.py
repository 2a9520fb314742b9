"""archiver reparse: read the stored pages again."""

from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from archiver import settings
from archiver.cli.crawl import SOURCES
from archiver.cli.options import SpanType, archive_option, jobs_option, json_option, source_option
from archiver.cli.rendering import Output, counted, duration_text, print_json, printable, write_utf8
from archiver.errors import ExitCode
from archiver.spans import Span

if TYPE_CHECKING:
    from archiver.crawl.reparse import ReparsePlan, Report

BAR_WIDTH = 30
# Seconds between two lines where no terminal shows a bar.
LINE_SECONDS = 60.0
# Characters of a value that an example shows, and of what stands before its first difference.
SHOWN = 70
BEFORE = 12
# In the order in which changes are told.
FIELDS = (
    "article", "outcome", "headline", "lead", "body", "authors", "date_published", "date_modified", "language",
    "section", "keywords", "images", "related", "sources",
)  # fmt: skip
MEANINGS = {"article": "an article where none was found", "outcome": "another reason why there is none"}


@click.command()
@source_option
@click.option("--since", type=SpanType(), metavar="DATE", help="Only pages seen on that day (UTC) or later.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--drop", is_flag=True, help="Take out the articles that no stored page gives any more.")
@jobs_option
@click.option(
    "--sources",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"Where the rules of the sites stand.  [default: {SOURCES}, if it is there]",
)
@json_option("One JSON object.")
@archive_option
def reparse(*, as_json: bool, **values: Any) -> ExitCode:
    """Read the stored pages again by today's parser and rules.

    Shows which fields change on how many pages, then writes it: another text becomes a version of its own,
    which counts as the parser's, not the publisher's; the rest is updated in place. A page that gave no
    article is one if it gives one now; one that gives none any more is named and left as it is. With --drop,
    articles of which no stored page, of any visit, gives a story any more leave the archive, all listed; their
    pages stay, so that a later parser may bring them back, with the versions that they hold.

    \b
    archiver reparse --dry-run
    archiver reparse --source courier.example --since 2026-11
    archiver reparse --drop --dry-run
    """
    from archiver.crawl.reparse import run_reparse  # noqa: PLC0415 - a search must not wait for Scrapy

    plan = _plan(**values)
    write_utf8()
    progress = Output(stderr=True)
    watcher = _watcher(progress, Output() if not as_json else None)
    with watcher:
        report = run_reparse(plan, watcher)
    if as_json:
        print_json({**_fields(report), "dry_run": plan.dry_run})
    elif report.changed:
        done = "would change" if plan.dry_run else "changed"
        Output().say((f"{counted(report.changed, 'page')} {done}.", "bold"))
    if report.dropped and not as_json:
        done = "would leave" if plan.dry_run else "left"
        Output().say((f"{counted(len(report.dropped), 'article')} {done} the archive.", "bold"))
    for line in report.unreadable:
        click.echo(f"archiver: {printable(line)}", err=True)
    return ExitCode.FAILED if report.unreadable else ExitCode.DONE


def _plan(source: str | None, since: Span | None, sources: Path | None, **others: Any) -> "ReparsePlan":
    from archiver.crawl.reparse import ReparsePlan  # noqa: PLC0415 - as above
    from archiver.crawl.sources import read_sources  # noqa: PLC0415

    path = sources or SOURCES
    return ReparsePlan(
        archive=others["archive"],
        listed=read_sources(path, least=0).sources if sources or path.exists() else (),
        source=source,
        since=since.start if since else None,
        dry_run=others["dry_run"],
        drop=others["drop"],
        jobs=others["jobs"] or settings.SPLIT_WORKERS,
    )


def _watcher(progress: Output, output: Output | None) -> "_Lines":
    return _Bar(progress, output) if progress.is_terminal else _Lines(progress, output)


class _Lines:
    """Prints what would change once it is known, and a line now and then until it is."""

    def __init__(self, progress: Output, output: Output | None) -> None:
        """Print what would change on output, or not if it is None."""
        self._progress, self._output = progress, output
        self._start = self._last = monotonic()

    def __enter__(self) -> "_Lines":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def reached(self, done: int, total: int) -> None:
        """Say how many pages were read."""
        self.tell("read", done, total)

    def found(self, report: "Report") -> None:
        """Print what would change."""
        if self._output is not None:
            _print_report(self._output, report)

    def applied(self, done: int, total: int) -> None:
        """Say how many pages were written."""
        self.tell("written", done, total)

    def tell(self, what: str, done: int, total: int) -> None:
        """Print a line if the last one is long enough ago."""
        now = monotonic()
        if now - self._last >= LINE_SECONDS:
            self._last = now
            took = duration_text(timedelta(seconds=now - self._start))
            self._progress.say(f"{took}: {done:,} of about {counted(total, 'page')} {what}")


class _Bar(_Lines):
    """Shows a bar on a terminal."""

    def __init__(self, progress: Output, output: Output | None) -> None:
        super().__init__(progress, output)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(BAR_WIDTH),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=progress,
        )
        self._task = self._bar.add_task("", total=None)
        self._live = Live(self._bar, console=progress, transient=True)

    def __enter__(self) -> "_Bar":
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def found(self, report: "Report") -> None:
        """Print what would change where the bar stood."""
        self._live.stop()
        super().found(report)
        self._live.start()

    def tell(self, what: str, done: int, total: int) -> None:
        """Move the bar."""
        self._bar.update(self._task, description=f"Pages {what}", completed=done, total=total)


def _print_report(output: Output, report: "Report") -> None:
    output.say((f"{counted(report.pages, 'page')} read again.", "bold"))
    if not report.changed and not report.dropped:
        output.say("Nothing changes.")
    for field in FIELDS:
        if number := report.fields[field]:
            meaning = f"  ({MEANINGS[field]})" if field in MEANINGS else ""
            output.say()
            output.say((field, "bold"), f" on {counted(number, 'page')}{meaning}")
        for example in report.examples.get(field, ()):
            old, new = _shortened(example.old, example.new)
            output.say((example.url, "dim"), margin="  ")
            output.say((f"{old or '(nothing)'} -> {new or '(nothing)'}", ""), margin="    ")
    _print_lost(output, report)


def _print_lost(output: Output, report: "Report") -> None:
    left = ", left as it is" if report.dropped is None else ""
    for reason, number in report.lost.most_common():
        output.say()
        output.say(("no article any more", "bold"), f" on {counted(number, 'page')}{left}: {reason}")
        for url in report.lost_examples[reason]:
            output.say((url, "dim"), margin="  ")
    if report.lost and report.dropped is None:
        output.say(
            "With --drop, articles that no stored page gives any more are taken out; --dry-run lists them."
        )
    if report.dropped:
        output.say()
        output.say(
            ("given by no stored page any more", "bold"), f": {counted(len(report.dropped), 'article')}"
        )
    for each in report.dropped or ():
        about = each.reason if each.versions == 1 else f"{counted(each.versions, 'version')} · {each.reason}"
        output.say(f"{each.headline}  ", (about, "dim"), margin=f"{each.article_id:>5}  ")
        output.say_whole(each.url, indent=7, style="dim")


def _shortened(old: str, new: str) -> tuple[str, str]:
    """Return two values cut to where they begin to differ."""
    old, new = " ".join(old.split()), " ".join(new.split())
    same = next((at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), None)
    start = max((min(len(old), len(new)) if same is None else same) - BEFORE, 0)
    if max(len(old), len(new)) <= SHOWN:
        start = 0
    return _cut(old, start), _cut(new, start)


def _cut(text: str, start: int) -> str:
    before = "…" if start and text else ""
    after = "…" if len(text) > start + SHOWN else ""
    return f"{before}{text[start : start + SHOWN]}{after}"


def _fields(report: "Report") -> dict[str, object]:
    return {
        "pages": report.pages,
        "changed": report.changed,
        "fields": dict(report.fields),
        "examples": report.examples,
        "lost": dict(report.lost),
        "lost_examples": report.lost_examples,
        "dropped": report.dropped or (),
        "unreadable": report.unreadable,
    }
