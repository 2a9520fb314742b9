"""Which schema an archive has, told without what brings it up to date: that takes half a second to import."""

from sqlite3 import Connection

# The migrations of db.migrations by their names, in order.
MIGRATIONS = (
    "m001_first_schema",
    "m002_provenance",
    "m003_unattended",
    "m004_listed",
    "m005_keeping",
    "m006_duplicates",
    "m007_changes",
    "m008_change_log",
    "m009_search",
    "m010_sections",
    "m011_lasting",
    "m012_years",
    "m013_unchanged",
)
# The number of the schema after all migrations: `PRAGMA user_version` of an archive that is up to date.
SCHEMA = len(MIGRATIONS)


def is_behind(archive: Connection) -> bool:
    """Return whether a migration is still to be run, by their names: one may have been added in the midst."""
    if archive.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone() is None:
        return True
    rows = archive.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = 'archive'")
    return not {name for (name,) in rows}.issuperset(MIGRATIONS)
