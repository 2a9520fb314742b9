"""The history of an article: versions, what is none, pages that go to and fro, and headlines seen elsewhere."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from archives import FLOOD, NOON, SOURCE, article, crawl, link, one, response, visit

from archiver.errors import NotInArchiveError, QueryError
from archiver.items import (
    Article,
    ChangeKind,
    Discovery,
    FoundBy,
    Listing,
    Outcome,
    RelatedLink,
    Split,
    StatedTitle,
    TitleOrigin,
)
from archiver.pipelines.canonicalise import Canonicalise
from archiver.pipelines.deduplicate import Deduplicate
from db.connection import open_archive
from db.history import history, version_diff
from db.read import stored_article
from db.store import add_discovery, record_visit
from db.versions import FLAPPED

HOUR = timedelta(hours=1)
TEXT_B = replace(FLOOD, headline="Old bridge shut by flood")
TEXT_C = replace(FLOOD, body=f"{FLOOD.body}\n\nEngineers will look at the piers on Monday.")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_archive(tmp_path / "archive.db")
    crawl(connection)
    yield connection
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def see(
    archive: sqlite3.Connection, story: Article | None, hours: float, url: str = FLOOD.url, **split: object
) -> Outcome:
    """Visit the page so many hours later, as a crawl does; without story the server says that nothing changed."""
    seen = visit(story or FLOOD, url=url, final_url=url, fetched=NOON + HOUR * hours)
    if story is None:
        seen = replace(seen, split=None, response=response(b"", 304), outcome=Outcome.UNCHANGED)
    elif split:
        seen = replace(seen, split=replace(seen.split or Split(article=story), **split))  # type: ignore[arg-type]
    decided = Deduplicate(archive).process_item(Canonicalise().process_item(seen))
    assert not isinstance(decided, Discovery)
    return record_visit(archive, 1, decided)


def periods(archive: sqlite3.Connection) -> list[tuple[int, float, float]]:
    """Return which version the page showed, from which hour until which."""
    return [
        (each.number, (each.first_seen - NOON) / HOUR, (each.last_seen - NOON) / HOUR)
        for each in history(archive, "1").periods
    ]


def test_every_change_is_a_version_with_its_kinds(archive: sqlite3.Connection) -> None:
    signed = replace(TEXT_C, headline="Old bridge shut by flood", authors=("Ann Lee",))
    outcomes = [see(archive, story, n) for n, story in enumerate((FLOOD, TEXT_B, TEXT_C, signed))]
    assert outcomes == [Outcome.STORED, *[Outcome.CHANGED] * 3]

    found = history(archive, FLOOD.url)

    assert [(each.number, each.kinds) for each in found.versions] == [
        (1, ()),
        (2, (ChangeKind.HEADLINE,)),
        (3, (ChangeKind.HEADLINE, ChangeKind.BODY)),
        (4, (ChangeKind.HEADLINE, ChangeKind.BYLINE)),
    ]
    assert [each.seen_at for each in found.versions] == [NOON + HOUR * n for n in range(4)]
    assert [(field.field, field.added, field.removed) for field in found.versions[2].changes] == [
        ("headline", 5, 5),
        ("body", 8, 0),
    ]
    assert {each.cause for each in found.versions} == {"publisher"}
    assert found.shown == 4


@pytest.mark.parametrize(
    "noisy",
    [
        replace(FLOOD, body=FLOOD.body.replace(" ", "\u00a0")),
        replace(FLOOD, body=f"{FLOOD.body}\n\nUpdated: 20 November 2026, 14:05 GMT"),
        replace(FLOOD, headline="\u201cFlood closes the old bridge\u201d"[1:-1] + "\u200b"),
        replace(FLOOD, authors=("Ann Lee", "ZoÃ« MÃ¼ller")),
        replace(FLOOD, body="The river rose by two metres. Nobody may cross until Friday."),
    ],
)
def test_noise_is_no_version(archive: sqlite3.Connection, noisy: Article) -> None:
    see(archive, FLOOD, 0)
    assert see(archive, noisy, 1) is Outcome.UNCHANGED
    assert one(archive, "SELECT count(*) FROM revisions") == 0
    assert stored_article(archive, "1").body == FLOOD.body
    assert periods(archive) == [(1, 0, 1)]


MOVED = [
    ("http://news.example/2026/flood", "https://news.example/2026/flood"),
    ("https://www.news.example/2026/flood", "https://news.example/2026/flood"),
    ("https://news.example/2026/flood", "https://www.news.example/2026/flood/"),
]


@pytest.mark.parametrize(("before", "after"), MOVED)
@pytest.mark.parametrize(
    "story", [TEXT_B, TEXT_C, replace(TEXT_B, body="All of it was told anew on Monday.")]
)
def test_text_that_changes_while_its_site_moves_is_a_version(
    archive: sqlite3.Connection, before: str, after: str, story: Article
) -> None:
    see(archive, replace(FLOOD, url=before), 0, before)

    # Named by a feed at its new address, the old one is not asked for; or the old one leads there.
    assert see(archive, replace(story, url=after), 24, after) is Outcome.CHANGED

    assert one(archive, "SELECT count(*) FROM articles") == 1
    assert stored_article(archive, "1").body == story.body
    assert see(archive, replace(story, url=after), 48, after) in (Outcome.UNCHANGED, Outcome.DUPLICATE)
    assert len(history(archive, "1").versions) == 2


@pytest.mark.parametrize(("before", "after"), MOVED)
def test_same_text_at_both_addresses_of_a_site_that_moves_is_no_version(
    archive: sqlite3.Connection, before: str, after: str
) -> None:
    for hours in (0, 24):
        for url in (before, after):
            see(archive, replace(FLOOD, url=url), hours, url)

    assert one(archive, "SELECT count(*) FROM articles") == 1
    assert one(archive, "SELECT count(*) FROM revisions") == 0


def test_page_that_goes_to_and_fro_makes_no_versions(archive: sqlite3.Connection) -> None:
    stories = (FLOOD, TEXT_B, FLOOD, FLOOD, TEXT_B, FLOOD)
    outcomes = [see(archive, story, hours) for hours, story in enumerate(stories)]
    assert outcomes == [Outcome.STORED, Outcome.CHANGED, *[Outcome.UNCHANGED] * 4]
    assert periods(archive) == [(1, 0, 0), (2, 1, 1), (1, 2, 3), (2, 4, 4), (1, 5, 5)]
    assert history(archive, "1").shown == 1
    assert one(archive, "SELECT detail FROM captures ORDER BY id DESC LIMIT 1") == FLAPPED
    assert stored_article(archive, "1").headline == TEXT_B.headline
    assert one(archive, "SELECT last_seen FROM articles") == "2026-11-20T17:00:00Z"


@pytest.mark.parametrize("last", [FLOOD, None], ids=["read", "not_modified"])
def test_page_that_goes_back_for_good_has_a_new_version(
    archive: sqlite3.Connection, last: Article | None
) -> None:
    for hours, story in ((0, FLOOD), (1, TEXT_B), (2, FLOOD), (24, FLOOD)):
        see(archive, story, hours)

    assert see(archive, last, 60) is Outcome.CHANGED

    assert periods(archive) == [(1, 0, 0), (2, 1, 1), (3, 2, 60)]
    found = history(archive, "1")
    assert [each.headline for each in found.versions] == [FLOOD.headline, TEXT_B.headline, FLOOD.headline]
    assert found.versions[2].seen_at == NOON + HOUR * 2
    assert found.versions[2].kinds == (ChangeKind.HEADLINE,)
    assert found.versions[2].cause == "publisher"
    assert stored_article(archive, "1").headline == FLOOD.headline
    assert stored_article(archive, "1").last_seen == NOON + HOUR * 60
    assert one(archive, "SELECT fetched FROM articles JOIN captures ON captures.id = capture_id") == (
        "2026-11-20T14:00:00Z"
    )
    assert see(archive, FLOOD, 70) is Outcome.UNCHANGED


def test_change_taken_back_after_days_is_a_version_at_once(archive: sqlite3.Connection) -> None:
    for hours, story in ((0, FLOOD), (1, TEXT_B), (60, FLOOD)):
        see(archive, story, hours)
    assert len(history(archive, "1").versions) == 3


def test_not_modified_prolongs_what_was_shown_last(archive: sqlite3.Connection) -> None:
    for hours, story in ((0, FLOOD), (1, TEXT_B), (2, FLOOD), (3, None), (4, None)):
        see(archive, story, hours)
    assert periods(archive) == [(1, 0, 0), (2, 1, 1), (1, 2, 4)]


def test_copy_at_another_address_says_nothing_of_what_the_page_shows(archive: sqlite3.Connection) -> None:
    copy = f"{SOURCE}print/flood"
    for hours, story in ((0, FLOOD), (1, TEXT_B)):
        see(archive, story, hours)
    assert see(archive, FLOOD, 2, url=copy) is Outcome.DUPLICATE
    assert periods(archive) == [(1, 0, 0), (2, 1, 1)]


def headlines(archive: sqlite3.Connection) -> list[tuple[str, str, datetime, datetime, str]]:
    return [
        (each.origin, each.headline, each.first_seen, each.last_seen, each.seen_on)
        for each in history(archive, "1").headlines
    ]


def list_in(archive: sqlite3.Connection, found_by: FoundBy, place: str, headline: str, hours: float) -> None:
    listings = (Listing(url=FLOOD.url, headline=headline),)
    seen = NOON + HOUR * hours
    found = Discovery(
        source=SOURCE, found_by=found_by, found_on=f"{SOURCE}{place}", seen=seen, listings=listings
    )
    add_discovery(archive, found)


def show_on(archive: sqlite3.Connection, story: Article | None, shown: RelatedLink, hours: float) -> None:
    page = visit(story, [shown], fetched=NOON + HOUR * hours)
    if story is None:
        page = replace(page, url=SOURCE, final_url=SOURCE, outcome=Outcome.LISTING)
    record_visit(archive, 1, page)


def test_headlines_seen_elsewhere_belong_to_the_history(archive: sqlite3.Connection) -> None:
    see(archive, FLOOD, 0, titles=(StatedTitle(origin=TitleOrigin.OG_TITLE, text="Bridge shut after flood"),))
    list_in(archive, FoundBy.FEED, "feed.xml", "Bridge flooded", 0)
    list_in(archive, FoundBy.FEED, "feed.xml", "Bridge flooded", 2)
    list_in(archive, FoundBy.FEED, "feed.xml", "Bridge flooded, town cut off", 3)
    list_in(archive, FoundBy.SITEMAP, "news.xml", "Flood closes  the old bridge", 1)
    show_on(archive, None, link("flood", "Bridge under water"), 1)
    show_on(archive, article("ferry", "Ferry runs again", "It runs again."), link("flood", "Bridge flood"), 4)

    hour = [NOON + HOUR * n for n in range(5)]
    assert headlines(archive) == [
        ("article", FLOOD.headline, hour[0], hour[0], FLOOD.url),
        ("feed", "Bridge flooded", hour[0], hour[2], f"{SOURCE}feed.xml"),
        ("og:title", "Bridge shut after flood", hour[0], hour[0], FLOOD.url),
        ("front_page", "Bridge under water", hour[1], hour[1], SOURCE),
        ("sitemap", FLOOD.headline, hour[1], hour[1], f"{SOURCE}news.xml"),
        ("feed", "Bridge flooded, town cut off", hour[3], hour[3], f"{SOURCE}feed.xml"),
        ("related", "Bridge flood", hour[4], hour[4], f"{SOURCE}ferry"),
    ]


def test_what_a_better_parser_corrects_is_apart(archive: sqlite3.Connection) -> None:
    see(archive, FLOOD, 0)
    better = visit(replace(FLOOD, headline="Flood closes the old bridge for days"), outcome=Outcome.CHANGED)
    same_bytes = replace(better, response=visit(FLOOD).response, article_id=1)
    record_visit(archive, 1, same_bytes)

    found = history(archive, "1")

    assert [each.cause for each in found.versions] == ["publisher", "parser"]
    assert [each.headline for each in found.headlines] == ["Flood closes the old bridge for days"]


def test_correction_keeps_its_notice(archive: sqlite3.Connection) -> None:
    notice = "Correction: the river rose by three metres, not two."
    see(archive, FLOOD, 0)
    see(archive, replace(FLOOD, body=f"{FLOOD.body.replace('two', 'three')}\n\n{notice}"), 1)
    latest = history(archive, "1").versions[1]
    assert latest.kinds == (ChangeKind.BODY, ChangeKind.CORRECTION)
    assert latest.notice == notice


def test_any_two_versions_can_be_compared(archive: sqlite3.Connection) -> None:
    for hours, story in enumerate((FLOOD, TEXT_B, TEXT_C)):
        see(archive, story, hours)

    latest, both, back = (version_diff(archive, "1", *pair) for pair in ((), (1, 3), (3, 1)))

    assert (latest.old, latest.new, latest.kinds) == (2, 3, (ChangeKind.HEADLINE, ChangeKind.BODY))
    assert [each.field for each in both.fields] == ["body"]
    assert both.kinds == latest.kinds
    assert (both.fields[0].added, back.fields[0].removed) == (8, 8)
    assert version_diff(archive, "1", new=2).old == 1


def test_versions_that_are_not_there_are_named(archive: sqlite3.Connection) -> None:
    see(archive, FLOOD, 0)
    with pytest.raises(NotInArchiveError, match="has one version only"):
        version_diff(archive, FLOOD.url)
    see(archive, TEXT_B, 1)
    with pytest.raises(NotInArchiveError, match="article 1 has no version 3: it has 1 to 2"):
        version_diff(archive, "1", 1, 3)
    with pytest.raises(QueryError, match=r"version 1 of article 1 is its first: .* such as 1 2"):
        version_diff(archive, "1", new=1)
    with pytest.raises(QueryError, match="version 2 is the same as itself"):
        version_diff(archive, "1", 2, 2)
    with pytest.raises(NotInArchiveError):
        history(archive, f"{SOURCE}nothing")
