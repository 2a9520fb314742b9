"""Bylines in the forms that sites without data for machines write them in, and lines that only look like bylines."""

import pytest

from archiver.parsers import split_page
from archiver.parsers.authors.bylines import byline_names, signed_names
from archiver.parsers.authors.person_names import looks_like_a_name

TITLE = "Flood closes the old bridge"
TEXT = (
    "The river rose by two metres on Friday night and took the railing of the old bridge with it.",
    "The council closed the bridge for the weekend and asked drivers to take the ring road instead.",
    "Engineers will look at the piers on Monday, when the water is expected to be lower again.",
    "“We have never seen it this high in November,” said mayor Ann Lund, who lives by the mill.",
)


def page(*lines: str, above: str = "", behind: tuple[str, ...] = (), language: str = "en") -> bytes:
    """A page without any data for machines: lines between headline and text, above the headline, behind the text."""
    between, after = ("".join(f"<div>{line}</div>" for line in part) for part in (lines, behind))
    text = "".join(f"<p>{paragraph}</p>" for paragraph in TEXT)
    return (
        f'<html lang="{language}"><head><title>{TITLE}</title></head><body><div><a href="/">Post</a> {above}</div>'
        f"<main><h1>{TITLE}</h1>{between}{text}{after}</main><footer>© 2026 Post</footer></body></html>"
    ).encode()


def authors(html: bytes) -> tuple[str, ...]:
    article = split_page(html, url="https://post.example/n/100.html").article
    assert article is not None
    assert article.body == "\n\n".join(TEXT)
    return article.authors


@pytest.mark.parametrize(
    ("name", "date", "language", "expected"),
    [
        ("Ann Lee", "20/11/2026", "en-GB", ("Ann Lee",)),
        ("Ann Lee, City Reporter", "Fri 20 Nov 2026 21.15 GMT", "en", ("Ann Lee",)),
        ("Ann Lee in Lund", "2026-11-20 21:15", "en", ("Ann Lee",)),
        ("Ann Lee, AP", "20 November 2026", "en", ("Ann Lee",)),
        ("Max Muster, Eva Klein", "20.11.2026 | 21:15", "de", ("Max Muster", "Eva Klein")),
        ("Jean Dupont et Anne Martin", "Publié le 20/11/2026", "fr", ("Jean Dupont", "Anne Martin")),
        ("Jean Dupont avec AFP", "Le 20.11.2026", "fr", ("Jean Dupont",)),
        ("JUAN PÉREZ", "Lund - 20 NOV 2026 - 21:15 CET", "es", ("JUAN PÉREZ",)),
        ("João Silva, do Porto", "20/11/2026 21h15", "pt", ("João Silva",)),
        ("Jan de Vries en Anna van den Berg", "vr 20 nov 2026", "nl", ("Jan de Vries", "Anna van den Berg")),
        ("Иван Петров", "20.11.2026 21:15", "ru", ("Иван Петров",)),
        ("राम कुमार", "20 नवंबर 2026", "hi", ("राम कुमार",)),
        ("علی رضایی", "۲۹ آبان ۱۴۰۵", "fa", ("علی رضایی",)),
        ('<a href="/team/ann-lee">Ann Lee</a>', "20 November 2026", "en", ("Ann Lee",)),
    ],
)
def test_names_alone_above_a_date_are_the_authors(
    name: str, date: str, language: str, expected: tuple[str, ...]
) -> None:
    assert authors(page(name, date, language=language)) == expected


def test_section_that_the_address_names_is_no_author() -> None:
    html = page("Climate Change", "20 November 2026")

    article = split_page(html, url="https://post.example/climate-change/2026/flood.html").article

    assert article is not None
    assert article.authors == ()


def test_name_and_date_behind_the_text_are_the_authors() -> None:
    assert authors(page(behind=("Ann Lee", "20 November 2026"))) == ("Ann Lee",)


@pytest.mark.parametrize(
    ("line", "above"),
    [
        ("City News", '<a href="/city">City News</a>'),
        ('<a href="/category/city-news">City News</a>', ""),
        ("Article Tags:", ""),
        ("Old Bridge", ""),
        ("Flooded towns", ""),
        ("The Long Read About Floods", ""),
    ],
)
def test_lines_above_a_date_that_name_nobody_give_no_author(line: str, above: str) -> None:
    article = split_page(
        page(line, "20 November 2026", above=above), url="https://post.example/n/100.html"
    ).article

    assert article is not None
    assert article.authors == ()


@pytest.mark.parametrize("subheading", ["What Happens Next", "New York City", "Key Points"])
@pytest.mark.parametrize("place", [1, 2, 3])
def test_subheading_in_large_letters_is_no_name_and_stays_in_the_text(subheading: str, place: int) -> None:
    lines = [*TEXT[:place], f"<strong>{subheading}</strong>", *TEXT[place:]]
    shown = "".join(f"<p>{line}</p>" for line in lines)
    html = (
        f"<html lang='en'><head><title>{TITLE}</title></head><body><main><h1>{TITLE}</h1><div>20 November 2026</div>"
        f"<div>{shown}</div></main></body></html>"
    )

    article = split_page(html.encode(), url="https://post.example/n/100.html").article

    assert article is not None
    assert article.authors == ()
    assert article.body.split("\n\n") == [*TEXT[:place], subheading, *TEXT[place:]]


