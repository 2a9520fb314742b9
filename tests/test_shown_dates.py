"""The day of a story where the page shows it in its lines: which of them is it, and what may stand far off."""

import html
import json
from datetime import UTC, datetime

import pytest

from archiver.items import Article, Origin, Precision
from archiver.parsers import split_page

TEXT = "".join(
    f"<p>Paragraph {number} tells at some length what the river did to the town on that day, street by street.</p>"
    for number in ("one", "two", "three", "four", "five")
)
URL = "https://www.riverpost.example/flood-closes-bridge"
PUBLISHED = datetime(2026, 11, 20, tzinfo=UTC)


def story(
    *, head: str = "", above: str = "", below: str = "", after: str = "", lang: str = "en", url: str = URL
) -> Article:
    page = (
        f'<html lang="{lang}"><head>{head}</head><body>{above}<article><h1>Flood closes the old bridge</h1>'
        f"{below}{TEXT}</article>{after}</body></html>"
    )
    article = split_page(page.encode(), url=url, fetched=datetime(2026, 11, 22, tzinfo=UTC)).article
    assert article is not None
    return article


def test_date_told_in_passing_gives_way_to_one_that_stands_for_itself() -> None:
    line = "<p>Soldiers near the old bridge of the town, 24 April 2024</p>"
    stated = '<meta property="article:published_time" content="2026-11-20">'

    assert story(below=line).date_published == datetime(2024, 4, 24, tzinfo=UTC)
    assert story(below=line, after="<p>Date 20 November 2026</p>").date_published == PUBLISHED
    assert story(head=stated, below=line).date_published == PUBLISHED


def test_date_before_a_long_byline_is_the_story_s_rather_than_that_of_a_teaser_above() -> None:
    line = "11/20/2026 by Ann Lee, Representative of the Candidates to the Liaison Committee of the Society"

    assert story(above="<p>11/16/2026</p>", below=f"<p>{line}</p>").date_published == PUBLISHED


@pytest.mark.parametrize(
    "label", ["<p>Published</p><p>20 November 2026</p>", "<p>Last updated: 20 November 2026</p>"]
)
def test_one_labelled_date_far_from_the_text_is_the_story_s(label: str) -> None:
    far = "".join(f'<li><a href="/{number}">Part {number}</a></li>' for number in range(40))

    assert story(after=far + label).date_published == PUBLISHED
    assert story(after=far + label + label.replace("20 ", "19 ")).date_published is None


def test_data_escaped_as_a_whole_are_read() -> None:
    stated = json.dumps({"@type": "BlogPosting", "datePublished": "2026-11-20T08:00:00+01:00"})
    article = story(head=f'<script type="application/ld+json">{html.escape(stated)}</script>')

    assert article.sources.date_published is Origin.JSON_LD


def test_date_behind_a_mere_label_far_from_the_text_counts_once_however_often_it_stands() -> None:
    far = "".join(f'<li><a href="/{number}">Part {number}</a></li>' for number in range(40))

    assert story(after=far + 2 * "<li>Date 20.11.2026</li>").date_published == PUBLISHED


def test_date_that_heads_the_text_before_a_dash_is_the_story_s() -> None:
    assert story().date_published is None
    lead = (
        "<p>Nov. 20, 2026 -- The river rose in the night and took the railing of the old bridge with it.</p>"
    )
    assert story(below=lead).date_published == PUBLISHED


def test_date_in_a_long_list_of_what_belongs_to_a_story_counts_where_it_is_called_that_of_publication() -> (
    None
):
    tags = ", ".join(f"river matter number {number}" for number in range(9))
    comment = "<div><p>21 November 2026</p></div>"

    assert (
        story(after=f"<p>Author Ann Lee Published 20 November 2026 in {tags}</p>{comment}").date_published
        == PUBLISHED
    )


def test_date_above_the_text_counts_however_much_stands_between_it_and_the_headline() -> None:
    between = "".join(f'<li><a href="/{number}">Part {number}</a></li>' for number in range(20))

    assert story(below=f"<ul>{between}</ul><p>20 November 2026</p>").date_published == PUBLISHED


