"""Search finds articles by their words, in any script, with filters, whatever somebody types."""

import itertools
import sqlite3
import string
import unicodedata
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, article, crawl, filled, visit
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.errors import QueryError
from archiver.items import Outcome
from db.connection import open_archive, read_archive
from db.searching.filters import ALL_ARTICLES
from db.searching.forms import in_index
from db.searching.search import MARK_END, MARK_START, Filters, search
from db.store import add_source, record_visit

STORIES = (
    FLOOD,
    article(
        "zurich",
        "Zürich baut Tramlinie",
        "Die Straße wird gesperrt.",
        language="de-CH",
        authors=("Urs Öhler",),
    ),
    article("poutine", "Poutine et Daech", "L'été, AT&T n'a pas dit « don't ».", language="fr"),
    article(
        "economy",
        "中国经济增长放缓",
        "国家统计局周五公布，COVID疫情影响了出口。",
        language="zh-Hans",
        authors=("李明",),
    ),
    article("tokyo", "東京でオリンピック", "選手団が到着した。", language="ja"),
    article("thai", "น้ำท่วมในประเทศไทย", "รัฐบาลประกาศภาวะฉุกเฉิน", language="th"),
    article("korea", "한국은 오늘 발표했다", "정부는 새로운 정책을 발표했다.", language="ko"),
    article("russia", "Москва объявила о мерах", "Правительство приняло решение.", language="ru"),
    article("arabic", "الحكومة تعلن عن إجراءات", "قال الوزير إن القرار نهائي.", language="ar"),
    article("hindi", "दिल्ली में भारी बारिश", "सरकार ने चेतावनी जारी की।", language="hi"),
    article("greek", "Η κυβέρνηση ανακοίνωσε μέτρα", "Ο πρωθυπουργός μίλησε.", language="el"),
    article("hebrew", "הממשלה הודיעה על צעדים", "ראש הממשלה אמר.", language="he"),
    article("budget", "Budget 2024-25 passes", "C++ and c# developers cheer 😀 title:foo", language="en-GB"),
)
# What the query language is made of, and what only looks like it.
TERMS = [
    "flood",
    "经济",
    "zurich*",
    '"old bridge"',
    '"',
    "😀",
    "ประเทศ",
    "한국",
    "OR",
    "AND",
    "-",
    "don't",
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("search") / "archive.db"
    filled(path, STORIES).close()
    with closing(read_archive(path)) as reader:
        yield reader


def paths(archive: sqlite3.Connection, words: str, filters: Filters = ALL_ARTICLES) -> set[str]:
    return {hit.url.removeprefix(SOURCE) for hit in search(archive, words, filters, limit=100)}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("flood", {"flood"}),
        ("FLOOD Bridge", {"flood"}),
        ("flood nowhere", set()),
        ("zurich", {"zurich"}),
        ("Zürich", {"zurich"}),
        ("tramlinie", {"zurich"}),
        ("poutine daech", {"poutine"}),
        ("ete", {"poutine"}),
        ("经济", {"economy"}),
        ("增长 统计局", {"economy"}),
        ("增长 飞机", set()),
        ("covid疫情", {"economy"}),
        ("オリンピック", {"tokyo"}),
        ("選手", {"tokyo"}),
        ("ประเทศ", {"thai"}),
        ("한국", {"korea"}),
        ("정책을", {"korea"}),
        ("москва решение", {"russia"}),
        ("الوزير", {"arabic"}),
        ("दिल्ली", {"hindi"}),
        ("ΚΥΒΈΡΝΗΣΗ", {"greek"}),
        ("הממשלה", {"hebrew"}),
        ("😀", {"budget"}),
    ],
)
def test_words_of_any_script_are_found(archive: sqlite3.Connection, words: str, found: set[str]) -> None:
    assert paths(archive, words) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ('"old bridge"', {"flood"}),
        ('"bridge old"', set()),
        ("“old bridge”", {"flood"}),
        ("bridg*", {"flood"}),
        ("brid", set()),
        ("flood OR zurich", {"flood", "zurich"}),
        ("old flood OR zurich", {"flood"}),
        ("flood AND bridge", {"flood"}),
        ("flood OR 经济", {"flood", "economy"}),
        ("flood 经济 OR bridge", {"flood"}),
        ("经济 OR オリンピック", {"economy", "tokyo"}),
        ("flood -bridge", set()),
        ("flood -zurich", {"flood"}),
        ('flood -"old bridge"', set()),
        ("经济 -疫情", set()),
        ("经济 -飞机", {"economy"}),
        ("bridge OR 经济 -出口 -zurich", {"flood"}),
        ("bridge OR 经济 NOT 出口 AND NOT zurich", {"flood"}),
        ("flood not", set()),
        ('"国家统计局周五"', {"economy"}),
    ],
)
def test_query_language(archive: sqlite3.Connection, words: str, found: set[str]) -> None:
    assert paths(archive, words) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("AT&T", {"poutine"}),
        ("don't", {"poutine"}),
        ("don’t", {"poutine"}),
        ("2024-25", {"budget"}),
        ("c++", {"budget"}),
        ("title:foo", {"budget"}),
        ('"open quote', set()),
        ('"old bridge', {"flood"}),
        ("flood NEAR(", set()),
        ("flood OR", {"flood"}),
        ("flood NOT", {"flood"}),
        ("OR flood", {"flood"}),
        ("flood OR OR zurich", {"flood", "zurich"}),
        ("flood *", {"flood"}),
        ("flood & bridge", {"flood"}),
        ("flood\0bridge", {"flood"}),
        ("flood \ud83d", {"flood"}),
        ("(flood)", {"flood"}),
        ("{headline}: flood", set()),
        ("^flood", {"flood"}),
        ("flood 😀 OR 🎈", set()),
        ("foo'); DROP TABLE articles; --", set()),
    ],
)
def test_everything_else_is_words(archive: sqlite3.Connection, words: str, found: set[str]) -> None:
    assert paths(archive, words) == found


