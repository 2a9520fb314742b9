"""What stands beside a story's title in its heading and in the titles that its page states."""

import html

import pytest

from archiver.parsers import split_page

TITLE = "Flood closes the old bridge for the weekend"
TEXT = "".join(
    f"<p>{line}</p>"
    for line in (
        "The river rose by two metres on Friday night and took the railing of the old bridge with it.",
        "The council closed the bridge for the weekend and asked drivers to take the ring road instead.",
        "Engineers will look at the piers on Monday, when the water is expected to be lower again.",
    )
)


def headline(heading: str, *, title: str, shared: str = "", above: str = "", site: str = "River Post") -> str:
    head = f'<meta property="og:title" content="{shared}">' if shared else ""
    named = f'<meta property="og:site_name" content="{site}">' if site else ""
    page = (
        f'<html lang="en"><head><title>{title}</title>{head}{named}</head><body><header>{above}</header><article>'
        f"{heading}<p>20 November 2026</p>{TEXT}</article></body></html>"
    )
    article = split_page(page.encode(), url="https://riverpost.example/news/100.html").article
    assert article is not None
    return article.headline


@pytest.mark.parametrize("site", ["River Post", ""])
@pytest.mark.parametrize("mark", [" | ", " – ", " / ", "_", "--", " ~ ", " ‹ "])
def test_name_of_the_site_behind_any_mark_is_no_part_of_a_title(site: str, mark: str) -> None:
    named = f"{TITLE}{mark}River Post"

    assert headline(f"<h1>{named}</h1>", title=named, site=site) == TITLE
    assert headline("", title=named, shared=named, site=site) == TITLE


@pytest.mark.parametrize("mark", ["&lt;", "&gt;", "|", "–", "»", "·"])
def test_heading_that_is_but_a_mark_is_a_title_like_any_other(mark: str) -> None:
    assert headline(f"<h1>{mark}</h1>", title=TITLE) in (TITLE, html.unescape(mark))


def test_words_of_the_site_s_name_within_a_title_stay() -> None:
    title = "Keepers of the River Post: how two sisters saved a paper"

    assert headline(f"<h1>{title}</h1>", title=f"{title} - River Post", shared=title) == title


def test_title_of_the_tab_in_a_heading_gives_way_to_that_in_another_one() -> None:
    tab = f"{TITLE} | Town | River Clinic"

    assert headline(f'<h1 class="sr-only">{tab}</h1><h2>{TITLE}</h2>', title=tab) == TITLE


@pytest.mark.parametrize(
    "heading",
    [
        f'<h1>{TITLE}<span class="subtitle">Town hall asks drivers to take the ring road</span></h1>',
        f'<h1><a href="/n/100">{TITLE}</a> <span>(post.example)</span><span>87</span></h1>',
    ],
)
def test_subtitle_source_and_count_in_a_heading_are_no_part_of_its_title(heading: str) -> None:
    assert headline(heading, title=f"{TITLE} - River Post", shared=TITLE) == TITLE


def test_name_of_a_blog_that_begins_the_title_gives_way_to_the_heading_below() -> None:
    heading = f'<h3 class="post-title">{TITLE}</h3>'

    assert (
        headline(heading, title=f"My River Blog: {TITLE}", above="<h1>My River Blog</h1>", site="") == TITLE
    )


def test_heading_that_tells_what_a_story_is_about_is_no_title() -> None:
    about = (
        "Learn "
        + "how floods close bridges and what drivers can do about it on such days, " * 3
        + "step by step."
    )

    assert headline(f"<h1>{about}</h1>", title=f"{TITLE} | River Post", shared=TITLE) == TITLE


def test_date_below_a_title_that_names_it_is_no_headline() -> None:
    title = f"{TITLE} - 20 November 2026"

    assert headline("", title=f"{title} - River Post") == title
