"""A copy of an archive and its raw pages as they are at one moment, while a crawl writes."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection
from typing import IO, TypeAlias

from archiver.errors import BackupError, DiskFullError
from db.backup_place import BackupPlace
from db.connection import archive_errors, read_archive
from db.disk import CURE, file_system, free_bytes, sync
from db.lock import acquire, release
from db.raw_pages.verify import NEEDING, Verification, verify
from db.raw_pages.warc_findings import Finding, Kind, unreadable
from db.raw_pages.warc_places import FILE_NAME, real_archive, warc_directory
from db.raw_pages.warc_walk import FoundRecord, walk
from db.sqlite import sqlite3

# Pages of the database that are copied at a time.
STEP = 1000
# Bytes of a WARC file that are copied at a time, and that are left out where a disk cannot read them. Each try may take
# a bad disk seconds.
PIECE, GAP = 2**20, 2**16
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name"
NEEDED = """
SELECT warc_file, max(warc_offset + warc_length) FROM captures WHERE warc_file IS NOT NULL AND warc_offset IS NOT NULL
GROUP BY warc_file ORDER BY warc_file
"""

Told = Callable[[str, int, int], None]
"""Is told what is being done, how much of how much of it is done."""
Unread: TypeAlias = dict[str, OSError]
"""Why WARC files of the archive cannot be read, by their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """What stands in a copy, and was checked there."""

    file: Path
    bytes: int
    """Of the database."""
    articles: int
    captures: int
    warc_files: int
    warc_bytes: int
    problems: tuple[Finding, ...]
    """What is wrong with its raw pages, as it was with those of the archive."""
    warc_left: Path | None
    """Raw pages of before that lie beside a copy made without any, which may be another archive's."""


def back_up(
    path: Path, target: Path, told: Told, *, with_warc: bool = True, replace: bool = False
) -> BackedUp:
    """Copy the archive at path to the file target, with_warc its raw pages beside it, and check the copy.

    Copies have other names until they are whole. Raises BackupError if there is something at target, unless it shall
    be replaced, or if the copy is not sound; LockedError if another process writes there; DiskFullError if there is no
    room.
    """
    place = BackupPlace(real_archive(target))
    place.refuse(path, with_warc=with_warc)
    lock = acquire(place.file)
    try:
        return _backed_up(path, place, told, with_warc=with_warc, replace=replace)
    finally:
        release(lock)


def _backed_up(path: Path, place: BackupPlace, told: Told, *, with_warc: bool, replace: bool) -> BackedUp:
    with place.errors():
        place.take_back()
    place.refuse_what_is_there(with_warc=with_warc, replace=replace)
    with closing(read_archive(path)) as source, archive_errors(source), place.errors():
        source.execute("BEGIN")  # what is read from here on is as it is now, whatever a crawl adds
        counts = _counts(source)
        needed = _needed(source) if with_warc else {}
        _require_room(path, place.file, source, needed)
        place.clear()
        _copy_rows(source, place.unfinished, told)
        size, unread = 0, Unread()
        if with_warc:
            size, unread = _copy_pages(warc_directory(path), place.unfinished_pages, needed, told)
            _refuse_to_replace(place, warc_directory(path), unread)
        _refuse_removal_meanwhile(path, counts["forgettings"])
    with closing(read_archive(place.unfinished)) as copy:
        _check(copy, place.unfinished, counts)
        problems = tuple(_problems(copy, place.unfinished_pages, unread, told)) if with_warc else ()
    with place.errors():
        place.put()
    return BackedUp(
        file=place.file,
        bytes=place.file.stat().st_size,
        articles=counts["articles"],
        captures=counts["captures"],
        warc_files=len(list(place.pages.glob("*.warc.gz"))) if with_warc else 0,
        warc_bytes=size,
        problems=problems,
        warc_left=place.pages if not with_warc and place.pages.exists() else None,
    )


def _needed(source: Connection) -> dict[str, int]:
    """To where captures need each WARC file; what is the name of none, the check tells."""
    return {name: end for name, end in source.execute(NEEDED) if FILE_NAME.fullmatch(name)}


def _require_room(path: Path, target: Path, source: Connection, needed: dict[str, int]) -> None:
    pages, size = (
        int(source.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "page_size")
    )
    total = pages * size + sum(needed.values())
    if (free := free_bytes(target)) < total:
        raise DiskFullError(
            f"{target} cannot be written: a copy of {path} takes {total:,} bytes, and {free:,} are free on "
            f"{file_system(target)}: {CURE}"
        )