@pytest.mark.parametrize(
    "words", ["", "   ", "\0", '""', '" "', "-", "*", "-*", '-""', "&&", "« »", "…", "\u200b"]
)
def test_query_of_nothing_says_so(archive: sqlite3.Connection, words: str) -> None:
    with pytest.raises(QueryError, match=r"nothing to search for in .*: name a word"):
        search(archive, words)


def test_punctuation_alone_and_in_pairs_never_fails(archive: sqlite3.Connection) -> None:
    signs = list(itertools.product(string.punctuation + " ", repeat=2))
    for first, second in signs:
        with pytest.raises(QueryError):
            search(archive, first + second)
    for first, second in signs:
        for words in (f"flood {first}{second}", f"flood{first}{second}", f"{second} flood{first}"):
            assert paths(archive, words) == {"flood"}, words


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters() | st.sampled_from('"*-():^ ORAND经济é\0\ud800😀'), max_size=40))
def test_no_text_is_an_error_of_the_database(archive: sqlite3.Connection, words: str) -> None:
    with suppress(QueryError):
        assert all(hit.headline for hit in search(archive, words))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(TERMS), max_size=30))
def test_every_mix_of_terms_is_a_query(archive: sqlite3.Connection, terms: list[str]) -> None:
    with suppress(QueryError):
        assert all(hit.headline for hit in search(archive, " ".join(terms)))


@pytest.mark.parametrize("unit", ["flood", "经济", "flood OR", "经济 OR", "flood -x", "经济 -疫", '"flood'])
def test_ten_thousand_terms_are_a_query(archive: sqlite3.Connection, unit: str) -> None:
    assert isinstance(search(archive, f"{unit} " * 10_000), list)
    different = " ".join(
        f"{unit}{number}" if " " not in unit else f"{number}{unit}" for number in range(10_000)
    )
    assert isinstance(search(archive, different), list)


