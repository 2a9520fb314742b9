"""Pages that declare no encoding, in the one that was usual for their language."""

import unicodedata

import pytest

from archiver.parsers.markup.decoding import element_text, page_encoding, page_tree

TEXTS = {
    "cs": "Povodeň uzavřela starý most, řidiči musí až do pátku jet po okruhu.",
    "pl": "Powódź zamknęła stary most; burmistrz żąda pieniędzy na nabrzeże.",
    "hu": "Árvíz miatt lezárták a régi hidat, az autósoknak kerülőút jut.",
    "ro": "Inundaţia a închis podul vechi, iar şoferii aşteaptă.",
    "ru": "Паводок закрыл старый мост, водители едут в объезд.",
    "uk": "Повінь закрила старий міст, водії їдуть в об'їзд.",
    "bg": "Наводнение затвори стария мост до понеделник.",
    "sr": "Поплава затворила стари мост, возачи иду обилазницом.",
    "el": "Πλημμύρα έκλεισε την παλιά γέφυρα μέχρι τη Δευτέρα.",
    "tr": "Sel eski köprüyü kapattı, sürücüler çevre yolundan gidiyor; şimdi ışık yok.",
    "he": "שיטפון סגר את הגשר הישן עד יום שני.",
    "ar": "الفيضان يغلق الجسر القديم حتى يوم الاثنين.",
    "lt": "Potvynis uždarė senąjį tiltą, vairuotojai važiuoja aplinkkeliu.",
    "th": "น้ำท่วมปิดสะพานเก่าจนถึงวันจันทร์",
    "ja": "洪水で古い橋が通行止めになり、月曜日まで渡れない。",
    "ko": "홍수로 낡은 다리가 월요일까지 통행이 금지된다.",
    "zh": "洪水导致老桥关闭，司机需要绕行环路到星期一。",
    "zh-TW": "洪水迫使舊橋關閉，駕駛人到星期一都必須改走環道。",
    "da": "Oversvømmelse lukker den gamle bro; åen steg to meter.",
    "is": "Flóð lokar gömlu brúnni, áin hækkaði um tvo metra.",
    "fr": "La crue ferme le vieux pont jusqu’à lundi, dit le maire.",
    "en": "Flood closes the old bridge – “for good”, the mayor of Møn says.",
}
ENCODINGS = [
    ("cs", "cp1250"), ("cs", "iso8859-2"), ("pl", "cp1250"), ("pl", "iso8859-2"), ("hu", "cp1250"), ("ro", "cp1250"),
    ("ru", "cp1251"), ("ru", "koi8-r"), ("ru", "iso8859-5"), ("uk", "cp1251"), ("uk", "koi8-u"), ("bg", "cp1251"),
    ("sr", "cp1251"), ("el", "cp1253"), ("el", "iso8859-7"), ("tr", "cp1254"), ("he", "cp1255"), ("ar", "cp1256"),
    ("lt", "cp1257"), ("th", "cp874"), ("ja", "cp932"), ("ja", "euc_jp"), ("ko", "cp949"), ("zh", "gb18030"),
    ("zh-TW", "big5"), ("da", "cp1252"), ("is", "cp1252"), ("fr", "cp1252"), ("en", "cp1252"),
    ("ru", "cp866"),
]  # fmt: skip
# The same letters in two encodings: of little text, only the language tells which.
FEW = [
    ("cs", "Muž řek: běž!", "cp1250"),
    ("da", "Ø øst for Møn", "cp1252"),
    ("tr", "Yağış arttı", "cp1254"),
    ("is", "Ýmis ráð að þorpið", "cp1252"),
    ("hr", "Šest žena", "cp1250"),
    ("hr", "Šest žena", "iso8859-2"),
    ("fi", "Šakki ja žanri äänessä", "cp1252"),
    ("lv", "Plūdi slēdz tiltu", "cp1257"),
    ("el", "Άλλα", "cp1253"),
    ("ru", "Пожар", "koi8-r"),
    ("zh", "洪水", "gb18030"),
    ("ja", "洪水", "euc_jp"),
    ("ko", "홍수", "cp949"),
]
TONES = "\u0300\u0301\u0303\u0309\u0323"
COUNTRIES = {"cs": "cz", "da": "dk", "el": "gr", "zh": "cn", "ja": "jp", "ko": "kr"}


def tone_apart(letter: str) -> str:
    """A Vietnamese letter as windows-1258 has it: with its hook or hat, and the tone behind it."""
    parts = unicodedata.normalize("NFD", letter)
    whole = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
    return whole + "".join(part for part in parts if part in TONES)


