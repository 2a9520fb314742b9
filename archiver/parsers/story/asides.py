"""What stands within a story's text and is none of it: captions, boxes, embedded posts, the lines of a newsroom."""

import re
from itertools import islice

from lxml.etree import _Element as Element

from archiver.parsers.authors.bylines import byline_names
from archiver.parsers.dates.written_dates import CLOCK, moment
from archiver.parsers.markup.blocks import Anchor, Block, Box, Layout
from archiver.parsers.markup.decoding import element_text
from archiver.parsers.markup.names import bit, called
from archiver.parsers.models.boxes import LONGEST_SMALL, SMALL_BLOCKS, is_small
from archiver.parsers.notices import ends_with_credit
from archiver.parsers.phrases import is_phrase
from archiver.parsers.story.furniture import is_furniture
from archiver.parsers.story.linked import LINKED_WORDS, is_linked_behind_label, is_linked_whole
from archiver.parsers.story.off_text import off_text
from archiver.parsers.story.reasons import Reason
from archiver.parsers.story.standfirst import Announced
from archiver.parsers.story.summaries import summed_up
from archiver.parsers.text import ends_sentence, fold, word_count
from archiver.parsers.urls import canonical_url, same_name

AUTHOR_NAMES = bit("author")
# What plugins and themes call the box that tells who the author is; "author" alone may hold a quotation's.
BIOGRAPHY = re.compile(
    r"author[-_]*(?:bio|box|info|card|desc|about|dropdown|popup|profile|endnote)|about[-_]*(?:the[-_]*)?author|(?<![a-z])bio(?![a-z])"
)
EMBED_NAMES = bit("embed")
# What the code that networks give out calls the box of a post until their script has run: right of all 27 such blocks.
EMBEDDED = re.compile(
    r"twitter-tweet|instagram-media|(?:tiktok|bluesky|mastodon|reddit|imgur)-embed|wp-embedded-content"
)
# The box of a quotation, at most so many boxes around the line that says whose it is, and of so many blocks: right of 6
# out of 7 such lines.
is_quotation = called(r"quote|citat|zitat|(?<![a-z])cita(?![a-z])")
QUOTE_DEPTH, QUOTE_BLOCKS = 4, 4
LONGEST_SPEAKER, SPEAKER_WORDS = 100, 10
INSET_NAMES = bit("signup") | bit("related") | bit("advert") | bit("share") | bit("comment")
# Elements that hold no text of a story: right of 33 such captions and 17 such footers but for one each.
OUTSIDE = {"figcaption": Reason.CAPTION, "footer": Reason.FOOTER}
# All elements and names of boxes that may tell that what stands in them is none of the text.
TELLING = frozenset({*OUTSIDE, "aside", "form", "button"})
TELLING_NAMES = AUTHOR_NAMES | EMBED_NAMES
# In newsrooms, a small box around a form with a field to type in is none of the text, so many boxes out; nor is a
# button of so few words.
FORM_DEPTH = 3
TYPED = frozenset({"text", "email", "tel"})
MOST_FIELDS = 20
BUTTON_WORDS = 3
# On any page, what a button of so few words does is none of the text unless it opens what stands below it or beside.
ACTION_WORDS = 8
opens = called(
    r"accordion|spoiler|collaps|toggle|expand|faq|question|answer|sidenote|footnote|glossary|tooltip"
)
OPEN_ENDS = "?？؟;,"
# There, one of so few words that names an agency is its mark, one of so few with an address the reporter's: right of
# all 34. What stands in an aside is none of the text: right of 93 out of 95. One that is but a time is an entry's.
AGENCY_WORDS = 3
ADDRESS_WORDS = 8
ZONE = r"(?:[ap]\.?m\.?|uhr|h|[a-z]{2,3}t|utc)"
TIME = re.compile(rf"\d{{1,2}}(?:[:h]\d\d(?::\d\d)?\s*{ZONE}?|\.\d\d\s*{ZONE})", re.IGNORECASE)
DOTTED = re.compile(r"\d{1,2}\.\d\d")
# So many of them set as the paragraphs below are subheadings of a report that goes by the hour.
LEAST_TIMES = 2
# The same with its day before it: "Oct 24, 2023 6:12 PM IST".
LONGEST_STAMP = 40
ZONED = re.compile(rf"(?<![^\W\d_])(?:{ZONE}|[a-z]{{2,4}})(?![^\W\d_])", re.IGNORECASE)
# What the box of a line is called that names the one who wrote an entry.
is_byline = called(r"by-?line|(?<![a-z])author(?![a-z])")
# Longer texts are no captions; such a share of one is set apart. Right of 45 out of 51, and of all 4 taken for text.
CAPTION_WORDS = 45
MOST_OF_IT = 0.9
is_caption = called(r"caption|cptn|(?:ima?ge?|photo|pic(?:ture)?)[-_]*(?:descr?|title|text|legend)")
ADDRESS = re.compile(r"[\w.+-]@[\w-]+\.\w")


