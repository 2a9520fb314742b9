"""The compiled core gives what the parts in Python give, and is not used where it might not."""

import itertools
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from archiver.parsers import compiled, notices, phrases, split_page
from archiver.parsers import text as text_functions
from archiver.parsers.markup import blocks, names
from archiver.parsers.markup.decoding import LONG_TAG, closes_early, holds, is_utf8, long_tags, tags
from archiver.parsers.markup.events import element_steps, steps
from archiver.parsers.models.characters import Characters, _classes, character_counts, characters
from archiver.parsers.models.model import trees
from archiver.parsers.phrases import PUNCTUATION

PAGES = Path(__file__).parent / "pages"
CORE = compiled.core()
in_both_forms = pytest.mark.skipif(not CORE.modules, reason=f"the compiled core is {CORE.state}")
TAGS = (
    "p", "a", "b", "span", "div", "br", "hr", "noscript", "script", "svg", "img", "ul", "li", "rt", "h2", "table",
    "x:y",
)  # fmt: skip
ATTRIBUTES = ("class", "id", "hidden", "style", "href", "role", "itemprop", "title", "xml:lang")
VALUES = ("", "a", "Big Box", "display: NONE", "visibility:hidden", "/story-1", "é &amp; &x;", "a\n\tb")
PIECES = st.one_of(
    st.builds(
        "<{} {}='{}'>".format, st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES), st.sampled_from(VALUES)
    ),
    st.builds("<{} {}>".format, st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES)),
    st.builds("</{}>".format, st.sampled_from(TAGS)),
    st.sampled_from(
        (
            "<!-- c -->",
            "<?pi?>",
            "<![CDATA[x]]>",
            "&nbsp;",
            "&unknown;",
            "<a href=/s>one two three four five</a>",
        )
    ),
    st.text(max_size=8),
)


def test_core_is_in_use_where_it_was_built() -> None:
    """What the other tests of the splitter try is the compiled form, unless it is switched off or cannot be built."""
    assert CORE.is_sound, f"the compiled core is {CORE.state}: pip install -e ."
    if CORE.modules:
        assert Path(str(blocks.__file__)).parent == Path(compiled.__file__).parent


@in_both_forms
@given(st.lists(PIECES, max_size=40).map("".join))
def test_walk_takes_the_same_steps(html: str) -> None:
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    tree = etree.fromstring(f"<html id=Root><body>{html}".encode("utf-8", "replace"), parser)

    found, expected = list(steps(tree)), list(element_steps(tree))

    assert found == expected


@in_both_forms
def test_element_outlives_the_walk_and_what_is_cut_out_of_its_tree() -> None:
    tree = etree.fromstring("<html><body><div><p>One <a href=/x>two</a></div></html>", etree.HTMLParser())
    kept = [step[5] for step in steps(tree) if step[5] is not None]
    tree[0].clear()
    del tree

    assert [element.tag for element in kept] == ["html", "body", "div", "p", "a"]
    assert kept[-1].text == "two"


def _both(function: Callable[..., object]) -> tuple[Callable[..., object], Callable[..., object]]:
    """A function of the compiled core and the part in Python whose place it takes."""
    module = next(each for each in CORE.modules.values() if each.__name__ == function.__module__)
    return function, module.IN_PYTHON[function.__name__]


TAG_PIECES = (
    b"<", b"<p", b">", b"'", b'"', b"=", b" a=", b"= '", b'="', b"\n", b"\x0b", b"\x85", b"x" * 50, b"x" * LONG_TAG,
    b"\0", b"</a>", b"<!--", b"-->", b"-", b"<script", b"<ScripT>", b"</SCRIPT", b"<styles>", b"</style>", b"_",
    b"<style", b"<title>", b"</title", b"<textarea", b"</html", b"</HTML>", b"</Html>",
)  # fmt: skip


