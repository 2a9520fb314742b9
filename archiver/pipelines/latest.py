"""A step for pages that do not come from a server now: what is older than the latest version changes nothing."""

from dataclasses import replace
from sqlite3 import Connection

from archiver.items import Outcome, Visit
from db.raw_pages.imports import OLDER, was_seen_after


class KeepLatest:
    """Makes a change that came before what the archive has an article that is unchanged."""

    def __init__(self, archive: Connection) -> None:
        self._archive = archive

    def process_item(self, visit: Visit) -> Visit:
        """Return the visit as it is to the archive."""
        if visit.outcome is not Outcome.CHANGED or visit.article_id is None:
            return visit
        if not was_seen_after(self._archive, visit.article_id, visit.fetched):
            return visit
        return replace(visit, outcome=Outcome.UNCHANGED, detail=OLDER)
