# cython: language_level=3, boundscheck=False, wraparound=False, freethreading_compatible=False
"""The steps of events.py, read from libxml2's own nodes through lxml's C interface: same steps, no element made in vain.

Nothing here decides: which tags and attributes mean what is told by the tables that events.py passes.
"""

from libc.stdint cimport uintptr_t
from lxml.includes cimport etreepublic as lxml_api
from lxml.includes cimport tree

lxml_api.import_lxml__etree()

LXML_VERSION = lxml_api.LXML_VERSION_STRING.decode("ascii")
"""The lxml that this was built with."""

cdef extern from *:
    const char* SOURCES "ARCHIVER_SOURCES"

BUILT_FROM = SOURCES.decode("ascii")
"""The digest of the sources that the core was built from."""

cdef enum:
    SLOTS = 256
# As events.py numbers them: its test compares all steps.
cdef enum:
    OPEN, CLOSE, ENTER, LEAVE, BREAK, PASS
cdef enum:
    SKIPPED, LISTING, LINE_BREAK, IN_LINE, BOX
cdef enum:
    NOT_READ, NAMING, HIDDEN, STYLE


cdef struct Name:
    const tree.xmlChar* at
    int meaning


cdef inline tree.xmlNode* _element_from(tree.xmlNode* node) noexcept nogil:
    """The node itself or the first element after it."""
    while node is not NULL and node.type != tree.XML_ELEMENT_NODE:
        node = node.next
    return node


cdef inline str _value(tree.xmlNode* node, tree.xmlAttr* attribute):
    """An attribute's value; libxml2 keeps it as one text."""
    cdef tree.xmlNode* text = attribute.children
    if text is NULL:
        return ""
    if text.next is NULL and text.type == tree.XML_TEXT_NODE:
        return "" if text.content is NULL else lxml_api.pyunicode(text.content)
    return lxml_api.attributeValue(node, attribute)


cdef class Steps:
    """The steps of a walk over a tree, one after the other."""

    cdef lxml_api._Element root
    cdef tree.xmlNode* node
    cdef bint begun, climbs
    cdef dict kinds, attributes
    cdef object holds_a_list, undisplayed
    # A document's names are kept once each, so that their addresses stand for them.
    cdef Name[SLOTS] tags
    cdef Name[SLOTS] keys
    cdef list words

    def __cinit__(self, lxml_api._Element root not None, dict kinds, dict attributes, holds_a_list, undisplayed):
        cdef int slot
        self.root, self.kinds, self.attributes = root, kinds, attributes
        self.holds_a_list, self.undisplayed = holds_a_list, undisplayed
        self.words = [None] * SLOTS
        for slot in range(SLOTS):
            self.tags[slot].at = self.keys[slot].at = NULL
        self.node = _element_from(root._c_node.children)
        self.climbs = self.node is NULL
        if self.climbs:
            self.node = root._c_node

    def __iter__(self):
        return self

    def __next__(self):
        cdef tree.xmlNode* node
        cdef tree.xmlNode* inner
        cdef int kind
        if not self.begun:
            self.begun = True
            return self.open(self.root._c_node, "html", None)
        while True:
            node = self.node
            if node is NULL:
                raise StopIteration
            if self.climbs:
                kind = self.kind(node)
                self._go_on(node)
                if kind == LINE_BREAK:
                    tail = lxml_api.tailOf(node)
                    if tail:
                        return PASS, "", "", None, tail, None
                    continue
                tail = None if node is self.root._c_node else lxml_api.tailOf(node)
                return LEAVE if kind == IN_LINE else CLOSE, self.tag(node), "", None, tail, None
            kind = self.kind(node)
            if kind == SKIPPED or (kind == LISTING and not self.holds_a_list(lxml_api.elementFactory(self.root._doc, node))):
                self._go_on(node)
                tail = lxml_api.tailOf(node)
                if tail:
                    return PASS, "", "", None, tail, None
                continue
            inner = _element_from(node.children)
            if inner is NULL:
                self.climbs = True
            else:
                self.node = inner
            return self.start(node, kind)

    cdef inline void _go_on(self, tree.xmlNode* node) noexcept:
        """What comes behind the end of a node: the next element, or the end of the one around it."""
        if node is self.root._c_node:
            self.node = NULL
            return
        cdef tree.xmlNode* after = _element_from(node.next)
        self.climbs = after is NULL
        self.node = node.parent if after is NULL else after

    cdef start(self, tree.xmlNode* node, int kind):
        text = lxml_api.textOf(node)
        tag = self.tag(node)
        if kind == IN_LINE:
            if node.properties is NULL:
                return ENTER, tag, "", None, text, None
            return self.enter(node, tag, text)
        if kind == LINE_BREAK:
            return BREAK, tag, "", None, text, None
        return self.open(node, tag, text)

    cdef enter(self, tree.xmlNode* node, str tag, text):
        cdef bint is_link = node.name[0] == c"a" and node.name[1] == 0
        cdef str names = ""
        href = element = None
        cdef tree.xmlAttr* attribute = node.properties
        while attribute is not NULL:
            if attribute.name[0] == c"c" and lxml_is(attribute.name, b"class"):
                names = _value(node, attribute)
            elif is_link and attribute.name[0] == c"h" and lxml_is(attribute.name, b"href"):
                href = _value(node, attribute)
            attribute = attribute.next
        if href:
            element = lxml_api.elementFactory(self.root._doc, node)
        return ENTER, tag, names, href, text, element

    cdef open(self, tree.xmlNode* node, str tag, text):
        cdef str names = "", value
        cdef bint hidden = False
        cdef int meaning
        cdef tree.xmlAttr* attribute = node.properties
        while attribute is not NULL:
            meaning = self.meaning(attribute)
            if meaning == NAMING:
                value = _value(node, attribute)
                names = names + " " + value if names else value
            elif meaning == HIDDEN:
                hidden = True
            elif meaning == STYLE and not hidden:
                hidden = self.undisplayed(_value(node, attribute)) is not None
            attribute = attribute.next
        return OPEN, tag, names, hidden, text, lxml_api.elementFactory(self.root._doc, node)

    cdef int meaning(self, tree.xmlAttr* attribute):
        """What an attribute tells of a box."""
        cdef Name* known = &self.keys[(<uintptr_t>attribute.name >> 3) % SLOTS]
        if known.at is not attribute.name:
            known.at = attribute.name
            known.meaning = self.attributes.get(lxml_api.namespacedName(<tree.xmlNode*>attribute), NOT_READ)
        return known.meaning

    cdef int kind(self, tree.xmlNode* node):
        cdef size_t slot = (<uintptr_t>node.name >> 3) % SLOTS
        cdef Name* known = &self.tags[slot]
        if known.at is not node.name:
            tag = lxml_api.namespacedName(node)
            known.at = node.name
            known.meaning = self.kinds.get(tag, BOX)
            self.words[slot] = tag
        return known.meaning

    cdef inline str tag(self, tree.xmlNode* node):
        self.kind(node)
        return <str>self.words[(<uintptr_t>node.name >> 3) % SLOTS]


cdef inline bint lxml_is(const tree.xmlChar* name, const char* other) noexcept:
    cdef Py_ssize_t at = 0
    while other[at] != 0 and <char>name[at] == other[at]:
        at += 1
    return other[at] == 0 and name[at] == 0
