"""Why a page is split as it is: each of its blocks with what became of it, read off the split itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from urllib.parse import urlsplit

from lxml.etree import _Element as Element

from archiver.items import Article, LinkKind, Origin
from archiver.parsers.dates.datelines import line_date
from archiver.parsers.markup.blocks import Block
from archiver.parsers.models.block_chances import CHANCE
from archiver.parsers.related.heading_texts import heading_text
from archiver.parsers.related.links import anchor_blocks
from archiver.parsers.rules import Removed, SiteRules, element_path
from archiver.parsers.split import Parts, page_parts
from archiver.parsers.story.asides import inset
from archiver.parsers.story.reasons import Reason
from archiver.parsers.text import fold
from archiver.parsers.urls import is_readable

# A line that names the author or gives the date stands so near to the headline, in blocks, and is so short.
BYLINE_REACH = 14
LONGEST_BYLINE = 120
NEXT = "the general logic decides"


class Decision(StrEnum):
    """What became of a block."""

    HEADLINE = "headline"
    LEAD = "lead"
    STORY = "story"
    RELATED = "related"
    BYLINE = "byline"
    DATE = "date"
    REMOVED = "removed"
    """By a rule of the site."""
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockDecision:
    """One block and what became of it."""

    decision: Decision
    kind: LinkKind | None = None
    """Of the other story that it shows."""
    chance: float | None
    """The models' probability that it is part of the story; None of what a rule removed before they saw it."""
    why: str
    path: str
    """The inmost elements around it, each with its first class: "article.story > p"."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDecision:
    """One field of the article."""

    field: str
    value: str
    origin: Origin | None
    """Where on the page it was read; None where the page does not say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkDecision:
    """One address that a link with words leads to."""

    url: str
    headline: str
    kind: LinkKind | None
    """None: it is no other story."""
    block: str
    chance: float
    """The highest of the links to it: 1 where page or rule say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMatch:
    """What one selector of the site's rules did on the page."""

    key: str
    selector: str
    count: int
    """The elements that it matched."""
    note: str
    """What it came to, where that is not plain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a page is split as it is."""

    verdict: str
    """Why the page has no article; "" if it has one."""
    has_rules: bool
    """Whether rules of the site hold at the time of the fetch."""
    valid_from: date | None
    """From when on; None: ever since."""
    rules: tuple[RuleMatch, ...]
    blocks: tuple[BlockDecision, ...]
    """In page order."""
    fields: tuple[FieldDecision, ...]
    links: tuple[LinkDecision, ...]
    """In page order, those that are other stories and those that are not."""
    least: float
    """The chance from which on a link is another story."""


def explain_page(
    html: bytes,
    *,
    url: str,
    content_type: str | None = None,
    fetched: datetime | None = None,
    rules: Sequence[SiteRules] = (),
) -> Explanation:
    """Return why split_page splits a page as it does; arguments are the same.

    Raises PageError if the page has no markup.
    """
    parts = page_parts(html, url=url, content_type=content_type, fetched=fetched, rules=rules)
    held = parts.ruling.rules
    return Explanation(
        verdict=_verdict(parts, url),
        has_rules=held is not None,
        valid_from=held.valid_from if held else None,
        rules=tuple(_rules(parts)),
        blocks=tuple(_blocks(parts)),
        fields=tuple(_fields(parts)),
        links=tuple(_links(parts)),
        least=parts.related.least,
    )


SAID_OF = {
    Reason.RULE_NO_STORY: "a rule of its site says that it is no story",
    Reason.LISTING: "it lists other stories by their beginnings",
}


def _verdict(parts: Parts, url: str) -> str:
    if parts.split.article is not None:
        return ""
    if not parts.title.text:
        return "the page has no headline"
    reasons = set(parts.story.reasons.values())
    if said := next((verdict for reason, verdict in SAID_OF.items() if reason in reasons), ""):
        return said
    if Reason.NO_STORY in reasons and is_readable(url) and urlsplit(url).path in ("", "/") and url:
        return "its address is that of a site's first page"
    if Reason.NO_STORY in reasons:
        return "neither markup, date, author nor length make its text a story"
    return (
        str(Reason.SHORT) if Reason.SHORT in reasons else "none of its blocks is likely to be a story's text"
    )


def _blocks(parts: Parts) -> Iterator[BlockDecision]:
    removed = _removed(parts)
    shown = _shown(parts)
    story = frozenset(block.index for block in parts.story.blocks)
    for block in parts.layout.blocks:
        yield from removed.pop(block.index, ())
        decision, why = _decision(parts, block, block.index in story, shown.get(block.index))
        yield BlockDecision(
            decision=decision,
            kind=shown[block.index][0] if decision is Decision.RELATED else None,
            chance=round(float(parts.story.chances[block.index]), 3),
            why=why,
            path=element_path(block.box.element),
            text=block.text,
        )
    for rest in removed.values():
        yield from rest


def _removed(parts: Parts) -> dict[int, list[BlockDecision]]:
    """What rules removed, by the index of the block that comes next."""
    firsts = {box.element: box.first_block for box in parts.layout.boxes}
    found: dict[int, list[BlockDecision]] = {}
    for each in parts.ruling.removed:
        if each.text:
            found.setdefault(_place(each, firsts), []).append(
                BlockDecision(
                    decision=Decision.REMOVED,
                    chance=None,
                    why=f"rule remove: {each.selector}",
                    path=each.path,
                    text=each.text,
                )
            )
    return found