def test_subheading_in_a_script_without_capitals_is_no_name() -> None:
    text = (
        "ارتفع منسوب النهر مترين ليلة الجمعة وجرف معه سور الجسر القديم.",
        "أغلقت البلدية الجسر خلال عطلة نهاية الأسبوع وطلبت من السائقين استخدام الطريق الدائري.",
        "ما الذي سيحدث",
        "سيفحص المهندسون الدعامات يوم الاثنين عندما يتوقع أن ينخفض منسوب المياه.",
        "وقالت رئيسة البلدية آنا لوند: «لم نره بهذا الارتفاع في نوفمبر من قبل».",
    )
    shown = "".join(f"<p><b>{line}</b></p>" if line == text[2] else f"<p>{line}</p>" for line in text)
    html = (
        '<html lang="ar"><head><title>الفيضان يغلق الجسر القديم</title></head><body><main>'
        f"<h1>الفيضان يغلق الجسر القديم</h1><div>20.11.2026</div><div>{shown}</div></main></body></html>"
    )

    article = split_page(html.encode(), url="https://post.example/n/100.html").article

    assert article is not None
    assert article.authors == ()
    assert article.body == "\n\n".join(text)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Ann Lee, Photos by Bo Ek", ("Ann Lee",)),
        ("By Ann Lee. Photographs: Bo Ek", ("Ann Lee",)),
        ("By Ann Lee and photos by Bo Ek", ("Ann Lee",)),
        ("Reporting by Ann Lee; Editing by Bo Ek", ("Ann Lee",)),
        ("Text: Max Muster, Fotos: Eva Klein", ("Max Muster",)),
        ("Text: Sven Svensson Foto: Anna Ek", ("Sven Svensson",)),
        ("Texto: Juan Pérez / Fotos: Ana López", ("Juan Pérez",)),
        ("Reporter: Budi Santoso | Editor: Siti Aminah", ("Budi Santoso",)),
        ("Words: Ann Lee", ("Ann Lee",)),
        ("Ein Gastbeitrag von Max Muster", ("Max Muster",)),
        ("Propos recueillis par Jean Dupont", ("Jean Dupont",)),
        ("Par Jean Dupont (à Lyon)", ("Jean Dupont",)),
        ("oprac. Jan Kowalski", ("Jan Kowalski",)),
        ("기자명 홍길동", ("홍길동",)),
        ("By Ann Lee, Ph.D.", ("Ann Lee",)),
        ("By John Smith Jr.", ("John Smith Jr",)),
        ("By Ann Lee, Associated Press", ("Ann Lee",)),
        ("By Ann Lee for the River Post", ("Ann Lee",)),
        ("By Ann Lee 5 min read", ("Ann Lee",)),
        ("By Ann Lee5 minute Read", ("Ann Lee",)),
        ("By Ann Lee Ann Lee", ("Ann Lee",)),
        ("By Ann Lee│", ("Ann Lee",)),
        ("Author(s): Ann Lee", ("Ann Lee",)),
        ("Autor: Max Muster, Landesanstalt für Wasserbau, Lund (S)", ("Max Muster",)),
        ("Moderation: Max Muster", ()),
        ("Photos by Bo Ek", ()),
        ("Edited by: Bo Ek", ()),
        ("Words Matter Most", ()),
        ("Article Sources:", ()),
    ],
)
def test_byline_names_its_authors_and_not_who_else_is_credited(line: str, names: tuple[str, ...]) -> None:
    assert byline_names(line) == names


@pytest.mark.parametrize(
    "line",
    [
        "By Ann Lee Updated on February 16, 2026",
        "By Ann Lee Published 20 November 2026",
        "By Ann Lee Last updated 20 November 2026, 21:15",
        "Von Ann Lee - Aktualisiert am 20.11.2026",
        "Par Ann Lee Publié le 20/11/2026 à 21h15",
        "Di Ann Lee Aggiornato il 20 novembre 2026",
        "Article by Ann Lee (@annlee)",
    ],
)
def test_words_that_lead_to_a_date_are_no_part_of_a_name(line: str) -> None:
    assert signed_names(line) == ("Ann Lee",)


