"""archiver diff: what changed between two versions of an article, word by word."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import click
from rich.text import Text

from archiver.cli.addresses import canonical
from archiver.cli.diff_page import diff_page
from archiver.cli.options import NumberType, archive_option, json_option
from archiver.cli.rendering import Output, counted, listed, minute_text, print_json, write_utf8
from archiver.revisions.diff import Mark, ParagraphDiff, Piece
from db.connection import read_archive
from db.history import VersionDiff, version_diff

STYLES = {Mark.SAME: "", Mark.REMOVED: "red strike", Mark.ADDED: "bold green"}
# As wdiff marks them, where there are no colours.
PLAIN = {Mark.SAME: ("", ""), Mark.REMOVED: ("[-", "-]"), Mark.ADDED: ("{+", "+}")}
# What stands before a paragraph.
SIGNS = {
    Mark.SAME: "  ",
    Mark.CHANGED: "~ ",
    Mark.ADDED: "+ ",
    Mark.REMOVED: "- ",
    Mark.MOVED: "> ",
    Mark.MOVED_AWAY: "< ",
}
NOTES = {Mark.MOVED: "stood elsewhere: ", Mark.MOVED_AWAY: "stands elsewhere now: "}


@click.command()
@click.argument("article", metavar="URL-OR-ID")
@click.argument("versions", nargs=-1, type=NumberType(min=1), metavar="[N [M]]")
@click.option("--html", "as_html", is_flag=True, help="A page for a browser, complete in itself.")
@click.option("--whole", is_flag=True, help="Also the paragraphs that did not change.")
@json_option("One JSON object.")
@archive_option
def diff(
    article: str, versions: tuple[int, ...], as_html: bool, whole: bool, as_json: bool, archive: Path
) -> None:
    """Show what changed from version N of an article to version M, word by word.

    Without numbers the latest is compared with the one before it, with one number the version of that number with the
    one before. Without a terminal, [-this-] was removed and {+that+} was added; a paragraph that changed has ~ in
    front, + one that is new, - one that is gone, > and < one that moved.

    \b
    archiver diff 12
    archiver diff 12 1 3
    archiver diff https://news.example/2026/flood --html > flood.html
    """
    if len(versions) > 2:
        raise click.UsageError("name two versions at most, such as 1 3")
    if as_html and as_json:
        raise click.UsageError("--html and --json exclude each other")
    old, new = (None, *versions)[-2:] if versions else (None, None)
    with closing(read_archive(archive)) as connection:
        found = version_diff(connection, canonical(article), old, new)
    if as_json:
        write_utf8()
        print_json(found)
    elif as_html:
        write_utf8()
        sys.stdout.write(diff_page(found))
    else:
        _print_diff(Output(), found, whole)


def _print_diff(output: Output, found: VersionDiff, whole: bool) -> None:
    output.say((found.headline, "bold"))
    span = f"version {found.old}, {minute_text(found.old_seen_at)}, to {found.new}, {minute_text(found.new_seen_at)}"
    by_parser = "by a better parser" if found.cause == "parser" and found.new == found.old + 1 else ""
    output.say((listed([span, ", ".join(found.kinds), by_parser]), "green"))
    output.say_whole(found.url, indent=0, style="dim")
    if not found.fields:
        output.say()
        output.say("Nothing that a reader would see has changed.")
    for field in found.fields:
        output.say()
        output.say((field.field.capitalize(), "bold"))
        # Names are as short as what would stand for them.
        for line in _lines(output, field.paragraphs, whole or field.field == "authors"):
            output.say(line[1], margin=line[0])


def _lines(output: Output, paragraphs: Sequence[ParagraphDiff], whole: bool) -> Iterator[tuple[str, Text]]:
    """Yield each paragraph with its sign; a run of those that did not change in one line, unless all are asked for."""
    same = 0
    for paragraph in paragraphs:
        if paragraph.mark is Mark.SAME and not whole:
            same += 1
            continue
        if same:
            yield "  ", Text(f"… {counted(same, 'paragraph')} as before", "dim")
            same = 0
        yield SIGNS[paragraph.mark], _marked(output, paragraph)
    if same:
        yield "  ", Text(f"… {counted(same, 'paragraph')} as before", "dim")


def _marked(output: Output, paragraph: ParagraphDiff) -> Text:
    text = Text().append(NOTES.get(paragraph.mark, ""), "dim")
    for piece in paragraph.pieces:
        if paragraph.mark is Mark.MOVED_AWAY:
            text.append(piece.text, "dim")
        elif output.is_terminal:
            text.append(piece.text, STYLES[piece.mark])
        else:
            text.append(_plain(piece))
    return text


def _plain(piece: Piece) -> str:
    """Return a piece between its marks, the spaces around it outside of them."""
    start, end = PLAIN[piece.mark]
    text = piece.text
    words = text.strip()
    if not (start and words):
        return text
    before, _, after = text.partition(words)
    return f"{before}{start}{words}{end}{after}"
