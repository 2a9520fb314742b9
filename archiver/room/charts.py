"""Charts as SVG made on the server: columns over time, one above the other, and a calendar of days."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from markupsafe import Markup

from archiver.wording import counted
from db.headlines import HeadlineVariant

WIDTH, HEIGHT = 720, 110
# Room for the numbers at the left, above the highest column, and for the names below.
LEFT, TOP, BELOW = 44, 8, 18
# The widest a column is, and how many names stand below them at most.
WIDEST, MOST_NAMES = 44, 6
# Room that a name takes below the columns.
NAME_WIDTH = 74
GAP = 0.2
CELL = 13
LEVELS = 4
WEEK = 7
# Width of a bar of time, and its height.
BAR, DOT = 120, 8
# Height of the smallest charts.
SPARK = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a chart."""

    name: str
    parts: tuple[int, ...]
    """What stands above each other in it, from below; the same in number for all columns of a chart."""
    title: str
    """What it says in words."""
    link: str = ""


def columns(shown: Sequence[Column], label: str) -> Markup:
    """Return a chart of columns in their order; each may lead to an address."""
    most = max((sum(column.parts) for column in shown), default=0)
    if not most:
        return Markup("")
    wide = min((WIDTH - LEFT) / len(shown), WIDEST)
    parts = [
        Markup('<svg class="columns" viewBox="0 0 {} {}" role="group" aria-label="{}">').format(
            WIDTH, TOP + HEIGHT + BELOW, label
        ),
        *_scale(most, LEFT + wide * len(shown)),
    ]
    for place, column in enumerate(shown):
        drawn = Markup("<title>{}</title>{}").format(
            column.title, Markup("").join(_pieces(column, LEFT + place * wide, wide, most))
        )
        if column.link:
            parts.append(Markup('<a href="{}">{}</a>').format(column.link, drawn))
        else:
            parts.append(Markup("<g>{}</g>").format(drawn))
    parts.extend(_names(shown, wide))
    return Markup("").join([*parts, Markup("</svg>")])


def _pieces(column: Column, left: float, wide: float, most: int) -> Iterator[Markup]:
    # What can be pointed at is as high as the chart: a column of one is hard to hit.
    yield Markup('<rect class="whole" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>').format(
        left, TOP, wide, HEIGHT
    )
    foot = float(TOP + HEIGHT)
    for number, part in enumerate(column.parts):
        tall = max(part / most * HEIGHT, 1.5 if part else 0)
        foot -= tall
        if part:
            yield Markup(
                '<rect class="series-{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>'
            ).format(number, left + GAP * wide / 2, foot, wide * (1 - GAP), tall)


def _scale(most: int, right: float) -> Iterator[Markup]:
    """Yield a line at nothing and one at the most, with their numbers."""
    for y, number in ((TOP + HEIGHT, 0), (TOP, most)):
        yield Markup('<line x1="{}" y1="{}" x2="{:.0f}" y2="{}"/>').format(LEFT, y, right, y)
        yield Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(LEFT - 6, y + 4, f"{number:,}")


def _names(shown: Sequence[Column], wide: float) -> Iterator[Markup]:
    """Yield names below the columns, as many as there is room for, the first among them."""
    room = max(int(wide * len(shown) // NAME_WIDTH), 1)
    step = -(-len(shown) // min(room, MOST_NAMES))
    for place in range(0, len(shown), step):
        x = LEFT + place * wide + (wide / 2 if step == 1 else GAP * wide / 2)
        yield Markup('<text x="{:.1f}" y="{}" text-anchor="{}">{}</text>').format(
            x, TOP + HEIGHT + 14, "middle" if step == 1 else "start", shown[place].name
        )


def calendar(counts: Sequence[tuple[date, int]], noun: str) -> Markup:
    """Return a field for each day, a column for each week, darker the more there was."""
    if not counts:
        return Markup("")
    first = counts[0][0]
    start = first - timedelta(days=first.weekday())
    most = max(number for _, number in counts)
    weeks = (counts[-1][0] - start).days // WEEK + 1
    parts = [
        Markup('<svg class="calendar" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
            weeks * CELL, WEEK * CELL + 14, f"{counted(sum(n for _, n in counts), noun)} by day since {first}"
        )
    ]
    month = 0
    for day, number in counts:
        week, weekday = divmod((day - start).days, WEEK)
        level = -(-number * LEVELS // most) if number else 0
        parts.append(
            Markup(
                '<rect class="level-{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>'
            ).format(
                level, week * CELL, weekday * CELL + 14, CELL - 2, CELL - 2, f"{day}: {counted(number, noun)}"
            )
        )
        if day.month != month and day.day <= WEEK:
            month = day.month
            parts.append(Markup('<text x="{}" y="10">{}</text>').format(week * CELL, f"{day:%b}"))
    return Markup("").join([*parts, Markup("</svg>")])


def lifetime(first: datetime, last: datetime, whole: tuple[datetime, datetime]) -> Markup:
    """Return a bar that shows which part of a whole time something lasted; a moment is a dot."""
    start, end = whole
    length = max((end - start).total_seconds(), 1)
    left, right = ((moment - start).total_seconds() / length * (BAR - DOT) for moment in (first, last))
    return Markup(
        '<svg class="lifetime" viewBox="0 0 {} {}" aria-hidden="true">'
        '<rect class="whole" y="{}" width="{}" height="1"/><rect x="{:.1f}" width="{:.1f}" height="{}" rx="{}"/></svg>'
    ).format(BAR, DOT, DOT // 2, BAR, left, right - left + DOT, DOT, DOT / 2)


def span_of_headlines(headlines: Sequence[HeadlineVariant]) -> tuple[datetime, datetime] | None:
    """Return when the first headline was first seen and the last one last, None if there is none."""
    if not headlines:
        return None
    return min(each.first_seen for each in headlines), max(each.last_seen for each in headlines)


def spark(numbers: Sequence[int]) -> Markup:
    """Return a small picture of numbers in a row, beside which they stand as text."""
    most = max(numbers, default=0)
    bars = (
        Markup('<rect x="{}" y="{:.1f}" width="4" height="{:.1f}"/>').format(place * 5, SPARK - tall, tall)
        for place, number in enumerate(numbers)
        for tall in (max(number / most * SPARK, 1.5) if number else 0.5,)
    )
    return Markup('<svg viewBox="0 0 {} {}" aria-hidden="true">{}</svg>').format(
        len(numbers) * 5, SPARK, Markup("").join(bars)
    )
