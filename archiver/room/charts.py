"""Charts as SVG made on the server: columns over time, and a calendar of days."""

from collections.abc import Sequence
from datetime import date, timedelta

from markupsafe import Markup

from archiver.wording import counted

WIDTH, HEIGHT = 720, 90
# The widest a column is, and the least room that the names of both ends take.
WIDEST, NAMES = 44, 180
GAP = 0.2
CELL = 13
LEVELS = 4
WEEK = 7


def columns(counts: Sequence[tuple[str, int]], noun: str, links: Sequence[str] = ()) -> Markup:
    """Return a column for each count, in order; each may lead to an address."""
    most = max((number for _, number in counts), default=0)
    if not most:
        return Markup("")
    wide = min(WIDTH / len(counts), WIDEST)
    width = max(wide * len(counts), NAMES)
    parts = [
        Markup('<svg class="columns" viewBox="0 0 {} {}" role="group" aria-label="{}">').format(
            WIDTH,
            HEIGHT + 18,
            f"{counted(sum(n for _, n in counts), noun)}, {counts[0][0]} to {counts[-1][0]}",
        )
    ]
    for place, (name, number) in enumerate(counts):
        tall = max(number / most * HEIGHT, 1.5 if number else 0)
        column = Markup(
            '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{}</title></rect>'
        ).format(
            place * wide + GAP * wide / 2,
            HEIGHT - tall,
            wide * (1 - GAP),
            tall,
            f"{name}: {counted(number, noun)}",
        )
        parts.append(Markup('<a href="{}">{}</a>').format(links[place], column) if links else column)
    ends = ((0, "start", counts[0][0]), (width, "end", counts[-1][0]))
    for x, anchor, text in ends if len(counts) > 1 else ends[:1]:
        parts.append(
            Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(x, HEIGHT + 14, anchor, text)
        )
    return Markup("").join([*parts, Markup("</svg>")])


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
