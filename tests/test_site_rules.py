"""Rules that a user writes for a site decide before the general logic, on their days and where they match."""

import pickle
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from conftest import Crawl
from hypothesis import given, settings
from hypothesis import strategies as st
from misbehaving import answer, misbehaving

from archiver.crawl.sources import read_sources
from archiver.errors import PageError, SourceError
from archiver.items import Article, LinkKind, Origin, Split
from archiver.parsers import split_page
from archiver.parsers.explain import explain_page
from archiver.parsers.rules import SiteRules, box_selector, rules_at, value_selector
from db.connection import read_archive
from spiders.frontier import Source

URL = "https://news.example/city/2026/11/20/flood-closes-the-old-bridge.html"
FETCHED = datetime(2026, 11, 23, 12, tzinfo=UTC)
STORY = [
    "The river rose by two metres on Friday night and took the railing of the old bridge with it.",
    "The council closed the bridge for the weekend and asked drivers to take the ring road instead.",
    "“No.”",
    "Engineers will look at the piers on Monday, when the water is expected to be lower again.",
]
CHRONICLE = (
    "The bridge was built in 1911 and carried the tram to the harbour until the line was given up in 1958, "
    "and it has been closed for floods eleven times since the council began to keep a record of them."
)
PAGE = f"""<!doctype html><html lang="en"><head><meta property="og:type" content="article">
<title>Bridge closed by flood, say officials</title><meta name="author" content="Content System">
<meta property="article:published_time" content="2026-11-01T00:00:00Z"></head><body>
<main><article><h1>Bridge closed by flood, say officials</h1>
<p><span class="real-title">Flood closes the old bridge</span></p>
<time class="when" datetime="2026-11-20T21:15:00+01:00">Friday</time>
<div class="text">{"".join(f"<p>{text}</p>" for text in STORY)}<p>Advertisement</p></div>
<div class="chronicle"><p>{CHRONICLE}</p><p>{CHRONICLE.replace("bridge", "lock")}</p></div>
<p class="who">By <b>Ann Lee</b> and <b>Bo Ek</b></p></article></main>
<div class="more"><a href="/a/ferry">Ferry runs again after three weeks of repairs</a>
<a href="/topic/city">City news</a> <a href="/a/market">Market hall traders ask for one more year</a></div>
<footer>Telephone and postal address of the newsroom</footer></body></html>""".encode()
RULES = SiteRules(
    body=(".text",),
    headline=(".real-title",),
    authors=(".who",),
    date_published=(".when@datetime",),
)


def split(*rules: SiteRules, page: bytes = PAGE) -> Split:
    return split_page(page, url=URL, fetched=FETCHED, rules=rules)


def article(*rules: SiteRules, page: bytes = PAGE) -> Article:
    found = split(*rules, page=page).article
    assert found is not None
    return found


def test_fields_are_those_that_the_rules_find() -> None:
    general, ruled = article(), article(RULES)

    assert (general.headline, general.authors) == (
        "Bridge closed by flood, say officials",
        ("Content System",),
    )
    assert CHRONICLE in general.body
    assert ruled.headline == "Flood closes the old bridge"
    assert ruled.authors == ("Ann Lee", "Bo Ek")
    assert ruled.date_published == datetime.fromisoformat("2026-11-20T21:15:00+01:00")
    assert ruled.body.split("\n\n") == STORY
    sources = ruled.sources
    assert {sources.headline, sources.authors, sources.date_published, sources.body} == {Origin.RULE}


def test_body_keeps_short_paragraphs_and_no_labels() -> None:
    body = article(SiteRules(body=(".text",))).body.split("\n\n")

    assert "“No.”" in body
    assert "Advertisement" not in body


def test_line_straight_in_a_named_element_is_text() -> None:
    page = PAGE.replace(b"<footer>", b'<div class="last">The lock stays open.</div><footer>')

    assert article(SiteRules(body=(".text", ".last")), page=page).body.split("\n\n") == [
        *STORY,
        "The lock stays open.",
    ]


