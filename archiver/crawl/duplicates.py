"""Comparing the articles of an archive that was made before articles were compared."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from archiver.crawl.splitting import stopped_by_signals
from archiver.pipelines.addresses import fill_addresses
from db.connection import open_existing, transaction
from db.dedup.duplicates import not_compared, note_duplicates

# Articles of one transaction: some 0.2 s, after which an interrupted run has lost at most as much.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did."""

    compared: int
    addresses: int
    """Articles whose story address was not kept by the newest rules yet."""


def run_rebuild(archive: Path, reached: Callable[[int, int], None]) -> Rebuilt:
    """Compare all articles that were not compared yet, telling reached how many of how many are.

    After an interruption, the same does what is left. Raises ArchiveError if there is no archive at the path or another
    writer has it.
    """
    with closing(open_existing(archive)) as connection, stopped_by_signals():
        addresses = fill_addresses(connection)
        ids = not_compared(connection)
        for start in range(0, len(ids), BATCH):
            reached(start, len(ids))
            with transaction(connection):
                for article_id in ids[start : start + BATCH]:
                    note_duplicates(connection, article_id)
        return Rebuilt(len(ids), addresses)
