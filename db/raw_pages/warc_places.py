"""Where the WARC files of an archive lie, and where in them a record stands; what reads or writes one is warc.py."""

import re
from dataclasses import dataclass
from pathlib import Path

FILE_NAME = re.compile(r"[\w-][\w.-]*\.warc\.gz")
OFFSET = re.compile(r"\d{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcPlace:
    """Where one record stands."""

    file: str
    """Name of the file in the archive's WARC directory."""
    offset: int
    """Bytes from the start of the file."""
    length: int
    """Bytes of the record as it stands there, compressed: a gzip file of its own."""


def warc_directory(archive: Path) -> Path:
    """Return the directory of the WARC files of an archive: archive.warc for archive.db.

    It lies beside the file itself, whatever links lead to that.
    """
    archive = real_archive(archive)
    return archive.with_name(f"{archive.stem}.warc")


def real_archive(archive: Path) -> Path:
    """Return where the file of an archive lies, and so all that belongs to it, if archive is a link."""
    return archive.resolve() if archive.is_symlink() else archive
