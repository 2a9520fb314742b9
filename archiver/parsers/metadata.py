"""What else a page says of its story: its own address, section, keywords, images."""

import re
from collections.abc import Iterator
from itertools import chain, islice, takewhile

from lxml.etree import _Element as Element

from archiver.items import Image, Origin
from archiver.parsers.markup.blocks import Block, Box, Layout
from archiver.parsers.markup.names import called
from archiver.parsers.near import BEFORE, REACH
from archiver.parsers.sourced import Sourced
from archiver.parsers.structured import Structured, strings
from archiver.parsers.text import clean, fold
from archiver.parsers.titles.stated_titles import site_names
from archiver.parsers.urls import canonical_url, same_site

KEYWORD_BREAK = re.compile(r"[,;、،]")
# Longer ones, in characters, are descriptions or addresses.
LONGEST_SECTION = 60
LONGEST_KEYWORD = 80
# What boxes are called that show the way down from the site's first page, and the elements they are set in.
is_trail = called(
    r"bread[-_]?crumb|(?<![a-z])crumbs?(?![a-z])|(?<![a-z])ariane(?![a-z])|topic[-_]?path|pankuzu"
)
# What boxes are called, outside menus, that name the story's section.
is_category = called(
    r"^(?!.*(?:nav|menu)).*(?<![a-z])(?:categor(?:y|ies|ie|ia)|rubri[ck]|rubrique|section[-_]?(?:name|label))(?![a-z])"
)
TRAILS = frozenset({"nav", "ol", "ul", "div", "p"})
# A box of more blocks than this holds more than the way.
MOST_STEPS = 12
# What a site's first page is called there, folded, and its address, also in one of several languages.
FIRST_PAGE = frozenset({
    "home", "homepage", "home page", "start", "startseite", "hauptseite", "accueil", "page d'accueil", "inicio",
    "início", "inici", "portada", "página inicial", "página principal", "pagina principale", "hem", "startsida",
    "hjem", "forside", "forsiden", "etusivu", "voorpagina", "beranda", "anasayfa", "ana sayfa", "acasă", "acasa",
    "ballina", "početna", "naslovnica", "domov", "domů", "strona główna", "kezdőlap", "főoldal", "sākums", "trang chủ",
    "главная", "головна", "начало", "αρχική", "الرئيسية", "صفحه اصلی", "होम", "หน้าแรก", "トップ", "ホーム", "首頁",
    "首页", "主页", "홈",
})  # fmt: skip
FIRST_PAGES = ("首頁", "首页", "トップ", "トップページ", "ホームページ")
"""What such names end with where the site's own stands before it without a space."""
HOME = re.compile(
    r"(?:https?:)?(?://[^/?#]+)?/?(?:[a-z]{2}(?:-[a-z]{2})?/?)?(?:index\.[a-z]+)?(?:#.*)?", re.IGNORECASE
)
STEP_MARKS = " ›»>/|:·•"
# How a line begins that shows the way without being called so.
HERE = re.compile(
    r"[您你]?(?:现在|目前|当前|所在|的)+位置|現在位置|you are (?:now )?here|sie (?:sind|befinden sich) hier"
    r"|vous êtes ici|estás? (?:usted )?(?:aquí|en)|(?:tu )?sei qui|ti trovi in|u bent hier|(?:você )?está aqui|вы здесь"
    r"|jesteś tutaj|nacházíte se",
    re.IGNORECASE,
)
# Several sections in one text: "Arts,Music"; "Arts, Music" is the name of one.
SEVERAL = re.compile(r",(?=\S)")
# Figures of a story that are looked at, captions of one and elements in a caption.
MOST_FIGURES = 500
MOST_CAPTIONS = 10
LARGEST_CAPTION = 50
CREDIT = re.compile(r"credit|source|copyright|photograph|agency|rights", re.IGNORECASE)


def canonical(structured: Structured, url: str) -> Sourced[str]:
    """Return the story's own address: rel=canonical or og:url where they stay on the site, else url."""
    own = canonical_url(url) or url
    for texts, origin in (
        (structured.canonical, Origin.LINK),
        (structured.meta.get("og:url", ()), Origin.META),
    ):
        for text in texts:
            found = None if text.isdecimal() else canonical_url(_with_slashes(text, own), url)
            if found and (found == own or (same_site(found, own) and _plausible(found, own))):
                return Sourced(found, origin)
    return Sourced(own, Origin.URL if own else None)


