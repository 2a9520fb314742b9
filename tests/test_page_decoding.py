"""From bytes to tree: encodings that are declared, wrong or missing, and markup that loses text."""

import pytest

from archiver.errors import PageError, ParseLimitError
from archiver.parsers import split_page
from archiver.parsers.markup.decoding import element_text, page_encoding, page_tree

RUSSIAN = "Привет мир, это новости города. Сегодня утром мэр открыл мост через реку."
JAPANESE = "今日の新聞は港の橋について書いています。市長は午前に開通式を行った。"
FRENCH = "Élève à l’école “smart”"


def page(text: str, encoding: str, declared: str = "") -> bytes:
    meta = f'<meta charset="{declared}">' if declared else ""
    return f"<html><head>{meta}<title>x</title></head><body><p>{text}</p></body></html>".encode(encoding)


@pytest.mark.parametrize(
    ("text", "encoding", "declared", "header"),
    [
        (RUSSIAN, "utf-8", "", None),
        (RUSSIAN, "utf-8", "iso-8859-1", "text/html; charset=windows-1252"),
        (RUSSIAN, "cp1251", "windows-1251", None),
        (RUSSIAN, "cp1251", "", "text/html; charset=windows-1251"),
        (RUSSIAN, "cp1251", "iso-8859-1", None),
        (RUSSIAN, "cp1251", "utf-8", "text/html; charset=utf-8"),
        (RUSSIAN, "cp1251", "", None),
        (JAPANESE, "shift_jis", "utf-8", None),
        (JAPANESE, "euc_jp", "", None),
        (JAPANESE, "iso2022_jp", "iso-2022-jp", None),
        (FRENCH, "cp1252", "", None),
        (FRENCH, "cp1252", "iso-8859-1", None),
        (FRENCH, "utf-16", "", None),
        (FRENCH, "utf-16-le", "", None),
        (RUSSIAN * 5, "utf-16-be", "", None),
        (JAPANESE, "utf-16-le", "", "text/html; charset=utf-16le"),
        (JAPANESE, "iso2022_jp", "", None),
        ("中文新闻网站报道说，今天上午市长宣布大桥开通，市民前来参观。", "gb18030", "gb2312", None),
    ],
)
def test_text_is_read_whatever_its_bytes_claim(
    text: str, encoding: str, declared: str, header: str | None
) -> None:
    tree = page_tree(page(text, encoding, declared), header)

    assert text in element_text(tree, 1000)


def test_one_broken_byte_does_not_unsettle_a_utf8_page() -> None:
    html = page(FRENCH, "utf-8", "utf-8").replace(b"</p>", b"\xff</p>")

    assert page_encoding(html, None) == "utf-8"
    assert FRENCH in element_text(page_tree(html), 1000)


def test_text_after_an_early_end_of_the_page_is_kept() -> None:
    html = b"<html><body><p>before</p></body></html><div><p>behind</p></div></html>"

    assert "behind" in element_text(page_tree(html), 1000)


def test_nul_bytes_are_dropped() -> None:
    assert element_text(page_tree(b"<p>wo\0rd</p>"), 1000) == "word"


def test_text_of_an_element_goes_on_behind_the_elements_in_it() -> None:
    assert element_text(page_tree(b"<p>one <b>two</b> three</p> four"), 1000).split() == [
        "one",
        "two",
        "three",
        "four",
    ]


@pytest.mark.parametrize("html", [b"", b"   \n", b"<!-- only a comment -->"])
def test_page_without_markup_is_no_story(html: bytes) -> None:
    with pytest.raises(PageError):
        page_tree(html)
    assert split_page(html, url="https://news.example/").article is None


def test_a_thousand_nested_tags_are_read() -> None:
    html = b"<div>" * 1000 + b"<p>deep</p>" + b"</div>" * 1000

    assert "deep" in element_text(page_tree(html), 1000)


def test_a_hundred_thousand_nested_tags_go_over_the_limit() -> None:
    with pytest.raises(ParseLimitError, match="nest too deep"):
        split_page(b"<div>" * 100_000 + b"<p>deep</p>", url="https://news.example/")


def test_letters_encoded_twice_are_read_once() -> None:
    twice = "The council’s bridge – Élysée £5".encode().decode("latin-1")

    text = element_text(page_tree(page(f"{twice} 你好", "utf-8")), 1_000)

    assert "The council’s bridge – Élysée £5 你好" in text


def test_letters_that_only_look_as_if_encoded_twice_are_kept() -> None:
    text = element_text(page_tree(page("«Ã©» is how é looks", "utf-8")), 1_000)

    assert "«Ã©» is how é looks" in text


@pytest.mark.parametrize("declared", ["utf-8", "", "iso-8859-1"])
def test_a_few_bytes_of_another_encoding_do_not_spoil_a_page_in_utf_8(declared: str) -> None:
    html = page(FRENCH, "utf-8", declared).replace(b"</body>", b"<p>\xa9 \x93Caf\xe9\x94</p></body>")

    assert page_encoding(html) == "utf-8"
    assert FRENCH in element_text(page_tree(html), 1000)


def test_page_as_text_is_refused_with_what_to_do() -> None:
    with pytest.raises(TypeError, match="bytes"):
        split_page("<p>text</p>", url="https://news.example/a")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<main>", "</main>"),
        ('<header><a href="/">River Post</a></header><main>', "</main>"),
        ('<nav><a href="/city/">City</a></nav><div>', "</div><footer>About us</footer>"),
        ("<app-root>", "</app-root>"),
        ('<svg><path d="M0 0"/></svg><main>', "</main>"),
        ("<template><p>Card</p></template><main>", "</main>"),
        ("", ""),
    ],
)
def test_page_without_the_tags_that_html5_lets_it_omit_is_read(before: str, after: str) -> None:
    text = "".join(
        f"<p>Paragraph {number} tells what the river did to the town, street by street.</p>"
        for number in range(9)
    )
    card = (
        '<article><h3><a href="/news/ferry-runs-again">Ferry runs again after three weeks</a></h3></article>'
    )
    head = '<!doctype html><html lang=en><title>Flood closes the bridge</title><meta name=author content="Ann Lee">'
    html = f"{head}{before}<article><h1>Flood closes the bridge</h1>{text}</article>{card}{after}"

    split = split_page(html.encode(), url="https://news.example/2026/11/27/flood-closes-the-bridge")

    assert split.article is not None
    assert split.article.body.count("\n\n") == 8
    assert (split.article.headline, split.article.authors) == ("Flood closes the bridge", ("Ann Lee",))
    assert [link.headline for link in split.related] == ["Ferry runs again after three weeks"]
