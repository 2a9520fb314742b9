"""Crawls news sites and archives every page's article and related headlines."""

from os import PathLike
from typing import TYPE_CHECKING

from archiver.errors import ArchiverError

if TYPE_CHECKING:
    from archiver.archive import Archive

__all__ = ["ArchiverError", "open"]
__version__ = "0.1.0"  # pyproject.toml reads it here


def open(path: "str | PathLike[str]") -> "Archive":  # noqa: A001 - read as archiver.open
    """Open the archive at path for reading; see archiver.archive.Archive.

    Raises ArchiveError if there is none at path, or none that this version can read.
    """
    from archiver.archive import Archive  # noqa: PLC0415 - whoever imports archiver need not wait for it

    return Archive(path)
