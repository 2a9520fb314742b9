"""Pages that stand before the story: what becomes of a visit that met one."""

from dataclasses import replace

from archiver.items import Article, Outcome, Visit
from archiver.parsers.sites.walls import (
    Wall,
    is_not_free,
    letters,
    wall_of_headers,
    wall_of_page,
    wall_of_text,
)

# Letters and digits of the shortest story. A news flash in Chinese has some 60; what has fewer is a caption,
# a form or a notice that the page needs JavaScript.
SHORTEST_STORY = 40
# Statuses that come with a check for robots or a request to pay.
GUARDED = frozenset({401, 402, 403, 405, 429, 503})
# How the first bytes of a page may look; feeds and sitemaps are no walls.
MARKUP = (b"<html", b"<head", b"<body", b"<!doctype html", b"<title")
HEAD = 1024
NEEDS_JAVASCRIPT = "the page shows nothing without JavaScript"
OUTCOMES = {
    Wall.CHALLENGE: (
        Outcome.CHALLENGE,
        "the server checks for robots, or refuses them, in place of the page",
    ),
    Wall.CONSENT: (Outcome.CONSENT, "the server asks for consent in place of the page"),
    Wall.PAYWALL: (Outcome.PAYWALL, "the page asks to log in or to pay and shows no story"),
    Wall.GONE: (Outcome.GONE, "the page says that there is no such page, with status 200"),
    Wall.JAVASCRIPT: (Outcome.NOT_ARTICLE, NEEDS_JAVASCRIPT),
}


def behind_wall(visit: Visit) -> Visit | None:
    """Return a visit whose page is a wall as what it is, without anything read from it; None for any other."""
    wall = _wall(visit)
    if wall is None:
        return None
    outcome, detail = OUTCOMES[wall]
    status = visit.response.status if visit.response is not None else 200
    if status >= 400:
        detail = f"HTTP status {status}: {detail}"
    split = visit.split if outcome is Outcome.NOT_ARTICLE else None
    return replace(
        visit, outcome=outcome, detail=detail, split=split and replace(split, article=None), article_id=None
    )


def _wall(visit: Visit) -> Wall | None:
    headers = visit.response.headers if visit.response is not None else ()
    html = visit.response.body if visit.response is not None else b""
    if visit.outcome is not Outcome.UNCHANGED and (wall := wall_of_headers(headers)) is not None:
        return wall
    match visit.outcome:
        case Outcome.HTTP_ERROR if visit.response is not None and visit.response.status in GUARDED:
            wall = wall_of_page(html)
            # An error page that wants JavaScript is a check; one that says "not found" is an error.
            return {Wall.JAVASCRIPT: Wall.CHALLENGE, Wall.GONE: None}.get(wall, wall) if wall else None
        case Outcome.LISTING | Outcome.PARSE_ERROR | Outcome.NOT_ARTICLE:
            is_bare = visit.split is None or not visit.split.related or visit.outcome is Outcome.NOT_ARTICLE
            return wall_of_page(html) if is_bare and _is_page(html) else None
    if visit.split is not None and visit.split.article is not None:
        return _wall_of_article(visit.split.article, html)
    return None


def _wall_of_article(article: Article, html: bytes) -> Wall | None:
    """Return the wall that was taken for a story; a teaser of some length is what the site publishes of one."""
    if (wall := wall_of_text(article.headline, article.body)) is not None:
        return wall
    return (
        Wall.PAYWALL if letters(article.body, SHORTEST_STORY) < SHORTEST_STORY and is_not_free(html) else None
    )


def _is_page(html: bytes) -> bool:
    head = html[:HEAD].lower()
    return any(mark in head for mark in MARKUP)
