"""Dates that a page shows beside its story's: in the masthead, below labels, at the head of a text, piece by piece."""

from datetime import UTC, datetime

import pytest

from archiver.items import Article
from archiver.parsers import split_page

TITLE = "Flood closes the old bridge"
TEXT = (
    "The river rose by two metres on Friday night and took the railing of the old bridge with it.",
    "The council closed the bridge for the weekend and asked drivers to take the ring road instead.",
    "Engineers will look at the piers on Monday, when the water is expected to be lower again.",
)
PUBLISHED = datetime(2026, 11, 20, tzinfo=UTC)
UPDATED = datetime(2026, 11, 21, tzinfo=UTC)


def story(between: str = "", *, masthead: str = "", lead: str = "", behind: str = "") -> Article:
    shown = "".join(f"<p>{line}</p>" for line in (f"{lead}{TEXT[0]}", *TEXT[1:]))
    html = (
        f'<html lang="en"><head><title>{TITLE}</title><meta property="og:type" content="article"></head><body>'
        f'<header><div>{masthead}</div><a href="/">Post</a></header><main><h1>{TITLE}</h1>{between}<div>{shown}</div>'
        f"{behind}</main></body></html>"
    )
    article = split_page(
        html.encode(), url="https://post.example/n/1", fetched=datetime(2026, 11, 22, tzinfo=UTC)
    ).article
    assert article is not None
    return article


def test_day_of_the_visit_in_a_masthead_is_not_the_story_s() -> None:
    today = "Sunday, November 22, 2026"

    assert story(masthead=today).date_published is None
    assert story(masthead=today, behind="<p>20 November 2026</p>").date_published == PUBLISHED
    lines = "<p>Updated: 21 November 2026</p><p>Published: 20 November 2026</p>"
    assert story(lines, masthead=today).date_published == PUBLISHED


@pytest.mark.parametrize("order", [1, -1])
def test_labels_on_lines_of_their_own_tell_publication_from_update(order: int) -> None:
    lines = [("Published", "20 Nov 2026"), ("Updated", "21 Nov 2026")][::order]
    article = story("".join(f"<div>{label}</div><div>{day}</div>" for label, day in lines))

    assert (article.date_published, article.date_modified) == (PUBLISHED, UPDATED)


@pytest.mark.parametrize(
    "head",
    [
        "Nov. 20, 2026 -- ",
        "LUND, Nov 20, 2026 (Reuters) - ",
        "LUND, Sweden, Nov. 20, 2026 /PRNewswire/ -- ",
        "Lund, 20 November 2026 – ",
    ],
)
def test_dateline_at_the_head_of_a_text_dates_it(head: str) -> None:
    assert story(lead=head).date_published == PUBLISHED


def test_day_that_the_first_sentence_names_is_no_dateline() -> None:
    assert story(lead="On Nov. 20, 2026 the town slept - until noon. ").date_published is None


@pytest.mark.parametrize("pieces", [("20", "Nov", "2026"), ("Nov", "20"), ("20", "November 2026")])
def test_date_in_pieces_in_a_box_is_read(pieces: tuple[str, ...]) -> None:
    box = "".join(f"<div>{piece}</div>" for piece in pieces)

    assert story(f'<div class="d">{box}</div>').date_published == PUBLISHED
