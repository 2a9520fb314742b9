"""Whether an archive is sound: its file, its index, its raw pages, its lock. Nothing is changed by looking."""

import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from sqlite3 import Connection

from archiver.errors import ArchiveError
from archiver.wording import counted
from db.connection import archive_errors, open_unchanged, read_archive
from db.disk import MEGABYTE, file_system, free_bytes
from db.lock import lock_path, locked
from db.raw_pages.losses import WHOLE_FILE, accepted_losses
from db.raw_pages.warc_places import warc_directory
from db.schemas import SCHEMA
from db.searching.index import compare_index
from db.searching.index_sample import index_fault
from db.sqlite import sqlite3

# Of a WAL file: SQLite begins it anew at 4 MB unless readers keep it from doing so.
LARGE_WAL = 256 * MEGABYTE
# Times the least room on the disk: a crawl or two later it is used up.
ROOM_SOON_GONE = 4
LONG = timedelta(hours=6)
# Of a clock that is not quite right, or of one that NTP has just corrected.
CLOCK_SLACK = timedelta(minutes=1)
RESTORE = "restore a copy, or save what is left with `sqlite3 FILE .recover`"
REINDEX = "build it anew: archiver reindex"
INDEX, RAW_PAGES = "search index", "raw pages"
FILES = "SELECT DISTINCT warc_file FROM captures WHERE warc_file IS NOT NULL ORDER BY warc_file"
CHUNK = MEGABYTE


class Health(StrEnum):
    """How good what was found is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was looked at, what was found, and what to do about it."""

    name: str
    health: Health
    found: str
    cure: str = ""


def ok(name: str, found: str) -> Finding:
    """Return a finding that is as it should be."""
    return Finding(name=name, health=Health.OK, found=found)


def warn(name: str, found: str, cure: str) -> Finding:
    """Return a finding that a person should know of."""
    return Finding(name=name, health=Health.WARN, found=found, cure=cure)


def fail(name: str, found: str, cure: str) -> Finding:
    """Return a finding that keeps a crawl from working."""
    return Finding(name=name, health=Health.FAIL, found=found, cure=cure)


def archive_findings(
    path: Path, now: datetime, least_disk: int, *, thorough: bool = False
) -> Iterator[Finding]:
    """Yield what can be said of the archive at path, which need not exist yet.

    thorough compares every word of the search index and every index of a table with the rows, in place of some.
    """
    yield _room(path, least_disk)
    yield _permissions(path)
    yield _lock(path, now)
    if not path.exists():
        yield ok("archive", f"{path} does not exist yet: the first crawl makes it")
        return
    try:
        archive = read_archive(path)
    except ArchiveError as error:
        yield _unreadable(error)
        return
    with closing(archive):
        yield ok("archive", f"{path}, schema {SCHEMA}")
        yield from _checked(archive, path, now, thorough=thorough)


def _checked(archive: Connection, path: Path, now: datetime, *, thorough: bool) -> Iterator[Finding]:
    looks: tuple[tuple[str, Callable[[], Finding]], ...] = (
        ("clock", lambda: _clock(archive, now)),
        ("database", lambda: _database(archive, "integrity_check" if thorough else "quick_check")),
        ("references", lambda: _references(archive)),
        (INDEX, lambda: _index(archive, path) if thorough else _index_sample(archive)),
        ("journal", lambda: _journal(path)),
        (RAW_PAGES, lambda: _raw_pages(archive, path)),
        ("forgotten", lambda: _forgotten(archive)),
    )
    for name, look in looks:
        try:
            with archive_errors(archive):
                found = look()
        except ArchiveError as error:
            found = fail(name, str(error).removesuffix(f"; {RESTORE}"), RESTORE)
        yield found


def _room(path: Path, least: int) -> Finding:
    free = free_bytes(path) // MEGABYTE
    found = f"{free:,} MB free on {file_system(path)}, of which a crawl leaves {least:,} (LEAST_DISK)"
    if free < max(least, 1):
        return fail("disk", found, "free some space, or give a smaller LEAST_DISK")
    if free < least * ROOM_SOON_GONE:
        return warn("disk", found, "free some space soon")
    return ok("disk", found)


