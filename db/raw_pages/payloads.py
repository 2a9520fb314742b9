"""The body of a response as others kept it in a WARC record: out of its chunks, and unpacked."""

import zlib
from io import BytesIO

from warcio.bufferedreaders import ChunkedDataException, ChunkedDataReader  # type: ignore[import-untyped]

# Bytes unpacked at a time.
CHUNK = 2**18
GZIP = b"\x1f\x8b"


class PayloadError(Exception):
    """A body is not whole; the message says why, as what the record's body is."""


def payload(raw: bytes, headers: tuple[tuple[str, str], ...], largest: int) -> bytes:
    """Return the body that a record's bytes stand for.

    Archives often keep the headers of a body that they unpacked: what its bytes do not bear out, a header
    claims in vain. Raises PayloadError if it is cut off, damaged or larger than largest bytes.
    """
    named = {name.lower(): value.lower() for name, value in headers}
    if "chunked" in named.get("transfer-encoding", ""):
        raw = _joined(raw, largest)
    for coding in reversed(named.get("content-encoding", "").split(",")):
        raw = _unpacked(raw, coding.strip(), largest)
    return raw


def _joined(raw: bytes, largest: int) -> bytes:
    """Return a body out of its chunks, or as it is if it does not come in any."""
    head = raw[:18].partition(b"\r\n")
    try:
        int(head[0].partition(b";")[0], 16)
    except ValueError:
        return raw
    if not head[1]:
        return raw
    try:
        body: bytes = ChunkedDataReader(BytesIO(raw), raise_exceptions=True).read(largest + 1)
    except ChunkedDataException as error:
        raise PayloadError("its chunks are cut off or damaged") from error
    return body


def _unpacked(raw: bytes, coding: str, largest: int) -> bytes:
    if coding in ("gzip", "x-gzip"):
        return _inflated(raw, zlib.MAX_WBITS | 16, largest) if raw.startswith(GZIP) else raw
    if coding == "deflate" and not raw.lstrip().startswith(b"<"):
        # It comes with zlib's head, and from some servers without.
        has_head = len(raw) > 1 and raw[0] & 0x0F == 8 and (raw[0] * 256 + raw[1]) % 31 == 0
        return _inflated(raw, zlib.MAX_WBITS if has_head else -zlib.MAX_WBITS, largest)
    if coding == "br" and not raw.lstrip().startswith(b"<"):
        return _unbrotlied(raw, largest)
    return raw


def _inflated(raw: bytes, window: int, largest: int) -> bytes:
    unpacker, parts, size = zlib.decompressobj(window), list[bytes](), 0
    try:
        while raw and not unpacker.eof:
            parts.append(unpacker.decompress(raw, CHUNK))
            raw = unpacker.unconsumed_tail
            size += len(parts[-1])
            if size > largest:
                raise PayloadError("it unpacks to more than a page may have")
    except zlib.error as error:
        raise PayloadError("its packed data is damaged") from error
    if not unpacker.eof:
        raise PayloadError("its packed data is cut off")
    return b"".join(parts)


def _unbrotlied(raw: bytes, largest: int) -> bytes:
    """Return a body packed by Brotli, which Scrapy reads too where its package is installed."""
    try:
        import brotli  # type: ignore[import-untyped]  # noqa: PLC0415 - not everybody has it
    except ImportError as error:
        raise PayloadError("it is packed by Brotli: `pip install brotli` to read it") from error
    if not hasattr(brotli.Decompressor, "can_accept_more_data"):  # an older one, or brotlipy's in its place
        raise PayloadError("it is packed by Brotli: `pip install --force-reinstall brotli` to read it")
    unpacker, parts, size = brotli.Decompressor(), list[bytes](), 0
    try:
        while not unpacker.is_finished() and (raw or not unpacker.can_accept_more_data()):
            parts.append(unpacker.process(raw, output_buffer_limit=CHUNK))
            raw = b""
            size += len(parts[-1])
            if size > largest:
                raise PayloadError("it unpacks to more than a page may have")
    except brotli.error as error:
        raise PayloadError("its packed data is damaged") from error
    if not unpacker.is_finished():
        raise PayloadError("its packed data is cut off")
    return b"".join(parts)
