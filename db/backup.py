"""A copy of an archive and its raw pages as they are at one moment, while a crawl writes."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection
from typing import IO

from archiver.errors import ArchiveError, BackupError, DiskFullError
from db.connection import archive_errors, is_archive, read_archive
from db.disk import CURE, disk_full, file_system, free_bytes, is_full, sync
from db.export.targets import BESIDE
from db.sqlite import sqlite3
from db.verify import Verification, verify
from db.warc_findings import Finding
from db.warc_places import FILE_NAME, real_archive, warc_directory
from db.warc_walk import Damage, walk

# Ends the names of copies that are not whole yet.
UNFINISHED = ".unfinished"
# What a folder of raw pages may hold: WARC files, and the ends that were cut off them.
KEPT_FILE = re.compile(rf"{FILE_NAME.pattern}(\.torn-[\d-]+)?")
# Pages of the database that are copied at a time.
STEP = 1000
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name"
# To where captures need each WARC file.
NEEDED = """
SELECT warc_file, max(warc_offset + warc_length) FROM captures WHERE warc_file IS NOT NULL
GROUP BY warc_file ORDER BY warc_file
"""

Told = Callable[[str, int, int], None]
"""Is told what is being done, how much of how much of it is done."""


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


def back_up(
    path: Path, target: Path, told: Told, *, with_warc: bool = True, replace: bool = False
) -> BackedUp:
    """Copy the archive at path to the file target, with_warc its raw pages beside it, and check the copy.

    Copies have other names until they are whole. Raises BackupError if there is something at target, unless it shall
    be replaced, or if the copy is not sound; DiskFullError if there is no room.
    """
    target = real_archive(target)
    _refuse(path, target, with_warc=with_warc, replace=replace)
    unfinished = target.with_name(target.name + UNFINISHED)
    pages = warc_directory(target)
    unfinished_pages = pages.with_name(pages.name + UNFINISHED)
    with closing(read_archive(path)) as source, archive_errors(source), _disk_errors(target):
        source.execute("BEGIN")  # what is read from here on is as it is now, whatever a crawl adds
        counts = _counts(source)
        needed = dict(source.execute(NEEDED).fetchall()) if with_warc else {}
        _require_room(path, target, source, needed)
        _remove(unfinished, unfinished_pages)
        _copy_rows(source, unfinished, told)
        size = _copy_pages(warc_directory(path), unfinished_pages, needed, told)
        _refuse_removal_meanwhile(path, counts["forgettings"])
    with closing(read_archive(unfinished)) as copy:
        _check(copy, unfinished, counts)
        problems = tuple(_problems(copy, unfinished_pages, told)) if with_warc else ()
    _put_in_place(unfinished, target, unfinished_pages if with_warc and needed else None, pages)
    return BackedUp(
        file=target,
        bytes=target.stat().st_size,
        articles=counts["articles"],
        captures=counts["captures"],
        warc_files=len(list(pages.glob("*.warc.gz"))) if with_warc else 0,
        warc_bytes=size,
        problems=problems,
    )


def _refuse(path: Path, target: Path, *, with_warc: bool, replace: bool) -> None:
    """Raise BackupError if a copy at target would destroy something."""
    if not target.absolute().parent.is_dir():
        raise BackupError(f"{target} cannot be made: there is no directory {target.absolute().parent}")
    if target.is_dir():
        raise BackupError(f"{target} is a directory: name a file, such as {target / path.name}")
    if (pages := warc_directory(target)) == target:
        raise BackupError(f"{target} is where its raw pages would lie: name it {target.with_suffix('.db')}")
    own = [path.resolve().with_name(path.name + ending) for ending in BESIDE]
    if target.resolve() in own or pages.resolve() == warc_directory(path).resolve():
        raise BackupError(f"{target} is the archive itself, or shares its raw pages: name another file")
    there = [each for each in (target, pages) if each.exists() and (with_warc or each == target)]
    if there and not replace:
        raise BackupError(f"{there[0]} is there already: name another file, or say --force to replace it")
    if target.exists() and not is_archive(target):
        raise BackupError(f"{target} is no backup: name another file")
    if with_warc and pages.exists() and (stranger := _stranger(pages)) is not None:
        raise BackupError(f"{stranger} is no raw page of a backup, and would go: name another file")


def _stranger(pages: Path) -> Path | None:
    """Return what stands where raw pages are to lie and is neither a WARC file nor an end cut off one, if anything."""
    if not pages.is_dir():
        return pages
    return next((file for file in sorted(pages.iterdir()) if not KEPT_FILE.fullmatch(file.name)), None)


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
    with closing(sqlite3.connect(unfinished)) as target, archive_errors(target):
        source.backup(
            target, pages=STEP, progress=lambda _, left, total: told("database", total - left, total), sleep=0
        )
        target.execute("PRAGMA journal_mode = DELETE")  # one file, without others beside it
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())


def _copy_pages(source: Path, target: Path, needed: dict[str, int], told: Told) -> int:
    """Copy WARC files to the end of the last record that captures need, and of its request; return the bytes."""
    if not needed:
        return 0
    target.mkdir()
    copied, total = 0, sum(needed.values())
    for name, end in needed.items():
        if not (source / name).exists():  # the check names it
            continue
        with (source / name).open("rb") as old, (target / name).open("xb") as new:
            for piece in _pieces(old, _end_of_record(old, end)):
                new.write(piece)
                copied += len(piece)
                told("raw pages", min(copied, total), total)
            new.flush()
            os.fsync(new.fileno())
    sync(target)
    return copied


def _end_of_record(file: IO[bytes], end: int) -> int:
    """Return where the request ends that belongs to the record before end, if one does."""
    size = file.seek(0, os.SEEK_END)
    behind = next(walk(file, size, end), None) if size > end else None
    if behind is None or isinstance(behind, Damage) or behind.kind != "request":
        return min(end, size)
    return behind.offset + behind.length


def _pieces(file: IO[bytes], size: int) -> Iterator[bytes]:
    file.seek(0)
    while size > 0 and (piece := file.read(min(size, 2**20))):
        size -= len(piece)
        yield piece


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


def _problems(copy: Connection, directory: Path, told: Told) -> Iterator[Finding]:
    findings = verify(copy, directory, Verification(), lambda done, total: told("check", done, total))
    yield from (finding for finding in findings if finding.is_problem)


def _counts(archive: Connection) -> dict[str, int]:
    names = [name for (name,) in archive.execute(TABLES)]
    return {
        name: int(archive.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608 - of the schema
        for name in names
    }


def _put_in_place(unfinished: Path, target: Path, unfinished_pages: Path | None, pages: Path) -> None:
    with _disk_errors(target):
        replaced = pages.with_name(f"{pages.name}.replaced")
        if replaced.exists():
            shutil.rmtree(replaced)
        if unfinished_pages is not None:
            if pages.exists():
                pages.rename(replaced)
            unfinished_pages.rename(pages)
        for ending in BESIDE[1:]:  # of an archive that was replaced: its changes are not this one's
            target.with_name(target.name + ending).unlink(missing_ok=True)
        unfinished.replace(target)
        sync(target.absolute().parent)
        if replaced.exists():
            shutil.rmtree(replaced)


def _remove(unfinished: Path, pages: Path) -> None:
    """Remove what a killed backup left."""
    for ending in BESIDE:
        unfinished.with_name(unfinished.name + ending).unlink(missing_ok=True)
    if pages.exists():
        shutil.rmtree(pages)


@contextmanager
def _disk_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise disk_full(target) from error
        raise ArchiveError(f"{target} cannot be written: {error.strerror} ({error.filename})") from error
