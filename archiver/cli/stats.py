"""archiver stats: what the archive holds."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from archiver.cli.options import MOST, NumberType, SpanType, archive_option, json_option, source_option
from archiver.cli.outcomes import in_words, outcome_text
from archiver.cli.rendering import (
    Output,
    bar,
    by_number,
    byte_text,
    counted,
    day_text,
    duration_text,
    fields_of,
    listed,
    minute_text,
    print_json,
    write_utf8,
)
from archiver.items import Outcome
from archiver.spans import Span
from db.connection import read_archive
from db.crawls.outcomes import failed_pages
from db.lock import state_now
from db.published import Published, SourcePublished, published
from db.raw_pages.warc_places import warc_directory
from db.read import CrawlRecord, DayStatistics, SourceStatistics, Statistics, statistics
from db.searching.filters import Filters

# Failed pages that are listed unless --limit says otherwise, and days unless --days does.
FEW, SHOWN_DAYS = 20, 14
# Columns of counts, by what heads them.
ARTICLES = {"Articles": "articles"}
ALL_COUNTS = ARTICLES | {"Pages": "pages", "Not visited": "unvisited"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The command line, without the archive."""

    days: int | None
    since: Span | None
    until: Span | None
    failed: bool
    source: str | None
    limit: int | None
    as_json: bool

    @property
    def filters(self) -> Filters:
        return Filters(
            source=self.source,
            since=self.since.start if self.since else None,
            until=self.until.end if self.until else None,
        )


@click.command()
@click.option(
    "--days",
    type=NumberType(1, MOST),
    help=f"Days with articles to list, the newest first.  [default: {SHOWN_DAYS}; all with --since or --until]",
)
@click.option(
    "--since",
    type=SpanType(),
    metavar="DATE",
    help="Articles published, or pages that failed, on that day (UTC) or later.",
)
@click.option(
    "--until",
    type=SpanType(),
    metavar="DATE",
    help="Articles published, or pages that failed, on that day (UTC) or before.",
)
@click.option("--failed", is_flag=True, help="List the pages whose latest visit failed, newest first.")
@source_option
@click.option("--limit", "-n", type=NumberType(1, MOST), help=f"Failed pages at most.  [default: {FEW}]")
@json_option("One JSON object; with --failed, one line of JSON for each page.")
@archive_option
def stats(*, archive: Path, **values: Any) -> None:
    """Tell what the archive holds: in all, by site, by day. Or list the pages that failed.

    With --since or --until, tells of the articles published then; those that state no date are left out. What
    failed are pages, each counted by its latest visit; `archiver status` counts visits. Days are those of
    publication, in UTC. --source chooses failed pages or the articles published then, --limit failed pages.

    \b
    archiver stats --days 30
    archiver stats --since 2026-11 --until 2026-11
    archiver stats --since 7d --source news.example
    archiver stats --failed --source news.example
    """
    asked = _Asked(**values)
    if asked.since and asked.until and asked.since.start >= asked.until.end:
        raise click.UsageError("--since is later than --until")
    if asked.failed:
        _tell_failed(archive, asked)
        return
    if asked.limit is not None:
        raise click.UsageError("--limit is of failed pages: add --failed")
    if asked.since or asked.until:
        _tell_published(archive, asked)
    elif asked.source is not None:
        raise click.UsageError("--source chooses failed pages or articles: add --failed, --since or --until")
    else:
        _tell_all(archive, asked.days or SHOWN_DAYS, as_json=asked.as_json)


def _tell_all(archive: Path, days: int, *, as_json: bool) -> None:
    with closing(read_archive(archive)) as connection:
        found = statistics(connection, days)
    if found.last_crawl is not None:
        crawl = replace(found.last_crawl, state=state_now(archive, found.last_crawl.state))
        found = replace(found, last_crawl=crawl)
    if as_json:
        write_utf8()
        print_json(
            {"archive": archive, "bytes": _database_size(archive), "warc_bytes": _warc_size(archive)}
            | fields_of(found)
        )
    else:
        _print_statistics(Output(), found, archive)


def _tell_published(archive: Path, asked: _Asked) -> None:
    with closing(read_archive(archive)) as connection:
        found = published(connection, asked.filters, asked.days)
    first = asked.since and asked.since.start.date()
    last = asked.until and (asked.until.end - timedelta(days=1)).date()
    if asked.as_json:
        write_utf8()
        print_json({"archive": archive, "since": first, "until": last} | fields_of(found))
        return
    output = Output()
    span = f"{f' since {first}' if first else ''}{f' until {last}' if last else ''}"
    output.say((str(archive), "bold"), (f"  articles published{span}", "dim"))
    output.say(_articles(found), margin="  ")
    if found.sources:
        output.say()
        output.print_rows(_source_table(found.sources))
        output.say()
        output.print(_day_table(found.days, 0))


