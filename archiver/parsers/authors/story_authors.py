"""Who wrote the story: structured data first, then the lines that name people beside headline and text."""

import re
from collections.abc import Iterator, Set
from itertools import chain, islice

from lxml.etree import _Element as Element

from archiver.items import Origin
from archiver.parsers.authors.bylines import (
    KATAKANA,
    LONGEST_LINE,
    PART_BREAK,
    beside_a_date,
    byline_names,
    is_credited,
    is_desk,
    is_label,
    is_office,
    names_in,
    people_in,
    signed_names,
    without_date_words,
    without_times,
)
from archiver.parsers.authors.credits import author_labels, without_credits
from archiver.parsers.authors.labelled_names import is_below_credit, names_below_label
from archiver.parsers.authors.lone_names import FILED, LONE_WORDS, lone_names, names_beside_dates
from archiver.parsers.authors.person_names import is_nobody, looks_like_a_name, untitled
from archiver.parsers.authors.signatures import MOST_SIGNERS, Places, lines_beside_text, signature
from archiver.parsers.authors.sole_bylines import (
    LONGEST_SOLE,
    MOST_AROUND,
    leads_to_author,
    link_text,
    may_be_signed,
    sole_byline,
    sole_link,
)
from archiver.parsers.authors.stated_authors import (
    is_site,
    item_authors,
    json_authors,
    meta_authors,
    organizations,
    owners,
    stated_texts,
)
from archiver.parsers.authors.told_authors import told_authors
from archiver.parsers.dates.written_dates import moment
from archiver.parsers.markup.blocks import Anchor, Block, Layout
from archiver.parsers.markup.decoding import element_text
from archiver.parsers.markup.names import called
from archiver.parsers.near import BEFORE, end_near
from archiver.parsers.phrases import says
from archiver.parsers.sourced import Sourced
from archiver.parsers.structured import Structured
from archiver.parsers.text import clean, ends_sentence, fold
from archiver.parsers.titles.stated_titles import site_names

__all__ = ["Places", "authors", "byline_names"]

is_byline = called(
    r"by-?line|author|signature|\bfirma\b|\b(?:autor(?:e|en|es|a)?|auteur|writer|contributor|skribent|journalist|reporter)\b"
)
# The same of an element within a line that holds nothing but a name.
NAMED = re.compile(
    r"(?<![a-z])(?:author|auteur|autor|byline|writer)(?:[-_]*(?:name|link|fn))?(?:[-_]te?xt)?(?![a-z_-])",
    re.IGNORECASE,
)
# Lines of a list of authors that are looked at: with each may stand a biography and where to follow them.
MOST_IN_LIST = 20
WITHIN = ("span", "strong", "b", "a", "em")
MOST_ELEMENTS = 30
# What is called after an author but tells of other things.
tells_of_author = called(r"author-?_?(?:bio|desc|about|image|title|role|job|social|follow)")
# What a link to an author's page may say: "View all posts by Ann Lee".
ALL_OF = re.compile(
    r"^(?:[^\W\d_]+\s){0,4}?(?:articles?|posts?|stories|entries|columns?|artikel|beiträge|artículos|entradas|notas|artigos"
    r"|articoli|wpisy|artiklar|artikler|berichten)\s(?:written\s)?(?:by|from|von|de|di|van|av|af|par|por)\s+",
    re.IGNORECASE,
)
# Blocks below the headline in which a line that names persons tells better than the data who wrote.
TOLD = 5
# Behind a label: "Duration: 0:47".
LABELLING = re.compile(r"\s*[:：]")
BARRED = re.compile(r"\s*[|│｜]")
ASIAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}|[가-힣]{2,4}")
LONGEST_AGENCY = 5
PATH_BREAK = re.compile(r"[\W_]+")