def without_asides(
    layout: Layout, likely: list[Block], announced: Announced, reasons: dict[int, Reason]
) -> list[Block]:
    """Leave out what no story is written in: captions, footers, insets and, in newsrooms, lines that are links.

    Where most of the text stands in such boxes, the page's maker means something else by them.
    """
    is_news = announced.is_news
    own_box = _article(announced.headline) if is_news else None
    lines = {
        block.index: reason
        for block in likely
        if (reason := _line(block, own_box, announced.url, is_news=is_news)) is not None
    }
    elsewhere = sum(_size(block) for block in likely if lines.get(block.index) is Reason.OTHER_STORY)
    if 2 * elsewhere > sum(map(_size, likely)):  # the headline alone has an article element to itself
        lines = {index: reason for index, reason in lines.items() if reason is not Reason.OTHER_STORY}
    times = {block.index for block in likely if lines.get(block.index) is Reason.DATE and _heads_alike(block)}
    if len(times) >= LEAST_TIMES:
        lines = {index: reason for index, reason in lines.items() if index not in times}
    reasons.update(lines)
    own = [block for block in likely if block.index not in lines]
    found = {block.index: reason for block in own if (reason := _aside(block, is_news=is_news)) is not None}
    if is_news:
        beside_forms = _beside_forms(layout)
        found |= {block.index: Reason.INSET for block in own if block.index in beside_forms}
        found |= {block.index: Reason.SUMMED_UP for block in summed_up(layout, own)}
    in_others = off_text(layout, own, announced.headline, is_news=is_news)
    found = dict.fromkeys((block.index for block in in_others), Reason.OFF_TEXT) | found
    found |= {block.index: Reason.INSET for block in own if _is_below_label(layout, block)}
    kept = [block for block in own if block.index not in found]
    if 2 * sum(map(_size, kept)) < sum(map(_size, own)):
        return own
    reasons.update(found)
    return kept


def _beside_forms(layout: Layout) -> set[int]:
    """The blocks, by index, of small boxes in which one may type something: what invites to a newsletter."""
    found: set[int] = set()
    for form in [box for box in layout.boxes if box.tag == "form"]:
        if not any(map(_is_typed_in, islice(form.element.iter("input", "textarea"), MOST_FIELDS))):
            continue
        for box in islice(form.lineage(), FORM_DEPTH):
            if not is_small(layout, box):
                break
            found.update(range(box.first_block, box.end_block))
    return found


def _is_below_label(layout: Layout, block: Block) -> bool:
    """Whether a block stands in a small box whose heading is none of a text: "Newsletter", "Table of contents"."""
    for box in block.box.lineage():
        if box.end_block - box.first_block > SMALL_BLOCKS:
            return False
        head = layout.blocks[box.first_block]
        if head is not block and head.heading and _is_label(head.text):
            return is_small(layout, box)
    return False


def _is_label(text: str) -> bool:
    return is_furniture(text) or is_phrase("furniture", text)


