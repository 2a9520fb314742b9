"""The story's headline, without the site's name."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from itertools import islice
from unicodedata import category

from lxml.etree import _Element as Element

from archiver.items import Origin
from archiver.parsers.dates.written_dates import moment
from archiver.parsers.markup.blocks import Block, Box, Layout
from archiver.parsers.markup.decoding import element_text
from archiver.parsers.markup.names import LONGEST_NAME, bit, called, name_bits
from archiver.parsers.phrases import is_phrase
from archiver.parsers.structured import Structured, first_string, is_news
from archiver.parsers.text import clean, ends_sentence, fold, word_count
from archiver.parsers.titles.stated_titles import SHARED, Headline, is_cut, site_names, stated_titles
from archiver.parsers.titles.title_lines import (
    HEADING_WORDS,
    HEADLINE_NAMES,
    LONGEST_HEADLINE,
    MOST_BLOCKS,
    MOST_OF_LINK,
    leads_home,
    shown_part,
    title_lines,
)
from archiver.parsers.titles.title_parts import begun_by_title, named_once, rest_of_title, shown_again
from archiver.parsers.titles.titles import (
    BARS,
    TITLE_BREAK,
    is_name_of_site,
    letters_of,
    likeness_of,
    marks_in,
    names_in_path,
    spelled,
    words_of,
)

KICKER_NAMES = bit("tag")
# A shown title and a stated one are the same story's from this share of common words on.
ALIKE = 0.5
# Up to here they are two things.
UNLIKE = 0.2
# From so many words on a title can be no site's name.
SENTENCE_WORDS = 6
# A heading of more words says what the story is about.
MOST_WORDS = 32
# Words of the date or section that a heading has before its title.
LONGEST_KICKER = 3
# Words and characters of a kicker, badge or count that has an element to itself within a heading.
MARK_WORDS = 4
LONGEST_MARK = 60
# A heading that is called so shows the site's name.
is_logo = called(r"(?<![a-z])(?:site[-_]?)?logo(?![a-z])")
# A list that is called so shows the way to the page.
is_path = called(r"(?<![a-z])bread[-_]?crumbs?(?![a-z])")
# The number of a page of a story behind its headline.
PAGE_NUMBER = re.compile(r"(?<=\w)\s*[(（]\d{1,2}/\d{1,2}[)）]\Z")
MARKED_OFF = " :|-–—·•/"
# Blocks that a shown headline has at most.
MOST_LINES = 20
# Blocks below a navigation path in which the story's own heading stands.
CRUMB_REACH = 4
LISTS = frozenset({"ol", "ul"})
# An address spells a title from this share of common words on, and another one up to this.
SPELLED = 0.95
ANOTHER = 0.5
FEWEST_IN_ADDRESS = 4


def headline(layout: Layout, structured: Structured, url: str) -> Headline:
    """Return the story's headline without the site's name; its text is "" if the page has none.

    A newsroom's own (_newsroom_title) comes first, then the heading that the reader sees, then what the page
    states for machines.
    """
    found = _headline(layout, structured, url)
    if found.text.endswith((")", "）")):
        found = replace(found, text=PAGE_NUMBER.sub("", found.text))
    if found.block is None and found.text:
        return replace(found, block=_heading_like(layout, found.text))
    if found.block is not None and _is_crumb(found.block):
        start = found.block.index + 1
        below = _heading_below(layout, found.block) or _heading_like(layout, found.text, start)
        shared = structured.meta.get(SHARED[0], [""])[0]
        is_shared = below is not None and found.text == found.block.text and fold(below.text) == fold(shared)
        return replace(found, text=shared if is_shared else found.text, block=below)
    return found


def _heading_like(layout: Layout, text: str, start: int = 0) -> Block | None:
    """The heading most like a headline that no h1 shows: newsrooms set it in an h2, with its kicker."""
    words = words_of(text)
    headings = [
        block
        for block in layout.blocks[start:MOST_BLOCKS]
        if block.heading and not block.linked and len(block.text) < LONGEST_HEADLINE
    ]
    likeness = [likeness_of(words_of(block.text), words) for block in headings]
    best = max(likeness, default=0.0)
    return headings[likeness.index(best)] if best >= ALIKE else None


def _is_crumb(block: Block) -> bool:
    """Whether a heading is the last step of a navigation path: the story's own may say it in other words."""
    return any(box.tag == "nav" or (box.tag in LISTS and is_path(box.names)) for box in block.box.lineage())


