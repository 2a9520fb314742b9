"""Where each field of an article was read, and how exactly its dates are given: kept with every version."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from archives import DAY, FLOOD, NOON, column, crawl, filled, one, visit
from commands import runner
from sqlite_utils import Database

from archiver.items import Article, Origin, Outcome, Precision, Sources
from archiver.parsers import split_page
from archiver.parsers.metadata import HERE
from db.connection import APPLICATION_ID, open_archive, read_archive
from db.migrations import migrations
from db.read import stored_article
from db.store import record_visit

TEXT = "".join(
    f"<p>Paragraph {number} tells at some length what the river did to the town on that day, street by street.</p>"
    for number in ("one", "two", "three", "four", "five")
)
URL = "https://www.riverpost.example/flood-closes-bridge"
FETCHED = datetime(2026, 11, 22, tzinfo=UTC)
SOURCES = Sources(
    url=Origin.LINK,
    headline=Origin.H1,
    authors=Origin.BYLINE,
    date_published=Origin.JSON_LD,
    date_published_precision=Precision.DAY,
    section=Origin.META,
)


def story(
    head: str = "", below: str = "", url: str = URL, language: str = ' lang="en"', above: str = ""
) -> Article:
    html = (
        f"<html{language}><head>{head}</head><body>{above}<article><h1>Flood closes the old bridge</h1>"
        f"{below}{TEXT}</article></body></html>"
    )
    article = split_page(html.encode(), url=url, fetched=FETCHED).article
    assert article is not None
    return article


def data(**members: str) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "BlogPosting", **members})}</script>'


@pytest.mark.parametrize(
    ("head", "below", "origin"),
    [
        (data(datePublished="2026-11-20T08:00:00+01:00"), "", Origin.JSON_LD),
        ('<meta property="article:published_time" content="2026-11-20T08:00:00+01:00">', "", Origin.META),
        (
            "",
            '<span itemprop="datePublished" content="2026-11-20T08:00:00+01:00">Friday</span>',
            Origin.MICRODATA,
        ),
        ("", "<p>20 November 2026, 8:00 CET</p>", Origin.TEXT),
        ("", '<p>20 November 2026, 8:00 <time datetime="2026-11-20T08:00:00+01:00"></time></p>', Origin.TIME),
    ],
)
def test_date_says_where_it_was_read(head: str, below: str, origin: Origin) -> None:
    article = story(head, below)

    assert article.date_published == datetime(2026, 11, 20, 7, tzinfo=UTC)
    assert article.date_published.utcoffset() == timedelta(hours=1)
    assert article.sources.date_published is origin
    assert article.sources.date_published_precision is Precision.MOMENT


@pytest.mark.parametrize("text", ["2026-11-20", "2026-11-20T00:00:00+01:00", "Nov 20, 2026"])
def test_day_without_time_is_a_day(text: str) -> None:
    article = story(data(datePublished=text))

    assert article.date_published is not None
    assert article.date_published.date().isoformat() == "2026-11-20"
    assert article.sources.date_published_precision is Precision.DAY


def test_date_of_the_address_is_a_day() -> None:
    sources = story(url="https://www.riverpost.example/2026/11/20/flood").sources

    assert (sources.date_published, sources.date_published_precision) == (Origin.URL, Precision.DAY)


def test_full_date_below_the_headline_belies_data_of_a_template() -> None:
    article = story(data(datePublished="2019-01-01T10:00:00Z"), "<p>20 November 2026</p>")

    assert article.date_published == datetime(2026, 11, 20, tzinfo=UTC)
    assert article.sources.date_published is Origin.TEXT


@pytest.mark.parametrize("line", ["Updated 20 November 2026", "20 November", "20 November 2026"])
def test_update_or_day_without_year_below_the_headline_leaves_the_data_s_date(line: str) -> None:
    stated = data(datePublished="2026-03-01T10:00:00Z", dateModified="2026-11-20T12:00:00Z")

    assert story(stated, f"<p>{line}</p>").date_published == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_line_that_gives_the_time_of_the_stated_day_wins() -> None:
    article = story(data(datePublished="2026-11-20"), "<p>20 November 2026, 8:00 CET</p>")

    assert article.date_published == datetime(2026, 11, 20, 7, tzinfo=UTC)
    assert article.sources.date_published_precision is Precision.MOMENT


def test_date_with_its_year_comes_before_one_without() -> None:
    article = story("", "<p>Open until July 31</p><p>22 July 2025</p>")

    assert article.date_published == datetime(2025, 7, 22, tzinfo=UTC)


def test_other_fields_say_where_they_were_read() -> None:
    head = (
        f'<link rel="canonical" href="{URL}?page=1"><meta property="article:section" content="City">'
        + data(keywords="flood, bridge", author="Ann Lee")
    )
    sources = story(head).sources

    assert (sources.url, sources.section, sources.keywords, sources.authors, sources.language, sources.body) == (
        Origin.LINK, Origin.META, Origin.JSON_LD, Origin.JSON_LD, Origin.HTML, Origin.TEXT,
    )  # fmt: skip
    assert story(language="").sources.language is Origin.TEXT
    assert (sources.lead, sources.date_published, sources.date_modified_precision) == (None, None, None)


def test_address_that_lacks_its_scheme_and_a_number_for_one_lead_nowhere_else() -> None:
    bare = URL.removeprefix("https://www.")

    for stated in (bare, f"www.{bare}"):
        assert story(f'<meta property="og:url" content="{stated}">').url == f"https://{stated}"
    assert story('<link rel="canonical" href="8003098">').url == URL
    assert story(f'<link rel="canonical" href="www.{bare}">', url="http://[::1").url == ""


def test_keyword_with_markup_in_it_is_none() -> None:
    assert story('<meta name="keywords" content="flood,<meta name=">').keywords == ("flood",)


def test_every_version_keeps_its_sources(tmp_path: Path) -> None:
    first = replace(FLOOD, sources=SOURCES)
    second = replace(
        FLOOD,
        body="The bridge is open again.",
        sources=replace(SOURCES, headline=Origin.JSON_LD, section=None),
    )
    with closing(filled(tmp_path / "archive.db", [first])) as archive:
        again = visit(second, outcome=Outcome.CHANGED, article_id=1, fetched=NOON + DAY)
        record_visit(archive, crawl(archive), again)

        assert stored_article(archive, "1").sources == second.sources
        kept = column(archive, "SELECT sources FROM version_sources ORDER BY number")
        assert [json.loads(str(text))["headline"] for text in kept] == ["h1", "json-ld"]


def test_what_a_page_no_longer_says_keeps_its_source(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with closing(filled(path, [replace(FLOOD, section="City", sources=SOURCES)])) as archive:
        silent = replace(FLOOD, section=None, sources=replace(SOURCES, section=None, headline=Origin.META))
        again = visit(silent, outcome=Outcome.UNCHANGED, article_id=1, fetched=NOON + DAY)
        record_visit(archive, crawl(archive), again)

        stored = stored_article(archive, "1")
        assert (stored.section, stored.sources) == ("City", replace(SOURCES, headline=Origin.META))


def test_day_is_the_same_day_in_the_archive_whatever_its_zone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "archive.db"
    midnight = datetime(2026, 11, 20, tzinfo=timezone(timedelta(hours=9)))
    with closing(filled(path, [replace(FLOOD, date_published=midnight, sources=SOURCES)])) as archive:
        assert one(archive, "SELECT date_published FROM articles") == "2026-11-20T00:00:00Z"

    run = runner(capsys)
    shown = run("show", "1", "--archive", path)
    assert "2026-11-20\n" in shown.out
    assert json.loads(run("show", "1", "--json", "--archive", path).out)["sources"]["headline"] == "h1"


def test_archive_of_schema_1_is_upgraded_without_loss(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with closing(sqlite3.connect(path)) as old:
        migrations.apply(Database(old, execute_plugins=False), stop_before="m002_provenance")
        old.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        old.execute("PRAGMA user_version = 1")
        old.executescript(
            """
            INSERT INTO sources VALUES (1, 'https://news.example/', 'news.example', 'News',
                                        '2026-11-20T12:00:00Z');
            INSERT INTO pages(id, url, source_id, first_seen, article_id)
            VALUES (1, 'https://news.example/flood', 1, '2026-11-20T12:00:00Z', NULL);
            INSERT INTO crawls VALUES (1, '2026-11-20T12:00:00Z', NULL, 'done', '{}', '0.1.0');
            INSERT INTO captures(id, page_id, crawl_id, fetched, final_url, outcome, detail)
            VALUES (1, 1, 1, '2026-11-20T12:00:00Z', 'https://news.example/flood', 'stored', '');
            INSERT INTO articles(id, url, page_id, source_id, headline, keywords, date_published, first_seen,
                                 last_seen, capture_id, body_digest, content_digest, body)
            VALUES (1, 'https://news.example/flood', 1, 1, 'Flood closes the old bridge', '[]',
                    '2026-11-19T08:30:00Z', '2026-11-20T12:00:00Z', '2026-11-20T12:00:00Z', 1, 'x', 'y', 'It rose.');
            """
        )
        before = old.execute("SELECT * FROM articles").fetchall()

    with closing(open_archive(path)) as archive:
        after = archive.execute("SELECT * FROM articles").fetchall()
        assert [tuple(row)[: len(old_row)] for row, old_row in zip(after, before, strict=True)] == before
    with closing(read_archive(path)) as archive:
        stored = stored_article(archive, "1")
        assert (stored.headline, stored.body, stored.sources) == (
            "Flood closes the old bridge",
            "It rose.",
            Sources(),
        )
        assert one(archive, "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'flood'") == 1


@pytest.mark.parametrize(
    "line",
    [
        "20 November 2026 Updated on: 21 November 2026",
        "Updated 21 November 2026. Published 20 November 2026",
        "Publié le 20 novembre 2026, mis à jour le 21 novembre 2026",
    ],
)
def test_both_dates_of_one_line_are_told_apart(line: str) -> None:
    article = story(below=f"<p>{line}</p>")

    assert article.date_published == datetime(2026, 11, 20, tzinfo=UTC)
    assert article.date_modified == datetime(2026, 11, 21, tzinfo=UTC)


def test_date_beside_a_link_belies_data_of_a_template_too() -> None:
    line = '<p>20 November 2026 | <a href="/floods">Floods and other news of the river</a></p>'

    assert story(data(datePublished="2019-01-01T10:00:00Z"), line).date_published == datetime(
        2026, 11, 20, tzinfo=UTC
    )


def test_date_of_a_picture_is_not_the_story_s() -> None:
    picture = "<figure><img src='/b.jpg'><p>The old bridge, 24 April 2024</p></figure>"

    assert story(below=f"{picture}<p>20 November 2026</p>").date_published == datetime(
        2026, 11, 20, tzinfo=UTC
    )


CRUMBS = (
    '{{"@type": "BreadcrumbList", "itemListElement": ['
    '{{"@type": "ListItem", "position": 2, "name": "City", "item": "https://news.example/city/"}},'
    '{{"@type": "ListItem", "position": 1, "item": {{"@id": "https://news.example/", "name": "Home"}}}}{last}]}}'
)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("", "City"),
        (', {"@type": "ListItem", "position": 3, "name": "Flood closes the old bridge"}', "City"),
        (', {"@type": "ListItem", "position": 3, "name": "Bridges", "item": "/city/bridges/"}', "City"),
    ],
)
def test_section_is_the_first_step_down_to_the_story(last: str, expected: str) -> None:
    found = story(f'<script type="application/ld+json">{CRUMBS.format(last=last)}</script>')

    assert (found.section, found.sources.section) == (expected, Origin.JSON_LD)


def test_section_is_the_category_that_a_link_at_the_headline_names() -> None:
    link = '<p><a href="/category/city/" rel="category tag">City</a></p>'

    assert story(below=link).section == "City"
    assert story(below=link.replace(' rel="category tag"', "")).section is None
    story_alone = CRUMBS.replace("City", "Flood closes the old bridge").format(last="")
    assert story(f'<script type="application/ld+json">{story_alone}</script>').section is None


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("Acasă", "https://news.example/"),
        ("Today", "https://archive.example/web/20261120/https://news.example"),
        ("River Post", "https://news.example/today/"),
        ("River Postトップ", "https://news.example/today/"),
        ("365", "https://news.example/365/"),
    ],
)
def test_site_its_first_page_and_a_number_are_no_sections(name: str, place: str) -> None:
    site = '<meta property="og:site_name" content="River Post">'
    crumbs = CRUMBS.replace('"https://news.example/"', f'"{place}"').replace('"Home"', f'"{name}"')
    steps = f'<script type="application/ld+json">{crumbs.format(last="")}</script>'

    assert story(site + steps).section == "City"


@pytest.mark.parametrize(
    ("stated", "section"), [("Beauty,City", "Beauty"), ("Arts, Music", "Arts, Music"), ("› City", "City")]
)
def test_first_of_several_sections_counts_without_marks(stated: str, section: str) -> None:
    assert story(data(articleSection=stated)).section == section


def test_section_stands_alone_in_a_box_called_category_at_the_headline() -> None:
    link = '<a href="/city/">City</a>'

    for line in (
        f'<div class="info-item category">{link}</div>',
        f'<p class="articleheader__rubric">{link}</p>',
    ):
        assert story(above=line).section == story(below=line).section == "City"
    assert story(above=f'<p class="nav-category">{link}</p>').section is None
    assert story(above=f'<div class="category"><p>{link}</p><p>Archive</p></div>').section is None
    marked = '<p><a href="/bridges/" rel="category tag">Bridges</a></p>'
    assert story(above=f'<p class="category">{link}</p>', below=marked).section == "Bridges"


LIST_OF_STEPS = (
    '<ol itemscope itemtype="https://schema.org/BreadcrumbList">{first}'
    '<li itemprop="itemListElement"><a href="/city"><span itemprop="name">City</span></a></li></ol>'
)
STEPS = (
    LIST_OF_STEPS,
    LIST_OF_STEPS.replace("itemscope itemtype", 'vocab="https://schema.org/" typeof').replace(
        "itemprop", "property"
    ),
    '<nav class="breadcrumb"><ol>{first}<li><a href="/city/">City ›</a></li><li>Flood closes …</li></ol></nav>',
    '<p id="breadcrumbs"><span>{first} » <a href="/city/">City</a> » <a href="/city/bridges/">Bridges</a></span></p>',
    '<nav aria-label="Breadcrumb">{first}<a href="/city/">City</a></nav>',
    '<h2>您的当前位置：{first} &gt; <a href="/city/">City</a></h2>',
    '<p>You are here: {first} <a href="/city/">City</a> <a href="/city/bridges/">Bridges</a></p>',
)


@pytest.mark.parametrize(
    "first", ["", '<a href="/">River Post</a>', '<a href="/en/start.html">Startseite</a>']
)
@pytest.mark.parametrize("steps", STEPS)
def test_section_is_the_first_step_of_the_way_that_a_page_shows(steps: str, first: str) -> None:
    found = story(above=steps.format(first=first))

    assert (found.section, found.sources.section) == ("City", Origin.LINK)
    assert story(below=steps.format(first=first)).section is None


def test_line_that_begins_like_a_way_is_read_at_once() -> None:
    assert HERE.match("您" + "现在的" * 1_000) is None


def test_section_may_have_a_host_of_its_own() -> None:
    way = '<a href="https://www.news.example/">Today</a> » <a href="https://city.news.example/">City</a>'

    assert story(above=f'<p class="breadcrumbs">{way}</p>').section == "City"
