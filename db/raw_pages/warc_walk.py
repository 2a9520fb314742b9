"""A WARC file from its first byte to its last: each whole record, and each stretch that holds none."""

import base64
import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, TypeAlias

from db.raw_pages.warc_records import HELD_FILE, HELD_OFFSET, TRANSPORT_HEADERS

# Bytes unpacked at a time: they become a thousand times as many at most, whatever a file does to its reader.
CHUNK = 2**14
# Bytes that a search for the next record looks through at a time.
SEARCHED = 2**20
# Bytes of the headers of a record, or of the response in it.
LONGEST_HEAD = 2**20
# How every gzip file begins that Python, zlib or another program writes; flags follow.
GZIP_START = b"\x1f\x8b\x08"
RESERVED_FLAGS = 0xE0
# Bytes of a gzip file that unpack to the first of a record.
FIRST_BYTES = 512
WARC_START = b"WARC/"
HEAD_END = b"\r\n\r\n"
RECORD_END = b"\r\n\r\n"
NUMBER = re.compile(r"\d{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRecord:
    """A whole gzip file that holds, or should hold, one record."""

    offset: int
    length: int
    fault: str = ""
    """What is wrong inside; "" if nothing is."""
    kind: str = ""
    """response, request, revisit, warcinfo, ..."""
    id: str = ""
    url: str = ""
    concurrent_to: str = ""
    held: tuple[str, int] | None = None
    """File and offset of the record whose bytes a revisit stands for, if it says so."""
    digest: str | None = None
    """Of the body, as db.digests.bytes_digest gives it; None if it is packed or there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """Bytes that are no whole record."""

    offset: int
    length: int
    is_tail: bool
    """Nothing whole follows."""


Stretch: TypeAlias = FoundRecord | Damage


def walk(file: IO[bytes], end: int, start: int = 0) -> Iterator[Stretch]:
    """Yield what a WARC file holds from byte start, where a record begins, to byte end, in order and without a gap."""
    offset, damaged = start, None
    while offset < end:
        record = _record_at(file, offset, end)
        if record is None:
            damaged = offset if damaged is None else damaged
            offset = _next_start(file, offset + 1, end)
            continue
        if damaged is not None:
            yield Damage(offset=damaged, length=offset - damaged, is_tail=False)
            damaged = None
        yield record
        offset += record.length
    if damaged is not None:
        yield Damage(offset=damaged, length=end - damaged, is_tail=True)


def _record_at(file: IO[bytes], offset: int, end: int) -> FoundRecord | None:
    """Return the record that begins at offset, None if there is no whole gzip file."""
    file.seek(offset)
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    reader = _RecordReader()
    read = 0
    while not unpacker.eof:
        chunk = file.read(min(CHUNK, end - offset - read))
        if not chunk:
            return None
        read += len(chunk)
        try:
            reader.feed(unpacker.decompress(chunk))
        except zlib.error:
            return None
    return reader.record(offset, read - len(unpacker.unused_data))


def _next_start(file: IO[bytes], offset: int, end: int) -> int:
    """Return where the next record seems to begin, from offset on; end if none does."""
    while offset < end:
        file.seek(offset)
        searched = file.read(min(SEARCHED, end - offset))
        at = searched.find(GZIP_START)
        while at >= 0:
            if _begins_record(file, offset + at):
                return offset + at
            at = searched.find(GZIP_START, at + 1)
        if len(searched) < SEARCHED:
            break
        offset += len(searched) - len(GZIP_START) + 1  # one may stand across
    return end


def _begins_record(file: IO[bytes], offset: int) -> bool:
    file.seek(offset)
    start = file.read(FIRST_BYTES)
    if len(start) <= len(GZIP_START) or start[len(GZIP_START)] & RESERVED_FLAGS:
        return False
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(start, len(WARC_START)) == WARC_START
    except zlib.error:
        return False


@dataclass(slots=True)
class _RecordReader:
    """Takes a record bit by bit and keeps nothing of its body but digests."""

    _head: bytes = b""
    """What came so far of the headers of the record, then of those of the response."""
    _headers: dict[str, str] | None = None
    """None until they are complete."""
    _left: int = 0
    """Bytes of the block still to come."""
    _end: bytes = b""
    """What came behind the block."""
    _http: dict[str, str] | None = None
    _is_http: bool = False
    _block: Any = None
    _body: Any = field(default_factory=hashlib.sha256)
    _fault: str = ""

    def feed(self, data: bytes) -> None:
        if self._headers is None:
            data = self._read_head(data)
        if self._headers is None or self._fault:
            return
        block, behind = data[: self._left], data[self._left :]
        self._left -= len(block)
        self._end += behind[: len(RECORD_END) + 1 - len(self._end)]
        if self._block is not None:
            self._block.update(block)
        self._read_block(block)

    def record(self, offset: int, length: int) -> FoundRecord:
        """Return what was read."""
        headers = self._headers or {}
        return FoundRecord(
            offset=offset,
            length=length,
            fault=self._fault or self._fault_at_end(),
            kind=headers.get("warc-type", ""),
            id=headers.get("warc-record-id", ""),
            url=headers.get("warc-target-uri", ""),
            concurrent_to=headers.get("warc-concurrent-to", ""),
            held=_held(headers),
            digest=None if self._is_packed() else f"sha256:{self._body.hexdigest()}",
        )

    def _read_head(self, data: bytes) -> bytes:
        """Take what belongs to the record's headers; return what stands behind them."""
        self._head += data
        head, found, rest = self._head.partition(HEAD_END)
        if not self._head.startswith(WARC_START[: len(self._head)]) or len(head) > LONGEST_HEAD:
            self._fault, self._headers = "it is no WARC record", {}
            return b""
        if not found:
            return b""
        self._headers, self._head = _named(head), b""
        if not NUMBER.fullmatch(self._headers.get("content-length", "")):
            self._fault = "it does not say how long it is"
            return b""
        self._left = int(self._headers["content-length"])
        self._is_http = self._headers.get("content-type", "").lower().startswith("application/http")
        self._block = _digester(self._headers.get("warc-block-digest", ""))
        return rest

    def _read_block(self, block: bytes) -> None:
        if not self._is_http or self._http is not None:
            self._body.update(block)
            return
        self._head += block
        head, found, body = self._head.partition(HEAD_END)
        if found or len(head) > LONGEST_HEAD:
            self._http, self._head = _named(head), b""
            self._body.update(body)

    def _fault_at_end(self) -> str:
        if self._headers is None:
            return "it is no WARC record"
        if self._left or self._end != RECORD_END:
            return "it is not as long as it says"
        if self._block is not None and not _is_digest(self._block, self._headers["warc-block-digest"]):
            return "its digest is of other bytes"
        return ""

    def _is_packed(self) -> bool:
        """Whether the body stands there as it was sent, so that its digest is not that of what was in it."""
        packed = TRANSPORT_HEADERS - {"content-length"}
        return self._http is not None and not packed.isdisjoint(self._http)


def _named(head: bytes) -> dict[str, str]:
    """Return header lines by their names in lower case; of those with one name the first."""
    found: dict[str, str] = {}
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.decode("utf-8", "replace").partition(":")
        found.setdefault(name.strip().lower(), value.strip())
    return found


def _held(headers: dict[str, str]) -> tuple[str, int] | None:
    file, offset = headers.get(HELD_FILE.lower(), ""), headers.get(HELD_OFFSET.lower(), "")
    return (file, int(offset)) if file and NUMBER.fullmatch(offset) else None


def _digester(labelled: str) -> Any:
    """Return what computes a digest such as this; None if nothing here does."""
    algorithm = labelled.partition(":")[0].lower().replace("-", "")
    return hashlib.new(algorithm) if algorithm in ("md5", "sha1", "sha256", "sha512") else None


def _is_digest(digester: Any, labelled: str) -> bool:
    """Whether a digest is the one that was computed; WARC files have it in base 32 or 16."""
    value = labelled.partition(":")[2].strip().rstrip("=").lower()
    digest: bytes = digester.digest()
    return value in (digest.hex(), base64.b32encode(digest).decode("ascii").rstrip("=").lower())
