"""Headlines of pages whose titles name but the site."""

import pytest

from archiver.items import Article, Origin
from archiver.parsers import split_page

TITLE = "Ferry runs again after three weeks of repairs"
TEXT = [
    "The ferry between the two banks runs again since Friday morning, three weeks after its engine had broken down.",
    "The yard in the next town had to cast a new part for it, as nobody makes such engines any more, the council said.",
    "Until the bridge is open again in the spring, the ferry carries some four hundred people on every working day.",
    "Tickets cost as much as before the repairs; whoever has one for the buses of the town may cross without another.",
    "The ferryman asks all passengers to have their money counted, since the machine at the landing is still broken.",
]
MENU = "".join(
    f'<td><a href="/{name.lower()}">{name}</a></td>' for name in ("Home", "Town", "Sport", "Contact")
)
URL = "http://www.riverwatch.example/show.php?id=512"


def read(
    above: str, *, head: str = "<title>River Watch - news from the valley</title>", url: str = URL
) -> Article | None:
    """The article of an old page: its menu, what stands above the text, and the text."""
    cells = "".join(f"<tr><td>{text}</td></tr>" for text in TEXT)
    html = f"""<html lang="en"><head>{head}</head><body><table><tr>{MENU}</tr></table>
        <table>{above}{cells}</table></body></html>"""
    return split_page(html.encode(), url=url).article


@pytest.mark.parametrize(
    "above",
    [
        f"<tr><td><font size=4><b>{TITLE}</b></font></td></tr>",
        f'<tr><td class="article_title">{TITLE}</td></tr><tr><td>Friday, 20 November 2026</td></tr>',
        f"<tr><td><h3>{TITLE}</h3></td></tr><tr><td>By Ann Lee</td></tr>",
        f"<tr><td>{TITLE}</td></tr><tr><td>20.11.2026 10:42 | Views: 512</td></tr>",
        f'<tr><td><a href="show.php?id=512"><b>{TITLE}</b></a></td></tr>',
    ],
)
@pytest.mark.parametrize(
    "head",
    [
        "<title>River Watch - news from the valley</title>",
        "<title>New Page 1</title>",
        "",
        '<meta property="og:title" content="River Watch"><title>River Watch</title>',
    ],
)
def test_line_above_the_text_is_the_headline_where_the_titles_name_but_the_site(
    above: str, head: str
) -> None:
    article = read(above, head=head, url="http://www.riverwatch.example/show.php?id=512&d=2026-11-20")

    assert article is not None
    assert article.headline == TITLE
    assert article.sources.headline is Origin.TEXT
    assert article.body.split("\n\n") == TEXT


def test_sentence_above_the_text_is_no_headline() -> None:
    head, intro = "<title>Boats cross anew after quarrel</title>", '<div class="intro">The ferry runs.</div>'

    article = read(f"</table>{intro}<table>", head=head, url=f"{URL}&d=2026-11-20")

    assert article is not None
    assert article.headline == "Boats cross anew after quarrel"


def test_title_of_the_page_that_tells_of_its_text_is_kept() -> None:
    head = "<title>Ferry runs again</title>"

    article = read(
        "<tr><td><b>Three weeks of repairs on the river</b></td></tr>", head=head, url=f"{URL}&d=2026-11-20"
    )

    assert article is not None
    assert article.headline == "Ferry runs again"


@pytest.mark.parametrize(
    "url", ["http://riverwatch.example/n/2026/11/9/512", "http://riverwatch.example/n?id=5&date=20261109"]
)
def test_address_gives_the_day_also_in_short_and_as_a_parameter(url: str) -> None:
    article = read(f"<tr><td><h1>{TITLE}</h1></td></tr>", url=url)

    assert article is not None
    assert article.date_published is not None
    assert article.date_published.date().isoformat() == "2026-11-09"


def test_heading_below_that_of_a_section_is_the_headline_where_the_title_names_the_section() -> None:
    above = f"<tr><td><h3>Home - News from the valley</h3></td></tr><tr><td><h5>{TITLE}</h5></td></tr>"
    dated = "<tr><td>Published: 2026-11-20 Source: River Watch</td></tr>"
    article = read(above + dated, head="<title>News from the valley--River Watch</title>")

    assert article is not None
    assert article.headline == TITLE


def test_heading_far_above_the_text_is_the_headline_where_the_address_spells_it() -> None:
    steps = "".join(f"<tr><td>Step {number}</td></tr>" for number in range(12))
    url = "http://www.riverwatch.example/2026/11/20/ferry-runs-again-after-three-weeks-of-repairs/"
    article = read(
        f"<tr><td><h2>{TITLE}</h2></td></tr>{steps}", head="<title>riverwatch.example</title>", url=url
    )

    assert article is not None
    assert article.headline == TITLE
