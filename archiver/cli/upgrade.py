"""archiver upgrade: an archive of an older version, brought up to date."""

from datetime import timedelta
from pathlib import Path

import click

from archiver.cli.options import archive_option
from archiver.cli.rendering import counted
from archiver.wording import duration_text
from db.schemas import SCHEMA
from db.upgrade import Upgrade, needed_upgrade
from db.upgrade import upgrade as bring_up_to_date


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what is to be done and how long it takes.")
@archive_option
def upgrade(dry_run: bool, archive: Path) -> None:
    """Bring an archive of an older version up to date.

    Seconds for most; minutes where the search index of many articles is built anew, which is said before. Killed at
    any moment, it leaves the archive as it was, and may be run again. Older versions cannot read the archive
    afterwards: to be able to go back, copy the file before. Whatever else writes to the archive upgrades it, too.

    \b
    archiver upgrade
    archiver upgrade --archive old.db --dry-run
    """
    needed = needed_upgrade(archive)
    if needed is None:
        click.echo(f"{archive} is up to date (schema {SCHEMA})")
        return
    click.echo(f"{archive}: {_told(needed)}", err=True)
    if not dry_run:
        bring_up_to_date(archive)
        click.echo(f"{archive} is up to date (schema {SCHEMA})")


def _told(needed: Upgrade) -> str:
    lasts = duration_text(timedelta(seconds=max(needed.seconds, 1)))
    index = ", the search index is built anew" if needed.builds_index else ""
    return f"schema {needed.schema} to {SCHEMA}, {counted(needed.articles, 'article')}{index}: about {lasts}"
