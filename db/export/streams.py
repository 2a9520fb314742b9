"""Files that are written from their beginning to their end and know their size and digest."""

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, cast

# Bytes that are written at a time.
BUFFER = 2**20
# How hard to pack, 1 to 9: gzip's own.
GZIP_LEVEL = 6


class HashedFile(io.FileIO):
    """An empty or new file; size and digest are those of all that was written."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "wb")
        self.size = 0
        self.digest = sha256()

    def write(self, block: Any) -> int:
        """Write block, all of it."""
        rest = memoryview(block).cast("B")
        size = len(rest)
        self.digest.update(rest)
        self.size += size
        while rest:
            rest = rest[super().write(rest) :]
        return size


@contextmanager
def buffered(file: HashedFile) -> Iterator[IO[bytes]]:
    """Hand out a stream that writes to file in large blocks."""
    with io.BufferedWriter(file, BUFFER) as stream:
        yield cast("IO[bytes]", stream)


@contextmanager
def packed(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """Hand out a stream that writes to another one through gzip; without name and time, so that bytes repeat."""
    with gzip.GzipFile(filename="", mode="wb", fileobj=stream, compresslevel=GZIP_LEVEL, mtime=0) as file:
        yield cast("IO[bytes]", file)