def test_tables_in_the_body_are_text_as_without_rule() -> None:
    table = b"<table><tr><th>Year</th><th>Level</th></tr><tr><td>1953</td><td>4.2 m</td></tr></table>"
    page = PAGE.replace(b"<p>Engineers", table + b"<p>Engineers")
    body = article(SiteRules(body=(".text",)), page=page).body.split("\n\n")

    assert body == [*STORY[:3], "Year", "Level", "1953", "4.2 m", STORY[3]]


def test_caption_in_the_body_is_no_text() -> None:
    caption = "The old bridge on Saturday, seen from the tower of the town hall, where the flood is measured."
    figure = f'<figure><img src="/x.jpg"><figcaption><p>{caption}</p></figcaption></figure>'
    page = PAGE.replace(b"<p>Advertisement</p>", figure.encode())

    assert article(SiteRules(body=(".text",)), page=page).body.split("\n\n") == STORY


def test_story_in_a_named_body_may_be_short() -> None:
    page = b"<html><body><h1>Bridge closed</h1><div class='text'><p>It is closed.</p></div></body></html>"

    assert split(page=page).article is None
    assert article(SiteRules(body=(".text",)), page=page).body == "It is closed."


def test_body_of_a_story_is_none_on_the_first_page_of_a_site() -> None:
    assert (
        split_page(PAGE.replace(b"og:type", b"x"), url="https://news.example/", rules=(RULES,)).article
        is None
    )


def test_removed_elements_are_neither_text_nor_links_nor_metadata() -> None:
    rules = SiteRules(remove=(".chronicle", ".more", "meta[name=author]"))
    ruled = split(rules)

    assert CHRONICLE in article().body
    assert ruled.article is not None
    assert CHRONICLE not in ruled.article.body
    assert ruled.article.authors == ("Ann Lee", "Bo Ek")
    assert ruled.related == ()


def test_text_around_a_removed_element_stays() -> None:
    page = PAGE.replace(b"the piers on", b"the piers <i class='x'>of stone</i>on")
    body = article(SiteRules(remove=(".x",)), page=page).body

    assert STORY[-1] in body.split("\n\n")


def test_links_in_a_related_box_are_related_whatever_they_look_like() -> None:
    page = PAGE.replace(b'class="more"', b'class="more footer legal menu"').replace(
        b"<div class", b"<footer class"
    )
    rules = SiteRules(related=(".more",))

    assert [link.headline for link in split(rules, page=page).related] == [
        "Ferry runs again after three weeks of repairs",
        "Market hall traders ask for one more year",
    ]


def test_related_selector_may_name_the_links_themselves() -> None:
    page = PAGE.replace(
        b"ring road instead.", b'ring road instead. <a class="also" href="/a/x">The old ring road</a>'
    )

    assert "https://news.example/a/x" not in {link.url for link in split(page=page).related}
    assert "https://news.example/a/x" in {
        link.url for link in split(SiteRules(related=("a.also",)), page=page).related
    }


def test_text_of_a_related_box_is_no_part_of_the_story() -> None:
    assert CHRONICLE not in article(SiteRules(related=(".chronicle",))).body


@pytest.mark.parametrize(
    "rules",
    [
        SiteRules(),
        SiteRules(
            body=(".no",), headline=(".no",), authors=(".no",), date_published=(".no",), related=(".no",)
        ),
        SiteRules(headline=("h1@title",), authors=("h1@title",), date_published=("h1",)),
        SiteRules(date_published=("footer",), authors=("img",), body=("body > br",), related=("h1",)),
    ],
)
def test_rules_that_find_nothing_change_nothing(rules: SiteRules) -> None:
    assert split(rules) == split()


@pytest.mark.parametrize("inside", ["", "Advertisement", '<a href="/a/x">Photo gallery of the day</a>'])
def test_body_that_holds_no_text_is_passed_over(inside: str) -> None:
    page = PAGE.replace(b'<div class="text">', f'<div class="slot">{inside}</div><div class="text">'.encode())

    assert split(SiteRules(body=(".slot",)), page=page) == split(page=page)