def _heading_below(layout: Layout, crumb: Block) -> Block | None:
    """The heading right below a navigation path, which stands where the story begins."""
    below = layout.blocks[crumb.index + 1 : crumb.index + 1 + CRUMB_REACH]
    return next((block for block in below if block.heading and not _is_crumb(block)), None)


def _headline(layout: Layout, structured: Structured, url: str) -> Headline:
    names = site_names(structured, url)
    stated = stated_titles(structured, names)
    shown = [
        named_once(title, names, stated.values())
        for title in _shown_titles(layout)
        if not is_name_of_site(title.text, names)
    ]
    vocabularies = [words_of(title.text) for title in stated.values()]
    likeness = [
        max((likeness_of(words_of(title.text), words) for words in vocabularies), default=0.0)
        for title in shown
    ]
    best = _best_shown(shown, likeness, stated)
    if best is not None and max(likeness) < ALIKE and _leads_elsewhere(best):
        best = None
    if best is not None:
        best = rest_of_title(layout, best, stated.values()) or shown_again(layout, best, stated.values())
    if (named := _title_of_address(url, stated, best)) is not None:
        return replace(named, block=best.block if best else None)
    if (newsroom := _newsroom_title(structured, stated, best)) is not None:
        return _without_kicker(layout, newsroom, stated) if newsroom is best else newsroom
    is_end = best is not None and _is_only_an_end(best, stated)
    if best and max(likeness) >= ALIKE and not is_end:
        return _without_kicker(layout, best, stated)
    called = [title for title in stated.values() if title.text and fold(title.text) not in names]
    lone = best if len(shown) == 1 and best and HEADING_WORDS <= word_count(best.text) <= MOST_WORDS else None
    if lone is None or is_end or max(likeness) <= UNLIKE:
        lines = title_lines(layout, names) if called else []
        for title in called:
            if (part := shown_part(lines, title)) and (lone is None or _is_below(part, lone)):
                return part
    if lone:
        return _without_kicker(layout, lone, stated)
    shown_last = (part for title in called if (part := _behind_colon(layout, title)))
    return next(shown_last, None) or next(iter(called), best) or Headline("", None)


def _behind_colon(layout: Layout, title: Headline) -> Headline | None:
    """What a title says behind the name of its site, where a heading of the page shows it: "River Notes: The flood"."""
    text = title.text.partition(": ")[2].strip()
    headings = (block for block in layout.blocks[:MOST_BLOCKS] if block.heading and block.text == text)
    block = next(headings, None) if text else None
    return replace(title, text=text, block=block) if block else None


def _best_shown(shown: list[Headline], likeness: list[float], stated: dict[str, Headline]) -> Headline | None:
    """The shown title most like a stated one; of two that are one each, that which the page is shared by."""
    if not shown:
        return None
    shared = fold(stated[SHARED[0]].text) if SHARED[0] in stated else ""
    most = max(likeness)
    alike = [title for title, share in zip(shown, likeness, strict=True) if share == most]
    return next((title for title in alike if fold(title.text) == shared), alike[0])


def _title_of_address(url: str, stated: dict[str, Headline], best: Headline | None) -> Headline | None:
    """The title that og:title and `<title>` share, where the page's address spells it and the heading is another."""
    shared, title = stated.get(SHARED[0]), stated.get("title")
    if best is None or shared is None or title is None or fold(shared.text) != fold(title.text):
        return None
    name = max(names_in_path(url), key=len, default=frozenset())
    if len(name) < FEWEST_IN_ADDRESS or spelled(shared.text, name) < SPELLED:
        return None
    return shared if spelled(best.text, name) <= ANOTHER else None


