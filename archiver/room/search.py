"""The search: one box, filters, results, counts; what is searched is the address."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from markupsafe import Markup
from starlette.responses import Response

from archiver.errors import QueryError
from archiver.room.answers import Answer, Asked, address
from archiver.room.charts import columns
from db.counts import Count, CountBy, Counts
from db.export import Form
from db.filters import Filters
from db.query import read_query
from db.rss import search_feed
from db.search import Found, Sort

ON_A_PAGE = 20
MOST = 200
EXPORTS = tuple(form for form in Form if form is not Form.GRAPHML)
# What articles are counted by beside the results, the field of the address that asks for one, and how many are shown.
FACETS = ((CountBy.SOURCE, "source"), (CountBy.LANG, "lang"), (CountBy.AUTHOR, "author"))
MOST_OF_FACET = 8
# Days up to which the chart has a column for each day; for longer times one for each month.
MOST_DAYS = 62


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
    """Show what matches, or the latest articles if nothing is asked for."""
    words, limit, filters = asked.text("q"), asked.number("limit", ON_A_PAGE, MOST), filters_of(asked)
    if words is not None and read_query(words).in_headlines:
        hits = asked.archive.headline_hits(words, filters, limit)
        return Answer("headlines.html", words, {"headlines": hits}, {"words": words, "sorts": list(Sort)})
    found = asked.archive.found(words, filters, limit, sort_of(asked))
    counts = {} if words is None or found.newest_only else _counts(asked, words, filters)
    given = {name: value for name, value in asked.params.items() if name != "limit"}
    more = len(found.hits) == limit < MOST
    shown = {
        "words": words or "",
        "sorts": list(Sort),
        "facets": _facets(counts, given),
        "chart": _chart(counts, given),
        "more": address("/search", **(given | {"limit": min(limit * 2, MOST)})) if more else None,
        "feed": address("/feed.xml", **given) if words else None,
        "exports": [(form, address("/export", **(given | {"form": form}))) for form in EXPORTS],
    }
    return Answer("search.html", words or "The archive", _data(found, counts), shown)


def feed(asked: Asked) -> Response:
    """Return what a search finds as an RSS feed, the latest articles first."""
    words = asked.text("q")
    if words is None:
        raise QueryError("q is missing: give the words of a search, such as /feed.xml?q=bridge")
    found = asked.archive.found(words, filters_of(asked), asked.number("limit", 50, MOST), Sort.DATE)
    given = {name: value for name, value in asked.params.items() if name != "limit"}
    link = f"{asked.request.base_url}{address('search', **given)}"
    return Response(search_feed(words, link, found.hits, datetime.now(UTC)), media_type="application/rss+xml")


def sort_of(asked: Asked) -> Sort:
    """Return the order that an address asks for."""
    name = asked.text("sort") or str(Sort.BEST)
    if name not in list(Sort):
        raise QueryError(f"sort is {name!r}: give one of {', '.join(Sort)}")
    return Sort(name)


def _data(found: Found, counts: Mapping[CountBy, Counts]) -> dict[str, object]:
    articles = next((each.articles for each in counts.values()), None)
    by_kind = {str(by): each.counts for by, each in counts.items()}
    return {"hits": found.hits, "newest_only": found.newest_only, "articles": articles, "counts": by_kind}


def _counts(asked: Asked, words: str, filters: Filters) -> dict[CountBy, Counts]:
    span = (filters.until or datetime.now(UTC)) - filters.since if filters.since else None
    time = CountBy.DAY if span is not None and span <= timedelta(days=MOST_DAYS) else CountBy.MONTH
    return {by: asked.archive.counts(words, by, filters) for by in (time, *(by for by, _ in FACETS))}


def _facets(
    counts: Mapping[CountBy, Counts], given: Mapping[str, str]
) -> list[tuple[str, list[tuple[Count, str]], str | None]]:
    """Return for each facet its name, its counts with the address of each, and the address without it if it is set."""
    facets = []
    for by, name in FACETS:
        known = [count for count in counts[by].counts if count.key] if by in counts else []
        places = [
            (count, address("/search", **{**given, name: count.key})) for count in known[:MOST_OF_FACET]
        ]
        without = {key: value for key, value in given.items() if key != name}
        facets.append((str(by), places, address("/search", **without) if given.get(name) else None))
    return [facet for facet in facets if len(facet[1]) > 1 or facet[2]]


def _chart(counts: Mapping[CountBy, Counts], given: Mapping[str, str]) -> Markup:
    time = next((by for by in (CountBy.DAY, CountBy.MONTH) if by in counts), None)
    known = [count for count in counts[time].counts if count.key] if time else []
    if len(known) < 2:
        return Markup("")
    numbers = {str(count.key): count.articles for count in known}
    spans = _spans(min(numbers), max(numbers))
    links = [address("/search", **{**given, "since": first, "until": last}) for _, first, last in spans]
    return columns([(key, numbers.get(key, 0)) for key, _, _ in spans], "article", links)


def _spans(first: str, last: str) -> Sequence[tuple[str, date, date]]:
    """Return every day or month from first to last: its name, its first day and its last one."""
    is_month = len(first) == len("2026-11")
    spans = []
    day, end = (date.fromisoformat(f"{text}-01" if is_month else text) for text in (first, last))
    while day <= end:
        following = (
            (day.replace(day=1) + timedelta(days=32)).replace(day=1) if is_month else day + timedelta(days=1)
        )
        spans.append((f"{day:%Y-%m}" if is_month else day.isoformat(), day, following - timedelta(days=1)))
        day = following
    return spans