def _place(removed: Removed, firsts: dict[Element, int]) -> int:
    """The index of the block that comes after a removed element, or of the first in the box around it."""
    element = removed.element
    while element not in firsts and (around := element.getparent()) is not None:
        element = around
    return firsts.get(element, 0)


def _shown(parts: Parts) -> dict[int, tuple[LinkKind, str]]:
    """The kind of the other story that a block shows, and why it is one, by the block's index."""
    found: dict[int, tuple[LinkKind, str]] = {}
    for link in parts.split.related:
        for one in parts.related.considered.get(link.url, ()):
            blocks = anchor_blocks(parts.layout, one.candidate.anchor)
            held = [*blocks, *([one.candidate.block] if one.candidate.block else [])]
            why = f"link {one.chance:.2f}" + (f" under {link.block!r}" if link.block else "")
            for block in held:
                found.setdefault(block.index, (link.kind, why))
    return found


def _decision(
    parts: Parts, block: Block, in_story: bool, shown: tuple[LinkKind, str] | None
) -> tuple[Decision, str]:
    reason = parts.story.reasons.get(block.index)
    if block is parts.story.lead:
        return Decision.LEAD, str(Reason.STANDFIRST)
    if in_story:
        return Decision.STORY, str(reason or "likely")
    if block is parts.title.block:
        return Decision.HEADLINE, "rule headline" if "headline" in parts.ruled else "shows the headline"
    if shown is not None:
        return Decision.RELATED, str(reason) if reason is Reason.RULE_RELATED else shown[1]
    told = _told(parts, block) if reason in (None, Reason.OUTSIDE_RULE) else None
    return told or _left_out(block, reason)


def _left_out(block: Block, reason: Reason | None) -> tuple[Decision, str]:
    match reason:
        case None:
            return Decision.LEFT_OUT, f"below the chance of {CHANCE:g}"
        case Reason.INSET if (box := inset(block)) is not None:
            return Decision.LEFT_OUT, f"{reason}: {box.tag} {box.names.partition(' ')[0]}"
        case Reason.BYLINE | Reason.AUTHOR:
            return Decision.BYLINE, str(reason)
        case Reason.DATE:
            return Decision.DATE, str(reason)
    return Decision.LEFT_OUT, str(reason)


def _told(parts: Parts, block: Block) -> tuple[Decision, str] | None:
    """What a line that is unlikely to be text tells of the article: who wrote it, or when it was published."""
    article, title = parts.split.article, parts.title.block
    if article is None or title is None or abs(block.index - title.index) > BYLINE_REACH:
        return None
    if len(block.text) > LONGEST_BYLINE:
        return None
    if any(fold(name) in fold(block.text) for name in article.authors):
        return Decision.BYLINE, "names an author"
    found = line_date(block.text, article.language, parts.fetched)
    published = article.date_published
    if found is not None and published is not None and found.at.date() == published.date():
        return Decision.DATE, "gives the day of publication"
    return None


def _fields(parts: Parts) -> Iterator[FieldDecision]:
    article = parts.split.article
    if article is None:
        return
    for field, value in _values(article):
        yield FieldDecision(field=field, value=value, origin=getattr(article.sources, field, None))


def _values(article: Article) -> Iterator[tuple[str, str]]:
    paragraphs = article.body.split("\n\n")
    yield "url", article.url
    yield "headline", article.headline
    yield "lead", article.lead or ""
    yield "body", f"{len(article.body):,} characters in {len(paragraphs):,} paragraphs"
    yield "authors", "; ".join(article.authors)
    for field in ("date_published", "date_modified"):
        moment: datetime | None = getattr(article, field)
        yield field, moment.isoformat() if moment else ""
    yield "language", article.language or ""
    yield "section", article.section or ""
    yield "keywords", "; ".join(article.keywords)
    yield "images", "; ".join(image.url for image in article.images)


def _links(parts: Parts) -> Iterator[LinkDecision]:
    taken = {link.url: link for link in parts.split.related}
    for url, shown in parts.related.considered.items():
        likeliest = max(shown, key=lambda one: one.chance)
        link = taken.get(url)
        yield LinkDecision(
            url=url,
            headline=link.headline if link else likeliest.candidate.headline,
            kind=link.kind if link else None,
            block=link.block if link else heading_text(likeliest.heading) if likeliest.heading else "",
            chance=round(float(likeliest.chance), 3),
        )


def _rules(parts: Parts) -> Iterator[RuleMatch]:
    for match in parts.ruling.matches:
        note = ""
        if match.key != "remove" and not _decided(parts, match.key):
            note = f"{_lacks(match.key)}, {NEXT}" if match.count else NEXT
        yield RuleMatch(key=match.key, selector=match.selector, count=match.count, note=note)


def _decided(parts: Parts, key: str) -> bool:
    """Whether the rules for a key decided anything."""
    if key == "body":
        return parts.story.is_ruled
    if key == "related":
        return bool(parts.decided.links)
    return key in parts.ruled or (key == "no_story" and parts.ruling.is_no_story)


def _lacks(key: str) -> str:
    return {
        "authors": "holds no name",
        "date_published": "holds no date of the past",
        "related": "holds no link",
    }.get(key, "holds no text")
