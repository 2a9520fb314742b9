"""archiver merge: join another archive into this one."""

from contextlib import closing
from pathlib import Path
from time import monotonic

import click

from archiver.cli.options import archive_option, json_option
from archiver.cli.rendering import Output, byte_text, counted, listed, print_json, printable, write_utf8
from archiver.errors import ExitCode
from db.connection import check_other, open_archive
from db.merging.joining import Added
from db.merging.merge import merge as join

# Seconds between two lines that tell how far it is.
LINE_SECONDS = 60.0
# Lines of one kind that are shown.
MOST_LINES = 20


@click.command()
@click.argument("other", type=click.Path(path_type=Path), metavar="OTHER.db")
@click.option("--no-warc", is_flag=True, help="Take the rows only, not the raw pages.")
@json_option("One JSON object.")
@archive_option
def merge(other: Path, no_warc: bool, as_json: bool, archive: Path) -> ExitCode:
    """Join another archive into this one: its sites, pages, captures with raw pages, articles with all versions, links.

    What both have is one: of an article with the same address, the versions of both stand in the order in which they
    were seen. Ids of this archive do not change. Merging the same archive again, or a newer copy of it, adds what is
    new only; after an interruption, the same command goes on. OTHER.db is only read. What was forgotten here stays
    out.

    \b
    archiver merge laptop/archive.db
    archiver merge ../2024/archive.db --archive all.db
    """
    from archiver.story_address import story_addresses  # noqa: PLC0415 - a search must not wait for it

    check_other(other)  # before an archive is made that would be empty
    lines = _Lines(Output(stderr=True))
    with closing(open_archive(archive)) as connection:
        added = join(connection, archive, other, lines, addresses=story_addresses, with_warc=not no_warc)
    if as_json:
        write_utf8()
        print_json(added)
    else:
        _print_added(Output(), added)
    for line in added.lost[:MOST_LINES]:
        click.echo(f"archiver: no raw page of {printable(line)}", err=True)
    if len(added.lost) > MOST_LINES:
        click.echo(
            f"archiver: and {counted(len(added.lost) - MOST_LINES, 'more raw page')} lost there", err=True
        )
    if added.lost:
        click.echo(f"archiver: once {other} has them again, the same command takes them", err=True)
    return ExitCode.FAILED if added.lost else ExitCode.DONE


def _print_added(output: Output, added: Added) -> None:
    parts = [
        (added.sources, "source", ""),
        (added.crawls, "crawl", ""),
        (added.pages, "page", ""),
        (added.captures, "capture", ""),
        (added.articles, "article", ""),
        (added.versions, "version of articles that were here", "versions of articles that were here"),
        (added.links, "related headline", ""),
    ]
    told = [counted(number, noun, plural) for number, noun, plural in parts if number]
    told += [f"{byte_text(added.bytes)} of raw pages"] if added.bytes else []
    output.say(f"Added: {listed(told)}." if told else "Nothing was new.")
    if added.left_out:
        output.say(f"Left out, as forgotten here: {counted(added.left_out, 'page')}.")
    if added.forgotten_there:
        output.say("Forgotten there, and kept here; `archiver forget` removes them here too:")
        for url in added.forgotten_there[:MOST_LINES]:
            output.say_whole(url, indent=2)


class _Lines:
    """Prints a line now and then, for large archives."""

    def __init__(self, output: Output) -> None:
        self._output, self._last = output, monotonic()

    def __call__(self, what: str, done: int, total: int) -> None:
        if monotonic() - self._last >= LINE_SECONDS:
            self._last = monotonic()
            self._output.say(f"{what}: {done:,} of {total:,}")