@in_both_forms
@given(st.lists(st.sampled_from(TAG_PIECES)).map(b"".join), st.sampled_from((1, 20, 60, LONG_TAG)))
def test_same_tags_are_long(html: bytes, length: int) -> None:
    faster, plain = _both(long_tags)

    assert faster(html, length) == plain(html, length)


@in_both_forms
@given(st.lists(st.sampled_from(TAG_PIECES)).map(b"".join))
def test_same_tags_are_counted(html: bytes) -> None:
    faster, plain = _both(tags)

    assert faster(html) == plain(html)


@in_both_forms
@given(st.lists(st.sampled_from(TAG_PIECES)).map(b"".join))
def test_page_closes_early_in_both_forms(html: bytes) -> None:
    faster, plain = _both(closes_early)

    assert faster(html) == plain(html)


@in_both_forms
@given(st.text("ab").map(str.encode), st.text("ab", min_size=1, max_size=4).map(str.encode))
def test_bytes_are_found_in_both_forms(html: bytes, piece: bytes) -> None:
    faster, plain = _both(holds)

    assert faster(html, piece) == plain(html, piece)


@in_both_forms
@given(
    st.lists(
        st.one_of(st.binary(max_size=9), st.text().map(lambda text: text.encode()), st.just(b"a" * 9))
    ).map(b"".join)
)
def test_same_bytes_are_utf8(html: bytes) -> None:
    faster, plain = _both(is_utf8)

    assert faster(html) == plain(html)


@in_both_forms
def test_all_sequences_of_up_to_three_bytes_are_utf8_alike() -> None:
    faster, plain = _both(is_utf8)
    edges = (0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xFF)
    starts = [bytes(pair) for pair in itertools.product(range(256), edges)]
    sequences = [start + bytes(end) for start in starts for end in ((), *itertools.product(edges, edges))]

    assert [one for one in sequences if faster(one) != plain(one)] == []


# What the functions of texts.pyx tell apart: white space, invisible characters, quotes, scripts, cases, combinations.
LETTERS = st.sampled_from(
    "aB \t\n\x1c\x85\xa0`'éÉ’«»\u200b\u200c\u2028\u3000漢か한ßİ😀\U00020001\xadﬁ\u0e01\u0301…–жЙά.1\ud800"
)


@in_both_forms
@pytest.mark.parametrize("name", ["clean", "fold", "word_count", "has_digit", "ends_sentence"])
@given(text=st.one_of(st.text(LETTERS), st.text(st.characters(codec=None))))
def test_texts_are_read_alike_in_both_forms(name: str, text: str) -> None:
    faster, plain = _both(getattr(text_functions, name))

    assert faster(text) == plain(text)


@in_both_forms
@pytest.mark.parametrize("name", ["clean", "fold", "word_count", "has_digit", "ends_sentence"])
def test_every_character_is_read_alike_in_both_forms(name: str) -> None:
    faster, plain = _both(getattr(text_functions, name))
    texts = [f"a{chr(code)}B {chr(code)}" for code in range(0x11000)]

    assert [text for text in texts if faster(text) != plain(text)] == []


@in_both_forms
@pytest.mark.parametrize("size", [1_000, 20_001, 100_001])
@pytest.mark.parametrize("word", ["word  ", "Wört\u2019s  ", "漢字 \u200b"])
@pytest.mark.parametrize("name", ["clean", "fold", "word_count", "has_digit", "ends_sentence"])
def test_long_texts_are_read_alike_in_both_forms(name: str, word: str, size: int) -> None:
    faster, plain = _both(getattr(text_functions, name))

    assert faster(word * size) == plain(word * size)


@in_both_forms
@given(text=st.text(LETTERS, max_size=3), folded=st.text(LETTERS, max_size=3))
def test_texts_fold_to_the_same_in_both_forms(text: str, folded: str) -> None:
    faster, plain = _both(text_functions.folds_to)

    assert faster(text, folded) == plain(text, folded)
    assert faster(text, text_functions.fold(text)) == plain(text, text_functions.fold(text))


