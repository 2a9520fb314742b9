"""Joining captures, with the records of their bytes: each is checked, and appended to our own WARC files."""

import gzip
import re
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Row

from archiver.errors import ArchiveError
from db.forgetting.forget import REMOVED
from db.merging.joining import Join
from db.raw_pages.sameness import last_until
from db.raw_pages.warc import WarcWriter, held_record, lost_file
from db.raw_pages.warc_findings import RESTORE, RESTORE_BOTH
from db.raw_pages.warc_places import FILE_NAME, WarcPlace
from db.raw_pages.warc_records import HELD_FILE, HELD_OFFSET, LEVEL, HeldRecord
from db.raw_pages.warc_walk import FoundRecord, walk

# The same fetch; of several within a second the first that is not taken. An import gives a 304 the bytes and the status
# of what it stands for.
SAME = """
SELECT captures.* FROM captures LEFT JOIN captures AS held ON held.id = captures.refers_to
WHERE captures.page_id = :page AND ifnull(captures.unchanged_since, captures.fetched) = :since
    AND captures.rendered = :rendered AND captures.final_url = :final_url
    AND (captures.digest IS :digest AND captures.status IS :status
        OR captures.status = 304 AND held.digest = :digest OR :status = 304 AND captures.digest = :held)
    AND NOT EXISTS (SELECT 1 FROM temp.joined_captures WHERE our = captures.id)
ORDER BY captures.status IS :status DESC, captures.id LIMIT 1
"""
HELD_DIGEST = "SELECT digest FROM captures WHERE id = ?"
FILL = "UPDATE captures SET warc_file = ?, warc_offset = ?, warc_length = ?, refers_to = ? WHERE id = ?"
HELD_LINE = re.compile(
    rb"^(WARC-Refers-To(?:-Target-URI|-Date|-Filename|-File-Offset)?): .*?(\r\n)",
    re.MULTILINE | re.IGNORECASE,
)
KINDS = ("response", "revisit", "conversion")
NO_BYTES = (None, None, None, None)
Placed = tuple[str | None, int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class _Record:
    """A whole record of theirs, and the request that belongs to it."""

    kind: str
    packed: bytes
    request: bytes


def join_captures(join: Join) -> None:
    """Join captures by page, time and bytes; what is added points to records of ours."""
    number = int(join.ours.execute("SELECT ifnull(max(id), 0) FROM crawls").fetchone()[0])
    with WarcWriter(join.our_warc, number) as writer:
        for batch in join.batches("captures"):
            for row in batch:
                if (page := join.our("pages", row["page_id"])) is not None:
                    _join(join, writer, row, page)
            writer.sync()  # before the rows that point there
    join.added.lost += join.lost.lines()


def _join(join: Join, writer: WarcWriter, row: Row, page: int) -> None:
    held = join.theirs.execute(HELD_DIGEST, (row["refers_to"],)).fetchone()
    values = {name: row[name] for name in ("rendered", "digest", "status", "final_url")}
    known = join.ours.execute(
        SAME,
        {
            **values,
            "since": row["unchanged_since"] or row["fetched"],
            "page": page,
            "held": held and held["digest"],
        },
    ).fetchone()
    if known is None:
        file, offset, length, holder = _placed(join, writer, row)
        join.added.captures += 1
        capture = join.insert(
            "captures",
            row,
            page_id=page,
            crawl_id=join.our("crawls", row["crawl_id"]),
            warc_file=file,
            warc_offset=offset,
            warc_length=length,
            refers_to=holder,
        )
    else:
        capture = int(known["id"])
        if row["fetches"] > 1:
            last_until(join.ours, capture, join.our("crawls", row["crawl_id"]), dict(row))
        lacks_bytes = known["warc_file"] is None and known["refers_to"] is None and known["detail"] != REMOVED
        if lacks_bytes and (placed := _placed(join, writer, row)) != NO_BYTES:
            join.ours.execute(FILL, (*placed, capture))
    join.map("captures", row["id"], capture)
    if row["warc_file"] is not None:
        join.ours.execute(
            "INSERT OR IGNORE INTO temp.joined_places VALUES (?, ?, ?)",
            (row["warc_file"], row["warc_offset"], capture),
        )


def _placed(join: Join, writer: WarcWriter, row: Row) -> Placed:
    """Copy the record of their capture; return where ours stands, and the capture whose record holds its bytes."""
    if not join.with_warc:
        return NO_BYTES
    holder = join.our("captures", row["refers_to"])
    if row["refers_to"] is not None and (holder is None or _place(join, holder) is None):
        return NO_BYTES
    if row["warc_file"] is None:  # a rendering like an earlier one
        return None, None, None, holder
    shared = join.ours.execute(
        "SELECT our FROM temp.joined_places WHERE file = ? AND position = ?",
        (row["warc_file"], row["warc_offset"]),
    ).fetchone()
    if shared is not None and (place := _place(join, shared[0])) is not None:
        return place.file, place.offset, place.length, holder
    try:
        record = _record(join.their_warc, row)
        if record.kind == "revisit" and holder is not None:
            record = _leading_to(record, _held(join, holder))
    except ArchiveError as error:
        join.lost.add(f"{row['final_url']} of {row['fetched']}", error)
        return NO_BYTES
    place = writer.append_packed(record.packed, record.request)
    join.added.bytes += place.length + len(record.request)
    return place.file, place.offset, place.length, holder


def _place(join: Join, capture: int) -> WarcPlace | None:
    row = join.ours.execute(
        "SELECT warc_file, warc_offset, warc_length FROM captures WHERE id = ? AND warc_file IS NOT NULL",
        (capture,),
    ).fetchone()
    return None if row is None else WarcPlace(file=row[0], offset=row[1], length=row[2])


def _held(join: Join, holder: int) -> HeldRecord:
    place = _place(join, holder)
    if place is None:
        raise ArchiveError("the record that holds its bytes is missing")
    return held_record(join.our_warc, place)


def _record(directory: Path, row: Row) -> _Record:
    """Return the record of a capture, read whole. Raises ArchiveError if it is missing, damaged or of other bytes."""
    path, offset, length = directory / row["warc_file"], row["warc_offset"], row["warc_length"]
    where = f"{path} at byte {offset}"
    if not FILE_NAME.fullmatch(row["warc_file"]):
        raise ArchiveError(f"{where}: that is no name of a WARC file")
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            answer = next(walk(file, min(size, offset + length), offset), None)
            is_whole = isinstance(answer, FoundRecord) and not answer.fault and answer.length == length
            if not isinstance(answer, FoundRecord) or not is_whole or answer.kind not in KINDS:
                raise ArchiveError(f"{where} is damaged; {RESTORE}")
            if answer.kind != "revisit" and row["digest"] and answer.digest not in (None, row["digest"]):
                raise ArchiveError(f"{where} holds other bytes; {RESTORE_BOTH}")
            behind = next(walk(file, size, offset + length), None) if size > offset + length else None
            file.seek(offset)
            packed, request = file.read(length), b""
            if (
                isinstance(behind, FoundRecord)
                and behind.kind == "request"
                and behind.concurrent_to == answer.id
            ):
                request = file.read(behind.length)
            return _Record(answer.kind, packed, request)
    except OSError as error:
        raise lost_file(path, error) from error


def _leading_to(record: _Record, held: HeldRecord) -> _Record:
    """Return a revisit that leads to the record held; its block, and so its digest, stays as it is."""
    named = {
        b"warc-refers-to": held.id,
        b"warc-refers-to-target-uri": held.url,
        b"warc-refers-to-date": held.date,
        HELD_FILE.lower().encode(): held.file,
        HELD_OFFSET.lower().encode(): str(held.offset),
    }
    head, end, rest = gzip.decompress(record.packed).partition(b"\r\n\r\n")
    head = HELD_LINE.sub(
        lambda found: b"%b: %b%b" % (found[1], named[found[1].lower()].encode(), found[2]), head + b"\r\n"
    )
    return _Record(
        record.kind, gzip.compress(head.removesuffix(b"\r\n") + end + rest, LEVEL, mtime=0), record.request
    )
