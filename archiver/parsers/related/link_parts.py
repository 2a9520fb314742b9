"""Which pieces of a link's text make its headline: kicker, rank, time, counts and labels stand beside it."""

from collections.abc import Callable
from itertools import pairwise

from archiver.parsers.markup.blocks import Anchor
from archiver.parsers.markup.names import bit, called, name_bits
from archiver.parsers.phrases import kind_of_heading
from archiver.parsers.related.link_texts import EMPHASIS, RANK, TIME, set_apart
from archiver.parsers.related.overlays import CARD_WORDS, HEADLINE_NAMES
from archiver.parsers.text import clean, word_count

Part = tuple[str, str]
"""A piece of text with the tag and names of the element it stands in."""

# What stands in a card beside its headline: kicker, time, counts, author.
BESIDE_A_HEADLINE = bit("date") | bit("tag") | bit("author") | bit("comment") | bit("hidden") | bit("share")
HIDDEN = bit("hidden")
# Such as what is no headline though it is called "headline-intro".
NO_HEADLINE = BESIDE_A_HEADLINE | bit("lead")
# What a kicker ends with that leads into its headline, and what parts a kicker left out from its headline.
LEADS_IN = (":", "：")
SEPARATORS = " :|·•/"
# A piece of a link's text, in an element of its own, that has more words than this belongs to the headline.
BESIDE_WORDS = 3
# Words of the longest label before a headline in its link, and the uses of phrases that one may have.
LABEL_WORDS = 5
LABELS = ("related", "popular", "latest")
# How an element is called that holds a headline's rank or how often it was read, and one that sets letters in small
# capitals: "the <span class="caps">BBC</span>".
is_number = called(r"(?<![a-z])(?:numb?(?:er)?|rank(?:ing)?|count(?:er)?|index|order|position)(?![a-z])")
is_small_capitals = called(r"(?<![a-z])(?:small-?)?caps(?![a-z])")


def trimmed(parts: list[Part]) -> str:
    """Return the text of pieces of a link without those beside its headline, or "" if all of them belong to it."""
    shown = _shown(parts)
    kept = _called_headline(shown) or _between(shown, _is_before, _is_behind)
    text = _text_of(kept) if len(kept) < len(shown) else ""
    return text if word_count(text) >= CARD_WORDS else ""


def trimmed_heading(parts: list[Part]) -> str:
    """Return the same of pieces of a heading: what is not called a kicker belongs to its headline."""
    shown = _shown(parts)
    kept = _called_headline(shown)
    return _text_of(kept) if 0 < len(kept) < len(shown) else without_rank_and_time(parts)


def without_rank_and_time(parts: list[Part]) -> str:
    """Return the text of pieces without a rank before and times and counts around it, or "" if there are none."""
    shown = _shown(parts)
    kept = _between(shown, _is_rank_or_time, _is_time_or_count)
    return _text_of(kept) if len(kept) < len(shown) else ""


def _between(
    shown: list[Part], is_before: Callable[[str, str], bool], is_behind: Callable[[str, str], bool]
) -> list[Part]:
    """The pieces without those at either end that are no part of a headline."""
    first, last = 0, len(shown)
    while first < last - 1 and is_before(*shown[first]):
        first += 1
    while last - 1 > first and is_behind(*shown[last - 1]):
        last -= 1
    return shown[first:last]


def parts_in(parts: list[Part], text: str) -> list[Part]:
    """Return the pieces that a block's text is made of."""
    found: list[Part] = []
    for part in parts:
        piece = clean(part[0])
        if piece in text if found else piece and text.startswith(piece):
            found.append(part)
    return found


def _shown(parts: list[Part]) -> list[Part]:
    """The pieces that are more than the space behind the last."""
    shown: list[Part] = []
    for text, names in parts:
        if not text.isspace():
            shown.append((text, names))
        elif shown:
            shown[-1] = shown[-1][0] + " ", shown[-1][1]
    return shown


def _text_of(parts: list[Part]) -> str:
    apart = [True, *[_are_apart(one, other) for one, other in pairwise(parts)]]
    return set_apart(zip([text for text, _ in parts], apart, strict=True)).strip(SEPARATORS)


