"""Who wrote a story: whom its data name, whom its lines name, and who is nobody."""

import json

import pytest

from archiver.items import Origin
from archiver.parsers import split_page
from archiver.parsers.authors.bylines import byline_names, signed_names

TEXT = "".join(
    f"<p>Paragraph {number} tells at some length what the river did to the town on that day, street by street.</p>"
    for number in ("one", "two", "three", "four", "five")
)
URL = "https://www.riverpost.example/2026/11/20/flood-closes-bridge"
PERSON = {"@type": "Person", "@id": "#ann", "name": "Ann Lee"}
FIRM = {"@type": "Organization", "name": "River Wire"}


def page(*, byline: str = "", author: object = None, head: str = "", end: str = "") -> bytes:
    """A story with a byline below its headline, the author of its JSON-LD, and an end."""
    data = {
        "@graph": [
            {"@type": "NewsArticle", "headline": "Flood closes the old bridge", "author": author},
            PERSON,
            {**FIRM, "@id": "#firm"},
        ]
    }
    return (
        f'<html lang="en"><head><title>Flood closes the old bridge</title>{head}'
        '<meta property="og:site_name" content="River Post">'
        f'<script type="application/ld+json">{json.dumps(data)}</script></head><body><article>'
        f"<h1>Flood closes the old bridge</h1>{byline}<div>{TEXT}{end}</div></article></body></html>"
    ).encode()


def authors(html: bytes) -> tuple[tuple[str, ...], Origin | None]:
    article = split_page(html, url=URL).article
    assert article is not None
    return article.authors, article.sources.authors


@pytest.mark.parametrize(
    "author", [PERSON, [PERSON], {"@id": "#ann"}, "Ann Lee", "By Ann Lee", "Ann Lee, Senior Editor"]
)
def test_author_of_the_data_is_read_in_any_form(author: object) -> None:
    assert authors(page(author=author)) == (("Ann Lee",), Origin.JSON_LD)


def test_byline_completes_the_one_author_that_the_data_name() -> None:
    html = page(author=PERSON, byline='<p class="byline">By Ann Lee, Bo Ek and Zoë Müller</p>')

    assert authors(html) == (("Ann Lee", "Bo Ek", "Zoë Müller"), Origin.BYLINE)


@pytest.mark.parametrize(
    "byline",
    [
        "<p>By Ann Lee</p>",
        "<p>Words by Ann Lee</p>",
        "<p>Posted by: Ann Lee</p>",
        "<p>Published 20 November 2026 by Ann Lee</p>",
        "<p>Ann Lee | 20 November 2026</p>",
        '<div class="post-author__name">Ann Lee</div>',
        '<div class="byline">ANN LEE</div>'.replace("ANN LEE", "Ann Lee"),
        '<p><a href="/team/ann-lee">Ann Lee</a></p>',
        '<p><a href="/authors/7">Ann Lee</a></p>',
    ],
)
def test_line_below_the_headline_names_the_author_where_the_data_name_the_publisher(byline: str) -> None:
    publisher = {"@type": "Organization", "name": "River Post"}

    assert authors(page(author=publisher, byline=byline)) == (("Ann Lee",), Origin.BYLINE)


@pytest.mark.parametrize("line", ["<p>Ann Lee</p>", "<p>ANN LEE</p>", "<p>Ann Lee/Bo Ek</p>"])
def test_names_alone_in_the_last_paragraph_sign_the_story(line: str) -> None:
    found, origin = authors(page(author="River Post", end=line))

    assert (found[0].title(), origin) == ("Ann Lee", Origin.TEXT)


@pytest.mark.parametrize(
    "line",
    [
        "<p>20 November 2026</p><h2>Key Takeaways</h2>",
        '<p>20 November 2026</p><p><a href="/topics/water">River Water</a></p>',
        "<p>Flood Closes</p>",
        '<p class="author-bio">She writes about rivers.</p>',
        "<p>20 November 2026</p><p>Read More</p>",
    ],
)
def test_headings_topics_and_buttons_are_no_authors(line: str) -> None:
    assert authors(page(author="River Post", byline=line)) == (("River Post",), Origin.JSON_LD)