def _newsroom_title(
    structured: Structured, stated: dict[str, Headline], best: Headline | None
) -> Headline | None:
    """The headline that the data of a NewsArticle give: newsrooms fill it in with the kicker that the h1 may lack.

    Of the pages of benchmarks/README.md whose titles differ: the JSON-LD headline is the one as published where it
    stands alone or agrees with the heading. Where it only repeats `<title>`, it is written for search engines, and
    what heading and og:title agree on is the headline, or the heading if each of the three is another; where og:title
    alone differs from all others, twitter:title among them, somebody wrote it by hand. Of blogs the heading is: their
    data are written for search engines.
    """
    if "headline" not in stated or not is_news(structured):
        return None
    text = stated["headline"].text
    if not text or (best and is_cut(text, best.text)):
        return None
    if (spelt := _spelt_as_shared(stated, best)) is not None:
        return spelt
    titles = {key: fold(title.text) for key, title in stated.items()}
    shown, block = (fold(best.text), best.block) if best else ("", None)
    own, shared = (titles["headline"], titles.get("title", "")), titles.get(SHARED[0], "")
    is_repeat = own[0] == own[1] and bool(shared) and shared not in own
    is_confirmed = _is_like(*own) and _is_confirmed(shown, structured, shared)
    if best and shown not in own and (is_repeat or is_confirmed or _is_without_section(best.text, text)):
        return best
    if shared and shared not in own and titles.get(SHARED[1]) == shown == own[0]:
        return replace(stated[SHARED[0]], block=block)
    return replace(stated["headline"], block=block)


def _is_without_section(shown: str, text: str) -> bool:
    """Whether a stated title is the shown one and, behind a bar, the name of a section."""
    at = max(map(text.rfind, BARS))
    return at > 0 and fold(text[:at]) == fold(shown) and word_count(text[at + 1 :]) <= MARK_WORDS


def _spelt_as_shared(stated: dict[str, Headline], best: Headline | None) -> Headline | None:
    """og:title, where `<title>` spells it so and the data join a kicker to the same words in another way."""
    shared, title = stated.get(SHARED[0]), stated.get("title")
    given = stated["headline"].text
    if shared is None or title is None or TITLE_BREAK.search(given) is None:
        return None
    text = fold(shared.text)
    if text == fold(given) or not fold(title.text).startswith(text) or letters_of(given) != letters_of(text):
        return None
    return replace(shared, block=best.block if best else None)


def _is_confirmed(shown: str, structured: Structured, shared: str) -> bool:
    """Whether the page states the shown title too: to share it, or as another title of the story."""
    others = (first_string(structured.story.get(key)) or "" for key in ("alternativeHeadline", "name"))
    return shown in (shared, *map(fold, others))


def _is_like(headline: str, title: str) -> bool:
    """Whether a story's headline and the page's title are one but for what sections and sites add to it."""
    return bool(title) and (headline in title or title in headline)


def _shown_titles(layout: Layout) -> Iterator[Headline]:
    named = [
        box
        for box in layout.boxes
        if (box.tag == "h1" or box.meanings & HEADLINE_NAMES)
        and box.end_block - box.first_block <= MOST_LINES
    ]
    for box in named:
        if is_logo(box.names):
            continue
        if box.tag == "h1" or "headline" in box.names.split():
            blocks = _blocks_of(layout, box) or _paragraph_in(layout, box)
            if box.tag != "h1" and any(block.box.tag == "h1" and block.box is not box for block in blocks):
                continue  # the heading is in there, with what stands beside it
            text = " ".join(block.text for block in blocks)
            if text and len(text) < LONGEST_HEADLINE and not all(map(leads_home, blocks)):
                yield Headline(unescape(text) if "&" in text else text, blocks[-1], Origin.H1)


def _paragraph_in(layout: Layout, heading: Box) -> list[Block]:
    """The paragraph of a heading that has one: libxml2 ends the heading before it."""
    after = layout.blocks[heading.end_block : heading.end_block + 1]
    is_empty = not len(heading.element) and not (heading.element.text or "").strip()
    return [
        block
        for block in after
        if is_empty
        and block.box.tag == "p"
        and block.box.element.getprevious() is heading.element
        and not ends_sentence(block.text)
    ]


def _leads_elsewhere(shown: Headline) -> bool:
    """Whether a heading that is no title of the page is a link: the name of its section."""
    return shown.block is not None and shown.block.link_share > MOST_OF_LINK


