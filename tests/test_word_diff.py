"""Two texts beside each other: paragraphs first, then words."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.revisions.align import matches
from archiver.revisions.diff import Mark, ParagraphDiff, changed_words, text_diff, word_diff

MARKS = {Mark.SAME: "{}", Mark.REMOVED: "[-{}-]", Mark.ADDED: "[+{}+]"}
# Whatever the two texts are; the machine may be busy.
SECONDS = 20


def marked(paragraph: ParagraphDiff) -> str:
    return "".join(MARKS[piece.mark].format(piece.text) for piece in paragraph.pieces)


def shown(old: list[str], new: list[str]) -> list[tuple[str, str]]:
    return [(paragraph.mark.value, marked(paragraph)) for paragraph in text_diff(old, new)]


def test_words_that_changed_are_marked() -> None:
    assert shown(["The river rose by two metres on Friday."], ["The river rose by 31 metres on Monday."]) == [
        ("changed", "The river rose by[- two-][+ 31+] metres on[- Friday-][+ Monday+].")
    ]


def test_paragraphs_are_aligned_before_words() -> None:
    old = ["The river rose by two metres.", "Nobody may cross.", "It will rain on Sunday."]
    new = ["Engineers have arrived.", "The river rose by three metres.", "It will rain on Sunday."]
    assert shown(old, new) == [
        ("added", "[+Engineers have arrived.+]"),
        ("changed", "The river rose by[- two-][+ three+] metres."),
        ("removed", "[-Nobody may cross.-]"),
        ("same", "It will rain on Sunday."),
    ]


def test_paragraph_that_moved_is_marked_as_such() -> None:
    paragraphs = [f"Paragraph {n} tells of matter number {n} and of {n * 7} others." for n in range(5)]
    moved = [*paragraphs[1:4], paragraphs[0].replace("others", "things"), paragraphs[4]]
    assert [mark for mark, _ in shown(paragraphs, moved)] == [
        "moved_away",
        "same",
        "same",
        "same",
        "moved",
        "same",
    ]
    assert (
        shown(paragraphs, moved)[4][1]
        == "Paragraph 0 tells of matter number 0 and of 0[- others-][+ things+]."
    )
    assert changed_words(text_diff(paragraphs, moved)) == (1, 1)


def test_another_paragraph_in_its_place_is_no_change_of_words() -> None:
    assert shown(["The river rose by two metres."], ["Apprentices bring a crane back to life."]) == [
        ("removed", "[-The river rose by two metres.-]"),
        ("added", "[+Apprentices bring a crane back to life.+]"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "今日は東京で雨が降りました。",
            "今日は大阪で雪が降りました。",
            "今日は[-東京-][+大阪+]で[-雨-][+雪+]が降りました。",
        ),
        ("วันนี้ฝนตกที่กรุงเทพ", "วันนี้ฝนตกที่เชียงใหม่", None),
        ("洪水关闭了旧桥", "洪水关闭了新桥", "洪水关闭了[-旧-][+新+]桥"),
    ],
)
def test_scripts_without_spaces_are_compared_by_character(old: str, new: str, expected: str | None) -> None:
    pieces = word_diff(old, new)
    assert pieces[0].mark is Mark.SAME
    assert len(pieces) > 2
    if expected:
        assert shown([old], [new]) == [("changed", expected)]


def test_typography_is_no_change() -> None:
    assert shown(["“It’s over”, she said – twice."], ['"It\'s over", she said - twice.']) == [
        ("same", '"It\'s over", she said - twice.')
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "Council votes to close Marlow Library",
            "Marlow Library",
            "[-Council votes to close -]Marlow Library",
        ),
        ("She told of old things", "“old things", "[-She told of -][+“+]old things"),
        ("The bridge (and the dam)", "The bridge (the dam)", "The bridge ([-and -]the dam)"),
    ],
)
def test_words_removed_in_front_of_others_stay_apart_from_them(old: str, new: str, expected: str) -> None:
    pieces = word_diff(old, new)
    assert "".join(piece.text for piece in pieces if piece.mark is not Mark.ADDED) == old
    assert "".join(MARKS[piece.mark].format(piece.text) for piece in pieces) == expected


def test_marks_between_two_changes_belong_to_them() -> None:
    pieces = word_diff("the red, big house stands", "the blue, small house stands")
    assert [(piece.mark.value, piece.text) for piece in pieces] == [
        ("same", "the"),
        ("removed", " red, big"),
        ("added", " blue, small"),
        ("same", " house stands"),
    ]


texts = st.lists(st.text("ab 。東,\u00e9", max_size=12).map(lambda text: f"x{text}"), max_size=6)


@given(texts, texts)
def test_both_texts_can_be_read_in_their_difference(old: list[str], new: list[str]) -> None:
    found = text_diff(old, new)
    came = ["".join(p.text for p in each.pieces if p.mark is not Mark.REMOVED) for each in found]
    arrived = [
        text
        for text, each in zip(came, found, strict=True)
        if each.mark not in (Mark.REMOVED, Mark.MOVED_AWAY)
    ]
    assert [text.rstrip() for text in arrived] == [text.rstrip() for text in new]
    gone = [each for each in found if each.mark in (Mark.REMOVED, Mark.MOVED_AWAY)]
    stayed = [each for each in found if each.mark in (Mark.SAME, Mark.CHANGED)]
    assert len(gone) + len(stayed) == len(old)


@given(st.lists(st.sampled_from("abc"), max_size=30), st.lists(st.sampled_from("abc"), max_size=30))
def test_matches_rise_and_match(one: list[str], other: list[str]) -> None:
    a = b = 0
    for start, place, length in matches(one, other):
        assert start >= a
        assert place >= b
        assert length > 0
        assert one[start : start + length] == other[place : place + length]
        a, b = start + length, place + length


def words(seed: int, count: int, vocabulary: int) -> list[str]:
    chosen = random.Random(seed)
    return [f"w{chosen.randrange(vocabulary)}" for _ in range(count)]


def paragraphs(of: list[str], size: int) -> list[str]:
    return [" ".join(of[start : start + size]) for start in range(0, len(of), size)]


@pytest.mark.parametrize("vocabulary", [1, 2, 60, 4_000])
@pytest.mark.parametrize("size", [50, 10_000])
def test_ten_thousand_words_take_seconds_whatever_they_are(vocabulary: int, size: int) -> None:
    old, new = (paragraphs(words(seed, 10_000, vocabulary), size) for seed in (1, 2))
    begin = time.monotonic()
    text_diff(old, new)
    assert time.monotonic() - begin < SECONDS


@pytest.mark.parametrize("size", [50, 10_000])
def test_edits_in_a_long_text_are_found_one_by_one(size: int) -> None:
    old = words(1, 10_000, 3_000)
    new = [f"edited{n}" if n % 40 == 7 else word for n, word in enumerate(old)]
    assert changed_words(text_diff(paragraphs(old, size), paragraphs(new, size))) == (250, 250)


def test_edits_in_a_long_text_without_spaces_are_found_one_by_one() -> None:
    chosen = random.Random(1)
    old = [chr(0x4E00 + chosen.randrange(2_000)) for _ in range(20_000)]
    new = ["\u3042" if n % 50 == 7 else character for n, character in enumerate(old)]
    assert changed_words(text_diff(["".join(old)], ["".join(new)])) == (400, 400)