def _is_typed_in(field: Element) -> bool:
    return (field.get("type") or "text").lower() in TYPED


def _size(block: Block) -> int:
    return len(block.text)


def _line(block: Block, own: Box | None, url: str, *, is_news: bool) -> Reason | None:
    """What a line is that is set between or around paragraphs, most of all by newsrooms, and is none of them.

    own is the article element around the headline; another one just like it holds the next story.
    """
    if len(block.text) <= LONGEST_STAMP and _tells_time(block):
        return Reason.DATE
    if len(block.text) <= LONGEST_SPEAKER and is_byline(block.box.names) and byline_names(block.text):
        return Reason.BYLINE
    if block.anchors and 2 * block.linked > len(block.text) and all(map(_is_of_a_topic, block.anchors)):
        return Reason.LABEL
    if block.pictures and not block.heading and _is_named_caption(block):
        return Reason.CAPTION
    if not is_news:
        return None
    return Reason.OTHER_STORY if own is not None and _is_in_another(block, own) else _line_of_news(block, url)


def _tells_time(block: Block) -> bool:
    """Whether a short line is a time: "19.42", too, in an element for times."""
    if TIME.fullmatch(block.text) or _is_stamp(block.text):
        return True
    return DOTTED.fullmatch(block.text) is not None and next(block.box.element.iter("time"), None) is not None


def _heads_alike(block: Block) -> bool:
    """Whether a time is set as the paragraph below it is."""
    own = block.box.element
    after = own.getnext()
    if own.tag != "p" or after is None or after.tag != "p" or after.get("class") != own.get("class"):
        return False
    return next(own.iter("time"), None) is None


def _is_stamp(text: str) -> bool:
    """Whether a short text is a day and a time of it, and nothing else."""
    if CLOCK.search(text) is None or (found := moment(text)) is None:
        return False
    return is_only_a_time(f"{text[: found.start]} {text[found.end :]}")


def is_only_a_time(text: str) -> bool:
    """Return whether a text is a time of the day, with its zone or not, and nothing else."""
    return not any(char.isalnum() for char in ZONED.sub("", CLOCK.sub("", text)))


def _is_in_another(block: Block, own: Box) -> bool:
    around = [box for box in block.box.lineage() if box.sort == own.sort]
    return bool(around) and own not in around


def _line_of_news(block: Block, url: str) -> Reason | None:
    text, words = block.text, word_count(block.text)
    is_linked = is_linked_whole(block) and words >= LINKED_WORDS
    if is_linked and not (_opens_an_answer(block) or _is_item_away(block, url)):
        return Reason.LINKED
    if block.box.tag == "p" and is_linked_behind_label(block):
        return Reason.LINKED
    if words <= AGENCY_WORDS and ends_with_credit(text):
        return Reason.AGENCY
    if words <= ADDRESS_WORDS and ADDRESS.search(text):
        return Reason.BYLINE
    return Reason.CAPTION if _is_caption(block, words) else None


def _is_of_a_topic(anchor: Anchor) -> bool:
    return "tag" in (anchor.element.get("rel") or "").split()


def _opens_an_answer(block: Block) -> bool:
    """Whether a heading is linked to a place on its own page: the question of an accordion."""
    return block.heading > 0 and all(anchor.href.startswith("#") for anchor in block.anchors)


def _is_item_away(block: Block, url: str) -> bool:
    """Whether an item of a list is linked to other sites: what the story tells of, and none of its newsroom's."""
    targets = (canonical_url(anchor.href, url) for anchor in block.anchors)
    return block.box.tag == "li" and not any(target is None or same_name(target, url) for target in targets)


def _is_caption(block: Block, words: int) -> bool:
    """Whether a short text is alone with the picture before it: in the box around, or set in italics in its own."""
    around = block.box.parent
    if not block.pictures or block.heading or words > CAPTION_WORDS or around is None:
        return False
    own = block.box.element
    if _has_picture(own):
        set_apart = sum(len(element_text(each, len(block.text))) for each in own.iter("em", "i", "small"))
        return set_apart >= MOST_OF_IT * len(block.text)
    return around.end_block - around.first_block == 1 and _has_picture(around.element)


