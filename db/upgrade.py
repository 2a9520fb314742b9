"""Bringing an archive of an older version up to date: what is to be done, and how long that takes."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection

from db.connection import archive_errors, open_existing, read_any_schema
from db.schemas import SCHEMA, is_behind
from db.searching.forms import rules

# What one core of a small machine does in a second: articles indexed, changes classed, indexes made of rows, rows
# looked at.
INDEXED, CLASSED, ROWS, LOOKED_AT = 500, 200, 200_000, 2_000_000
# The schemas that brought the index of today, and the classes of changes.
SEARCH_SCHEMA, CHANGES_SCHEMA = 9, 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """What brings an archive up to date."""

    schema: int
    """The one that the archive has."""
    articles: int
    builds_index: bool
    """Whether all articles are indexed for the search anew."""
    seconds: float
    """That it takes, about."""


def needed_upgrade(path: Path) -> Upgrade | None:
    """Return what brings the archive at path up to date, None if it is. Raises ArchiveError as read_archive does."""
    with closing(read_any_schema(path)) as archive, archive_errors(archive):
        schema = int(archive.execute("PRAGMA user_version").fetchone()[0])
        builds_index = schema < SEARCH_SCHEMA or _rules(archive) != rules()
        if schema == SCHEMA and not builds_index and not is_behind(archive):
            return None
        articles, links, changes, captures = (
            int(archive.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - of the next line
            for table in ("articles", "related_links", "revisions", "captures")
        )
        seconds = (articles + links) / ROWS + captures / LOOKED_AT
        seconds += articles / INDEXED if builds_index else 0
        seconds += changes / CLASSED if schema < CHANGES_SCHEMA else 0
        return Upgrade(schema=schema, articles=articles, builds_index=builds_index, seconds=seconds)


def upgrade(path: Path) -> None:
    """Bring the archive at path up to date: wholly, or, if that is killed or fails, not at all.

    Raises ArchiveError, LockedError and DiskFullError as open_existing does.
    """
    open_existing(path).close()


def _rules(archive: Connection) -> str | None:
    row = archive.execute("SELECT rules FROM _search_rules").fetchone()
    return None if row is None else str(row[0])
