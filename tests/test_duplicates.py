"""Copies are known as copies, at three levels; what only looks like one is none; nothing is deleted."""

import hashlib
import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random
from sqlite3 import Connection, IntegrityError

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, article, column, crawl, filled, one, visit
from commands import Run, runner
from sqlite_utils import Database

from archiver import story_address
from archiver.crawl.duplicates import run_rebuild
from archiver.errors import NotInArchiveError
from archiver.items import Article, Outcome, Precision, Sources, Visit
from archiver.pipelines.canonicalise import Canonicalise
from archiver.pipelines.deduplicate import Deduplicate
from archiver.story_address import may_be_address_of, story_addresses
from benchmarks.dedup_texts import edited, templated, texts, with_agency_line, without_last_third
from db.connection import open_archive, read_archive
from db.dedup.agencies import agency_of
from db.dedup.copies import Direction, Level, cluster, clusters, copies_of
from db.dedup.duplicates import forget_duplicates
from db.export import Request, articles, selected
from db.merging.merge import merge
from db.migrations import migrations
from db.searching.filters import Filters
from db.searching.search import search
from db.store import record_visit

STORY = texts().one_event[0]
OTHER = texts().one_event[1]
WORDS = OTHER.split()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


def pairs(archive: Connection) -> set[tuple[int, int]]:
    rows = archive.execute("SELECT article_id, other_id FROM duplicate_pairs").fetchall()
    return {(row["other_id"], row["article_id"]) for row in rows}


def stored(path: Path, *bodies: str) -> Connection:
    return filled(path, [article(f"{number}", f"Story {number}", body) for number, body in enumerate(bodies)])


def revised(archive: Connection, article_id: int, body: str) -> None:
    url = str(one(archive, "SELECT url FROM articles WHERE id = ?", article_id))
    changed = replace(FLOOD, url=url, headline="Changed", body=body, authors=())
    record_visit(archive, 1, visit(changed, outcome=Outcome.CHANGED, article_id=article_id))


def exported(archive: Connection, filters: Filters) -> list[object]:
    with selected(archive, Request(filters=filters)) as selection:
        return [row["id"] for row in articles(selection)]


@pytest.mark.parametrize("part", [0.01, 0.05, 0.1])
def test_edited_copy_is_found(tmp_path: Path, part: float) -> None:
    with closing(stored(tmp_path / "a.db", STORY, OTHER, edited(STORY, part, WORDS, Random(5)))) as archive:
        assert pairs(archive) == {(1, 3)}


def test_wire_copy_and_cut_copy_are_found_with_their_agency(tmp_path: Path) -> None:
    bodies = (STORY, with_agency_line(STORY, Random(1)), without_last_third(STORY), f"BERLIN (dpa) - {STORY}")
    with closing(stored(tmp_path / "a.db", *bodies)) as archive:
        assert len(pairs(archive)) == 6
        assert one(archive, "SELECT agency FROM fingerprints WHERE article_id = 4") == "dpa"


def test_chinese_copy_is_found(tmp_path: Path) -> None:
    body = texts().translations[-1]
    with closing(stored(tmp_path / "a.db", body, edited(body, 0.05, ["天气", "桥梁"], Random(2)))) as archive:
        assert pairs(archive) == {(1, 2)}


def test_translations_articles_on_one_event_and_reports_of_templates_are_no_copies(tmp_path: Path) -> None:
    random = Random(7)
    reports = [report for _ in range(12) for _, report in templated(random)]
    with closing(stored(tmp_path / "a.db", *texts().translations, *texts().one_event, *reports)) as archive:
        assert one(archive, "SELECT count(*) FROM fingerprints") == len(reports) + 9
        assert pairs(archive) == set()


def test_edited_report_of_a_template_is_a_copy_of_that_report_alone(tmp_path: Path) -> None:
    random = Random(7)
    reports = [dict(templated(random))["stocks en"] for _ in range(10)]
    with closing(stored(tmp_path / "a.db", *reports, edited(reports[3], 0.05, WORDS, random))) as archive:
        assert pairs(archive) == {(4, 11)}


