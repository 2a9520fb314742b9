"""The forms under which words are found beside those written: stems by language, pairs of characters, signs.

What stands in a text is made into tokens that FTS5's unicode61 keeps whole. Each begins with a character of the
private use area, which no text holds, and for a stem with the language: a search for English words finds no French
stem that happens to look alike. The tokens of a text are in the order of the text.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from archiver.word_lists import lines

# To be raised with any change of what word_forms returns: an archive of other rules is indexed anew.
RULES_VERSION = 3
STEM, PAIR, SIGN, FACT = "\ue000", "\ue001", "\ue002", "\ue003"
MARKS = str.maketrans(dict.fromkeys((STEM, PAIR, SIGN, FACT), " "))
# Subtags of languages (BCP 47) with the Snowball algorithm of their words.
STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french",
    "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian",
    "lt": "lithuanian", "ne": "nepali", "nl": "dutch", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
SAME_STEMS = {"nb": "no", "nn": "no", "hr": "sr", "bs": "sr", "sh": "sr", "gsw": "de", "lb": "de", "ms": "id"}
# Languages without a stemmer: only letters that fold to others have forms.
PLAIN = "zz"
# Languages that write compounds in one word: what begins with a stem is found too.
COMPOUNDING = frozenset({"da", "de", "nl", "no", "sv"})
# Letters of the shortest stem that is looked for as the beginning of compounds: fewer begin too much else.
COMPOUND_STEM = 5
# Letters of the shortest word that has a stem of its own.
SHORTEST = 3
# Words whose stems are kept in memory: more than the vocabulary of most archives, some 20 MB a language.
KEPT_STEMS = 1 << 17
# Scripts that put no space between words or, as Korean, hang endings on them: Thai, Lao, Tibetan, Burmese,
# Hangul, Khmer, Chinese, Japanese. To unicode61 a clause of them is one word.
UNSPACED = re.compile(
    "[\u0e00-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3031-\u30fa\u30fc-\u318f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\uff66-\uffdc\U0001b000-\U0001b16f\U00020000-\U0003ffff]+"
)
# Letters with the marks that belong to them, of Latin, Greek, Cyrillic, Hebrew, Arabic and the scripts of India.
WORD = re.compile(
    "[^\\W\\d_]+(?:[\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0670\u0900-\u0963\u0966-\u0dff\u200c\u200d]+[^\\W\\d_]*)*"
)
# Holds where a word may begin: not behind a letter or its marks.
AT_WORD = re.compile(
    "(?<![^\\W\\d_])(?<![\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0670\u0900-\u0963\u0966-\u0dff\u200c\u200d])"
)
ASCII_WORD = re.compile("[a-z]{3,}")  # the same of ASCII, in less time
# Marks that are often left out in writing.
ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0670\u200c\u200d\u0640]")
# Letters that people type as others, though Unicode does not take them apart.
OTHER_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i"}
)  # fmt: skip
SOFT_HYPHEN = "\u00ad"
OTHER_THAN_ASCII = re.compile("[^\x00-\x7f]")
IN_RUN, IN_SIGNS, IN_WORDS, IN_NEITHER = "run", "sign", "word", ""


def rules() -> str:
    """Return the name of the rules by which forms are made; another name means other forms."""
    return f"{RULES_VERSION}, snowballstemmer {_snowball()}"


def stemmer_tag(language: str | None) -> str:
    """Return the tag of the language whose stems a text in language (BCP 47) has; PLAIN if there are none."""
    subtag = (language or "").lower().replace("_", "-").partition("-")[0]
    subtag = SAME_STEMS.get(subtag, subtag)
    return subtag if subtag in STEMMERS else PLAIN


def word_forms(language: str | None, text: str | None) -> str:
    """Return the tokens of all forms in text, which is in language, between spaces."""
    if not text:
        return ""
    known = _known_forms().get((language, text))
    return _made_forms(language, text) if known is None else known


def know_forms(language: str | None, forms: Iterable[tuple[str, str]]) -> None:
    """Take the forms of texts in language from where they were made already; those known before are forgotten."""
    known = _known_forms()
    known.clear()
    known.update({(language, text): tokens for text, tokens in forms})


@cache
def _known_forms() -> dict[tuple[str | None, str], str]:
    return {}


def _made_forms(language: str | None, text: str) -> str:
    tag = stemmer_tag(language)
    if text.isascii():
        return "" if tag == PLAIN else _word_tokens(tag, text)
    others = OTHER_THAN_ASCII.findall(text)
    kinds = set(map(kind, set(others)))
    if kinds == {IN_NEITHER}:  # quotes and dashes around words of ASCII
        return (
            "" if tag == PLAIN else " ".join([_forms(tag)[word] for word in ASCII_WORD.findall(text.lower())])
        )
    # As written: some are words once they are taken apart, such as "№" and "㍒".
    signs = [
        sign_token(character) for character in others if IN_SIGNS in kinds and kind(character) == IN_SIGNS
    ]
    text = unicodedata.normalize("NFKC", text.replace(SOFT_HYPHEN, ""))
    kinds.update(map(kind, set(OTHER_THAN_ASCII.findall(text))))
    if IN_RUN not in kinds and IN_SIGNS not in kinds:
        return _word_tokens(tag, text)
    parts = [_word_tokens(tag, UNSPACED.sub(" ", text) if IN_RUN in kinds else text)]
    if IN_RUN in kinds:
        for run in UNSPACED.findall(text):
            parts += pair_tokens(run)
    return " ".join(parts + signs)


def indexed_words(text: str | None) -> str | None:
    """Return text without what unicode61 would take for one long word, the clauses of unspaced scripts."""
    if text is None or text.isascii():
        return text
    return UNSPACED.sub(" ", text)


def stem_tokens(tag: str, word: str) -> tuple[str, ...]:
    """Return the tokens that word, of letters, has in texts of the language of tag."""
    return tuple(_forms(tag)[word.lower()].split())


def sought_tokens(tag: str, word: str) -> tuple[str, ...]:
    """Return the tokens under which forms of word, as somebody looks for it, may stand in texts of that language.

    Also the word itself as a stem: stemmers cut what is one already, such as Turkish "seçim" and Arabic "وزير"; but no
    single letter, which is all that they leave of some words.
    """
    forms = (word, *_irregular_forms().get((tag, folded(word)), ()))
    stems = [token for form in forms for token in stem_tokens(tag, form)]
    return tuple(dict.fromkeys((*stems, _token(tag, folded(word))) if len(word) > 1 else stems))


def plain_token(word: str) -> str:
    """Return the token of word in texts of languages without stemmer."""
    return _token(PLAIN, folded(word))


def pair_tokens(run: str) -> Iterator[str]:
    """Yield the tokens of a run of unspaced characters: each with the next, the last alone."""
    written = [_written(character) for character in run]
    for index, character in enumerate(written):
        yield PAIR + character + "".join(written[index + 1 : index + 2])


def pair_beginning(character: str) -> str:
    """Return how every token begins that stands for character at its place in a run."""
    return PAIR + _written(character)


def sign_token(character: str) -> str:
    """Return the token of a character that is part of no word."""
    return f"{SIGN}{ord(character):x}"


@lru_cache(maxsize=1 << 14)
def kind(character: str) -> str:
    """Return whether character has forms as a part of a run, as a sign, as a part of a word, or neither."""
    if UNSPACED.match(character):
        return IN_RUN
    category = unicodedata.category(character)
    if in_index(character) or category[0] == "M" or category == "Cf":
        return IN_WORDS
    return IN_NEITHER if character.isascii() or category[0] in "PZC" else IN_SIGNS


def in_index(character: str) -> bool:
    """Whether SQLite's unicode61 takes character for a part of a word.

    Its tables are of Unicode 6.1; what those of 3.2, which Python carries, call a letter is one there too.
    """
    category = unicodedata.ucd_3_2_0.category(character)
    return category[0] in "LN" or category == "Co"


def folded(text: str) -> str:
    """Return text in lower case, without accents, and with plain letters where people type them."""
    if text.isascii():
        return text.lower()
    plain = ACCENTS.sub("", unicodedata.normalize("NFD", text.lower()))
    return unicodedata.normalize("NFC", plain).translate(OTHER_LETTERS)


def _word_tokens(tag: str, text: str) -> str:
    """Return the tokens of the words of text, between spaces."""
    forms = _forms(tag)
    words = ASCII_WORD.findall(text.lower()) if text.isascii() else WORD.findall(text.lower())
    tokens = " ".join([forms[word] for word in words])
    if len(forms) > KEPT_STEMS:
        forms.clear()
    return tokens


class Forms(dict[str, str]):
    """The tokens of words in texts of one language, between spaces, made when they are asked for."""

    def __init__(self, tag: str) -> None:
        super().__init__()
        self.tag = tag

    def __missing__(self, word: str) -> str:
        """Return the tokens of word, in lower case."""
        if len(word) >= SHORTEST:
            tokens = " ".join(_made_tokens(self.tag, word))
        else:  # "Đà", "øl"
            tokens = _token(self.tag, folded(word)) if _has_other(word) else ""
        self[word] = tokens
        return tokens


@cache
def _forms(tag: str) -> Forms:
    return Forms(tag)


@cache
def _irregular_forms() -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the other forms of words that stemmers do not know, by the tag of their language and the word, folded."""
    text = Path(__file__).parents[1].joinpath("words", "irregular_forms.toml").read_text("utf-8")
    nouns = [
        (tag, tuple(line.split())) for tag, table in tomllib.loads(text).items() for line in lines(table)
    ]
    return {(tag, folded(form)): forms for tag, forms in nouns for form in forms}