@pytest.mark.parametrize(
    "nobody", ["admin", "undefined", "User Admin", "未知", "প্রতিনিধি", "https://social.example/riverpost"]
)
def test_accounts_of_nobody_are_no_authors(nobody: str) -> None:
    assert authors(page(author=nobody, head='<meta name="author" content="Ann Lee">')) == (
        ("Ann Lee",),
        Origin.META,
    )


def test_name_of_an_account_counts_where_no_other_is_given() -> None:
    assert authors(page(author="annlee7")) == (("annlee7",), Origin.JSON_LD)
    assert authors(page(author="annlee7", byline="<p>By Ann Lee</p>")) == (("Ann Lee",), Origin.BYLINE)


def test_authors_of_comments_are_not_the_story_s() -> None:
    comment = '<div><span itemprop="author">Bo Ek</span> Well said.</div>'
    html = page(byline='<div><span itemprop="author">Ann Lee</span></div>').replace(
        b"</article>", comment.encode() + b"</article>"
    )

    assert authors(html)[0] == ("Ann Lee",)


def test_paper_named_beside_its_writer_is_no_author() -> None:
    assert authors(page(byline="<p>By Ann Lee, River Post</p>"))[0] == ("Ann Lee",)


def test_models_and_dressers_in_the_data_are_no_authors() -> None:
    stated = ["Ann Lee", "Cy Dale", "Bo Ek at River Models", "Di Fry using Mill Gloss"]

    assert authors(page(author=stated)) == (("Ann Lee",), Origin.JSON_LD)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Von Ann Lee und Bo Ek", ("Ann Lee", "Bo Ek")),
        ("Par Ann Lee", ("Ann Lee",)),
        ("Written by: Ann Lee", ("Ann Lee",)),
        ("作者：王小明", ("王小明",)),
        ("By the time the water fell, nobody was left.", ()),
    ],
)
def test_byline_is_read_in_many_languages(line: str, names: tuple[str, ...]) -> None:
    assert byline_names(line) == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ('<div class="byline">By <span>Ann Lee</span> <span>Senior Reporter</span></div>', ("Ann Lee",)),
        ("<p>20.11.2026 10:30, Ann Lee</p>", ("Ann Lee",)),
        ("<p>By Theo Marten</p>", ("Theo Marten",)),
    ],
)
def test_role_time_and_words_that_begin_bylines_elsewhere_are_told_from_names(
    line: str, names: tuple[str, ...]
) -> None:
    assert authors(page(byline=line)) == (names, Origin.BYLINE)


def test_reporter_named_at_the_head_of_a_chinese_text_is_the_author() -> None:
    text = "（记者王小明）经过十六个月施工，老码头改造工程十四日完工，两公里长的江边步道当天下午向市民开放。"
    body = f"<p>{text}</p>" + f"<p>{text[7:]}</p>" * 6
    html = f'<html lang="zh"><body><article><h1>老码头改造完成</h1>{body}</article></body></html>'

    assert authors(html.encode()) == (("王小明",), Origin.TEXT)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Ann Lee @annlee on June 26, 2026 at 9:00a", ("Ann Lee",)),
        ("By Ann Lee Friday, Nov. 20, 2026", ("Ann Lee",)),
        ("By Ann Lee November 20 at 3:57 PM Follow @annlee", ("Ann Lee",)),
        ("By ANN LEE and BO EK - Post Technology Writers | Post – 1 hr 4 mins ago", ("ANN LEE", "BO EK")),
        ("11/20/2026 7:11 AM PST BY ANN LEE", ("ANN LEE",)),
        ("Posted by Ann Lee at 5:11 AM", ("Ann Lee",)),
        ("By Ann Lee | 20.11.2026 09:54 | Comments", ("Ann Lee",)),
        ("Freitag | 20. November 2026 | 15:49 VON Ann Lee IN Mode | 3 COMMENTS", ("Ann Lee",)),
        ("Von Ann Lee, Berlin", ("Ann Lee",)),
        ("Von Ann Lee, dpa", ("Ann Lee", "dpa")),
        ("Eingestellt von Ann am 20.11.2026, 11:51 | 0 Meinungen", ("Ann",)),
        ("Gespeichert von annlee am 20. November 2026 - 18:55", ("annlee",)),
        (
            "Le Monde | 20.11.2026 à 13h36 • Par Ann Lee (avec Bo Ek et Zoë Roy)",
            ("Ann Lee", "Bo Ek", "Zoë Roy"),
        ),
        ("2026-11-20 12:11来源：江报网作者：王小明", ("王小明",)),
        ("采写：江报记者 王小明 李小红", ("王小明", "李小红")),
        ("작성 2026", ()),
        ("（记者李小红 整合）", ("李小红",)),
        ("王小明/江报", ("王小明",)),
        ("江报20日对记者表示，大桥已关闭", ()),
        ("记者了解到，大桥已关闭", ()),
        ("By Ann Lee | ann@riverpost.example The River Post", ("Ann Lee",)),
        ("홍길동 기자 hong@riverpost.example", ("홍길동",)),
        ("From India to Argentina", ()),
        ("Text Size", ()),
        ("By the time the water fell, nobody was left.", ()),
    ],
)
def test_names_are_told_from_what_stands_beside_them_in_a_byline(line: str, names: tuple[str, ...]) -> None:
    assert signed_names(line) == names