def page(text: str, root: str = "<html>") -> str:
    return f"{root}<head><title>x</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize(("language", "encoding"), ENCODINGS)
def test_letters_tell_the_encoding(language: str, encoding: str) -> None:
    text = TEXTS[language]

    assert text in element_text(page_tree(page(text).encode(encoding)), 1_000)


@pytest.mark.parametrize(("language", "encoding"), ENCODINGS)
def test_a_language_that_only_a_template_states_misleads_nobody(language: str, encoding: str) -> None:
    text = TEXTS[language]

    assert text in element_text(page_tree(page(text, '<html lang="en">').encode(encoding)), 1_000)


@pytest.mark.parametrize(("language", "text", "encoding"), FEW)
@pytest.mark.parametrize(
    "root",
    [
        '<html lang="{}">',
        "<html class=no-js xml:lang={}-XX>",
        '<html><meta http-equiv="Content-Language" content="{}">',
    ],
)
def test_few_letters_are_read_by_the_language_that_the_page_states(
    language: str, text: str, encoding: str, root: str
) -> None:
    html = page(text, root.format(language)).encode(encoding)

    assert text in element_text(page_tree(html), 1_000)


@pytest.mark.parametrize(("language", "text", "encoding"), FEW)
def test_few_letters_are_read_by_the_country_of_the_address(language: str, text: str, encoding: str) -> None:
    url = f"https://news.example.{COUNTRIES.get(language, language)}/2026/flood"

    assert text in element_text(page_tree(page(text).encode(encoding), url=url), 1_000)


@pytest.mark.parametrize("root", ["<html>", '<html lang="vi">', '<html><meta charset="windows-1258">'])
def test_vietnamese_letters_and_tones_are_read_as_one(root: str) -> None:
    text = "Lũ lụt đóng cửa cầu, thị trưởng nói đến thứ hai."
    html = page("".join(map(tone_apart, text)), root).encode("cp1258")

    assert text in element_text(page_tree(html), 1_000)


@pytest.mark.parametrize("head", ["", '<meta charset="utf-8">', '<meta charset="windows-1250">'])
def test_nothing_is_guessed_of_what_is_utf_8(head: str) -> None:
    html = page(TEXTS["cs"], f'<html lang="pl">{head}').encode()

    assert page_encoding(html, url="https://news.example.pl/") == "utf-8"


def test_a_declared_encoding_goes_before_the_language() -> None:
    html = page("Møn", '<html lang="cs"><meta charset="windows-1252">').encode("cp1252")

    assert page_encoding(html, url="https://news.example.cz/") == "cp1252"


@pytest.mark.parametrize("encoding", ["cp437", "cp850", "mac_roman"])
def test_encodings_of_no_browser_are_read_too(encoding: str) -> None:
    text = (
        "Die Flut hat die alte Brücke geschlossen. Der Stadtrat prüft die Pfeiler am Montag; Autofahrer müssen über "
        "die Umgehungsstraße fahren. Größere Schäden gibt es wohl nicht, heißt es."
    )

    assert text in element_text(page_tree(page(text, "<html>").encode(encoding)), 1_000)


@pytest.mark.parametrize(
    "text",
    [
        "Le prix est de 12 € pour tous ; la dette s'élève à 1 200 €.",
        "Es kostet 12,50€ im Monat, sagt Müller.",
        "De prijs is € 12,50 per maand, zei ze in het café.",
        "Un budget de 3 M€ pour la région",
        "Le cœur de la ville a été touché.",
        "Des mesures mises en œuvre dès l'été",
        "Škoda wächst in Österreich.",
    ],
)
def test_euro_and_letters_that_only_iso_8859_15_has(text: str) -> None:
    html = f"<html><body><p>{text}</p></body></html>".encode("iso8859-15")

    assert page_encoding(html) == "iso8859-15"
    assert text in element_text(page_tree(html), 1000)


@pytest.mark.parametrize(
    "text",
    [
        "½ tasse de sucre, ½kg de farine et ¼l d'eau, à votre goût",
        "1½ Stunden, ¼-Finale und ¾ voll für alle",
        "¤ Nyheter ¤ på svenska från namn¤domän.se",
        "Französisch: M¨uller und Franc¸ais für alle",
        "“12 ¤” is no price, said the café’s owner",
        "Le c½ur est à l´homme, été comme hiver, à 1½ km",
    ],
)
def test_signs_that_only_windows_1252_has(text: str) -> None:
    assert page_encoding(f"<html lang=de><body><p>{text}</p></body></html>".encode("cp1252")) == "cp1252"
