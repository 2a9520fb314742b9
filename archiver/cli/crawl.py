"""archiver crawl: archive sites."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archiver import settings
from archiver.cli.options import (
    MOST,
    DelayType,
    DurationType,
    NumberType,
    SettingType,
    archive_option,
    writable,
)
from archiver.cli.outcomes import outcome_text
from archiver.cli.progress import Bar, Diary, Lines, Note
from archiver.cli.rendering import Output
from archiver.cli.summary import exit_code, print_summary
from archiver.errors import ArchiverError, ExitCode, LockedError, SourceError
from db.connection import read_archive
from db.crawls.alarms import are_known_to_be_out
from db.export import export_file

if TYPE_CHECKING:
    from archiver.crawl.run import CrawlPlan
    from spiders.frontier import Source

SOURCES = Path("sources.toml")
# What a user who asked for nothing else should see of Scrapy's log: our own faults.
QUIET_LOG = "ERROR"
# A crawl that holds the archive for longer hangs, or has more to do than it can: a person should know. Some 20,000
# pages at a second each.
LONGEST_CRAWL = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlOptions:
    """The command line of a crawl; None leaves a setting as it is."""

    urls: tuple[str, ...]
    sources: Path | None
    archive: Path
    budget: int | None
    contact: str | None
    delay: float | None
    revisit_after: timedelta | None
    others: tuple[tuple[str, object], ...]
    notify: tuple[str, ...]
    log_file: Path | None
    log_json: bool
    verbose: bool
    quiet: bool


def _addresses(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    if any("://" not in value for value in values):
        raise click.BadParameter("give a webhook's https://..., or mailto://... and the like", ctx, param)
    return values


@click.command()
@click.argument("urls", metavar="[URL]...", nargs=-1)
@click.option(
    "--sources",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"Sites to crawl if no URL is given.  [default: {SOURCES}]",
)
@archive_option
@click.option(
    "--budget",
    type=NumberType(1, MOST),
    metavar="PAGES",
    help=f"Stories of each site to visit; the rest waits.  [default: the entry's pages, else {settings.PAGE_BUDGET}]",
)
@click.option(
    "--contact",
    envvar="ARCHIVER_CONTACT",
    show_envvar=True,
    metavar="ADDRESS",
    help="Your mail or web address, told to the sites you crawl.",
)
@click.option(
    "--delay",
    type=DelayType(),
    metavar="SECONDS",
    help=f"Between two requests to one site.  [default: the entry's delay, else {settings.DOWNLOAD_DELAY:g}]",
)
@click.option(
    "--revisit-after",
    type=DurationType(),
    metavar="TIME",
    help="Look again at every story visited longer ago, such as 30m or 2h, instead of by its age.",
)
@click.option(
    "--set",
    "others",
    type=SettingType(),
    multiple=True,
    metavar="NAME=VALUE",
    help="Any other setting; the README lists them.",
)
@click.option(
    "--notify",
    multiple=True,
    callback=_addresses,
    metavar="ADDRESS",
    help="Tell this webhook, or mailto://... with the extra notify, of alarms and of their end.",
)
@click.option(
    "--log-file",
    type=click.Path(path_type=Path),
    callback=writable,
    metavar="FILE",
    help="Write a line for every page to this file.",
)
@click.option(
    "--log-json", is_flag=True, help="Log JSON lines, to --log-file or standard error, instead of text."
)
@click.option(
    "--verbose", "-v", is_flag=True, help="Log every page on standard error instead of the progress."
)
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless something fails.")
def crawl(**values: Any) -> ExitCode:
    """Archive the stories of news sites.

    Stories are found by feeds, sitemaps and the front page, and by the related headlines of the stories
    themselves, all of the same site. robots.txt is obeyed. Run it again, by hand or by cron: it asks for what
    is new or may have changed, and goes on where an interrupted crawl stopped.

    \b
    archiver crawl https://news.example/ --contact you@example.org
    archiver crawl                             the sites in sources.toml
    archiver crawl --quiet --log-file crawl.log
    """
    from archiver.crawl.run import run_crawl  # noqa: PLC0415 - a search must not wait for Scrapy

    options = CrawlOptions(**values)
    check_log_file(options.log_file, options.archive, options.sources or SOURCES)
    plan = _plan(options)
    try:
        with _diary(options) as diary:
            summary = run_crawl(plan, diary)
    except ArchiverError as error:
        if isinstance(error, LockedError) and options.quiet and not _is_stuck(error):
            return error.exit_code  # cron shall mail nothing: the next run is due soon
        _complain(options, str(error))
        return error.exit_code
    if not options.quiet:
        print_summary(Output(), summary, diary, options.archive)
    for line in (*summary.alarms, *summary.lasting, *summary.ended):
        _complain(options, line)
    _notify(options, plan)
    if exit_code(summary) is ExitCode.NOTHING_FETCHED and not _is_known(options, plan):
        _complain(options, why_nothing(diary.notes))
    return exit_code(summary)


def _is_known(options: CrawlOptions, plan: "CrawlPlan") -> bool:
    """Whether cron need mail nothing of sites from which nothing comes: an alarm of each was told."""
    if not options.quiet:
        return False
    with closing(read_archive(options.archive)) as connection:
        return are_known_to_be_out(connection, (source.url for source in plan.sources))


def _notify(options: CrawlOptions, plan: "CrawlPlan") -> None:
    from archiver.crawl.notify import notify  # noqa: PLC0415 - as above
    from archiver.crawl.run import crawl_settings  # noqa: PLC0415

    try:
        if options.notify:
            notify(options.archive, options.notify, crawl_settings(plan).getint("REMIND_DAYS"))
    except ArchiverError as error:  # the crawl is done; the next one tells again
        _complain(options, str(error))


def _is_stuck(error: LockedError) -> bool:
    return error.since is None or datetime.now(UTC) - error.since > LONGEST_CRAWL


def _diary(options: CrawlOptions) -> Diary:
    output = Output(stderr=True)
    if options.quiet or options.verbose or (options.log_json and options.log_file is None):
        return Diary()
    return Bar(output) if output.is_terminal else Lines(output)


def _complain(options: CrawlOptions, message: str) -> None:
    """Print a line for a person, or as the log that stands on standard error."""
    from archiver.crawl.journal import error_line  # noqa: PLC0415 - as above

    line = " ".join(message.split())
    is_log = options.log_json and options.log_file is None
    click.echo(error_line(line) if is_log else f"archiver: {line}", err=True)


def why_nothing(notes: Sequence[Note]) -> str:
    """Return in a line why a crawl fetched nothing, by the first page that failed."""
    if not notes:
        return "no page of any site could be fetched"
    reason = notes[0].detail or outcome_text(notes[0].outcome)
    return f"no page of any site could be fetched, such as {notes[0].url}: {reason}"


def _plan(options: CrawlOptions) -> "CrawlPlan":
    from archiver.crawl.run import CrawlPlan  # noqa: PLC0415 - as above

    sources, contact = sources_of(options)
    return CrawlPlan(
        archive=options.archive,
        sources=sources,
        file=None if options.urls else options.sources or SOURCES,
        contact=options.contact or contact,
        pages=options.budget,
        delay=options.delay,
        revisit_after=options.revisit_after,
        log_file=options.log_file,
        log_level=None if options.log_file or _logs_to_terminal(options) else QUIET_LOG,
        log_json=options.log_json,
        others=dict(options.others),
    )


def _logs_to_terminal(options: CrawlOptions) -> bool:
    """Whether standard error shall have every line of the log; --quiet asks for the errors among them."""
    return options.verbose or (options.log_json and not options.quiet)


def check_log_file(log_file: Path | None, archive: Path, sources: Path) -> None:
    """Refuse a log file that is the archive's own, or the list of the sites."""
    if log_file is None:
        return
    export_file(log_file, archive)
    if sources.exists() and log_file.resolve() == sources.resolve():
        raise click.UsageError(f"{log_file} lists the sites: name another --log-file")


def sources_of(options: CrawlOptions) -> "tuple[tuple[Source, ...], str | None]":
    """Return the sites to crawl and the contact that their file names."""
    from archiver.crawl.sources import read_sources  # noqa: PLC0415 - as above
    from spiders.frontier import Source  # noqa: PLC0415

    if options.urls and options.sources:
        raise click.UsageError("give either the sites' addresses or --sources, not both")
    for url in options.urls:
        if url.lower().endswith(".toml"):
            raise click.UsageError(f"{url} is no site: --sources {url} crawls those that it lists")
    if options.urls:
        addresses = dict.fromkeys(map(source_url, options.urls))
        return tuple(Source(url=address) for address in addresses), None
    if options.sources is None and not SOURCES.exists():
        raise click.UsageError(f"name a site, such as https://news.example/, or list your sites in {SOURCES}")
    file = read_sources(options.sources or SOURCES)
    return file.sources, file.contact


def source_url(url: str) -> str:
    """Return the address of a site that the user named; one that is none is wrong usage."""
    from spiders.frontier import source_address  # noqa: PLC0415 - as above

    try:
        return source_address(url)
    except SourceError as error:
        raise click.UsageError(str(error)) from error
