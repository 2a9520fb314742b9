"""What raises an alarm about a source, what clears it, and what is left for whoever mends it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from sqlite3 import Connection
from typing import Any
from zipfile import ZipFile

import pytest
from archives import DAY, FLOOD, article, failed, visit
from commands import run_apart, runner
from conftest import Crawl
from misbehaving import answer, feed, front, misbehaving, story

from archiver.crawl.notify import notify
from archiver.crawl.sources_file import add_entry
from archiver.errors import NotifyError
from archiver.items import CrawlState, Outcome, Visit
from db.connection import open_archive, read_archive, transaction
from db.crawls.alarm_news import news_of_crawl, untold_news
from db.crawls.alarms import StandingAlarm, note_notified, raise_alarms, standing_alarms
from db.crawls.funnels import Funnel
from db.crawls.past import LATEST, SHARE, Past
from db.crawls.unusual import AlarmKind, Outage, alarms_of
from db.store import finish_crawl, record_visit, start_crawl
from db.values import time_text
from spiders.frontier import Source

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WELL = Funnel(
    crawl_id=1,
    source="news.example",
    url="https://news.example/",
    started=NOW,
    finished=NOW,
    discovered=9,
    asked=9,
    fetched=9,
    articles=5,
    new=4,
    changed=1,
    unchanged=0,
    gone=0,
    failed=0,
    outcomes={Outcome.STORED: 4, Outcome.CHANGED: 1},
    refused=0,
    bytes=90_000,
    read=5,
    body_length=3000,
    dated=5,
    signed=4,
    links=12,
)
NOTHING = replace(
    WELL,
    fetched=0,
    articles=0,
    new=0,
    changed=0,
    outcomes={Outcome.TIMEOUT: 3},
    read=0,
    body_length=None,
    links=None,
)


def kinds(*latest: Funnel) -> list[AlarmKind]:
    """Return the alarms of a source that did well each hour of eight days, and whose latest crawls were so."""
    funnels = [*latest, *([WELL] * 192)]
    each = [replace(funnel, started=NOW - number * HOUR) for number, funnel in enumerate(funnels)]
    return [alarm.kind for alarm in alarms_of(each, NOW)]


def test_source_that_does_as_ever_raises_nothing() -> None:
    assert kinds() == kinds(replace(WELL, body_length=2000, links=9, signed=3)) == []
    assert alarms_of([], NOW) == alarms_of([NOTHING], NOW) == []


def test_source_of_which_little_is_known_raises_nothing() -> None:
    assert alarms_of([replace(WELL, body_length=100, dated=0, links=0)] * 2 + [WELL] * 2, NOW) == []


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        (replace(WELL, body_length=900), AlarmKind.SHORT_TEXTS),
        (replace(WELL, dated=1), AlarmKind.NO_DATES),
        (replace(WELL, signed=0), AlarmKind.NO_AUTHORS),
        (replace(WELL, links=2), AlarmKind.FEW_LINKS),
        (replace(WELL, read=2, outcomes={Outcome.STORED: 2, Outcome.NOT_ARTICLE: 7}), AlarmKind.FEW_ARTICLES),
    ],
)
def test_latest_stories_that_lack_what_earlier_ones_had_raise_an_alarm(
    changed: Funnel, kind: AlarmKind
) -> None:
    assert kinds(*[changed] * 4) == [kind]


def test_few_stories_prove_nothing() -> None:
    assert kinds(replace(WELL, body_length=100, dated=0, signed=0, links=0)) == []


def test_pages_that_are_not_sent_again_say_nothing_of_what_pages_are_like() -> None:
    unsent = replace(
        WELL, read=0, new=0, articles=40, unchanged=40, outcomes={Outcome.UNCHANGED: 40}, body_length=None
    )
    assert kinds(unsent, unsent) == []


def test_refusals_raise_an_alarm_at_once() -> None:
    assert kinds(replace(WELL, refused=5)) == [AlarmKind.REFUSED]
    assert kinds(replace(WELL, refused=2)) == []


def test_site_that_lets_nothing_through_raises_an_alarm_at_the_second_crawl() -> None:
    shut = replace(NOTHING, fetched=1, refused=1, outcomes={Outcome.HTTP_ERROR: 1})
    assert kinds(shut) == []
    assert kinds(shut, shut) == kinds(shut, NOTHING, shut) == [AlarmKind.REFUSED]
    assert kinds(*[shut] * 10) == [AlarmKind.REFUSED]  # and no silence: nobody knows of one


def test_refusals_stand_until_a_story_comes() -> None:
    listing = replace(NOTHING, fetched=2, outcomes={Outcome.LISTING: 2})
    forbidden = replace(listing, fetched=8, refused=6, outcomes={Outcome.LISTING: 2, Outcome.HTTP_ERROR: 6})
    unchanged = replace(listing, fetched=3, articles=1, outcomes={Outcome.LISTING: 2, Outcome.UNCHANGED: 1})
    assert kinds(forbidden) == kinds(listing, forbidden) == kinds(NOTHING, listing, forbidden)
    assert kinds(forbidden) == [AlarmKind.REFUSED]
    assert kinds(unchanged, forbidden) == []
    shut = replace(NOTHING, fetched=1, refused=1, outcomes={Outcome.HTTP_ERROR: 1})
    assert kinds(listing, shut, shut) == []


def test_site_that_is_down_raises_an_alarm_at_the_second_crawl() -> None:
    assert kinds(NOTHING) == []
    assert kinds(NOTHING, NOTHING) == [AlarmKind.UNREACHABLE]


def test_site_that_was_never_there_raises_an_alarm_at_the_second_crawl() -> None:
    """An address with a slip in it."""
    (told,) = alarms_of([NOTHING] * 3, NOW)

    assert (told.kind, told.message) == (
        AlarmKind.UNREACHABLE, "nothing could be fetched in the last 3 crawls (9 timeout), and nothing before"
    )  # fmt: skip


def test_stories_that_all_fail_raise_an_alarm_though_listings_come() -> None:
    listing = replace(NOTHING, fetched=1, outcomes={Outcome.LISTING: 1})
    failing = replace(
        listing, fetched=9, outcomes={Outcome.LISTING: 1, Outcome.HTTP_ERROR: 7, Outcome.TIMEOUT: 1}
    )
    one = replace(listing, fetched=2, outcomes={Outcome.LISTING: 1, Outcome.HTTP_ERROR: 1})
    assert (
        kinds(failing)
        == kinds(one, one, one)
        == kinds(replace(WELL, outcomes=failing.outcomes), failing)
        == []
    )
    assert kinds(failing, failing) == kinds(one, listing, failing) == [AlarmKind.FAILING]
    refused = replace(failing, refused=8)
    assert kinds(refused, refused) == [AlarmKind.REFUSED]
    (told,) = alarms_of([failing, failing, WELL], NOW)
    assert (
        told.message
        == "no story could be had in the last 2 crawls that asked for some (14 http error, 2 timeout)"
    )


def test_silence_is_measured_by_the_silences_before() -> None:
    quiet = replace(WELL, new=0, changed=0)
    assert kinds(*[quiet] * 5) == []
    assert kinds(*[quiet] * 8) == [AlarmKind.SILENT]
    weekly = [replace(WELL, started=NOW - number * timedelta(days=3)) for number in range(9)]
    assert alarms_of(weekly, NOW + timedelta(days=4)) == []


def hourly(
    past: timedelta, new_until: timedelta, pause: tuple[timedelta, timedelta] | None = None
) -> list[Funnel]:
    """Return funnels of a source, newest first, crawled each hour but in a pause, with new stories until so long ago.

    Like many it has none at night.
    """
    moments = [NOW - number * HOUR for number in range(int(past / HOUR))]
    if pause is not None:
        moments = [moment for moment in moments if not pause[1] <= NOW - moment <= pause[0]]
    return [
        replace(WELL, started=moment, new=int(NOW - moment >= new_until and 6 <= moment.hour < 22))
        for moment in moments
    ]


def test_source_is_no_longer_silent_than_its_nights_before_a_week_has_shown_them() -> None:
    first_night, later = hourly(20 * HOUR, new_until=14 * HOUR), hourly(9 * DAY, new_until=14 * HOUR)

    assert alarms_of(first_night, NOW) == []
    (told,) = alarms_of(later, NOW)
    assert told.message == "no new story for 15 hours; before, the longest silence in 8 days was 9 hours"


def test_pause_of_the_crawls_is_no_silence_of_the_site() -> None:
    pause = (100 * HOUR, 30 * HOUR)

    assert [alarm.kind for alarm in alarms_of(hourly(20 * DAY, 15 * HOUR, pause), NOW)] == [AlarmKind.SILENT]
    assert alarms_of(hourly(20 * DAY, 100 * HOUR, (100 * HOUR, 2 * HOUR)), NOW) == []


def test_time_of_an_alarm_is_no_part_of_the_past_that_the_next_is_compared_with() -> None:
    bad = replace(WELL, signed=0)
    funnels = [
        replace(funnel, started=NOW - number * HOUR)
        for number, funnel in enumerate([*[bad] * 2, *[WELL] * 6, *[bad] * 100, *[WELL] * 40])
    ]
    outage = Outage(AlarmKind.NO_AUTHORS, NOW - 108 * HOUR, NOW - 7 * HOUR)

    assert alarms_of(funnels, NOW) == []
    (told,) = alarms_of(funnels, NOW, outages=[outage])
    assert told.message == "0% of the latest stories name an author; before it was 80%"


def test_silence_that_raised_an_alarm_is_no_measure_of_the_next_unless_it_becomes_a_habit() -> None:
    def silence(kind: AlarmKind, days: int) -> Outage:
        return Outage(kind, NOW - days * DAY + 30 * HOUR, NOW - days * DAY + 48 * HOUR)

    def without(*silences: int) -> list[Funnel]:
        quiet = [(NOW - days * DAY, NOW - days * DAY + 48 * HOUR) for days in silences]
        return [
            replace(funnel, new=0) if any(first < funnel.started < last for first, last in quiet) else funnel
            for funnel in hourly(20 * DAY, new_until=15 * HOUR)
        ]

    silent, down = silence(AlarmKind.SILENT, 12), silence(AlarmKind.UNREACHABLE, 12)
    assert alarms_of(without(12), NOW) == []
    for outage in (silent, down):
        (told,) = alarms_of(without(12), NOW, outages=[outage])
        assert told.message.endswith("before, the longest silence in 19 days was 9 hours")
    assert alarms_of(without(12, 6), NOW, outages=[silent, silence(AlarmKind.SILENT, 6)]) == []


def test_sources_crawled_often_are_compared_with_a_share_of_their_crawls(archive: Path) -> None:
    often = [NOW - number * timedelta(minutes=15) for number in range(1000)]
    with closing(open_archive(archive)) as connection:
        for moment in reversed(often[1:]):
            crawl_id = start_crawl(connection, started=moment, arguments={}, version="1")
            record_visit(connection, crawl_id, replace(visit(None, outcome=Outcome.LISTING), fetched=moment))
            finish_crawl(connection, crawl_id, finished=moment, state=CrawlState.DONE)
        past = Past(connection)
        funnels = past.funnels(1, time_text(NOW - 9 * DAY))
        beats = past.beats(1, time_text(NOW - 9 * DAY))

    assert [beat.started for beat in beats] == often[1 : 9 * 96 + 1]
    assert [funnel.started for funnel in funnels[:LATEST]] == often[1 : LATEST + 1]
    assert LATEST + SHARE / 2 < len(funnels) <= LATEST + SHARE
    assert funnels[-1].started <= NOW - 8 * DAY


class Webhook:
    """A server on this machine that keeps what it is sent."""

    def __init__(self) -> None:
        self.status = 200
        self.received: list[dict[str, Any]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.received.append(json.loads(body))
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, *about: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    """Serve a webhook."""
    hook = Webhook()
    thread = threading.Thread(target=hook.server.serve_forever, daemon=True)
    thread.start()
    yield hook
    hook.server.shutdown()
    hook.server.server_close()
    thread.join()


def page(name: str, *, is_new: bool = False) -> bytes:
    """Return a story's page by the layout that the site had, or by one without dates and authors."""
    text = story(f"The story of {name}")
    about = (
        b"<p>By <a rel='author' href='/people/ann'>Ann Lee</a></p>"
        b"<time datetime='2026-11-19T08:00:00Z' itemprop='datePublished'>19 November 2026</time>"
    )
    return text if is_new else text.replace(b"</h1>", b"</h1>" + about)


