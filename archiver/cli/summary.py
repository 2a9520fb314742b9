"""The end of a crawl: what came of it, for its user and for cron."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from archiver.cli.progress import GROUPS, Note, group_names, grouped
from archiver.cli.rendering import Output, by_number, counted, duration_text
from archiver.errors import ExitCode
from archiver.items import Outcome
from db.connection import read_archive
from db.read import article_count
from db.store import CrawlState
from db.values import host_of

if TYPE_CHECKING:
    from archiver.crawl.run import CrawlSummary

# So few failures are listed one by one; of more, the archive tells each (archiver show ADDRESS).
FEW_FAILURES = 8


def print_summary(output: Output, summary: "CrawlSummary", notes: Sequence[Note], archive: Path) -> None:
    """Print what came of a crawl, by source, and what the archive holds now."""
    if any(grouped(counts) for counts in summary.counts.values()):
        output.print(_table(summary.counts))
        _print_failures(output, summary.counts, notes)
        output.say()
    output.say((_news(summary), "bold"))
    if summary.not_due:
        stories = counted(summary.not_due, "known story", "known stories")
        output.say(f"{stories} not asked for: visited a short time ago, or too old to change.")
    if summary.left:
        output.say(
            f"{counted(summary.left, 'more address', 'more addresses')} known and left for the next crawl."
        )
    if summary.state is CrawlState.INTERRUPTED:
        output.say("Stopped early. What was archived is whole; the same command goes on from here.")
    with closing(read_archive(archive)) as connection:
        articles = article_count(connection)
    took = duration_text(summary.elapsed)
    output.say(f"{archive} holds {counted(articles, 'article')} now; the crawl took {took}.")


def exit_code(summary: "CrawlSummary") -> ExitCode:
    """Return what the end of a crawl means to cron."""
    if summary.state is CrawlState.INTERRUPTED:
        return ExitCode.INTERRUPTED
    if summary.state is CrawlState.FAILED:
        return ExitCode.FAILED
    return ExitCode.DONE if summary.fetched else ExitCode.NOTHING_FETCHED


def _table(counts: Mapping[str, Mapping[Outcome, int]]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("Source", overflow="fold")
    for name in group_names():
        table.add_column(name, justify="right")
    rows = {host_of(source): grouped(outcomes) for source, outcomes in counts.items()}
    if len(rows) > 1:
        rows["all"] = sum(rows.values(), Counter[str]())
    for source, groups in rows.items():
        table.add_row(source, *(f"{groups[name]:,}" for name in group_names()))
    return table


def _print_failures(
    output: Output, counts: Mapping[str, Mapping[Outcome, int]], notes: Sequence[Note]
) -> None:
    for source, outcomes in counts.items():
        failures = {str(o): n for o, n in outcomes.items() if o not in GROUPS and o is not Outcome.LISTING}
        if not failures:
            continue
        output.say()
        output.say((f"Failed at {host_of(source)}: ", "bold"), by_number(failures.items()))
        failed = [note for note in notes if note.source == source and note.outcome in failures]
        for note in failed if len(failed) <= FEW_FAILURES else ():
            output.say((f"{note.outcome} ", "yellow"), note.url, (f"  {note.detail}", "dim"), margin="  ")


def _news(summary: "CrawlSummary") -> str:
    groups = sum((grouped(outcomes) for outcomes in summary.counts.values()), Counter[str]())
    new, changed = groups["new"], groups["changed"]
    if new or changed:
        parts = [f"{counted(new, 'new article')}"] * bool(new) + [
            f"{counted(changed, 'changed article')}"
        ] * bool(changed)
        return f"Archived {' and '.join(parts)}."
    if not summary.fetched:
        return "Nothing could be fetched."
    return "Nothing new: no story was added, none has changed."