def authors(layout: Layout, structured: Structured, places: Places, url: str) -> Sourced[tuple[str, ...]]:
    """Return the names of the story's authors, in order.

    Order of trust: JSON-LD, meta, lines that name them, microdata, signatures. A line that names others beside
    the ones stated completes them. A firm, a desk or a single word comes after persons that lines name; the site's
    own name counts only where nobody else is named.
    """
    own = site_names(structured, url) | owners(structured)
    near = places[0] if places else None
    lines = _lines_near(layout, places)
    # Words of the address name sections and the story, as those of the title do.
    title = f"{fold(structured.title)} {' '.join(PATH_BREAK.split(url.partition('?')[0].lower()))}"
    firms = organizations(structured)
    texts = stated_texts(structured)
    editors: Sourced[tuple[str, ...]] = Sourced(())
    has_desk = False
    for origin, candidates in (
        (Origin.JSON_LD, json_authors(structured, own)),
        (Origin.META, meta_authors(structured, own)),
        (Origin.BYLINE, _byline_authors(layout, lines, places, title, own | firms)),
        (Origin.MICRODATA, item_authors(structured)),
        (Origin.BYLINE, lone_names(layout, near, title)),
        (Origin.BYLINE, sole_byline(layout)),
        (Origin.BYLINE, sole_link(layout)),
        (Origin.TEXT, signature(layout, places, title, is_stated="author" in structured.story)),
        (Origin.TEXT, told_authors(layout, places)),
    ):
        found = tuple(dict.fromkeys(candidates))
        if has_desk and not all(map(_is_person, found)):
            continue
        people = tuple(_as_linked(name, lines, texts) for name in _people(found, own))
        if not all(is_desk(name) or fold(name) in firms for name in people):
            more = _completed(people, lines) if origin in (Origin.JSON_LD, Origin.META) else ()
            more = tuple(name for name in more if not is_site(name, own))
            if not more and origin in (Origin.JSON_LD, Origin.META):
                more = tuple(name for name in _told(layout, near, people) if not is_site(name, own))
            return Sourced(more, Origin.BYLINE) if more else Sourced(people, origin)
        has_desk = has_desk or bool(people)
        if found and (not editors.value or any(map(_is_account, found))):
            editors = Sourced(found, origin)
            if origin is Origin.BYLINE:
                break
    return editors


def _people(names: tuple[str, ...], own: frozenset[str]) -> tuple[str, ...]:
    """Those of the names that are neither the site's nor an account's."""
    named = (_without_paper(name, own) for name in names)
    people = tuple(name for name in named if not (is_site(name, own) or _is_account(name)))
    if len(people) > 1:  # "LA VOZ" of La Voz de Lund
        people = tuple(name for name in people if not (name.isupper() and _begins_one(name, own))) or people
        people = tuple(name for name in people if not is_office(name)) or people
    if sum(map(is_credited, people)) > 1 and not is_credited(people[0]):
        people = people[:1]
    # A blog may be called after its author, whose only name it is then.
    return tuple(name for name in people if fold(name).replace(" ", "") not in own) or people


def _as_linked(name: str, lines: list[Block], texts: Set[str]) -> str:
    """A name as a line links it, where what the page states goes on with the job: "Ann Lee Housing Reporter"."""
    begun = [block for block in lines if name not in texts and block.anchors]
    linked = (each for block in begun for each in _linked_names(block))
    return next((each for each in linked if " " in each and name.startswith(f"{each} ")), name)


def _begins_one(name: str, own: frozenset[str]) -> bool:
    return any(site.startswith(fold(name) + " ") for site in own)


def _without_paper(name: str, own: frozenset[str]) -> str:
    """A name without the short name of the site in capitals behind it: "Ann Lee RP"."""
    bare, _, last = name.rpartition(" ")
    is_short = last.isupper() and fold(last) in own
    return bare if is_short and " " in bare and not name[:1].islower() else name


def _is_person(name: str) -> bool:
    """Whether a name is surely a person's by its form."""
    if ASIAN_NAME.fullmatch(name):
        return True
    return looks_like_a_name(name) and not any(map(KATAKANA.fullmatch, name.split()))


def _is_account(name: str) -> bool:
    """Whether a name is that of an account: "ann.lee7". Agencies that sign in small letters have none in capitals."""
    return " " not in name and name[:1].islower() and len(name) > LONGEST_AGENCY


def _completed(people: tuple[str, ...], lines: list[Block]) -> tuple[str, ...]:
    """All the names of a byline that names the people stated, if it names more; structured data often has one."""
    stated = {untitled(name) for name in people}
    for block in lines:
        # Looked for letter by letter first: most pages name all their authors in their data.
        if people[0] not in block.text or len(block.text) <= len(people[0]):
            continue
        linked = _linked_names(block)
        if len(linked) > 1 or byline_names(block.text) or _is_called_byline(block):
            named = tuple(dict.fromkeys(linked or people_in(block.text)))
            named = tuple(name for name in named if not name.isupper() or people[0].isupper())  # a paper
            if len(named) > len(stated) and stated <= {untitled(name) for name in named}:
                return named
    return ()