def test_short_texts_are_not_compared(tmp_path: Path) -> None:
    with closing(stored(tmp_path / "a.db", "Read it in our app.", "Read it in our app!")) as archive:
        assert one(archive, "SELECT count(*) FROM fingerprints") == 2
        assert pairs(archive) == set()


def test_same_text_differs_in_case_and_punctuation_only(tmp_path: Path) -> None:
    shouted = STORY.upper().replace('"', "“").replace("-", "–")
    with closing(stored(tmp_path / "a.db", STORY, shouted)) as archive:
        (found,) = copies_of(archive, "1").comparisons
    assert (found.level, found.share, found.other_share) == (Level.TEXT, 1.0, 1.0)


def test_of_many_copies_those_of_the_same_text_come_first_then_those_that_have_most(
    tmp_path: Path, run: Run
) -> None:
    random = Random(3)
    bodies = [edited(STORY, part, WORDS, random) for part in (0.1, 0.05, 0.02, 0.01)]
    stories = [article(f"{n}", f"Story {n}", body, date_published=NOON) for n, body in enumerate(bodies)]
    same = [article(f"same{n}", "Same", STORY, date_published=NOON + DAY) for n in (1, 2)]
    day = Sources(date_published_precision=Precision.DAY)
    own = article("own", "Own", STORY, date_published=NOON.replace(hour=0), sources=day)
    with closing(filled(tmp_path / "a.db", [own, *stories, *same])) as archive:
        found = copies_of(archive, "1", limit=4)
        others = [copies_of(archive, "2", limit=number).comparisons for number in (2, 20)]

    assert found.others == 6
    assert [each.copy.headline for each in found.comparisons] == ["Same", "Same", "Story 3", "Story 2"]
    assert len({each.level for each in found.comparisons[:2]} | {Level.TEXT}) == 1
    assert others[0] == others[1][:2]
    assert len(others[1]) == 6
    told = run("duplicates", "--archive", tmp_path / "a.db", 1, "--limit", 4)
    assert "4 of 6 copies shown; --limit shows more" in told.err
    assert "2026-11-20 · news.example" in told.out
    assert "of 6" not in run("duplicates", "--archive", tmp_path / "a.db", 1).err


def test_share_direction_and_passages(tmp_path: Path) -> None:
    first = article("1", "One", STORY, date_published=NOON)
    second = article("2", "Two", f"{without_last_third(STORY)} {OTHER[:90]}", date_published=NOON - DAY)
    with closing(filled(tmp_path / "a.db", [first, second])) as archive:
        (found,) = copies_of(archive, "1").comparisons
        (back,) = copies_of(archive, second.url).comparisons
        row = archive.execute("SELECT earlier_id, later_id, level FROM duplicates").fetchone()
    assert (found.direction, back.direction) == (Direction.EARLIER, Direction.LATER)
    assert 0.6 < found.share < 0.7
    assert found.other_share > 0.75
    assert found.passages[0].startswith("A fire destroyed the covered market of Northgate")
    assert tuple(row) == (2, 1, "near")


def test_revision_changes_what_an_article_is_a_copy_of(tmp_path: Path) -> None:
    with closing(stored(tmp_path / "a.db", STORY, OTHER, f"Update: {STORY}")) as archive:
        revised(archive, 3, f"Update: {OTHER}")
        assert pairs(archive) == {(2, 3)}
        assert column(archive, "SELECT count(*) FROM recent_fingerprints") == [3]
        revised(archive, 3, f"Update: {STORY}")
        assert pairs(archive) == {(1, 3)}


def test_cluster_keeps_its_number_when_it_grows_merges_and_falls_apart(tmp_path: Path) -> None:
    ones, others = STORY, OTHER
    with closing(stored(tmp_path / "a.db", ones, others, f"A: {ones}", f"B: {others}")) as archive:
        assert {each.id: each.articles for each in clusters(archive)} == {1: 2, 2: 2}
        revised(archive, 4, f"{ones} {others}")  # a copy of both
        assert [(each.id, each.articles) for each in clusters(archive)] == [(1, 4)]
        assert cluster(archive, 2).id == 1
        revised(archive, 4, f"B: {others}")
        assert {each.id: each.articles for each in clusters(archive)} == {1: 2, 3: 2}
        revised(archive, 3, texts().one_event[2])
        assert {each.id for each in clusters(archive)} == {3}
        with pytest.raises(NotInArchiveError, match="no articles are cluster 1 now"):
            cluster(archive, 1)
        revised(archive, 3, f"A: {ones}")
        assert {each.id for each in clusters(archive)} == {1, 3}