def test_address_of_the_newsroom_behind_its_name_names_no_people() -> None:
    head = '<meta name="author" content="River Post, London, England">'

    assert authors(page(head=head)) == (("River Post",), Origin.META)
    assert authors(page(head=head, byline="<p>By Ann Lee</p>")) == (("Ann Lee",), Origin.BYLINE)


@pytest.mark.parametrize("office", ["National Desk", "River Post Ltd", "江报网"])
def test_desk_or_company_is_the_author_only_where_nobody_is_named(office: str) -> None:
    head = f'<meta name="author" content="{office}">'

    assert authors(page(head=head)) == ((office,), Origin.META)
    assert authors(page(head=head, byline="<p>By Ann Lee</p>"))[0] == ("Ann Lee",)


def test_name_behind_the_last_and_of_a_list_has_no_and() -> None:
    assert authors(page(author="Ann Lee, Bo Ek, and Zoë Roy"))[0] == ("Ann Lee", "Bo Ek", "Zoë Roy")


def test_account_is_the_author_where_a_link_says_so() -> None:
    line = '<p>Posted <a rel="author" href="/users/annlee">annlee</a> 20 November 2026</p>'

    assert authors(page(byline=line, end="<p>Front Left Input</p>")) == (("annlee",), Origin.BYLINE)


def test_dated_line_that_begins_with_a_linked_name_is_a_byline() -> None:
    line = '<p><a href="https://annlee.blogs.example">Ann Lee</a> 11/20/26 11:04am</p>'

    assert authors(page(byline=line))[0] == ("Ann Lee",)


def test_list_of_tags_with_the_author_among_them_may_be_long() -> None:
    tags = ", ".join(f'<a href="/tag/{number}">River matter number {number}</a>' for number in range(9))

    assert authors(page(byline=f'<p><a href="/author/ann">Ann Lee</a> in {tags}</p>'))[0] == ("Ann Lee",)


def test_mark_of_a_list_of_advertisements_is_no_byline() -> None:
    mark = b'</article><div class="trc_header"><p>by Adnetby Adnet</p></div>'

    assert authors(page().replace(b"</article>", mark))[0] == ()


def test_only_byline_of_a_page_counts_however_far_from_its_story() -> None:
    far = "".join(f'<li><a href="/{number}">Part {number}</a></li>' for number in range(20))

    def found(end: str) -> tuple[str, ...]:
        return authors(page().replace(b"</article>", f"</article><div>{far}{end}</div>".encode()))[0]

    assert found("<li>Author Ann Lee</li>") == ("Ann Lee",)
    assert found("<li>Author Ann Lee</li><li>Author Zoë Roy</li>") == ()
    assert found('<div class="comments"><p>By Ann Lee</p></div>') == ()
    assert found("<nav><p>By Event Type</p></nav><h4>By Event Type</h4>") == ()


@pytest.mark.parametrize(
    "author",
    [FIRM, {"@id": "#firm"}, "Newsroom", "R.W.", {"@type": "NewsMediaOrganization", "name": "洪水新聞"}],
)
def test_person_of_the_byline_comes_before_a_firm_or_a_word_of_the_data(author: object) -> None:
    html = page(author=author, byline='<p class="byline">By Ann Lee</p>')

    assert authors(html) == (("Ann Lee",), Origin.BYLINE)


