"""archiver reindex: the search index, built anew."""

from contextlib import closing
from pathlib import Path

import click

from archiver.cli.options import archive_option
from archiver.cli.rendering import counted
from db.connection import open_existing
from db.searching.index import rebuild


@click.command()
@archive_option
def reindex(archive: Path) -> None:
    """Build the search index anew from the articles and related headlines.

    Needed only where archiver doctor says that the index does not fit them; a newer version that makes it
    otherwise does this by itself.

    \b
    archiver reindex
    """
    with closing(open_existing(archive)) as connection:
        number = rebuild(connection)
    click.echo(f"{archive}: {counted(number, 'article')} indexed", err=True)
