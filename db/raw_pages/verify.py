"""Whether the WARC files hold what the archive says, and nothing that it does not know."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection, Row

from db.connection import archive_errors
from db.forgetting.forgotten import is_forgotten
from db.raw_pages import warc_findings
from db.raw_pages.losses import accepted_losses, judged
from db.raw_pages.same_bytes import other_places
from db.raw_pages.warc import is_readable
from db.raw_pages.warc_findings import Finding
from db.raw_pages.warc_places import FILE_NAME, WarcPlace
from db.raw_pages.warc_repair import cut_off
from db.raw_pages.warc_walk import Damage, FoundRecord, walk

# Bytes read ahead.
BUFFER = 2**20
# Seconds after which a record that a crawl is just writing has come to its end.
WRITING_SECONDS = 1.0

ROWS = """
SELECT captures.id, captures.final_url, captures.digest, captures.warc_offset, captures.warc_length,
       captures.refers_to, captures.warc_file, holders.warc_file AS held_file,
       holders.warc_offset AS held_offset, holders.warc_length AS held_length,
       (SELECT count(*) FROM captures AS later WHERE later.refers_to = captures.id) AS referring
FROM captures LEFT JOIN captures AS holders ON holders.id = captures.refers_to
WHERE captures.warc_file = ? AND captures.warc_offset >= 0 AND captures.warc_length > 0
ORDER BY captures.warc_offset, captures.id
"""
FILES = "SELECT warc_file, count(*) FROM captures WHERE warc_file IS NOT NULL GROUP BY warc_file"
NOWHERE = """
SELECT id, final_url, warc_file FROM captures
WHERE warc_file IS NOT NULL AND NOT ifnull(warc_offset >= 0 AND warc_length > 0, 0)
"""
# Captures that lack their bytes without a file: those that stand in it, and those of other files that refer to them.
NEEDING = """
SELECT count(*) FROM captures LEFT JOIN captures AS holders ON holders.id = captures.refers_to
WHERE ?1 IN (captures.warc_file, holders.warc_file)
"""
BROKEN_REFERENCES = """
SELECT captures.id, captures.final_url, holders.id AS holder_id FROM captures
JOIN captures AS holders ON holders.id = captures.refers_to
WHERE holders.warc_file IS NULL OR holders.refers_to IS NOT NULL OR captures.digest <> holders.digest
"""
IS_THERE_NOW = "SELECT 1 FROM captures WHERE warc_file = ? AND warc_offset = ?"

Told = Callable[[int, int], None]


@dataclass(slots=True, kw_only=True)
class Verification:
    """What was looked at so far."""

    files: int = 0
    bytes: int = 0
    records: int = 0
    captures: int = 0
    """That have a record."""
    orphans: int = 0
    """Records of no capture."""
    problems: int = 0


def verify(
    archive: Connection, directory: Path, seen: Verification, told: Told, *, repair: bool = False
) -> Iterator[Finding]:
    """Yield what is wrong with the WARC files of directory, and count in seen; the files are read to their ends.

    told is called with the bytes read and the bytes that there are. With repair, the torn ends of files are cut
    off and kept in files beside them: no crawl may write meanwhile. Without, one may.
    """
    losses = accepted_losses(archive)
    for found in _Verifier(archive, directory, seen, told, repair).findings():
        finding = judged(found, losses)
        seen.problems += finding.is_problem
        yield finding


@dataclass(slots=True)
class _Verifier:
    _archive: Connection
    _directory: Path
    _seen: Verification
    _told: Told
    _repair: bool
    _total: int = 0

    def findings(self) -> Iterator[Finding]:
        with archive_errors(self._archive):
            counts: dict[str, int] = dict(self._archive.execute(FILES).fetchall())
            there = {path.name: path for path in self._directory.glob("*.warc.gz")}
            self._total = sum(map(_size, there.values()))
            for name in sorted(there.keys() | counts.keys()):
                captures = counts.get(name, 0)
                self._seen.captures += captures
                if name not in there or not FILE_NAME.fullmatch(name):
                    rows = self._archive.execute(ROWS, (name,)).fetchall()
                    yield self._judged(warc_findings.missing(name, self._needing(name)), rows)
                    continue
                self._seen.files += 1
                try:
                    yield from self._file_findings(there[name])
                except OSError as error:
                    yield warc_findings.unreadable(name, self._needing(name), error)
            for row in self._archive.execute(NOWHERE):
                yield warc_findings.nowhere(row)
            for row in self._archive.execute(BROKEN_REFERENCES):
                yield warc_findings.astray(row)

    def _needing(self, file: str) -> int:
        return int(self._archive.execute(NEEDING, (file,)).fetchone()[0])

    def _file_findings(self, path: Path) -> Iterator[Finding]:
        rows = _Rows(self._archive.execute(ROWS, (path.name,)))
        # After the first row is read: what this and the others point at stands in the file by now.
        end = path.stat().st_size
        before = self._seen.bytes
        orphans = _Orphans(path.name)
        with path.open("rb", buffering=BUFFER) as file:
            for stretch in walk(file, end):
                self._seen.bytes = before + stretch.offset + stretch.length
                self._told(self._seen.bytes, self._total)
                if astray := rows.before(stretch.offset):
                    yield warc_findings.misplaced(path.name, astray, stretch.offset)
                if isinstance(stretch, Damage):
                    yield from orphans.ended()
                    yield from self._damage_findings(path, stretch, rows, end)
                else:
                    self._seen.records += 1
                    yield from self._record_findings(path.name, stretch, rows, orphans)
                orphans.is_after_damage = isinstance(stretch, Damage)
        if astray := rows.rest():
            yield self._judged(warc_findings.beyond(path.name, astray, end), astray)
        # With all rows read, this sees what a crawl has written since.
        if not self._archive.execute(IS_THERE_NOW, (path.name, orphans.offset)).fetchone():
            yield from orphans.ended()
        self._seen.orphans += orphans.told
        self._seen.bytes = before + (path.stat().st_size if self._repair else end)

    def _record_findings(
        self, file: str, record: FoundRecord, rows: "_Rows", orphans: "_Orphans"
    ) -> Iterator[Finding]:
        here = rows.before(record.offset + 1)
        if here:
            yield from orphans.ended()
            orphans.last_captured = record.id
        if record.fault:
            yield self._judged(warc_findings.faulty(file, record, here), here)
        elif here:
            if finding := warc_findings.mismatched(file, record, here):
                yield finding
        else:
            yield from orphans.add(record, is_kept_out=is_forgotten(self._archive, record.url))

    def _damage_findings(self, path: Path, damage: Damage, rows: "_Rows", end: int) -> Iterator[Finding]:
        lost = rows.before(damage.offset + damage.length)
        if lost or not damage.is_tail:
            yield self._judged(warc_findings.damaged(path.name, damage, lost), lost)
        elif self._repair:
            kept = cut_off(path, damage.offset)
            yield warc_findings.repaired(path.name, damage, kept.name)
        elif not _is_being_written(path, end):
            yield warc_findings.torn(path.name, damage)

    def _judged(self, lost: Finding, rows: Sequence[Row]) -> Finding:
        """Return what some captures lack, which is no problem if later crawls kept the bytes of all of them anew."""
        is_renewed = all(self._is_kept_elsewhere(row) for row in rows)
        return warc_findings.renewed(lost) if rows and is_renewed else lost

    def _is_kept_elsewhere(self, row: Row) -> bool:
        """Whether the bytes of a capture can be read in another record than the one that is to hold them."""
        of = "warc" if row["refers_to"] is None else "held"
        if row[f"{of}_file"] is None:
            return False
        place = WarcPlace(file=row[f"{of}_file"], offset=row[f"{of}_offset"], length=row[f"{of}_length"])
        return any(is_readable(self._directory, other) for other in other_places(self._archive, place))


class _Rows:
    """The captures of one file, handed out in the order of their places."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def before(self, offset: int) -> list[Row]:
        """Return those not handed out yet that stand before offset."""
        found = []
        while self._next is not None and self._next["warc_offset"] < offset:
            found.append(self._next)
            self._next = next(self._rows, None)
        return found

    def rest(self) -> list[Row]:
        """Return all that are left."""
        found = [] if self._next is None else [self._next, *self._rows]
        self._next = None
        return found


