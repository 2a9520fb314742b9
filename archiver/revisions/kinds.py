"""What kind of change made one version of a story another."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.items import ChangeKind
from archiver.revisions.corrections import correction_notices
from archiver.revisions.noise import UNSPACED, is_same, is_settled_same, prose, settled

WORD = re.compile(r"\w+")
# A slip of the pen is one letter in a word of at least so many, in so many words of a text at most.
SLIP_LETTERS = 5
MOST_SLIPS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What of a version counts when it is compared with another."""

    headline: str
    lead: str | None
    body: str
    """A blank line between paragraphs."""
    authors: tuple[str, ...]


def is_same_version(one: Text, other: Text) -> bool:
    """Whether two texts of a story are one version: they differ by noise only (archiver.revisions.noise)."""
    return not any(True for _ in _different(one, other))


def change_kinds(before: Text, after: Text) -> tuple[ChangeKind, ...]:
    """Return what changed from one text of a story to the next, each kind once, in the order of ChangeKind.

    A change of noise only, which archives of old hold, is trivial.
    """
    real = {kind for kind, trivial in _different(before, after) if not trivial}
    if _new_notices(before, after):
        real.add(ChangeKind.CORRECTION)
        if ChangeKind.BODY in real and _is_same_without_notices(before, after):
            real.discard(ChangeKind.BODY)
    return tuple(kind for kind in ChangeKind if kind in real) or (ChangeKind.TRIVIAL,)


def new_notice(before: Text, after: Text) -> str | None:
    """Return the first notice of a correction that after has and before had not, as it stands there."""
    return next(iter(_new_notices(before, after)), None)


def body_without_lead(text: Text) -> tuple[str, ...]:
    """Return the paragraphs of a body, without date lines, and without the lead where it stands first."""
    paragraphs = prose(text.body)
    if text.lead and paragraphs and is_same(paragraphs[0], text.lead):
        return paragraphs[1:]
    return paragraphs


def _different(before: Text, after: Text) -> Iterator[tuple[ChangeKind, bool]]:
    """Yield each field that differs by more than noise, and whether the difference is trivial."""
    if not is_same(before.headline, after.headline):
        yield ChangeKind.HEADLINE, _is_trivial(before.headline, after.headline)
    if not is_same(before.lead or "", after.lead or ""):
        yield ChangeKind.LEAD, _is_trivial_lead(before, after)
    old, new = (settled(" ".join(body_without_lead(text))) for text in (before, after))
    if not (is_settled_same(old, new) or is_same(*(" ".join(prose(text.body)) for text in (before, after)))):
        yield ChangeKind.BODY, _is_trivial(old, new) or _is_only_lead(before, after)
    if _names(before) != _names(after):
        yield ChangeKind.BYLINE, sorted(_names(before)) == sorted(_names(after))


def _names(text: Text) -> tuple[str, ...]:
    return tuple(settled(name) for name in text.authors)


def _is_trivial_lead(before: Text, after: Text) -> bool:
    """Whether a lead only differs by slips, or is no longer, or newly, set apart from a text that is the same."""
    if before.lead and after.lead:
        return _is_trivial(before.lead, after.lead)
    return _is_only_lead(before, after)


def _is_only_lead(before: Text, after: Text) -> bool:
    """Whether the whole of lead and body is the same: only where the lead ends differs."""
    return bool(before.lead) != bool(after.lead) and is_settled_same(_whole(before), _whole(after))


def _whole(text: Text) -> str:
    return settled(" ".join((text.lead or "", *body_without_lead(text))))


def _is_trivial(before: str, after: str) -> bool:
    old, new = (WORD.findall(settled(text).casefold()) for text in (before, after))
    if old == new:
        return bool(old)
    if len(old) != len(new):
        return False
    slips = [(one, other) for one, other in zip(old, new, strict=True) if one != other]
    return len(slips) <= MOST_SLIPS and all(_is_slip(*pair) for pair in slips)


def _is_slip(one: str, other: str) -> bool:
    """Whether one word is the other mistyped: a letter left out, added or wrong behind the first, or two swapped."""
    if min(len(one), len(other)) < SLIP_LETTERS or one[0] != other[0]:
        return False
    if not (one.isalpha() and other.isalpha()) or UNSPACED.search(one + other):
        return False
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return abs(len(one) - len(other)) == 1
    a, b = one[start:], other[start:]
    swapped = a[:2] == b[1::-1] and a[2:] == b[2:] and len(a) > 1
    return swapped or a[1:] == b or a == b[1:] or a[1:] == b[1:]


def _new_notices(before: Text, after: Text) -> tuple[str, ...]:
    parts = _parts(before)
    # Most of a text stays: what stood there word for word needs no second look.
    other = [part for part in _parts(after) if part not in parts]
    known = {settled(part) for part in parts} if other else set()
    return correction_notices(tuple(part for part in other if settled(part) not in known))


def _notices(text: Text) -> tuple[str, ...]:
    return correction_notices(tuple(_parts(text)))


def _parts(text: Text) -> dict[str, None]:
    """Return headline, lead and paragraphs, each once, in order."""
    return dict.fromkeys((text.headline, text.lead or "", *prose(text.body)))


def _is_same_without_notices(before: Text, after: Text) -> bool:
    return is_settled_same(*(_without_notices(text) for text in (before, after)))


def _without_notices(text: Text) -> str:
    notices = set(_notices(text))
    return settled(" ".join(each for each in body_without_lead(text) if each not in notices))
