"""How every table of the archive is treated where archives are joined and where a story is forgotten.

A test compares this list with the schema: whoever adds a table says here what becomes of its rows.
"""

from dataclasses import dataclass
from enum import StrEnum


class Joining(StrEnum):
    """What a merge does with the rows of the other archive."""

    BY_KEY = "by key"
    """Rows with the same natural key are one row; db.merging.merge and what it calls know the key."""
    DERIVED = "derived"
    """Made from other rows, by triggers, db.dedup.duplicates or db.versions; never copied."""
    OWN = "own"
    """Of this file alone."""


class Removing(StrEnum):
    """What forgetting a story does with the rows."""

    WITH_STORY = "with story"
    """Those of the story go; db.forgetting.forget.REMOVE names the table."""
    DERIVED = "derived"
    """They go by triggers, or by db.dedup.duplicates."""
    STAYS = "stays"
    """They tell nothing of a story."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """What becomes of a table's rows."""

    joining: Joining
    removing: Removing


TABLES = {
    "sources": Treatment(Joining.BY_KEY, Removing.STAYS),
    "crawls": Treatment(Joining.BY_KEY, Removing.STAYS),
    "crawl_counts": Treatment(Joining.BY_KEY, Removing.STAYS),
    "funnels": Treatment(Joining.BY_KEY, Removing.STAYS),
    "alarms": Treatment(Joining.BY_KEY, Removing.STAYS),
    "imports": Treatment(Joining.BY_KEY, Removing.STAYS),
    "pages": Treatment(Joining.BY_KEY, Removing.WITH_STORY),
    "captures": Treatment(Joining.BY_KEY, Removing.WITH_STORY),
    "articles": Treatment(Joining.BY_KEY, Removing.WITH_STORY),
    "revisions": Treatment(Joining.BY_KEY, Removing.WITH_STORY),
    "version_sources": Treatment(Joining.BY_KEY, Removing.WITH_STORY),
    "images": Treatment(Joining.BY_KEY, Removing.WITH_STORY),
    "authors": Treatment(Joining.BY_KEY, Removing.WITH_STORY),
    "article_authors": Treatment(Joining.BY_KEY, Removing.WITH_STORY),
    "related_links": Treatment(Joining.BY_KEY, Removing.WITH_STORY),
    "sightings": Treatment(Joining.BY_KEY, Removing.WITH_STORY),
    "version_changes": Treatment(Joining.DERIVED, Removing.WITH_STORY),
    "version_sightings": Treatment(Joining.BY_KEY, Removing.WITH_STORY),
    "listed_headlines": Treatment(Joining.BY_KEY, Removing.WITH_STORY),
    "forgettings": Treatment(Joining.BY_KEY, Removing.STAYS),
    "forgotten": Treatment(Joining.BY_KEY, Removing.STAYS),
    "forgetting_work": Treatment(Joining.OWN, Removing.STAYS),
    "story_addresses": Treatment(Joining.DERIVED, Removing.DERIVED),
    "fingerprints": Treatment(Joining.DERIVED, Removing.DERIVED),
    "recent_fingerprints": Treatment(Joining.DERIVED, Removing.DERIVED),
    "fingerprint_bands": Treatment(Joining.DERIVED, Removing.DERIVED),
    "duplicate_pairs": Treatment(Joining.DERIVED, Removing.DERIVED),
    "clusters": Treatment(Joining.DERIVED, Removing.STAYS),
    "cluster_members": Treatment(Joining.DERIVED, Removing.DERIVED),
    "change_log": Treatment(Joining.DERIVED, Removing.STAYS),
    "exports": Treatment(Joining.OWN, Removing.STAYS),
    "articles_fts": Treatment(Joining.DERIVED, Removing.DERIVED),
    "headlines_fts": Treatment(Joining.DERIVED, Removing.DERIVED),
    "_search_rules": Treatment(Joining.OWN, Removing.STAYS),
    "last_ids": Treatment(Joining.OWN, Removing.STAYS),
    "accepted_losses": Treatment(Joining.OWN, Removing.STAYS),
    "watches": Treatment(Joining.OWN, Removing.STAYS),
    "watch_hits": Treatment(Joining.OWN, Removing.DERIVED),
}
# What SQLite, its index and the migrations keep for themselves.
INTERNAL = ("sqlite_", "articles_fts_", "headlines_fts_", "_sqlite_migrations")