@pytest.mark.parametrize(
    ("line", "names"),
    [("ຂ່າວ-ພາບ: ບຸນມີ", ("ບຸນມີ",)), ("(ຂ່າວ: ບຸນມີ)", ("ບຸນມີ",))],
)
def test_label_with_marks_among_its_letters_names_the_author(line: str, names: tuple[str, ...]) -> None:
    assert signed_names(line) == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Par ANNE DUBOIS, LUC MARTIN Envoyés spéciaux à Lyon", ("ANNE DUBOIS", "LUC MARTIN")),
        ("Door Anna de Vries en Jan Bakker, correspondent Brussel", ("Anna de Vries", "Jan Bakker")),
        ("Por Ana Ruiz en Deportes", ("Ana Ruiz",)),
        ("Dal nostro inviato Marco Bruni", ("Marco Bruni",)),
        ("Van onze verslaggever Jan Bakker", ("Jan Bakker",)),
        ("opr. Jan Kowalski", ("Jan Kowalski",)),
        ("Reportagem de Ana Souza", ("Ana Souza",)),
        ("durch Eva Klein", ("Eva Klein",)),
        ("Aus Lübeck berichten Eva Klein und Max Muster", ("Eva Klein", "Max Muster")),
        ("Yazan: Ayşe Yılmaz ve Mehmet Demir", ("Ayşe Yılmaz", "Mehmet Demir")),
        ("Yazan: Olaylar ve Görüşler", ("Olaylar ve Görüşler",)),
        ("كتب: أحمد حسن ومحمد علي", ("أحمد حسن", "محمد علي")),
        ("بقلم أحمد وليد", ("أحمد وليد",)),
        ("文＝田中一郎、写真＝佐藤花子", ("田中一郎",)),
        ("取材・文●オカモト／川編集部", ("オカモト",)),
        ("【ロンドン＝田中一郎】", ("田中一郎",)),
        ("김철수 기자 이영희 기자", ("김철수", "이영희")),
        ("(서울=강뉴스) 김철수 기자 =", ("김철수",)),
        ("글·사진 김철수 기자", ("김철수",)),
        ("사진 김철수 기자", ()),
        ("记者 王小明 李建国 北京报道", ("王小明", "李建国")),
        ("文/王小明 编辑/李建国", ("王小明",)),
        ("By Ann Lee, TIME", ("Ann Lee",)),
        ("By Ann Lee Reuters", ("Ann Lee",)),
        ("By Michael Bloomberg", ("Michael Bloomberg",)),
    ],
)
def test_bylines_of_many_languages_are_read_without_roles_places_and_houses(
    line: str, names: tuple[str, ...]
) -> None:
    assert signed_names(line) == names


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("Anna Nowak, PAP", "Data publikacji: 20.11.2026, 14:05, Aktualizacja: 21.11.2026"),
        ("Anna Nowak/dpa, Lund", "Fr., 20.11.26, 15.30 Uhr"),
        ("Anna Nowak, Agência Rio", "Sexta-feira, 20 de novembro de 2026"),
        ("Anna Nowak - Reuters", "20 November 2026"),
        ("Anna Nowak (Text) und Bo Ek (Fotos)", "20.11.2026"),
    ],
)
def test_agency_place_and_credit_beside_a_name_above_a_date_are_none(line: str, date: str) -> None:
    assert authors(page(line, date, language="de")) == ("Anna Nowak",)


@pytest.mark.parametrize(
    "line", ["Repeat Chorus", "What You Can Do", "Viel Spaß", "Legal Notices", "想念你 想念你"]
)
def test_words_of_songs_greetings_and_menus_are_no_names(line: str) -> None:
    assert not looks_like_a_name(line)


def test_byline_with_its_place_far_from_the_story_is_another_s() -> None:
    comments = "".join(f"<p>Comment number {number} on the story.</p>" for number in range(30))
    html = page(
        "20 November 2026",
        behind=(f'<div id="comments">{comments}</div>', "<aside>By Antonia Leeward, Lund</aside>"),
    )

    assert split_page(html, url="https://post.example/n/100.html").article.authors == ()  # type: ignore[union-attr]


def test_place_behind_an_emphasized_name_is_no_author() -> None:
    line = '<p class="autor"><strong>Ana Ruiz</strong> | Palma de Mallorca | 20/11/2026</p>'

    assert authors(page(line, language="es")) == ("Ana Ruiz",)


def test_authors_in_the_items_of_a_list_are_all_read() -> None:
    items = ("By Ann Lee", "Bo Ek", "Cy Dale")
    line = "".join(f'<li><div class="author" rel="author">{item}</div></li>' for item in items)

    assert authors(page(f'<ul class="authors">{line}</ul><p>Nov 20, 2026</p>')) == (
        "Ann Lee",
        "Bo Ek",
        "Cy Dale",
    )


@pytest.mark.parametrize(
    "box",
    [
        '<div id="infobox"><a href="/author/ann-lee/">Ann Lee</a> is the editor of the Post and likes rivers.</div>',
        '<div>The author <a href="/source/ann-lee" rel="author">Ann Lee</a></div>',
    ],
)
def test_only_author_whom_a_page_tells_of_or_links_is_the_story_s(box: str) -> None:
    comments = "".join(f"<p>Comment number {number} on the story.</p>" for number in range(30))
    html = page(behind=(f'<div id="comments">{comments}</div>', box))

    assert split_page(html, url="https://post.example/n/100.html").article.authors == ("Ann Lee",)  # type: ignore[union-attr]
