"""archiver related: what a page points to by its related headlines, and what points to it."""

from contextlib import closing
from pathlib import Path

import click

from archiver.cli.addresses import canonical
from archiver.cli.options import MOST, NumberType, archive_option, json_option
from archiver.cli.rendering import Output, counted, listed, print_json, span_text, write_utf8
from archiver.items import LinkKind
from db.connection import read_archive
from db.graph import Edge, Relations, relations

INDENT = 6
KINDS = [kind.value for kind in LinkKind]


@click.command()
@click.argument("page", metavar="URL-OR-ID")
@click.option("--kind", "-k", type=click.Choice(KINDS), help="Only headlines of this kind.")
@click.option(
    "--limit",
    "-n",
    type=NumberType(1, MOST),
    default=50,
    show_default=True,
    help="Headlines at most, in either direction.",
)
@json_option("One JSON object.")
@archive_option
def related(page: str, kind: str | None, limit: int, as_json: bool, archive: Path) -> None:
    """Tell which headlines a page shows, or showed once, and which pages show a headline that leads to it.

    Each has its kind, its block, its place on the page, and from when until when it was seen. In front stands the
    number of those that are archived.

    \b
    archiver related 12
    archiver related https://news.example/ --kind popular
    """
    with closing(read_archive(archive)) as connection:
        found = relations(connection, canonical(page), None if kind is None else LinkKind(kind), limit)
    if as_json:
        write_utf8()
        print_json(found)
    else:
        _print_relations(Output(), found, limit)


def _print_relations(output: Output, found: Relations, limit: int) -> None:
    output.say_whole(found.url, indent=0, style="bold")
    if found.article_id is not None:
        output.say((f"article {found.article_id}", "green"))
    for title, edges in (("Points to", found.points_to), ("Pointed to by", found.pointed_by)):
        output.say()
        more = " at least (--limit shows more)" if len(edges) == limit else ""
        output.say((f"{title} {counted(len(edges), 'headline')}{more}", "bold"))
        for edge in edges:
            _print_edge(output, edge)


def _print_edge(output: Output, edge: Edge) -> None:
    number = "" if edge.article_id is None else str(edge.article_id)
    output.say(edge.headline, margin=f"{number:>{INDENT - 2}}  ")
    seen = span_text(edge.first_seen, edge.last_seen)
    gone = "" if edge.is_shown else "no longer"
    about = listed([edge.kind, edge.block, f"place {edge.position + 1}", seen, gone])
    output.say((about, "green"), margin=" " * INDENT)
    if edge.url:
        output.say_whole(edge.url, indent=INDENT, style="dim")