NOTICE_PIECES = st.one_of(
    st.sampled_from(sorted(notices._words() | notices._credits())),
    st.sampled_from(
        ("e-mail", "REUTERS", "Cookies", " ", " ", "-", "'", "_", "Σ", "İ", "漢字", "é", "x" * 65, "登録")
    ),
)


@in_both_forms
@pytest.mark.parametrize("name", ["notice_words", "ends_with_credit"])
@given(pieces=st.lists(NOTICE_PIECES), between=st.sampled_from(("", " ", " of many other words ")))
def test_notices_are_told_alike_in_both_forms(name: str, pieces: list[str], between: str) -> None:
    faster, plain = _both(getattr(notices, name))

    assert faster(between.join(pieces)) == plain(between.join(pieces))


PHRASE_PIECES = st.one_of(
    st.sampled_from(
        sorted(phrases.phrases("related") | phrases.phrases("by") | phrases.phrases("furniture"))
    ),
    st.sampled_from(
        (*PUNCTUATION, "Ad", "Straße", "ﬁ", "相关", "อ่าน", "x" * 100, "one two three four five six")
    ),
    st.text(max_size=4),
)


@in_both_forms
@given(st.lists(PHRASE_PIECES, max_size=6), st.sampled_from(("", " ", ": ", "  ")))
def test_phrases_are_found_alike_in_both_forms(pieces: list[str], between: str) -> None:
    faster, plain = _both(phrases.uses_of)
    text = between.join(pieces)
    table = np.zeros((3, 2), np.int64)

    phrases.phrase_table([text, "Read also"], table)

    assert faster(text) == plain(text) == tuple(table[:, 0].tolist())


NAME_PIECES = st.one_of(
    st.sampled_from([part.strip(".") for parts in names.MEANINGS.values() for part in parts.split()]).flatmap(
        lambda part: st.sampled_from((part, part.replace("-", "_"), part.replace("-", ""), f"{part}s"))
    ),
    st.sampled_from((*"abdehnotw-_5 ", "\t", "é", "漢", "x" * 70)),
)


@in_both_forms
@given(st.lists(NAME_PIECES).map("".join))
def test_names_mean_the_same_in_both_forms(text: str) -> None:
    faster, plain = _both(names.meanings_of)

    assert faster(text) == plain(text)


@in_both_forms
@given(
    st.lists(st.text(st.one_of(LETTERS, st.sampled_from("0٣,，©»?:。")), min_size=1), min_size=1, max_size=9)
)
def test_characters_are_counted_alike_in_both_forms(texts: list[str]) -> None:
    found = characters(texts)
    expected = Characters(found.size, np.zeros_like(found.counts), np.zeros_like(found.ends))

    _both(character_counts)[1](texts, _classes(), expected.counts, expected.ends)

    np.testing.assert_array_equal(found.counts, expected.counts)
    np.testing.assert_array_equal(found.ends, expected.ends)


@in_both_forms
@pytest.mark.parametrize("name", ["blocks", "links", "kinds", "lines_story"])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 40, 1500])
def test_trees_say_the_same_to_the_last_bit(name: str, count: int) -> None:
    model, random = trees(name), np.random.default_rng(count)
    columns = random.normal(0, 3, (int(model.feature.max()) + 1, count)).astype(np.float32)
    columns[random.random(columns.shape) < 0.01] = np.nan

    parts = [model.scores(columns[:, at : at + 1024]) for at in range(0, count, 1024)]
    expected = np.concatenate(parts, axis=1) if parts else np.zeros((model.classes, 0), np.float32)

    np.testing.assert_array_equal(model._scores(columns), expected)


SPLITS = """
import pathlib, sys
from datetime import UTC, datetime
from archiver.parsers import compiled, split_page
print(compiled.core().state)
noon = datetime(2026, 11, 1, 12, tzinfo=UTC)
for page in sys.argv[1:]:
    html = pathlib.Path(page).read_bytes()
    for part in (html, html[len(html) // 3 :], html[::-1]):
        print(ascii(split_page(part, url="https://news.example/2026/a-story-of-rain", fetched=noon)))
"""


