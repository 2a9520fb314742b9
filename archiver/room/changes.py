"""What happened to stories: headlines rewritten, texts corrected, stories gone."""

from archiver.errors import QueryError
from archiver.room.answers import Answer, Asked
from db.changes import NOTABLE, Happening

MOST = 500


def changes_page(asked: Asked) -> Answer:
    """Show changes, the newest first."""
    kind = asked.text("kind")
    if kind is not None and kind not in list(Happening):
        raise QueryError(f"kind is {kind!r}: give one of {', '.join(Happening)}")
    found = asked.archive.changes(
        since=asked.day("since"),
        until=asked.day_after("until"),
        source=asked.text("source"),
        kinds=NOTABLE if kind is None else (Happening(kind),),
        limit=asked.number("limit", 100, MOST),
    )
    return Answer("changes.html", "Changes", {"changes": found}, {"kinds": list(Happening)})
