"""The chart of a search: how many articles by day, month or year, and of which sites where these are few."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from archiver.room.answers import address
from archiver.room.charts import Column, columns
from archiver.wording import counted
from db.searching.facets import Coverage

# Sites up to which a column shows what each of them has.
FEW = 5
# Months up to which there is a column for each; for longer times one for each year.
MOST_MONTHS = 120


@dataclass(frozen=True, slots=True)
class Span:
    """A day, a month or a year."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageChart:
    """A chart with its legend, and the same as a table."""

    drawing: Markup
    series: tuple[str, ...]
    """Sites in the order of their colours; none where they are many, or one."""
    unit: str
    """day, month or year."""
    rows: tuple[tuple[str, str, int, tuple[int, ...]], ...]
    """Time with the address that narrows the search down to it, articles, and those of each site."""


def coverage_chart(coverage: Sequence[Coverage], given: Mapping[str, str]) -> CoverageChart | None:
    """Return the chart of what the fields of an address found; None if that is of one time."""
    if len(coverage) < 2:
        return None
    spans = _spans(coverage[0].key, coverage[-1].key)
    series = _series(coverage)
    numbers = _numbers(coverage, len(spans[0].name), series)
    nothing = (0, *(0 for _ in series))
    rows = tuple(
        (
            span.name,
            address("/search", **{**given, "since": span.first, "until": span.last}),
            total,
            tuple(each),
        )
        for span in spans
        for total, *each in (numbers.get(span.name, nothing),)
    )
    shown = [_column(row, series) for row in rows]
    return CoverageChart(
        drawing=columns(shown, f"Articles by {_unit(spans)}, {spans[0].name} to {spans[-1].name}"),
        series=series,
        unit=_unit(spans),
        rows=tuple(row for row in rows if row[2]),
    )


def _series(coverage: Sequence[Coverage]) -> tuple[str, ...]:
    """Return the sites, those with most articles first; none if they are many, or one."""
    totals: dict[str, int] = {}
    for each in coverage:
        for source, number in each.sources.items():
            totals[source] = totals.get(source, 0) + number
    return (
        tuple(sorted(totals, key=lambda source: (-totals[source], source))) if 1 < len(totals) <= FEW else ()
    )


def _numbers(coverage: Sequence[Coverage], length: int, series: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return for each time how many articles it has, and how many of each site."""
    numbers: dict[str, tuple[int, ...]] = {}
    for each in coverage:
        found = (each.articles, *(each.sources.get(source, 0) for source in series))
        known = numbers.get(each.key[:length], (0,) * len(found))
        numbers[each.key[:length]] = tuple(a + b for a, b in zip(known, found, strict=True))
    return numbers


def _column(row: tuple[str, str, int, tuple[int, ...]], series: Sequence[str]) -> Column:
    name, link, total, each = row
    parts = [f"{number:,} of {source}" for source, number in zip(series, each, strict=True) if number]
    title = f"{name}: {counted(total, 'article')}{', ' if parts else ''}{', '.join(parts)}"
    return Column(name=name, parts=each or (total,), title=title, link=link if total else "")


def _unit(spans: Sequence[Span]) -> str:
    return {4: "year", 7: "month"}.get(len(spans[0].name), "day")


def _spans(first: str, last: str) -> list[Span]:
    """Return every day, month or year from first to last."""
    if len(first) == len("2026-11-20"):
        start, end = date.fromisoformat(first), date.fromisoformat(last)
        days = (start + timedelta(days=number) for number in range((end - start).days + 1))
        return [Span(day.isoformat(), day, day) for day in days]
    months = range(_month_number(first), _month_number(last) + 1)
    if len(months) <= MOST_MONTHS:
        starts = [date(number // 12, number % 12 + 1, 1) for number in months]
        return [Span(f"{start:%Y-%m}", start, _month_end(start)) for start in starts]
    years = range(int(first[:4]), int(last[:4]) + 1)
    return [Span(f"{year:04}", date(year, 1, 1), date(year, 12, 31)) for year in years]


def _month_number(key: str) -> int:
    return int(key[:4]) * 12 + int(key[5:7]) - 1


def _month_end(start: date) -> date:
    return (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