@pytest.mark.parametrize("author", [FIRM, "Newsroom"])
def test_firm_or_word_of_the_data_counts_where_no_line_names_a_person(author: object) -> None:
    found, origin = authors(page(author=author, byline="<p class='byline'>Opinion</p>"))

    assert found in (("River Wire",), ("Newsroom",))
    assert origin is Origin.JSON_LD


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("Ann Lee (now) and Bo Ek (earlier)", ("Ann Lee", "Bo Ek")),
        ("Ann Lee in Lund", ("Ann Lee",)),
        ("سعيد فلاحي من زاكورة", ("سعيد فلاحي",)),
        ("River Post - Ann Lee", ("Ann Lee",)),
        ("Tess", ("Tess",)),
    ],
)
def test_names_of_the_data_are_read_without_where_and_when(stated: str, expected: tuple[str, ...]) -> None:
    assert authors(page(author=stated))[0] == expected


def test_longer_form_of_a_name_in_a_byline_comes_before_the_short_one_of_the_data() -> None:
    assert authors(page(author="Tess", byline="<p>By Tess Okafor</p>"))[0] == ("Tess Okafor",)


def test_authors_below_a_heading_behind_the_text_are_all_read() -> None:
    cards = "".join(
        f'<div><a href="/authors/{number}">{name}</a></div>'
        for number, name in enumerate(("Ann Lee", "Bo Ek"))
    )

    assert authors(page(author=FIRM, end=f"</div><div><div>Authors</div>{cards}"))[0] == ("Ann Lee", "Bo Ek")


def test_name_right_behind_the_text_signs_where_the_data_name_a_firm() -> None:
    assert authors(page(author=FIRM, end="</div><div><p>Ann Lee</p>"))[0] == ("Ann Lee",)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("〔記者洪子恩／嘉義報導〕", ("洪子恩",)),
        ("（中央社記者侯佳穎高雄5日電）", ("侯佳穎",)),
        ("新华社成都4月27日电（记者周立诚、马晓燕）", ("周立诚", "马晓燕")),
    ],
)
def test_reporters_at_the_head_of_a_chinese_text_are_read(head: str, expected: tuple[str, ...]) -> None:
    text = "嘉義市東區一家早餐店連續三天收到千元假鈔，老闆報警後警方在附近逮捕一名男子，全案移送地檢署偵辦。"
    more = "警方提醒民眾，收鈔時可摸凸紋、看水印、轉變色油墨，如果發現可疑鈔票，應記下對方特徵並儘速報案。"
    caption = "<p>警方起獲的假鈔。新华社记者 程岩 摄</p>"
    html = f"""<html lang="zh"><head><title>假鈔案</title></head><body><article><h1>早餐店連收假鈔</h1>
        <p>{head}{text}</p>{caption}<p>{more}</p></article></body></html>"""

    assert authors(html.encode())[0] == expected


def test_name_in_brackets_below_a_japanese_text_signs_it() -> None:
    end = '<p class="article__writer">（田代美咲）</p>'

    assert authors(page(author=FIRM, end=end))[0] == ("田代美咲",)


@pytest.mark.parametrize("style", ['align="right"', 'style="text-align: right;"'])
@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("<b>Ann Lee.</b>", ("Ann Lee",)),
        ("-- Ann Lee", ("Ann Lee",)),
        ("Antía Lorenzo Rei e Brais Outeiral", ("Antía Lorenzo Rei", "Brais Outeiral")),
        ("ნინო ჯიქია", ("ნინო ჯიქია",)),
    ],
)
def test_name_at_the_right_below_the_text_signs_it(style: str, line: str, names: tuple[str, ...]) -> None:
    end = f"</div><div><div {style}>{line}</div>"

    assert authors(page(author="Super User", end=end))[0] == names


def test_line_behind_a_text_that_is_written_from_right_to_left_is_no_signature() -> None:
    text = TEXT.replace("<p>", '<p style="text-align: right">')
    html = (
        page(author=None, end='</div><div><p style="text-align: right">أخبار المدينة</p>')
        .decode()
        .replace(TEXT, text)
    )

    assert authors(html.encode())[0] == ()


def test_place_beside_linked_authors_of_the_data_is_none() -> None:
    names = '<a href="/autores/ann">Ann Lee</a> e <a href="/autores/bo">Bo Ek</a>'

    byline = f'<p class="signature">Por {names} <span>— Rio de Janeiro</span></p>'

    assert authors(page(author=["Ann Lee"], byline=byline))[0] == ("Ann Lee", "Bo Ek")


