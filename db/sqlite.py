"""Which SQLite library the archive uses: Python's own, or that of the extra news-archiver[sqlite].

One process must not use two of them on one file: each would drop the locks of the other.
"""

import importlib
import sqlite3 as own
from typing import TYPE_CHECKING, Any

__all__ = ["IS_OWN", "SQLITE_HEADER", "may_damage", "sqlite3"]

# How every database begins (https://sqlite.org/fileformat2.html#magic_header_string).
SQLITE_HEADER = b"SQLite format 3\0"

# Between these versions, two connections that checkpoint and commit at the same time may damage a file in WAL
# mode (https://sqlite.org/wal.html#walresetbug); these older series got the repair, too.
FIRST_FAULTY, FIRST_REPAIRED = (3, 7, 0), (3, 51, 3)
REPAIRED_SERIES = {(3, 44): 6, (3, 50): 7}


def _installed() -> Any:
    """Return the module of the SQLite library to use; sqlite-utils, which migrates the archive, chooses alike."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return own


if TYPE_CHECKING:
    import sqlite3
else:
    sqlite3 = _installed()

IS_OWN = sqlite3 is own


def may_damage(version: tuple[int, int, int]) -> bool:
    """Whether SQLite of this version has the fault of WAL files."""
    if not FIRST_FAULTY <= version < FIRST_REPAIRED:
        return False
    repaired = REPAIRED_SERIES.get(version[:2])
    return repaired is None or version[2] < repaired
