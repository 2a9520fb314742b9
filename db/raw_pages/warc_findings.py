"""What can be wrong with WARC files, each in one line with the cure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from sqlite3 import Row

from db.raw_pages.warc_places import FILE_NAME
from db.raw_pages.warc_records import target_uri
from db.raw_pages.warc_walk import Damage, FoundRecord

RESTORE = "restore the file from a copy"
RESTORE_BOTH = "restore the file and the archive from copies of the same day"
# The records that a capture may have.
CAPTURED = frozenset({"response", "revisit", "resource", "conversion"})


class Kind(StrEnum):
    """What was found."""

    MISSING = "missing"
    """A file that captures stand in is not there."""
    UNREADABLE = "unreadable"
    DAMAGED = "damaged"
    """Bytes that are no whole record, or a record that is not sound in itself."""
    TORN = "torn"
    """The end of a file is no whole record, and no capture stands there: a crawl was killed while it wrote."""
    MISPLACED = "misplaced"
    """No record stands where a capture should."""
    WRONG = "wrong"
    """The record there is another page's, or holds other bytes."""
    FORGOTTEN = "forgotten"
    """Records of a story that was removed on purpose: a file came back that was missing then."""
    ORPHAN = "orphan"
    """Records of no capture, which do no harm: a crawl was killed before it noted them."""
    RENEWED = "renewed"
    """What is missing or damaged, but was kept anew by later crawls, all of it."""
    ACCEPTED = "accepted"
    """What is lost for good, as the archive's owner said."""
    REPAIRED = "repaired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing worth telling."""

    kind: Kind
    file: str
    """Name of the file in the WARC directory; "" if it is about rows only."""
    offset: int | None = None
    length: int | None = None
    captures: int = 0
    """How many captures lack their bytes, those that refer to others counted."""
    message: str
    """One line: what is wrong, where, and the cure."""

    @property
    def is_problem(self) -> bool:
        """Whether the archive is not sound for it."""
        return self.kind not in (Kind.ORPHAN, Kind.RENEWED, Kind.ACCEPTED, Kind.REPAIRED)


def missing(file: str, captures: int) -> Finding:
    """Return that a file is not there, or cannot be by its name."""
    number = "1 capture needs" if captures == 1 else f"{captures:,} captures need"
    if FILE_NAME.fullmatch(file):
        message = f"{file} is missing; {number} it: {RESTORE}"
    else:
        message = f"{file!r} is no name of a WARC file; {number} it: restore the archive from a copy"
    return Finding(kind=Kind.MISSING, file=file, captures=captures, message=message)


def unreadable(file: str, captures: int, error: OSError) -> Finding:
    """Return that a file, or its rest, cannot be read."""
    message = f"{file} cannot be read: {error.strerror}; get permission to read it, or {RESTORE}"
    return Finding(kind=Kind.UNREADABLE, file=file, captures=captures, message=message)


def damaged(file: str, damage: Damage, rows: Sequence[Row]) -> Finding:
    """Return that bytes are no whole record, and whose they were."""
    what = f"{_bytes(damage.length)} are damaged"
    if rows:
        return _at(Kind.DAMAGED, file, damage, rows, f"{what}; {_captures(rows)}: {RESTORE}")
    return _at(Kind.DAMAGED, file, damage, rows, f"{what}, but no capture stands there: {RESTORE}")


def renewed(lost: Finding) -> Finding:
    """Return that later crawls kept all anew that the captures of a finding lack."""
    what = lost.message.removesuffix(f": {RESTORE}")
    return replace(lost, kind=Kind.RENEWED, message=f"{what}, but the bytes were kept anew: leave it")


def torn(file: str, damage: Damage) -> Finding:
    """Return that the end of a file is of no use."""
    what = f"its last {_bytes(damage.length)} are no whole record, and no capture needs them"
    return _at(Kind.TORN, file, damage, (), f"{what}: `archiver verify --repair` cuts them off")


def repaired(file: str, damage: Damage, kept: str) -> Finding:
    """Return that the end of a file is cut off."""
    what = f"{_bytes(damage.length)} that were no whole record are cut off"
    return _at(Kind.REPAIRED, file, damage, (), f"{what}; they are kept in {kept}")


def faulty(file: str, record: FoundRecord, rows: Sequence[Row]) -> Finding:
    """Return that a record is not sound in itself."""
    lost = _captures(rows) if rows else "no capture stands there"
    what = f"the record is damaged, {record.fault}; {lost}: {RESTORE}"
    return _at(Kind.DAMAGED, file, record, rows, what)


