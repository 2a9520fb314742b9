"""Step 1: is it a story, and can its dates and those of its listing be true?"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from archiver.items import Article, Discovery, Listing, Outcome, Visit
from archiver.parsers.sites.walls import letters
from archiver.pipelines.walls import SHORTEST_STORY, behind_wall

Dated = TypeVar("Dated", Article, Listing)

# How far a server's clock may be ahead of ours.
CLOCK_DRIFT = timedelta(hours=1)


class Validate:
    """Tells walls from pages, makes one whose article has no headline or text one without, drops impossible dates."""

    def process_item(self, item: Visit | Discovery) -> Visit | Discovery:
        """Return the item with what it holds checked."""
        if isinstance(item, Discovery):
            return item
        if item.listing is not None:
            item = replace(item, listing=_with_possible_dates(item.listing, item.fetched))
        if (behind := behind_wall(item)) is not None:
            return behind
        if item.split is None or item.split.article is None:
            return item
        article = item.split.article
        if (reason := _why_no_story(article)) is not None:
            split = replace(item.split, article=None)
            return replace(item, outcome=Outcome.NOT_ARTICLE, detail=reason, split=split)
        return replace(item, split=replace(item.split, article=_with_possible_dates(article, item.fetched)))


def _why_no_story(article: Article) -> str | None:
    if not article.headline.strip():
        return "its text has no headline"
    characters = letters(article.body, SHORTEST_STORY)
    if characters < SHORTEST_STORY:
        return f"its text has only {characters} letters and digits"
    return None


def _with_possible_dates(dated: Dated, fetched: datetime) -> Dated:
    return replace(
        dated,
        date_published=_possible(dated.date_published, fetched),
        date_modified=_possible(dated.date_modified, fetched),
    )


def _possible(moment: datetime | None, fetched: datetime) -> datetime | None:
    return moment if moment is not None and moment <= fetched + CLOCK_DRIFT else None
