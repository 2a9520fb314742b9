"""archiver missing: stories that pages show by their headlines and the archive lacks."""

from contextlib import closing
from pathlib import Path

import click

from archiver.cli.options import (
    MOST,
    NumberType,
    SpanType,
    archive_option,
    json_option,
    not_blank,
    source_option,
)
from archiver.cli.outcomes import outcome_text
from archiver.cli.rendering import Output, counted, listed, minute_text, print_json, write_utf8
from archiver.spans import Span
from db.connection import read_archive
from db.graph import MissingFilters, MissingStory, missing

INDENT = 6


@click.command("missing")
@source_option
@click.option(
    "--at", "site", metavar="HOST", callback=not_blank, help="Only stories at this host or below it."
)
@click.option("--since", type=SpanType(), metavar="DATE", help="Shown on that day (UTC) or later.")
@click.option(
    "--sites",
    type=NumberType(1, MOST),
    default=1,
    show_default=True,
    help="Shown by so many sites at least.",
)
@click.option(
    "--limit", "-n", type=NumberType(1, MOST), default=50, show_default=True, help="Stories at most."
)
@json_option("One line of JSON for each story.")
@archive_option
def missing_(  # noqa: PLR0913 - a parameter for each option
    *,
    source: str | None,
    site: str | None,
    since: Span | None,
    sites: int,
    limit: int,
    as_json: bool,
    archive: Path,
) -> None:
    """List stories that archived pages show by their headlines and the archive lacks, the most shown first.

    In front stands how many pages show it. Such a story was not visited yet, could not be had, or belongs to a site
    that is not crawled. --source asks for those that pages of one site show. Paid links do not count.

    \b
    archiver missing --sites 2
    archiver missing --source news.example --since 7d
    archiver missing --at agency.example --json
    """
    filters = MissingFilters(
        source=source, site=site, since=since.start if since else None, least_sites=sites
    )
    with closing(read_archive(archive)) as connection:
        found = missing(connection, filters, limit)
    if as_json:
        write_utf8()
        for story in found:
            print_json(story)
        return
    output = Output()
    for story in found:
        _print_story(output, story)
    if not found:
        Output(stderr=True).say(
            "Nothing is missing that is asked for: every story that is shown is archived."
        )


def _print_story(output: Output, story: MissingStory) -> None:
    output.say((story.headline, "bold"), margin=f"{story.pages:>{INDENT - 2}}  ")
    by = f"shown by {counted(story.pages, 'page')} of {', '.join(story.sites) or 'no crawled site'}"
    output.say(
        (listed([by, f"last {minute_text(story.last_seen)}", _why(story)]), "green"), margin=" " * INDENT
    )
    output.say_whole(story.url, indent=INDENT, style="dim")


def _why(story: MissingStory) -> str:
    if story.outcome is not None:
        return (
            f"{outcome_text(story.outcome)}: {story.detail}" if story.detail else outcome_text(story.outcome)
        )
    return "its site is not crawled" if story.source is None else "not visited yet"