def _blocks_of(layout: Layout, box: Box) -> list[Block]:
    return [block for block in layout.blocks[box.first_block : box.end_block] if block.text]


def _without_kicker(layout: Layout, shown: Headline, stated: dict[str, Headline]) -> Headline:
    """The shown title without what its heading adds to a stated one: date, section, byline, "subscribers only"."""
    titles = {fold(title.text) for title in stated.values()}
    folded = fold(shown.text)
    if shown.block is None or folded in titles:
        return shown
    last = shown.block.index
    if shown.block.text != shown.text:
        for block in layout.blocks[max(0, last - 3) : last + 1]:
            own = fold(block.text)
            if block.text in shown.text and (own in titles or _is_begun_by(titles, own, folded)):
                return Headline(block.text, block, Origin.H1)
    for title in stated.values():
        text = TITLE_BREAK.split(title.text)[0].strip()
        is_title = word_count(text) >= HEADING_WORDS and folded.startswith(fold(text) + " ")
        if is_title and is_phrase("furniture", shown.text[len(text) :]):
            return Headline(text, shown.block, Origin.H1)
    if (text := _without_mark(shown.block, shown.text, titles)) is not None:
        return Headline(text, shown.block, Origin.H1)
    words = shown.text.split()
    for count in range(1, min(LONGEST_KICKER, len(words) - 1) + 1):
        kicker, text = " ".join(words[:count]), " ".join(words[count:])
        if fold(text).rstrip(".") in titles and (kicker.isupper() or moment(kicker) is not None):
            return Headline(text, shown.block, Origin.H1)
    return shown


def _without_mark(block: Block, text: str, titles: set[str]) -> str | None:
    """A heading without an element of few words at its start or end, where a stated title does without it too."""
    if block.text == text and (own := begun_by_title(block, titles)) is not None:
        return own
    begun = {fold(TITLE_BREAK.split(title)[0]) for title in titles} | titles
    for element in islice(block.box.element.iterdescendants(), MOST_LINES):
        mark = clean(element_text(element, LONGEST_MARK + 1))
        if not 0 < len(mark) <= LONGEST_MARK or word_count(mark) > MARK_WORDS or len(mark) == len(text):
            continue
        rest = text.removeprefix(mark) if text.startswith(mark) else text.removesuffix(mark)
        rest = rest.strip(MARKED_OFF)
        is_kicker = (
            text.startswith(mark) and _is_kicker(element) and not any(fold(mark) in one for one in begun)
        )
        if rest != text and (fold(rest).rstrip(".") in begun or is_kicker or all(map(_is_icon, mark))):
            return rest
    return None


def _is_kicker(element: Element) -> bool:
    """Whether an element within a heading is called a topic or category."""
    return name_bits((element.get("class") or "")[:LONGEST_NAME].lower()) & KICKER_NAMES != 0


def _is_icon(c: str) -> bool:
    """Whether a character is a picture, also one of a font of icons, and no mark of a sentence."""
    return category(c) in ("So", "Co")


def _is_begun_by(titles: set[str], text: str, shown: str) -> bool:
    """Whether a stated title goes on behind a block that is most of a heading."""
    return 2 * len(text) > len(shown) and any(title.startswith(text) for title in titles)


def _is_only_an_end(shown: Headline, stated: dict[str, Headline]) -> bool:
    """Whether stated titles have a heading only behind a mark, as they have the name of a section or site."""
    if any(title.text.startswith(shown.text) for title in stated.values()):  # as on most pages
        return False
    own = letters_of(shown.text)
    titles = {title.text: letters_of(title.text) for title in stated.values()}
    if (
        not own
        or not titles
        or any(letters == own or not letters.endswith(own) for letters in titles.values())
    ):
        return False
    return all(len(letters) - len(own) in marks_in(title) for title, letters in titles.items())


def _is_below(part: Headline, lone: Headline) -> bool:
    """Whether what a page's title names stands below its only h1, which then names the site, or is a sentence."""
    if part.block is None or lone.block is None:
        return False
    return part.block.index > lone.block.index or word_count(part.text) >= SENTENCE_WORDS
