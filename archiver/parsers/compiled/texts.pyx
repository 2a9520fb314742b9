# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What is done to every text of a page. Each function stands beside its part in Python, by the same name, and gives the same.

Whatever is rare (invisible characters, letters that change with those before them, very long texts) is left to the part
in Python.
"""

import unicodedata

from archiver.parsers.compiled.characters cimport is_space, is_unspaced, may_be_invisible
from cpython.mem cimport PyMem_Free, PyMem_Malloc
from cpython.unicode cimport PyUnicode_DATA, PyUnicode_KIND, PyUnicode_READ


cdef extern from *:
    const char* SOURCES "ARCHIVER_SOURCES"
    str PyUnicode_New(Py_ssize_t size, Py_UCS4 most)
    unsigned char* PyUnicode_1BYTE_DATA(object text)
    bint PyUnicode_IS_ASCII(object text)
    bint Py_UNICODE_ISDECIMAL(Py_UCS4 character)
    bint Py_UNICODE_ISALNUM(Py_UCS4 character)
    str PyUnicode_FromKindAndData(int kind, const void* data, Py_ssize_t size)


BUILT_FROM = SOURCES.decode("ascii")
"""The digest of the sources that the core was built from."""
IN_PYTHON = {}
"""The parts in Python, by name: compiled.replaced() sets them."""
# As in text.py.
cdef Py_ssize_t LONG = 100_000, COUNTED = 20_000
# What each ASCII character is.
cdef enum:
    LETTER, SPACE, BLANK, CAPITAL, GRAVE
cdef unsigned char[128] SORTS
for code in range(128):
    SORTS[code] = (
        BLANK if code == 0x20 else SPACE if chr(code).isspace() else CAPITAL if chr(code).isupper()
        else GRAVE if code == 0x60 else LETTER
    )


def clean(str text not None):
    """text.clean."""
    cdef Py_ssize_t size = len(text), at
    cdef int kind
    cdef const void* data
    cdef Py_UCS4 c
    cdef bint after_space = True, is_even = True
    if PyUnicode_IS_ASCII(text):
        return _folded(text, False)
    if size >= LONG:
        return IN_PYTHON["clean"](text)
    kind, data = PyUnicode_KIND(text), PyUnicode_DATA(text)
    for at in range(size):
        c = PyUnicode_READ(kind, data, at)
        if c > 0x7f and may_be_invisible(c):
            return IN_PYTHON["clean"](text)
        if is_space(c):
            is_even = is_even and c == 0x20 and not after_space
            after_space = True
        else:
            after_space = False
    if is_even and not after_space:
        return text
    return " ".join(text.split())


cdef enum:
    # Characters from LAST on are left to Python. A shorter text is folded without asking for memory.
    LAST = 0x20000, LONGEST = 1024, BITS = 21, MOST = 3
    # The letters that syllables of Hangul are made of: as marks do, they change with those before them.
    JAMO = 0x1100, LAST_JAMO = 0x11FF
# What a character is folded to wherever it stands, up to MOST others of so many bits each, the first one lowest; 0 where
# it has not been met yet, IN_CONTEXT where Python must tell.
cdef unsigned long long[LAST] FOLDED
cdef unsigned long long IN_CONTEXT = <unsigned long long>1 << 63
cdef dict QUOTES


def know_quotes(dict quotes):
    """Take what quotes are folded to. text.py calls this once."""
    global QUOTES
    QUOTES = quotes


cdef unsigned long long _meet(Py_UCS4 code) except 0:
    """Find, and remember, what a character is folded to."""
    cdef unsigned long long found = 0
    cdef Py_UCS4 c
    cdef str one = chr(code), folded = unicodedata.normalize("NFKC", one).casefold().translate(QUOTES)
    is_alone = 0 < len(folded) <= MOST
    for c in one + folded:
        is_alone = is_alone and not JAMO <= c <= LAST_JAMO and unicodedata.category(c)[0] != "M"
    for c in reversed(folded):
        found = found << BITS | <unsigned int>c
    FOLDED[code] = found if is_alone and found else IN_CONTEXT
    return FOLDED[code]


def fold(str text not None):
    """text.fold."""
    cdef Py_UCS4[LONGEST] room
    cdef Py_UCS4* folded
    cdef str cleaned
    if PyUnicode_IS_ASCII(text):
        return _folded(text, True)
    if len(text) >= LONG:
        return IN_PYTHON["fold"](text)
    cleaned = clean(text)
    if MOST * len(cleaned) <= LONGEST:
        return _folded_by_letter(cleaned, room)
    folded = <Py_UCS4*>PyMem_Malloc(MOST * len(cleaned) * sizeof(Py_UCS4))
    if folded is NULL:
        raise MemoryError
    try:
        return _folded_by_letter(cleaned, folded)
    finally:
        PyMem_Free(folded)


cdef str _folded_by_letter(str text, Py_UCS4* folded):
    """A clean text folded, with room for MOST letters of each of its own."""
    cdef Py_ssize_t at, filled = 0
    cdef int kind = PyUnicode_KIND(text)
    cdef const void* data = PyUnicode_DATA(text)
    cdef Py_UCS4 c
    cdef unsigned long long found
    for at in range(len(text)):
        c = PyUnicode_READ(kind, data, at)
        found = IN_CONTEXT if c >= LAST else FOLDED[c] or _meet(c)
        if found == IN_CONTEXT:
            return IN_PYTHON["fold"](text)
        while found:
            folded[filled] = <Py_UCS4>(found & ((1 << BITS) - 1))
            filled += 1
            found >>= BITS
    return PyUnicode_FromKindAndData(4, folded, filled)


def folds_to(str text not None, str folded not None):
    """text.folds_to."""
    cdef Py_ssize_t size = len(text)
    cdef int kind = PyUnicode_KIND(text)
    cdef const void* data = PyUnicode_DATA(text)
    cdef unsigned int first, second
    if size:
        first = PyUnicode_READ(kind, data, 0)
        second = PyUnicode_READ(kind, data, 1) if size > 1 else 0
        if first < 0x80 and second < 0x80 and first != 0x60:
            if SORTS[first] == CAPITAL:
                first = first | 0x20
            if not folded or PyUnicode_READ(PyUnicode_KIND(folded), PyUnicode_DATA(folded), 0) != first:
                return False
    return fold(text) == folded


cdef str _folded(str text, bint is_folded):
    """An ASCII text, clean; if it is to be folded, in lower case with plain quotes too. The same object if it is so."""
    cdef Py_ssize_t size = len(text), at, kept = 0
    cdef const unsigned char* data = PyUnicode_1BYTE_DATA(text)
    cdef unsigned char* to
    cdef int sort
    cdef bint after_space = True, is_same = True
    for at in range(size):
        sort = SORTS[data[at]]
        if sort == SPACE or sort == BLANK:
            is_same = is_same and sort == BLANK and not after_space
            kept += not after_space
            after_space = True
        else:
            is_same = is_same and (sort == LETTER or not is_folded)
            kept += 1
            after_space = False
    if after_space and kept:
        kept -= 1
        is_same = False
    if is_same:
        return text
    if not kept:
        return ""
    cdef str made = PyUnicode_New(kept, 127)
    to = PyUnicode_1BYTE_DATA(made)
    after_space, kept = True, len(made)
    cdef Py_ssize_t filled = 0
    for at in range(size):
        if filled == kept:
            break
        sort = SORTS[data[at]]
        if sort == SPACE or sort == BLANK:
            if not after_space:
                to[filled] = c" "
                filled += 1
            after_space = True
            continue
        after_space = False
        if is_folded and sort == CAPITAL:
            to[filled] = data[at] | 0x20
        elif is_folded and sort == GRAVE:
            to[filled] = c"'"
        else:
            to[filled] = data[at]
        filled += 1
    return made


def word_count(str text not None):
    """text.word_count."""
    cdef Py_ssize_t size = len(text), at, words = 0
    cdef int kind
    cdef const void* data
    cdef Py_UCS4 c
    cdef bint after_space = True
    if size > COUNTED:
        return IN_PYTHON["word_count"](text)
    kind, data = PyUnicode_KIND(text), PyUnicode_DATA(text)
    for at in range(size):
        c = PyUnicode_READ(kind, data, at)
        if is_space(c):
            after_space = True
            continue
        if is_unspaced(c):
            return _unspaced_words(text)
        words += after_space
        after_space = False
    return words


cdef Py_ssize_t _unspaced_words(str text):
    """The words of a text with characters of scripts without spaces: of these, two are one."""
    cdef Py_ssize_t at, words = 0, unspaced = 0
    cdef int kind = PyUnicode_KIND(text)
    cdef const void* data = PyUnicode_DATA(text)
    cdef Py_UCS4 c
    cdef bint in_word = False
    for at in range(len(text)):
        c = PyUnicode_READ(kind, data, at)
        if is_unspaced(c):
            unspaced += 1
            in_word = False
        elif c == 0x5F or Py_UNICODE_ISALNUM(c):
            words += not in_word
            in_word = True
        else:
            in_word = False
    return unspaced // 2 + words


cdef str ENDS = "", CLOSING = ""
cdef Py_ssize_t END_SIZE


def know_ends(str ends, str closing, Py_ssize_t size):
    """Take what sentences end with, what may stand behind that, and in how many characters. text.py calls this once."""
    global ENDS, CLOSING, END_SIZE
    ENDS, CLOSING, END_SIZE = ends, closing, size


def ends_sentence(str text not None):
    """text.ends_sentence."""
    cdef Py_ssize_t end = len(text), first = max(0, end - END_SIZE)
    cdef int kind = PyUnicode_KIND(text)
    cdef const void* data = PyUnicode_DATA(text)
    while end > first and is_space(PyUnicode_READ(kind, data, end - 1)):
        end -= 1
    while end > first and <Py_UCS4>PyUnicode_READ(kind, data, end - 1) in CLOSING:
        end -= 1
    return end > first and <Py_UCS4>PyUnicode_READ(kind, data, end - 1) in ENDS


def has_digit(str text not None):
    """text.has_digit."""
    cdef Py_ssize_t at
    cdef int kind = PyUnicode_KIND(text)
    cdef const void* data = PyUnicode_DATA(text)
    cdef Py_UCS4 c
    for at in range(len(text)):
        c = PyUnicode_READ(kind, data, at)
        if 0x30 <= c <= 0x39 or (c > 0x7F and Py_UNICODE_ISDECIMAL(c)):
            return True
    return False


def character_counts(
    list texts not None, const unsigned short[::1] classes, float[:, ::1] counts, unsigned short[:, ::1] ends
):
    """characters.character_counts."""
    cdef Py_ssize_t number, at, size, kinds = counts.shape[0], last = classes.shape[0] - 1
    cdef int kind, bit
    cdef const void* data
    cdef Py_UCS4 c
    cdef unsigned int found, seen
    cdef unsigned int[16] sums
    cdef str text
    for number in range(len(texts)):
        text = texts[number]
        size, kind, data = len(text), PyUnicode_KIND(text), PyUnicode_DATA(text)
        found = 0
        for bit in range(kinds):
            sums[bit] = 0
        for at in range(size):
            c = PyUnicode_READ(kind, data, at)
            found = classes[c if c < last else last]
            if at == 0:
                ends[0, number] = found
            seen = found & ((1u << kinds) - 1)
            while seen:
                sums[_lowest(seen)] += 1
                seen &= seen - 1
        ends[1, number] = found
        for bit in range(kinds):
            counts[bit, number] = sums[bit]


cdef extern from *:
    """
    #if defined(__GNUC__) || defined(__clang__)
    #define archiver_lowest(x) __builtin_ctz(x)
    #else
    static int archiver_lowest(unsigned int x) { int n = 0; while (!(x & 1u)) { x >>= 1; n++; } return n; }
    #endif
    """
    int _lowest "archiver_lowest"(unsigned int bits) noexcept
