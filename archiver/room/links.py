"""Related headlines as a picture: the stories around one, two steps deep; and stories that the archive lacks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import cos, pi, sin

from markupsafe import Markup

from archiver.room.answers import Answer, Asked
from archiver.room.reader import Reader
from db.graph import Edge

# Stories around the one in the middle, around each of these, and in all.
NEAR, FAR, MOST = 36, 8, 200
SIZE = 1000
RINGS = (0.0, 215.0, 400.0)
# Room above and below, and for the headlines beside.
MARGIN, LABEL = 24, 230
LONGEST_LABEL = 34
# Stories up to which those of the outer ring have room for their headlines.
FEW = 60
MOST_MISSING = 200


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
    """Stories and what leads from one to another."""

    nodes: tuple[Node, ...]
    arcs: tuple[Arc, ...]


def links_page(asked: Asked) -> Answer:
    """Show the stories around one."""
    id_: int = asked.request.path_params["id"]
    article = asked.archive.article(id_)
    picture = around(asked.archive, article.url, article.headline, id_)
    data = {"article": {"id": id_, "url": article.url, "headline": article.headline}, "picture": picture}
    return Answer("links.html", f"Around {article.headline}", data, {"drawing": drawing(picture)})


def missing_page(asked: Asked) -> Answer:
    """Show the stories that pages point to and the archive lacks."""
    found = asked.archive.missing(
        source=asked.text("source"),
        at=asked.text("site"),
        since=asked.day("since"),
        sites=asked.number("sites", 1, MOST_MISSING),
        limit=asked.number("limit", 50, MOST_MISSING),
    )
    return Answer("missing.html", "Missing stories", {"missing": found})


def around(archive: Reader, url: str, headline: str, id_: int) -> Picture:
    """Return the stories that point to an article or that it points to, and those around these."""
    nodes = {url: Node(url, headline, id_, 0)}
    arcs: dict[tuple[str, str], Arc] = {}
    _grow(archive, nodes, arcs, url, NEAR)
    for node in list(nodes.values()):
        if node.step == 1 and node.article_id is not None:
            _grow(archive, nodes, arcs, node.url, FAR)
    kept = archive.headlines(node.article_id for node in nodes.values() if node.article_id is not None)
    named = (
        replace(node, headline=kept[node.article_id]) if node.article_id in kept else node
        for node in nodes.values()
    )
    return Picture(tuple(named), tuple(arcs.values()))


def _grow(
    archive: Reader, nodes: dict[str, Node], arcs: dict[tuple[str, str], Arc], url: str, most: int
) -> None:
    middle = nodes[url]
    found = archive.related(middle.article_id or url, limit=most)
    for edge, is_outward in _in_turn(found.points_to, found.pointed_by):
        if edge.url not in nodes and (len(nodes) >= MOST or not edge.url):
            continue
        nodes.setdefault(
            edge.url,
            Node(edge.url, edge.headline if is_outward else edge.url, edge.article_id, middle.step + 1),
        )
        ends = (url, edge.url) if is_outward else (edge.url, url)
        if ends[0] != ends[1]:
            arcs.setdefault(ends, Arc(*ends, str(edge.kind)))


def _in_turn(outward: Sequence[Edge], inward: Sequence[Edge]) -> Iterable[tuple[Edge, bool]]:
    """Yield edges of both directions in turn, so that neither fills the picture alone."""
    for place in range(max(len(outward), len(inward))):
        if place < len(outward):
            yield outward[place], True
        if place < len(inward):
            yield inward[place], False


def drawing(picture: Picture) -> Markup:
    """Return a picture as SVG: the story in the middle, those one step away around it, the others behind these."""
    places = _places(picture)
    (left, right), (top, bottom) = ((min(ends), max(ends)) for ends in zip(*places.values(), strict=True))
    parts = [
        Markup(
            '<svg class="graph" viewBox="{:.0f} {:.0f} {:.0f} {:.0f}" role="group" aria-label="{}">'
        ).format(
            left - LABEL,
            top - MARGIN,
            right - left + 2 * LABEL,
            bottom - top + 2 * MARGIN,
            "Stories around this one",
        )
    ]
    for arc in picture.arcs:
        (x1, y1), (x2, y2) = places[arc.from_url], places[arc.to_url]
        parts.append(
            Markup('<line class="kind-{}" x1="{:.0f}" y1="{:.0f}" x2="{:.0f}" y2="{:.0f}"/>').format(
                arc.kind, x1, y1, x2, y2
            )
        )
    labelled = 2 if len(picture.nodes) <= FEW else 1
    parts.extend(_drawn(node, *places[node.url], labelled) for node in picture.nodes)
    return Markup("").join([*parts, Markup("</svg>")])


def _drawn(node: Node, x: float, y: float, labelled: int) -> Markup:
    is_right = x >= SIZE / 2
    kept = "kept" if node.article_id is not None else "lacking"
    circle = Markup('<circle class="step-{} {}" cx="{:.0f}" cy="{:.0f}" r="{}"/>').format(
        node.step, kept, x, y, (11, 7, 4)[node.step]
    )
    short = node.headline if len(node.headline) <= LONGEST_LABEL else f"{node.headline[: LONGEST_LABEL - 1]}…"
    label = Markup('<text x="{:.0f}" y="{:.0f}" text-anchor="{}">{}</text>').format(
        x + (11 if is_right else -11), y + 4, "start" if is_right else "end", short
    )
    whole = Markup("{}{}<title>{}</title>").format(
        circle, label if 0 < node.step <= labelled else "", node.headline
    )
    if node.article_id is None:
        return Markup("<g>{}</g>").format(whole)
    return Markup('<a href="/articles/{}/links">{}</a>').format(node.article_id, whole)


def _places(picture: Picture) -> dict[str, tuple[float, float]]:
    """Return where each story stands: each far one behind the first near one that it hangs together with."""
    near = [node.url for node in picture.nodes if node.step == 1]
    behind: dict[str, list[str]] = {url: [] for url in near}
    parents = {arc.to_url: arc.from_url for arc in reversed(picture.arcs) if arc.from_url in behind}
    parents |= {arc.from_url: arc.to_url for arc in reversed(picture.arcs) if arc.to_url in behind}
    for node in picture.nodes:
        if node.step == 2:
            behind[parents[node.url]].append(node.url)
    weights = [1 + len(behind[url]) for url in near]
    places = {node.url: (SIZE / 2, SIZE / 2) for node in picture.nodes if node.step == 0}
    turned = 0.0
    for url, weight in zip(near, weights, strict=True):
        span = 2 * pi * weight / sum(weights)
        places[url] = _at(1, turned + span / 2)
        for place, far in enumerate(behind[url]):
            places[far] = _at(2, turned + span * (place + 1) / (len(behind[url]) + 1))
        turned += span
    return places


def _at(step: int, angle: float) -> tuple[float, float]:
    return SIZE / 2 + RINGS[step] * cos(angle - pi / 2), SIZE / 2 + RINGS[step] * sin(angle - pi / 2)
