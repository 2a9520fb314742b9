"""Which links have the looks of a headline whatever the model says of them."""

from urllib.parse import urlsplit

from archiver.parsers.markup.names import bit
from archiver.parsers.phrases import says
from archiver.parsers.related.link_addresses import FILES, leads_elsewhere
from archiver.parsers.related.links import Candidate, main_address
from archiver.parsers.urls import same_site

# A headline has so many words, and stands in no furniture, looked for so many boxes out.
WORDS = (4, 40)
FURNITURE = frozenset({"nav", "footer", "header", "form", "button"})
FURNITURE_NAMES = bit("nav") | bit("foot") | bit("share") | bit("signup") | bit("comment") | bit("shop")
DEPTH = 4


def heads_a_front_story(candidate: Candidate, own: frozenset[str]) -> bool:
    """Return whether a link on a page without story is a headline by its looks alone, whatever its address.

    The model has learned from pages with a story, where most links lead elsewhere; on a front page a link of the
    site that has the words of a headline and stands in no menu or footer is one.
    """
    if not WORDS[0] <= candidate.words <= WORDS[1] or not is_told_of(candidate, own):
        return False
    around = list(candidate.anchor.box.lineage())
    if any(box.tag in FURNITURE for box in around):
        return False
    return not any(box.meanings & FURNITURE_NAMES for box in around[:DEPTH])


def is_told_of(candidate: Candidate, own: frozenset[str]) -> bool:
    """Return whether a link has the words of a headline and leads to a page of the site that may be a story."""
    if candidate.words < WORDS[0] or says("furniture", candidate.headline):
        return False
    path = urlsplit(candidate.target).path
    if leads_elsewhere(path) or path.lower().endswith(FILES):
        return False
    return same_site(candidate.target, main_address(own))
