"""archiver front: what stood on a front page at a time."""

from contextlib import closing
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from archiver.cli.addresses import canonical
from archiver.cli.options import MOST, MomentType, NumberType, SpanType, archive_option, json_option
from archiver.cli.rendering import Output, counted, duration_text, minute_text, print_json, write_utf8
from db.connection import read_archive
from db.fronts import Front, front

INDENT = 6
NAMED_DAYS = ("today", "yesterday")


class AtType(click.ParamType[Any]):
    """A moment, as people write it; a day stands for its end."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment that value, an option's text, means today."""
        text = str(value).strip().lower()
        if text in NAMED_DAYS or text.endswith("d"):
            end: datetime = SpanType().convert(text, param, ctx).end
            return min(end, datetime.now(UTC))
        return MomentType().convert(value, param, ctx)


@click.command("front")
@click.argument("source")
@click.option(
    "--at",
    type=AtType(),
    metavar="TIME",
    help="2026-01-31T08:00:00Z, or a day, for its end.  [default: the latest]",
)
@click.option("--page", metavar="URL", help="Another page than the first of the site, such as a section's.")
@click.option("--limit", "-n", type=NumberType(1, MOST), help="Headlines at most.  [default: all]")
@json_option("One JSON object.")
@archive_option
def front_(
    source: str, at: datetime | None, page: str | None, limit: int | None, as_json: bool, archive: Path
) -> None:
    """Show what stood on the front page of SOURCE, in its order, with the headlines as they were then.

    It says which look at the page it rests on, and how old that was. In front stands the number of the stories that
    are archived.

    \b
    archiver front news.example
    archiver front news.example --at 2026-11-20T08:00:00Z
    archiver front news.example --page https://news.example/sport/ --at yesterday
    """
    with closing(read_archive(archive)) as connection:
        found = front(connection, source, at, None if page is None else canonical(page))
    if as_json:
        write_utf8()
        print_json(found)
    else:
        _print_front(Output(), found, limit or len(found.items))


def _print_front(output: Output, found: Front, limit: int) -> None:
    output.say_whole(found.url, indent=0, style="bold")
    age = found.at - found.observed
    until = f", something else from {minute_text(found.next_observed)} on" if found.next_observed else ""
    output.say(
        (
            f"as read {minute_text(found.observed)}, {duration_text(age)} before; "
            f"the same since {minute_text(found.since)}{until}",
            "green",
        )
    )
    if not found.items:
        output.say()
        output.say("No headline of a story was found on it then.")
    for block, group in groupby(found.items[:limit], lambda item: (item.block, item.kind)):
        output.say()
        output.say((block[0] or "Headlines", "bold"), (f"  {block[1]}", "green"))
        for item in group:
            number = "" if item.article_id is None else str(item.article_id)
            output.say(item.headline, margin=f"{number:>{INDENT - 2}}  ")
            if not number and item.url:
                output.say_whole(item.url, indent=INDENT, style="dim")
    if len(found.items) > limit:
        output.say((f"… and {counted(len(found.items) - limit, 'headline')} more", "dim"))