def _told(layout: Layout, headline: Block | None, people: tuple[str, ...]) -> tuple[str, ...]:
    """The persons that a line right below the headline names as its authors, where the data name others."""
    if headline is None:
        return ()
    stated = {word for name in people for word in untitled(name).split()}
    for block in layout.blocks[headline.index + 1 : headline.index + 1 + TOLD]:
        if len(block.text) > LONGEST_LINE or not may_be_signed(block):
            continue
        if names := byline_names(block.text) or tuple(_linked_names(block)):
            is_other = not any(stated & set(untitled(name).split()) for name in names)
            return names if is_other and all(map(_is_person, names)) else ()
    return ()


def _lines_near(layout: Layout, places: Places) -> list[Block]:
    """The short lines around the headline, down to the text's first block."""
    near, first = places[0] if places else None, places[1] if len(places) > 1 else None
    around = layout.blocks[max(0, (near.index if near else 0) - BEFORE) : end_near(near, first)]
    return [block for block in around if block is not near and _is_line(block)]


def _is_line(block: Block) -> bool:
    """Whether a block is short, or lists what belongs to a story with its author among it."""
    return len(block.text) <= LONGEST_LINE or (
        not ends_sentence(block.text) and any(map(leads_to_author, block.anchors))
    )


def _byline_authors(
    layout: Layout, lines: list[Block], places: Places, title: str, own: frozenset[str]
) -> Iterator[str]:
    """The names of the first line that is a byline by its links, its name, its words, or the date beside it.

    own: the names of the site and of firms, which come after those of people.
    """
    single: list[str] = []
    firm: list[str] = []
    for block in chain(lines, lines_beside_text(layout, places)):
        if is_below_credit(layout, block):
            continue
        linked = _named_names(block) or _linked_names(block)
        names = linked or ([] if single else _explicit_names(block)) or list(names_below_label(layout, block))
        if not names or not may_be_signed(block):
            continue
        if all(is_site(name, own) or is_office(name) for name in names):
            firm = firm or names
        elif any(map(_is_person, names)) or (linked and not single):
            yield from names
            yield from _linked_below(layout, block) if linked else _listed_below(layout, block)
            return
        else:
            single = single or names
    if firm or single:  # one word, or a desk: the section, too, where a line below links the one who wrote
        yield from firm or single
        return
    lines = [block for block in lines if block.index < end_near(places[0], None)]
    head = layout.blocks[: places[0].index] if places[0] else ()
    for block in lines:
        name = beside_a_date(block.text) or _name_linked_in(block)
        if not name or is_nobody(name) or _is_filed_under(name, block) or not may_be_signed(block):
            continue
        if not (block.anchors and any(above.text == name for above in head)):  # which a menu has, too
            yield name
            return
    yield from names_beside_dates(layout, lines, places, title)


def _is_filed_under(name: str, block: Block) -> bool:
    """Whether a line links a name to what the site files under it: a topic, a section."""
    return any(
        (FILED.search(anchor.href) or "tag" in (anchor.element.get("rel") or "").split())
        and (clean(link_text(anchor)) in name or name in link_text(anchor))
        for anchor in block.anchors
    )


def _named_names(block: Block) -> list[str]:
    """The names in elements of a line that are called after authors, each of them one of people."""
    if len(block.text) > LONGEST_LINE or block.heading:
        return []
    within = list(islice(block.box.element.iterdescendants(*WITHIN), MOST_ELEMENTS))
    elements = [element for element in within if _is_named(element)]
    if any(
        element.get("itemprop") == "name" for element in elements
    ):  # of several, the last may be called so
        elements = [element for element in within if element.get("itemprop") == "name"]
    named = list(map(_named, elements))
    if not named or not all(text in block.text for text in named):
        return []
    found = [[text] if ASIAN_NAME.fullmatch(text) else list(people_in(text.rstrip("."))) for text in named]
    return list(dict.fromkeys(name for names in found for name in names)) if all(found) else []


def _is_named(element: Element) -> bool:
    return NAMED.search(element.get("class") or "") is not None or element.get("itemprop") == "author"


