"""archiver status: how the sources are doing."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.table import Table

from archiver.cli.options import NumberType, archive_option, json_option
from archiver.cli.rendering import Output, counted, duration_text, minute_text, print_json, write_utf8
from archiver.items import CrawlState
from db.connection import read_archive
from db.crawls.alarms import bundle_directory, bundle_path
from db.crawls.status import LATELY, SourceStatus, source_statuses
from db.lock import state_now

MOST_DAYS = 90
# Columns of a terminal on which the table has room.
WIDTH = 100
LEVELS = "▁▂▃▄▅▆▇█"


@click.command()
@click.option("--days", type=NumberType(1, MOST_DAYS), default=14, show_default=True, help="Days to show.")
@json_option("One line of JSON for each source.")
@archive_option
def status(days: int, as_json: bool, archive: Path) -> None:
    """Tell how the sources are doing: a row for each, with its new stories by day, and the alarms that stand.

    changed and failed count the visits of these days, so that a page that failed at ten crawls counts ten times;
    `archiver stats` counts pages, each by its latest visit.

    An alarm compares a source with its own past: no new story for longer than usual, pages that lost their texts,
    dates, authors or related headlines, refusals, nothing to be had. It clears when a crawl finds it mended; what
    pages lack for ninety days is taken for what the site has become. Those that ended of late are named below.

    \b
    archiver status --days 30
    """
    now = datetime.now(UTC)
    with closing(read_archive(archive)) as connection:
        statuses = [
            replace(each, state=each.state and state_now(archive, each.state))
            for each in source_statuses(connection, days, now)
        ]
    if as_json:
        write_utf8()
        for each in statuses:
            print_json(each)
        return
    _print_statuses(Output(), statuses, now, archive)


def _print_statuses(output: Output, statuses: Sequence[SourceStatus], now: datetime, archive: Path) -> None:
    if not statuses:
        Output(stderr=True).say("The archive has no source yet: crawl one.")
        return
    gap = 2 if output.width >= WIDTH else 1
    table = Table(box=None, padding=(0, gap, 0, 0), pad_edge=False, header_style="bold")
    for name in ("Source", "Last crawl", "Last new"):
        table.add_column(name, overflow="fold")
    table.add_column(f"New in {counted(len(statuses[0].new_by_day), 'day')}", no_wrap=True)
    for name in ("changed", "failed", "articles", "waiting", "due"):
        table.add_column(name, justify="right", overflow="fold")
    for each in statuses:
        ended = "" if each.state in (CrawlState.DONE, None) else f" ({each.state})"
        table.add_row(
            each.label if each.name == each.source else f"{each.name}\n{each.label}",
            f"{_ago(each.last_crawl, now)}{ended}",
            _ago(each.last_new, now),
            f"{sparkline(each.new_by_day)} {sum(each.new_by_day):,}",
            *(f"{number:,}" for number in (each.changed, each.failed, each.articles, each.waiting, each.due)),
        )
    output.print_rows(table)
    output.say()
    _print_alarms(output, statuses, archive)
    if past := [alarm for each in statuses for alarm in each.ended]:
        output.say((f"Ended in the last {LATELY.days} days", "bold"))
        for alarm in past:
            output.say((f"{alarm.label}  ", "bold"), alarm.how_it_ended, margin="  ")


def _print_alarms(output: Output, statuses: Sequence[SourceStatus], archive: Path) -> None:
    alarms = [alarm for each in statuses for alarm in each.alarms]
    if not alarms:
        output.say("No alarm stands.")
        return
    output.say((f"{counted(len(alarms), 'alarm')}", "bold red"))
    for alarm in alarms:
        about = f"{alarm.kind.replace('_', ' ')}, since {minute_text(alarm.raised)}: {alarm.message}"
        output.say((f"{alarm.label}  ", "bold"), about, margin="  ")
    if any(bundle_path(archive, alarm).exists() for alarm in alarms):
        output.say(f"Pages that show them: {bundle_directory(archive)}/", margin="  ")


def sparkline(numbers: Sequence[int]) -> str:
    """Return numbers as a row of bars; 0 is a dot."""
    most = max(numbers, default=0)
    return "".join(LEVELS[(number * len(LEVELS) - 1) // most] if number else "·" for number in numbers)


def _ago(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "never"
    if moment > now:  # this machine's clock was ahead, or is behind
        return "in the future"
    passed = now - moment
    return f"{passed.days} days ago" if passed.days > 1 else f"{duration_text(passed)} ago"