def test_ten_thousand_unknown_words_are_not_found_but_one_of_them_is(archive: sqlite3.Connection) -> None:
    many = [f"word{number}" for number in range(10_000)]
    assert paths(archive, " ".join(many)) == set()
    assert paths(archive, " OR ".join([*many, "flood"])) == {"flood"}
    assert paths(archive, " OR ".join([*(f"经{n}" for n in range(10_000)), "经济"])) == {"economy"}


def test_alternatives_of_different_scripts_are_a_query_however_many(archive: sqlite3.Connection) -> None:
    words = " ".join(f"flood{number} OR 经{number}" for number in range(200))
    assert paths(archive, words) == set()
    assert paths(archive, f"{words} OR flood".replace(" flood", " OR flood")) == {"flood"}


def test_every_character_taken_for_a_letter_is_one_to_sqlite() -> None:
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.execute(
            "CREATE VIRTUAL TABLE letters USING fts5(letter, tokenize='unicode61 remove_diacritics 2')"
        )
        letters = [
            chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000 and in_index(chr(code))
        ]
        memory.executemany("INSERT INTO letters(rowid, letter) VALUES (?, ?)", [(ord(c), c) for c in letters])
        memory.execute("CREATE VIRTUAL TABLE words USING fts5vocab(letters, instance)")
        known = {row[0] for row in memory.execute("SELECT DISTINCT doc FROM words")}
    assert {unicodedata.name(c, hex(ord(c))) for c in letters if ord(c) not in known} == set()


def test_headline_counts_more_than_lead_and_lead_more_than_body(tmp_path: Path) -> None:
    stories = (
        article("body", "One", "The storm came at night and left the town.", lead="Two."),
        article("lead", "One", "Three words more, and some others.", lead="The storm came."),
        article("headline", "The storm", "Three words more, and some others.", lead="Two."),
        article("none", "One", "Three words more, and some others.", lead="Two."),
        article("zh-body", "一", "暴风雨来了。", lead="二"),
        article("zh-headline", "暴风雨", "三", lead="二"),
    )
    with closing(filled(tmp_path / "archive.db", stories)) as archive:
        hits = search(archive, "storm")
        assert [hit.url.removeprefix(SOURCE) for hit in hits] == ["headline", "lead", "body"]
        assert [hit.rank for hit in hits] == sorted(hit.rank for hit in hits)
        assert [hit.url.removeprefix(SOURCE) for hit in search(archive, "暴风雨")] == [
            "zh-headline",
            "zh-body",
        ]


def test_hit_tells_what_a_list_of_results_shows(archive: sqlite3.Connection) -> None:
    (hit,) = search(archive, "bridge")
    assert (hit.article_id, hit.url, hit.source, hit.headline) == (
        1,
        FLOOD.url,
        "news.example",
        FLOOD.headline,
    )
    assert (hit.date_published, hit.language, hit.authors) == (
        FLOOD.date_published,
        "en",
        ("Ann Lee", "Zoë Müller"),
    )


def test_limit_bounds_the_results(archive: sqlite3.Connection) -> None:
    everything = " OR ".join(["flood", "zurich", "poutine", "москва"])
    assert [len(search(archive, everything, limit=limit)) for limit in (2, 100, 0, -1)] == [2, 4, 0, 0]


