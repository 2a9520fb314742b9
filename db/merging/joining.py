"""What all parts of a merge share: the two archives, which row is which, and what was added."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from sqlite3 import Connection, Row
from typing import TypeVar

from archiver.items import StoryAddress
from db.connection import archive_errors, transaction
from db.ids import LASTING, next_id
from db.merging.lost_pages import LostPages

T = TypeVar("T")
# Rows that are written in one transaction: what a killed merge loses, and what a reader waits for.
BATCH = 500
MAPPED = ("sources", "crawls", "pages", "captures", "authors", "articles", "forgettings")

Addresses = Callable[[str], Iterable[StoryAddress]]
"""Returns the forms of an article's address by which its variants are known."""

Told = Callable[[str, int, int], None]
"""Is told what is being joined, how many rows are done and how many there are."""


@dataclass(slots=True, kw_only=True)
class Added:
    """What a merge added, and what it did not."""

    sources: int = 0
    crawls: int = 0
    pages: int = 0
    captures: int = 0
    bytes: int = 0
    """Of WARC records."""
    articles: int = 0
    versions: int = 0
    """Of articles that were there before."""
    links: int = 0
    sightings: int = 0
    left_out: int = 0
    """Pages that were forgotten here."""
    lost: list[str] = field(default_factory=list)
    """Captures whose bytes the other archive does not hold whole, a line each; those of one lost file in one."""
    forgotten_there: list[str] = field(default_factory=list)
    """Addresses that are here, and were forgotten in the other archive."""


@dataclass(slots=True, kw_only=True)
class Join:
    """One merge under way."""

    ours: Connection
    theirs: Connection
    our_warc: Path
    their_warc: Path
    told: Told
    addresses: Addresses
    with_warc: bool = True
    added: Added = field(default_factory=Added)
    lost: LostPages = field(default_factory=LostPages)

    def begin(self) -> None:
        """Make room for which row is which, and see the other archive as it is now until the end."""
        self.theirs.execute("BEGIN")
        for table in MAPPED:
            self.ours.execute(f"DROP TABLE IF EXISTS temp.joined_{table}")
            self.ours.execute(
                f"CREATE TEMP TABLE joined_{table} (their INTEGER PRIMARY KEY, our INTEGER NOT NULL)"
            )
        self.ours.execute("CREATE INDEX temp.joined_captures_our ON joined_captures(our)")
        self.ours.execute("DROP TABLE IF EXISTS temp.joined_places")
        self.ours.execute(
            "CREATE TEMP TABLE joined_places (file TEXT, position INTEGER, our INTEGER, PRIMARY KEY (file, position))"
        )

    def map(self, table: str, their: int, our: int) -> None:
        """Note that two rows are one."""
        self.ours.execute(f"INSERT OR REPLACE INTO temp.joined_{table} VALUES (?, ?)", (their, our))  # noqa: S608

    def our(self, table: str, their: int | None) -> int | None:
        """Return our row for one of theirs, None if there is none."""
        if their is None:
            return None
        sql = f"SELECT our FROM temp.joined_{table} WHERE their = ?"  # noqa: S608 - only text of this program
        row = self.ours.execute(sql, (their,)).fetchone()
        return None if row is None else int(row[0])

    def batches(self, table: str, order: str = "id") -> Iterator[Sequence[Row]]:
        """Yield the rows of their table in batches, each inside a transaction of ours."""
        total = int(self.theirs.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608
        done = 0
        with archive_errors(self.theirs):
            rows = iter(self.theirs.execute(f"SELECT * FROM {table} ORDER BY {order}"))  # noqa: S608
            for batch in batched(rows):
                with transaction(self.ours):
                    yield batch
                done += len(batch)
                self.told(table, done, total)

    def insert(self, table: str, row: Row, **changed: object) -> int:
        """Add a copy of their row with other values in some columns and an id of its own; return the id."""
        values = {name: row[name] for name in row.keys() if name != "id"} | changed  # noqa: SIM118
        marks = ", ".join("?" * len(values))
        names = ", ".join(values)
        if table in LASTING:
            names, marks = f"id, {names}", f"{next_id(table)}, {marks}"
        sql = f"INSERT INTO {table}({names}) VALUES ({marks})"  # noqa: S608 - names of the schema
        return int(self.ours.execute(sql, tuple(values.values())).lastrowid or 0)


def batched(rows: Iterable[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """Yield rows in lists of up to size."""
    remaining = iter(rows)
    while batch := list(islice(remaining, size)):
        yield batch
