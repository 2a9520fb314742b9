"""Pages that omit tags, as HTML5 lets them: libxml2 knows none of its elements, so that a body which begins with one
is left in the head."""

from lxml import etree
from lxml.etree import _Element as Element

OF_A_HEAD = frozenset({"title", "meta", "link", "script", "style", "base", "noscript", "template", "object"})


def with_body(root: Element) -> Element:
    """Return a page's tree with what stands in its head and belongs to its body moved there."""
    head = root.find("head")
    strays = [] if head is None else [child for child in head if child.tag not in OF_A_HEAD]
    if strays:
        body = root.find("body")
        if body is None:
            body = etree.SubElement(root, "body")
        body[:0] = strays
    return root