def test_transaction_that_is_taken_back_leaves_nothing(tmp_path: Path) -> None:
    with closing(stored(tmp_path / "a.db", STORY)) as archive:
        story = article("1", "Again", f"A: {STORY}")
        with pytest.raises(ValueError, match="needs the article"):
            record_visit(archive, 1, visit(story, outcome=Outcome.CHANGED, article_id=1, split=None))
        archive.execute(
            "CREATE TRIGGER full BEFORE INSERT ON duplicate_pairs BEGIN SELECT raise(ABORT, 'no'); END"
        )
        with pytest.raises(Exception, match="no"):
            record_visit(archive, 1, visit(story))
        archive.execute("DROP TRIGGER full")
        assert one(archive, "SELECT count(*) FROM articles") == 1
        record_visit(archive, 1, visit(story))
        assert pairs(archive) == {(1, 2)}


def test_bands_are_found_whether_written_or_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.dedup.bands.MOST_RECENT", 2)
    path = tmp_path / "a.db"
    stored(path, STORY, OTHER, texts().one_event[2]).close()  # two are written, one is not
    with closing(open_archive(path)) as archive:
        assert one(archive, "SELECT count(DISTINCT article_id) FROM fingerprint_bands") == 2
        for number, body in enumerate(texts().one_event[:3]):
            record_visit(archive, 1, visit(article(f"copy{number}", "Copy", f"A: {body}")))
        assert pairs(archive) == {(1, 4), (2, 5), (3, 6)}


def test_forgotten_article_leaves_no_trace(tmp_path: Path) -> None:
    with closing(stored(tmp_path / "a.db", STORY, f"A: {STORY}", f"B: {STORY}")) as archive:
        forget_duplicates(archive, 2)
        assert pairs(archive) == {(1, 3)}
        assert column(archive, "SELECT article_id FROM cluster_members") == [1, 3]