def _is_named_caption(block: Block) -> bool:
    """Whether a short text beside a picture is what the picture says of itself, all of it in an element called caption,
    or all of a table that else holds the picture alone, in another row.
    """
    if len(block.text) > LONGEST_SMALL:
        return False
    own = block.box.element
    if _has_picture(own):
        said = fold(block.text)
        named = (each for each in own.iter("span", "cite") if is_caption((each.get("class") or "").lower()))
        return any(fold(picture.get("alt") or "") == said for picture in own.iter("img")) or any(
            len(element_text(each, len(block.text))) >= MOST_OF_IT * len(block.text) for each in named
        )
    row = next((box for box in block.box.lineage() if box.tag == "tr"), None)
    if row is None or word_count(block.text) > CAPTION_WORDS or _has_picture(row.element):
        return False
    table = next(box for box in row.lineage() if box.tag == "table" or box.parent is None)
    return table.end_block - table.first_block == 1 and _has_picture(table.element)


def _has_picture(element: Element) -> bool:
    return next(element.iter("img", "picture", "amp-img"), None) is not None


def _article(headline: Block | None) -> Box | None:
    """The article element around a page's headline."""
    boxes = headline.box.lineage() if headline is not None else ()
    return next((box for box in boxes if box.tag == "article"), None)


def _aside(block: Block, *, is_news: bool) -> Reason | None:
    """Why a block stands besides the story by its place alone."""
    telling = [box for box in block.box.lineage() if box.tag in TELLING or box.meanings & TELLING_NAMES]
    for box in telling:
        if box.tag in OUTSIDE:
            return OUTSIDE[box.tag]
        if (is_news and box.tag == "aside") or (
            box.tag == "button" and _is_pressed(block, box, is_news=is_news)
        ):
            return Reason.INSET
        if box.meanings & AUTHOR_NAMES and BIOGRAPHY.search(box.names):
            return Reason.BIOGRAPHY
        if box.meanings & EMBED_NAMES and EMBEDDED.search(box.names):
            return Reason.EMBEDDED
    if any(map(_is_inset, telling)):
        return Reason.INSET
    return Reason.SPEAKER if _names_speaker(block) else None


def _is_pressed(block: Block, button: Box, *, is_news: bool) -> bool:
    """Whether a button's text says what it does, "See gallery (12 photos)", and is no question of an accordion."""
    words = word_count(block.text)
    if block.heading:
        return False
    if is_news and words <= BUTTON_WORDS:
        return True
    # A button whose end is missing holds all that comes behind it.
    if button.end_block - button.first_block > 1 or words > ACTION_WORDS:
        return False
    around = button.parent.names if button.parent is not None else ""
    is_opener = button.element.get("aria-expanded") or opens(f"{button.names} {around}")
    return not is_opener and block.text[-1] not in OPEN_ENDS and not ends_sentence(block.text)


def _names_speaker(block: Block) -> bool:
    """Whether a line stands behind a quotation in its box and says whose it is."""
    if (
        len(block.text) > LONGEST_SPEAKER
        or word_count(block.text) > SPEAKER_WORDS
        or ends_sentence(block.text)
    ):
        return False
    for box in islice(block.box.lineage(), QUOTE_DEPTH):
        if box.tag == "blockquote" or is_quotation(box.names):
            return box.first_block < block.index and box.end_block - box.first_block <= QUOTE_BLOCKS
    return False


def inset(block: Block) -> Box | None:
    """Return the aside or form around a block that is by name an invitation or a list, or None."""
    return next(filter(_is_inset, block.box.lineage()), None)


def _is_inset(box: Box) -> bool:
    return box.tag in ("aside", "form") and box.meanings & INSET_NAMES != 0
