"""Giving back the room that removed rows took, and merging the search index."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection

from archiver.errors import ArchiveError, DiskFullError
from db.connection import archive_errors
from db.disk import CURE, file_system, free_bytes
from db.sqlite import sqlite3

# The first SQLite whose FTS5 takes the words of a deleted row out of its index at once.
SECURE_DELETE = (3, 42, 0)
INDEXES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%USING fts5%'"
)
# The file is written into a temporary one, then through the journal.
TIMES_ITS_SIZE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Reclaimed:
    """Bytes of the archive and its journal."""

    before: int
    after: int


def reclaim(archive: Connection, path: Path) -> Reclaimed:
    """Write the archive at path anew without its free space, and empty its journal.

    Raises DiskFullError if there is no room for that, ArchiveError if another program goes on reading.
    """
    before = size_of(path)
    require_room_to_reclaim(archive, path)
    with archive_errors(archive), _temporary_files_in(path.absolute().parent):
        archive.execute("VACUUM")
        is_busy, _, _ = archive.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if is_busy:
        raise ArchiveError(
            f"{path}: another program goes on reading it, so that its old content stays until that has ended: "
            "end it and run `archiver vacuum`"
        )
    return Reclaimed(before=before, after=size_of(path))


def require_room_to_reclaim(archive: Connection, path: Path) -> None:
    """Raise DiskFullError unless the file system of the archive has room for reclaim."""
    pages, free, page_size = (
        int(archive.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    needed = TIMES_ITS_SIZE * (pages - free) * page_size
    if (found := free_bytes(path)) < needed:
        raise DiskFullError(
            f"{path} cannot be written anew: that takes {needed:,} bytes for a while, and {found:,} are free on "
            f"{file_system(path)}: {CURE}"
        )


def secure_index(archive: Connection) -> None:
    """Let the search index forget words with their rows, where SQLite can do so."""
    if sqlite3.sqlite_version_info >= SECURE_DELETE:
        with archive_errors(archive), archive:
            for name in _indexes(archive):
                archive.execute(f"INSERT INTO {name}({name}, rank) VALUES ('secure-delete', 1)")  # noqa: S608


def tidy_index(archive: Connection) -> None:
    """Merge the parts of the search indexes into one, which holds no word that no row has."""
    with archive_errors(archive), archive:
        for name in _indexes(archive):
            archive.execute(f"INSERT INTO {name}({name}) VALUES ('optimize')")  # noqa: S608


def size_of(path: Path) -> int:
    """Return the bytes of the archive at path and of its journal."""
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def _indexes(archive: Connection) -> list[str]:
    return [name for (name,) in archive.execute(INDEXES)]


@contextmanager
def _temporary_files_in(directory: Path) -> Iterator[None]:
    """Let SQLite make its temporary files there: /tmp may be small, and in memory."""
    before = os.environ.get("SQLITE_TMPDIR")
    os.environ["SQLITE_TMPDIR"] = str(directory)
    try:
        yield
    finally:
        if before is None:
            del os.environ["SQLITE_TMPDIR"]
        else:
            os.environ["SQLITE_TMPDIR"] = before