def test_changed_text_is_found_by_its_new_words_only(tmp_path: Path) -> None:
    with closing(open_archive(tmp_path / "archive.db")) as archive:
        crawl_id = crawl(archive)
        record_visit(archive, crawl_id, visit(FLOOD))
        later = replace(FLOOD, headline="Dyke holds", lead=None, body="All is dry.")
        record_visit(archive, crawl_id, visit(later, outcome=Outcome.CHANGED, article_id=1))
        assert paths(archive, "bridge") == set()
        assert paths(archive, "dyke") == {"flood"}


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(language="en"), {"flood", "budget"}),
        (Filters(language="EN-gb"), {"budget"}),
        (Filters(language="en_GB"), {"budget"}),
        (Filters(language="e"), set()),
        (Filters(language="%"), set()),
        (Filters(author="muller"), {"flood"}),
        (Filters(author="ZOË"), {"flood"}),
        (Filters(author="öhler"), {"zurich"}),
        (Filters(author="nobody"), set()),
        (Filters(since=datetime(2026, 11, 19, 8, 30, tzinfo=UTC)), {"flood"}),
        (Filters(since=datetime(2026, 11, 19, 8, 31, tzinfo=UTC)), set()),
        (Filters(until=datetime(2026, 11, 19, 8, 30, tzinfo=UTC)), set()),
        (Filters(until=datetime(2026, 11, 19, 8, 31, tzinfo=UTC)), {"flood"}),
        (Filters(since=datetime.min.replace(tzinfo=UTC), until=datetime.max.replace(tzinfo=UTC)), {"flood"}),
        (Filters(source="news.example"), {"flood", "zurich", "budget"}),
        (Filters(source="WWW.News.Example"), {"flood", "zurich", "budget"}),
        (Filters(source="https://news.example/sport"), {"flood", "zurich", "budget"}),
        (Filters(source="example", language="en", author="lee"), {"flood"}),
    ],
)
def test_filters(archive: sqlite3.Connection, filters: Filters, found: set[str]) -> None:
    assert paths(archive, "flood OR tramlinie OR budget", filters) == found


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Małgorzata Świątek", ("malgorzata", "swiatek", "Małgorzata")),
        ("Bjørn Ås", ("bjorn", "bjoern aas", "BJØRN ÅS")),
        ("Jürgen Weißmüller", ("juergen weissmueller", "jurgen weissmuller", "weißmüller")),
        ("Joerg Mueller", ("jörg müller", "joerg")),
        ("Luc D’Arcy", ("d'arcy", "d’arcy", "darcy")),
        ("Ben O'Hara-Smith", ("o’hara smith", "o'hara-smith", "ohara‑smith")),
        ("Мар’яна Ткач", ("мар'яна", "марʼяна", "МАРЯНА")),
        ("Dr. Maria-José Núñez", ("maria jose nunez",)),
    ],
)
def test_author_is_found_however_the_name_is_typed(tmp_path: Path, name: str, typed: tuple[str, ...]) -> None:
    path = tmp_path / "archive.db"
    filled(
        path, [replace(FLOOD, authors=(name,)), article("dam", "Dam", "Dam.", authors=("Ann Lee",))]
    ).close()
    with closing(read_archive(path)) as archive:
        for each in typed:
            assert paths(archive, f'author:"{each}"') == {"flood"}, each
            assert paths(archive, "flood OR dam", Filters(author=each)) == {"flood"}, each
        assert paths(archive, "flood OR dam", Filters(author="'")) == set()


def test_filters_hold_for_words_outside_the_index(archive: sqlite3.Connection) -> None:
    assert paths(archive, "经济 OR 東京", Filters(language="zh")) == {"economy"}
    assert paths(archive, "经济 OR 東京", Filters(author="李")) == {"economy"}


def test_source_is_found_by_its_name_and_by_the_host_above(tmp_path: Path) -> None:
    with closing(open_archive(tmp_path / "archive.db")) as archive:
        crawl_id = crawl(archive)
        for address in (
            "https://www.paper.example/",
            "https://sport.paper.example/",
            "https://newspaper.example/",
        ):
            story = replace(FLOOD, url=f"{address}flood")
            record_visit(archive, crawl_id, visit(story, source=address))
        add_source(archive, "https://newspaper.example/", NOON, "Die Tägliche")
        local = "http://127.0.0.1:8000/"
        record_visit(archive, crawl_id, visit(replace(FLOOD, url=f"{local}flood"), source=local))

        def sources(source: str) -> list[str]:
            return [hit.source for hit in search(archive, "flood", Filters(source=source))]

        assert sources("paper.example") == ["paper.example", "sport.paper.example"]
        assert sources("sport.paper.example") == ["sport.paper.example"]
        assert sources("die tagliche") == ["newspaper.example"]
        assert sources("127.0.0.1") == sources("127.0.0.1:8000") == sources(local) == ["127.0.0.1:8000"]


