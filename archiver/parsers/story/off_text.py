"""What stands in boxes that are called something else than text: calls to action, captions, facts, other stories."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

from archiver.parsers.markup.blocks import HEADINGS, Block, Box, Layout
from archiver.parsers.markup.names import called
from archiver.parsers.models.boxes import is_small
from archiver.parsers.story.linked import is_linked_whole

# What the boxes of the numbers beside the lines of code are called.
LINE_NUMBERS = r"(?<![a-z])(?:linenos?|rouge-gutter|code-gutter)(?![a-z])"
# What boxes are called that hold none of the text: calls to action, captions, polls, other posts, what only screen
# readers are told or only paper shows, what opens over the page, stories to read on, appeals for money, the frame of an
# archive. Right of 155 out of 156 such blocks that the models take for text.
is_off_text = called(
    r"(?<![a-z])(?<!after--)(?:cta|btn|captions?|figure|ratings?|disclaimer|footnotes?|modal|dialog|hentry|hmedia|poll|opinary"
    r"|(?:sr|screen[-_]?reader)[-_]?(?:only|text)|visually[-_]?hidden|a11y|print[-_]?(?:only|block)|post[-_]?metadata\d*"
    r"|overlay[-_]?(?:inner|content|text)?|wm[-_]ipp[-_](?:base|inside))(?![a-z])|pop[-_]?up"
    r"|(?<!\S)(?:[a-z]{1,6}[-_]+){0,2}related[-_]*(?:stor(?:y|ies)|articles?|posts?|news|pages?|links?)(?![a-z])"
    rf"|{LINE_NUMBERS}|fundrais|[-_]appeal(?!\S)|(?<!\S)appeal[-_](?:box|banner)"
)
# A small box of this name whose heading is a link shows another story.
is_teaser = called(r"(?<![a-z])(?:teaser|promo)")
# The same of an entry beside the text, as WordPress calls it; builders of pages put text into other boxes of that name.
is_widget = called(r"(?<!\S)widget(?:_\w+)?(?!\S)")
WIDGETS = frozenset({"li", "aside"})
# The same within the text; before it, such a box may be its summary.
holds_facts = called(r"(?<![a-z])(?:(?:info|facts?|fakta)[-_]?(?:box|boks|ruta)|facts?)(?![a-z])")
# Such a box holds at most so much of the text.
LITTLE = 0.5
# What a newsroom calls the boxes that invite; text that only subscribers may read is called after these.
invites = called(
    r"newsletter|sign[-_]?up(?![a-z])|regist(?:er|ration)|subscri(?:be(?!r)|ption)|donat(?:e|ion)"
)


def off_text(layout: Layout, own: list[Block], headline: Block | None, *, is_news: bool) -> Iterator[Block]:
    """Yield the blocks in boxes that are called something else than text and hold little of it, nor the headline.

    In newsrooms, those that are called invitations, too: right of all 12 such blocks.
    """
    at = [block.index for block in own]
    size = [0, *accumulate(len(block.text) for block in own)]
    known: dict[int, bool] = {}
    place = headline.index if headline is not None else -1
    for block in own:
        passed: list[int] = []
        is_off = False
        for box in block.box.lineage():
            if box.index in known:
                is_off = known[box.index]
                break
            passed.append(box.index)
            if not box.names:
                continue
            held = size[bisect_left(at, box.end_block)] - size[bisect_left(at, box.first_block)]
            if held > LITTLE * size[-1] or box.first_block <= place < box.end_block:
                break
            if _is_called_off(box, is_inside=box.first_block > at[0], is_news=is_news) or (
                is_teaser(box.names) and _is_of_another(layout, box)
            ):
                is_off = True
                break
        known.update(dict.fromkeys(passed, is_off))
        if is_off:
            yield block


def _is_called_off(box: Box, *, is_inside: bool, is_news: bool) -> bool:
    """Whether the name of a box is that of something else than text; a heading's is made of its words."""
    if box.tag in HEADINGS:
        return False
    if is_off_text(box.names) or (is_news and invites(box.names)):
        return True
    if box.tag in WIDGETS and is_widget(box.names):
        return True
    return is_inside and holds_facts(box.names)


def _is_of_another(layout: Layout, box: Box) -> bool:
    """Whether a small box begins with a heading that is linked to another page."""
    head = layout.blocks[box.first_block]
    if not head.heading or not is_linked_whole(head) or not is_small(layout, box):
        return False
    return not any(anchor.href.startswith("#") for anchor in head.anchors)