@dataclass(slots=True)
class _Orphans:
    """Records of no capture; those behind each other are told as one finding."""

    _file: str
    _first: FoundRecord | None = None
    _last: FoundRecord | None = None
    _count: int = 0
    _are_kept_out: bool = False
    """Whether they are of a story that was forgotten."""
    last_captured: str = ""
    """The id of the last record that a capture has."""
    is_after_damage: bool = False
    told: int = 0

    @property
    def offset(self) -> int | None:
        return None if self._first is None else self._first.offset

    def add(self, record: FoundRecord, *, is_kept_out: bool) -> Iterator[Finding]:
        """Note a record, unless it stands there by right: the request of a response, a note on file or removal."""
        if record.kind in ("warcinfo", "metadata"):
            return
        if self.last_captured and record.concurrent_to == self.last_captured:
            return
        if self.is_after_damage and record.kind == "request":  # of the response that was damaged
            return
        if is_kept_out != self._are_kept_out:
            yield from self.ended()
        self._are_kept_out = is_kept_out
        self._first = self._first or record
        self._last = record
        self._count += 1

    def ended(self) -> Iterator[Finding]:
        """Yield those since the last time as one."""
        if self._first is not None and self._last is not None:
            self.told += self._count
            finding = warc_findings.forgotten if self._are_kept_out else warc_findings.orphaned
            yield finding(self._file, self._first, self._last, self._count)
        self._first, self._last, self._count = None, None, 0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # reading it tells of it
        return 0


def _is_being_written(path: Path, end: int) -> bool:
    time.sleep(WRITING_SECONDS)
    return path.stat().st_size != end
