"""Taking records out of WARC files so that all others stay where they are."""

import errno
import os
import shutil
import struct
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from typing import IO
from uuid import uuid4

from archiver.errors import ArchiveError
from db.disk import CURE, disk_full, free_bytes, is_full, sync
from db.raw_pages.warc_records import target_uri
from db.raw_pages.warc_walk import GZIP_START, Damage, FoundRecord, walk
from db.values import time_text

# Ends the name of a file that is written anew; one that a killed process left is written over.
UNFINISHED = ".unfinished"
# What a stored deflate block holds at most, and what its head takes (RFC 1951, 3.2.4).
BLOCK, BLOCK_HEAD = 65535, 5
GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
GZIP_END = 8
# What permission does not cure.
UNREADABLE = (errno.EIO, errno.EISDIR)
# Bytes of damaged data that are looked through for an address.
PEEKED = 2**24
ROWS = "SELECT warc_offset, warc_length FROM captures WHERE warc_file = ? ORDER BY warc_offset"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Bytes of a file."""

    offset: int
    length: int

    @property
    def end(self) -> int:
        """Where the next ones begin."""
        return self.offset + self.length


def remove_records(
    archive: Connection,
    directory: Path,
    places: dict[str, set[Place]],
    addresses: Collection[str],
    told: Callable[[int, int], None],
) -> int:
    """Take the records at places, and all others of these addresses that no capture has, out of the WARC files.

    A file is written anew beside itself and then takes its place; in it stands a metadata record of the same
    length for each that went, so that every other record stays where it was. Returns how many went. Raises
    DiskFullError, ArchiveError. No one else may write meanwhile; a second run after a killed one does the rest.
    """
    removed, path = 0, directory
    files = sorted(directory.glob("*.warc.gz"))
    for left in directory.glob(f"*{UNFINISHED}"):
        left.unlink()
    names = {target_uri(url) for url in addresses}
    try:
        for number, path in enumerate(files, 1):
            known = places.get(path.name, set())
            found = known | set(_unknown(archive, path, names)) | set(_requests(path, known))
            if found:
                _write_without(path, sorted(found))
                removed += len(found)
            told(number, len(files))
        for path in sorted(directory.glob("*.warc.gz.torn-*")):
            if _names_any(path.read_bytes()[:PEEKED], names):
                path.unlink()
                removed += 1
        if directory.is_dir():
            sync(directory)
    except OSError as error:
        if is_full(error):
            raise disk_full(directory) from error
        cure = "restore the file from a copy" if error.errno in UNREADABLE else "get permission"
        what = f"{error.filename or path} cannot be read and written anew: {error.strerror}"
        raise ArchiveError(f"{what}; {cure} and run it again") from error
    return removed


def removed_record(length: int, now: datetime) -> bytes:
    """Return a gzip file of exactly so many bytes that holds a record which says that another was removed."""
    about = b"Content-Type: application/warc-fields\r\n"
    for fields in (about, b""):
        blocks = max(-(-(length - len(GZIP_HEAD) - GZIP_END) // (BLOCK + BLOCK_HEAD)), 1)
        size = length - len(GZIP_HEAD) - GZIP_END - BLOCK_HEAD * blocks
        if (record := _record(size, fields, now)) is not None:
            return _stored(record, blocks)
    return bytes(length)  # shorter than any record: damaged bytes, which no capture needs


def _record(size: int, fields: bytes, now: datetime) -> bytes | None:
    """Return a metadata record of so many bytes, or None if there is none so short."""
    note = b"note: removed" if fields else b""
    head = (
        b"WARC/1.1\r\nWARC-Type: metadata\r\n"
        b"WARC-Record-ID: <%b>\r\nWARC-Date: %b\r\n%bContent-Length: "
        % (uuid4().urn.encode(), time_text(now).encode(), fields)
    )
    for digits in range(1, 12):
        body = size - len(head) - digits - len(b"\r\n\r\n\r\n\r\n")
        if body >= len(note) and len(str(body)) <= digits:
            padded = note + b" " * (body - len(note))
            return b"%b%b\r\n\r\n%b\r\n\r\n" % (head, str(body).zfill(digits).encode(), padded)
    return None


def _stored(data: bytes, blocks: int) -> bytes:
    """Return data as a gzip file of so many blocks that are not compressed."""
    parts = [GZIP_HEAD]
    for number in range(blocks):
        piece = data[number * BLOCK : (number + 1) * BLOCK]
        is_last = number == blocks - 1
        parts += [struct.pack("<BHH", is_last, len(piece), len(piece) ^ 0xFFFF), piece]
    parts.append(struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF))
    return b"".join(parts)


def _unknown(archive: Connection, path: Path, names: Collection[str]) -> Iterator[Place]:
    """Yield the records and damaged bytes of these addresses between those that captures have."""
    with path.open("rb", buffering=2**16) as file:
        end = path.stat().st_size
        for gap in _gaps(archive.execute(ROWS, (path.name,)), end):
            for stretch in walk(file, gap.end, gap.offset):
                if _is_of(file, stretch, names):
                    yield Place(stretch.offset, stretch.length)


def _requests(path: Path, places: Collection[Place]) -> Iterator[Place]:
    """Yield the records that hold what was asked for the responses at places; they stand right behind them."""
    with path.open("rb") as file:
        end = path.stat().st_size
        for place in places:
            answer, request = (
                [*walk(file, min(end, place.end), place.offset)][:1],
                next(walk(file, end, place.end), None),
            )
            if not answer or not isinstance(answer[0], FoundRecord) or not isinstance(request, FoundRecord):
                continue
            if request.kind == "request" and request.concurrent_to == answer[0].id:
                yield Place(request.offset, request.length)


def _gaps(rows: Iterator[Sequence[int]], end: int) -> Iterator[Place]:
    at = 0
    for offset, length in rows:
        if offset > at:
            yield Place(at, min(offset, end) - at)
        at = max(at, offset + length)
    if at < end:
        yield Place(at, end - at)


def _is_of(file: IO[bytes], stretch: FoundRecord | Damage, names: Collection[str]) -> bool:
    file.seek(stretch.offset)
    if isinstance(stretch, FoundRecord) and not stretch.fault:
        # What a browser asks for on its way from a page names that page.
        return stretch.url in names or (
            stretch.kind == "request" and _is_referred(file.read(stretch.length), names)
        )
    return _names_any(file.read(min(stretch.length, PEEKED)), names)


def _is_referred(packed: bytes, names: Collection[str]) -> bool:
    request = zlib.decompress(packed, zlib.MAX_WBITS | 16)
    return b"\r\nReferer: " in request and any(
        f"\r\nReferer: {name}\r\n".encode() in request for name in names
    )


def _names_any(packed: bytes, names: Collection[str]) -> bool:
    """Whether damaged bytes hold the beginning of a record of one of these addresses, as far as it unpacks."""
    wanted = [f"WARC-Target-URI: {name}\r\n".encode() for name in names]
    at = packed.find(GZIP_START)
    while at >= 0:
        unpacker, head = zlib.decompressobj(zlib.MAX_WBITS | 16), bytearray()
        try:
            for start in range(
                at, min(at + 2**16, len(packed)), 64
            ):  # a step: what fails spoils the whole step
                head += unpacker.decompress(packed[start : start + 64])
        except zlib.error:
            pass
        if any(name in head for name in wanted):
            return True
        at = packed.find(GZIP_START, at + 1)
    return False


def _write_without(path: Path, places: Sequence[Place]) -> None:
    """Write a WARC file anew with other records at these places, and put it in its own place."""
    path = path.resolve()  # a link to it goes on leading to it: what it led to must not stay elsewhere
    size, now = path.stat().st_size, datetime.now().astimezone()
    if free_bytes(path) < size:
        raise ArchiveError(
            f"{path} cannot be written anew: that takes {size:,} bytes for a while, and "
            f"{free_bytes(path):,} are free: {CURE}"
        )
    unfinished = path.with_name(path.name + UNFINISHED)
    with path.open("rb") as old, unfinished.open("wb") as new:
        for place in places:
            if place.offset < old.tell():  # a row that lies about its record
                continue
            _copy(old, new, place.offset - old.tell())
            length = min(place.length, size - place.offset)
            new.write(removed_record(length, now))
            old.seek(place.offset + length)
        shutil.copyfileobj(old, new, 2**20)
        new.flush()
        os.fsync(new.fileno())
    shutil.copymode(path, unfinished)
    unfinished.replace(path)


def _copy(old: IO[bytes], new: IO[bytes], length: int) -> None:
    while length > 0:
        piece = old.read(min(length, 2**20))
        if not piece:
            return
        new.write(piece)
        length -= len(piece)