def stories(first: int, last: int, *, is_new: bool = False) -> dict[str, Callable[..., None]]:
    return {f"/{number}": answer(page(str(number), is_new=is_new)) for number in range(first, last)}


def test_new_layout_raises_an_alarm_with_pages_that_show_it_and_clears_once_mended(
    archive: Path, crawl: Crawl, capsys: pytest.CaptureFixture[str]
) -> None:
    def crawl_stories(first: int, last: int, *, is_new: bool = False) -> None:
        new = stories(first, last, is_new=is_new)
        server.pages.update(new)
        server.pages["/feed.xml"] = feed(*new)
        crawl(server.url, revisit_after=-1)

    with misbehaving({}) as server:
        crawl_stories(0, 22)
        crawl_stories(22, 31, is_new=True)
        with closing(read_archive(archive)) as connection:
            raised = standing_alarms(connection)
        status = runner(capsys)("status", "--archive", archive)
        (each,) = runner(capsys)("status", "--json", "--archive", archive).out.splitlines()
        crawl_stories(31, 41)
        with closing(read_archive(archive)) as connection:
            assert standing_alarms(connection) == []

    assert f"Pages that show them: {archive.with_name('archive.alarms')}/" in status.out.replace("\n", "")
    # The feed still gives the dates, which the pages do not.
    assert [alarm.kind for alarm in raised] == [AlarmKind.NO_DATES, AlarmKind.NO_AUTHORS]
    assert "0% of the latest stories name an author; before it was 100%" in " ".join(status.out.split())
    assert [alarm["kind"] for alarm in json.loads(each)["alarms"]] == ["no_dates", "no_authors"]
    assert json.loads(each)["new_by_day"][-1] == 31
    bundles = sorted(archive.with_name("archive.alarms").iterdir())
    assert [bundle.stem.rpartition("-")[2] for bundle in bundles] == ["authors", "dates"]
    with ZipFile(bundles[0]) as bundle:
        assert bundle.read("page-1.html") in {page(str(number), is_new=True) for number in range(22, 31)}
        assert json.loads(bundle.read("page-1.json"))["url"].startswith(server.url)
        assert "name an author" in bundle.read("README.txt").decode()


