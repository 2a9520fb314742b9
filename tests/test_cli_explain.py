"""archiver explain: what it tells of an address, and what of one that it never met."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, article, crawl, failed, link, visit
from commands import runner

from archiver.items import Discovery, FoundBy, Image, Listing, Outcome
from archiver.wording import duration_text
from db.connection import open_archive
from db.store import add_discovery, record_visit


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return an archive with a story that changed and was taken down, and one that points to it."""
    path = tmp_path / "archive.db"
    with closing(open_archive(path)) as archive:
        crawl_id = crawl(archive)
        storm = article("storm", "Storm comes near", "It blows.")
        found: dict[str, Any] = {"found_by": FoundBy.RELATED, "found_on": storm.url}
        record_visit(
            archive, crawl_id, visit(storm, [link("flood-1", "Old bridge closed", block="Most read")])
        )
        record_visit(archive, crawl_id, visit(FLOOD, url=f"{SOURCE}flood-1", **found))
        changed = article(FLOOD.url.removeprefix(SOURCE), "Bridge open again", "It fell.")
        later: dict[str, Any] = {"fetched": NOON + DAY, "outcome": Outcome.CHANGED, "article_id": 2}
        record_visit(archive, crawl_id, visit(changed, url=f"{SOURCE}flood-1", **found, **later))
        gone = failed(f"{SOURCE}flood-1", Outcome.GONE, "HTTP status 404", fetched=NOON + 2 * DAY, **found)
        record_visit(archive, crawl_id, gone)
    return path


def test_story_of_an_address_is_told_from_its_finding_to_its_next_visit(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = runner(capsys)("explain", f"{SOURCE}flood-1?utm_source=x", "--archive", path)

    assert told.code == 0
    for part in (
        "news.example",
        f"by a related headline, {SOURCE}storm",
        "gone · HTTP status 404",
        "3 visits",
        "2026-11-20 12:00 UTC · crawl 1 · new",
        "2026-11-21 12:00 UTC · crawl 1 · changed",
        "version 1, 2026-11-20 12:00 UTC: Flood closes the old bridge",
        "version 2, 2026-11-21 12:00 UTC (by the publisher): Bridge open again",
        "Old bridge closed related · Most read",
    ):
        assert part in " ".join(told.out.split())


def test_of_many_visits_the_latest_are_printed(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(open_archive(path)) as archive:
        for number in range(30):
            read = visit(None, outcome=Outcome.LISTING, url=SOURCE, final_url=SOURCE)
            record_visit(archive, crawl(archive), replace(read, fetched=NOON + number * DAY))
    told = runner(capsys)("explain", SOURCE, "--archive", path).out
    everything = json.loads(runner(capsys)("explain", SOURCE, "--json", "--archive", path).out)

    assert "30 visits, the latest 10" in told
    assert ("2026-12-09 12:00 UTC" in told, "2026-12-10 12:00 UTC" in told) == (False, True)
    assert f"archiver explain --json {SOURCE} --archive {path}" in told
    assert len(everything["visits"]) == 30


def test_account_is_json_for_programs(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    account = json.loads(runner(capsys)("explain", f"{SOURCE}flood-1", "--json", "--archive", path).out)

    assert [visit["outcome"] for visit in account["visits"]] == ["stored", "changed", "gone"]
    assert (account["state"], account["outcome"], account["attempts"]) == ("pending", "gone", 0)
    assert account["pointers"][0]["url"] == f"{SOURCE}storm"


def test_front_page_is_due_in_every_crawl(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(open_archive(path)) as archive:
        front: dict[str, Any] = {"url": SOURCE, "final_url": SOURCE}
        record_visit(archive, 1, visit(None, outcome=Outcome.LISTING, **front))
        down = failed(SOURCE, Outcome.TIMEOUT, "no answer", fetched=NOON + DAY)
        record_visit(archive, 1, down)

    told = " ".join(runner(capsys)("explain", SOURCE, "--archive", path).out.split())

    assert "outcome timeout · no answer next in every crawl that finds stories by it" in told


def test_pages_that_show_an_address_are_counted_and_told_whether_they_do_still(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(open_archive(path)) as archive:
        for number in range(11):
            showing = article(f"storm-{number}", f"Storm {number}", f"It blows {number} times.")
            record_visit(
                archive, 1, visit(showing, [link("flood-1", "Old bridge closed")], fetched=NOON + DAY)
            )
        changed = article("storm-1", "Storm 1", "It blew.")
        later: dict[str, Any] = {"fetched": NOON + 2 * DAY, "outcome": Outcome.CHANGED, "article_id": 4}
        record_visit(archive, 1, visit(changed, **later))

    told = runner(capsys)("explain", f"{SOURCE}flood-1", "--archive", path).out
    account = json.loads(runner(capsys)("explain", f"{SOURCE}flood-1", "--json", "--archive", path).out)

    assert "Shown by 12 headlines, the latest 10\n" in told
    assert told.count(" · 2026-11-21 12:00 UTC\n") == 9
    assert told.count(" · 2026-11-21 12:00 UTC · no longer\n") == 1
    assert f"archiver related {SOURCE}flood-1 " in told
    assert (account["pointer_count"], len(account["pointers"])) == (12, 10)
    assert sum(pointer["is_shown"] for pointer in account["pointers"]) == 9


def test_what_a_sitemap_says_of_a_page_is_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listing = Listing(
        url=f"{SOURCE}flood-1",
        language="en",
        keywords=("bridge", "old town"),
        images=(Image(url=f"{SOURCE}1.jpg", caption="The bridge"),),
    )
    bare = Listing(url=listing.url, headline="Bridge closed")
    with closing(open_archive(path)) as archive:
        for named in (listing, bare):  # what says less takes nothing away
            found = Discovery(
                source=SOURCE, found_by=FoundBy.SITEMAP, found_on=f"{SOURCE}map", seen=NOON, listings=(named,)
            )
            add_discovery(archive, found)

    told = " ".join(runner(capsys)("explain", listing.url, "--archive", path).out.split())
    account = json.loads(runner(capsys)("explain", listing.url, "--json", "--archive", path).out)

    assert "listed as Bridge closed" in told
    assert "with en · bridge, old town · 1 picture" in told
    assert account["listed_keywords"] == ["bridge", "old town"]
    assert account["listed_images"] == [{"url": f"{SOURCE}1.jpg", "caption": "The bridge", "credit": None}]


@pytest.mark.parametrize(
    ("url", "part"),
    [
        (f"{SOURCE}unheard-of", "was never met: no feed"),
        ("https://elsewhere.example/a", "its site is none of the archive's (news.example)"),
    ],
)
def test_address_that_was_never_met_is_said_with_what_may_be_why(
    path: Path, capsys: pytest.CaptureFixture[str], url: str, part: str
) -> None:
    told = runner(capsys)("explain", url, "--archive", path)

    assert (told.code, told.out) == (1, "")
    assert part in told.err


@pytest.mark.parametrize(("hours", "text"), [(47, "47 h 20 min"), (48, "2 d 0 h"), (30 * 24 + 5, "30 d 5 h")])
def test_long_times_are_told_in_days(hours: int, text: str) -> None:
    assert duration_text(timedelta(hours=hours, minutes=20)) == text


def test_what_is_no_address_is_wrong_usage(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert runner(capsys)("explain", "mailto:a@b", "--archive", path).code == 2
