"""The archive's schema, one migration after the other; one that has been released is never edited."""

from pathlib import Path
from sqlite3 import Connection

from sqlite_utils import Database, Migrations

from db.versions import class_all_changes

migrations = Migrations("archive")


@migrations()
def m001_first_schema(archive: Database) -> None:
    """Make all tables, the search index and the views."""
    _run(archive, "001_first_schema.sql")


@migrations()
def m002_provenance(archive: Database) -> None:
    """Keep where each field was read, and whether a date is a day or a moment."""
    _run(archive, "002_provenance.sql")


@migrations()
def m003_unattended(archive: Database) -> None:
    """Keep when each page is due, what each capture gave, what stood where, and who changed a version."""
    _run(archive, "003_unattended.sql")


@migrations()
def m004_listed(archive: Database) -> None:
    """Keep what news and image sitemaps say of a page."""
    _run(archive, "004_listed.sql")


@migrations()
def m005_keeping(archive: Database) -> None:
    """Keep what joins archives, and what was removed from one on purpose."""
    _run(archive, "005_keeping.sql")


@migrations()
def m006_duplicates(archive: Database) -> None:
    """Keep what copies are told by, which articles are copies, and of whom."""
    _run(archive, "006_duplicates.sql")


@migrations()
def m007_changes(archive: Database) -> None:
    """Keep of which kind each change is, which version was shown when, and every headline of a story."""
    _run(archive, "007_changes.sql")
    class_all_changes(archive.conn)


@migrations()
def m008_change_log(archive: Database) -> None:
    """Keep in which order articles and related links changed, and how far the exports of each name have come."""
    _run(archive, "008_change_log.sql")


@migrations()
def m009_search(archive: Database) -> None:
    """Index forms of words, related headlines and what articles are filtered by; keep saved searches."""
    _run(archive, "009_search.sql")


@migrations()
def m010_sections(archive: Database) -> None:
    """Find articles by their section, and by what was changed of them."""
    _run(archive, "010_sections.sql")


@migrations()
def m011_lasting(archive: Database) -> None:
    """Give no id twice; keep which raw pages are lost for good."""
    _run(archive, "011_lasting.sql")


@migrations()
def m012_years(archive: Database) -> None:
    """Know which crawls of long ago were thinned out, and how many visits there were."""
    _run(archive, "012_years.sql")


@migrations()
def m013_unchanged(archive: Database) -> None:
    """Keep one row for the fetches of a day that brought a listing as it was; know what else was asked for."""
    _run(archive, "013_unchanged.sql")


def migrate(archive: Connection) -> None:
    """Bring archive to the newest schema; inside the transaction that is open, if one is."""
    migrations.apply(Database(archive, execute_plugins=False))


def _run(archive: Database, name: str) -> None:
    archive.executescript(Path(__file__).with_name("schema").joinpath(name).read_text("utf-8"))
