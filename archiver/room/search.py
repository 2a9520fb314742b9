"""The search: one box, filters, results; what is searched is the address."""

from archiver.room.answers import Answer, Asked, address
from db.export import Form
from db.filters import Filters

ON_A_PAGE = 20
MOST = 200
EXPORTS = tuple(form for form in Form if form is not Form.GRAPHML)


def filters_of(asked: Asked) -> Filters:
    """Return which articles the fields of an address let pass."""
    return Filters(
        source=asked.text("source"),
        since=asked.day("since"),
        until=asked.day_after("until"),
        language=asked.text("lang"),
        author=asked.text("author"),
        distinct=asked.text("distinct") is not None,
    )


def search_page(asked: Asked) -> Answer:
    """Show the articles that match, or the latest ones if nothing is asked for."""
    words = asked.text("q")
    limit = asked.number("limit", ON_A_PAGE, MOST)
    hits = asked.archive.found(words, filters_of(asked), limit)
    given = dict(asked.params)
    more = address("/search", **(given | {"limit": min(limit * 2, MOST)}))
    given.pop("limit", None)
    shown = {
        "words": words or "",
        "more": more if len(hits) == limit < MOST else None,
        "exports": [(form, address("/export", **(given | {"form": form}))) for form in EXPORTS],
    }
    return Answer("search.html", words or "The archive", {"hits": hits}, shown)
