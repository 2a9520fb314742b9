"""Joining another archive into ours: what is new is added, what both have is one, ids of ours stay."""

from pathlib import Path
from sqlite3 import Connection

from archiver.errors import ArchiveError
from db.connection import archive_errors, open_other
from db.merging.joining import Added, Addresses, Join, Told
from db.merging.joining_articles import join_articles
from db.merging.joining_captures import join_captures
from db.merging.joining_history import join_listed_headlines
from db.merging.joining_links import join_links
from db.merging.joining_pages import (
    close_pages,
    count_new,
    join_alarms,
    join_crawls,
    join_forgettings,
    join_imports,
    join_pages,
    join_sources,
)
from db.raw_pages.warc_places import warc_directory

# What one table needs of others comes before it. Visits come last: until then pages wait to be asked for.
STEPS = (
    join_sources,
    join_crawls,
    join_alarms,
    join_imports,
    join_forgettings,
    join_pages,
    join_captures,
    join_articles,
    join_links,
    join_listed_headlines,
    close_pages,
    count_new,
)


def merge(
    archive: Connection, path: Path, other: Path, told: Told, *, addresses: Addresses, with_warc: bool = True
) -> Added:
    """Join the archive at other, which is only read, into the one at path that archive is open on.

    A row that both have by its natural key is one row: what the other adds is filled in, of two values the later
    seen holds. Each batch is written whole: after a kill the archive is sound, and the same call does the rest.
    An older schema is brought up to date on a copy. Raises ArchiveError; without with_warc no bytes are taken.
    """
    if other.exists() and path.exists() and other.samefile(path):
        raise ArchiveError(f"{other} is the archive itself: name another one")
    with open_other(other, path.absolute().parent) as theirs:
        their_warc = warc_directory(other)
        if with_warc and not their_warc.is_dir() and _has_bytes(theirs):
            raise ArchiveError(
                f"{their_warc} is missing, which holds the raw pages of {other}: put it there, or say --no-warc"
            )
        join = Join(
            ours=archive,
            theirs=theirs,
            our_warc=warc_directory(path),
            their_warc=their_warc,
            told=told,
            addresses=addresses,
            with_warc=with_warc,
        )
        with archive_errors(archive), archive_errors(theirs):
            join.begin()
            for step in STEPS:
                step(join)
            archive.execute("PRAGMA optimize")
        return join.added


def _has_bytes(archive: Connection) -> bool:
    return (
        archive.execute("SELECT 1 FROM captures WHERE warc_file IS NOT NULL LIMIT 1").fetchone() is not None
    )
