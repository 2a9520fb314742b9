"""Lines in which the authors of a story sign it, and those that say who they are: none of its text."""

import re
from dataclasses import replace

from archiver.parsers.authors.asian_bylines import CALLED
from archiver.parsers.authors.credits import without_credits
from archiver.parsers.authors.labelled_names import is_author_label
from archiver.parsers.dates.written_dates import CLOCK
from archiver.parsers.story.article import EDGE, LONGEST_EDGE, Story
from archiver.parsers.story.asides import ADDRESS, is_only_a_time
from archiver.parsers.story.reasons import Reason
from archiver.parsers.text import UNSPACED, ends_sentence, fold, word_count

# So long is a line with a reporter's name and mail address, in characters.
LONGEST_SIGNED = 80
# Beside the authors, a line that signs a text has at most so many words: "Report by", "and the editors", "本报记者".
BESIDE_NAMES = 3
EDGES = " .,;:|/()[]–—-"
# How Chinese papers begin such a line, whoever is named in it.
WRITTEN_BY = re.compile(r"[【(\[]?(?:文|采写|采訪|采访|撰文|执笔|執筆|作者|记者|記者)\s*[/|:丨]")


def without_byline(main: Story, authors: tuple[str, ...]) -> Story:
    """Return the story without those of its first and last blocks that name its authors or say who they are."""
    names = {fold(name) for name in authors}
    first, last = main.blocks[:EDGE], main.blocks[EDGE:][-EDGE:]
    said: dict[int, Reason] = {}
    for block in (*first, *last) if names else ():
        line = fold(block.text[: LONGEST_EDGE + 1])
        if (
            _names_only(line, names)
            or is_author_label(block.text)
            or _is_credit(block.text)
            or (not block.heading and _is_signature(line, names))
        ):
            said[block.index] = Reason.AUTHOR
        elif block in last and any(" " in name and line.startswith(f"{name} ") for name in names):
            said[block.index] = Reason.BIOGRAPHY
    said |= {block.index: Reason.AUTHOR for block in main.blocks if _signs_entry(block.text, names)}
    if not said:
        return main
    kept = tuple(block for block in main.blocks if block.index not in said)
    lead = main.lead if main.lead in kept else None
    return replace(main, blocks=kept, lead=lead, reasons={**main.reasons, **said})


def _is_credit(text: str) -> bool:
    """Whether a line is nothing but the credit of another than the author: "Editing: Bo Ek"."""
    return (
        len(text) <= LONGEST_SIGNED and not ends_sentence(text) and bool(text) and not without_credits(text)
    )


def _is_signature(line: str, names: set[str]) -> bool:
    """Whether a line says who has written a text and little else: "River Post's Ada Quist"."""
    if len(line) > LONGEST_SIGNED or ends_sentence(line):
        return False
    if WRITTEN_BY.match(line):
        return True
    rest = line
    for name in names:
        rest = _without(name, rest)
    return rest != line and word_count(rest.strip(EDGES)) <= BESIDE_NAMES


def _without(name: str, line: str) -> str:
    """A line without a name, which is none within a word: "Lee" in "Leeds"."""
    if name not in line:
        return line
    if UNSPACED.match(name):
        return line.replace(name, " ")
    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", line)


def _signs_entry(text: str, names: set[str]) -> bool:
    """Whether a line says when one of the authors wrote an entry of a live blog: "11:42 Ann Lee"."""
    if len(text) > LONGEST_SIGNED or CLOCK.search(text) is None:
        return False
    line = fold(text)
    rests = (line.replace(name, " ") for name in names if name in line)
    return any(is_only_a_time(rest) for rest in rests)


def _names_only(line: str, names: set[str]) -> bool:
    """Whether a line is one of the names, or a short one with what they are or a mail address beside it."""
    if CALLED.sub("", line.strip(" ,.;|()（）–—-")) in names:
        return True
    if len(line) > LONGEST_SIGNED:
        return False
    if any(line.startswith(f"{name},") for name in names) and not ends_sentence(line):
        return True
    return ADDRESS.search(line) is not None and any(name in line for name in names)
