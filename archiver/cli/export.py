"""archiver export: datasets of articles and of related links."""

import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection
from typing import TextIO

import click

from archiver.cli.options import archive_option, filter_options
from archiver.cli.rendering import counted, write_utf8
from db.connection import read_archive
from db.export import (
    ARTICLE_COLUMNS,
    RELATED_LINK_COLUMNS,
    articles,
    export_file,
    related_links,
    write_csv,
    write_jsonl,
)
from db.filters import Filters

NOUNS: Mapping[str, str] = {"articles": "article", "links": "related link"}


@click.command()
@click.argument("words", nargs=-1)
@click.option(
    "--format", "-f", "form", type=click.Choice(["jsonl", "csv"]), help="Else by the ending of FILE; jsonl."
)
@click.option(
    "--output", "-o", metavar="FILE", default="-", help="Where to write; - is standard output.  [default: -]"
)
@click.option(
    "--what",
    type=click.Choice(list(NOUNS)),
    default="articles",
    show_default=True,
    help="Articles, or related links with the page that shows them.",
)
@filter_options
@archive_option
def export(
    words: tuple[str, ...], form: str | None, output: str, what: str, filters: Filters, archive: Path
) -> None:
    """Write articles or related links as JSON lines or CSV.

    Rows come in the order of the archive, however many there are; a file is replaced only once all is
    written. WORDS choose articles as a search does.

    \b
    archiver export -o articles.jsonl
    archiver export --format csv --since 2026-01 --lang fr -o articles.csv
    archiver export flood bridge | jq .headline
    archiver export --what links -o links.csv
    """
    if words and what == "links":
        raise click.UsageError("WORDS choose articles, not links: leave them out or say --what articles")
    if filters.distinct and what == "links":
        raise click.UsageError("--distinct chooses articles, not links: leave it out or say --what articles")
    csv = (form or Path(output).suffix.lower().lstrip(".")) == "csv"
    write_utf8()
    target = sys.stdout if output == "-" else export_file(Path(output), archive)
    with closing(read_archive(archive)) as connection:
        number = _write(connection, what, filters, " ".join(words) or None, target, csv=csv)
    if output != "-":
        click.echo(f"{counted(number, NOUNS[what])} written to {output}", err=True)


def _write(
    connection: Connection,
    what: str,
    filters: Filters,
    words: str | None,
    target: Path | TextIO,
    *,
    csv: bool,
) -> int:
    rows = articles(connection, filters, words) if what == "articles" else related_links(connection, filters)
    columns = ARTICLE_COLUMNS if what == "articles" else RELATED_LINK_COLUMNS
    return write_csv(rows, target, columns) if csv else write_jsonl(rows, target)