def test_forget_takes_a_copy_out_of_all_that_tells_of_copies(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "a.db"
    bodies = (edited(STORY, 0.05, WORDS, Random(seed)) for seed in range(3))
    stored(path, *bodies).close()
    done = run("forget", f"{SOURCE}0", "--reason", "x", "--yes", "--archive", path)
    assert done.code == 0, done.err

    with closing(open_archive(path)) as archive:
        assert pairs(archive) == {(2, 3)}
        assert [member.article_id for member in cluster(archive, 1).members] == [2, 3]
        for table in ("fingerprints", "recent_fingerprints", "cluster_members", "story_addresses"):
            assert one(archive, f"SELECT count(*) FROM {table} WHERE article_id = 1") == 0
        # The next copy is compared with those that are left.
        record_visit(
            archive, crawl(archive), visit(article("9", "New", edited(STORY, 0.05, WORDS, Random(9))))
        )
        assert len(cluster(archive, 1).members) == 3


def test_merge_finds_copies_in_what_it_adds(tmp_path: Path, run: Run) -> None:
    ours, theirs = tmp_path / "ours.db", tmp_path / "theirs.db"
    stored(ours, STORY, OTHER).close()
    copy = article("copy", "Copy", edited(STORY, 0.05, WORDS, Random(1)))
    filled(theirs, [copy, article("other", "Copy of the other", without_last_third(OTHER))]).close()
    for _ in range(2):
        assert run("merge", theirs, "--archive", ours).code == 0
        with closing(read_archive(ours)) as archive:
            assert pairs(archive) == {(1, 3), (2, 4)}
            assert column(archive, "SELECT DISTINCT cluster_id FROM cluster_members ORDER BY 1") == [1, 2]
            merged = [each.address for each in story_addresses(copy.url)]
            assert column(archive, "SELECT address FROM story_addresses WHERE article_id = 3") == merged
    # A text that changed there is compared as it is now.
    with closing(open_archive(theirs)) as archive:
        changed = replace(copy, body=OTHER)
        record_visit(archive, 1, visit(changed, outcome=Outcome.CHANGED, article_id=1, fetched=NOON + DAY))
    assert run("merge", theirs, "--archive", ours).code == 0
    with closing(read_archive(ours)) as archive:
        assert pairs(archive) == {(2, 3), (2, 4), (3, 4)}


def test_merge_that_fails_leaves_nothing_remembered(tmp_path: Path, run: Run) -> None:
    ours, theirs = tmp_path / "ours.db", tmp_path / "theirs.db"
    stored(ours, STORY).close()
    filled(theirs, [article("copy", "Copy", STORY)]).close()
    with closing(open_archive(ours)) as archive:
        archive.execute(
            "CREATE TEMP TRIGGER broken BEFORE INSERT ON main.story_addresses BEGIN SELECT raise(ABORT, 'broken'); END"
        )
        with pytest.raises(IntegrityError, match="broken"):
            merge(archive, ours, theirs, lambda what, done, total: None, addresses=story_addresses)
        assert (column(archive, "SELECT id FROM articles"), pairs(archive)) == ([1], set())
        archive.execute("DROP TRIGGER temp.broken")
        record_visit(archive, 1, visit(article("9", "Again", STORY)))
        assert pairs(archive) == {(1, 2)}


def test_distinct_keeps_the_first_of_what_else_matches(tmp_path: Path) -> None:
    stories = [
        article("1", "One", f"A: {STORY}", date_published=NOON),
        article("2", "Two", f"LONDON (Reuters) - {STORY}", date_published=NOON - DAY, language="en"),
        article("3", "Three", OTHER, date_published=NOON),
    ]
    with closing(filled(tmp_path / "a.db", stories)) as archive:
        distinct = Filters(distinct=True)
        assert exported(archive, distinct) == [2, 3]
        assert exported(archive, Filters(distinct=True, since=NOON)) == [1, 3]
        assert {hit.article_id for hit in search(archive, "Northgate", distinct)} == {2, 3}
        # The first of all copies does not have the word: the first that has it is shown.
        assert [hit.article_id for hit in search(archive, "a fire destroyed -reuters", distinct)] == [1]


def test_archive_of_schema_3_is_compared_by_rebuild(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    stored(path, STORY, OTHER, f"A: {STORY}").close()
    with closing(open_archive(path)) as archive:
        for table in (
            "duplicate_pairs",
            "cluster_members",
            "recent_fingerprints",
            "fingerprints",
            "story_addresses",
        ):
            archive.execute(f"DELETE FROM {table}")
        archive.commit()

    assert run_rebuild(path, lambda done, total: None).compared == 3

    with closing(read_archive(path)) as archive:
        assert pairs(archive) == {(1, 3)}
        assert one(archive, "SELECT count(*) FROM story_addresses") == 3


def test_migration_that_is_missing_is_applied_whatever_its_number(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(open_archive(path)) as archive:
        for view in ("duplicates", "duplicate_clusters"):
            archive.execute(f"DROP VIEW {view}")
        for table in (
            "cluster_members",
            "clusters",
            "duplicate_pairs",
            "fingerprint_bands",
            "recent_fingerprints",
            "fingerprints",
            "story_addresses",
        ):
            archive.execute(f"DROP TABLE {table}")
        archive.execute("DELETE FROM _sqlite_migrations WHERE name = 'm006_duplicates'")
        archive.commit()
        assert [each.name for each in migrations.pending(Database(archive, execute_plugins=False))]
    with closing(open_archive(path)) as archive:
        assert one(archive, "SELECT count(*) FROM duplicates") == 0


ADDRESS = "news.example/2026/flood"


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/2026/flood",
        "http://www.news.example/2026/flood/",
        "https://m.news.example/2026/flood?utm_source=x&fbclid=1",
        "https://amp.news.example/2026/flood",
        "https://news.example/amp/2026/flood",
        "https://news.example/2026/flood/amp/",
        "https://news.example/2026/flood?amp=1",
        "https://news.example/2026/flood?outputType=amp",
        "https://news.example/2026/flood/print",
        "https://news-example.cdn.ampproject.org/c/s/news.example/2026/flood",
        "https://www.google.com/amp/s/news.example/2026/flood",
    ],
)
def test_variants_of_an_address_are_alike(url: str) -> None:
    assert story_addresses(url)[-1].address == ADDRESS


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/2026/flood-2",
        "https://news.example/2026/flood?id=2",
        "https://sport.news.example/2026/flood",
        "https://amp.example/2026/flood",
        "https://news.example/amp",
    ],
)
def test_other_addresses_are_not(url: str) -> None:
    assert story_addresses(url)[-1].address != ADDRESS