def _named(element: Element) -> str:
    """The text of an element called after an author; of its only link alone where the job stands behind a comma."""
    text = clean(element_text(element, LONGEST_LINE))
    links = element.findall("a")
    linked = clean(element_text(links[0], LONGEST_LINE)) if len(links) == 1 else ""
    return linked if linked and text.startswith(f"{linked},") else text


def _linked_names(block: Block) -> list[str]:
    links = [
        text
        for anchor in block.anchors
        if leads_to_author(anchor) and len(text := _text_in(block, anchor)) <= LONGEST_SOLE
    ]
    own = without_credits(block.text) if links else ""
    return [
        name
        for text in links
        for name in names_in(ALL_OF.sub("", clean(text)), stated=True)
        if not is_nobody(name)
        and not says("furniture", name)
        # Of "All posts by Ann" the whole name stands elsewhere.
        and (" " in name or not ALL_OF.match(text))
        and (name in own or name not in block.text)
    ]


def _text_in(block: Block, anchor: Anchor) -> str:
    """What a block shows of a link, which may go on over the lines below: the name, then the job."""
    text = link_text(anchor)
    return block.text if anchor.first_block == block.index and block.text in clean(text) else text


def _linked_below(layout: Layout, block: Block) -> Iterator[str]:
    """The names in the lines right behind one that links its author, where "Authors" stands above them all."""
    above = layout.blocks[block.index - 1] if block.index else block
    if fold(above.text) not in author_labels() or not any(map(leads_to_author, block.anchors)):
        return
    for line in layout.blocks[block.index + 1 : block.index + MOST_SIGNERS]:
        if len(line.text) > LONGEST_LINE or not (names := _linked_names(line)):
            return
        yield from names


def _listed_below(layout: Layout, block: Block) -> Iterator[str]:
    """The names in the items right behind a byline that is one of a list, each called a byline, too."""
    item = next((box for box in islice(block.box.lineage(), MOST_AROUND) if box.tag == "li"), None)
    if item is None:
        return
    for line in layout.blocks[item.end_block : item.end_block + MOST_IN_LIST]:
        boxes = islice(line.box.lineage(), MOST_AROUND)
        if not any(box.tag == "li" and box.parent is item.parent for box in boxes):
            return
        if (
            len(line.text) <= LONGEST_SOLE
            and is_byline(line.box.names)
            and not tells_of_author(line.box.names)
        ):
            yield from people_in(line.text)


def _name_linked_in(block: Block) -> str | None:
    """The name that a dated line links first: "Ann Lee 3/5/24 11:04am"."""
    if not block.anchors or moment(block.text) is None:
        return None
    name = clean(link_text(block.anchors[0]))
    return name if block.text.startswith(name) and looks_like_a_name(name) and not is_label(name) else None


def _explicit_names(block: Block) -> list[str]:
    if len(block.text) > LONGEST_LINE:
        return []
    if signed := list(signed_names(block.text)):
        return [name for name in signed if not is_nobody(name)]
    if not _is_called_byline(block):
        return []
    parts = PART_BREAK.split(without_times(without_credits(block.text)))
    text = " | ".join(without_date_words(part.strip()) for part in parts)
    named = [
        name
        for name in names_in(text)
        if len(name.split()) <= LONE_WORDS
        and not is_nobody(name)
        and not (is_label(name) or LABELLING.match(text.partition(name)[2]))
    ]
    if (people := list(people_in(text))) and (first := _emphasized(block)):
        return [name for name in people if name in first] or people
    # A name of one word, or a desk: where nothing else in the line could be one but the house, "王小明，River".
    asian = [name for name in named if ASIAN_NAME.fullmatch(name) and not is_office(name)]
    return people or (named if len(named) == 1 else asian)


def _emphasized(block: Block) -> str:
    """What a line emphasizes before a bar, where it does no more: "**Ann Lee** | Palma de Mallorca"."""
    found = list(islice(block.box.element.iter("strong", "b"), 2))
    text = clean(element_text(found[0], LONGEST_LINE)) if len(found) == 1 else ""
    return text if text and BARRED.match(block.text.removeprefix(text)) else ""


def _is_called_byline(block: Block) -> bool:
    boxes = (block.box, block.box.parent)
    return any(box and is_byline(box.names) and not tells_of_author(box.names) for box in boxes)
