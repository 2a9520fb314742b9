"""The words that sites use around their texts, by language."""

import tomllib
from importlib.resources import files

import pytest

from archiver.items import LinkKind
from archiver.parsers.phrases import USES, is_phrase, kind_of_heading, months, phrases, says

TABLE = tomllib.loads(files("archiver.parsers").joinpath("words", "phrases.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Most read", LinkKind.POPULAR),
        ("LES PLUS LUS", LinkKind.POPULAR),
        ("Mehr zum Thema", LinkKind.RELATED),
        ("À lire aussi :", LinkKind.RELATED),
        ("関連記事", LinkKind.RELATED),
        ("الأكثر قراءة", LinkKind.POPULAR),
        ("Последние новости", LinkKind.LATEST),
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
    for use, listed in TABLE[language].items():
        assert len(set(listed)) == len(listed), use
        assert all(phrase == phrase.strip() and phrase for phrase in listed), use
        assert phrases(use)


@pytest.mark.parametrize("language", months())
def test_every_language_names_all_twelve_months(language: str) -> None:
    assert set(months()[language].values()) == set(range(1, 13))
