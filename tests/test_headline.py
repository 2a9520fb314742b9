"""The headline of a story: which of a page's titles is it, and without what."""

from html import escape

import pytest

from archiver.items import Origin
from archiver.parsers import split_page

TEXT = "".join(
    f"<p>Paragraph {number} tells at some length what the river did to the town on that day, street by street.</p>"
    for number in ("one", "two", "three", "four", "five")
)
URL = "https://www.riverpost.example/2026/11/20/flood-closes-bridge"


def page(*, h1: str = "", title: str = "", data: str = "", below: str = "", **meta: str) -> bytes:
    """A story with these titles, and something below its heading.

    data are members of its JSON-LD object besides @type, meta names have _ for :.
    """
    metas = "".join(
        f'<meta property="{key.replace("_", ":", 1)}" content="{escape(value)}">'
        for key, value in meta.items()
    )
    ld = f'<script type="application/ld+json">{{"@type": {data}}}</script>' if data else ""
    heading = f"<h1>{h1}</h1>" if h1 else ""
    return (
        f'<html lang="en"><head><title>{title}</title>{metas}{ld}</head>'
        f"<body><article>{heading}{below}{TEXT}</article></body></html>"
    ).encode()


def headline(html: bytes) -> tuple[str, Origin | None]:
    article = split_page(html, url=URL).article
    assert article is not None
    return article.headline, article.sources.headline


def test_heading_is_the_headline_of_a_blog_and_says_so() -> None:
    html = page(h1="Flood closes the old bridge", title="Old bridge closed: flood guide | River Post")

    assert headline(html) == ("Flood closes the old bridge", Origin.H1)


def test_headline_that_the_data_cut_within_a_word_is_taken_whole_from_the_title() -> None:
    whole = "Flood closes the old bridge and the street beside it until the river falls below two metres"
    html = page(
        title=f"{whole} | River Post",
        data=f'"NewsArticle", "headline": "{whole[:73]}"',
        below=f"<h2>{whole}</h2>",
    )

    assert headline(html)[0] == whole


def test_heading_that_links_the_first_page_names_the_site() -> None:
    html = page(
        h1='<a href="https://www.riverpost.example/">Notes from the bank</a>',
        title="Notes from the bank: Flood closes the old bridge",
        below="<h3>Flood closes the old bridge</h3>",
        og_title="Flood closes the old bridge",
    )

    assert headline(html)[0] == "Flood closes the old bridge"


@pytest.mark.parametrize("mark", ["#", "¶", "§"])
def test_mark_that_links_a_heading_to_itself_is_no_part_of_it(mark: str) -> None:
    heading = f'<h2 id="next">What comes next <a class="anchor" href="#next">{mark}</a></h2>'
    html = page(h1="Flood closes the old bridge", title="Flood closes the old bridge").replace(
        b"<p>Paragraph three", f"{heading}<p>Paragraph three".encode()
    )

    article = split_page(html, url=URL).article

    assert article is not None
    assert article.body.split("\n\n")[2] == "What comes next"


@pytest.mark.parametrize("mark", ["|", "-", "–", "—", "·", "«", "::", "│", "ㅣ", "丨"])
def test_site_s_name_is_no_part_of_the_title(mark: str) -> None:
    html = page(title=f"Flood closes the old bridge {mark} River Post", og_site_name="River Post")

    assert headline(html) == ("Flood closes the old bridge", Origin.TITLE)


def test_site_s_name_in_a_heading_is_no_headline_though_its_address_writes_it_as_one_word() -> None:
    html = page(h1="River Post", title="Flood closes the old bridge", og_title="Flood closes the old bridge")

    assert headline(html) == ("Flood closes the old bridge", Origin.META)


def test_newsroom_s_own_headline_wins_where_it_stands_alone() -> None:
    html = page(
        h1="Bridge closed: all you need to know",
        title="Bridge closed: all you need to know",
        og_title="Bridge closed: all you need to know",
        data='"NewsArticle", "headline": "River town: Flood closes the old bridge"',
    )

    assert headline(html) == ("River town: Flood closes the old bridge", Origin.JSON_LD)


def test_heading_that_is_shared_wins_over_data_that_repeat_the_title_for_search_engines() -> None:
    html = page(
        h1="Flood closes the old bridge",
        title="Old bridge closed: what to know - River Post",
        og_title="Flood closes the old bridge",
        data='"NewsArticle", "headline": "Old bridge closed: what to know"',
    )

    assert headline(html) == ("Flood closes the old bridge", Origin.H1)


