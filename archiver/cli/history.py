"""archiver history: the versions of an article, and every headline it was seen under."""

from collections.abc import Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path

import click

from archiver.cli.addresses import canonical
from archiver.cli.advice import command_line
from archiver.cli.options import archive_option, json_option
from archiver.cli.rendering import Output, counted, listed, minute_text, print_json, span_text, write_utf8
from db.connection import read_archive
from db.headlines import HeadlineVariant
from db.history import FieldDiff, History, Version, history, old_and_new

ORIGINS = {
    "article": "above the text",
    "feed": "in a feed",
    "sitemap": "in a sitemap",
    "front_page": "on front pages",
    "related": "in boxes of other stories",
    "og:title": "to those who share it (og:title)",
    "twitter:title": "to those who share it (twitter:title)",
    "json-ld": "in its data for machines (JSON-LD)",
}


@click.command("history")
@click.argument("article", metavar="URL-OR-ID")
@json_option("One JSON object.")
@archive_option
def history_(article: str, as_json: bool, archive: Path) -> None:
    """Tell how an article changed: every version with its time and what changed, and every headline it had.

    Headlines in feeds, sitemaps, on front pages, in boxes of other stories and for machines count too. White space,
    typography, lines with a date, encodings, and a page that goes to and fro between versions are no changes.

    \b
    archiver history 12
    archiver history https://news.example/2026/flood-closes-the-old-bridge
    """
    with closing(read_archive(archive)) as connection:
        found = history(connection, canonical(article))
    if as_json:
        write_utf8()
        print_json(found)
    else:
        _print_history(Output(), found, archive)


def _print_history(output: Output, found: History, archive: Path) -> None:
    output.say((found.versions[-1].headline, "bold"))
    about = listed([f"article {found.article_id}", found.source, counted(len(found.versions), "version")])
    output.say((about, "green"))
    output.say_whole(found.url, indent=0, style="dim")
    for version in found.versions:
        output.say()
        _print_version(output, version)
    if found.shown != found.versions[-1].number:
        shown = found.periods[-1]
        output.say()
        output.say(
            f"The page shows version {shown.number} again since {minute_text(shown.first_seen)}: it goes to and fro."
        )
    if found.gone_at:
        output.say()
        output.say((f"Its site has taken it down: gone since {minute_text(found.gone_at)}.", "yellow"))
    _print_headlines(output, found.headlines)
    if len(found.versions) > 1:
        output.say()
        output.say(("What changed, word by word", "bold"))
        output.say_whole(command_line("diff", str(found.article_id), archive=archive), indent=2)


def _print_version(output: Output, version: Version) -> None:
    seen = span_text(version.seen_at, version.last_seen or version.seen_at)
    by_parser = "read anew by a better parser, the page did not change" if version.cause == "parser" else ""
    kinds = ", ".join(version.kinds)
    output.say((f"Version {version.number}", "bold"), f"  {listed([seen, kinds, by_parser])}")
    if version.number == 1:
        output.say(version.headline, margin="  headline    ")
    for field in version.changes:
        _print_field(output, field)
    if version.notice:
        output.say((version.notice, "yellow"), margin="  correction  ")


def _print_field(output: Output, field: FieldDiff) -> None:
    name = f"  {field.field:<10}  "
    if field.field == "body":
        output.say(words_text(field), margin=name)
        return
    old, new = old_and_new(field)
    if old:
        output.say((old, "red"), margin=f"{name}- ")
    if new:
        output.say((new, "green"), margin=f"{' ' * len(name) if old else name}+ ")


def words_text(field: FieldDiff) -> str:
    """Return how many words of a field changed."""
    parts = [
        f"{field.added:,} added" if field.added else "",
        f"{field.removed:,} removed" if field.removed else "",
    ]
    moved = sum(paragraph.mark == "moved" for paragraph in field.paragraphs)
    words = ", ".join(part for part in parts if part)
    return listed(
        [f"words: {words}" if words else "", counted(moved, "paragraph") + " moved" if moved else ""]
    )


def _print_headlines(output: Output, headlines: tuple[HeadlineVariant, ...]) -> None:
    elsewhere = sorted((each for each in headlines if each.origin != "article"), key=lambda each: each.origin)
    if not elsewhere:
        return
    output.say()
    output.say(("Its headlines elsewhere", "bold"))
    for origin, group in groupby(elsewhere, lambda each: each.origin):
        output.say((ORIGINS.get(origin, origin), "green"), margin="  ")
        by_text: dict[str, list[HeadlineVariant]] = {}
        for variant in group:
            by_text.setdefault(variant.headline, []).append(variant)
        for headline, variants in by_text.items():
            _print_places(output, headline, variants)


def _print_places(output: Output, headline: str, variants: Sequence[HeadlineVariant]) -> None:
    span = span_text(min(each.first_seen for each in variants), max(each.last_seen for each in variants))
    output.say(f"{headline}  ", (span, "dim"), margin="    ")
    output.say_whole(variants[0].seen_on, indent=6, style="dim")
    if len(variants) > 1:
        output.say((f"and on {counted(len(variants) - 1, 'other page')}", "dim"), margin=" " * 6)
