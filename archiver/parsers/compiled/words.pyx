# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What words speak of: those of notices in a text, and the names of boxes. Each function stands beside its part in Python.

What is to be found is told by the tables that notices.py and names.py pass.
"""

from archiver.parsers.compiled.characters cimport is_space, may_be_unspaced
from cpython.unicode cimport PyUnicode_DATA, PyUnicode_KIND, PyUnicode_READ


cdef extern from *:
    const char* SOURCES "ARCHIVER_SOURCES"
    bint Py_UNICODE_ISALNUM(Py_UCS4 character)
    Py_UCS4 Py_UNICODE_TOLOWER(Py_UCS4 character)


BUILT_FROM = SOURCES.decode("ascii")
"""The digest of the sources that the core was built from."""
IN_PYTHON = {}
"""The parts in Python, by name: compiled.replaced() sets them."""


cdef enum:
    # Of a vocabulary; at least half of the places stay empty.
    MOST_WORDS = 8192, SLOTS = 16384, LONGEST_WORD = 64
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
            raise ValueError(f"a vocabulary of {len(self.words)} words: make MOST_WORDS and SLOTS in words.pyx larger")
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
            if may_be_unspaced(PyUnicode_READ(kind, data, at)):
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
        # Node 0 is where parts begin that may stand anywhere, node 1 where those do that no letter or
        # digit may stand before.
        node = 1 if part.startswith(".") else 0
        for letter in part.strip("."):
            step = HYPHEN if letter == "-" else ord(letter) - ord("a")
            if not NODES[node].next[step]:
                if COUNT == MOST_NODES:
                    raise ValueError("more parts of names than MOST_NODES in words.pyx allows")
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
        if is_space(PyUnicode_READ(kind, data, at)):
            at += 1
            continue
        end = at + 1
        while end < size and not is_space(PyUnicode_READ(kind, data, end)):
            end += 1
        before = -1
        for place in range(at, end if end - at <= LONGEST_NAME else at):
            letter = _letter(kind, data, place, end)
            if letter >= 0:
                bits |= _meant(0, kind, data, place, end)
                if before < 0 or before == HYPHEN:
                    bits |= _meant(1, kind, data, place, end)
            # A digit before it makes it a part of a generated name: "5ad37e" is no advertisement.
            before = 0 if 0x30 <= PyUnicode_READ(kind, data, place) <= 0x39 else letter
        at = end
    return bits


cdef enum:
    # No character of phrases.PUNCTUATION comes after MARKS; a longer folded text is left to Python.
    MARKS = 0x3040, LONGEST_FOLDED = 512


cdef bint[MARKS] IS_MARK
cdef Vocabulary PHRASES
cdef long long[MOST_WORDS] USES
cdef Py_ssize_t SHORT, LONGEST_WORDS, LONGEST_TEXT
cdef object READ_PHRASES, FOLD


def know_phrases(read, fold, str marks, Py_ssize_t short, Py_ssize_t longest_words, Py_ssize_t longest_text):
    """Take how phrases.py reads its phrases, when they are first asked for, and what it holds for short. It calls this once."""
    global READ_PHRASES, FOLD, SHORT, LONGEST_WORDS, LONGEST_TEXT
    READ_PHRASES, FOLD = read, fold
    SHORT, LONGEST_WORDS, LONGEST_TEXT = short, longest_words, longest_text
    for mark in marks:
        IS_MARK[ord(mark)] = True


cdef _read_phrases():
    global PHRASES
    cdef dict uses = READ_PHRASES()
    cdef Py_ssize_t number
    PHRASES = Vocabulary([phrase for phrase in uses if len(phrase) <= LONGEST_TEXT])
    for number, phrase in enumerate(PHRASES.words):
        USES[number] = uses[phrase]


cdef inline bint _is_mark(unsigned int c) noexcept:
    return c < MARKS and IS_MARK[c]


cdef long long _used(const unsigned int* text, Py_ssize_t first, Py_ssize_t end, bint however_short):
    """The uses of the phrase that a part of a text is; short ones in ASCII stand only for themselves."""
    cdef int number
    cdef Py_ssize_t at
    if end - first < SHORT and not however_short:
        for at in range(first, end):
            if text[at] > 0x7F:
                break
        else:
            return 0
    number = PHRASES.number(text + first, end - first)
    return USES[number] if number >= 0 else 0


cdef bint _find_uses(str text, long long* exact, long long* begins, long long* ends) except -1:
    """Set the uses of the phrases that a text is, begins with and ends with; False where Python must tell."""
    cdef unsigned int[LONGEST_FOLDED] letters
    cdef str folded = FOLD(text)
    cdef Py_ssize_t size = len(folded), first = 0, at, words, end
    cdef int kind = PyUnicode_KIND(folded)
    cdef const void* data = PyUnicode_DATA(folded)
    cdef bint is_unspaced = False, has_space = False
    if PHRASES is None:
        _read_phrases()
    if size > LONGEST_FOLDED:
        return False
    for at in range(size):
        letters[at] = <unsigned int>PyUnicode_READ(kind, data, at)
    while first < size and _is_mark(letters[first]):
        first += 1
    while size > first and _is_mark(letters[size - 1]):
        size -= 1
    for at in range(first, size):
        has_space = has_space or letters[at] == 0x20
        is_unspaced = is_unspaced or may_be_unspaced(<Py_UCS4>letters[at])
    if is_unspaced and not has_space:
        return False
    exact[0] = _used(letters, first, size, True)
    begins[0] = ends[0] = words = 0
    for at in range(first, size + 1):
        if at < size and letters[at] != 0x20:
            continue
        end = at
        while end > first and _is_mark(letters[end - 1]):
            end -= 1
        begins[0] |= _used(letters, first, end, False)
        if at > first and letters[at - 1] == 0x3A:
            begins[0] |= _used(letters, first, at, False)
        words += 1
        if words == LONGEST_WORDS:
            break
    words = 0
    for at in range(size - 1, first - 2, -1):
        if at >= first and letters[at] != 0x20:
            continue
        end = at + 1
        while end < size and _is_mark(letters[end]):
            end += 1
        ends[0] |= _used(letters, end, size, False)
        words += 1
        if words == LONGEST_WORDS:
            break
    return True


def uses_of(str text not None):
    """phrases.uses_of."""
    cdef long long exact = 0, begins = 0, ends = 0
    if len(text) > LONGEST_TEXT:
        return 0, 0, 0
    if not _find_uses(text, &exact, &begins, &ends):
        return IN_PYTHON["uses_of"](text)
    return exact, begins, ends


def phrase_table(list texts not None, long long[:, ::1] table):
    """phrases.phrase_table."""
    cdef Py_ssize_t at
    cdef str text
    for at in range(len(texts)):
        text = texts[at]
        if len(text) > LONGEST_TEXT:
            continue
        if not _find_uses(text, &table[0, at], &table[1, at], &table[2, at]):
            table[0, at], table[1, at], table[2, at] = IN_PYTHON["uses_of"](text)
