"""How far the exports of each name have come in the archive's log of changes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from archiver.errors import ArchiveError, ExportError, ExportRequestError
from db.connection import archive_errors, beside_writer, read_archive
from db.export.manifest import increment_at
from db.export.request import Request, query_text
from db.lock import acquire, release
from db.values import time_text

STORE = """
INSERT INTO exports(name, position, query, file, row_count, finished) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT(name) DO UPDATE SET position = excluded.position, query = excluded.query, file = excluded.file,
    row_count = excluded.row_count, finished = excluded.finished
"""


@contextmanager
def held_name(archive: Path, name: str | None) -> Iterator[None]:
    """Let nobody else export by that name meanwhile; LockedError if somebody does already. None is no name."""
    if name is None:
        yield
        return
    lock = acquire(archive.with_name(f"{archive.name}-export-{name}"))
    try:
        yield
    finally:
        release(lock)


def last_position(archive: Path, request: Request) -> int | None:
    """Return how far the last export of the name came, None if there was none.

    Raises ExportRequestError if it asked for other rows: what has changed of those says nothing of these.
    """
    if request.since_last is None:
        return None
    connection = read_archive(archive)
    try:
        with archive_errors(connection):
            row = connection.execute(
                "SELECT position, query FROM exports WHERE name = ?", (request.since_last,)
            ).fetchone()
    finally:
        connection.close()
    if row is None:
        return None
    if row["query"] != query_text(request):
        raise ExportRequestError(
            f"the last export named {request.since_last} asked for {row['query']}, this one for "
            f"{query_text(request)}: ask for the same, or take another name"
        )
    return int(row["position"])


def refuse_to_lose(path: Path, request: Request, after: int | None) -> None:
    """Raise ExportError if an earlier export of a name stands at path, which nothing would bring again.

    One that holds nothing may go, and one that this export, which holds all after the place after, repeats: it was
    killed before its place was noted.
    """
    increment = increment_at(path)
    if request.replace or increment is None or not (increment.rows or increment.removed):
        return
    if request.since_last == increment.name and after == increment.after:
        return
    raise ExportError(
        f"{path} holds what was new for --since-last {increment.name}, and no later export repeats it: name another "
        f"file, such as one with the date, or say --force to replace it"
    )


def store_position(archive: Path, request: Request, position: int, file: Path, rows: int) -> None:
    """Note that all up to position stands in file, which is in its place."""
    try:
        with beside_writer(archive) as connection:
            connection.execute(
                STORE,
                (
                    request.since_last,
                    position,
                    query_text(request),
                    os.fsencode(file).decode("utf-8", "replace"),
                    rows,
                    time_text(datetime.now(UTC)),
                ),
            )
    except ArchiveError as error:
        error.add_note(f"{file} is written; the next export named {request.since_last} repeats what it holds")
        raise