@pytest.mark.parametrize("line", ["LUND (dpa-AFX)", "Follow River Post on Google Discover"])
def test_wire_s_mark_and_invitation_to_follow_are_no_authors(line: str) -> None:
    assert authors(page(byline=f'<p class="author-bar">{line}</p>', end=f"<p>{line}</p>"))[0] == ()


def test_line_that_calls_the_author_by_a_word_and_a_comma_is_a_byline() -> None:
    items = "<ul><li><span>Author, </span><span>Ann Lee</span></li></ul>"
    byline = f"<section><strong>Article information</strong>{items}</section>"

    assert authors(page(author=FIRM, byline=byline))[0] == ("Ann Lee",)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (["Ann Lee (text)", "Bo Ek (photos)"], ("Ann Lee",)),
        ("ANN LEE Lincoln River Journal", ("ANN LEE",)),
        ("Ann Lee, ARD Nairobi", ("Ann Lee",)),
        ({"@type": "Organization", "name": "Center for Rivers and Lakes"}, ("Center for Rivers and Lakes",)),
        ([PERSON, {"@type": "Organization", "name": "RIVER POST"}], ("Ann Lee",)),
    ],
)
def test_what_data_add_to_names_is_none(stated: object, expected: tuple[str, ...]) -> None:
    assert authors(page(author=stated))[0] == expected


@pytest.mark.parametrize(
    "byline",
    [
        '<div><span>River Post</span> <span class="auteur">Ann Lee.</span> <time>20 November</time></div>',
        '<div><strong class="c-signature__author"><a href="/autores/ann" rel="author">Ann Lee</a></strong> '
        '<strong class="c-signature__author">Bo Ek</strong><span>Lund</span></div>',
    ],
)
def test_names_in_elements_called_after_authors_are_read(byline: str) -> None:
    found = authors(page(author=FIRM, byline=byline))[0]

    assert found == (("Ann Lee", "Bo Ek") if "Bo Ek" in byline else ("Ann Lee",))


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("Ann Lee (The River Post)", ("Ann Lee",)),
        ("Ann Lee (Radio Lund correspondent)", ("Ann Lee",)),
        ("Ann Lee (LeeSoft)", ("Ann Lee (LeeSoft)",)),
        (["Ann Lee", "Bo Ekström. Pamplona"], ("Ann Lee", "Bo Ekström")),
        (["Ann Lee", "colaboração para o River Post"], ("Ann Lee",)),
        ("Ann Lee RIVERPOST", ("Ann Lee",)),
        (["Ann Lee", "RIVER"], ("Ann Lee",)),
    ],
)
def test_paper_and_place_behind_names_of_the_data_are_none(stated: object, expected: tuple[str, ...]) -> None:
    assert authors(page(author=stated))[0] == expected


def test_job_behind_a_name_in_the_data_is_told_from_it_by_the_link_to_its_page() -> None:
    byline = '<p>By <a href="/people/ann-lee" rel="author">Ann Lee</a></p>'

    assert authors(page(author="Ann Lee Housing Reporter", byline=byline))[0] == ("Ann Lee",)


def test_section_in_a_byline_s_box_gives_way_to_the_author_who_is_linked_below_it() -> None:
    byline = (
        '<div class="byline"><a class="section" href="/home">Town</a>'
        '<div class="author"><a href="/szerzo/ann-lee" rel="author">Ann Lee</a></div></div>'
    )

    assert authors(page(author=FIRM, byline=byline))[0] == ("Ann Lee",)


def test_label_of_a_figure_in_a_byline_s_box_is_no_author() -> None:
    byline = '<div id="signature_date"><time>20/11/2026 à 13:05</time><span>Durée : 0:47</span></div>'

    assert authors(page(byline=byline))[0] == ()


@pytest.mark.parametrize("folder", ["auteur", "autor", "szerzo", "yazarlar", "autoren"])
def test_place_beside_a_linked_author_is_none(folder: str) -> None:
    byline = f'<div class="authors"><a href="/{folder}/ann-lee">Ann Lee</a><span>Zermatt</span></div>'

    assert authors(page(byline=byline))[0] == ("Ann Lee",)


