# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Loops over many numbers or characters. Each stands beside its part in Python, which names it, and gives the same."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.string cimport memchr, memset


cdef extern from *:
    const char* SOURCES "ARCHIVER_SOURCES"


BUILT_FROM = SOURCES.decode("ascii")
"""The digest of the sources that the core was built from."""


def tree_scores(
    const float[:, ::1] columns, const Py_ssize_t[:, ::1] feature, const float[:, :, ::1] threshold,
    const float[::1] answers, unsigned char[::1] pattern, float[:, ::1] scores,
):
    """Add to scores, (classes, columns), what the trees say (model.Trees); pattern is room for a byte a column."""
    cdef Py_ssize_t count = columns.shape[1], nodes = feature.shape[0], trees = feature.shape[1]
    cdef Py_ssize_t classes = scores.shape[0], tree, node, at
    cdef const float* column
    cdef const float* said
    cdef float* score
    cdef float least
    cdef unsigned char* bits = &pattern[0]
    with nogil:
        for tree in range(trees):
            memset(bits, 0, count)
            for node in range(nodes):
                column = &columns[feature[node, tree], 0]
                least = threshold[node, tree, 0]
                for at in range(count):
                    bits[at] = <unsigned char>(bits[at] << 1) | (column[at] > least)
            said = &answers[tree << nodes]
            score = &scores[tree % classes, 0]
            for at in range(count):
                score[at] += said[bits[at]]


cdef Py_ssize_t _end_of_tag(const char* data, Py_ssize_t start, Py_ssize_t size) noexcept nogil:
    """Where the tag at a "<" ends, its values included; start if there is none (decoding.WHOLE_TAG)."""
    cdef Py_ssize_t at = start + 1
    cdef char quote
    cdef const void* closing
    if at == size or not (c"a" <= (data[at] | 0x20) <= c"z"):
        return start
    while at < size and data[at] != c">":
        if data[at] != c"=":
            at += 1
            continue
        at += 1
        while at < size and (data[at] == c" " or 9 <= data[at] <= 13):
            at += 1
        if at < size and (data[at] == c'"' or data[at] == c"'"):
            quote = data[at]
            closing = memchr(data + at + 1, quote, size - at - 1)
            at = size if closing is NULL else <const char*>closing - data + 1
    return at


def suspects(bytes html not None, Py_ssize_t length):
    """Return the places of each "<" whose tag may be longer than length, and the next ones; none if no tag is longer."""
    cdef const char* data = PyBytes_AS_STRING(html)
    cdef Py_ssize_t size = PyBytes_GET_SIZE(html), start, end, at
    cdef Py_ssize_t double, single
    cdef bint is_any_long = False, is_closed
    cdef list found = []
    cdef const void* next_one = memchr(data, c"<", size)
    while next_one is not NULL:
        start = <const char*>next_one - data
        next_one = memchr(data + start + 1, c"<", size - start - 1)
        end = size if next_one is NULL else <const char*>next_one - data
        double = single = 0
        is_closed = next_one is NULL
        for at in range(start, end):
            if data[at] == c'"':
                double += 1
            elif data[at] == c"'":
                single += 1
            elif data[at] == c">":
                is_closed = True
                break
        if end - start > length or (double | single) & 1 or (double and single) or not is_closed:
            is_any_long = is_any_long or max(end, _end_of_tag(data, start, size)) - start > length
            found.append((start, end))
    return found if is_any_long else []
