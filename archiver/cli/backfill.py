"""archiver backfill: the stories of past years."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archiver import settings
from archiver.cli.crawl import check_log_file, why_nothing
from archiver.cli.options import MOST, DelayType, NumberType, SpanType, archive_option, writable
from archiver.cli.progress import Bar, Diary, Lines
from archiver.cli.rendering import Output
from archiver.cli.summary import exit_code, print_summary
from archiver.errors import ExitCode
from archiver.spans import Span

if TYPE_CHECKING:
    from archiver.crawl.run import CrawlPlan

SOURCES = Path("sources.toml")
QUIET_LOG = "ERROR"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillOptions:
    """The command line of a backfill; None leaves a setting as it is."""

    source: str
    since: Span
    until: Span | None
    file: Path
    archive: Path
    budget: int | None
    contact: str | None
    delay: float | None
    log_file: Path | None
    quiet: bool


@click.command()
@click.argument("source", metavar="SOURCE")
@click.option(
    "--since",
    type=SpanType(),
    required=True,
    metavar="DATE",
    help="Stories of that day (UTC), month or year, and later ones.",
)
@click.option("--until", type=SpanType(), metavar="DATE", help="And up to that day, month or year.")
@click.option(
    "--sources",
    "file",
    type=click.Path(path_type=Path),
    default=SOURCES,
    show_default=True,
    metavar="FILE",
    help="The file that lists the sites.",
)
@archive_option
@click.option(
    "--budget",
    type=NumberType(1, MOST),
    metavar="PAGES",
    help=f"Stories to visit; the rest waits.  [default: {settings.PAGE_BUDGET}]",
)
@click.option(
    "--contact",
    envvar="ARCHIVER_CONTACT",
    show_envvar=True,
    metavar="ADDRESS",
    help="Your mail or web address, told to the site; otherwise the file's.",
)
@click.option("--delay", type=DelayType(), metavar="SECONDS", help="Between two requests.")
@click.option(
    "--log-file",
    type=click.Path(path_type=Path),
    callback=writable,
    metavar="FILE",
    help="Write a line for every page to this file.",
)
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless something fails.")
def backfill(**values: Any) -> ExitCode:
    """Archive the stories of past years.

    SOURCE is a name, host or address in sources.toml, or any other address. The sitemaps of its archive are
    read, but for those of other months, and the stories in them are visited, the newest first. Run it again
    to go on: no story is visited twice, and sitemaps that cannot have changed are not read again.

    \b
    archiver backfill news.example --since 2020-01-01
    archiver backfill news.example --since 2020-03 --until 2020-05 --budget 5000
    """
    from archiver.crawl.run import run_crawl  # noqa: PLC0415 - a search must not wait for Scrapy

    options = BackfillOptions(**values)
    check_log_file(options.log_file, options.archive, options.file)
    plan = _plan(options)
    with _diary(quiet=options.quiet) as diary:
        summary = run_crawl(plan, diary)
    if not options.quiet:
        print_summary(Output(), summary, diary, options.archive)
    if exit_code(summary) is ExitCode.NOTHING_FETCHED:
        reason = why_nothing(diary.notes) if diary.notes else _no_sitemap(plan)
        click.echo(f"archiver: {reason}", err=True)
    return exit_code(summary)


def _no_sitemap(plan: "CrawlPlan") -> str:
    """Return what was tried and what may help where not even a sitemap came: wrong guesses are not noted."""
    from archiver.parsers.sites.discovery import COMMON_SITEMAPS  # noqa: PLC0415 - as above

    (source,) = plan.sources
    return (
        f"no sitemap of {source.url} was found: robots.txt names none or did not come, and "
        f"{', '.join(COMMON_SITEMAPS)} are none: `archiver source test {source.url}` tells whether the site "
        "answers; if its sitemaps stand elsewhere, name them in sources.toml"
    )


def _plan(options: BackfillOptions) -> "CrawlPlan":
    from archiver.crawl.backfill import backfill_plan  # noqa: PLC0415 - as above
    from archiver.crawl.run import CrawlPlan  # noqa: PLC0415
    from archiver.crawl.sources_file import wanted_source  # noqa: PLC0415

    since, until = options.since, options.until
    if until is not None and since.start >= until.end:
        last = until.end - timedelta(days=1)
        raise click.UsageError(f"--since {since.start.date()} is later than --until {last.date()}")
    wanted, known = wanted_source(options.source, options.file)
    plan = CrawlPlan(
        archive=options.archive,
        sources=(wanted,),
        contact=options.contact or known,
        pages=options.budget,
        delay=options.delay,
        log_file=options.log_file,
        log_level=None if options.log_file else QUIET_LOG,
    )
    return backfill_plan(plan, since.start, until.end if until else None)


def _diary(*, quiet: bool) -> Diary:
    output = Output(stderr=True)
    if quiet:
        return Diary()
    return Bar(output) if output.is_terminal else Lines(output)