def test_status_of_an_archive_says_when_nothing_is_wrong(
    archive: Path, crawl: Crawl, capsys: pytest.CaptureFixture[str]
) -> None:
    with misbehaving(stories(0, 2)) as server:
        crawl(server.url)
    told = runner(capsys)("status", "--archive", archive)

    assert told.code == 0
    assert "No alarm stands." in told.out
    assert "█ 2" in told.out


def test_alarms_are_told_once_to_a_webhook_and_again_if_it_failed(
    archive: Path, crawl: Crawl, webhook: Webhook
) -> None:
    with misbehaving({}) as server:
        crawl(server.url, RETRY_TIMES=0)
        server.pages["/robots.txt"] = answer(b"", "503 Busy")
        crawl(server.url, RETRY_TIMES=0)
        crawl(server.url, RETRY_TIMES=0)

    webhook.status = 500
    with pytest.raises(NotifyError, match=r"could not be told of 1 alarm: HTTP status 500$"):
        notify(archive, [webhook.url])
    webhook.status = 200
    assert notify(archive, [webhook.url]) == 1
    assert notify(archive, [webhook.url]) == 0
    failed, told = webhook.received
    assert failed == told
    assert (
        "nothing could be fetched in the last 2 crawls (2 robots); the last time: robots.txt" in told["text"]
    )
    assert [alarm["kind"] for alarm in told["alarms"]] == ["unreachable"]


