"""archiver watch: saved searches that report what is new."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection

import click
from rich.table import Table

from archiver.cli.options import archive_option, json_option, undated_options
from archiver.cli.rendering import (
    Output,
    counted,
    minute_text,
    plain_marks,
    print_json,
    write_utf8,
)
from archiver.cli.search import print_hit
from archiver.cli.words import Words
from db.connection import open_existing, read_archive
from db.export import export_file
from db.searching.filters import Filters
from db.searching.rss import ITEMS, write_feed
from db.searching.watches import (
    Watch,
    WatchReport,
    add_watch,
    latest_hits,
    look,
    mark_reported,
    remove_watch,
    watches,
)

NO_WATCH = "There is no watch yet: archiver watch add NAME QUERY makes one."


@click.group()
def watch() -> None:
    """Keep searches, and report what each finds that is new since its last report.

    \b
    archiver watch add bridges 'bridge OR ferry -film'
    archiver watch run                         what is new, nothing if nothing is
    archiver watch run bridges --rss bridges.xml
    """


@watch.command(cls=Words)
@click.argument("name")
@click.argument("query", nargs=-1, required=True)
@undated_options
@click.option("--all", "from_start", is_flag=True, help="Report what is archived already, too.")
@archive_option
def add(
    name: str,
    query: tuple[str, ...],
    filters: Filters,
    from_start: bool,
    archive: Path,
) -> None:
    """Keep QUERY, a search as archiver search takes it, under NAME."""
    with _writer(archive) as connection:
        added = add_watch(
            connection, name, " ".join(query), filters, datetime.now(UTC), from_start=from_start
        )
    since = "from the first archived article on" if from_start else "from now on"
    click.echo(f"{added.name}: watching for {added.query} {since}; archiver watch run reports", err=True)


@watch.command("list")
@json_option("One line of JSON for each watch.")
@archive_option
def list_(as_json: bool, archive: Path) -> None:
    """List the watches."""
    with closing(read_archive(archive)) as connection:
        found = watches(connection)
    if as_json:
        write_utf8()
        for one in found:
            print_json(one)
    elif found:
        Output().print(_table(found))
    else:
        click.echo(NO_WATCH, err=True)


@watch.command()
@click.argument("name")
@archive_option
def remove(name: str, archive: Path) -> None:
    """Forget the watch NAME, and what it has reported."""
    with _writer(archive) as connection:
        remove_watch(connection, name)
    click.echo(f"{' '.join(name.split())} is no longer watched for", err=True)


@watch.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@json_option("One line of JSON for each new article.")
@click.option(
    "--rss",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help=f"Write the {ITEMS} articles found last as an RSS feed, instead of printing the new ones.",
)
@archive_option
def run(names: tuple[str, ...], as_json: bool, rss: Path | None, archive: Path) -> None:
    """Report the articles that are new to the watches NAME, or to all.

    Prints nothing if nothing is new, for cron. A run that is killed loses nothing: the next one reports its
    articles again and says that they may have been shown before.
    """
    if rss and as_json:
        raise click.UsageError("--json prints and --rss writes a file: choose one of them")
    if rss:
        export_file(rss, archive)
    with _writer(archive) as connection:
        now = datetime.now(UTC)
        chosen = watches(connection, names)
        if not chosen and sys.stderr.isatty():  # cron mails what is printed
            click.echo(NO_WATCH, err=True)
        reports = [look(connection, one, now) for one in chosen]
        found = [report for report in reports if report.hits]
        if rss:
            _write_rss(connection, rss, reports, now)
        elif as_json:
            _print_json(found)
        else:
            _print_reports(found)
        sys.stdout.flush()
        mark_reported(connection, found, now)


@contextmanager
def _writer(archive: Path) -> Iterator[Connection]:
    """Open an archive that exists for writing."""
    with closing(open_existing(archive)) as connection:
        yield connection


def _write_rss(connection: Connection, path: Path, reports: Sequence[WatchReport], now: datetime) -> None:
    if path.exists() and not any(report.hits for report in reports):
        return
    found = [
        (report.watch, hit) for report in reports for hit in latest_hits(connection, report.watch, ITEMS)
    ]
    write_feed(path, sorted(found, key=lambda item: -item[1].article_id), now)


def _print_json(reports: Sequence[WatchReport]) -> None:
    write_utf8()
    for report in reports:
        for hit in report.hits:
            shown = replace(hit, snippet=plain_marks(hit.snippet))
            repeated = hit.article_id in report.repeated
            print_json({"watch": report.watch.name, "repeated": repeated, "article": shown})


def _print_reports(reports: Sequence[WatchReport]) -> None:
    output = Output()
    for report in reports:
        title = f"{report.watch.name}: {counted(len(report.hits), 'new article')} for {report.watch.query}"
        output.say((title, "bold"))
        if report.repeated:
            output.say(
                f"{len(report.repeated):,} of them may have been shown before: a report did not come to its end"
            )
        output.say()
        for hit in report.hits:
            print_hit(output, hit)


def _table(found: Sequence[Watch]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for name in ("Watch", "Query", "Filters"):
        table.add_column(name, overflow="fold")
    table.add_column("Reported", justify="right")
    table.add_column("Last report", no_wrap=True)
    for one in found:
        filters = {"source": one.filters.source, "lang": one.filters.language, "author": one.filters.author}
        chosen = " ".join(f"--{name} {value}" for name, value in filters.items() if value)
        last = minute_text(one.last_report) if one.last_report else "never"
        table.add_row(one.name, one.query, chosen, f"{one.reported:,}", last)
    return table
