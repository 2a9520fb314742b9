"""Real crawls of a site that changes leave the history of its stories."""

from contextlib import closing
from pathlib import Path

from commands import wait_for_the_next_second
from conftest import Crawl
from misbehaving import HEADLINE, OPENING, PARAGRAPHS, answer, feed, front, misbehaving, story

import archiver
from archiver.items import ChangeKind, Outcome
from archiver.sample.server import SampleServer
from db.connection import read_archive


def flood(headline: str = HEADLINE, *more: str) -> bytes:
    return story(headline, OPENING.format(HEADLINE), *PARAGRAPHS, *more)


def test_crawls_of_a_changing_page_tell_its_versions(crawl: Crawl, archive: Path) -> None:
    notice = "Correction: the river rose by three metres, not by two."
    shared = flood("Bridge shut for days").replace(
        b"<title>", b"<meta property='og:title' content='River takes bridge'><title>"
    )
    pages = {"/": front("/flood"), "/feed.xml": feed("/flood"), "/flood": answer(flood())}
    with misbehaving(pages) as site:
        outcomes = []
        for page in (
            flood(),
            flood(HEADLINE, "Last updated 2 hours ago"),
            shared,
            flood(),
            shared.replace(b"</article>", f"<p>{notice}</p></article>".encode()),
        ):
            site.pages["/flood"] = answer(page)
            outcomes.append(crawl(site.url).counts[site.url])
            wait_for_the_next_second()
        address = f"{site.url}flood"
        site.pages["/flood"] = answer(b"<p>Gone", "410 Gone")
        crawl(site.url)

    with archiver.open(archive) as opened:
        found = opened.history(address)
        kinds = [set(change.kinds) for change in opened.changes()]
        headlines = [item.headline for item in opened.front(site.url).items]
    assert [Outcome.CHANGED in each for each in outcomes] == [False, False, True, False, True]
    assert [each.kinds for each in found.versions] == [
        (),
        (ChangeKind.HEADLINE,),
        (ChangeKind.CORRECTION,),
    ]
    assert [each.number for each in found.periods] == [1, 2, 1, 3]
    assert found.versions[2].notice == notice
    assert ("og:title", "River takes bridge") in {(each.origin, each.headline) for each in found.headlines}
    assert ("front_page", "The story that is called /flood") in {
        (each.origin, each.headline) for each in found.headlines
    }
    assert kinds == [{"gone"}, {"correction"}, {"headline"}]
    assert headlines == ["The story that is called /flood"]


def test_second_edition_of_the_newspaper_leaves_its_changes(
    crawl: Crawl, archive: Path, paper: SampleServer
) -> None:
    crawl(paper.url)
    paper.publish(2)
    crawl(paper.url)

    with archiver.open(archive) as opened:
        found = {
            (change.to_headline or change.from_headline)[:9]: set(change.kinds) for change in opened.changes()
        }
    assert found == {
        "Bus fares": {"headline"},
        "Seagrass ": {"body", "correction"},
        "School me": {"gone"},
    }
    with closing(read_archive(archive)) as connection:
        origins = {row[0] for row in connection.execute("SELECT origin FROM headline_variants")}
    assert origins >= {"article", "feed", "sitemap", "front_page", "related", "og:title"}
