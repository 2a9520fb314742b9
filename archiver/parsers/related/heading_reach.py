"""How far the heading of a list reaches: to the end of the box that holds its list, not into the next one."""

from bisect import bisect_left, bisect_right
from collections import deque
from operator import attrgetter

from archiver.parsers.markup.blocks import Block
from archiver.parsers.related.link_addresses import address, names_a_story
from archiver.parsers.related.links import Candidate
from archiver.parsers.related.overlays import CARD_WORDS

PLACE = attrgetter("index")
ON_THE_PAGE = ("#", "javascript:")
# No page has so many blocks.
NOWHERE = 1 << 30


def headlines(candidates: list[Candidate]) -> list[int]:
    """Return the blocks, by index, that show headlines: no "All videos" beside a heading."""
    shown = {
        one.anchor.first_block if one.block is None else one.block.index
        for one in candidates
        if one.words > CARD_WORDS or (one.words == CARD_WORDS and names_a_story(address(one.target)))
    }
    return sorted(shown)


def last_before(headings: list[Block], places: list[int]) -> dict[int, Block | None]:
    """Return for each of the places the last heading before it, however far it reaches."""
    known = [heading.index for heading in headings]
    return {place: headings[at - 1] if (at := bisect_left(known, place)) else None for place in places}


def last_reaching(headings: list[Block], places: list[int], shown: list[int]) -> dict[int, Block | None]:
    """Return for each of the places, in page order, the last heading before it that reaches it.

    shown are the blocks that show headlines, by index and in order.
    """
    found: dict[int, Block | None] = {}
    # Boxes lie in each other or apart, so what ends first among those that reach a place is the last of them.
    reaching: list[tuple[Block, int]] = []
    rest = deque(headings)
    for place in places:
        while rest and rest[0].index < place:
            heading = rest.popleft()
            while reaching and reaching[-1][1] <= heading.index:
                reaching.pop()
            reaching.append((heading, end_of_reach(heading, shown)))
        while reaching and reaching[-1][1] <= place:
            reaching.pop()
        found[place] = reaching[-1][0] if reaching else None
    return found


def end_of_reach(heading: Block, shown: list[int]) -> int:
    """One past the last block that a heading reaches: that of the smallest box that holds a headline beside it.

    An item of a menu reaches to its own end.
    """
    before = bisect_left(shown, heading.index)
    after = bisect_right(shown, heading.index)
    last = shown[before - 1] if before else -1
    coming = shown[after] if after < len(shown) else NOWHERE
    end = heading.index + 1
    for box in heading.box.lineage():
        end = box.end_block
        if box.first_block <= last or coming < end:
            break
        if box.tag == "li" and leads_away(heading):
            break
    return end


def leads_away(heading: Block) -> bool:
    """Whether a heading links another page, which a tab does not."""
    return bool(heading.anchors) and not heading.anchors[0].href.startswith(ON_THE_PAGE)