@pytest.mark.parametrize(
    "line",
    [
        "20 November 2026 | Press Release",
        "20 November 2026 | Press Releases IMCO",
        '<a href="/press">Press Releases</a> | 20 November 2026',
        "Nota de Prensa | 20/11/2026",
        '<a href="/topics/global-health/">Global Health</a> | 20 November 2026',
        "Zum Beschluss - 20.11.2026",
    ],
)
@pytest.mark.parametrize(("author", "expected"), [(None, ()), (FIRM, ("River Wire",))])
def test_kind_or_topic_of_a_text_beside_its_date_is_no_author(
    line: str, author: object, expected: tuple[str, ...]
) -> None:
    assert authors(page(byline=f'<p class="meta">{line}</p>', author=author))[0] == expected


@pytest.mark.parametrize("line", ["River Public Radio | By Ann Lee", "City Television | Ann Lee"])
def test_station_beside_the_author_of_the_data_is_none(line: str) -> None:
    assert authors(page(byline=f'<p class="byline">{line}</p>', author=PERSON)) == (
        ("Ann Lee",),
        Origin.JSON_LD,
    )


@pytest.mark.parametrize(
    ("language", "date", "first"),
    [
        (
            "ja",
            "2026年11月20日",
            "神戸市の洋館を住民が買い取った。解体の予定だったが、なぜ残せたのか？ 四千人が寄付した。",
        ),
        ("zh-Hant", "2026/11/20 14:30", "「石滬是祖先留下的。」 老師傅洪振福今年八十六歲，他說砌石沒有圖。"),
        ("th", "20 พ.ย. 2569", "ชาวนาเชียงรายเร่งเก็บข้าวหนีน้ำป่าหลังฝนตกหนักผิดฤดู โรงสีไม่รับซื้อข้าวที่มีความชื้นสูง"),
    ],
)
def test_first_paragraph_in_a_script_without_spaces_is_no_name(language: str, date: str, first: str) -> None:
    others = "".join(f"<p>{number}{first[::-1]}</p>" for number in "一二三四五六")
    html = (
        f'<html lang="{language}"><head><meta property="og:type" content="article"></head><body><main>'
        f"<h1>{first[:9]}</h1><time>{date}</time><div><p>{first}</p>{others}</div></main></body></html>"
    )
    article = split_page(html.encode(), url=URL).article

    assert article is not None
    assert article.authors == ()
    assert article.body.startswith(first)


def test_buttons_in_a_byline_s_box_name_nobody() -> None:
    tools = '<div class="EmailPrint"><a href="#">Print</a> <a href="mailto:?subject=Flood">Email</a></div>'
    html = page(byline=f'<div id="byline">{tools}By Ann Lee | ann@riverpost.example<br>River Post</div>')

    assert authors(html) == (("Ann Lee",), Origin.BYLINE)


@pytest.mark.parametrize(
    "box",
    [
        '<div class="commentlist"><div class="comment-author">Bo Ek</div></div>',
        '<div class="pull-quote"><span class="author">Bo Ek</span></div>',
        '<blockquote>We have never seen it.<div class="quote-author">Bo Ek</div></blockquote>',
        '<figure><img src="a.jpg"><figcaption>The bridge.<p class="img-author">Bo Ek</p></figcaption></figure>',
        '<nav><ol class="crumbs"><li class="author-crumb">All Sweden</li></ol></nav>',
    ],
)
def test_boxes_of_others_name_no_author(box: str) -> None:
    assert authors(page(byline=box)) == ((), None)
    assert authors(page(byline=f"{box}<p>By Ann Lee</p>")) == (("Ann Lee",), Origin.BYLINE)


def test_editor_in_charge_below_a_chinese_text_is_no_author() -> None:
    assert authors(page(end='</div><p class="show_author">责任编辑：王小明</p><div>')) == ((), None)


def test_columnist_at_the_head_of_a_chinese_text_is_the_author() -> None:
    head = "<p>【文/江报网专栏作者 王小明】</p>"
    text = "".join(
        f"<p>{line}，河水上涨两米，冲走了旧桥的栏杆，市政府已经关闭了大桥，请司机绕行。</p>"
        for line in "一二三四"
    )
    html = f'<html lang="zh"><body><h1>洪水关闭旧桥</h1><div>{head}{text}</div></body></html>'

    assert authors(html.encode()) == (("王小明",), Origin.TEXT)