@pytest.mark.parametrize("names", ["post category-media", "media"])
def test_date_in_a_box_of_media_is_no_caption_s(names: str) -> None:
    line = f'<div class="{names}"><p>Published 20 November 2026</p></div>'

    assert story(below=line).date_published == PUBLISHED


def test_section_may_stand_between_year_and_month_of_an_address() -> None:
    page = f"<html><body><article><h1>Flood closes the old bridge</h1>{TEXT}</article></body></html>"
    article = split_page(
        page.encode(), url="https://www.riverpost.example/2026/TOWN/11/20/flood/index.html"
    ).article

    assert article is not None
    assert article.date_published == PUBLISHED


@pytest.mark.parametrize(
    "line",
    [
        "20.11.2026 | 8:12 | Updated 10:40",
        "20 November 2026, 8:12 - Last updated 10:40",
        "20/11/2026 8:12, updated at 10:40",
    ],
)
def test_time_of_an_update_behind_the_day_leaves_the_day_the_story_s(line: str) -> None:
    link = '<a href="/x/ferry-runs-again-after-repairs">Ferry runs again</a>'
    other = f'<div class="box">{link} <span>18.11.2026</span></div>'

    article = story(above=f"<div>{line}</div>", after=other)

    assert article.date_published is not None
    assert article.date_published.date() == PUBLISHED.date()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('By Ann Lee, <time datetime="{}">November 20, 2026</time>', "2026-11-20T20:56:00-05:00"),
        ('<time datetime="{}">November 20, 2026 8:56 pm</time>', "2026-11-20T20:56:00-05:00"),
        ('Updated <time datetime="{}">20.11.2026</time>', "2026-11-20T20:56:00-05:00"),
    ],
)
@pytest.mark.parametrize("given", ["2026-11-20T20:56:00-05:00", "2026-11-21T01:56:00Z"])
def test_time_element_of_a_line_gives_the_moment_of_the_date_that_it_shows(
    line: str, expected: str, given: str
) -> None:
    article = story(below=f"<p>{line.format(given)}</p>")

    assert article.date_published == datetime.fromisoformat(expected)
    assert article.sources.date_published is Origin.TIME
    assert article.sources.date_published_precision is Precision.MOMENT


def test_time_that_is_shown_in_another_zone_keeps_the_zone_of_its_readers() -> None:
    article = story(below='<p><time datetime="2026-11-21T01:56:20Z">November 20, 2026 8:56 pm</time></p>')

    assert article.date_published is not None
    assert article.date_published.isoformat() == "2026-11-20T20:56:20-05:00"


@pytest.mark.parametrize(
    "line",
    [
        'Posted on <time datetime="2026-11-20T13:44:00-05:00">November 20, 2026</time> by <a>Ann Lee</a> and '
        "<a>Bo Ek Larsen</a> <span>2 Comments</span> <span>3 min read</span>",
        "By Ann Lee Larsen and Bo Ek Hansen <span>20 November 2026, 13:44</span> <span>Reading time: 3 min.</span>",
    ],
)
@pytest.mark.parametrize("box", ['<div class="related-posts">', '<aside class="sidebar">', "<nav>"])
def test_line_with_several_authors_dates_a_story_rather_than_the_cards_of_others(line: str, box: str) -> None:
    cards = (
        f'{box}<h4><a href="/s">Ferry runs again</a></h4><time datetime="2026-11-22T09:00:00Z">Sunday</time>'
    )

    dated = story(below=f"<p>{line}</p>", after=cards).date_published

    assert dated is not None
    assert (dated.date(), dated.hour, dated.minute) == (PUBLISHED.date(), 13, 44)
    assert story(after=cards).date_published is None


def test_date_without_zone_has_that_of_the_page_s_other_dates() -> None:
    updated = '<meta property="article:modified_time" content="2026-11-21T09:00:00+01:00">'
    line = "<p>20.11.2026, 10:26 Uhr</p>"

    assert story(head=updated, below=line).date_published == datetime.fromisoformat("2026-11-20T10:26+01:00")
    assert story(below=line).date_published == datetime.fromisoformat("2026-11-20T10:26+00:00")


