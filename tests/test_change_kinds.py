"""Of which kinds a change is."""

from dataclasses import replace

import pytest

from archiver.items import ChangeKind
from archiver.revisions.corrections import is_correction
from archiver.revisions.kinds import Text, change_kinds, is_same_version, new_notice
from archiver.word_lists import lines, word_table

FLOOD = Text(
    headline="Flood closes the old bridge",
    lead="The river rose by two metres.",
    body="The river rose by two metres.\n\nNobody may cross until Friday, the council said.",
    authors=("Ann Lee", "Zoë Müller"),
)
SECOND = "Nobody may cross until Friday, the council said."
NOTICE = "Correction: an earlier version of this story gave the height as three metres."
HEADLINE, LEAD, BODY, BYLINE, CORRECTION, TRIVIAL = (
    ChangeKind.HEADLINE,
    ChangeKind.LEAD,
    ChangeKind.BODY,
    ChangeKind.BYLINE,
    ChangeKind.CORRECTION,
    ChangeKind.TRIVIAL,
)


def text(**fields: object) -> Text:
    return replace(FLOOD, **fields)  # type: ignore[arg-type] # the tests name fields of Text


@pytest.mark.parametrize(
    ("after", "kinds"),
    [
        (text(headline="Old bridge open again"), (HEADLINE,)),
        (
            text(lead="The Sarn rose by three metres.", body=f"The Sarn rose by three metres.\n\n{SECOND}"),
            (LEAD,),
        ),
        (text(body=f"{FLOOD.body}\n\nEngineers will look at the piers."), (BODY,)),
        (text(body=FLOOD.body.replace("Friday", "Monday")), (BODY,)),
        (text(body=FLOOD.body.replace("two", "2"), lead=None), (LEAD, BODY)),
        (text(authors=("Ann Lee",)), (BYLINE,)),
        (text(headline="Flood opens the old bridge", authors=()), (HEADLINE, BYLINE)),
        (text(body=f"{FLOOD.body}\n\n{NOTICE}"), (CORRECTION,)),
        (text(body=f"{FLOOD.body.replace('Friday', 'Monday')}\n\n{NOTICE}"), (BODY, CORRECTION)),
        (text(headline="CORRECTED-Flood closes the new bridge"), (HEADLINE, CORRECTION)),
        (text(headline="Flood Closes The Old Bridge"), (TRIVIAL,)),
        (text(body=FLOOD.body.replace("council said.", "council said!")), (TRIVIAL,)),
        (text(body=FLOOD.body.replace("council", "cuoncil")), (TRIVIAL,)),
        (text(authors=("Zoë Müller", "Ann Lee")), (TRIVIAL,)),
        (text(lead=None), (TRIVIAL,)),
    ],
)
def test_change_has_its_kinds(after: Text, kinds: tuple[ChangeKind, ...]) -> None:
    assert change_kinds(FLOOD, after) == kinds
    assert not is_same_version(FLOOD, after)


@pytest.mark.parametrize(
    "body",
    [
        FLOOD.body.replace(" ", "\u00a0"),
        f"Updated: 20 November 2026, 10:15\n\n{FLOOD.body}",
        f"{FLOOD.body}\n\nLast updated 2 hours ago",
        FLOOD.body.replace("\n\n", " "),
    ],
)
def test_noise_makes_no_version(body: str) -> None:
    assert is_same_version(FLOOD, text(body=body))
    assert change_kinds(FLOOD, text(body=body)) == (TRIVIAL,)  # in archives that stored it as one


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Council to close 16 schools", "Council to close 61 schools"),
        ("The deal is legal, judge says", "The deal is illegal, judge says"),
        ("He will not resign", "He will now resign"),
        ("They paid one million", "They paid one billion"),
        ("東京で大きな雨が降った", "東京で大きな雪が降った"),
    ],
)
def test_one_letter_that_means_something_is_not_trivial(before: str, after: str) -> None:
    assert change_kinds(text(headline=before), text(headline=after)) == (HEADLINE,)


def test_notice_that_was_there_is_no_new_correction() -> None:
    corrected = text(body=f"{FLOOD.body}\n\n{NOTICE}")
    later = text(body=f"{FLOOD.body}\n\nMore of it.\n\n{NOTICE}")
    assert change_kinds(corrected, later) == (BODY,)
    assert new_notice(FLOOD, corrected) == NOTICE
    assert new_notice(corrected, later) is None


CORRECTIONS = word_table("revisions", "corrections.toml")


@pytest.mark.parametrize("language", list(CORRECTIONS))
def test_corrections_are_known_in_each_language(language: str) -> None:
    for word in lines(CORRECTIONS[language]["begins"]):
        assert is_correction(f"{word.capitalize()}: 12.")
    for phrase in lines(CORRECTIONS[language]["says"]):
        assert is_correction(f"12 {phrase} 14.")


@pytest.mark.parametrize(
    ("paragraph", "is_one"),
    [
        ("【訂正】記事中の数字に誤りがありました。", True),
        ("Correction (20 Nov.): it was Monday", True),
        ("Editor’s note: it was Monday", True),
        ("In einer früheren Version hieß es, es sei Montag gewesen.", True),
        ("Correction officers went on strike", False),
        ("Korrektur der Preise erwartet", False),
        ("The correction came late.", False),
        (f"{NOTICE} " + "It goes on and on. " * 60, False),
    ],
)
def test_correction_is_told_from_prose(paragraph: str, is_one: bool) -> None:
    assert is_correction(paragraph) is is_one
