"""The visit that a request for a page comes to, as the archive takes it."""

from datetime import UTC, datetime
from typing import Any

from scrapy.http import Response

from archiver.items import ANNOUNCED, ARTICLE_OUTCOMES, WHOLE, Outcome, Split, Visit
from archiver.parsers.urls import canonical_url
from spiders.frontier import Asked, Frontier
from spiders.responses import one_line, raw_response


def visit_of(
    response: Response,
    asked: Asked,
    frontier: Frontier,
    outcome: tuple[Outcome, str],
    split: Split | None = None,
    rendered: bytes | None = None,
) -> Visit:
    """Return the visit that a response stands for; where it is what the archive had, the server's 304 is kept."""
    came = response if response.request is None else response.request.meta.get("not_modified", response)
    frontier.weigh(len(came.body))
    return visit_by(
        asked,
        frontier,
        final_url=canonical_url(response.url) or asked.url,
        outcome=outcome[0],
        detail=one_line(outcome[1]),
        response=raw_response(came),
        rendered=rendered,
        split=split,
    )


def visit_by(asked: Asked, frontier: Frontier, *, fetched: datetime | None = None, **what_came: Any) -> Visit:
    """Return the visit of a page that was asked for, with what came: its outcome, its detail and the rest."""
    if what_came["outcome"] in ARTICLE_OUTCOMES:
        why = (WHOLE if asked.is_whole else "", ANNOUNCED if asked.is_announced else "")
        what_came["detail"] = "; ".join(filter(None, (what_came["detail"], *why)))
    return Visit(
        source=frontier.source.url,
        url=asked.url,
        found_by=asked.found_by,
        found_on=asked.found_on,
        listing=asked.listing,
        fetched=fetched or datetime.now(UTC),
        **what_came,
    )
