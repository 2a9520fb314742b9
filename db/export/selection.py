"""The rows that an export holds: one look at the archive, whatever a crawl writes meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from sqlite3 import Connection

from db.connection import archive_errors
from db.export.request import Form, Request, What
from db.searching.filters import Condition, article_condition, link_condition
from db.searching.matching import article_matches

# The ids of the rows, of articles or related_links, in a table that goes with the look.
CHOSEN = "temp.chosen"
LOGGED_AS = {What.ARTICLES: "article", What.LINKS: "link"}
TABLE_OF = {What.ARTICLES: "articles", What.LINKS: "related_links"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The rows that an export holds; their ids stand in CHOSEN while it lasts."""

    archive: Connection
    what: What
    count: int
    position: int
    """The last of change_log that the archive had when they were chosen."""
    after: int | None
    """They changed after that one; None: whenever."""
    removed: tuple[int, ...]
    """Ids of rows that the archive lost after that; none where after is None."""


@contextmanager
def selected(archive: Connection, request: Request, after: int | None = None) -> Iterator[Selection]:
    """Choose what request asks for; until the end archive shows no change, and no other selection may be made.

    With after, only rows that changed after that place in change_log. Raises QueryError as a search does,
    ArchiveError where the file fails, also while the rows are read.
    """
    with archive_errors(archive):
        archive.execute("BEGIN")
        try:
            archive.execute(f"CREATE TEMP TABLE {CHOSEN.partition('.')[2]}(id INTEGER PRIMARY KEY)")
            yield _select(archive, request, after)
        finally:
            archive.rollback()


def _select(archive: Connection, request: Request, after: int | None) -> Selection:
    what = request.what
    tables, condition = _articles(archive, request) if what is What.ARTICLES else _links(archive, request)
    if after is not None:
        condition &= Condition(
            f"{TABLE_OF[what]}.id IN (SELECT row_id FROM change_log WHERE what = ? AND sequence > ?)",  # noqa: S608
            (LOGGED_AS[what], after),
        )
    archive.execute(
        f"INSERT INTO {CHOSEN} SELECT {TABLE_OF[what]}.id FROM {tables} WHERE {condition.sql}",  # noqa: S608
        condition.values,
    )
    return Selection(
        archive=archive,
        what=what,
        count=int(archive.execute(f"SELECT count(*) FROM {CHOSEN}").fetchone()[0]),  # noqa: S608
        position=int(archive.execute("SELECT ifnull(max(sequence), 0) FROM change_log").fetchone()[0]),
        after=after,
        removed=() if after is None else _removed(archive, what, after),
    )


def _articles(archive: Connection, request: Request) -> tuple[str, Condition]:
    if request.words is None:
        return "articles", article_condition(archive, request.filters)
    return "articles", article_matches(archive, request.words, request.filters)


def _links(archive: Connection, request: Request) -> tuple[str, Condition]:
    tables = """
        related_links JOIN pages ON pages.id = related_links.page_id
        LEFT JOIN articles ON articles.id = pages.article_id
    """
    condition = link_condition(archive, request.filters)
    if request.form is Form.GRAPHML:  # a link that survives as text only leads nowhere
        condition &= Condition("related_links.target_id NOT NULL")
    return tables, condition


def _removed(archive: Connection, what: What, after: int) -> tuple[int, ...]:
    rows = archive.execute(
        f"""SELECT row_id FROM change_log WHERE what = ? AND sequence > ?
            AND row_id NOT IN (SELECT id FROM {TABLE_OF[what]}) ORDER BY row_id""",  # noqa: S608
        (LOGGED_AS[what], after),
    )
    return tuple(id_ for (id_,) in rows)
