"""archiver source: the sites of sources.toml, looked at, written, tried and taken out."""

import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver.cli.options import DelayType, NumberType, archive_option, json_option
from archiver.cli.rendering import Output, counted, print_json, write_utf8
from archiver.cli.source_tables import print_sources, print_survey, print_trial, source_fields
from archiver.errors import ExitCode, SourceError
from archiver.pipelines.walls import NEEDS_JAVASCRIPT
from db.connection import open_archive, read_archive
from db.crawls.alarms import end_alarms
from db.crawls.sources import SourceRecord, source_records

if TYPE_CHECKING:
    from archiver.crawl.survey import Survey
    from spiders.frontier import Source

SOURCES = Path("sources.toml")
# Stories that `source test` fetches unless told otherwise, and at most: a try is no crawl.
FEW_PAGES = 5
MOST_PAGES = 50

file_option = click.option(
    "--sources",
    "file",
    type=click.Path(path_type=Path),
    default=SOURCES,
    show_default=True,
    metavar="FILE",
    help="The file that lists the sites.",
)
contact_option = click.option(
    "--contact",
    envvar="ARCHIVER_CONTACT",
    show_envvar=True,
    metavar="ADDRESS",
    help="Your mail or web address, told to the site; otherwise the file's.",
)
delay_option = click.option(
    "--delay",
    type=DelayType(),
    metavar="SECONDS",
    help="Between two requests.  [default: as in a crawl]",
)


@click.group()
def source() -> None:
    """List the sites of sources.toml, add one, try one, or take one out.

    \b
    archiver source add https://news.example/    look at a site, write its entry
    archiver source list
    archiver source test news.example            what a crawl would make of it
    archiver source remove news.example
    """


@source.command()
@click.argument("url")
@file_option
@click.option("--yes", "-y", is_flag=True, help="Save the entry without asking.")
@contact_option
@delay_option
def add(url: str, file: Path, yes: bool, contact: str | None, delay: float | None) -> None:
    """Look at a site and write its entry to sources.toml.

    Reads the first page, the sections in its menus, the feeds and the sitemaps, politely and within about a
    minute, and shows how fresh each is and how much of it the others list too. What a crawl should read is
    written to the file, whose other lines stay as they are. On a terminal it asks first; elsewhere, without
    --yes, it prints the entry and saves nothing.
    """
    from archiver.crawl.discovery import survey  # noqa: PLC0415 - a search must not wait for Scrapy
    from archiver.crawl.errand import run_errand  # noqa: PLC0415
    from archiver.crawl.sources_file import (  # noqa: PLC0415
        add_entry,
        entry_text,
        refuse_double,
        sources_of_file,
        with_name_of_its_own,
    )
    from spiders.frontier import Source  # noqa: PLC0415

    known = sources_of_file(file)
    address = _address(url)
    refuse_double(known.sources, address, file)
    found = run_errand(
        survey, Source(url=address), contact=contact or known.contact, delay=delay, told=_teller()
    )
    refuse_double(known.sources, found.url, file)
    may_ask = sys.stdin.isatty() and sys.stdout.isatty()
    print_survey(Output(stderr=not (yes or may_ask)), found)
    entry = with_name_of_its_own(_entry(found, file), known.sources)
    if not yes and not may_ask:
        click.echo(entry_text(entry), nl=False)
        click.echo("archiver: nothing was saved: --yes saves it", err=True)
        return
    if not yes:
        click.echo(entry_text(entry))
        if not click.confirm(f"Add this to {file}?", default=True):
            click.echo("Nothing was saved.")
            return
    add_entry(file, entry, contact)
    click.echo(f"Added {entry.url} to {file}. Next: archiver source test {entry.url}")