def test_first_selector_that_finds_a_value_counts() -> None:
    rules = SiteRules(headline=(".no", ".real-title", "h1"), date_published=("h1", "meta[property$=time]"))
    ruled = article(rules)

    assert ruled.headline == "Flood closes the old bridge"
    assert ruled.date_published == datetime(2026, 11, 1, tzinfo=UTC)


def test_several_boxes_make_the_body_in_page_order() -> None:
    body = article(SiteRules(body=(".chronicle", ".text"))).body.split("\n\n")

    assert body[:4] == STORY
    assert body[4] == CHRONICLE


def test_text_in_an_inline_element_can_be_the_body() -> None:
    page = PAGE.replace(b'<div class="text">', b'<div>Menu <span class="text">').replace(
        b"<p>Advertisement</p></div>", b"</span></div>"
    )

    assert article(SiteRules(body=(".text",)), page=page).body.split("\n\n") == STORY


def test_rules_hold_from_their_day_on_until_later_ones_do() -> None:
    old, new, newest = (
        SiteRules(body=(".old",)),
        SiteRules(valid_from=date(2026, 3, 1), body=(".new",)),
        SiteRules(valid_from=date(2026, 9, 1)),
    )
    rules = (newest, old, new)

    assert rules_at(rules, datetime(2026, 2, 28, 23, tzinfo=UTC)) is old
    assert rules_at(rules, datetime(2026, 3, 1, tzinfo=UTC)) is new
    assert rules_at(rules, datetime(2026, 11, 1, tzinfo=UTC)) is newest
    assert rules_at((new,), datetime(2026, 2, 1, tzinfo=UTC)) is None
    assert rules_at(rules, datetime.fromisoformat("2026-03-01T00:30:00+05:00")) is old
    assert rules_at(rules, datetime.fromisoformat("2026-02-28T23:30:00-05:00")) is new


def test_page_of_another_time_is_read_by_the_rules_of_that_time() -> None:
    later = replace(RULES, valid_from=date(2026, 11, 24))

    assert split(later) == split()
    ruled = split_page(PAGE, url=URL, fetched=datetime(2026, 11, 24, 1, tzinfo=UTC), rules=(later,))
    assert ruled.article is not None
    assert ruled.article.headline == "Flood closes the old bridge"


def test_rules_pass_between_processes() -> None:
    assert pickle.loads(pickle.dumps(RULES)) == RULES


@pytest.mark.parametrize(
    "selector", ["", " ", "div[", "p::text", "svg|a", ":no-such()", "a >", "p:nth-child(x)"]
)
def test_what_is_no_selector_is_refused(selector: str) -> None:
    for check in (box_selector, value_selector):
        with pytest.raises(SourceError, match="is no CSS selector: "):
            check(selector)


def test_attribute_is_refused_where_elements_are_meant() -> None:
    assert value_selector("time@datetime") == "time@datetime"
    assert box_selector('a[href$="@x"]') == 'a[href$="@x"]'
    with pytest.raises(SourceError, match="ends in an attribute"):
        box_selector("time@datetime")


@given(st.text(max_size=20))
def test_any_text_is_a_selector_or_refused(text: str) -> None:
    for check in (box_selector, value_selector):
        try:
            kept = check(text)
        except SourceError:
            continue
        assert kept == text


TAGS = (
    "<p>",
    "</p>",
    "<div class=text>",
    "</div>",
    "<a href=/a/b-c>",
    "</a>",
    "<h1>",
    "<time datetime=x>",
    "<html>",
)
WORDS = ("Word in a row of words", "2026-11-20", "<", "&", "\ufffe", "\x00")


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.sampled_from((*TAGS, "<script>", "</script>", "<body>", "<span class=text>", *WORDS)), max_size=40
    ),
    st.sampled_from(("*", "html", "body", ".text", "a", "div, span", "p:nth-child(2)", "time", ":root > *")),
)
def test_no_page_breaks_on_any_rule(markup: list[str], selector: str) -> None:
    for key in ("body", "headline", "authors", "date_published", "related", "remove"):
        rules = replace(SiteRules(), **{key: (selector,)})  # type: ignore[arg-type]  # no key is the day
        try:
            found = split(rules, page="".join(markup).encode())
            explained = explain_page("".join(markup).encode(), url=URL, fetched=FETCHED, rules=(rules,))
        except PageError:
            continue
        assert bool(explained.verdict) == (found.article is None)