def _copy_rows(source: Connection, unfinished: Path, told: Told) -> None:
    unfinished.touch()  # SQLite does not say why it cannot make a file, nor which
    with closing(sqlite3.connect(unfinished)) as target, archive_errors(target):
        source.backup(
            target, pages=STEP, progress=lambda _, left, total: told("database", total - left, total), sleep=0
        )
        target.execute("PRAGMA journal_mode = DELETE")  # one file, without others beside it
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())


def _copy_pages(source: Path, target: Path, needed: dict[str, int], told: Told) -> tuple[int, Unread]:
    """Copy WARC files to the end of the last record that captures need, and of its request.

    Returns the bytes that were copied, and which files cannot be read, or not as a whole.
    """
    target.mkdir()
    copied, total = 0, sum(needed.values())
    unread: Unread = {}
    for name, end in needed.items():
        try:
            old = (source / name).open("rb")
        except OSError as error:
            unread[name] = error
            continue
        with old, (target / name).open("xb") as new:
            for piece, failed in _pieces(old, _end_of_record(old, end)):
                new.write(piece)
                copied += len(piece)
                told("raw pages", min(copied, total), total)
                if failed is not None:
                    unread[name] = failed
            new.flush()
            os.fsync(new.fileno())
    sync(target)
    return copied, unread


def _end_of_record(file: IO[bytes], end: int) -> int:
    """Return where the request ends that belongs to the record before end, if one does."""
    size = os.fstat(file.fileno()).st_size
    with suppress(OSError):  # what cannot be read is no request
        behind = next(walk(file, size, end), None) if size > end else None
        if isinstance(behind, FoundRecord) and behind.kind == "request":
            return behind.offset + behind.length
    return min(end, size)


def _pieces(file: IO[bytes], size: int) -> Iterator[tuple[bytes, OSError | None]]:
    """Yield a file up to size; zeros in place of what cannot be read, and why: all behind it keeps its place."""
    offset = 0
    while offset < size:
        failed = None
        try:  # not through the file's buffer: up to where the disk is bad, this returns what it is asked for
            piece = os.pread(file.fileno(), min(PIECE, size - offset), offset)
        except OSError as error:
            piece, failed = bytes(min(GAP, size - offset)), error
        if not piece:
            return
        yield piece, failed
        offset += len(piece)


def _refuse_to_replace(place: BackupPlace, source: Path, unread: Unread) -> None:
    """Raise BackupError if raw pages that cannot be read would go from the backup that is there, too."""
    for name, error in unread.items():
        if (place.pages / name).exists():
            raise BackupError(
                f"{source / name} cannot be read: {error.strerror}; {place.file} stays as it is, since it may hold "
                "what is lost there: mount its disk or get permission to read it, restore it from that backup, or "
                "name another file"
            )


def _refuse_removal_meanwhile(path: Path, before: int) -> None:
    """Raise BackupError if a story was forgotten since: rows would still have it whose raw pages are gone."""
    with closing(read_archive(path)) as now:
        found = now.execute("SELECT count(*), count(finished) FROM forgettings").fetchone()
    if found[0] != before or found[1] != before:
        raise BackupError(f"{path}: a story is being forgotten: run the backup again once that has ended")


def _check(copy: Connection, unfinished: Path, counts: dict[str, int]) -> None:
    with archive_errors(copy):
        damage = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        astray = copy.execute("PRAGMA foreign_key_check").fetchone()
        found = _counts(copy)
    if damage != "ok" or astray is not None or found != counts:
        why = damage if damage != "ok" else "rows are missing, or lead nowhere"
        raise BackupError(
            f"{unfinished} is not sound ({why}): the archive may be damaged; `archiver doctor` looks"
        )


def _problems(copy: Connection, directory: Path, unread: Unread, told: Told) -> Iterator[Finding]:
    unread = {name: error for name, error in unread.items() if not isinstance(error, FileNotFoundError)}
    for name, error in unread.items():  # the check sees that others are missing
        yield unreadable(name, int(copy.execute(NEEDING, (name,)).fetchone()[0]), error)
    for finding in verify(copy, directory, Verification(), lambda done, total: told("check", done, total)):
        if finding.is_problem and not (finding.kind is Kind.MISSING and finding.file in unread):
            yield finding


def _counts(archive: Connection) -> dict[str, int]:
    names = [name for (name,) in archive.execute(TABLES)]
    return {
        name: int(archive.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608 - of the schema
        for name in names
    }