def orphaned(file: str, first: FoundRecord, last: FoundRecord, count: int) -> Finding:
    """Return that some records behind each other are of no capture."""
    length = last.offset + last.length - first.offset
    what = "1 record is of no capture," if count == 1 else f"{count:,} records are of no capture, the first"
    message = f"{_where(file, first.offset)}: {what} of {first.url}; it does no harm: leave it"
    return Finding(kind=Kind.ORPHAN, file=file, offset=first.offset, length=length, message=message)


def forgotten(file: str, first: FoundRecord, last: FoundRecord, count: int) -> Finding:
    """Return that some records behind each other are of no capture, and of a story that was removed on purpose."""
    length = last.offset + last.length - first.offset
    what = "1 record is" if count == 1 else f"{count:,} records are"
    cure = f"`archiver forget {first.url}` removes the rest of it"
    message = f"{_where(file, first.offset)}: {what} of {first.url}, which was forgotten: {cure}"
    return Finding(kind=Kind.FORGOTTEN, file=file, offset=first.offset, length=length, message=message)


def misplaced(file: str, rows: Sequence[Row], near: int) -> Finding:
    """Return that captures stand where no record begins."""
    offset = rows[0]["warc_offset"]
    what = f"no record begins there, the nearest at {near:,}; {_captures(rows)}: {RESTORE_BOTH}"
    message = f"{_where(file, offset)}: {what}"
    return Finding(kind=Kind.MISPLACED, file=file, offset=offset, captures=_number(rows), message=message)


def beyond(file: str, rows: Sequence[Row], end: int) -> Finding:
    """Return that a file ends before some of its captures."""
    message = f"{file} ends at byte {end:,}, before {_captures(rows)}: {RESTORE}"
    return Finding(kind=Kind.MISPLACED, file=file, offset=end, captures=_number(rows), message=message)


def mismatched(file: str, record: FoundRecord, rows: Sequence[Row]) -> Finding | None:
    """Return how a record is not what the captures say that stand there, None if it is."""
    reason, wrong = _mismatch(record, rows)
    what = f"{reason}; {_captures(wrong)}: {RESTORE_BOTH}" if reason else ""
    return _at(Kind.WRONG, file, record, wrong, what) if reason else None


def nowhere(row: Row) -> Finding:
    """Return that a capture names a file, and no place in it."""
    what = f"capture {row['id']} of {row['final_url']} has no place in {row['warc_file']}"
    message = f"{what}: restore the archive from a copy"
    return Finding(kind=Kind.MISPLACED, file=row["warc_file"], captures=1, message=message)


def astray(row: Row) -> Finding:
    """Return that a capture refers to one that does not hold its bytes."""
    message = (
        f"capture {row['id']} of {row['final_url']} refers to capture {row['holder_id']}, which does not hold "
        "its bytes: restore the archive from a copy"
    )
    return Finding(kind=Kind.WRONG, file="", captures=1, message=message)


def _mismatch(record: FoundRecord, rows: Sequence[Row]) -> tuple[str, Sequence[Row]]:
    """Return how a record is not what its captures say, and which captures these are."""
    if record.kind not in CAPTURED:
        return f"the record is of kind {record.kind or 'nothing'}", rows
    # Captures that share a place, as those of earlier versions do, may have come by other redirects.
    if target_uri(rows[0]["final_url"]) != record.url:
        return f"the record is of {record.url}", rows
    if other := [row for row in rows if row["warc_length"] != record.length]:
        return f"the record has {_bytes(record.length)}, not {other[0]['warc_length']:,}", other
    if record.kind == "revisit":
        other = [row for row in rows if not _leads_right(record, row)]
        return ("the revisit leads to other bytes than the capture", other) if other else ("", ())
    other = [row for row in rows if row["digest"] and record.digest not in (None, row["digest"])]
    return ("the record holds other bytes", other) if other else ("", ())


def _leads_right(revisit: FoundRecord, row: Row) -> bool:
    return row["refers_to"] is not None and revisit.held in (None, (row["held_file"], row["held_offset"]))


def _at(kind: Kind, file: str, there: Damage | FoundRecord, rows: Sequence[Row], what: str) -> Finding:
    return Finding(
        kind=kind,
        file=file,
        offset=there.offset,
        length=there.length,
        captures=_number(rows),
        message=f"{_where(file, there.offset)}: {what}",
    )


def _captures(rows: Sequence[Row]) -> str:
    """Return which captures these are: the first and how many more."""
    number = _number(rows) - 1
    return f"capture {rows[0]['id']} of {rows[0]['final_url']}" + (f" and {number:,} more" if number else "")


def _number(rows: Sequence[Row]) -> int:
    return len(rows) + sum(int(row["referring"]) for row in rows)


def _where(file: str, offset: int) -> str:
    return f"{file} at byte {offset}"


def _bytes(number: int) -> str:
    return "1 byte" if number == 1 else f"{number:,} bytes"
