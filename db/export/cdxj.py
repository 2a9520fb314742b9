"""The index of a WACZ file: a line of CDXJ for each record, sorted, in packed blocks that another index finds."""

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol
from urllib.parse import urlsplit

from db.export.streams import GZIP_LEVEL

# Lines of one block: what other programs pack together; a reader unpacks one block to find an address.
BLOCK_LINES = 300
WWW = re.compile(r"^www\d*\.")
DEFAULT_PORTS = {"http": 80, "https": 443}
INDEX = "index.cdx.gz"
HEAD = '!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n'


class Writable(Protocol):
    """What bytes can be written to."""

    def write(self, block: bytes, /) -> object:
        """Write block."""


def sort_key(url: str) -> str:
    """Return url as indexes of web archives sort it: the host from its end, without "www.", all in lower case.

    Parameters come in the order of their names (https://pypi.org/project/surt/).
    """
    try:
        parts = urlsplit(url.lower())
        host, port = WWW.sub("", parts.hostname or ""), parts.port
    except ValueError:  # a broken host or port
        return url
    path = parts.path.rstrip("/") or "/"
    query = "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    shown_port = f":{port}" if port and port != DEFAULT_PORTS.get(parts.scheme) else ""
    return f"{','.join(reversed(host.split('.')))}{shown_port}){path}{'?' if query else ''}{query}"


def line(url: str, timestamp: str, fields: dict[str, str]) -> str:
    """Return the line of one record; timestamp is YYYYMMDDhhmmss."""
    return f"{sort_key(url)} {timestamp} {json.dumps({'url': url} | fields, ensure_ascii=False)}\n"


def write_blocks(lines: Iterable[str], stream: Writable) -> Iterator[str]:
    """Write sorted lines to stream, packed in blocks; yield the lines of the index of the blocks."""
    yield HEAD
    offset, rest = 0, iter(lines)
    while block := list(islice(rest, BLOCK_LINES)):
        packed = gzip.compress("".join(block).encode(), GZIP_LEVEL, mtime=0)
        stream.write(packed)
        place = {"offset": offset, "length": len(packed), "filename": INDEX}
        yield f"{' '.join(block[0].split(' ', 2)[:2])} {json.dumps(place)}\n"
        offset += len(packed)
