"""What happens to a visit on its way to the archive, before anything is compared with the archive."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from archiver.items import Article, FoundBy, LinkKind, Listing, Outcome, RelatedLink, Split, Visit
from archiver.pipelines.canonicalise import Canonicalise
from archiver.pipelines.validate import Validate

FETCHED = datetime(2026, 11, 20, 12, tzinfo=UTC)
URL = "https://example.com/2026/bridge"
ARTICLE = Article(
    url=URL,
    headline="Flood closes the old bridge",
    body="The river rose by two metres on Friday night and took the railing with it.",
)


def visit(article: Article | None, *related: RelatedLink, listing: Listing | None = None) -> Visit:
    return Visit(
        source="https://example.com/",
        url=URL,
        final_url=URL,
        found_by=FoundBy.FEED,
        listing=listing,
        fetched=FETCHED,
        outcome=Outcome.STORED,
        split=Split(article=article, related=related),
    )


def link(url: str, headline: str = "Ferry sails again", block: str = "Read also") -> RelatedLink:
    return RelatedLink(url=url, headline=headline, kind=LinkKind.RELATED, block=block, position=0)


def validated(article: Article) -> tuple[Visit, Article | None]:
    item = Validate().process_item(visit(article, link("https://example.com/b")))
    assert isinstance(item, Visit)
    assert item.split is not None
    return item, item.split.article


def canonicalised(given: Visit) -> Split:
    item = Canonicalise().process_item(given)
    assert isinstance(item, Visit)
    assert item.split is not None
    return item.split


@pytest.mark.parametrize(
    ("article", "reason"),
    [
        (replace(ARTICLE, headline="  "), "its text has no headline"),
        (replace(ARTICLE, body=""), "its text has only 0 letters and digits"),
        (replace(ARTICLE, body="Please enable JavaScript."), "the page shows nothing without JavaScript"),
        (replace(ARTICLE, body="Flooded bridge on Friday."), "its text has only 21 letters and digits"),
        (replace(ARTICLE, body="— … — " * 50), "its text has only 0 letters and digits"),
    ],
)
def test_article_without_headline_or_text_is_none(article: Article, reason: str) -> None:
    item, kept = validated(article)

    assert (item.outcome, item.detail, kept) == (Outcome.NOT_ARTICLE, reason, None)
    assert item.split is not None
    assert [related.url for related in item.split.related] == ["https://example.com/b"]


CONSENT = "We and our 812 partners store and read cookies on your device. Accept all, or manage your choices."


@pytest.mark.parametrize(
    ("headline", "outcome"),
    [
        ("We value your privacy", Outcome.CONSENT),
        ("Just a moment...", Outcome.CHALLENGE),
        ("Votre vie privée", Outcome.CONSENT),
        ("Subscribe to continue reading", Outcome.PAYWALL),
        ("Page not found", Outcome.GONE),
    ],
)
def test_notice_in_place_of_the_page_is_no_story(headline: str, outcome: Outcome) -> None:
    item = Validate().process_item(visit(replace(ARTICLE, headline=headline, body=CONSENT), link(f"{URL}/b")))

    assert isinstance(item, Visit)
    assert (item.outcome, item.split) == (outcome, None)
    assert "the page" in item.detail


@pytest.mark.parametrize(
    ("headline", "body"),
    [("Court fines firm over cookies", CONSENT), ("We value your privacy", CONSENT * 20)],
)
def test_story_about_consent_is_one(headline: str, body: str) -> None:
    assert validated(replace(ARTICLE, headline=headline, body=body))[1] is not None


def test_short_story_in_chinese_is_one() -> None:
    body = (
        "新华社快讯：长江大桥因洪水于周五晚间封闭，预计下周一水位回落后由工程师检查桥墩再决定何时恢复通车。"
    )

    item, kept = validated(replace(ARTICLE, headline="洪水封闭大桥", body=body))

    assert item.outcome is Outcome.STORED
    assert kept is not None


def test_dates_after_the_fetch_are_dropped() -> None:
    future = FETCHED + timedelta(days=2)
    fast_clock = FETCHED + timedelta(minutes=5)

    _, kept = validated(replace(ARTICLE, date_published=future, date_modified=fast_clock))

    assert kept is not None
    assert kept.date_published is None
    assert kept.date_modified == fast_clock


@pytest.mark.parametrize(
    ("claimed", "address"),
    [
        ("https://www.example.com/bridge?utm_source=x", "https://www.example.com/bridge"),
        ("https://example.org/bridge", URL),
        ("https://example.com/", URL),
        ("https://example.com/?p=3", "https://example.com/?p=3"),
        ("", URL),
        ("javascript:void(0)", URL),
    ],
)
def test_address_that_the_page_claims_is_believed_within_its_site(claimed: str, address: str) -> None:
    article = canonicalised(visit(replace(ARTICLE, url=claimed))).article

    assert article is not None
    assert article.url == address


def test_date_comes_from_the_listing_where_the_page_has_none() -> None:
    listed, written = FETCHED - timedelta(hours=3), FETCHED - timedelta(hours=5)
    listing = Listing(url=URL, date_published=listed)

    without = canonicalised(visit(ARTICLE, listing=listing)).article
    with_date = canonicalised(visit(replace(ARTICLE, date_published=written), listing=listing)).article

    assert without is not None
    assert with_date is not None
    assert without.date_published == listed
    assert with_date.date_published == written


def test_date_after_the_fetch_is_not_believed_of_a_listing_either() -> None:
    listing = Listing(url=URL, date_published=FETCHED + timedelta(days=900))

    item = Validate().process_item(visit(ARTICLE, listing=listing))

    assert isinstance(item, Visit)
    kept = canonicalised(item).article
    assert kept is not None
    assert kept.date_published is None


def test_links_to_the_page_itself_and_repeats_are_dropped() -> None:
    other = "https://example.com/ferry"
    given = visit(
        ARTICLE, link(URL), link(other), link(other), link(other, block="Latest"), link("", "No address")
    )

    kept = [(related.url, related.block) for related in canonicalised(given).related]

    assert kept == [(other, "Read also"), (other, "Latest"), ("", "Read also")]
