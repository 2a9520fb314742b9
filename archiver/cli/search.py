"""archiver search: ranked articles."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click

from archiver.cli.options import MOST, archive_option, filter_options, json_option
from archiver.cli.rendering import (
    Output,
    counted,
    day_text,
    listed,
    marked,
    plain_marks,
    print_json,
    write_utf8,
)
from db.connection import read_archive
from db.search import Filters, Hit
from db.search import search as ranked

INDENT = 6


@click.command()
@click.argument("words", nargs=-1, required=True)
@filter_options
@click.option(
    "--limit",
    "-n",
    type=click.IntRange(1, MOST),
    default=20,
    show_default=True,
    help="Articles at most.",
)
@json_option("One line of JSON for each article.")
@archive_option
def search(words: tuple[str, ...], filters: Filters, limit: int, as_json: bool, archive: Path) -> None:
    """Find articles by their words, best first.

    All words must stand in the article, accents and case aside; the headline counts most.

    \b
    archiver search flood bridge               both words
    archiver search '"old bridge"'             these words in a row
    archiver search 'bridg*'                   words that begin so
    archiver search 'flood bridge OR dam'      flood, and one of the others
    archiver search 'flood -bridge'            flood without bridge
    archiver search daech --lang fr --since 2026-01 --source news.example
    """
    with closing(read_archive(archive)) as connection:
        hits = ranked(connection, " ".join(words), filters, limit)
    if as_json:
        write_utf8()
        for hit in hits:
            print_json(replace(hit, snippet=plain_marks(hit.snippet)))
    else:
        _print_hits(hits, limit)


def _print_hits(hits: Sequence[Hit], limit: int) -> None:
    output = Output()
    for hit in hits:
        _print_hit(output, hit)
    notes = Output(stderr=True)
    if not hits:
        notes.say("No article matches. Fewer words, a prefix such as bridg*, or fewer filters find more.")
    elif notes.is_terminal:
        more = " (--limit shows more)" if len(hits) == limit else ""
        notes.say(
            (
                f"{counted(len(hits), 'article')}{more}; read one with archiver show {hits[0].article_id}",
                "dim",
            )
        )


def _print_hit(output: Output, hit: Hit) -> None:
    output.say((hit.headline, "bold"), margin=f"{hit.article_id:>{INDENT - 2}}  ")
    about = listed([day_text(hit.date_published), hit.source, hit.language or "", ", ".join(hit.authors)])
    output.say((about, "green"), margin=" " * INDENT)
    output.say(marked(" ".join(hit.snippet.split()), bold=output.is_terminal), margin=" " * INDENT)
    output.say_whole(hit.url, indent=INDENT, style="dim")
    output.say()