def _with_slashes(stated: str, own: str) -> str:
    """An address that begins with the site's host, as "www.news.example/flood" does, with what it lacks."""
    site = own.partition("//")[2].partition("/")[0].removeprefix("www.")
    return f"//{stated}" if site and stated.partition("/")[0].removeprefix("www.") == site else stated


def _plausible(stated: str, own: str) -> bool:
    """A canonical address that is the site's root says nothing of a story deeper down."""
    return stated.count("/") > 3 or not stated.endswith("/") or own.count("/") <= 3


def section(
    structured: Structured, layout: Layout, headline: str, shown: Block | None
) -> Sourced[str | None]:
    """Return the section of the paper that the story belongs to; shown is the block of its headline, if it is known."""
    texts = chain(
        _sections(structured),
        _way_down(structured, headline),
        _categories(layout, shown),
        _shown_way(structured, layout, headline, shown),
        _called_category(layout, shown),
    )
    for text, origin in texts:
        found = SEVERAL.split(clean(text), maxsplit=1)[0].strip(STEP_MARKS)
        is_name = 0 < len(found) < LONGEST_SECTION and not found.startswith("http") and not found.isdecimal()
        if is_name and not _is_first_page(found, structured):
            return Sourced(found, origin)
    return Sourced(None)


def _is_first_page(name: str, structured: Structured) -> bool:
    """Whether a name is none of a section: that of the site itself, or of its first page."""
    folded = fold(name)
    return folded in FIRST_PAGE or folded.endswith(FIRST_PAGES) or folded in site_names(structured, "")


def _sections(structured: Structured) -> Iterator[tuple[str, Origin]]:
    for text in strings(structured.story.get("articleSection")):
        yield text, Origin.JSON_LD
    for key in ("article:section", "section"):
        for text in structured.meta.get(key, ()):
            yield text, Origin.META
    for text in structured.items.texts("articleSection"):
        yield text, Origin.MICRODATA


def _way_down(structured: Structured, headline: str) -> Iterator[tuple[str, Origin]]:
    """Yield the steps from the site's first page down to the story."""
    steps = structured.crumbs
    if steps and (not steps[0][1] or HOME.fullmatch(_as_archived(steps[0][1]))):
        steps = steps[1:]
    if steps and (not steps[-1][1] or fold(steps[-1][0]) == fold(headline)):
        steps = steps[:-1]
    for name, _ in steps:
        yield name, Origin.JSON_LD


def _as_archived(address: str) -> str:
    """The address of a page of which an archive's address holds a copy: "https://archive.example/2026/https://…"."""
    return address[max(address.rfind("http://"), address.rfind("https://"), 0) :]


def _categories(layout: Layout, headline: Block | None) -> Iterator[tuple[str, Origin]]:
    """Yield what a link around the headline says that is marked as one to the story's category, as WordPress does."""
    if headline is None:
        return
    for anchor in layout.anchors:
        is_near = headline.index - BEFORE <= anchor.first_block <= headline.index + REACH
        if is_near and "category" in (anchor.element.get("rel") or "").lower().split():
            yield "".join(text for text, _ in anchor.parts), Origin.LINK


def _called_category(layout: Layout, headline: Block | None) -> Iterator[tuple[str, Origin]]:
    """Yield what a link right at the headline says that stands in a line that is called the category's."""
    if headline is None:
        return
    for anchor in layout.anchors:
        box, is_near = anchor.box, abs(anchor.first_block - headline.index) <= BEFORE
        if is_near and not box.in_menu and box.end_block - box.first_block == 1 and is_category(box.names):
            yield "".join(text for text, _ in anchor.parts), Origin.LINK


