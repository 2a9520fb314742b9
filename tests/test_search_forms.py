"""Words are found in the forms of their language; what is no form of theirs is not."""

import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from archives import FLOOD, article, crawl, filled, visit
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from archiver.errors import QueryError
from db.connection import open_archive, read_archive
from db.searching import forms
from db.searching.filters import ALL_ARTICLES
from db.searching.query import read_query
from db.searching.search import Filters, search
from db.store import record_visit
from db.values import storable

LABELLED = tomllib.loads(Path(__file__).with_name("search_forms.toml").read_text("utf-8"))
# Recall over all queries, and over those of each language.
LEAST_RECALL, LEAST_OF_A_LANGUAGE = 0.95, 0.8
CASES = [
    (language, query, text)
    for language, queries in LABELLED.items()
    for query, texts in queries["finds"].items()
    for text in texts
]
OTHERS = [
    (language, query, text)
    for language, queries in LABELLED.items()
    for query, texts in queries.get("leaves", {}).items()
    for text in texts
]


WORDS = sorted({word for _, _, text in (*CASES, *OTHERS) for word in forms.WORD.findall(text.lower())})


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Yield an archive with an article for each text that is labelled."""
    path = tmp_path_factory.mktemp("forms") / "archive.db"
    texts = dict.fromkeys((language, text) for language, _, text in (*CASES, *OTHERS))
    stories = [
        article(f"{language}/{number}", f"Nr. {number}", text, language=language)
        for number, (language, text) in enumerate(texts)
    ]
    filled(path, stories).close()
    with closing(read_archive(path)) as reader:
        yield reader


def finds(archive: sqlite3.Connection, language: str, query: str, text: str) -> bool:
    """Whether a search that names no language finds the article of this text."""
    (body,) = archive.execute(
        "SELECT id FROM articles WHERE body = ? AND language = ?", (text, language)
    ).fetchone()
    return body in {hit.article_id for hit in search(archive, query, ALL_ARTICLES, 10_000)}


def test_labelled_set_is_of_many_languages() -> None:
    assert len(LABELLED) >= 8
    assert all(sum(map(len, queries["finds"].values())) >= 5 for queries in LABELLED.values())


def test_inflected_and_accented_forms_are_found(archive: sqlite3.Connection) -> None:
    found = {case: finds(archive, *case) for case in CASES}
    missed = [case for case, is_found in found.items() if not is_found]
    assert 1 - len(missed) / len(found) >= LEAST_RECALL, missed
    for language in LABELLED:
        of_language = [is_found for case, is_found in found.items() if case[0] == language]
        assert sum(of_language) / len(of_language) >= LEAST_OF_A_LANGUAGE, (language, missed)


@pytest.mark.parametrize(("language", "query", "text"), OTHERS)
def test_other_words_are_not_found(archive: sqlite3.Connection, language: str, query: str, text: str) -> None:
    assert not finds(archive, language, query, text)


def test_irregular_forms_are_those_that_the_stemmer_parts() -> None:
    for (tag, word), others in forms._irregular_forms().items():
        stems = {forms.stem_tokens(tag, each) for each in others}
        assert len(stems) == len(others), word


@pytest.mark.parametrize("tag", ["de", "en", "es", "fr", "it", "nl", "pt"])
def test_every_irregular_form_is_found_by_the_others_however_it_is_typed(tag: str) -> None:
    nouns = {others for (language, _), others in forms._irregular_forms().items() if language == tag}
    assert len(nouns) >= 30
    for noun in nouns:
        for typed in (*noun, *map(forms.folded, noun)):
            sought = set(forms.sought_tokens(tag, typed))
            assert all(
                sought & set(forms.word_forms(tag, form).split())
                for form in noun
                if len(form) >= forms.SHORTEST
            ), typed


@pytest.mark.parametrize("tag", sorted(forms.STEMMERS))
def test_stems_are_the_same_where_they_are_made_in_c(tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: Any = forms._stemmer.__wrapped__(tag)
    monkeypatch.setattr(forms, "_compiled_stemmers", lambda: None)
    plain: Any = forms._stemmer.__wrapped__(tag)

    assert type(compiled.__self__).__module__ == "Stemmer"
    assert type(plain.__self__).__module__.startswith("snowballstemmer")
    assert [compiled(word) for word in WORDS] == [plain(word) for word in WORDS]


@pytest.mark.parametrize("other", ["2.2.0", "99.0.0"])
def test_stemmers_of_other_algorithms_are_not_used(other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("Stemmer"), "version", lambda: other)

    assert forms._compiled_stemmers.__wrapped__() is None


@pytest.mark.parametrize(("language", "query", "text"), CASES)
def test_snippet_marks_the_form_that_was_found(
    archive: sqlite3.Connection, language: str, query: str, text: str
) -> None:
    hits = [
        hit
        for hit in search(archive, query, Filters(language=language), 10_000)
        if hit.snippet.replace("\x02", "").replace("\x03", "") == " ".join(text.split())
    ]
    assert all("\x02" in hit.snippet for hit in hits)


def test_articles_with_the_word_as_written_come_first(tmp_path: Path) -> None:
    stories = [
        article("stem", "News", "It told of floods and of floods, and of floods again.", language="en"),
        article(
            "exact",
            "News",
            "It told of one flood in a year that had seen few of any kind at all.",
            language="en",
        ),
    ]
    filled(tmp_path / "archive.db", stories).close()
    with closing(read_archive(tmp_path / "archive.db")) as reader:
        assert [hit.url.rsplit("/", 1)[1] for hit in search(reader, "flood")] == ["exact", "stem"]


def test_quotes_prefixes_and_near_take_words_as_written(tmp_path: Path) -> None:
    filled(
        tmp_path / "archive.db", [article("a", "News", "The floods closed two bridges.", language="en")]
    ).close()
    with closing(read_archive(tmp_path / "archive.db")) as reader:
        for words, count in (
            ("flood bridge", 1),
            ('"flood"', 0),
            ('"floods closed"', 1),
            ('"flood closed"', 0),
            ('"$two bridges"', 1),
            ("two%", 1),
            ('"two% $bridges"', 1),
            ("floo* bridg*", 1),
            ("floods NEAR/2 bridges", 1),
            ("floods NEAR/1 bridges", 0),
            (f"floods NEAR/{10**5} bridges", 1),
            (f"floods NEAR/{10**99} bridges", 1),
            (f"NEAR(floods bridges, {10**99})", 1),
            ("flood NEAR bridges", 0),
            ('NEAR("floods closed" bridges, 1)', 1),
            ("headline:news flood", 1),
            ("headline:flood", 0),
            ("headline:flood OR bridge", 1),
            ("-headline:flood bridge", 1),
            ("-headline:news bridge", 0),
            ("author:nobody flood", 0),
            ("source:news.example flood", 1),
            ("-source:news.example flood", 0),
            ("flood -bridge", 0),
            ("flood -brid*", 0),
            ("flood -bridgework", 1),
            ("flood in:nowhere", 0),
        ):
            assert len(search(reader, words)) == count, words


TEXTS = st.lists(
    st.one_of(
        st.text(min_size=1, max_size=12),
        st.sampled_from(
            ["flood", "Überschwemmung", "AT&T", "don't", "2024-25", "洪水が", "น้ำท่วม", "C++", "€5", "ﬁn"]
        ),
        st.text("abcäßœ-'’\"*()^:{}[]+~\\/|&%", min_size=1, max_size=10),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=TEXTS, language=st.sampled_from(["en", "de", "fr", "ja", "th", "ar", "tr", None]))
@example(words=['-0"0'], language="en")
def test_every_word_of_a_text_finds_it(
    growing: sqlite3.Connection, words: list[str], language: str | None
) -> None:
    text = " ".join(storable(" ".join(words)).split())
    story = article(f"{abs(hash((text, language)))}", "News", f"{text} end", language=language)
    record_visit(growing, 1, visit(story))
    for word in text.split():
        try:
            query = read_query(word)
        except QueryError:
            continue
        if query.in_headlines or any(term.kind in ("author", "source") for term in query.terms):
            continue
        if query.excluded:  # -0"0 asks for 0 without 0
            continue
        hits = {hit.url for hit in search(growing, word, ALL_ARTICLES, 10_000)}
        assert story.url in hits, word


def test_sign_of_money_beside_a_number_is_looked_for(tmp_path: Path) -> None:
    stories = [
        article("price", "Fares", "The ferry costs €3 now.", language="en"),
        article("place", "Boats", "The ferry leaves from place 3.", language="en"),
        article("mark", "Names", "The Ferry 3 sails.", language="en"),
    ]
    found = {
        "€3": stories[:1],
        '"costs €3"': stories[:1],
        "ferry -€3": stories[1:],
        "€3*": stories[:1],
        "3 ferry™": stories,
    }
    filled(tmp_path / "archive.db", stories).close()
    with closing(read_archive(tmp_path / "archive.db")) as reader:
        for words, expected in found.items():
            assert {hit.url for hit in search(reader, words)} == {each.url for each in expected}, words


@pytest.mark.parametrize("sign", ["№", "㍒", "℡", "㎏", "€", "😀", "½", "ﬁ"])
def test_signs_that_stand_for_words_are_found(growing: sqlite3.Connection, sign: str) -> None:
    story = article(f"sign{ord(sign)}", "News", f"a {sign} end", language="en")
    record_visit(growing, 1, visit(story))
    assert story.url in {hit.url for hit in search(growing, sign, ALL_ARTICLES, 10_000)}


@pytest.fixture(scope="module")
def growing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    with closing(open_archive(tmp_path_factory.mktemp("growing") / "archive.db")) as connection:
        crawl(connection)
        record_visit(connection, 1, visit(FLOOD))
        yield connection


def test_short_words_are_found_as_people_type_them(tmp_path: Path) -> None:
    stories = [
        article("vi", "Cầu", "Cây cầu ở Đà Nẵng mở cửa.", language="vi"),
        article("no", "Festival", "Gjestene får smake øl.", language="no"),
    ]
    filled(tmp_path / "archive.db", stories).close()
    with closing(read_archive(tmp_path / "archive.db")) as reader:
        for words, found in (("da nang", "vi"), ("đà nẵng", "vi"), ("ol", "no"), ("Øl", "no")):
            assert [hit.url.rsplit("/", 1)[1] for hit in search(reader, words)] == [found], words


def test_rules_of_the_forms_names_that_of_the_stemmers() -> None:
    assert forms.rules().endswith(f", snowballstemmer {version('snowballstemmer')}")