def test_released_rules_of_addresses_are_not_edited() -> None:
    (first,) = [rules for rules in story_address.versions() if rules.number == 1]
    parts = (
        first.tracking.pattern, sorted(first.variants), sorted(first.hosts), sorted(first.first_segments),
        sorted(first.last_segments), first.endings, first.caches.pattern,
    )  # fmt: skip
    assert hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16] == "6cee1cf31be89dc1"


@pytest.mark.parametrize(
    ("claimed", "own", "believed"),
    [
        ("https://news.example/2026/old-bridge-closed", "https://news.example/?p=12", True),
        ("https://news.example/stories/118812", "https://news.example/story.php?id=118812", True),
        ("https://news.example/sport/flood-closes-it", "https://news.example/news/flood-closes-it", True),
        ("https://news.example/news", "https://news.example/2026/flood", False),
        ("https://news.example/2026/mayor-resigns-today", "https://news.example/2026/flood", False),
        ("https://news.example/118813", "https://news.example/118812", False),
        (
            "https://news.example/2026/11/19/weather-today",
            "https://news.example/2025/11/20/weather-today",
            False,
        ),
    ],
)
def test_claimed_address_is_believed_only_if_it_can_be_true(
    claimed: str, own: str, *, believed: bool
) -> None:
    assert may_be_address_of(claimed, own, "Flood: old bridge closed") is believed


def decided(archive: Connection, story: Article, url: str) -> Visit:
    item: object = visit(story, url=url, final_url=url)
    for step in (Canonicalise(), Deduplicate(archive)):
        assert isinstance(item, Visit)
        item = step.process_item(item)
    assert isinstance(item, Visit)
    record_visit(archive, 1, item)
    return item


def test_page_that_names_another_story_does_not_become_it(tmp_path: Path) -> None:
    claimed = "https://news.example/2026/mayor-resigns-today"
    with closing(open_archive(tmp_path / "a.db")) as archive:
        crawl(archive)
        decided(archive, replace(FLOOD, url=claimed, body=STORY), "https://news.example/2026/flood")
        decided(archive, replace(FLOOD, url=claimed, headline="Mayor resigns", body=OTHER), claimed)

        assert column(archive, "SELECT url FROM articles") == ["https://news.example/2026/flood", claimed]
        assert one(archive, "SELECT count(*) FROM revisions") == 0


def test_stories_of_one_headline_that_share_a_canonical_address_stay_apart(tmp_path: Path) -> None:
    weather = "https://news.example/weather-report"
    with closing(open_archive(tmp_path / "a.db")) as archive:
        crawl(archive)
        for number, body in enumerate(texts().one_event):
            story = article("weather-report", "Weather report", body)
            decided(archive, story, weather if number == 0 else f"{weather}/{number}")

        assert one(archive, "SELECT count(*) FROM articles") == 4
        assert one(archive, "SELECT count(*) FROM revisions") == 0


def test_variant_of_an_archived_story_is_a_duplicate_by_its_address(tmp_path: Path) -> None:
    with closing(open_archive(tmp_path / "a.db")) as archive:
        crawl(archive)
        own, amp = "https://news.example/2026/flood", "https://amp.news.example/2026/flood"
        decided(archive, replace(FLOOD, url=own, body=STORY), own)
        found = decided(archive, replace(FLOOD, url=amp, body=f"{STORY} Read more in our app."), amp)

        assert (found.outcome, found.article_id) == (Outcome.DUPLICATE, 1)
        assert copies_of(archive, "1").addresses == (amp,)
        other = decided(
            archive, replace(FLOOD, url=f"{own}?print=1", headline="No", body=OTHER), f"{own}?print=1"
        )
        assert other.outcome is Outcome.STORED