def _called_headline(shown: list[Part]) -> list[Part]:
    """The pieces that are called the headline of a link, if those before them are a shorter kicker or the like."""
    called_so = [at for at, (_, names) in enumerate(shown) if _is_called_headline(names)]
    if not called_so or len({shown[at][1] for at in called_so}) > 1:
        return []
    first, last = called_so[0], called_so[-1] + 1
    if all(_is_emphasis(names) and not RANK.fullmatch(text) for text, names in shown[:first]):
        first = 0
    while last < len(shown) and _is_emphasis(shown[last][1]):
        last += 1
    own, before = shown[first:last], shown[:first]
    if not all(_is_before(*part) for part in before) or _size(own) < _size(before):
        return []
    if not all(_is_behind(*part) for part in shown[last:]):
        return []
    return own if word_count("".join([text for text, _ in own])) >= CARD_WORDS else []


def _size(parts: list[Part]) -> int:
    return sum(len(text.strip()) for text, _ in parts)


def _is_called_headline(names: str) -> bool:
    return bool((bits := name_bits(names.partition(" ")[2])) & HEADLINE_NAMES) and not bits & NO_HEADLINE


def _is_emphasis(names: str) -> bool:
    """Whether an element sets no word apart, but shows it in another type."""
    tag, _, own = names.partition(" ")
    return (tag in EMPHASIS and not own) or is_small_capitals(own)


def _are_apart(one: Part, other: Part) -> bool:
    return one[1] != other[1] and not _is_emphasis(one[1]) and not _is_emphasis(other[1])


def _is_before(text: str, names: str) -> bool:
    """Whether a piece is a rank, time or kicker before a headline."""
    own = names.partition(" ")[2]
    return _is_rank_or_time(text, names) or (
        is_beside(name_bits(own)) and not text.rstrip().endswith(LEADS_IN)
    )


def _is_rank_or_time(text: str, names: str) -> bool:
    tag, _, own = names.partition(" ")
    return tag == "time" or (RANK.fullmatch(text) is not None and (tag not in EMPHASIS or is_number(own)))


def _is_behind(text: str, names: str) -> bool:
    """Whether a piece is a time, a count or hidden from sight behind a headline."""
    bits = name_bits(names.partition(" ")[2])
    return _is_time_or_count(text, names) or bool(bits & HIDDEN and is_beside(bits))


def _is_time_or_count(text: str, names: str) -> bool:
    tag, _, own = names.partition(" ")
    return tag == "time" or (text.strip().isdigit() and is_number(own))


def headline_parts(anchor: Anchor) -> list[str]:
    """Return a link's text in pieces, without label, kicker, time and counts: short pieces in elements of their own."""
    if said := _called_headline(_shown(anchor.parts)):
        return [_text_of(said)]
    given = _without_label(anchor.parts)
    sizes: dict[str, int] = {}
    for text, names in given:
        sizes[names] = sizes.get(names, 0) + len(text.strip())
    likely = [names for names in sizes if not names.startswith("time ")]
    main = max(likely or sizes, key=lambda names: sizes[names], default="")
    parts = [part for part in given if part[0].strip()]
    box = anchor.box
    # A headline that is not in an element of its own may begin with a number that is set in another type.
    is_apart = bool(parts) and main not in (parts[0][1], f"{box.tag} {box.names}")
    rank = parts[0] if is_apart and RANK.fullmatch(parts[0][0]) else None
    if len(parts) > 1 and parts[0][1] != main and _is_beside_by_type(parts[0][0], parts[1][0]):
        rank = parts[0]
    return [
        text
        for text, names in given
        if names == main
        or text.isspace()
        or (
            (text, names) != rank
            and (
                is_small_capitals(names)
                or (
                    not is_beside(name_bits(names))
                    and (names.split(" ", 1)[0] in EMPHASIS or len(text.split()) > BESIDE_WORDS)
                )
            )
        )
    ]


def _is_beside_by_type(first: str, after: str) -> bool:
    """Whether the first piece of a link is a time, or a number that nothing but its type parts from the headline."""
    return TIME.fullmatch(first) is not None or (RANK.fullmatch(first) is not None and after[:1].isalnum())


def _without_label(parts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pieces without a "Read also" that has an element to itself before the headline."""
    first = next((index for index, (text, _) in enumerate(parts) if text.strip()), len(parts))
    rest = parts[first + 1 :]
    if not any(text.strip() for text, _ in rest):
        return parts
    label = parts[first][0]
    if len(label.split()) > LABEL_WORDS or kind_of_heading(label) is None:
        return parts
    return rest


def is_beside(meanings: int) -> bool:
    """Return whether what is called so stands beside a headline."""
    return bool(meanings & BESIDE_A_HEADLINE) and not meanings & HEADLINE_NAMES
