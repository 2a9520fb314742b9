"""What happened to stories: headlines rewritten, texts corrected, stories gone."""

from archiver.errors import QueryError
from archiver.room.answers import LONGEST_LIST, Answer, Asked
from db.changes import NOTABLE, Happening


def changes_page(asked: Asked) -> Answer:
    """Show changes, the newest first."""
    kind = asked.text("kind")
    if kind is not None and kind not in list(Happening):
        raise QueryError(f"kind is {kind!r}: give one of {', '.join(Happening)}")
    limit = asked.number("limit", 100, LONGEST_LIST)
    found = asked.archive.changes(
        since=asked.day("since"),
        until=asked.day_after("until"),
        source=asked.text("source"),
        kinds=NOTABLE if kind is None else (Happening(kind),),
        limit=limit + 1,
    )
    part = asked.part(found, limit)
    shown = {"kinds": list(Happening), "part": part}
    return Answer("changes.html", "Changes", {"changes": part.items}, shown)
