"""The search: one box, filters, results, counts; what is searched is the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.responses import Response

from archiver.errors import QueryError
from archiver.items import ChangeKind
from archiver.room.answers import LONGEST_LIST, Answer, Asked, address
from archiver.room.coverage import coverage_chart
from db.export import Form
from db.searching.counts import Count, CountBy
from db.searching.excerpt import PLAIN_MARK, with_marks
from db.searching.facets import Facets
from db.searching.filters import Filters
from db.searching.index import plain_subtag
from db.searching.query import read_query
from db.searching.rss import search_feed
from db.searching.search import Found, Sort

ON_A_PAGE = 20
MOST_OF_FEED = 200
EXPORTS = tuple(form for form in Form if form is not Form.GRAPHML)
# What articles are counted by beside the results, and the field of the address that asks for one.
FACETS = (
    (CountBy.SOURCE, "source"),
    (CountBy.LANG, "lang"),
    (CountBy.SECTION, "section"),
    (CountBy.AUTHOR, "author"),
    (CountBy.CHANGE, "change"),
)
# What an address of a search may ask for.
FIELDS = (
    "q",
    "source",
    "since",
    "until",
    "lang",
    "section",
    "author",
    "change",
    "distinct",
    "sort",
    "limit",
    "form",
)
LABELS = {
    CountBy.SOURCE: "Source",
    CountBy.LANG: "Language",
    CountBy.SECTION: "Section",
    CountBy.AUTHOR: "Author",
    CountBy.CHANGE: "Changed in",
}
# How many of each are shown at once, and in all.
SHOWN_OF_FACET, MOST_OF_FACET = 8, 200
ORDERS = {
    Sort.BEST: "the best first",
    Sort.RECENT: "the best first, new ones lifted",
    Sort.DATE: "the latest first",
}


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow a search down."""

    label: str
    places: Sequence[tuple[Count, str]]
    """Counts with the address of each, those that are shown at once."""
    others: Sequence[tuple[Count, str]]
    left_out: int
    """Counts that are not shown."""
    without: str | None
    """The address without it, if it is set."""


def filters_of(asked: Asked) -> Filters:
    """Return which articles the fields of an address let pass. Raises QueryError if it has one that nobody reads."""
    for name in asked.params:
        if name not in FIELDS:
            raise QueryError(f"there is no field {name}: give one of {', '.join(FIELDS)}")
    return Filters(
        source=asked.text("source"),
        since=asked.day("since"),
        until=asked.day_after("until"),
        language=asked.text("lang"),
        author=asked.text("author"),
        section=asked.text("section"),
        change=change_of(asked),
        distinct=asked.switch("distinct"),
    )


def search_page(asked: Asked) -> Answer:
    """Show what matches, or the latest articles if nothing is asked for."""
    words, limit, filters = asked.text("q"), asked.number("limit", ON_A_PAGE, LONGEST_LIST), filters_of(asked)
    if words is not None and read_query(words).in_headlines:
        return _headlines_page(asked, words, filters, limit)
    found = asked.archive.found(words, filters, limit, sort_of(asked))
    facets = asked.archive.facets(words, filters, many=found.newest_only is not None)
    given = {name: value for name, value in asked.params.items() if name != "limit"}
    shown = {
        "words": words or "",
        "part": asked.part(found.hits, limit, is_whole=facets.is_whole and facets.articles <= limit),
        "order": ORDERS[sort_of(asked)],
        "narrowing": _facets(facets, given),
        "chart": coverage_chart(facets.coverage, given),
        "feed": address("/feed.xml", **given),
        "links": address("/links", **given),
        "narrow": None if found.hits else _narrow_language(asked, filters, given),
        "exports": [(form, address("/export", **(given | {"form": form}))) for form in EXPORTS],
    }
    return Answer("search.html", words or "The archive", _data(found, facets), shown)


def feed(asked: Asked) -> Response:
    """Return what a search finds, or the latest articles, as an RSS feed, the latest first."""
    words = asked.text("q")
    found = asked.archive.found(words, filters_of(asked), asked.number("limit", 50, MOST_OF_FEED), Sort.DATE)
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


def _headlines_page(asked: Asked, words: str, filters: Filters, limit: int) -> Answer:
    if filters.distinct or sort_of(asked) is not Sort.BEST:
        raise QueryError("sort and distinct are for articles: leave them out, or in:headlines")
    part = asked.part(asked.archive.headline_hits(words, filters, limit + 1), limit)
    data = {"headlines": with_marks(part.items, PLAIN_MARK, PLAIN_MARK)}
    return Answer("headlines.html", words, data, {"words": words, "part": part})


def _narrow_language(
    asked: Asked, filters: Filters, given: Mapping[str, str]
) -> tuple[str, str | None] | None:
    """Return the language of which nothing is found, and the address that finds it without its region, if any does."""
    if filters.language is None:
        return None
    first = plain_subtag(filters.language)
    if not asked.archive.has_language(first):
        return first, None
    return (
        None if first == filters.language.lower() else (first, address("/search", **{**given, "lang": first}))
    )


def _data(found: Found, facets: Facets) -> dict[str, object]:
    return {
        "hits": with_marks(found.hits, PLAIN_MARK, PLAIN_MARK),
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
        left_out = len(facets.counts[by]) - len(places)
        without = {key: value for key, value in given.items() if key != name}
        chosen = given.get(name, "").strip()
        # What was changed of an article says something even where there is one kind only.
        if len(places) > 1 or chosen or (places and by is CountBy.CHANGE):
            any_ = address("/search", **without) if chosen else None
            found.append(Facet(LABELS[by], places[:SHOWN_OF_FACET], places[SHOWN_OF_FACET:], left_out, any_))
    return found