def _permissions(path: Path) -> Finding:
    """Look at all that a crawl writes; asked, not tried."""
    folder = path.absolute().parent
    if not folder.is_dir():
        return fail("permissions", f"there is no directory {folder}", "make it, or name another --archive")
    files = [folder, path, warc_directory(path), path.with_suffix(".log"), lock_path(path)]
    closed = [
        str(file) for file in files if file.exists() and not os.access(file, os.W_OK, effective_ids=True)
    ]
    if closed:
        cure = "run as the user that the crawl runs as, or give that user the files (chown)"
        return fail("permissions", f"no permission to write {', '.join(closed)}", cure)
    return ok("permissions", f"archive, raw pages and log in {folder} can be written")


def _lock(path: Path, now: datetime) -> Finding:
    if (error := locked(path)) is None:
        left = (
            " (a killed crawl left its lock file, which holds nobody off)" if lock_path(path).exists() else ""
        )
        return ok("lock", f"nobody writes to the archive{left}")
    if error.since is not None and now - error.since > LONG:
        return warn("lock", str(error), "it has run for more than six hours: look whether it hangs")
    return ok("lock", str(error))


def _unreadable(error: ArchiveError) -> Finding:
    found, _, cure = str(error).rpartition(": ")
    if "older version" in found:
        return warn("archive", found, "run `archiver upgrade`; copy the file before, to be able to go back")
    return fail("archive", found, cure)


def _clock(archive: Connection, now: datetime) -> Finding:
    newest = archive.execute("SELECT max(fetched) FROM captures").fetchone()[0]
    if newest is not None and datetime.fromisoformat(newest) > now + CLOCK_SLACK:
        found = f"it is {now:%Y-%m-%d %H:%M} UTC here, and the newest page was fetched at {newest}"
        return fail("clock", found, "set the clock, best by NTP; an archive is in the order of time")
    return ok("clock", f"{now:%Y-%m-%d %H:%M} UTC, after all that is archived")


def _database(archive: Connection, check: str) -> Finding:
    faults = [str(row[0]) for row in archive.execute(f"PRAGMA {check}(5)")]
    if faults != ["ok"]:
        return fail("database", f"damaged: {'; '.join(faults)}", RESTORE)
    return ok("database", f"{check} finds no fault")


def _references(archive: Connection) -> Finding:
    faults = archive.execute("PRAGMA foreign_key_check").fetchmany(1000)
    if faults:
        tables = ", ".join(sorted({str(fault[0]) for fault in faults}))
        return fail(
            "references", f"{len(faults)} rows refer to rows that are not there, in {tables}", RESTORE
        )
    return ok("references", "every row that is referred to is there")


def _index_sample(archive: Connection) -> Finding:
    """Look whether all articles are in the index, and compare the words of some, which quick_check does not."""
    archive.execute("BEGIN")
    try:
        fault = index_fault(archive)
    except sqlite3.DatabaseError as error:
        return fail(INDEX, f"cannot be read: {error}", REINDEX)
    finally:
        archive.rollback()
    if fault is not None:
        return fail(INDEX, f"does not fit the articles: {fault}", REINDEX)
    return ok(INDEX, f"holds the {_articles(archive)}, a sample of them word by word (--thorough: all)")


def _index(archive: Connection, path: Path) -> Finding:
    """Compare index and articles, which no check of SQLite does; no crawl can begin as long as that takes."""
    try:
        with open_unchanged(path) as writer:
            compare_index(writer)
    except ArchiveError as error:
        return ok(INDEX, f"not checked: {error}")
    except sqlite3.DatabaseError as error:
        return fail(INDEX, f"does not fit the articles: {error}", REINDEX)
    return ok(INDEX, f"fits the {_articles(archive)}")


