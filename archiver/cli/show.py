"""archiver show: one article."""

from contextlib import closing
from itertools import groupby
from pathlib import Path

import click
from rich.text import Text

from archiver.cli.addresses import canonical
from archiver.cli.options import archive_option, json_option
from archiver.cli.rendering import Output, counted, date_text, listed, minute_text, print_json, write_utf8
from db.connection import read_archive
from db.read import StoredArticle, StoredLink, stored_article

INDENT = 6


@click.command()
@click.argument("article", metavar="URL-OR-ID")
@json_option("One JSON object.")
@archive_option
def show(article: str, as_json: bool, archive: Path) -> None:
    """Print one article with the related headlines of its page.

    The article is named by the id that a search shows, or by any address that leads to it.

    \b
    archiver show 12
    archiver show https://news.example/2026/flood-closes-the-old-bridge
    """
    with closing(read_archive(archive)) as connection:
        stored = stored_article(connection, canonical(article))
    if as_json:
        write_utf8()
        print_json(stored)
    else:
        _print_article(Output(), stored)


def _print_article(output: Output, article: StoredArticle) -> None:
    output.paragraph(Text(article.headline, "bold"))
    for line in _about(article):
        output.paragraph(Text(line, "green"))
    output.say_whole(article.url, indent=0, style="dim")
    for paragraph in _paragraphs(article):
        output.say()
        output.paragraph(paragraph)
    for picture in article.images:
        if picture.caption or picture.credit:
            output.say()
            output.paragraph(Text(f"Picture: {listed([picture.caption or '', picture.credit or ''])}", "dim"))
    _print_related(output, article.related)


def _about(article: StoredArticle) -> list[str]:
    sources = article.sources
    published = date_text(article.date_published, sources.date_published_precision)
    if article.date_modified and article.date_modified != article.date_published:
        published += f", updated {date_text(article.date_modified, sources.date_modified_precision)}"
    archived = f"article {article.id}, archived {minute_text(article.first_seen)}"
    if article.revision > 1:
        archived += f", changed since ({counted(article.revision - 1, 'earlier version')})"
    if article.gone_at:
        archived += f", gone from its site since {minute_text(article.gone_at)}"
    about = listed(
        [", ".join(article.authors), article.section or "", article.source, article.language or ""]
    )
    return [line for line in (published, about, ", ".join(article.keywords), archived) if line]


def _paragraphs(article: StoredArticle) -> list[Text]:
    """Return the lead in bold and then the paragraphs of the body, without the lead a second time."""
    paragraphs = article.body.split("\n\n")
    if not article.lead:
        return [Text(paragraph) for paragraph in paragraphs]
    rest = paragraphs[1:] if paragraphs[0].strip() == article.lead.strip() else paragraphs
    return [Text(article.lead, "bold"), *(Text(paragraph) for paragraph in rest)]


def _print_related(output: Output, links: tuple[StoredLink, ...]) -> None:
    for (block, kind), group in groupby(links, lambda link: (link.block, link.kind)):
        output.say()
        output.say((block or "Further headlines", "bold"), (f"  {kind}", "green"))
        for link in group:
            _print_link(output, link)


def _print_link(output: Output, link: StoredLink) -> None:
    number = "" if link.target_article_id is None else str(link.target_article_id)
    output.say(link.headline, margin=f"{number:>{INDENT - 2}}  ")
    if not number and link.url:
        output.say_whole(link.url, indent=INDENT, style="dim")
