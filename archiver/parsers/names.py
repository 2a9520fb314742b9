"""What the makers of pages call their boxes: classes, ids and roles, read as a set of meanings."""

import re
from functools import lru_cache

# Each meaning with the parts of a class, id or role that speak of it. A name may have several meanings; none is
# decisive alone, they are evidence for the models that weigh them.
MEANINGS: dict[str, str] = {
    "body": r"article-?_?body|story-?_?body|entry-?_?content|post-?_?content|article-?_?content|article-?_?text|"
    r"body-?copy|story-?_?content|post-?_?body|content-?_?body|rich-?text|main-?content|page-?content|body-?text|"
    r"wysiwyg|prose|paragraph|text-?body|text-?block|articletext",
    "content": r"content|article|story|entry|post|text|body|main",
    "comment": r"comment|disqus|reply|respond|discussion|kommentar",
    "share": r"share|sharing|social|addtoany|\bsns|facebook|twitter|whatsapp|follow",
    "related": r"relat|recommend|read-?more|read-?also|read-?next|see-?also|more-?on|similar|suggest|also|"
    r"empfehl|verwandt|linked|onward|up-?next",
    "neighbour": r"next|prev|adjacent",
    "advert": r"promo|advert|(?<![a-z])ads?(?![a-z])|sponsor|outbrain|taboola|banner|commercial|partner|affiliate",
    "shop": r"product|shop|deal|coupon|buy|price|offer",
    "signup": r"newsletter|subscri|sign-?up|regist|login|(?<![a-z])abo|membership|donat|support",
    "paywall": r"paywall|premium|locked|piano",
    "side": r"side-?bar|(?<![a-z])rail|aside|widget|secondary|complementary",
    "nav": r"nav|menu|breadcrumb|pagination|pager|toolbar|skip|masthead|topbar|header",
    "foot": r"foot|copyright|legal|disclaimer|cookie|consent|privacy",
    "tag": r"(?<![a-z])tags?(?![a-z])|taglist|topic|keyword|categor|hashtag|label|kicker|eyebrow|rubri",
    "author": r"author|byline|autor|(?<![a-z])bio|contributor|writer|profile|journalist|reporter",
    "caption": r"caption|credit|figure|image|img|photo|gallery|slide|picture|media|video|legend",
    "date": r"date|time|publish|posted|stamp|meta|info",
    "lead": r"lead|lede|standfirst|stand-first|summary|(?<![a-z])dek|deck|intro|sub-?title|sub-?head|"
    r"chapo|excerpt|abstract|descr|subline|ingress",
    "teaser": r"teaser|card|tile|item|thumb|snippet|collection",
    "list": r"list|grid|feed|stream|carousel|slider|row|block|module",
    "embed": r"embed|tweet|instagram|iframe|player|podcast|audio",
    "inset": r"box|fact|callout|pull-?quote|highlight|note|panel|inset|toc|contents|quote",
    "headline": r"headline|title|heading|(?<![a-z])head(?![a-z])|(?<![a-z])hed(?![a-z])",
    "popular": r"popular|most|trend|(?<![a-z])top(?![a-z])|ranking|(?<![a-z])hot|bestseller|meistgelesen",
    "latest": r"latest|ticker|recent|newest|breaking|(?<![a-z])live|(?<![a-z])new(?![a-z])|timeline",
    "hidden": r"hidden|sr-only|visually|screen-?reader|print|modal|popup|overlay|tooltip|dialog|collapse",
}
PATTERNS = tuple(re.compile(pattern) for pattern in MEANINGS.values())


def bit(meaning: str) -> int:
    """Return the bit that stands for a meaning in what name_bits returns."""
    return 1 << list(MEANINGS).index(meaning)


# A site repeats its class names on every page.
@lru_cache(maxsize=1 << 15)
def name_bits(names: str) -> int:
    """Return the meanings of a box's names (class, id and role in lower case) as a set of bits."""
    bits = 0
    for name in names.split():
        bits |= _one(name)
    return bits


@lru_cache(maxsize=1 << 15)
def _one(name: str) -> int:
    if len(name) > 80:
        return 0
    return sum(1 << index for index, pattern in enumerate(PATTERNS) if pattern.search(name))
