"""The picture of related headlines: stories on rings around those in the middle, each behind one that it hangs on."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from markupsafe import Markup

from archiver.room.answers import direction

# Radii of the two rings, of few stories and of many, and of the innermost one of several in the middle.
RINGS, WIDE_RINGS = (215.0, 400.0), (300.0, 520.0)
MIDDLE = 85.0
# Stories around one up to which headlines stand level; more of them follow the spokes of the wheel.
FEW = 40
# Room above and below, and for the headlines outside.
MARGIN, LABEL = 24, 285
# Letters of a headline that fit outside, and between two rings, by the inner one of them.
LONGEST_LABEL, LONGEST_INSIDE = 36, (24, 28)
RADII = (11, 7, 4)
# The arc that a story with none behind it takes, by its ring: there is less of it further in.
ARCS = (2.5, 1.6, 1.0)


@dataclass(frozen=True, slots=True)
class Node:
    """A story of the picture."""

    url: str
    headline: str
    article_id: int | None
    step: int
    """From the middle: 0, 1 or 2."""


@dataclass(frozen=True, slots=True)
class Arc:
    """That one story's page shows the headline of another."""

    from_url: str
    to_url: str
    kind: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Stories, those of the middle first, and what leads from one to another."""

    nodes: tuple[Node, ...]
    arcs: tuple[Arc, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a story stands, and in which direction from the middle."""

    x: float
    y: float
    angle: float
    """In radians, clockwise from the right."""


def drawing(picture: Picture, label: str) -> Markup:
    """Return a picture as SVG; stories of the archive lead to their own pictures."""
    alone = sum(node.step == 0 for node in picture.nodes) == 1
    is_wide = len(picture.nodes) > FEW or not alone
    spots = _spots(picture, WIDE_RINGS if is_wide else RINGS)
    room = LABEL if is_wide else MARGIN
    xs, ys = [spot.x for spot in spots.values()], [spot.y for spot in spots.values()]
    left, top = min(xs) - LABEL, min(ys) - room
    parts = [
        Markup(
            '<svg class="graph{}" viewBox="{:.0f} {:.0f} {:.0f} {:.0f}" role="group" aria-label="{}">'
        ).format(" many" if is_wide else "", left, top, max(xs) + LABEL - left, max(ys) + room - top, label)
    ]
    for arc in picture.arcs:
        start, end = spots[arc.from_url], spots[arc.to_url]
        parts.append(
            Markup('<line class="kind-{}" x1="{:.0f}" y1="{:.0f}" x2="{:.0f}" y2="{:.0f}"/>').format(
                arc.kind, start.x, start.y, end.x, end.y
            )
        )
    parts.extend(
        _drawn(node, spots[node.url], is_wide=is_wide, is_named=node.step > 0 or not alone)
        for node in picture.nodes
    )
    return Markup("").join([*parts, Markup("</svg>")])


def _drawn(node: Node, spot: Spot, *, is_wide: bool, is_named: bool) -> Markup:
    circle = Markup('<circle class="step-{} {}" cx="{:.0f}" cy="{:.0f}" r="{}"/>').format(
        node.step, "kept" if node.article_id is not None else "lacking", spot.x, spot.y, RADII[node.step]
    )
    name = _name(node, spot, is_wide=is_wide) if is_named else ""
    whole = Markup("<title>{}</title>{}{}").format(node.headline, circle, name)
    if node.article_id is None:
        return Markup("<g>{}</g>").format(whole)
    return Markup('<a href="/articles/{}/links">{}</a>').format(node.article_id, whole)


def _name(node: Node, spot: Spot, *, is_wide: bool) -> Markup:
    longest = LONGEST_INSIDE[node.step] if is_wide and node.step < 2 else LONGEST_LABEL
    short = node.headline if len(node.headline) <= longest else f"{node.headline[: longest - 1]}…"
    is_right = cos(spot.angle) >= -1e-9
    away = RADII[node.step] + 4
    x, y = spot.x + (away if is_right else -away), spot.y + 4
    turned = Markup("")
    if is_wide:
        degrees = spot.angle * 180 / pi + (0 if is_right else 180)
        turned = Markup(' transform="rotate({:.1f} {:.1f} {:.1f})"').format(degrees, spot.x, spot.y)
    runs = direction(short)
    anchor = "start" if is_right == (runs == "ltr") else "end"
    return Markup(
        '<text class="step-{}" x="{:.1f}" y="{:.1f}" direction="{}" text-anchor="{}"{}>{}</text>'
    ).format(node.step, x, y, runs, anchor, turned, short)


def _spots(picture: Picture, rings: Sequence[float]) -> dict[str, Spot]:
    """Return where each story stands: the wheel is shared out by how much hangs on each."""
    behind = _behind(picture)
    middle = [node.url for node in picture.nodes if node.step == 0]
    radii = (MIDDLE if len(middle) > 1 else 0.0, *rings)
    return dict(_placed(middle, behind, radii, (-pi / 2, 2 * pi)))


def _placed(
    urls: Sequence[str],
    behind: Mapping[str, Sequence[str]],
    radii: Sequence[float],
    share: tuple[float, float],
    step: int = 0,
) -> Iterator[tuple[str, Spot]]:
    """Yield the places of stories of one ring, and of all behind them, on their share of the wheel: start and width."""
    weights = [_weight(url, behind, step) for url in urls]
    angle, width = share
    for url, weight in zip(urls, weights, strict=True):
        part = width * weight / sum(weights)
        middle = angle + part / 2
        yield url, Spot(radii[step] * cos(middle), radii[step] * sin(middle), middle)
        yield from _placed(behind[url], behind, radii, (angle, part), step + 1)
        angle += part


def _weight(url: str, behind: Mapping[str, Sequence[str]], step: int) -> float:
    return max(ARCS[step], sum(_weight(each, behind, step + 1) for each in behind[url]))


def _behind(picture: Picture) -> dict[str, list[str]]:
    """Return for each story those behind it: of those that lead to a story, it stands behind the one with fewest."""
    steps = {node.url: node.step for node in picture.nodes}
    found_by: dict[str, list[str]] = defaultdict(list)
    for arc in picture.arcs:
        for url, other in ((arc.from_url, arc.to_url), (arc.to_url, arc.from_url)):
            if steps[url] == steps[other] + 1:
                found_by[url].append(other)
    behind: dict[str, list[str]] = defaultdict(list)
    for url, others in found_by.items():
        behind[min(others, key=lambda other: len(behind[other]))].append(url)
    return behind