def test_page_is_no_copy_of_the_article_read_from_it_until_the_articles_own_page_gives_it(
    tmp_path: Path,
) -> None:
    own, amp = "https://news.example/2026/flood", "https://news.example/amp/2026/flood"
    story = replace(FLOOD, url=own, body=STORY)
    with closing(open_archive(tmp_path / "a.db")) as archive:
        crawl(archive)
        outcomes = [decided(archive, story, url).outcome for url in (amp, amp, own, amp, f"{amp}?a=1")]

    same, copy = Outcome.UNCHANGED, Outcome.DUPLICATE
    assert outcomes == [Outcome.STORED, same, same, copy, copy]


@pytest.mark.parametrize(
    ("authors", "body", "agency"),
    [
        (["dpa/AFP"], "The river rose.", "dpa"),
        (["Reuters Staff"], "The river rose.", "Reuters"),
        ([], "LONDON, Nov 20 (Reuters) - The river rose.", "Reuters"),
        ([], "BERLIN (dpa/lno) - Der Fluss stieg.", "dpa"),
        ([], "MADRID, 20 nov (EFE).- El río subió.", "EFE"),
        ([], "ROMA (ANSA) - Il fiume è salito.", "ANSA"),
        ([], "МОСКВА, 20 ноября. /ТАСС/. Река поднялась.", "TASS"),
        ([], "新华社北京11月20日电 河水上涨。", "Xinhua"),
        ([], "【共同】川の水位が上がった。", "Kyodo"),
        ([], "(서울=연합뉴스) 강물이 불었다.", "Yonhap"),
        ([], "The river rose.\n\nSource: AFP", "AFP"),
        ([], "The river rose. (AP)", "AP"),
        (["Ann Lee"], "The mayor told Reuters (and AFP) that the river rose.", None),
        (["Ann Lee"], "The river rose, the agency AP said.\n\nMore soon.", None),
        (["Ap Dijksterhuis"], "The (old) bridge is closed.", None),
    ],
)
def test_agency_is_named_by_byline_or_agency_line_only(
    authors: list[str], body: str, agency: str | None
) -> None:
    assert agency_of(authors, body) == agency


def test_command_shows_clusters_and_copies(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "a.db"
    stored(path, STORY, OTHER, f"A: {STORY}").close()

    table = run("duplicates", "-a", path)
    shown = run("duplicates", "https://news.example/0", "-a", path)
    objects = [json.loads(line) for line in run("duplicates", "--json", "-a", path).out.splitlines()]

    assert "Story 0 (1)" in table.out
    assert "nearly the same text: has 100% of this one" in shown.out
    assert [[member["article_id"] for member in each["members"]] for each in objects] == [[1, 3]]
    assert (
        run("duplicates", "2", "-a", path)
        .out.rstrip()
        .endswith("No other article has this text, or nearly this text.")
    )
    assert "cluster 1" in run("duplicates", "--cluster", 1, "-a", path).out
    assert run("duplicates", "--rebuild", "-a", path).out.startswith("0 articles compared")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["99"], 1, "the archive has no article 99"),
        (["--cluster", "9"], 1, "no articles are cluster 9 now"),
        (["--cluster", "0"], 2, "invalid value for '--cluster'"),
        (["1", "--since", "2026"], 2, "exclude each other"),
        (["--source", "nix.example"], 2, "the archive has no source 'nix.example'"),
        (["--limit", "0"], 2, "invalid value for '--limit'"),
    ],
)
def test_wrong_use_is_said(tmp_path: Path, run: Run, arguments: list[str], code: int, message: str) -> None:
    stored(tmp_path / "a.db", STORY).close()

    done = run("duplicates", *arguments, "-a", tmp_path / "a.db")

    assert (done.code, len(done.err.splitlines())) == (code, 1)
    assert message in done.err


def test_links_are_not_distinct(tmp_path: Path, run: Run) -> None:
    stored(tmp_path / "a.db", STORY).close()

    assert run("export", "--what", "links", "--distinct", "-a", tmp_path / "a.db").code == 2
