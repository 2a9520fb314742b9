"""The search: one box, filters, results, counts; what is searched is the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.responses import Response

from archiver.errors import QueryError
from archiver.items import ChangeKind
from archiver.room.answers import Answer, Asked, address
from archiver.room.coverage import coverage_chart
from db.counts import Count, CountBy
from db.export import Form
from db.facets import Facets
from db.filters import Filters
from db.query import read_query
from db.rss import search_feed
from db.search import Found, Sort

ON_A_PAGE = 20
MOST = 200
EXPORTS = tuple(form for form in Form if form is not Form.GRAPHML)
# What articles are counted by beside the results, the field of the address that asks for one, and how many are shown.
FACETS = (
    (CountBy.SOURCE, "source"),
    (CountBy.LANG, "lang"),
    (CountBy.SECTION, "section"),
    (CountBy.AUTHOR, "author"),
    (CountBy.CHANGE, "change"),
)
LABELS = {
    CountBy.SOURCE: "Source",
    CountBy.LANG: "Language",
    CountBy.SECTION: "Section",
    CountBy.AUTHOR: "Author",
    CountBy.CHANGE: "Changed in",
}
MOST_OF_FACET = 8


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow a search down."""

    label: str
    places: tuple[tuple[Count, str], ...]
    """Counts with the address of each."""
    without: str | None
    """The address without it, if it is set."""


def filters_of(asked: Asked) -> Filters:
    """Return which articles the fields of an address let pass."""
    return Filters(
        source=asked.text("source"),
        since=asked.day("since"),
        until=asked.day_after("until"),
        language=asked.text("lang"),
        author=asked.text("author"),
        section=asked.text("section"),
        change=change_of(asked),
        distinct=asked.text("distinct") is not None,
    )


def search_page(asked: Asked) -> Answer:
    """Show what matches, or the latest articles if nothing is asked for."""
    words, limit, filters = asked.text("q"), asked.number("limit", ON_A_PAGE, MOST), filters_of(asked)
    if words is not None and read_query(words).in_headlines:
        hits = asked.archive.headline_hits(words, filters, limit)
        shown = search_box() | {"words": words}
        return Answer("headlines.html", words, {"headlines": hits}, shown)
    found = asked.archive.found(words, filters, limit, sort_of(asked))
    facets = asked.archive.facets(words, filters, many=found.newest_only is not None)
    given = {name: value for name, value in asked.params.items() if name != "limit"}
    more = len(found.hits) == limit < MOST
    shown = search_box() | {
        "words": words or "",
        "narrowing": _facets(facets, given),
        "chart": coverage_chart(facets.coverage, given),
        "more": address("/search", **(given | {"limit": min(limit * 2, MOST)})) if more else None,
        "feed": address("/feed.xml", **given),
        "links": address("/links", **given),
        "exports": [(form, address("/export", **(given | {"form": form}))) for form in EXPORTS],
    }
    return Answer("search.html", words or "The archive", _data(found, facets), shown)


def feed(asked: Asked) -> Response:
    """Return what a search finds, or the latest articles, as an RSS feed, the latest first."""
    words = asked.text("q")
    found = asked.archive.found(words, filters_of(asked), asked.number("limit", 50, MOST), Sort.DATE)
    given = {name: value for name, value in asked.params.items() if name != "limit"}
    link = f"{asked.request.base_url}{address('search', **given)}"
    title = words or "the latest articles"
    return Response(search_feed(title, link, found.hits, datetime.now(UTC)), media_type="application/rss+xml")


def sort_of(asked: Asked) -> Sort:
    """Return the order that an address asks for."""
    name = asked.text("sort") or str(Sort.BEST)
    if name not in list(Sort):
        raise QueryError(f"sort is {name!r}: give one of {', '.join(Sort)}")
    return Sort(name)


def change_of(asked: Asked) -> ChangeKind | None:
    """Return the kind of change that an address asks for."""
    name = asked.text("change")
    if name is None:
        return None
    if name not in list(ChangeKind):
        raise QueryError(f"change is {name!r}: give one of {', '.join(ChangeKind)}")
    return ChangeKind(name)


def search_box() -> dict[str, object]:
    """Return what the box for a search offers."""
    return {"sorts": list(Sort), "changes": list(ChangeKind)}


def _data(found: Found, facets: Facets) -> dict[str, object]:
    return {
        "hits": found.hits,
        "newest_only": found.newest_only,
        "articles": facets.articles if facets.is_whole else None,
        "counted_articles": facets.articles,
        "counts": {str(by): counts for by, counts in facets.counts.items()},
        "coverage": facets.coverage,
    }


def _facets(facets: Facets, given: Mapping[str, str]) -> list[Facet]:
    """Return the facets among which there is something to choose, or of which one is chosen."""
    found = []
    for by, name in FACETS:
        places = tuple(
            (count, address("/search", **{**given, name: str(count.key)}))
            for count in facets.counts[by][:MOST_OF_FACET]
        )
        without = {key: value for key, value in given.items() if key != name}
        chosen = given.get(name, "").strip()
        # What was changed of an article says something even where there is one kind only.
        if len(places) > 1 or chosen or (places and by is CountBy.CHANGE):
            found.append(Facet(LABELS[by], places, address("/search", **without) if chosen else None))
    return found
