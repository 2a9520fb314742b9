"""What came of visits, in the words of the command: the same in tables, lists and the bar."""

from collections import Counter
from collections.abc import Iterable, Mapping

from archiver.items import Outcome

FAILED = "failed"
GROUPS: Mapping[Outcome, str] = {
    Outcome.STORED: "new",
    Outcome.CHANGED: "changed",
    Outcome.UNCHANGED: "unchanged",
    Outcome.DUPLICATE: "duplicate",
    Outcome.NOT_ARTICLE: "not article",
    Outcome.NOT_HTML: "not article",
    Outcome.FORGOTTEN: "not article",
}
"""What one wants to know of a visit; all other outcomes mean that it failed, or that it read a listing."""


def outcome_text(outcome: Outcome) -> str:
    """Return an outcome in words: "new", "not article", "http error"."""
    return GROUPS.get(outcome) or outcome.replace("_", " ")


def in_words(counts: Mapping[Outcome, int]) -> Counter[str]:
    """Return how many visits there were of each outcome in words."""
    words: Counter[str] = Counter()
    for outcome, number in counts.items():
        words[outcome_text(outcome)] += number
    return words


def grouped(counts: Mapping[Outcome, int]) -> Counter[str]:
    """Return how many visits to stories came out new, changed, ..., failed."""
    groups: Counter[str] = Counter()
    for outcome, number in counts.items():
        if outcome is not Outcome.LISTING:
            groups[GROUPS.get(outcome, FAILED)] += number
    return groups


def told(groups: Mapping[str, int]) -> str:
    """Return groups of visits in one line, always in the same order."""
    return ", ".join(f"{groups[name]:,} {name}" for name in group_names() if groups.get(name))


def group_names() -> Iterable[str]:
    """Return the names of the groups in the order in which they are shown."""
    return dict.fromkeys((*GROUPS.values(), FAILED))
