# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Loops over many numbers or characters. Each stands beside its part in Python, which names it, and gives the same."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint64_t
from libc.string cimport memchr, memcmp, memcpy


cdef extern from *:
    """
    /* Where the compiler can, in a form for the processor's wide registers too: which is used is settled at start. */
    #if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
    #define FOR_WIDE_REGISTERS __attribute__((target_clones("default", "avx2")))
    #else
    #define FOR_WIDE_REGISTERS
    #endif
    #define NODES 7
    #define AT_ONCE 64

    /* Add to the score of each column what one tree says of it; its nodes are so many places apart. */
    FOR_WIDE_REGISTERS static void add_answers(
        const float *columns, Py_ssize_t count, const Py_ssize_t *feature, const float *threshold, Py_ssize_t apart,
        const float *answers, float *score)
    {
        /* One loop with all nodes in it is what compilers do for several columns at a time. */
        #define COLUMN(node) const float *c##node = columns + feature[node * apart] * count
        #define MOST(node) const float most##node = threshold[node * apart]
        #define FAILED(node) (c##node[at] > most##node ? 1 << (NODES - 1 - node) : 0)
        COLUMN(0); COLUMN(1); COLUMN(2); COLUMN(3); COLUMN(4); COLUMN(5); COLUMN(6);
        MOST(0); MOST(1); MOST(2); MOST(3); MOST(4); MOST(5); MOST(6);
        int pattern[AT_ONCE];
        Py_ssize_t start, end, at;
        for (start = 0; start < count; start = end) {
            end = count - start < AT_ONCE ? count : start + AT_ONCE;
            for (at = start; at < end; at++)
                pattern[at - start] = FAILED(0) | FAILED(1) | FAILED(2) | FAILED(3) | FAILED(4) | FAILED(5) | FAILED(6);
            for (at = start; at < end; at++)
                score[at] += answers[pattern[at - start]];
        }
    }
    """
    const char* SOURCES "ARCHIVER_SOURCES"
    const Py_ssize_t NODES
    void add_answers(
        const float* columns, Py_ssize_t count, const Py_ssize_t* feature, const float* threshold, Py_ssize_t apart,
        const float* answers, float* score,
    ) noexcept nogil


BUILT_FROM = SOURCES.decode("ascii")
"""The digest of the sources that the core was built from."""
IN_PYTHON = {}
"""The parts in Python, by name: compiled.replaced() sets them."""


def tree_scores(
    const float[:, ::1] columns, const Py_ssize_t[:, ::1] feature, const float[:, :, ::1] threshold,
    const float[::1] answers, float[:, ::1] scores,
):
    """Add to scores, (classes, columns), what the trees say (model.Trees)."""
    cdef Py_ssize_t count = columns.shape[1], nodes = feature.shape[0], trees = feature.shape[1]
    cdef Py_ssize_t classes = scores.shape[0], tree
    if nodes != NODES:
        raise ValueError(f"trees have {NODES} inner nodes, not {nodes}")
    with nogil:
        for tree in range(trees):
            add_answers(
                &columns[0, 0], count, &feature[0, tree], &threshold[0, tree, 0], trees, &answers[tree << nodes],
                &scores[tree % classes, 0],
            )


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


cdef inline bint _is_word(char c) noexcept nogil:
    return c"a" <= (c | 0x20) <= c"z" or c"0" <= c <= c"9" or c == c"_"


cdef inline bint _begins(const char* data, Py_ssize_t size, Py_ssize_t at, const char* name, Py_ssize_t length) noexcept nogil:
    """Whether a name, in lower case, stands at a place, in any case."""
    cdef Py_ssize_t index
    if at + length > size:
        return False
    for index in range(length):
        if (data[at + index] | 0x20 if c"A" <= data[at + index] <= c"Z" else data[at + index]) != name[index]:
            return False
    return True


cdef const char *RAW_NAMES[4]
RAW_NAMES[:] = [b"script", b"style", b"textarea", b"title"]
cdef Py_ssize_t[4] RAW_SIZES = [6, 5, 8, 5]


cdef Py_ssize_t _end_of_raw(const char* data, Py_ssize_t start, Py_ssize_t size) noexcept nogil:
    """Where what begins at a "<" ends in which others begin no tags; start if tags do (decoding.RAW)."""
    cdef Py_ssize_t at, kind
    cdef const void* found
    if start + 4 <= size and data[start + 1] == c"!" and data[start + 2] == c"-" and data[start + 3] == c"-":
        at = start + 4
        while (found := memchr(data + at, c"-", size - at)) is not NULL:
            at = <const char*>found - data + 1
            if at + 1 < size and data[at] == c"-" and data[at + 1] == c">":
                return at + 2
        return size
    for kind in range(4):
        at = start + 1 + RAW_SIZES[kind]
        if _begins(data, size, start + 1, RAW_NAMES[kind], RAW_SIZES[kind]) and (at == size or not _is_word(data[at])):
            while (found := memchr(data + at, c"<", size - at)) is not NULL:
                at = <const char*>found - data + 1
                if at < size and data[at] == c"/" and _begins(data, size, at + 1, RAW_NAMES[kind], RAW_SIZES[kind]):
                    return at + 1 + RAW_SIZES[kind]
            return size
    return start