def test_site_that_refuses_us_keeps_its_alarm_until_it_lets_us_in(
    archive: Path, crawl: Crawl, capsys: pytest.CaptureFixture[str]
) -> None:
    def standing() -> list[AlarmKind]:
        with closing(read_archive(archive)) as connection:
            return [alarm.kind for alarm in standing_alarms(connection)]

    forbidden = answer(b"Forbidden", "403 Forbidden")
    with misbehaving(stories(0, 2)) as server:
        crawl(server.url)
        open_pages = dict(server.pages)
        server.pages = dict.fromkeys([*open_pages, "/sitemap.xml"], forbidden)
        crawl(server.url)
        refused = []
        archive.with_name("archive.alarms").mkdir()  # of alarms that stand no more
        for after in (-1, -1, 0, -1):
            crawl(server.url, revisit_after=after)
            refused.append(standing())
        told = runner(capsys)("status", "--archive", archive)
        server.pages = open_pages
        crawl(server.url)

    assert refused == [[AlarmKind.REFUSED]] * 4
    assert "Pages that show them" not in told.out  # none came
    assert standing() == []


def crawl_at(archive: Connection, moment: datetime, *visits: Visit) -> list[StandingAlarm]:
    """Write a crawl that made these visits and return what stands after it."""
    crawl_id = start_crawl(archive, started=moment, arguments={}, version="1")
    for each in visits:
        record_visit(archive, crawl_id, replace(each, fetched=moment))
    finish_crawl(archive, crawl_id, finished=moment, state=CrawlState.DONE)
    with transaction(archive):
        raise_alarms(archive, crawl_id, moment)
    return standing_alarms(archive)


