"""The titles that a page states for machines, and by what names it calls its site."""

from dataclasses import dataclass

from archiver.items import Origin, StatedTitle, TitleOrigin
from archiver.parsers.markup.blocks import Block
from archiver.parsers.structured import Structured, first_string, strings
from archiver.parsers.text import fold
from archiver.parsers.titles.titles import TITLE_BREAK, is_name_of_site, without_site
from archiver.parsers.urls import host
from archiver.revisions.noise import is_same

# The titles that a page is shared by; the first is the commoner.
SHARED = ("og:title", "twitter:title")
# Where a page states its title for machines, with its place among stated_titles.
STATED_BY = {
    TitleOrigin.JSON_LD: "headline",
    TitleOrigin.OG_TITLE: SHARED[0],
    TitleOrigin.TWITTER_TITLE: SHARED[1],
}
# Characters of a stated title that are read.
LONGEST_STATED = 1_000
# Characters of the shortest title that may have been cut to a length.
FEWEST_CUT = 40


@dataclass(frozen=True, slots=True)
class Headline:
    """The story's headline and the block that shows it, if one does."""

    text: str
    block: Block | None
    origin: Origin | None = None
    """Where it was read; None if the page has none."""


def site_names(structured: Structured, url: str) -> frozenset[str]:
    """Return the folded names by which the page calls its own site."""
    names = [*structured.meta.get("og:site_name", ()), *structured.meta.get("application-name", ())]
    for thing in (structured.story, structured.page):
        names += strings(thing.get("publisher")) + strings(thing.get("sourceOrganization"))
    folded = {fold(name) for name in names}
    bare = host(url).removeprefix("www.")
    return frozenset(folded | {bare, bare.partition(".")[0]} - {""})


def stated_titles(structured: Structured, names: frozenset[str]) -> dict[str, Headline]:
    """Return what the page states for machines as its title, without the site's name, by where, in order of trust."""
    texts = (
        ("headline", first_string(structured.story.get("headline")), Origin.JSON_LD),
        *((key, next(iter(structured.meta.get(key, ())), None), Origin.META) for key in SHARED),
        ("title", structured.title, Origin.TITLE),
    )
    stated = {
        key: (without_site(text[:LONGEST_STATED], names), origin) for key, text, origin in texts if text
    }
    whole = [text for text, _ in stated.values()]
    return {key: Headline(_uncut(text, whole), None, origin) for key, (text, origin) in stated.items()}


def _uncut(text: str, others: list[str]) -> str:
    """A title, or that of the others which it begins, if it ends within a word or with dots: cut to a length."""
    own = text.rstrip(". …")
    if len(own) < FEWEST_CUT:
        return text
    is_open = text.endswith(("...", "…"))
    longer = (one for one in others if len(one) > len(text) and one.startswith(own))
    whole = next((one for one in longer if is_open or (own[-1] + one[len(own)]).isalnum()), text)
    # What stands behind a mark there may be the site's name.
    behind = TITLE_BREAK.search(whole, len(own))
    return whole[: behind.start()].rstrip() if behind else whole


def other_titles(structured: Structured, url: str, text: str) -> tuple[StatedTitle, ...]:
    """Return the titles that the page states for machines and that are not text, its headline, or the site's name."""
    names = site_names(structured, url)
    stated = stated_titles(structured, names)
    return tuple(
        StatedTitle(origin=origin, text=title)
        for origin, key in STATED_BY.items()
        if key in stated
        and (title := stated[key].text)
        and not (is_same(title, text) or is_cut(title, text) or is_name_of_site(title, names))
    )


def is_cut(text: str, shown: str) -> bool:
    """Return whether a title is the shown one, cut to a length."""
    return len(text) < len(shown) and fold(shown).startswith(fold(text).rstrip(". …"))