def _made_tokens(tag: str, word: str) -> tuple[str, ...]:
    plain = folded(word)
    if tag == PLAIN:  # unicode61 folds accents by itself
        return (_token(tag, plain),) if _has_other(word) else ()
    stem = _stemmer(tag)
    # Who types no accents gets the stem of a word without.
    forms = dict.fromkeys((folded(stem(word)), folded(stem(plain))))
    return tuple(_token(tag, form) for form in forms if form)


def _has_other(word: str) -> bool:
    return word.translate(OTHER_LETTERS) != word


def _token(tag: str, form: str) -> str:
    return f"{STEM}{tag}{form if form.isascii() else ''.join(map(_written, form))}"


@lru_cache(maxsize=1 << 14)
def _written(character: str) -> str:
    """Return character so that unicode61 takes it for a part of a word."""
    return character if in_index(character) else f"{ord(character):x}"


@cache
def _stemmer(tag: str) -> Callable[[str], str]:
    name = STEMMERS[tag]
    if (compiled := _compiled_stemmers()) is not None:
        compiled_stem: Callable[[str], str] = compiled.Stemmer(name, 0).stemWord  # _forms keeps what it made
        return compiled_stem
    # Not by snowballstemmer.stemmer: that takes PyStemmer where it is installed, of whatever version.
    module = import_module(f"snowballstemmer.{name}_stemmer")
    stem: Callable[[str], str] = getattr(module, f"{name.capitalize()}Stemmer")().stemWord
    return stem


@cache
def _compiled_stemmers() -> ModuleType | None:
    """PyStemmer, which makes the same stems some 50 times as fast, if it has the algorithms of snowballstemmer.

    They change with the second number of the version.
    """
    try:
        compiled = import_module("Stemmer")
    except ImportError:
        return None
    return compiled if compiled.version().split(".")[:2] == _snowball().split(".")[:2] else None


@cache
def _snowball() -> str:
    """The version of snowballstemmer, by the name of the folder that tells of it where that is plain."""
    package = find_spec("snowballstemmer")
    if package is not None and package.origin is not None:
        told = list(Path(package.origin).parents[1].glob("snowballstemmer-*.dist-info"))
        if len(told) == 1:
            return told[0].stem.partition("-")[2]
    from importlib.metadata import version  # noqa: PLC0415 - it takes longer to import than a search takes

    return version("snowballstemmer")