def test_day_is_the_same_whatever_zone_it_is_given_in() -> None:
    stated = '<meta property="article:published_time" content="2026-11-20T00:00:00+09:00">'
    article = story(head=stated)

    assert article.date_published == PUBLISHED
    assert article.sources.date_published_precision is Precision.DAY


def test_clock_at_the_end_of_time_is_no_error() -> None:
    page = f"<html><body><h1>Flood</h1><p>20 November 2026</p>{TEXT}</body></html>".encode()

    found = split_page(page, url=URL, fetched=datetime.max.replace(tzinfo=UTC)).article

    assert found is not None
    assert found.date_published == PUBLISHED


IN_NUMBERS = "<p>03/10/2026</p>"
OF_OCTOBER, OF_MARCH = datetime(2026, 10, 3, tzinfo=UTC), datetime(2026, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "page",
    [
        {"url": "https://www.riverpost.co.uk/flood-closes-bridge"},
        {"url": "https://www.riverpost.com.au/flood-closes-bridge", "lang": "en-US"},
        {"url": "https://www.riverpost.example/2026/oct/03/flood"},
        {"url": "https://www.riverpost.example/2026/October/3/flood"},
        {"after": "<p>27/09/2026</p>"},
        {"after": "<p>Posted on 27-09-2026</p>"},
        {"lang": "en-GB"},
        {"head": '<meta property="og:locale" content="en_IE">'},
    ],
)
def test_english_page_puts_the_day_first_where_its_country_or_its_other_dates_say_so(
    page: dict[str, str],
) -> None:
    assert story(below=IN_NUMBERS, **page).date_published == OF_OCTOBER


@pytest.mark.parametrize(
    "page",
    [
        {},
        {"lang": "en-US", "head": '<meta property="og:locale" content="en_GB">'},
        {"url": "https://www.riverpost.co.uk/2026/mar/10/flood"},
        {"url": "https://www.riverpost.co.uk/flood-closes-bridge", "after": "<p>09/27/2026</p>"},
        {"url": "https://[riverpost/flood"},
    ],
)
def test_english_page_puts_the_month_first_otherwise(page: dict[str, str]) -> None:
    assert story(below=IN_NUMBERS, **page).date_published == OF_MARCH


@pytest.mark.parametrize("other", ["11.15.26", "11/15/2026"])
def test_dates_between_dots_put_the_month_first_where_the_page_s_other_dates_do(other: str) -> None:
    assert story(below="<p>03.10.26</p>", after=f"<p>{other}</p>").date_published == OF_MARCH
    assert story(below="<p>03.10.26</p>").date_published == OF_OCTOBER


def test_day_in_numbers_does_not_belie_the_same_day_in_the_data() -> None:
    stated = json.dumps({"@type": "NewsArticle", "datePublished": "2026-10-03T09:00:00Z"})
    published = story(head=f'<script type="application/ld+json">{stated}</script>', below=IN_NUMBERS)

    assert published.date_published == datetime(2026, 10, 3, 9, tzinfo=UTC)
    assert published.sources.date_published is Origin.JSON_LD


@pytest.mark.parametrize(
    "line",
    [
        '<time datetime="2026-11-20T08:00:00-05:00">Today 8:00am</time>',
        '<time datetime="2026-11-20T08:00:00-05:00"></time>',
        '<time data-published="2026-11-20T08:00:00-05:00">4 hours ago</time>',
        '<cite>By Ann Lee <abbr title="2026-11-20T08:00:00-05:00">4 hours ago</abbr></cite>',
    ],
)
def test_moment_for_machines_counts_whatever_readers_are_told_in_boxes_of_any_name(line: str) -> None:
    opened, closed = '<div class="content-main-aside"><div class="post commented">', "</div></div>"
    article = story(above=opened, below=f"<div>{line}</div>", after=closed)

    assert article.date_published == datetime.fromisoformat("2026-11-20T08:00:00-05:00")
    assert article.sources.date_published is Origin.TIME


