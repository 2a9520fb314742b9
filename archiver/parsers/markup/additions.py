"""What software adds to a page that is none of it: the links to edit a wiki's sections, the frame of a web archive."""

from lxml.etree import _Element as Element

from archiver.parsers.markup.decoding import holds

# What gives such a page away within its first bytes, so many, and where on it the additions stand.
HEAD = 16_384
ADDED = {
    b"MediaWiki": ("span", "class", "mw-editsection"),
    b"archive.org/": ("div", "id", "wm-ipp-base"),
}


def without_additions(root: Element, html: bytes) -> Element:
    """Return the root of a page's tree, the page's software's additions taken out."""
    head = html[:HEAD]
    for mark, (tag, attribute, name) in ADDED.items():
        if holds(head, mark):
            for element in [each for each in root.iter(tag) if each.get(attribute) == name]:
                _take_out(element)
    return root


def _take_out(element: Element) -> None:
    """Take an element out of its tree, but not the text behind it."""
    around, before = element.getparent(), element.getprevious()
    if around is None:
        return
    if element.tail:
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            around.text = (around.text or "") + element.tail
    around.remove(element)