@pytest.mark.parametrize("source", ["nowhere.example", "", "'", "xample"])
def test_unknown_source_is_named_with_those_there_are(archive: sqlite3.Connection, source: str) -> None:
    with pytest.raises(QueryError, match=r"the archive has no source '?.*; it has news\.example"):
        search(archive, "flood", Filters(source=source))


def test_time_without_zone_is_a_mistake(archive: sqlite3.Connection) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        search(archive, "flood", Filters(since=datetime(2026, 11, 20)))  # noqa: DTZ001 - that is the mistake


@pytest.mark.parametrize(
    ("words", "snippet"),
    [
        ("river", "The [river] rose by two metres. Nobody may cross until Friday."),
        ("RIVER metres -x", "The [river] rose by two [metres]. Nobody may cross until Friday."),
        ('"two metres"', "The river rose by [two metres]. Nobody may cross until Friday."),
        ("nob*", "The river rose by two metres. [Nobody] may cross until Friday."),
        ("headline OR bridge", "The river rose by two metres. Nobody may cross until Friday."),
        ("出口", "国家统计局周五公布，COVID疫情影响了[出口]。"),
        ("strasse OR straße", "Die [Straße] wird gesperrt."),
        ("ΜΊΛΗΣΕ", "Ο πρωθυπουργός [μίλησε]."),
        ("AT&T", "L'été, [AT&T] n'a pas dit « don't »."),
        ("ete", "L'[été], AT&T n'a pas dit « don't »."),
    ],
)
def test_snippet_marks_what_was_found(archive: sqlite3.Connection, words: str, snippet: str) -> None:
    (hit,) = search(archive, words)
    assert hit.snippet.replace(MARK_START, "[").replace(MARK_END, "]") == snippet


def test_snippet_of_a_long_text_shows_the_passage_with_most_of_the_words(tmp_path: Path) -> None:
    filler = "Some other words stand here. " * 50
    body = f"{filler}The storm alone.\n\n{filler}Here the storm hits the harbour at last. {filler}"
    stories = (
        article("storm", "Weather", body),
        article("zh", "天气", "其他的话。" * 100 + "暴风雨来了" + "其他的话。" * 100),
    )
    with closing(filled(tmp_path / "archive.db", stories)) as archive:
        (hit,) = search(archive, "storm harbour")
        assert (
            f"Here the {MARK_START}storm{MARK_END} hits the {MARK_START}harbour{MARK_END} at last."
            in hit.snippet
        )
        assert hit.snippet.startswith("…")
        assert hit.snippet.endswith("…")
        assert len(hit.snippet) < 200
        (hit,) = search(archive, "暴风雨")
        assert f"{MARK_START}暴风雨{MARK_END}来了" in hit.snippet
        assert len(hit.snippet) < 200


def test_lead_that_the_body_lacks_is_in_the_snippet(tmp_path: Path) -> None:
    story = article("lead", "Headline", "Body text.", lead="A lead of its own.")
    with closing(filled(tmp_path / "archive.db", [story])) as archive:
        (hit,) = search(archive, "lead")
        assert hit.snippet == f"A {MARK_START}lead{MARK_END} of its own. Body text."


def test_dates_come_back_with_their_zone(archive: sqlite3.Connection) -> None:
    (hit,) = search(archive, "flood", Filters(since=NOON - 3 * DAY))
    assert hit.date_published is not None
    assert hit.date_published.utcoffset() is not None


@pytest.mark.parametrize(
    "words", ["-bridge", "-经济", '-"old bridge" -flood', "OR -bridge", "-5", "NOT bridge"]
)
def test_search_of_nothing_but_exclusions_asks_for_a_word(archive: sqlite3.Connection, words: str) -> None:
    with pytest.raises(QueryError, match="add a word to look for"):
        search(archive, words)