def test_chapter_of_a_law_is_no_name_and_stays_in_the_text() -> None:
    text = "".join(
        f"<p>第{n}条 为了保护河流和桥梁，根据本地情况，制定本规定，各单位应当遵守执行。</p>"
        for n in "一二三四"
    )
    html = f'<html lang="zh"><body><h1>河流保护规定</h1><div><p>第一章 总 则</p>{text}</div></body></html>'

    article = split_page(html.encode(), url=URL).article

    assert article is not None
    assert article.authors == ()


def test_credit_of_a_picture_in_microdata_names_no_author() -> None:
    picture = '<div itemscope><p itemprop="author">Photograph by Bo Ek, River Pictures</p></div>'

    assert authors(page(byline=picture)) == ((), None)


def test_company_beside_a_person_of_the_data_is_none() -> None:
    head = '<meta name="author" content="Riverpost Media Inc."><meta name="author" content="Ann Lee">'

    assert authors(page(head=head)) == (("Ann Lee",), Origin.META)


@pytest.mark.parametrize(
    "rights", ["Riverwire", "© 2026 Riverwire. All rights reserved.", "Riverwire版权所有"]
)
def test_holder_of_the_rights_comes_after_a_person_of_a_line(rights: str) -> None:
    head = f'<meta name="author" content="Riverwire"><meta name="copyright" content="{rights}">'

    assert authors(page(head=head)) == (("Riverwire",), Origin.META)
    assert authors(page(head=head, byline="<p>By Ann Lee</p>")) == (("Ann Lee",), Origin.BYLINE)


@pytest.mark.parametrize("first", ["By: River Newswire", '<a href="/author/desk">River Post</a>'])
def test_person_of_a_later_line_comes_before_the_agency_or_site_of_the_first(first: str) -> None:
    html = page(byline=f'<p class="byline">{first}</p><p>20 November 2026</p><p>By Ann Lee</p>')

    assert authors(html) == (("Ann Lee",), Origin.BYLINE)


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        (
            '<p>By <a href="/ann"><span itemprop="name">Ann Lee</span></a> and '
            '<a href="/bo"><span class="byline" itemprop="name">Bo Ek</span></a></p>',
            ("Ann Lee", "Bo Ek"),
        ),
        (
            '<div><span>River Post</span> <span>20/11/2026</span> <span class="authorname-txt">Ann Lee</span></div>',
            ("Ann Lee",),
        ),
        (
            '<div>Post Radio - The Bridge - 20.11.2026 <span itemprop="author">Autor/in: Ann Lee</span></div>',
            ("Ann Lee",),
        ),
        (
            '<div><span class="writer">山田太郎</span><span class="date">2026年11月20日</span></div>',
            ("山田太郎",),
        ),
        ('<div><a href="/about/editors/ann-lee/">Ann Lee</a>, <a href="#">@annlee</a></div>', ("Ann Lee",)),
    ],
)
def test_elements_and_links_of_a_line_tell_all_its_authors(byline: str, expected: tuple[str, ...]) -> None:
    assert authors(page(byline=byline)) == (expected, Origin.BYLINE)


@pytest.mark.parametrize(
    "line",
    [
        '20 November 2026, 08:30 | <a rel="category tag" href="/out">City Walks</a>, <a rel="tag" href="/x">Rivers</a>',
        '<a href="/south">South Sweden</a> 09:31 20 November 2026',
    ],
)
def test_section_linked_beside_the_date_is_no_author(line: str) -> None:
    menu = '<ul class="main-menu"><li><a href="/south">South Sweden</a></li></ul>'
    html = page(byline=f"<div>{line}</div>").replace(b"<article>", f"{menu}<article>".encode())

    assert authors(html) == ((), None)


def test_author_s_page_in_a_menu_is_no_byline() -> None:
    menu = '<ul class="sub-menu"><li><a href="/author/opening-nights">Opening Nights</a></li></ul>'
    html = page(author="City Desk").replace(b"<article>", f"{menu}<article>".encode())

    assert authors(html) == (("City Desk",), Origin.JSON_LD)


def test_house_behind_the_names_of_a_japanese_byline_is_no_author() -> None:
    assert authors(page(byline='<div id="byline">[山田太郎，Riverpost]</div>')) == (
        ("山田太郎",),
        Origin.BYLINE,
    )