def _shown_way(
    structured: Structured, layout: Layout, headline: str, shown: Block | None
) -> Iterator[tuple[str, Origin]]:
    """Yield the steps from the site's first page down to the story, as they are shown above the headline."""
    if shown is None:
        return
    address = canonical_url(next(iter(structured.canonical), "")) or ""
    others = {fold(headline), *FIRST_PAGE, *site_names(structured, address)}
    above = takewhile(lambda box: box.first_block <= shown.index, layout.boxes)
    trails = (range(box.first_block, min(box.end_block, shown.index)) for box in above if _is_trail(box))
    lines = layout.blocks[max(0, shown.index - BEFORE) : shown.index]
    told = (range(block.index, block.index + 1) for block in lines if HERE.match(block.text))
    for place in chain(trails, told):
        anchors = [anchor for anchor in layout.anchors if anchor.first_block in place]
        named = (
            (clean("".join(text for text, _ in one.parts)).rstrip(STEP_MARKS), one.href) for one in anchors
        )
        steps = [(name, href) for name, href in named if name[:1].isalnum()]
        for at, (name, href) in enumerate(steps):
            # Farther down it is the first page of a section that has a host of its own.
            is_home = at == 0 and HOME.fullmatch(_as_archived(href))
            if fold(name) not in others and not is_home:
                yield name, Origin.LINK


def _is_trail(box: Box) -> bool:
    """Whether a box shows the way down, by what it is called or marked as."""
    if box.tag not in TRAILS or not 0 < box.end_block - box.first_block <= MOST_STEPS:
        return False
    if box.names and is_trail(box.names):
        return True
    kind = box.element.get("itemtype") or box.element.get("typeof") or ""
    label = box.element.get("aria-label") or "" if box.tag == "nav" else ""
    return kind.endswith("BreadcrumbList") or is_trail(label.lower())


def keywords(structured: Structured) -> Sourced[tuple[str, ...]]:
    """Return the story's keywords in their order, each once."""
    meta = structured.meta
    for texts, origin in (
        (strings(structured.story.get("keywords")), Origin.JSON_LD),
        (meta.get("article:tag", ()), Origin.META),
        (meta.get("news_keywords", ()), Origin.META),
        (meta.get("keywords", ()), Origin.META),
    ):
        found = [clean(word) for text in texts for word in KEYWORD_BREAK.split(text)]
        if kept := tuple(
            dict.fromkeys(word for word in found if 0 < len(word) < LONGEST_KEYWORD and "<" not in word)
        ):
            return Sourced(kept, origin)
    return Sourced(())


def images(structured: Structured, story: tuple[Block, ...], url: str) -> tuple[Image, ...]:
    """Return the pictures of the story: the figures in its box with their captions, else the one named for sharing."""
    found: dict[str, Image] = {}
    if (box := _box_around(story)) is not None:
        for element in islice(box.element.iter("figure"), MOST_FIGURES):
            if (image := _figure(element, url)) and image.url not in found:
                found[image.url] = image
    if not found:
        for text in (*strings(structured.story.get("image")), *structured.meta.get("og:image", ())):
            if address := canonical_url(text, url):
                return (Image(url=address),)
    return tuple(found.values())


def _box_around(story: tuple[Block, ...]) -> Box | None:
    """The smallest box that holds all the story's blocks, or the article element around it."""
    first, last = min(block.index for block in story), max(block.index for block in story)
    for box in story[0].box.lineage():
        if box.first_block <= first and box.end_block > last:
            return next((around for around in box.lineage() if around.tag == "article"), box)
    return None


def _figure(element: Element, url: str) -> Image | None:
    picture = next(element.iter("img"), None)
    if picture is None:
        return None
    sources = (picture.get(key, "") for key in ("data-src", "src", "data-lazy-src"))
    source = next((text for text in sources if text and not text.startswith("data:")), None)
    address = canonical_url(source, url) if source else None
    if address is None:
        return None
    caption: list[str] = []
    credit: list[str] = []
    for text in islice(element.iter("figcaption"), MOST_CAPTIONS):
        for child in islice(text.iter(), LARGEST_CAPTION):
            named = CREDIT.search(child.get("class") or "") or child.tag in ("cite", "small")
            (credit if named else caption).append(child.text or "")
            if child is not text:
                caption.append(child.tail or "")
    return Image(
        url=address, caption=clean(" ".join(caption)) or None, credit=clean(" ".join(credit)) or None
    )