@pytest.mark.parametrize(
    ("stated", "shown", "expected"),
    [
        ("2026-11-21T00:08:44Z", "November 20, 2026 | 7:08pm", "2026-11-20T19:08:44-05:00"),
        ("2026-11-21", "By Ann Lee on November 20, 2026 08:08 pm", "2026-11-20T20:08:00+00:00"),
        ("2026-11-21", "By Ann Lee on November 20, 2026", "2026-11-21T00:00:00+00:00"),
        ("2026-11-21", "By Ann Lee on November 22, 2026 08:08 am", "2026-11-21T00:00:00+00:00"),
        ("2026-11-20T18:38:14", "November 20, 2026 | 1:38 PM EST", "2026-11-20T13:38:14-05:00"),
    ],
)
def test_day_that_data_give_in_utc_is_that_of_the_line_below_the_headline(
    stated: str, shown: str, expected: str
) -> None:
    head = f'<meta property="article:published_time" content="{stated}">'

    assert story(head=head, below=f"<p>{shown}</p>").date_published == datetime.fromisoformat(expected)


def test_day_that_line_and_address_give_wins_over_the_next_one_in_the_data() -> None:
    head = '<meta property="article:published_time" content="2026-11-21">'
    article = story(head=head, below="<p>November 20, 2026</p>", url=f"{URL}/2026/11/20/flood")

    assert article.date_published == PUBLISHED


def test_address_wins_over_days_that_the_text_tells_of_and_days_without_year() -> None:
    url = "https://www.riverpost.example/2026/11/20/flood"
    for line in ("<ul><li>14 October 2026</li></ul>", "<p>9 March</p>", "<p>20 November</p>"):
        assert story(after=line, url=url).date_published == PUBLISHED
    assert story(below="<p>22 November 2026</p>", url=url).date_published == datetime(
        2026, 11, 22, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "line",
    [
        "14 November 2026 – 18 November 2026",
        "14-18 November 2026",
        "Sat 14 November 2026, 13:00-16:40",
        "2026年11月14日（土）13：00－16：40",
        "Open until Saturday, 14 November 2026",
        "Anmeldung bis 14. November 2026",
    ],
)
def test_days_and_hours_of_events_and_ends_of_terms_are_not_the_story_s(line: str) -> None:
    assert story(below=f"<p>{line}</p>").date_published is None
    assert story(below=f"<p>{line}</p><p>20 November 2026</p>").date_published == PUBLISHED


@pytest.mark.parametrize(
    "other",
    [
        '<ol class="commentlist"><li><div class="comment-meta">21 November 2026, 11:21</div>Reply</li></ol>',
        '<blockquote class="twitter-tweet">River Watch (@river) November 19, 2026</blockquote>',
        "<ul><li>The council of the town on its bridges, 14 November 2026</li></ul>",
    ],
)
def test_days_of_comments_posts_and_further_reading_are_not_the_story_s(other: str) -> None:
    streets = "".join(
        f"<p>What stood in street number {number} the water took along in that night, and more.</p>"
        for number in range(20)
    )
    assert story(below=streets, after=other).date_published is None


@pytest.mark.parametrize(
    "line",
    [
        "This entry was posted in Letters to the town on Friday, November 20th, 2026 at %H:%M and is filed under X.",
        "Dieser Beitrag wurde am 20. November 2026 um %H:%M von Ann Lee geschrieben und unter Flut gespeichert.",
    ],
)
def test_line_by_which_blogs_file_an_entry_dates_it(line: str) -> None:
    comment = '<div id="comments"><p>21 November 2026</p></div>'

    assert (
        story(after=f"<p>{line} You can follow any responses to it.</p>{comment}").date_published == PUBLISHED
    )


def test_update_right_below_the_headline_dates_a_story_rather_than_a_day_in_its_text() -> None:
    sources = "<p>How the town was warned, one after the other, in the days before the flood came.</p>"
    article = story(
        below=f"<p>Last updated: 20 November 2026</p>{sources * 6}<ul><li>Issued 14 October 2026</li></ul>"
    )

    assert article.date_published == PUBLISHED


def test_update_without_year_is_the_first_after_the_story() -> None:
    head = '<meta property="article:published_time" content="2024-11-20T08:00:00Z">'
    article = story(head=head, below="<p>Updated on November 21</p>")

    assert article.date_modified == datetime(2024, 11, 21, tzinfo=UTC)


