# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What is done to every text of a page. Each function stands beside its part in Python, by the same name, and gives the same.

Whatever is rare (invisible characters, scripts without spaces, very long texts) is left to the part in Python.
"""

import unicodedata

from cpython.unicode cimport PyUnicode_DATA, PyUnicode_KIND, PyUnicode_READ


cdef extern from *:
    const char* SOURCES "ARCHIVER_SOURCES"
    str PyUnicode_New(Py_ssize_t size, Py_UCS4 most)
    unsigned char* PyUnicode_1BYTE_DATA(object text)
    bint PyUnicode_IS_ASCII(object text)
    bint Py_UNICODE_ISSPACE(Py_UCS4 character)
    bint Py_UNICODE_ISALNUM(Py_UCS4 character)
    Py_UCS4 Py_UNICODE_TOLOWER(Py_UCS4 character)
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


cdef inline bint _may_be_invisible(Py_UCS4 c) noexcept:
    """Whether a character may be one of text.INVISIBLE."""
    return c == 0xAD or c == 0xFEFF or 0x200B <= c <= 0x200F or 0x2028 <= c <= 0x202F or 0x205F <= c <= 0x2069


cdef inline bint _may_be_unspaced(Py_UCS4 c) noexcept:
    """Whether a character may be one of text.UNSPACED."""
    return c >= 0x0E00 and not (0x1E00 <= c < 0x3000) and not (0xAC00 <= c < 0xD7B0)


cdef inline bint _is_space(Py_UCS4 c) noexcept:
    if c < 128:
        return SORTS[c] == SPACE or SORTS[c] == BLANK
    return Py_UNICODE_ISSPACE(c)


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
        if c > 0x7f and _may_be_invisible(c):
            return IN_PYTHON["clean"](text)
        if _is_space(c):
            is_even = is_even and c == 0x20 and not after_space
            after_space = True
        else:
            after_space = False
    if is_even and not after_space:
        return text
    return " ".join(text.split())


# What a character of an alphabet (Latin, Greek, Cyrillic, Armenian) or of general punctuation is folded to, where it
# always is and to one; else 0. None of them is composed with the one before it.
cdef enum:
    ALPHABETS = 0x0530, PUNCTUATION = 0x2010, LAST = 0x2040, LONGEST = 1024
cdef Py_UCS4[LAST] FOLDED


def know_quotes(dict quotes):
    """Take what quotes are folded to, and find what all else is. text.py calls this once."""
    cdef Py_UCS4 code
    for code in range(LAST):
        c = chr(code)
        folded = unicodedata.normalize("NFKC", c).casefold().translate(quotes)
        is_alone = not unicodedata.combining(c) and len(folded) == 1 and (code == 0x20 or not _is_space(code))
        is_known = code < ALPHABETS or code >= PUNCTUATION
        FOLDED[code] = ord(folded) if is_alone and is_known and not _may_be_invisible(code) else 0


def fold(str text not None):
    """text.fold."""
    cdef Py_ssize_t size, at
    cdef int kind
    cdef const void* data
    cdef Py_UCS4 c
    cdef Py_UCS4[LONGEST] folded
    cdef str cleaned
    if PyUnicode_IS_ASCII(text):
        return _folded(text, True)
    if len(text) > LONGEST:
        return IN_PYTHON["fold"](text)
    cleaned = clean(text)
    size, kind, data = len(cleaned), PyUnicode_KIND(cleaned), PyUnicode_DATA(cleaned)
    for at in range(size):
        c = PyUnicode_READ(kind, data, at)
        folded[at] = FOLDED[c] if c < LAST else 0
        if not folded[at]:
            return IN_PYTHON["fold"](cleaned)
    return PyUnicode_FromKindAndData(4, folded, size)


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
        if _is_space(c):
            after_space = True
            continue
        if _may_be_unspaced(c):
            return IN_PYTHON["word_count"](text)
        words += after_space
        after_space = False
    return words


cdef enum:
    # Of a vocabulary; at least half of the places stay empty.
    MOST_WORDS = 4096, SLOTS = 8192, LONGEST_WORD = 64
    START = 2166136261


cdef class Vocabulary:
    """A set of words in lower case that are found in a text without making its words."""

    cdef list words
    cdef int[SLOTS] slots
    cdef unsigned int[MOST_WORDS] seen
    cdef unsigned int round

    def __init__(self, words):
        self.words = sorted(words)
        if len(self.words) > MOST_WORDS:
            raise ValueError(f"a vocabulary of {len(self.words)} words: make MOST_WORDS and SLOTS in texts.pyx larger")
        cdef Py_ssize_t number, at
        for at in range(SLOTS):
            self.slots[at] = -1
        cdef unsigned int slot
        cdef str word
        for number in range(len(self.words)):
            word, slot = self.words[number], START
            for at in range(len(word)):
                slot = _mixed(slot, <unsigned int>word[at])
            slot = _mixed(slot, 0) & (SLOTS - 1)
            while self.slots[slot] >= 0:
                slot = (slot + 1) & (SLOTS - 1)
            self.slots[slot] = number

    cdef int number(self, const unsigned int* word, Py_ssize_t size):
        """The number of a word, or -1 if it is none of the vocabulary."""
        cdef unsigned int slot = START
        cdef Py_ssize_t at
        cdef str known
        for at in range(size):
            slot = _mixed(slot, word[at])
        slot = _mixed(slot, 0) & (SLOTS - 1)
        while self.slots[slot] >= 0:
            known = <str>self.words[self.slots[slot]]
            if len(known) == size:
                for at in range(size):
                    if <unsigned int>known[at] != word[at]:
                        break
                else:
                    return self.slots[slot]
            slot = (slot + 1) & (SLOTS - 1)
        return -1

    cdef int count(self, str text, Py_ssize_t first, Py_ssize_t end, Py_ssize_t last_words):
        """How many different words of the vocabulary are among those of text[first:end], or the last of them.

        -1 where Python must tell: of letters whose lower case depends on their neighbours, or is no single one.
        """
        cdef unsigned int[LONGEST_WORD] word
        cdef Py_ssize_t at, size = 0, met = 0, found = 0
        cdef int number, kind = PyUnicode_KIND(text)
        cdef const void* data = PyUnicode_DATA(text)
        cdef int[4] latest
        cdef unsigned int c
        self.round += 1
        for at in range(first, end + 1):
            c = <unsigned int>PyUnicode_READ(kind, data, at) if at < end else 0x20
            if c < 128:
                c = c | 0x20 if 0x41 <= c <= 0x5A else c
            elif c == 0x130 or c == 0x3A3:
                return -1
            else:
                c = <unsigned int>Py_UNICODE_TOLOWER(<Py_UCS4>c)
            if c == 0x5F or Py_UNICODE_ISALNUM(<Py_UCS4>c):
                if size < LONGEST_WORD:
                    word[size] = c
                size += 1
                continue
            if not size:
                continue
            number = self.number(word, size) if size <= LONGEST_WORD else -1
            size = 0
            if last_words:
                latest[met % last_words] = number
                met += 1
            elif number >= 0 and self.seen[number] != self.round:
                self.seen[number] = self.round
                found += 1
        for at in range(min(met, last_words)):
            found += latest[at] >= 0
        return found


cdef inline unsigned int _mixed(unsigned int slot, unsigned int c) noexcept:
    """One step of a hash (FNV-1a), the last of them without a letter."""
    return (slot ^ c) * <unsigned int>16777619 if c else slot ^ (slot >> 15)


cdef Vocabulary NOTICES, CREDITS
cdef Py_ssize_t MOST_READ, CREDIT_SIZE, CREDIT_REACH


def know_notices(words, credits, Py_ssize_t most_read, Py_ssize_t credit_size, Py_ssize_t credit_reach):
    """Take the words of notices.py and how much of a text it reads. It calls this once."""
    global NOTICES, CREDITS, MOST_READ, CREDIT_SIZE, CREDIT_REACH
    NOTICES, CREDITS = Vocabulary(words), Vocabulary(credits)
    MOST_READ, CREDIT_SIZE, CREDIT_REACH = most_read, credit_size, credit_reach


def notice_words(str text not None):
    """notices.notice_words."""
    cdef Py_ssize_t at
    cdef int kind = PyUnicode_KIND(text), found
    cdef const void* data = PyUnicode_DATA(text)
    if kind > 1:
        for at in range(len(text)):
            if _may_be_unspaced(PyUnicode_READ(kind, data, at)):
                return IN_PYTHON["notice_words"](text)
    found = NOTICES.count(text, 0, min(len(text), MOST_READ), 0)
    return IN_PYTHON["notice_words"](text) if found < 0 else found


def ends_with_credit(str text not None):
    """notices.ends_with_credit."""
    cdef int found = CREDITS.count(text, max(0, len(text) - CREDIT_SIZE), len(text), CREDIT_REACH)
    return IN_PYTHON["ends_with_credit"](text) if found < 0 else found > 0


cdef enum:
    # Of the tree of names: 26 letters and the hyphen, and as many nodes as its parts have characters, at most.
    HYPHEN = 26, STEPS = 27, MOST_NODES = 4096


cdef struct Node:
    short next[STEPS]
    # The meanings of the part that ends here, and of that which does if no letter follows.
    long long ends, ends_apart


cdef Node[MOST_NODES] NODES
cdef int COUNT
cdef Py_ssize_t LONGEST_NAME


def know_names(dict parts, Py_ssize_t longest_name):
    """Take what each part of a name means (names.MEANINGS), and how long a name may be. names.py calls this once."""
    global COUNT, LONGEST_NAME
    cdef int node, step, at
    LONGEST_NAME, COUNT = longest_name, 2
    for part, bits in parts.items():
        # Node 0 is where parts begin that may stand anywhere, node 1 where those do that no letter may stand before.
        node = 1 if part.startswith(".") else 0
        for letter in part.strip("."):
            step = HYPHEN if letter == "-" else ord(letter) - ord("a")
            if not NODES[node].next[step]:
                if COUNT == MOST_NODES:
                    raise ValueError("more parts of names than MOST_NODES in texts.pyx allows")
                NODES[node].next[step] = COUNT
                COUNT += 1
            node = NODES[node].next[step]
        if part.endswith("."):
            NODES[node].ends_apart |= bits
        else:
            NODES[node].ends |= bits


cdef inline int _letter(int kind, const void* data, Py_ssize_t at, Py_ssize_t end) noexcept:
    """The number of the letter at a place, HYPHEN for a hyphen or what stands for one, -1 for all else."""
    if at >= end:
        return -1
    cdef unsigned int c = <unsigned int>PyUnicode_READ(kind, data, at)
    return <int>c - 0x61 if 0x61 <= c <= 0x7A else HYPHEN if c == 0x2D or c == 0x5F else -1


cdef long long _meant(int node, int kind, const void* data, Py_ssize_t at, Py_ssize_t end) noexcept:
    """The meanings of all parts that go on from a node at a place."""
    cdef int letter = _letter(kind, data, at, end)
    cdef long long bits = NODES[node].ends
    if NODES[node].ends_apart and (letter < 0 or letter == HYPHEN):
        bits |= NODES[node].ends_apart
    cdef int hyphen = NODES[node].next[HYPHEN]
    if hyphen:
        bits |= _meant(hyphen, kind, data, at, end)
    if letter >= 0 and NODES[node].next[letter]:
        bits |= _meant(NODES[node].next[letter], kind, data, at + 1, end)
    return bits


def meanings_of(str names not None):
    """names.meanings_of."""
    cdef Py_ssize_t size = len(names), at = 0, end, place
    cdef int kind = PyUnicode_KIND(names), before, letter
    cdef const void* data = PyUnicode_DATA(names)
    cdef long long bits = 0
    while at < size:
        if _is_space(PyUnicode_READ(kind, data, at)):
            at += 1
            continue
        end = at + 1
        while end < size and not _is_space(PyUnicode_READ(kind, data, end)):
            end += 1
        before = -1
        for place in range(at, end if end - at <= LONGEST_NAME else at):
            letter = _letter(kind, data, place, end)
            if letter >= 0:
                bits |= _meant(0, kind, data, place, end)
                if before < 0 or before == HYPHEN:
                    bits |= _meant(1, kind, data, place, end)
            before = letter
        at = end
    return bits


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
