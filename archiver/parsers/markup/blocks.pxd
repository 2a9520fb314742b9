# The types of blocks.py where it is compiled.

import cython

cdef class Box:
    cdef public Py_ssize_t index, sort, depth, heading, first_block, end_block
    cdef public Box parent
    cdef public str tag, names
    cdef public long long meanings, meanings_around
    cdef public object element
    cdef public bint hidden, in_menu


cdef class Anchor:
    cdef public Py_ssize_t index, first_block, end_block
    cdef public str href
    cdef public Box box
    cdef public object element
    cdef public list parts
    cdef public bint has_image


cdef class Block:
    cdef public Py_ssize_t index, linked, emphasised, pictures
    cdef public Box box
    cdef public str text
    cdef public list anchors


cdef class _Walk:
    cdef object root
    cdef list boxes, blocks, anchors, outer, within, pieces
    cdef dict sorts
    cdef Py_ssize_t room, room_for_long, strong, pictures
    cdef object anchor
    cdef bint broken, marked, left, beside
    cdef Box box

    cpdef run(self)
    cdef _open(self, object element, str tag, str named, bint hidden)
    cdef _close(self, str tag)
    cdef _add_text(self, str text)
    cdef _break(self, str tag)
    cdef _enter(self, object element, str tag, str names, str href)
    cdef _leave(self, str tag)
    cdef _flush(self)
    cdef _add_block(self, list pieces, bint marked)


@cython.locals(at=Py_ssize_t, parent=Py_ssize_t, box=Box, rows=cython.longlong[:, ::1])
cpdef fill_boxes(boxes, tags, numbers)

@cython.locals(at=Py_ssize_t, block=Block, box=Box, alike=dict, rows=cython.longlong[:, ::1])
cpdef fill_blocks(blocks, tags, numbers)

cpdef tuple signature(Box box)