def test_title_written_for_sharing_wins_where_one_text_fills_all_other_places() -> None:
    everywhere = "Live from town: Flood closes the old bridge"
    html = page(
        h1=everywhere,
        title=f"{everywhere} - River Post",
        og_title="Flood closes the old bridge",
        twitter_title=everywhere,
        data=f'"NewsArticle", "headline": "{everywhere}"',
    )

    assert headline(html) == ("Flood closes the old bridge", Origin.META)


def test_headline_that_the_data_cut_is_taken_whole_from_the_page() -> None:
    whole = "Flood closes the old bridge and the street beside it until the river falls below two metres"
    html = page(h1=whole, data=f'"NewsArticle", "headline": "{whole[:60]}…"')

    assert headline(html)[0] == whole


@pytest.mark.parametrize(
    "text", ["Flood &amp;amp; storm close the old bridge", "Flood &amp;#38; storm close the old bridge"]
)
def test_entities_escaped_twice_are_read(text: str) -> None:
    html = page(title="x", data=f'"NewsArticle", "headline": "{text}"')

    assert headline(html)[0] == "Flood & storm close the old bridge"


def test_date_above_the_title_in_its_heading_is_no_part_of_it() -> None:
    html = page(
        h1="<div>20 November 2026</div><div>Flood closes the old bridge</div>",
        title="Flood closes the old bridge",
    )

    assert headline(html) == ("Flood closes the old bridge", Origin.H1)


def test_heading_wins_over_data_that_repeat_the_title_also_where_a_third_one_is_shared() -> None:
    html = page(
        h1="Flood closes the old bridge",
        title="Old bridge closed: what to know",
        og_title="The night the river took the railing",
        data='"NewsArticle", "headline": "Old bridge closed: what to know"',
    )

    assert headline(html) == ("Flood closes the old bridge", Origin.H1)


def test_of_two_headings_the_one_that_is_shared_is_the_headline() -> None:
    html = page(
        h1="Old bridge closed: what to know</h1><h1>Flood closes the old bridge",
        title="Old bridge closed: what to know",
        og_title="Flood closes the old bridge",
        data='"NewsArticle", "headline": "Old bridge closed: what to know"',
    )

    assert headline(html) == ("Flood closes the old bridge", Origin.H1)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("How we closed the old bridge", "how-we-closed-the-old-bridge"),
        ("Søskenbarna går på ski", "soeskenbarna-gaar-paa-ski"),
        ("L'été à la mer", "lete-a-la-mer"),
        ("Überfall auf die Bank", "ueberfall-auf-die-bank"),
    ],
)
def test_title_that_the_address_spells_wins_over_a_heading_in_other_words(title: str, name: str) -> None:
    html = page(
        h1="Call the council today", title=f"{title} | River Post", og_title=title, og_site_name="River Post"
    )
    article = split_page(html, url=f"https://www.riverpost.example/guides/{name}").article

    assert article is not None
    assert (article.headline, article.sources.headline) == (title, Origin.META)


def test_heading_that_the_address_spells_too_is_kept() -> None:
    html = page(
        h1="How we closed the old bridge in one night",
        title="How we closed the old bridge",
        og_title="How we closed the old bridge",
    )
    article = split_page(html, url="https://www.riverpost.example/how-we-closed-the-old-bridge").article

    assert article is not None
    assert article.headline == "How we closed the old bridge in one night"


def test_kicker_joined_by_a_dash_in_the_data_is_joined_as_two_other_titles_do() -> None:
    html = page(
        h1="Flood closes the old bridge",
        title="River town: Flood closes the old bridge - River Post",
        og_title="River town: Flood closes the old bridge",
        data='"NewsArticle", "headline": "River town - Flood closes the old bridge"',
    )

    assert headline(html) == ("River town: Flood closes the old bridge", Origin.META)


def test_heading_in_two_lines_is_kept_whole_where_the_page_states_it_so() -> None:
    html = page(
        h1="<div>Floods for beginners</div><div>Floods 101</div>",
        title="River Post | Floods 101",
        og_title="Floods for beginners Floods 101",
        og_site_name="River Post",
    )

    assert headline(html) == ("Floods for beginners Floods 101", Origin.H1)