@source.command("list")
@file_option
@json_option("One line of JSON for each site.")
@archive_option
def list_(file: Path, as_json: bool, archive: Path) -> None:
    """List the sites of sources.toml and what is archived of each."""
    from archiver.crawl.sources import read_sources  # noqa: PLC0415 - as above

    sources = read_sources(file, least=0).sources
    records: dict[str, SourceRecord] = {}
    if archive.exists():
        with closing(read_archive(archive)) as connection:
            records = source_records(connection)
    if not as_json:
        print_sources(Output(), sources, records, file)
        return
    write_utf8()
    for each in sources:
        print_json(source_fields(each, records.get(each.url)))


@source.command()
@click.argument("name", metavar="NAME|URL")
@file_option
@click.option(
    "--pages",
    "-n",
    type=NumberType(1, MOST_PAGES),
    default=FEW_PAGES,
    show_default=True,
    help="Stories to fetch.",
)
@contact_option
@delay_option
def test(name: str, file: Path, pages: int, contact: str | None, delay: float | None) -> ExitCode:
    """Show what a crawl of a site would make of it; nothing is stored.

    NAME is a name, host or address in sources.toml, with the listings and rules of its entry; or any other
    address. Its listings are fetched, and of the stories those that a crawl would visit first.
    """
    from archiver.crawl.errand import run_errand  # noqa: PLC0415 - as above
    from archiver.crawl.sources_file import wanted_source  # noqa: PLC0415
    from archiver.crawl.trial import trial  # noqa: PLC0415

    wanted, known = wanted_source(name, file)
    found = run_errand(
        trial,
        wanted,
        contact=contact or known,
        delay=delay,
        pages=pages,
        told=_teller(),
    )
    print_trial(Output(), found, wanted.url)
    has_come = any(not choice.listing.failed for choice in found.listings)
    return ExitCode.DONE if has_come else ExitCode.NOTHING_FETCHED


@source.command()
@click.argument("name", metavar="NAME|URL")
@file_option
@archive_option
def remove(name: str, file: Path, archive: Path) -> None:
    """Take a site's entry out of sources.toml and end its alarms.

    NAME is its name, host or address. All else in the file stays as it is, comments above the entry too, and
    so does what is archived.
    """
    from archiver.crawl.sources import read_sources  # noqa: PLC0415 - as above
    from archiver.crawl.sources_file import named_source, remove_entry  # noqa: PLC0415

    wanted = named_source(read_sources(file).sources, name, file)
    ended = 0
    if archive.exists():
        with closing(open_archive(archive)) as connection:
            ended = end_alarms(connection, wanted.url, datetime.now(UTC))
    remove_entry(file, wanted.url)
    told = f"; {counted(ended, 'alarm')} ended" if ended else ""
    click.echo(f"Took {wanted.url} out of {file}{told}. What is archived of it stays.")


def _address(url: str) -> str:
    """Return the address of a site that the user named; one that is none is wrong usage."""
    from spiders.frontier import source_address  # noqa: PLC0415 - as above

    try:
        return source_address(url)
    except SourceError as error:
        raise click.UsageError(str(error)) from error


def _entry(found: "Survey", file: Path) -> "Source":
    """Return the entry that a survey suggests. Raises SourceError if there is nothing to read."""
    from archiver.crawl.survey import source_of_survey  # noqa: PLC0415 - as above

    entry = source_of_survey(found)
    if entry is None and any(choice.listing.detail == NEEDS_JAVASCRIPT for choice in found.choices):
        raise SourceError(
            f"{found.url}: {NEEDS_JAVASCRIPT}; javascript = true in {file} has a browser run it"
        )
    if entry is None:
        raise SourceError(
            f"{found.url} shows no stories that can be read: if it lists them elsewhere, name its feeds, sitemaps "
            f"or fronts in {file}"
        )
    return entry


def _teller() -> "_Teller":
    return _Teller(Output(stderr=True))


class _Teller:
    """Says which page is being read, on a terminal."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def __call__(self, url: str) -> None:
        if self._output.is_terminal:
            self._output.say((f"reading {url}", "dim"))
