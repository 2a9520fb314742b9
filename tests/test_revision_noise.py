"""What is no change of a text, and what is."""

import pytest

from archiver.revisions.noise import is_date_line, is_same, prose


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The river  rose.\n\nNobody\tcrosses.", "The river rose. Nobody crosses."),
        ("“It's over,” she said", '"It’s over," she said'),
        ("« Oui », dit-il : rien", "«Oui», dit-il: rien"),
        ("„Ja“ – sagte er", '"Ja" — sagte er'),
        ("Wait… what", "Wait... what"),
        ("ＡＢＣ １２", "ABC 12"),
        ("co\u00adoperate\u200b", "cooperate"),
        ("cafe\u0301", "café"),
        ("Tom &amp; Jerry&#8217;s", "Tom & Jerry's"),
        ("BrÃ¼cke in MÃ¼nchen gesperrt", "Brücke in München gesperrt"),
        ("Itâ€™s late", "It's late"),
        ("fÃƒÂ¼r alle", "für alle"),
        ("voilÃ le paÃs", "voilà le país"),
        ("Br\ufffdcke \ufffdzu\ufffd und", "Brücke “zu” und"),
        ("ÐœÐ¾Ñ\u0081ÐºÐ²Ð°", "Москва"),
        ("東京 都で 雨", "東京都で雨"),
    ],
)
def test_noise_is_no_change(one: str, other: str) -> None:
    assert is_same(one, other)
    assert is_same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Five people died", "Six people died"),
        ("It rose by 1.5 metres", "It rose by 15 metres"),
        ("It rose by -5", "It rose by 5"),
        ("The Council", "The council"),
        ("He said it is true", "He said it is “true”"),
        ("Br\ufffdcke zu", "Bruecken zu"),
        ("\ufffd", "The bridge is closed"),
        ("resign", "re sign"),
        ("東京で雨", "大阪で雨"),
        ("", "Words"),
    ],
)
def test_other_words_numbers_marks_and_capitals_are_a_change(one: str, other: str) -> None:
    assert not is_same(one, other)
    assert not is_same(other, one)


@pytest.mark.parametrize(
    "line",
    [
        "Updated: 12 Nov 2026 14:05",
        "Updated 3 hours ago",
        "Last updated at 10:15 GMT on Friday 20 November 2026",
        "Stand: 20.11.2026, 14:05 Uhr",
        "Aktualisiert vor 3 Stunden",
        "Mis à jour le 20/11/2026 à 10h15",
        "Publicado el 20 de noviembre de 2026 a las 10:15",
        "Обновлено 20 ноября 2026 в 10:15",
        "更新: 2026年11月20日 10時5分",
        "2026-11-20 10:15",
    ],
)
def test_line_that_only_gives_a_time_is_a_date_line(line: str) -> None:
    assert is_date_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "Monday",
        "May",
        "3 dead",
        "Updated rules for ferries come into force",
        "On 20 November the river rose.",
        "Stand by your man",
        "20.000 Menschen",
        "",
    ],
)
def test_line_that_says_more_is_none(line: str) -> None:
    assert not is_date_line(line)


def test_date_heads_a_chronicle_only_in_the_midst_of_a_text() -> None:
    text = [
        "Updated 20 November 2026",
        "One.",
        "Two.",
        "Three.",
        "12 November 2026",
        "Four.",
        "Five.",
        "Six.",
    ]
    kept = prose("\n\n".join([*text, "Last updated 10:15 GMT"]))
    assert kept == tuple(text[1:])
