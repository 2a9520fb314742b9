"""The words that sites use around their texts, by language."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from archiver.items import LinkKind
from archiver.parsers.phrases import USES, is_phrase, kind_of_heading, months, phrases, says
from archiver.word_lists import lines, word_table

TABLE = word_table("parsers", "phrases.toml")


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Most read", LinkKind.POPULAR),
        ("LES PLUS LUS", LinkKind.POPULAR),
        ("Mehr zum Thema", LinkKind.RELATED),
        ("A LIRE AUSSI", LinkKind.RELATED),
        ("DERNIERES NOUVELLES", LinkKind.LATEST),
        ("LO MAS LEIDO", LinkKind.POPULAR),
        ("İLGİLİ HABERLER", LinkKind.RELATED),
        ("BENZER YAZILAR", LinkKind.RELATED),
        ("SON DAKİKA", LinkKind.LATEST),
        ("ΔΗΜΟΦΙΛΗ", LinkKind.POPULAR),
        ("À lire aussi :", LinkKind.RELATED),
        ("関連記事", LinkKind.RELATED),
        ("الأكثر قراءة", LinkKind.POPULAR),
        ("Последние новости", LinkKind.LATEST),
        ("სხვა სიახლეები", LinkKind.SECTION),
        ("Ամենաընթերցված", LinkKind.POPULAR),
        ("Најчитани", LinkKind.POPULAR),
        ("So‘nggi yangiliklar", LinkKind.LATEST),
        ("Soʻnggi yangiliklar", LinkKind.LATEST),
        ("हेही वाचा", LinkKind.RELATED),
        ("Albiste gehiago", LinkKind.SECTION),
        ("Advertisement", LinkKind.SPONSORED),
        ("More from City", LinkKind.SECTION),
        ("ad hoc committee", None),
        ("The river rose", None),
        ("", None),
    ],
)
def test_heading_tells_the_kind_of_its_list(heading: str, kind: LinkKind | None) -> None:
    assert kind_of_heading(heading) is kind


def test_longer_text_says_what_it_begins_or_ends_with() -> None:
    assert says("furniture", "Sign up for our newsletter")
    assert says("related", "Read also: Ferry runs again")
    assert not is_phrase("related", "Read also: Ferry runs again")


@pytest.mark.parametrize("language", TABLE)
def test_every_language_s_table_holds_known_uses_of_folded_phrases(language: str) -> None:
    assert set(TABLE[language]) <= set(USES)
    for use, text in TABLE[language].items():
        listed = lines(text)
        assert len(set(listed)) == len(listed), use
        assert listed, use
        assert all(phrase == phrase.lower() for phrase in listed), use
        assert phrases(use)


@pytest.mark.parametrize("language", months())
def test_every_language_names_all_twelve_months(language: str) -> None:
    assert set(months()[language].values()) == set(range(1, 13))


@pytest.mark.parametrize(
    ("room", "name"),
    [
        ("parsers", "phrases.toml"),
        ("parsers", "walls.toml"),
        ("parsers", "months.toml"),
        ("parsers", "offers.toml"),
        ("parsers", "no_sections.toml"),
        ("revisions", "corrections.toml"),
        ("revisions", "times.toml"),
    ],
)
def test_line_holds_a_phrase_and_no_marks_of_toml(room: str, name: str) -> None:
    for text in _texts(word_table(room, name)):
        for line in lines(text):
            assert not line.startswith(("#", '"', "[")), line
            assert not line.endswith((",", '"', "]")), line


def _texts(table: Mapping[str, Any]) -> Iterator[str]:
    for value in table.values():
        if isinstance(value, str):
            yield value
        else:
            yield from _texts(value)