def _tell_failed(archive: Path, asked: _Asked) -> None:
    limit = asked.limit or FEW
    with closing(read_archive(archive)) as connection:
        pages = failed_pages(connection, asked.filters, limit)
    if asked.as_json:
        write_utf8()
        for page in pages:
            print_json(page)
        return
    output, notes = Output(), Output(stderr=True)
    for page in pages:
        about = [minute_text(page.last_visited), outcome_text(page.outcome), page.detail]
        output.say(listed(about))
        output.say_whole(page.url, indent=2, style="dim")
    if not pages:
        when = " in that time" if asked.since or asked.until else ""
        notes.say(f"No page failed at its latest visit{when}.")
    elif len(pages) == limit and notes.is_terminal:
        notes.say((f"{counted(limit, 'page')}; --limit shows more", "dim"))


def _print_statistics(output: Output, found: Statistics, archive: Path) -> None:
    warc = warc_directory(archive)
    sizes = (
        f"{byte_text(_database_size(archive))}, raw pages {byte_text(_warc_size(archive))} in {warc.name}/"
    )
    output.say((str(archive), "bold"), (f"  {sizes}", "dim"))
    for line in _totals(found):
        output.say(line, margin="  ")
    if found.sources:
        output.say()
        output.print_rows(_source_table(found.sources, ALL_COUNTS))
    if found.days:
        output.say()
        output.print(_day_table(found.days, found.undated))
    if found.last_crawl:
        output.say()
        output.say(_crawl_line(found.last_crawl), margin="Last crawl  ")


def _totals(found: Statistics) -> Iterator[str]:
    yield _articles(found)
    yield listed(
        [
            f"{counted(found.pages, 'page')} known",
            f"{found.unvisited:,} not visited yet",
            counted(found.captures, "fetch", "fetches"),
        ]
    )
    if found.other_pages:
        yield f"{counted(found.other_pages, 'address', 'addresses')} of other sites, which no crawl visits"
    if found.outcomes:
        yield f"latest visits: {by_number(in_words(found.outcomes).items())}"


def _articles(found: Statistics | Published) -> str:
    return listed(
        [
            counted(found.articles, "article"),
            counted(found.revisions, "earlier version"),
            counted(found.related_links, "related link"),
        ]
    )


def _source_table(
    sources: Sequence[SourceStatistics | SourcePublished], counts: Mapping[str, str] = ARTICLES
) -> Table:
    """The sources with their counts: what heads a column and the field that it shows."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("Source", overflow="fold")
    for name in counts:
        table.add_column(name, justify="right")
    table.add_column("Published", no_wrap=True)
    for source in sources:
        table.add_row(
            _name(source), *(f"{getattr(source, field):,}" for field in counts.values()), _span(source)
        )
    return table


def _name(source: SourceStatistics | SourcePublished) -> str:
    return source.label if source.name == source.source else f"{source.name} ({source.label})"


def _span(source: SourceStatistics | SourcePublished) -> str:
    if source.first_published is None or source.last_published is None:
        return ""
    return f"{day_text(source.first_published)} to {day_text(source.last_published)}"


def _day_table(days: tuple[DayStatistics, ...], undated: int) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("Published")
    table.add_column("Articles", justify="right")
    table.add_column()
    most = max(undated, *(day.articles for day in days))
    for day in days:
        table.add_row(day.day.isoformat(), f"{day.articles:,}", bar(day.articles, most))
    if undated:
        table.add_row("no date", f"{undated:,}", bar(undated, most))
    return table


def _crawl_line(crawl: CrawlRecord) -> str:
    counts: Counter[Outcome] = Counter()
    for count in crawl.counts:
        counts[count.outcome] += count.pages
    took = f" in {duration_text(crawl.finished - crawl.started)}" if crawl.finished else ""
    visits = by_number(in_words(counts).items()) or "no page visited"
    return f"number {crawl.id}, {minute_text(crawl.started)}, {crawl.state}{took}: {visits}"


def _database_size(archive: Path) -> int:
    files = (archive, archive.with_name(f"{archive.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def _warc_size(archive: Path) -> int:
    return sum(file.stat().st_size for file in warc_directory(archive).glob("*.warc.gz"))
