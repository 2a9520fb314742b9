"""archiver vacuum: give back the room that is not needed."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click

from archiver.cli.options import NumberType, archive_option, json_option
from archiver.cli.rendering import Output, byte_text, counted, print_json
from db.connection import open_existing
from db.forgetting.forget import clean_up, refuse_missing
from db.thinning import LEAST_DAYS, thin_crawls
from db.vacuum import Reclaimed


@click.command()
@click.option(
    "--thin",
    type=NumberType(LEAST_DAYS),
    metavar="DAYS",
    help="Also keep once a day only what crawls of more than so many days ago came to where they found nothing; "
    "crawls do so by themselves (THIN_AFTER).",
)
@json_option("One JSON object.")
@archive_option
def vacuum(thin: int | None, as_json: bool, archive: Path) -> None:
    """Merge the search index and write the archive anew, without free space; readers may go on meanwhile.

    It takes twice the archive's size for a while, which is checked before, and some seconds for each 100 MB. What a
    killed `archiver forget` left to do is done as well. A crawl must not run. The raw pages stay as they are.

    \b
    archiver vacuum
    archiver vacuum --thin 120
    """
    with closing(open_existing(archive)) as connection:
        now = datetime.now(UTC)
        thinned = thin_crawls(connection, now, thin, wholly=True).rows if thin else 0
        done, forgotten = clean_up(connection, archive, now, _say_nothing)
    if as_json:
        print_json(
            {
                "archive": archive,
                "before": done.before,
                "after": done.after,
                "forgotten": forgotten.forgettings,
                "thinned": thinned,
            }
        )
    else:
        _print_done(Output(), archive, done, forgotten.forgettings, thinned)
    refuse_missing(archive, forgotten)


def _print_done(output: Output, archive: Path, done: Reclaimed, forgotten: int, thinned: int) -> None:
    if forgotten:
        output.say(f"Removed what was left of {counted(forgotten, 'forgotten story', 'forgotten stories')}.")
    if thinned:
        output.say(f"Thinned out {counted(thinned, 'count', 'counts')} of crawls that found nothing.")
    output.say(f"{archive}: {byte_text(done.before)} before, {byte_text(done.after)} after")


def _say_nothing(step: str, done: int, total: int) -> None:
    """Nobody looks on."""