def day_of(number: int, **fields: Any) -> list[Visit]:
    """Return the visits of three new stories."""
    return [
        visit(article(f"{number}/{part}", f"Day {number}", f"Part {part} of day {number}.", **fields))
        for part in range(3)
    ]


def test_alarm_does_not_clear_by_time_alone(archive: Path) -> None:
    dead = failed(FLOOD.url, Outcome.UNREACHABLE)
    with closing(open_archive(archive)) as connection:
        crawl_at(connection, NOW, visit(FLOOD))
        for moment in (NOW + HOUR, NOW + 2 * HOUR, NOW + timedelta(days=60)):
            standing = crawl_at(connection, moment, dead)
        assert [alarm.kind for alarm in standing] == [AlarmKind.UNREACHABLE]
        assert crawl_at(connection, NOW + timedelta(days=60, hours=1), visit(FLOOD)) == []


def test_site_that_asks_to_be_left_alone_is_said_to_do_so(archive: Path, crawl: Crawl) -> None:
    with misbehaving(stories(0, 2)) as server:
        crawl(server.url)
        server.pages["/robots.txt"] = answer(b"", "429 Too Many Requests", Retry_After="3600")
        crawl(server.url, RETRY_TIMES=0)
        (told,) = crawl(server.url, RETRY_TIMES=0).alarms

    assert "the last time: its host is left alone until the next crawl (HTTP status 429, come back in" in told


def test_silence_stands_until_a_new_story_comes(archive: Path) -> None:
    quiet = visit(None, outcome=Outcome.LISTING)
    with closing(open_archive(archive)) as connection:
        for number in range(10):
            assert crawl_at(connection, NOW + number * DAY, *day_of(number)) == []
        stood = [crawl_at(connection, NOW + number * DAY, quiet) for number in range(10, 120)]
        assert [alarm.kind for alarm in stood[-1]] == [AlarmKind.SILENT]
        assert len({alarm.id for alarms in stood for alarm in alarms}) == 1
        assert "for 110 days; before, the longest silence in 11 days was 24 hours" in stood[-1][0].message
        assert crawl_at(connection, NOW + 120 * DAY, *day_of(120)) == []


def test_what_pages_lack_is_compared_with_the_time_before_it_was_lost(archive: Path) -> None:
    with closing(open_archive(archive)) as connection:
        for number in range(10):
            assert crawl_at(connection, NOW + number * DAY, *day_of(number, authors=("Ann Lee",))) == []
        stood = [crawl_at(connection, NOW + number * DAY, *day_of(number)) for number in range(10, 50)]
        assert {alarm.message for alarms in stood[2:] for alarm in alarms} == {
            "0% of the latest stories name an author; before it was 100%"
        }
        assert len(stood[-1]) == 1
        for number in range(50, 53):
            standing = crawl_at(connection, NOW + number * DAY, *day_of(number, authors=("Ann Lee",)))
        assert standing == []


def test_what_pages_lack_for_long_is_how_they_are(archive: Path) -> None:
    with closing(open_archive(archive)) as connection:
        for number in range(10):
            crawl_at(connection, NOW + number * DAY, *day_of(number, authors=("Ann Lee",)))
        stood = [crawl_at(connection, NOW + number * DAY, *day_of(number)) for number in range(10, 130)]
    assert [len(alarms) for alarms in stood] == [0] + [1] * 90 + [0] * 29


