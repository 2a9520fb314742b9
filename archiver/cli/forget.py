"""archiver forget: remove a story for good, and keep it out."""

import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import click

from archiver.cli.options import archive_option, json_option, page_address
from archiver.cli.rendering import Output, counted, listed, minute_text, print_json, write_utf8
from archiver.errors import NotInArchiveError
from db.connection import open_existing, read_archive
from db.forgetting.forget import Forgotten, emptied_captures, finish, look_again, refuse_missing
from db.forgetting.forget import forget as remove
from db.forgetting.forgotten import allow_again, forgetting_of
from db.forgetting.mentions import Mention, mentions
from db.forgetting.stories import Story, story_at
from db.raw_pages.warc_places import warc_directory

# Headlines and addresses of a story that a dry run shows.
SHOWN = 5


@click.command()
@click.argument("urls", nargs=-1, metavar="[URL]...")
@click.option("--reason", metavar="TEXT", help="Why: it is all that `archiver explain` tells later.")
@click.option("--dry-run", is_flag=True, help="Only show what would go, or be let in.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.option(
    "--mentions", "with_mentions", is_flag=True, help="Also remove the raw bytes of other pages that show it."
)
@click.option("--no-vacuum", is_flag=True, help="Leave the file's free space to `archiver vacuum`.")
@click.option("--lost", is_flag=True, help="Take WARC files that are missing for lost for good.")
@click.option("--again", is_flag=True, help="Let a forgotten story be archived again.")
@json_option("One JSON object for each story.")
@archive_option
def forget(*, urls: tuple[str, ...], archive: Path, **options: Any) -> None:
    """Remove stories from the archive for good, and keep them out.

    A story goes with all its versions, its pages and their captures, the related headlines that lead to it, its
    words in the search index and its records in the WARC files. Later crawls, imports and merges do not bring it
    back. What stays is when and why, with a digest in place of the address. It cannot be undone: --dry-run shows
    before what would go. A run that was killed, or that missed a WARC file, is finished by the next one, also without
    URL. For a story that was forgotten before, its raw pages are looked for again.

    \b
    archiver forget https://news.example/flood --dry-run
    archiver forget https://news.example/flood --reason "court order 4 O 12"
    archiver forget https://news.example/flood --again
    """
    addresses = tuple(dict.fromkeys(map(page_address, urls)))
    as_json: bool = options["as_json"]
    if as_json:
        write_utf8()
    if options["again"]:
        _let_in(archive, addresses, dry_run=options["dry_run"])
    elif options["dry_run"]:
        with closing(read_archive(archive)) as connection:
            stories = _stories(connection, addresses)
            _show(connection, archive, stories, options["with_mentions"], as_json=as_json)
    else:
        _forget(archive, addresses, options)


def _forget(archive: Path, addresses: Sequence[str], options: Mapping[str, Any]) -> None:
    reason, as_json = (options["reason"] or "").strip(), options["as_json"]
    with closing(open_existing(archive)) as connection:
        stories = _stories(connection, addresses)
        if stories and not reason:
            raise click.UsageError("say why by --reason: it is what stays in place of the story")
        found = _show(connection, archive, stories, options["with_mentions"], as_json=as_json)
        if stories and not options["yes"]:
            _ask(stories)
        for story in stories:
            remove(connection, story, reason, datetime.now(UTC), found[story.url])
        for address in set(addresses) - found.keys():
            _look_again(connection, address)
        _finish(connection, archive, options)


def _stories(connection: Connection, addresses: Sequence[str]) -> list[Story]:
    """Return the stories at these addresses; one that was forgotten before is named, one never met is an error."""
    stories = []
    for address in addresses:
        try:
            stories.append(story_at(connection, address))
        except NotInArchiveError:
            if (before := forgetting_of(connection, address)) is None:
                raise
            click.echo(f"{address} was forgotten {minute_text(before.begun)}: {before.reason}", err=True)
    return stories