def stored(archive: Path) -> list[tuple[str, str]]:
    with closing(read_archive(archive)) as connection:
        return [tuple(row) for row in connection.execute("SELECT headline, body FROM articles")]


def test_crawl_stores_what_the_rules_of_its_source_say(archive: Path, crawl: Crawl, tmp_path: Path) -> None:
    with misbehaving({"/a": answer(PAGE)}) as server:
        file = tmp_path / "sources.toml"
        rules = "[[source.rules]]\nbody = '.text'\nheadline = '.real-title'\n"
        later = "[[source.rules]]\nfrom = 2100-01-01\nbody = '.relaunched'\n"
        file.write_text(f"[[source]]\nurl = '{server.url}'\n{rules}{later}", "utf-8")
        (source,) = read_sources(file).sources
        crawl(Source(url=server.url))
        general = stored(archive)
        crawl(source)

    assert general != stored(archive) == [("Flood closes the old bridge", "\n\n".join(STORY))]


def test_kind_of_ruled_links_is_that_of_their_heading() -> None:
    page = PAGE.replace(b'<div class="more">', b'<div class="more"><h2>Most read</h2>')

    assert {link.kind for link in split(SiteRules(related=(".more",)), page=page).related} == {
        LinkKind.POPULAR
    }


@pytest.mark.parametrize("remove", [(), ("b, i, div",)])
def test_rules_take_no_longer_on_pages_nested_deep_and_wide(remove: tuple[str, ...]) -> None:
    deep = b"<html><body>" + (b"<div>" * 900 + b"<i></i>" * 40 + b"</div>" * 900) * 30 + PAGE
    rules = SiteRules(remove=remove, headline=("*",), authors=("*",), body=("*",), related=("i",))

    started = process_time()
    split(rules, page=deep)
    assert process_time() - started < 5


def test_section_is_the_one_that_a_rule_finds() -> None:
    page = PAGE.replace(b"<h1>", b'<span class="cat">City</span><h1>')
    found = article(SiteRules(section=(".cat",)), page=page)

    assert (found.section, found.sources.section) == ("City", Origin.RULE)
    assert article(page=page).section is None


def test_dates_without_zone_are_in_that_of_the_rule() -> None:
    page = PAGE.replace(b"2026-11-01T00:00:00Z", b"2026-11-20T10:26:00").replace(b"+01:00", b"")
    berlin = SiteRules(timezone=ZoneInfo("Europe/Berlin"))

    assert article(berlin, page=page).date_published == datetime.fromisoformat("2026-11-20T10:26:00+01:00")
    assert article(page=page).date_published == datetime.fromisoformat("2026-11-20T10:26:00+00:00")


def test_page_that_holds_what_no_story_has_is_none() -> None:
    rules = SiteRules(no_story=(".list-of-stories",), body=(".text",))
    page = PAGE.replace(b"<body>", b'<body class="list-of-stories">')

    assert split(rules).article is not None
    assert split(rules, page=page).article is None
    assert "rule no_story" in {block.why for block in explain_page(page, url=URL, rules=(rules,)).blocks}


def test_rules_of_a_file_give_section_zone_and_what_no_story_has(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    entry = '[[source]]\nurl = "https://news.example/"\n[[source.rules]]\n'
    file.write_text(f'{entry}section = ".cat"\ntimezone = "Europe/Berlin"\nno_story = "body.archive"\n')

    (rules,) = read_sources(file).sources[0].rules
    assert rules == SiteRules(
        section=(".cat",), timezone=ZoneInfo("Europe/Berlin"), no_story=("body.archive",)
    )
    assert pickle.loads(pickle.dumps(rules)) == rules

    file.write_text(f'{entry}timezone = "Berlin"\n')
    with pytest.raises(SourceError, match=r"line 4.*'Berlin' is no time zone: give its name"):
        read_sources(file)
