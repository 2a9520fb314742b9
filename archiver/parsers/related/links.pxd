# The types of links.py where it is compiled.

import cython
from archiver.parsers.markup.blocks cimport Anchor, Block, Box


cdef class Candidate:
    cdef public str target, headline, rel
    cdef public Anchor anchor
    cdef public Py_ssize_t words, links
    cdef public Block block
    cdef public Box card
    cdef public tuple looks


@cython.locals(box=Box, parts=list, most=Py_ssize_t)
cdef bint _is_of_a_menu(layout, Anchor anchor)

@cython.locals(box=Box, outer=Box, outmost=Box)
cdef tuple _looks(Anchor anchor)

@cython.locals(candidate=Candidate, box=Box, seen=dict)
cpdef dict card_targets(candidates)

@cython.locals(targets=dict, candidate=Candidate, box=Box, card=Box)
cdef _find_cards(candidates)