def long_tags(bytes html not None, Py_ssize_t length):
    """decoding.long_tags."""
    cdef const char* data = PyBytes_AS_STRING(html)
    cdef Py_ssize_t size = PyBytes_GET_SIZE(html), start = 0, end, at, following, after
    cdef Py_ssize_t double, single
    cdef bint is_closed
    cdef list found = []
    cdef const void* next_one
    while (next_one := memchr(data + start, c"<", size - start)) is not NULL:
        start = <const char*>next_one - data
        next_one = memchr(data + start + 1, c"<", size - start - 1)
        following = size if next_one is NULL else <const char*>next_one - data
        double = single = 0
        is_closed = next_one is NULL
        for at in range(start, following):
            if data[at] == c'"':
                double += 1
            elif data[at] == c"'":
                single += 1
            elif data[at] == c">":
                is_closed = True
                break
        after = start + 1
        # Only these may hold the next "<", or be long.
        if following - start > length or (double | single) & 1 or (double and single) or not is_closed:
            end = max(following, _end_of_tag(data, start, size))
            if end - start > length:
                found.append((start, end))
            after = end
        end = _end_of_raw(data, start, size)
        start = after if end == start else end
    return found


def tags(bytes html not None):
    """decoding.tags."""
    cdef const char* data = PyBytes_AS_STRING(html)
    cdef Py_ssize_t at, count = 0
    for at in range(PyBytes_GET_SIZE(html)):
        count += data[at] == c"<"
    return count


def holds(bytes html not None, bytes piece not None):
    """decoding.holds."""
    cdef const char* data = PyBytes_AS_STRING(html)
    cdef const char* sought = PyBytes_AS_STRING(piece)
    cdef const char* end = data + PyBytes_GET_SIZE(html)
    cdef Py_ssize_t size = PyBytes_GET_SIZE(piece)
    while end - data >= size and (data := <const char*>memchr(data, sought[0], end - data - size + 1)) is not NULL:
        if memcmp(data, sought, size) == 0:
            return True
        data += 1
    return False


def closes_early(bytes html not None):
    """decoding.closes_early."""
    cdef const char* data = PyBytes_AS_STRING(html)
    cdef Py_ssize_t size = PyBytes_GET_SIZE(html), at = 0
    cdef const void* found
    while (found := memchr(data + at, c"<", size - at)) is not NULL:
        at = <const char*>found - data
        if size - at >= 6 and (memcmp(found, b"</html", 6) == 0 or memcmp(found, b"</HTML", 6) == 0):
            return memchr(data + at + 1, c"<", size - at - 1) is not NULL
        at += 1
    return False


# Of eight bytes, those outside ASCII have this bit.
cdef uint64_t EIGHT_HIGH = (<uint64_t>0x80808080 << 32) | <uint64_t>0x80808080


def is_utf8(bytes html not None):
    """decoding.is_utf8."""
    return _is_utf8(<const unsigned char*>PyBytes_AS_STRING(html), PyBytes_GET_SIZE(html))


cdef bint _is_utf8(const unsigned char* data, Py_ssize_t size) noexcept nogil:
    """Whether bytes are well-formed by table 3-7 of the Unicode standard."""
    cdef Py_ssize_t at = 0, more, index
    cdef unsigned char first, least, most
    cdef uint64_t eight
    while at < size:
        if at + 8 <= size:
            memcpy(&eight, data + at, 8)
            if not eight & EIGHT_HIGH:
                at += 8
                continue
        first = data[at]
        at += 1
        if first < 0x80:
            continue
        least, most = 0x80, 0xBF
        if 0xC2 <= first <= 0xDF:
            more = 1
        elif 0xE0 <= first <= 0xEF:
            more = 2
            least, most = 0xA0 if first == 0xE0 else 0x80, 0x9F if first == 0xED else 0xBF
        elif 0xF0 <= first <= 0xF4:
            more = 3
            least, most = 0x90 if first == 0xF0 else 0x80, 0x8F if first == 0xF4 else 0xBF
        else:
            return False
        if at + more > size or not least <= data[at] <= most:
            return False
        for index in range(1, more):
            if not 0x80 <= data[at + index] <= 0xBF:
                return False
        at += more
    return True
