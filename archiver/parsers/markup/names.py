"""What the makers of pages call their boxes: classes, ids and roles, read as a set of meanings."""

import re
from collections.abc import Callable
from functools import cache, lru_cache

from archiver.parsers.compiled import module, replaced

# Each meaning with the parts of a class, id or role that speak of it: a hyphen stands for "-", "_" or nothing, a dot
# for a place where no letter stands, before a part no digit either ("5ad37e" is generated). A name may have several
# meanings; none is decisive alone, they are evidence for the models that weigh them.
MEANINGS: dict[str, str] = {
    "body": "article-body story-body entry-content post-content article-content article-text body-copy story-content "
    "post-body content-body rich-text main-content page-content body-text wysiwyg prose paragraph text-body text-block",
    "content": "content article story entry post text body main",
    "comment": "comment disqus reply respond discussion kommentar forum-message forum-fil",
    "share": "share sharing social addtoany .sns facebook twitter whatsapp follow",
    "related": "relat recommend read-more read-also read-next see-also more-on similar suggest also empfehl verwandt "
    "linked onward up-next",
    "neighbour": "next prev adjacent",
    "advert": "promo advert .ad. .ads. sponsor outbrain taboola banner commercial partner affiliate",
    "shop": "product shop deal coupon buy price offer",
    "signup": "newsletter subscri sign-up regist login .abo membership donat support",
    "paywall": "paywall premium locked piano",
    "side": "side-bar .rail aside widget secondary complementary",
    "nav": "nav menu breadcrumb pagination pager toolbar skip masthead topbar header",
    "foot": "foot copyright legal disclaimer cookie consent privacy",
    "tag": ".tag. .tags. taglist topic keyword categor hashtag label kicker eyebrow rubri",
    "author": "author byline autor .bio contributor writer profile journalist reporter",
    "caption": "caption credit figure image img photo gallery slide picture media video legend",
    "date": "date time publish posted stamp meta info",
    "lead": "lead lede standfirst stand-first summary .dek deck intro sub-title sub-head chapo excerpt abstract descr "
    "subline ingress epigraf epigraph bajada entradilla sub-titulo sottotitolo sommario linha-fina perex zajawka "
    "manchet under-rubrik vorspann",
    "teaser": "teaser card tile item thumb snippet collection",
    "list": "list grid feed stream carousel slider row block module",
    "embed": "embed tweet instagram iframe player podcast audio",
    "inset": "box fact callout pull-quote highlight note panel inset toc contents quote",
    "headline": "headline title heading .head. .hed.",
    "popular": "popular most trend .top. ranking .hot bestseller meistgelesen",
    "latest": "latest ticker recent newest breaking .live .new. timeline",
    "hidden": "hidden sr-only visually screen-reader print modal popup overlay tooltip dialog collapse",
}
# Longer names are generated.
LONGEST_NAME = 80
_STEPS = {"-": "[-_]?", ".": "(?![a-z])"}


def bit(meaning: str) -> int:
    """Return the bit that stands for a meaning in what name_bits returns."""
    return 1 << list(MEANINGS).index(meaning)


def called(expression: str) -> Callable[[str], bool]:
    """Return what tells whether a box's names match an expression. It remembers its answers, as name_bits does."""
    search = re.compile(expression).search

    @lru_cache(maxsize=1 << 12)
    def is_called(names: str) -> bool:
        return search(names) is not None

    return is_called


# A site repeats its class names on every page.
@lru_cache(maxsize=1 << 15)
def name_bits(names: str) -> int:
    """Return the meanings of a box's names (class, id and role in lower case) as a set of bits."""
    return meanings_of(names)


@replaced
def meanings_of(names: str) -> int:
    """Return what name_bits returns, which remembers it."""
    bits = 0
    for name in names.split():
        bits |= _one(name)
    return bits


@lru_cache(maxsize=1 << 15)
def _one(name: str) -> int:
    bits = 0
    if len(name) <= LONGEST_NAME:
        for part, after in _any_part().findall(name):
            bits |= _meanings(part + after)
    return bits


@cache
def _any_part() -> re.Pattern[str]:
    """Finds, at every place of a name, the longest part that has a meaning, and the letter behind it."""
    parts = {part for parts in MEANINGS.values() for part in parts.split()}
    bound = {part for part in parts if part.startswith(".")}
    anywhere, apart = _tree(parts - bound), _tree({part.removeprefix(".") for part in bound})
    return re.compile(f"(?=({anywhere}|(?<![a-z0-9]){apart})([a-z]?))")


def _tree(parts: set[str]) -> str:
    """An expression for any of the parts that reads no character twice: five times as fast as a list of them."""
    branches: dict[str, set[str]] = {}
    for part in parts:
        branches.setdefault(_STEPS.get(part[:1], part[:1]), set()).add(part[1:])
    # The longest part is looked for first, so that the end of one comes after those that go on.
    ways = [step + (_tree(rest) if step not in ("", _STEPS["."]) else "") for step, rest in branches.items()]
    ways.sort(key=len, reverse=True)
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


@lru_cache(maxsize=1 << 12)
def _meanings(part: str) -> int:
    """The meanings of one part with the letter behind it, those of the shorter parts in it included."""
    return sum(1 << index for index, pattern in enumerate(_patterns()) if pattern.search(part))


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile("|".join(map(_expression, parts.split()))) for parts in MEANINGS.values())


def _expression(part: str) -> str:
    before = "(?<![a-z0-9])" if part.startswith(".") else ""
    after = "(?![a-z])" if part.endswith(".") else ""
    return before + part.strip(".").replace("-", "[-_]?") + after


if (_core := module("words")) is not None:
    _every = {part for parts in MEANINGS.values() for part in parts.split()}
    _core.know_names(
        {
            part: sum(bit(name) for name, parts in MEANINGS.items() if part in parts.split())
            for part in _every
        },
        LONGEST_NAME,
    )