def test_alarms_of_a_source_end_when_it_is_taken_out(
    archive: Path, crawl: Crawl, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sources.toml"
    with misbehaving({"/robots.txt": answer(b"", "429 Too Many Requests", Retry_After="3600")}) as server:
        add_entry(file, Source(url=server.url))
        with closing(open_archive(archive)) as connection:
            crawl_at(connection, NOW - HOUR, visit(None, source=server.url, outcome=Outcome.LISTING))
        crawl(server.url)
        assert len(crawl(server.url).alarms) == 1
    told = runner(capsys)("source", "remove", server.url, "--sources", file, "--archive", archive)

    assert (told.code, "1 alarm ended" in told.out) == (0, True)
    assert "No alarm stands." in runner(capsys)("status", "--archive", archive).out


def test_sources_of_one_host_have_rows_and_alarms_of_their_own(
    archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sport, city = "https://news.example/sport/", "https://news.example/city/"
    down = failed(sport, Outcome.UNREACHABLE)
    with closing(open_archive(archive)) as connection:
        for hours in (3, 2, 1):
            seen = visit(None, source=city, outcome=Outcome.LISTING)
            crawl_at(connection, datetime.now(UTC) - hours * HOUR, replace(down, source=sport), seen)
    run = runner(capsys)
    rows = [json.loads(line) for line in run("status", "--json", "--archive", archive).out.splitlines()]
    told = run("status", "--archive", archive).out

    assert [(row["url"], len(row["alarms"])) for row in rows] == [(sport, 1), (city, 0)]
    assert "news.example/city/" in told
    assert told.count("news.example/sport/") == 2
    assert "1 alarm\n" in told
    assert "news.example/sport/" in run("stats", "--archive", archive).out


def test_named_feed_that_does_not_come_raises_an_alarm_and_others_are_read_until_it_does(
    archive: Path, crawl: Crawl
) -> None:
    def titles() -> set[str]:
        with closing(read_archive(archive)) as reader:
            return {title for (title,) in reader.execute("SELECT headline FROM articles")}

    pages = stories(1, 4) | {"/": front("/1"), "/feed.xml": feed("/2"), "/map.xml": feed("/3")}
    with misbehaving(pages | {"/robots.txt": answer(b"", content_type="text/plain")}) as server:
        source = Source(url=server.url, feeds=(f"{server.url}old.xml", f"{server.url}lost.xml"))
        crawl(source)
        assert crawl(source).alarms == ()
        assert titles() == {"The story of 1"}
        with closing(open_archive(archive)) as writer, writer:
            writer.execute(
                "UPDATE captures SET fetched = ? WHERE id IN (SELECT min(id) FROM captures GROUP BY page_id)",
                (time_text(datetime.now(UTC) - timedelta(hours=7)),),
            )
        (told,) = crawl(source).alarms
        assert crawl(source).alarms == ()
        assert titles() == {"The story of 1", "The story of 2"}
        server.pages |= {"/old.xml": feed("/3"), "/lost.xml": feed()}
        crawl(source)
        with closing(read_archive(archive)) as connection:
            assert standing_alarms(connection) == []
        server.asked.clear()
        crawl(source)

    assert f"{server.url}old.xml has failed since" in told
    assert "(HTTP status 404); " in told
    assert told.endswith(": give the new address in sources.toml, or take it out there")
    assert "/feed.xml" not in server.asked


def test_alarms_of_a_source_whose_entry_is_gone_end_with_the_next_crawl_of_the_file(
    archive: Path, tmp_path: Path
) -> None:
    def standing() -> set[str]:
        with closing(read_archive(archive)) as connection:
            return {alarm.url for alarm in standing_alarms(connection)}

    def crawl_file(file: str, *urls: str) -> None:
        if file:
            (tmp_path / file).write_text("".join(f"[[source]]\nurl = '{url}'\n" for url in urls))
        named = ("--sources", file) if file else urls
        run_apart("crawl", *named, "--delay", "0", folder=tmp_path)

    one, two, three, four = (f"http://127.0.0.{number}:9/" for number in range(1, 5))
    for _ in range(2):
        crawl_file("sources.toml", one, two)
        crawl_file("others.toml", three)
        crawl_file("", four)
    assert standing() == {one, two, three, four}
    crawl_file("sources.toml", two)

    assert standing() == {two, three, four}


def test_address_that_nothing_can_reach_is_said_without_its_secrets(archive: Path, crawl: Crawl) -> None:
    with misbehaving({}) as server:
        crawl(server.url, RETRY_TIMES=0)
        server.pages["/robots.txt"] = answer(b"", "503 Busy")
        crawl(server.url, RETRY_TIMES=0)
        crawl(server.url, RETRY_TIMES=0)

    with pytest.raises(NotifyError, match=r"^nonsense://\.\.\. ") as raised:
        notify(archive, ["nonsense://user:secret@host"])
    assert "secret" not in str(raised.value)


def test_end_of_an_alarm_is_told_once(
    archive: Path, crawl: Crawl, webhook: Webhook, capsys: pytest.CaptureFixture[str]
) -> None:
    with misbehaving({}) as server:
        crawl(server.url, RETRY_TIMES=0)
        server.pages["/robots.txt"] = answer(b"", "503 Busy")
        for _ in range(2):
            crawl(server.url, RETRY_TIMES=0)
        notify(archive, [webhook.url])
        server.pages["/robots.txt"] = answer(b"", content_type="text/plain")
        told = run_apart("crawl", server.url, "--delay", "0", "--quiet", folder=archive.parent)
        assert notify(archive, [webhook.url]) == 1
        assert notify(archive, [webhook.url]) == 0
        again = run_apart("crawl", server.url, "--delay", "0", "--quiet", folder=archive.parent)

    end = f"archiver: {server.url[7:-1]}: mended: unreachable, from 20"
    assert (told.code, told.out, told.err.count("\n"), told.err.startswith(end)) == (0, "", 1, True)
    assert (again.code, again.err) == (0, "")
    raised, ended = webhook.received
    assert [len(raised[name]) for name in ("alarms", "lasting", "ended")] == [1, 0, 0]
    assert [len(ended[name]) for name in ("alarms", "lasting", "ended")] == [0, 0, 1]
    assert ended["text"] == told.err.strip().removeprefix("archiver: ")
    run = runner(capsys)
    assert "mended: unreachable, from 20" in run("status", "--archive", archive).out
    (row,) = map(json.loads, run("status", "--json", "--archive", archive).out.splitlines())
    assert (row["alarms"], [alarm["kind"] for alarm in row["ended"]]) == ([], ["unreachable"])


def test_alarm_that_lasts_is_told_again_once_a_day(archive: Path) -> None:
    down = failed(FLOOD.url, Outcome.TIMEOUT)
    hours: list[int] = []
    with closing(open_archive(archive)) as connection:
        crawl_at(connection, NOW - HOUR, visit(None, outcome=Outcome.LISTING))
        for hour in range(3 * 24):
            now, before = NOW + hour * HOUR, standing_alarms(connection)
            known = {alarm.id for alarm in before}
            new = [alarm for alarm in crawl_at(connection, now, down) if alarm.id not in known]
            assert bool(new) == (hour == 1)
            news = news_of_crawl(connection, before, new, now, 1)
            hours += [hour] * len(news.lasting)
            news = untold_news(connection, now, 1)
            assert [bool(news.raised), bool(news.lasting)] == [hour == 1, hour in hours]
            note_notified(connection, (*news.raised, *news.lasting), now)
            assert len(news_of_crawl(connection, before, (), now, 0)) == 0

    # It was raised at 13 o'clock, so that the midnight after it comes too soon.
    assert hours == [36, 60]


def test_reminders_come_every_so_many_days(archive: Path) -> None:
    down, days = failed(FLOOD.url, Outcome.TIMEOUT), []
    with closing(open_archive(archive)) as connection:
        crawl_at(connection, NOW - 7 * HOUR, visit(None, outcome=Outcome.LISTING))
        crawl_at(connection, NOW - 6 * HOUR, down)
        for day in range(10):
            before = standing_alarms(connection)
            crawl_at(connection, NOW - 5 * HOUR + day * DAY, down)
            if news_of_crawl(connection, before, (), NOW - 5 * HOUR + day * DAY, 3).lasting:
                days.append(day)

    assert days == [3, 6, 9]