def _show(
    connection: Connection, archive: Path, stories: Sequence[Story], with_mentions: bool, *, as_json: bool
) -> dict[str, list[Mention]]:
    """Print what belongs to stories; return the captures of other pages that show them, if they go too."""
    found: dict[str, list[Mention]] = {}
    for story in stories:
        found[story.url] = list(mentions(connection, warc_directory(archive), story)) if with_mentions else []
        emptied = emptied_captures(connection, story, found[story.url])
        if as_json:
            print_json({"url": story.url, **_counts(story), "emptied": len(emptied)})
        else:
            _print_story(Output(), story, emptied)
    return found


def _counts(story: Story) -> dict[str, int]:
    return {
        "articles": len(story.articles),
        "versions": story.versions,
        "pages": len(story.pages),
        "captures": len(story.captures),
        "links": len(story.links),
    }


def _print_story(output: Output, story: Story, emptied: Sequence[str]) -> None:
    output.say_whole(story.url, indent=0, style="bold")
    parts = [
        counted(len(story.articles), "article"),
        counted(story.versions, "version"),
        counted(len(story.pages), "page"),
        counted(len(story.captures), "capture"),
        counted(len(story.links), "related headline"),
    ]
    output.say(listed(parts), margin="  ")
    for headline in story.headlines[:SHOWN]:
        output.say(headline, margin="  headline  ")
    for url in story.addresses[:SHOWN]:
        output.say_whole(f"address   {url}", indent=2)
    more = max(0, len(story.headlines) - SHOWN) + max(0, len(story.addresses) - SHOWN)
    if more:
        output.say(f"… and {more} more headlines or addresses", margin="  ")
    if emptied:
        captures, pages = counted(len(emptied), "capture"), counted(len(set(emptied)), "other page")
        verb = "loses its" if len(emptied) == 1 else "lose their"
        output.say(f"{captures} of {pages} {verb} raw bytes", margin="  ")


def _ask(stories: Sequence[Story]) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError("nobody is there to be asked: say --yes, or --dry-run to see what would go")
    click.confirm(f"Remove {counted(len(stories), 'story', 'stories')} for good?", abort=True, err=True)


def _look_again(connection: Connection, address: str) -> None:
    """Let its raw pages be looked for, where a story that was forgotten before is still kept out."""
    before = forgetting_of(connection, address)
    if before is not None and before.allowed is None:
        look_again(connection, before.id, address)


def _finish(connection: Connection, archive: Path, options: Mapping[str, Any]) -> None:
    notes = Output(stderr=True)
    with notes.status("Removing") if notes.is_terminal else closing(_Nothing()):
        done = finish(
            connection,
            archive,
            datetime.now(UTC),
            _say_nothing,
            vacuum=not options["no_vacuum"],
            are_lost=options["lost"],
        )
    if options["as_json"]:
        print_json(done)
    else:
        _print_done(Output(), done)
    refuse_missing(archive, done)


def _print_done(output: Output, done: Forgotten) -> None:
    if not done.forgettings:
        if not done.missing:
            output.say("Nothing is left to be done.")
        return
    what = [counted(done.forgettings, "story", "stories"), counted(done.records, "WARC record")]
    output.say((f"Forgotten: {listed(what)}.", "bold"))
    if not done.is_vacuumed:
        output.say("Some of it may stand in the file's free space until `archiver vacuum`.")


def _let_in(archive: Path, addresses: Sequence[str], *, dry_run: bool) -> None:
    if not addresses:
        raise click.UsageError("name the address to let in again")
    with closing(read_archive(archive) if dry_run else open_existing(archive)) as connection:
        for address in addresses:
            before = forgetting_of(connection, address)
            if before is None or before.allowed is not None:
                raise NotInArchiveError(f"{address} is not kept out: nothing to let in again")
            if dry_run:
                when = minute_text(before.begun)
                click.echo(f"{address} would be let in, which was forgotten {when}: {before.reason}")
                continue
            allow_again(connection, address, datetime.now(UTC))
            click.echo(
                f"{address} may be archived again; `archiver crawl` brings it if its site still has it."
            )


class _Nothing:
    def close(self) -> None:
        """There is nothing to close."""


def _say_nothing(step: str, done: int, total: int) -> None:
    """Nobody looks on."""