STATED = '<meta property="article:published_time" content="2026-11-20T08:00:00Z">'


@pytest.mark.parametrize(
    "line",
    [
        "Published 20 November 2026 08:00. Updated 21 November 2026 09:30",
        'Updated <time datetime="2026-11-21T09:30:00Z">21 Nov 2026</time>',
        "20.11.2026, 8:00 Uhr, aktualisiert am 21.11.2026, 9:30 Uhr",
    ],
)
def test_update_that_the_page_shows_is_read_where_its_data_tell_of_none(line: str) -> None:
    moment = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

    for article in (story(head=STATED, below=f"<p>{line}</p>"), story(head=STATED, after=f"<p>{line}</p>")):
        assert article.date_published == datetime(2026, 11, 20, 8, tzinfo=UTC)
        assert article.date_modified == moment


def test_update_that_is_not_after_the_story_or_stands_far_from_it_is_none() -> None:
    far = '<h2>Read also</h2><h3><a href="/x">Ferry runs again</a></h3><p>Updated 21 November 2026</p>'

    assert story(head=STATED, below="<p>Updated 20 November 2026</p>").date_modified is None
    assert story(head=STATED, after=far).date_modified is None


def test_time_of_publication_before_the_day_of_an_update_is_not_its_own() -> None:
    article = story(below="<p>20 November 2026, 14:05. Updated: 21 November 2026</p>")

    assert article.date_published == datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
    assert article.date_modified == datetime(2026, 11, 21, tzinfo=UTC)


def test_zone_is_read_behind_the_word_for_the_hour() -> None:
    article = story(below="<p>Freitag, 20. November 2026, 14:05 Uhr MEZ</p>", lang="de")

    assert article.date_published == datetime(2026, 11, 20, 13, 5, tzinfo=UTC)


@pytest.mark.parametrize("day", ["<p>November 20, 2026</p>", ""])
def test_evening_that_data_give_in_utc_is_on_the_day_that_the_page_tells(day: str) -> None:
    head = '<meta property="article:published_time" content="2026-11-21T02:41:41+00:00">'
    comment = '<div class="comments"><time datetime="2026-11-20T22:46:01-05:00">10:46 pm</time></div>'
    url = "https://www.riverpost.example/2026/11/20/flood-closes-bridge"

    told = story(head=head, below=day, after=comment, url=url).date_published
    untold = story(head=head, after=comment).date_published

    assert told is not None
    assert untold is not None
    assert (told, told.date().day, untold.date().day) == (untold, 20, 21)


@pytest.mark.parametrize("seconds", [1795166100, 1795166100000, "1795166100"])
def test_seconds_since_1970_are_read_in_data(seconds: object) -> None:
    stated = json.dumps({"@type": "NewsArticle", "headline": "Flood", "datePublished": seconds})
    data = f'<script type="application/ld+json">{stated}</script>'
    shown = f'<bsp-timestamp data-timestamp="{seconds}"></bsp-timestamp>'

    assert story(head=data).date_published == datetime(2026, 11, 20, 9, 15, tzinfo=UTC)
    assert story(below=shown).date_published == datetime(2026, 11, 20, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "name", ["originalPublicationDate", "bt:pubDate", "releaseDate", "dcterms.issued", "displaydate"]
)
def test_day_in_less_common_meta_elements_is_read(name: str) -> None:
    assert story(head=f'<meta name="{name}" content="2026-11-20">').date_published == PUBLISHED


@pytest.mark.parametrize(
    "path",
    ["news/flood-20261120.html", "news/flood_2026-11-20", "202611/t20261120_123.html", "20-11-2026/flood"],
)
def test_day_in_the_name_of_a_page_counts_where_nothing_else_tells_it(path: str) -> None:
    url = f"https://www.riverpost.example/{path}"

    assert story(url=url).date_published == PUBLISHED
    assert story(url=url, below="<p>9 November 2026</p>").date_published == datetime(2026, 11, 9, tzinfo=UTC)
