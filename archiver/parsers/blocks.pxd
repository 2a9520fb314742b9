# The types of blocks.py where it is compiled.

cdef class Box:
    cdef public Py_ssize_t index, depth, heading, first_block, end_block
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
    cdef Py_ssize_t room, room_for_long, strong, pictures
    cdef object anchor
    cdef bint broken, marked, left, beside
    cdef Box box

    cpdef run(self)
    cdef _open(self, object element, str tag, str named, bint hidden)
    cdef _close(self)
    cdef _add_text(self, str text)
    cdef _break(self, str tag)
    cdef _enter(self, object element, str tag, str names, str href)
    cdef _leave(self, str tag)
    cdef _flush(self)
    cdef _add_block(self, list pieces, bint marked)
