# What a character may be, for the modules of this folder.

cdef extern from *:
    bint Py_UNICODE_ISSPACE(Py_UCS4 character)


cdef inline bint may_be_invisible(Py_UCS4 c) noexcept:
    """Whether a character may be one of text.INVISIBLE."""
    return c == 0xAD or c == 0xFEFF or 0x200B <= c <= 0x200F or 0x2028 <= c <= 0x202F or 0x205F <= c <= 0x2069


cdef inline bint may_be_unspaced(Py_UCS4 c) noexcept:
    """Whether a character may be one of text.UNSPACED."""
    return c >= 0x0E00 and not (0x1E00 <= c < 0x3000) and not (0xAC00 <= c < 0xD7B0)


cdef inline bint is_unspaced(Py_UCS4 c) noexcept:
    """Whether a character is one of text.UNSPACED."""
    return c >= 0x0E00 and (
        c <= 0x0EFF or 0x1000 <= c <= 0x109F or 0x1780 <= c <= 0x17FF or 0x3040 <= c <= 0x30FF
        or 0x3400 <= c <= 0x4DBF or 0x4E00 <= c <= 0x9FFF or 0xF900 <= c <= 0xFAFF or 0x20000 <= c <= 0x3FFFF
    )


cdef inline bint is_space(Py_UCS4 c) noexcept:
    """str.isspace."""
    return c == 0x20 or 0x09 <= c <= 0x0D or 0x1C <= c <= 0x1F or (c >= 0x80 and Py_UNICODE_ISSPACE(c))