def _split_apart(pages: list[Path], pure: str) -> list[str]:
    command = [sys.executable, "-c", SPLITS, *map(str, pages)]
    environment = {**os.environ, compiled.PURE: pure}
    return subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True
    ).stdout.splitlines()


@in_both_forms
def test_pages_are_split_alike_in_both_forms() -> None:
    """The case pages, whole, cut and backwards: the last are bytes as odd as any."""
    pages = sorted(PAGES.rglob("*.html"))

    state, *splits = _split_apart(pages, "")
    pure_state, *pure_splits = _split_apart(pages, "1")

    assert (state, pure_state) == (compiled.IN_USE, f"switched off by {compiled.PURE}")
    assert len(splits) == 3 * len(pages) > 30
    assert splits == pure_splits


def _stranger(tmp_path: Path, program: str) -> subprocess.CompletedProcess[str]:
    """What a program says that finds the package in a folder of its own, to be changed."""
    package = Path(compiled.__file__).parents[2]
    shutil.copytree(package, tmp_path / "archiver", ignore=shutil.ignore_patterns("__pycache__", "sample"))
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{program}"]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path)


SAYS = """
from archiver.parsers import compiled, split_page
from archiver.parsers.markup import blocks
print(compiled.core().state, blocks.__file__)
"""


@in_both_forms
@pytest.mark.parametrize(
    "source", ["markup/blocks.py", "markup/events.py", "text.py", "compiled/kernels.pyx"]
)
def test_edited_source_is_not_shadowed_by_what_was_built_before(tmp_path: Path, source: str) -> None:
    edit = f"p = {str(tmp_path / 'archiver' / 'parsers' / source)!r}; open(p, 'a').write('\\n# edited\\n')\n"

    done = _stranger(tmp_path, edit + SAYS)

    assert done.stdout.startswith("out of date")
    assert done.stdout.endswith("parsers/markup/blocks.py\n")
    assert "the compiled core is not used" in done.stderr


@in_both_forms
def test_core_for_another_lxml_is_not_used(tmp_path: Path) -> None:
    stranger = "from lxml import etree; etree.LXML_VERSION = (99, 0, 0, 0)\n"

    done = _stranger(tmp_path, stranger + SAYS)

    assert done.stdout.startswith("built for lxml")
    assert done.stdout.endswith("parsers/markup/blocks.py\n")


@in_both_forms
def test_core_of_which_a_part_is_missing_is_not_used(tmp_path: Path) -> None:
    remove = f"import pathlib\nfor p in pathlib.Path({str(tmp_path)!r}).rglob('blocks.*.*'): p.unlink()\n"

    done = _stranger(tmp_path, remove + SAYS)

    assert done.stdout.startswith("not whole")
    assert done.stdout.endswith("parsers/markup/blocks.py\n")


def test_package_works_without_the_core(tmp_path: Path) -> None:
    remove = f"""
import pathlib
for path in pathlib.Path({str(tmp_path)!r}).rglob("*"):
    if path.suffix in (".so", ".pyd"):
        path.unlink()
"""

    done = _stranger(tmp_path, remove + SAYS + "\nprint(split_page(b'<p>Some words', url='').article)")

    assert done.stdout.splitlines()[0].startswith("not built")
    assert done.stdout.splitlines()[1] == "None"
    assert done.stderr == ""


def test_broken_core_is_told_of_and_not_used(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(name: str) -> object:
        raise ImportError("undefined symbol")

    monkeypatch.delenv(compiled.PURE, raising=False)
    monkeypatch.setattr(compiled, "import_module", fails)
    with caplog.at_level(logging.WARNING):
        found = compiled.core.__wrapped__()

    assert (found.modules, found.is_sound) == ({}, False)
    assert "undefined symbol" in caplog.text
    assert split_page(b"<p>Some words", url="").article is None
