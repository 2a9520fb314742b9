"""What links say that are no other story's headline, by their words: a time, a call, the page's own headline."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from archiver.parsers.dates.written_dates import moment
from archiver.parsers.phrases import is_phrase, is_phrase_of, kind_of_heading, reads_on
from archiver.parsers.related.link_addresses import (
    SAID,
    address,
    leads_elsewhere,
    names_a_story,
    said_in_slug,
)
from archiver.parsers.related.links import Candidate
from archiver.parsers.story.furniture import is_furniture
from archiver.parsers.text import word_count
from archiver.parsers.titles.titles import letters_of
from archiver.parsers.urls import host

# Characters of the longest text that may be but a time or a call.
LONGEST_CALL = 40
# The uses of phrases that are calls, too: "Previous post".
CALLS = ("furniture", "related")
# Words from which on two texts that begin alike are one headline, and of a headline that names one story.
BEGINNING_WORDS = 6
NAMING_WORDS = 4
# A link of fewer words may head a list.
LISTED_WORDS = 4
# A post on a network is no story, also in an archive; such links are weighed none the less, as they tell of the links
# beside them.
POST = re.compile(
    r"(?:https?://[^/]+/web/\w+/)?https?://(?:www\.|m\.)?(?:instagram\.com|t\.me|facebook\.com|twitter\.com|x\.com"
    r"|tiktok\.com|threads\.net|bsky\.app)/",
    re.IGNORECASE,
)
# A text that leads to so many pages is a tool's or a call, no headline.
MANY = 3


def is_no_headline(text: str) -> bool:
    """Whether a text is but a number, a time, or a call such as "Read more", in any language."""
    if len(text) > LONGEST_CALL:
        return False
    if not any(map(str.isalpha, text)) or reads_on(text) or is_phrase_of(CALLS, text) or is_furniture(text):
        return True
    if not any(map(str.isdigit, text)) or (date := moment(text)) is None:
        return False
    beside = text[: date.start] + text[date.end :]
    # The day of the week may stand beside it.
    return date.has_year and word_count("".join(c if c.isalpha() else " " for c in beside)) <= 1


def may_be_a_story(candidate: Candidate) -> bool:
    """Whether a link in a box of related ones leads to a story, not to its author, its topic or its comments."""
    if is_phrase("furniture", candidate.headline):
        return False
    is_long = candidate.words >= NAMING_WORDS
    return is_long or not leads_elsewhere(urlsplit(candidate.target).path)


def is_by_a_reader(candidate: Candidate) -> bool:
    """Whether a link leads to a post on a network or to the site of who wrote a comment, as WordPress marks it."""
    is_commenter = candidate.anchor.element.get("class") == "url" and "external" in candidate.rel
    return is_commenter or POST.match(candidate.target) is not None


def heads_a_list(candidate: Candidate) -> bool:
    """Whether a link's few words announce a list, "More from Sport", and its address is that of one."""
    if candidate.words >= LISTED_WORDS:
        return False
    return kind_of_heading(candidate.headline) is not None and not names_a_story(address(candidate.target))


def shows_own_story(places: Iterable[Candidate], headline: str) -> bool:
    """Whether links to one address show the page's own headline, if it has one, or the one begins with the other."""
    if not headline:
        return False
    own = letters_of(headline)
    long = word_count(headline) >= BEGINNING_WORDS
    for one in places:
        if one.words < NAMING_WORDS:
            continue
        said = letters_of(one.headline)
        if said == own or (
            long and one.words >= BEGINNING_WORDS and (said.startswith(own) or own.startswith(said))
        ):
            return True
    return False


def said_of_many(links: Sequence[tuple[str, str]]) -> set[str]:
    """Return which headlines, of links with their addresses, lead to so many pages of one site that they are none."""
    pages: dict[str, set[str]] = {}
    for headline, url in links:
        if (
            said_in_slug(address(url), headline) < SAID
        ):  # one story has several addresses, which say its headline
            pages.setdefault(headline, set()).add(url.partition("?")[0].partition(";")[0])
    # Papers share the stories of agencies in the same words.
    return {
        headline
        for headline, urls in pages.items()
        if len(urls) >= MANY and max(Counter(map(host, urls)).values()) >= MANY
    }
