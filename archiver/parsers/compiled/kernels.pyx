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
    #define LANES 8

    /* The lowest bit of the leaves that are left is the one that a column ends in. The middle bits of its product with
    this number are another for each of the eight bits (a de Bruijn sequence): its place in the order of placed_leaves. */
    #define PLACE(bit) ((bit) * 0x17 >> 5 & 7)
    #if defined(__GNUC__) && !defined(__clang__)
    typedef int Bits __attribute__((vector_size(4 * LANES)));
    typedef float Values __attribute__((vector_size(4 * LANES)));
    #endif

    /* Add to the score of each column what one tree says of it. Its nodes are so many places apart, and the number of
    columns is one of whole LANES. */
    FOR_WIDE_REGISTERS static void add_answers(
        const float *columns, Py_ssize_t count, const short *feature, const float *threshold,
        const unsigned char *kept, Py_ssize_t apart, const float *leaves, float *score)
    {
        const float *column[NODES];
        float most[NODES];
        int rest[NODES], node;
        Py_ssize_t at;
        for (node = 0; node < NODES; node++) {
            column[node] = columns + feature[node * apart] * count;
            most[node] = threshold[node * apart];
            rest[node] = kept[node * apart];
        }
        for (at = 0; at < count; at += LANES) {
    #if defined(__GNUC__) && !defined(__clang__)
            Bits left = (Bits){0} + 0xFF;
            Values value, said, sum;
            for (node = 0; node < NODES; node++) {
                memcpy(&value, column[node] + at, sizeof value);
                left &= ~(value > most[node]) | rest[node];
            }
            memcpy(&said, leaves, sizeof said);
            memcpy(&sum, score + at, sizeof sum);
            sum += __builtin_shuffle(said, PLACE(left & -left));
            memcpy(score + at, &sum, sizeof sum);
    #else
            int lane;
            for (lane = 0; lane < LANES; lane++) {
                int left = 0xFF;
                for (node = 0; node < NODES; node++)
                    left &= column[node][at + lane] > most[node] ? rest[node] : 0xFF;
                score[at + lane] += leaves[PLACE(left & -left)];
            }
    #endif
        }
    }
    """
    const char* SOURCES "ARCHIVER_SOURCES"
    const Py_ssize_t NODES, LANES
    int PLACE(int bit) noexcept nogil
    void add_answers(
        const float* columns, Py_ssize_t count, const short* feature, const float* threshold, const unsigned char* kept,
        Py_ssize_t apart, const float* leaves, float* score,
    ) noexcept nogil


BUILT_FROM = SOURCES.decode("ascii")
"""The digest of the sources that the core was built from."""
IN_PYTHON = {}
"""The parts in Python, by name: compiled.replaced() sets them."""


def placed_leaves(const float[:, ::1] leaves, float[:, ::1] placed):
    """Set placed to what the leaves of each tree, (trees, MOST_LEAVES), say, in the order that tree_scores wants."""
    cdef Py_ssize_t tree, leaf
    for tree in range(leaves.shape[0]):
        for leaf in range(leaves.shape[1]):
            placed[tree, PLACE(1 << leaf)] = leaves[tree, leaf]


def tree_scores(
    const float[:, ::1] columns, const short[:, ::1] feature, const float[:, ::1] threshold,
    const unsigned char[:, ::1] kept, const float[:, ::1] leaves, float[:, ::1] scores,
):
    """Add to scores, (classes, columns), what the trees say (model.Trees); leaves are those of placed_leaves.

    Columns come in whole LANES.
    """
    cdef Py_ssize_t count = columns.shape[1], nodes = feature.shape[0], trees = feature.shape[1]
    cdef Py_ssize_t classes = scores.shape[0], tree
    if nodes != NODES or count % LANES:
        raise ValueError(f"trees have {NODES} inner nodes and columns come by {LANES}, not {nodes} and {count}")
    with nogil:
        for tree in range(trees):
            add_answers(
                &columns[0, 0], count, &feature[0, tree], &threshold[0, tree], &kept[0, tree], trees, &leaves[tree, 0],
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
