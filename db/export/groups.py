"""Which articles are near duplicates of each other, as far as datasets must know: they may not be torn apart."""

from hashlib import sha256
from sqlite3 import Connection

from db.digests import EMPTY_BODY


def group_column(archive: Connection) -> str:  # noqa: ARG001 - what an archive knows of duplicates, it decides
    """Return SQL for the group of a row of articles: a text that near duplicates share and keep for good.

    Today articles whose bodies have the same words; those without any share nothing. This is the one place that
    decides it.
    """
    return f"CASE articles.body_digest WHEN '{EMPTY_BODY}' THEN articles.url ELSE articles.body_digest END"


def share_of(group: str) -> int:
    """Return a number from 0 to 99 for a group, the same for good, so that shares of groups can be told apart."""
    return int.from_bytes(sha256(group.encode()).digest()[:8], "big") % 100