@pytest.mark.parametrize("mark", [" ‹ ", "_", "-", " › ", " - Town - ", "（", " » Town » "])
@pytest.mark.parametrize("tag", ["h2", "h3", 'div class="title"'])
def test_title_ends_where_the_heading_that_shows_it_does(mark: str, tag: str) -> None:
    heading = f"<{tag}>Flood closes the old bridge</{tag.split(maxsplit=1)[0]}>"
    html = page(title=f"Flood closes the old bridge{mark}Weekly of the town", below=heading)

    assert headline(html) == ("Flood closes the old bridge", Origin.TITLE)


def test_site_before_the_title_is_told_from_it_by_the_heading_too() -> None:
    html = page(
        title="Weekly of the town | Flood closes the old bridge",
        below='<h2><a href="/2026/11/20/flood-closes-bridge">Flood closes the old bridge</a></h2>',
    )

    assert headline(html)[0] == "Flood closes the old bridge"


@pytest.mark.parametrize(
    "title", ["Flood closes the old bridge", "Flood closes the old bridge › Town and river weekly"]
)
def test_only_h1_that_names_the_site_gives_way_to_the_heading_that_the_title_names(title: str) -> None:
    html = page(h1="Town and river weekly", title=title, below="<h2>Flood closes the old bridge</h2>")

    assert headline(html)[0] == "Flood closes the old bridge"


def test_only_h1_is_kept_where_the_title_is_a_heading_above_it() -> None:
    html = page(h1="Flood closes the old bridge", title="Town and river weekly").replace(
        b"<article>", b"<h2>Town and river weekly</h2><article>"
    )

    assert headline(html)[0] == "Flood closes the old bridge"


@pytest.mark.parametrize("added", ["Nov 20 {}", "KNOWHOW {}", "{} Subscribe"])
def test_what_a_heading_adds_to_the_title_is_no_part_of_it(added: str) -> None:
    title = "Flood closes the old bridge"

    assert headline(page(h1=added.format(title), title=title))[0] == title


@pytest.mark.parametrize(
    "h1",
    [
        '<span class="kicker">Weather</span> {}',
        '<span class="kicker">Weather:</span> {}',
        '<span class="badge">Premium</span>{}',
        "<span>Live</span> {}",
        '<i class="icon">▶</i> {}',
        '{} <a href="#comments">12 comments</a>',
    ],
)
def test_element_of_a_heading_that_the_title_lacks_is_no_part_of_it(h1: str) -> None:
    title = "Flood closes the old bridge"

    assert headline(page(h1=h1.format(title), title=f"{title} - River Post"))[0] == title


def test_quotation_mark_in_an_element_of_its_own_is_part_of_the_title() -> None:
    html = page(
        h1="<span>“</span>It will be green again” says the mill’s keeper", title="Green again - River Post"
    )

    assert headline(html)[0] == "“It will be green again” says the mill’s keeper"


def test_element_of_a_heading_that_the_title_has_too_is_part_of_it() -> None:
    html = page(
        h1='<span class="kicker">Weather:</span> Flood closes the old bridge',
        title="Weather: Flood closes the old bridge - River Post",
    )

    assert headline(html)[0] == "Weather: Flood closes the old bridge"


def test_byline_in_a_heading_is_no_part_of_the_title() -> None:
    html = page(
        h1="<div>Flood closes the old bridge</div><div>By Ann Lee</div>",
        title="Flood closes the old bridge (with pictures)",
    )

    assert headline(html)[0] == "Flood closes the old bridge"


@pytest.mark.parametrize("text", ["-5 degrees on the coast", "–5 Grad an der Küste", "−5 Grad an der Küste"])
def test_number_below_nothing_keeps_its_sign(text: str) -> None:
    data = f'"NewsArticle", "headline": "{text}"'

    assert headline(page(h1=text, title=f"{text} - River Post", data=data))[0] == text


@pytest.mark.parametrize("stated", ["{} | City", "{} | City | River Post", "{}｜City"])
def test_section_behind_a_bar_in_the_data_is_no_part_of_the_heading(stated: str) -> None:
    own = "Flood closes the old bridge"
    html = page(
        h1=own,
        title=f"{stated.format(own)} | River Post",
        data=f'"NewsArticle", "headline": "{stated.format(own)}"',
        og_title=stated.format(own),
        og_site_name="River Post",
    )

    assert headline(html) == (own, Origin.H1)
    assert headline(page(h1=own, data=f'"NewsArticle", "headline": "City | {own}"'))[0] == f"City | {own}"