def _articles(archive: Connection) -> str:
    return counted(archive.execute("SELECT count(*) FROM articles").fetchone()[0], "article")


def _journal(path: Path) -> Finding:
    journal = path.with_name(f"{path.name}-wal")
    size = journal.stat().st_size if journal.exists() else 0
    found = f"{journal.name} has {size / MEGABYTE:,.1f} MB"
    if size > LARGE_WAL:
        return warn("journal", found, "a program that reads for long keeps it from shrinking: end it")
    return ok("journal", found)


def _raw_pages(archive: Connection, path: Path) -> Finding:
    """Look whether every file is there that a row points at, and at the end of the newest."""
    folder = warc_directory(path)
    needed = [name for (name,) in archive.execute(FILES)]  # before the files: a crawl may add one
    found = (file for file in folder.glob("*.warc.gz") if file.exists())  # no link that leads nowhere
    files = sorted(found, key=lambda file: (file.stat().st_mtime, file.name))
    there = {file.name for file in files}
    losses = accepted_losses(archive)
    lost = {file for file, position in losses if position == WHOLE_FILE}
    if missing := [name for name in needed if name not in there and name not in lost]:
        more = f" and {len(missing) - 1:,} more" if missing[1:] else ""
        lack = f"{folder} lacks {missing[0]}{more} of {len(needed):,} files that captures need"
        return fail(RAW_PAGES, lack, "mount its disk, move it beside the archive, or restore it from a copy")
    if not files:
        return ok(RAW_PAGES, f"{folder} holds none yet")
    try:
        return _last_record(archive, path, files)
    except OSError as error:
        unread = f"{files[-1]} cannot be read: {error.strerror}"
        return fail(RAW_PAGES, unread, "get permission to read it, or restore the file from a copy")


def _last_record(archive: Connection, path: Path, files: list[Path]) -> Finding:
    """Look at the end of the newest file, the last: what a row points at must be there, whole."""
    row = archive.execute(
        "SELECT warc_offset, warc_length FROM captures WHERE warc_file = ? ORDER BY warc_offset DESC LIMIT 1",
        (files[-1].name,),
    ).fetchone()
    start, end = (row[0], row[0] + row[1]) if row else (0, 0)
    whole = _whole_until(files[-1], start)
    if whole < end and any(file == files[-1].name for file, _ in accepted_losses(archive)):
        return ok(RAW_PAGES, f"{len(files):,} files; what the newest lacks is lost, and accepted as such")
    if whole < end:
        return fail(
            RAW_PAGES, f"{files[-1]}: the record at byte {start} is not whole", "restore the file from a copy"
        )
    rest = files[-1].stat().st_size - whole
    if rest and locked(path) is None:
        found = f"{files[-1]} ends in {rest:,} bytes that a killed crawl left"
        return warn(RAW_PAGES, found, "`archiver verify --repair` cuts them off")
    return ok(RAW_PAGES, f"{len(files):,} files, the last record of {files[-1].name} is whole")


def _forgotten(archive: Connection) -> Finding:
    stories, left = archive.execute("SELECT count(*), sum(finished IS NULL) FROM forgettings").fetchone()
    if left:
        found = f"of {left:,} of {stories:,} the rows are gone, raw pages or free space not yet"
        return warn(
            "forgotten", found, "`archiver forget` without an address, or `archiver vacuum`, does the rest"
        )
    return ok("forgotten", f"stories removed on purpose: {stories:,}, none of them by half")


def _whole_until(file: Path, offset: int) -> int:
    """Return the end of the last gzip member that is whole, of those from offset on that follow each other."""
    end = offset
    with file.open("rb") as stream:
        stream.seek(offset)
        rest = b""
        while rest or (rest := stream.read(CHUNK)):
            member = zlib.decompressobj(wbits=31)
            try:
                while not member.eof:
                    if not rest and not (rest := stream.read(CHUNK)):
                        return end
                    member.decompress(rest)
                    rest = member.unused_data
            except zlib.error:
                return end
            end = stream.tell() - len(rest)
    return end
