"""Related headlines as a picture: the stories around one or around a search; and stories that the archive lacks."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from archiver.room.answers import LONGEST_LIST, Answer, Asked, address
from archiver.room.graph import Arc, Node, Picture, drawing
from archiver.room.reader import Reader
from archiver.room.search import filters_of, sort_of
from db.graph import Edge

# Stories around the one in the middle, around each of these, and in all.
NEAR, FAR, MOST = 36, 8, 200
# Stories of a search that stand in the middle, around each of these, and around each of those.
FOUND, NEAR_FOUND, FAR_FOUND = 12, 5, 4
MOST_FOUND = 30
MOST_SITES = 200


def links_page(asked: Asked) -> Answer:
    """Show the stories around one."""
    id_ = asked.id("article")
    article = asked.archive.article(id_)
    picture = around(asked.archive, [Node(article.url, article.headline, id_, 0)], NEAR, FAR)
    data = {"article": {"id": id_, "url": article.url, "headline": article.headline}, "picture": picture}
    shown = {"drawing": drawing(picture, "Stories around this one")}
    return Answer("links.html", f"Around {article.headline}", data, shown)


def search_links_page(asked: Asked) -> Answer:
    """Show the stories around those that a search finds, or around the latest."""
    words, limit = asked.text("q"), asked.number("limit", FOUND, MOST_FOUND)
    hits = asked.archive.found(words, filters_of(asked), limit, sort_of(asked)).hits
    middle = [Node(hit.url, hit.headline, hit.article_id, 0) for hit in hits]
    picture = around(asked.archive, middle, NEAR_FOUND, FAR_FOUND)
    shown = {
        "words": words or "",
        "list": address("/search", **asked.params),
        "drawing": drawing(picture, "Stories around what was found") if middle else "",
    }
    return Answer(
        "search_links.html", f"Around {words or 'the latest articles'}", {"picture": picture}, shown
    )


def missing_page(asked: Asked) -> Answer:
    """Show the stories that pages point to and the archive lacks."""
    limit = asked.number("limit", 50, LONGEST_LIST)
    found = asked.archive.missing(
        source=asked.text("source"),
        at=asked.text("site"),
        since=asked.day("since"),
        sites=asked.number("sites", 1, MOST_SITES),
        limit=limit + 1,
    )
    part = asked.part(found, limit)
    return Answer("missing.html", "Missing stories", {"missing": part.items}, {"part": part})


def around(archive: Reader, middle: Sequence[Node], near: int, far: int) -> Picture:
    """Return stories with those that point to them or that they point to, and those around these.

    At most near either way of each in the middle, and far of each of those; MOST in all.
    """
    nodes = {node.url: node for node in middle}
    arcs: dict[tuple[str, str], Arc] = {}
    for node in middle:
        _grow(archive, nodes, arcs, node.url, near)
    for node in list(nodes.values()):
        if node.step == 1 and node.article_id is not None:
            _grow(archive, nodes, arcs, node.url, far)
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
            Node(
                edge.url, edge.headline if is_outward else _place(edge.url), edge.article_id, middle.step + 1
            ),
        )
        ends = (url, edge.url) if is_outward else (edge.url, url)
        if ends[0] != ends[1]:
            arcs.setdefault(ends, Arc(*ends, str(edge.kind)))


def _place(url: str) -> str:
    """Return what a page without a story is called: a front page, or a section's."""
    return url.partition("://")[2].rstrip("/") or url


def _in_turn(outward: Sequence[Edge], inward: Sequence[Edge]) -> Iterable[tuple[Edge, bool]]:
    """Yield edges of both directions in turn, so that neither fills the picture alone."""
    for place in range(max(len(outward), len(inward))):
        if place < len(outward):
            yield outward[place], True
        if place < len(inward):
            yield inward[place], False
