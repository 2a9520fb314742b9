"""archiver changes: what happened to stories lately."""

from contextlib import closing
from pathlib import Path

import click

from archiver.cli.options import MOST, NumberType, SpanType, archive_option, json_option, source_option
from archiver.cli.rendering import Output, counted, listed, minute_text, print_json, write_utf8
from archiver.spans import Span
from db.changes import NOTABLE, Change, ChangeFilters, Happening, changes
from db.connection import read_archive

INDENT = 6


@click.command("changes")
@click.option("--since", type=SpanType(), metavar="DATE", help="Seen on that day (UTC) or later.")
@click.option("--until", type=SpanType(), metavar="DATE", help="Seen on that day (UTC) or before.")
@source_option
@click.option(
    "--kind",
    "-k",
    "kinds",
    multiple=True,
    type=click.Choice([happening.value for happening in Happening]),
    help="Only of this kind; may be given several times.  [default: all but trivial]",
)
@click.option("--parser", is_flag=True, help="Also what a better parser read otherwise (archiver reparse).")
@click.option(
    "--limit", "-n", type=NumberType(1, MOST), default=50, show_default=True, help="Changes at most."
)
@json_option("One line of JSON for each change.")
@archive_option
def changes_(  # noqa: PLR0913 - a parameter for each option
    *,
    since: Span | None,
    until: Span | None,
    source: str | None,
    kinds: tuple[str, ...],
    parser: bool,
    limit: int,
    as_json: bool,
    archive: Path,
) -> None:
    """List what happened to stories, the newest first: headlines rewritten, texts changed, corrections, stories gone.

    What differs in punctuation, capitals or a mistyped letter only is trivial and listed if asked for.

    \b
    archiver changes --since yesterday
    archiver changes --kind headline --source news.example
    archiver changes --kind correction --kind gone --since 7d --json
    """
    if since and until and since.start >= until.end:
        raise click.UsageError("--since is later than --until")
    filters = ChangeFilters(
        since=since.start if since else None,
        until=until.end if until else None,
        source=source,
        kinds=tuple(Happening(kind) for kind in kinds) or NOTABLE,
        parser=parser,
    )
    with closing(read_archive(archive)) as connection:
        found = changes(connection, filters, limit + 1)
    more = len(found) > limit
    found = found[:limit]
    if as_json:
        write_utf8()
        for change in found:
            print_json(change)
        return
    output, notes = Output(), Output(stderr=True)
    for change in found:
        _print_change(output, change)
    if not found:
        notes.say("Nothing changed that is asked for. An earlier --since, or --kind trivial, may find more.")
    elif notes.is_terminal and more:
        notes.say((f"{counted(limit, 'change')} (--limit shows more)", "dim"))


def _print_change(output: Output, change: Change) -> None:
    kinds = ", ".join(change.kinds)
    version = "" if change.number is None else f"version {change.number}"
    by_parser = "by a better parser" if change.cause == "parser" else ""
    about = listed([minute_text(change.changed_at), kinds, version, by_parser, change.source])
    output.say((about, "green"), margin=f"{change.article_id:>{INDENT - 2}}  ")
    if Happening.HEADLINE in change.kinds and change.to_headline is not None:
        output.say((change.from_headline, "red"), margin=f"{'':{INDENT}}- ")
        output.say((change.to_headline, "bold green"), margin=f"{'':{INDENT}}+ ")
    else:
        output.say((change.to_headline or change.from_headline, "bold"), margin=" " * INDENT)
    if change.notice:
        output.say((change.notice, "yellow"), margin=" " * INDENT)
    output.say_whole(change.url, indent=INDENT, style="dim")
    output.say()
