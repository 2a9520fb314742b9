"""Whom a page tells its readers as the authors of its story, beside what it tells machines."""

import json

import pytest

from archiver.items import Origin
from archiver.parsers import split_page
from archiver.parsers.authors.bylines import signed_names

TITLE = "Flood closes the old bridge"
TEXT = (
    "The river rose by two metres on Friday night and took the railing of the old bridge with it.",
    "The council closed the bridge for the weekend and asked drivers to take the ring road instead.",
    "Engineers will look at the piers on Monday, when the water is expected to be lower again.",
    "“We have never seen it this high in November,” said mayor Ann Lund, who lives by the mill.",
)
DATE = "<div>20 November 2026</div>"


def page(between: str, *, head: str = "", behind: str = "", data: object = None) -> bytes:
    """A page with lines between headline and text and behind it, meta elements, and JSON-LD that names an author."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in TEXT)
    story = {"@type": "NewsArticle", "headline": TITLE, "author": data}
    script = f'<script type="application/ld+json">{json.dumps(story)}</script>' if data else ""
    return (
        f'<html lang="en"><head><title>{TITLE}</title>{head}{script}</head><body><main><h1>{TITLE}</h1>{between}'
        f"<div>{text}</div>{behind}</main></body></html>"
    ).encode()


def authors(html: bytes) -> tuple[str, ...]:
    article = split_page(html, url="https://post.example/n/100.html").article
    assert article is not None
    assert article.body == "\n\n".join(TEXT)
    return article.authors


@pytest.mark.parametrize("label", ["Written by", "By", "Author:", "Von", "Escrito por"])
@pytest.mark.parametrize("name", ["Ann Lee", "Stefan", "The River Post Team"])
def test_name_below_a_label_that_has_a_line_to_itself_is_the_author(label: str, name: str) -> None:
    line = f"<div><p>{label}</p><p>{name}</p></div>"

    assert authors(page(f"{line}{DATE}")) == authors(page(DATE, behind=line)) == (name,)


def test_initials_in_place_of_a_portrait_are_no_author() -> None:
    assert authors(page(DATE, behind="<h4>Author</h4><div>AL</div><div>Ann Lee</div>")) == ("Ann Lee",)


@pytest.mark.parametrize("label", ["Reviewed by", "Edited by:", "Photos:"])
def test_name_below_a_label_that_credits_another_is_no_author(label: str) -> None:
    credit = f'<p>{label}</p><p><a href="/authors/bo-ek">Bo Ek</a></p>'

    assert authors(page(f"{credit}{DATE}<p>By Ann Lee</p>")) == ("Ann Lee",)


def test_reviewer_linked_beside_the_author_is_none() -> None:
    line = 'By <a href="/author/ann-lee">Ann Lee</a>, DVM. Reviewed by <a href="/author/bo-ek">Bo Ek</a>, DVM'

    assert authors(page(f"<div>{line}</div>{DATE}")) == ("Ann Lee",)


def test_name_alone_above_a_job_is_the_author() -> None:
    assert authors(page(f"<div>Ann Lee</div><div>Co-Founder &amp; Marketing Director</div>{DATE}")) == (
        "Ann Lee",
    )


def test_job_in_the_link_to_the_author_is_no_part_of_the_name() -> None:
    link = '<a href="/author/ann-lee"><div>Written by Ann Lee</div><div>Content Coordinator</div></a>'

    assert authors(page(f"{DATE}{link}")) == ("Ann Lee",)


@pytest.mark.parametrize("link", ["View all posts by Ann Lee", "Alle Artikel von Ann Lee"])
def test_link_to_all_that_an_author_wrote_names_the_author(link: str) -> None:
    assert authors(page(f'{DATE}<div><a href="/authors/7">{link}</a></div>')) == ("Ann Lee",)


def test_headings_of_the_page_in_its_contents_are_no_authors() -> None:
    contents = '<ul><li><a href="#frequently-asked-questions">Frequently Asked Questions</a></li></ul>'

    article = split_page(
        page(f"<div>Updated</div>{DATE}{contents}"), url="https://post.example/n/1.html"
    ).article

    assert article is not None
    assert article.authors == ()


def test_items_of_a_menu_below_the_headline_are_no_authors() -> None:
    names = ("River Basics", "Quick Start Guides", "Health Sector", "Small Farms", "Town Events")
    items = "".join(f'<li><a href="/{name.lower().replace(" ", "-")}">{name}</a></li>' for name in names)

    article = split_page(page(f"<ul>{items}</ul>{DATE}"), url="https://post.example/n/1.html").article

    assert article is not None
    assert article.authors == ()


def test_authors_linked_without_a_word_for_by_complete_the_first_of_the_data() -> None:
    names = ("Ann Lee", "Bo Ek", "Zoë Müller")
    linked = ", ".join(f'<a href="/author/{at}">{name}</a>' for at, name in enumerate(names))

    assert authors(page(f"<div>{linked}</div>{DATE}", data="Ann Lee")) == names


def test_longest_of_the_lists_that_meta_elements_give_is_read() -> None:
    head = '<meta name="author" content="Ann Lee">' + "".join(
        f'<meta name="citation_author" content="{name}">' for name in ("Ann Lee", "Bo Ek")
    )

    assert authors(page(DATE, head=head)) == ("Ann Lee", "Bo Ek")


@pytest.mark.parametrize("line", ["By: Bo Ek", '<a href="/author/bo-ek">Bo Ek</a>', "By Bo Ek, Columnist"])
@pytest.mark.parametrize("origin", ["data", "meta"])
def test_person_named_right_below_the_headline_comes_before_who_posted_the_story(
    line: str, origin: str
) -> None:
    head = '<meta name="author" content="Ann Lee">' if origin == "meta" else ""
    html = page(f"{DATE}<p>{line}</p>", head=head, data="Ann Lee" if origin == "data" else None)

    article = split_page(html, url="https://post.example/n/100.html").article

    assert article is not None
    assert (article.authors, article.sources.authors) == (("Bo Ek",), Origin.BYLINE)


@pytest.mark.parametrize("line", ["By A. Lee", "By Lee", "By River Post", "Photos: Bo Ek", "Bo Ek"])
def test_other_form_of_a_name_the_site_and_others_do_not_replace_the_author_of_the_data(line: str) -> None:
    head = '<meta property="og:site_name" content="River Post">'

    assert authors(page(f"<p>{line}</p>{DATE}", head=head, data="Ann Lee"))[0] == "Ann Lee"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("20 Nov 2026 • Ann Lee in Town Affairs", ("Ann Lee",)),
        ("20 Nov 2026 · Ann Lee on behalf of the river group", ("Ann Lee",)),
        ("Written By 20 Nov 2026 · 3 min read", ()),
    ],
)
def test_dated_line_names_its_author_without_section_or_time(line: str, names: tuple[str, ...]) -> None:
    article = split_page(
        page(f'<div class="byline">{line}</div>'), url="https://post.example/n/1.html"
    ).article

    assert article is not None
    assert article.authors == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("This post was written by Ann Lee, Head of Marketing and Community Development.", ("Ann Lee",)),
        ("This article was written by Ann Lee and Bo Ek.", ("Ann Lee", "Bo Ek")),
        ("By Ann Lee, Director of Research and Town Planning", ("Ann Lee",)),
        ("By Ann Lee, reporter, and Bo Ek, editor", ("Ann Lee", "Bo Ek")),
    ],
)
def test_jobs_and_sentences_leave_the_names(line: str, names: tuple[str, ...]) -> None:
    assert signed_names(line) == names


@pytest.mark.parametrize(
    ("language", "line"), [("he", "יום שישי, 20 בנובמבר 2026"), ("ar", "يوم الجمعة، 20 نوفمبر 2026")]
)
def test_weekday_of_two_words_beside_the_date_is_no_author(language: str, line: str) -> None:
    text = "ارتفع منسوب النهر مترين" if language == "ar" else "הנהר עלה בשני מטרים בלילה"
    shown = "".join(f"<p>{text} {number} {text} {text}, {text}.</p>" for number in range(5))
    html = f'<html lang="{language}"><title>{text}</title><main><h1>{text}</h1><p>{line}</p>{shown}</main></html>'

    article = split_page(html.encode(), url="https://post.example/n/1.html").article

    assert article is not None
    assert article.authors == ()


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Reporting by Ann Lee in London and Bo Ek in Paris", ("Ann Lee", "Bo Ek")),
        ("By ANN LEE AND BO EK", ("ANN LEE", "BO EK")),
        ("By JOHN E. SMITH", ("JOHN E. SMITH",)),
        ("Door onze redacteur Ann Lee", ("Ann Lee",)),
        ("Von unserer Korrespondentin Ann Lee", ("Ann Lee",)),
        ("김철수·이영희 기자", ("김철수", "이영희")),
    ],
)
def test_several_names_and_those_behind_their_job_are_read(line: str, names: tuple[str, ...]) -> None:
    assert signed_names(line) == names


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ("<p>ANA LÓPEZ Y JUAN PÉREZ / Madrid</p>", ("ANA LÓPEZ", "JUAN PÉREZ")),
        ("<p>Ana López Periodista</p>", ("Ana López",)),
        ("<p>Ana López (corresponsal)</p>", ("Ana López",)),
        ("<p>القاهرة - أحمد علي</p>", ("أحمد علي",)),
    ],
)
def test_names_alone_above_a_date_are_read_without_job_and_place(lines: str, names: tuple[str, ...]) -> None:
    article = split_page(page(f"{lines}{DATE}"), url="https://post.example/n/1.html").article

    assert article is not None
    assert article.authors == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (
            '<div class="author-byline">Ann Lee <span>Published 10:15 a.m. ET Nov. 20, 2026</span></div>',
            ("Ann Lee",),
        ),
        ("<p>PTI | Nov 20, 2026, 10:15 IST</p>", ("PTI",)),
        ("<p>EFE | Madrid | 20 nov 2026</p>", ("EFE",)),
        (
            '<div><a href="https://substack.com/@annlee">Ann Lee</a> and <a href="/@boek">Bo Ek</a></div>',
            ("Ann Lee", "Bo Ek"),
        ),
        ('<p>20 November 2026</p><p><a href="https://medium.com/@post">Medium</a></p>', ()),
    ],
)
def test_agencies_accounts_and_names_before_the_time_are_read(line: str, names: tuple[str, ...]) -> None:
    article = split_page(page(line), url="https://post.example/n/1.html").article

    assert article is not None
    assert article.authors == names


def test_agency_that_data_name_beside_the_site_is_kept() -> None:
    head = '<meta property="og:site_name" content="River Post">'

    assert authors(page(DATE, head=head, data="River Post with AFP")) == ("River Post", "AFP")
    assert authors(page(DATE, head=head, data="River Post, Lund, Sweden")) == ("River Post",)


@pytest.mark.parametrize(
    "data",
    [
        {"@type": "Person", "givenName": "Ann", "familyName": "Lee"},
        {"@type": "Person", "name": "Ann Lee (Reuters)"},
        {"@type": "Person", "name": "Ann Lee ann.lee@post.example"},
        {"@type": "Person", "name": "Ann Lee <b>Editor</b>"},
    ],
)
def test_name_of_the_data_is_read_from_its_parts_and_without_what_is_added(data: object) -> None:
    assert authors(page(DATE, data=data)) == ("Ann Lee",)


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="dc.creator" content="Lee, Ann">',
        '<meta name="authors" content="Ann Lee">',
        '<meta name="twitter:label1" content="Written by"><meta name="twitter:data1" content="Ann Lee">',
        '<meta name="twitter:label1" content="Est. reading time"><meta name="twitter:data1" content="3 minutes">'
        '<meta name="twitter:label2" content="Verfasst von"><meta name="twitter:data2" content="Ann Lee">',
    ],
)
def test_author_in_less_common_meta_elements_is_read(head: str) -> None:
    assert authors(page(DATE, head=head)) == ("Ann Lee",)


@pytest.mark.parametrize(
    "lines",
    [
        "<div>Ann Lee</div><div>Bo Ek</div>",
        '<div><a href="/staff/ann-lee">Ann Lee</a></div><div><a href="/staff/bo-ek">Bo Ek</a></div>',
    ],
)
def test_authors_on_lines_of_their_own_above_a_date_are_all_read(lines: str) -> None:
    assert authors(page(f"<div>{lines}</div>{DATE}")) == ("Ann Lee", "Bo Ek")


def test_name_is_told_from_the_job_that_only_its_style_sets_apart() -> None:
    assert authors(page(f"<div><span>Ann Lee</span><span>River Radio journalist</span></div>{DATE}")) == (
        "Ann Lee",
    )


@pytest.mark.parametrize(
    "behind",
    [
        "<div><h4>Ann Lee</h4><p>Ann Lee covers rivers and towns for the paper.</p></div>",
        "<div><h3>About the author</h3><p>Ann Lee is interested in rivers and towns.</p></div>",
        "<div><h3>Über die Autorin</h3><h4>Ann Lee</h4><p>Geboren in Lund.</p></div>",
        "<p>Contact Ann Lee at ann.lee@post.example or by phone.</p>",
    ],
)
def test_author_of_whom_lines_behind_the_text_tell_is_read(behind: str) -> None:
    article = split_page(page(DATE, behind=behind), url="https://post.example/n/1.html").article

    assert article is not None
    assert article.authors == ("Ann Lee",)


@pytest.mark.parametrize(
    "line", ["Ann Lund is the director of the museum.", "Old Bridge covers the river at Lund."]
)
def test_last_sentence_of_a_text_on_somebody_names_no_author(line: str) -> None:
    text = page(DATE).replace(b"</p></div>", f"</p><p>{line}</p></div>".encode())

    article = split_page(text, url="https://post.example/n/1.html").article

    assert article is not None
    assert article.authors == ()


def test_credit_of_an_editor_between_byline_and_text_is_no_part_of_the_text() -> None:
    assert authors(page(f"<p>Reporting: Ann Lee</p><p>Editing: Bo Ek</p>{DATE}")) == ("Ann Lee",)
