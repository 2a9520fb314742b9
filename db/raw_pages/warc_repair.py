"""Cutting off what a killed crawl left at the end of a WARC file."""

import os
import shutil
from pathlib import Path

from archiver.errors import ArchiveError
from db.disk import sync


def cut_off(path: Path, offset: int) -> Path:
    """Cut a WARC file off at offset; return the file beside it that holds the rest, written before.

    Raises ArchiveError if the disk does not take it; the WARC file is then as it was.
    """
    try:
        with path.open("r+b") as file:
            file.seek(offset)
            kept = _kept(path, offset)
            with kept.open("xb") as copy:
                shutil.copyfileobj(file, copy)
                copy.flush()
                os.fsync(copy.fileno())
            sync(path.parent)
            file.truncate(offset)
            os.fsync(file.fileno())
    except OSError as error:
        raise ArchiveError(
            f"{path} cannot be repaired: {error.strerror}; free space or get permission, and run it again"
        ) from error
    return kept


def _kept(path: Path, offset: int) -> Path:
    """Return a name for the bytes cut off that no file has: an earlier try may have been killed."""
    number = 1
    while True:
        kept = path.with_name(f"{path.name}.torn-{offset}" + (f"-{number}" if number > 1 else ""))
        if not kept.exists():
            return kept
        number += 1