@pytest.mark.parametrize("path", ['<ol class="breadcrumbs"><li>{}</li></ol>', "<nav>{}</nav>"])
def test_title_that_a_heading_below_the_path_to_the_page_shares_is_the_headline(path: str) -> None:
    crumb = path.format("<h1>River: The flood that closes the old bridge</h1>")
    html = page(
        title="River: The flood that closes the old bridge | River Post",
        below=f"{crumb}<h2>River: Flood closes the old bridge</h2><p>20 November 2026</p>",
        og_title="River: Flood closes the old bridge",
    )

    article = split_page(html, url=URL).article

    assert article is not None
    assert article.headline == "River: Flood closes the old bridge"
    assert article.headline not in article.body


def test_heading_that_links_another_page_is_its_section() -> None:
    html = page(
        h1='<a href="/bank/">The Bank: Your notes from the river</a>',
        title="Why is the bridge shut? - The Bank",
        below="<h2>The long night that closed our old bridge</h2>",
        og_title="The long night that closed our old bridge",
    )

    assert headline(html)[0] == "The long night that closed our old bridge"


def test_heading_is_the_headline_without_what_stands_beside_it_in_its_box() -> None:
    box = "<h1>Flood closes the old bridge</h1><h3>Are the council's engineers to blame?</h3>"

    assert headline(
        page(
            below=f'<div class="headline">{box}</div>',
            title="Flood closes the old bridge, and the council's engineers are to blame",
        )
    )[0] == ("Flood closes the old bridge")


def test_topic_in_an_element_of_its_own_is_no_part_of_a_heading() -> None:
    html = page(
        h1='<span class="category">Topic rivers </span>More water than ever below the bridge',
        title="River Post | Water below the bridge",
    )

    assert headline(html)[0] == "More water than ever below the bridge"


def test_heading_of_two_lines_is_the_headline_only_as_far_as_it_is_shared() -> None:
    html = page(
        h1="Flood closes the old bridge.<br>The mayor goes to see the broken railing on Friday.",
        title="River Post",
        og_title="Flood closes the old bridge.",
    )

    assert headline(html)[0] == "Flood closes the old bridge."


def test_heading_that_holds_a_paragraph_is_the_headline() -> None:
    html = page(h1="<p>Flood closes the old bridge for good</p>", title="Flood closes bridge")

    assert headline(html) == ("Flood closes the old bridge for good", Origin.H1)


def test_space_parts_a_title_from_its_site_where_words_have_none_between_them() -> None:
    html = page(
        title="洪水冲毁老桥护栏市民周末绕行 河滨报社",
        below='<div class="title">洪水冲毁老桥护栏市民周末绕行</div><div>来源：河滨报社</div>',
    )

    assert headline(html)[0] == "洪水冲毁老桥护栏市民周末绕行"


def test_site_behind_a_dash_without_space_is_no_part_of_the_title() -> None:
    html = page(
        h1="What the town says of its closed bridge",
        title="Old bridge closed: what to know- River Post",
        data='"NewsArticle", "headline": "Old bridge closed: what to know", "publisher": {"name": "River Post"}',
        og_title="What the river did to the old bridge",
    )

    assert headline(html)[0] == "What the town says of its closed bridge"


@pytest.mark.parametrize("number", [" (1/2)", "（2/3）"])
def test_number_of_a_page_is_no_part_of_the_headline(number: str) -> None:
    html = page(h1=f"Flood closes the old bridge{number}", title="Flood closes the old bridge")

    assert headline(html)[0] == "Flood closes the old bridge"


@pytest.mark.parametrize(
    "below",
    [
        "<p><b>Council of the old town<br>Decision on the closing<br>Of the bridge at the mill</b></p>",
        "<h1>News and events</h1><h2>Council of the old town</h2><h2>Decision on the closing</h2>"
        "<h2>Of the bridge at the mill</h2>",
    ],
)
def test_headline_may_be_set_over_several_lines(below: str) -> None:
    title = "Council of the old town: decision on the closing of the bridge at the mill"
    html = page(below=below, title=f"{title}_River Post_Town")
    article = split_page(html, url=URL).article

    assert article is not None
    assert article.headline == title
    assert article.body.startswith("Paragraph one tells")


def test_two_lines_that_name_the_site_are_no_headline() -> None:
    below = (
        "<header><div>Friends of the River</div><div>in the old town</div></header><ul><li>News</li><li>Town</li></ul>"
        "<h2>Flood closes the old bridge</h2>"
    )
    html = page(below=below, title="Friends of the River in the old town - Flood closes the old bridge")

    assert headline(html)[0] == "Flood closes the old bridge"
