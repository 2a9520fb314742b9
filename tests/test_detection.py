"""Which language a text is in, where its page does not say."""

import subprocess
import sys

import pytest

from archiver.parsers.detection import common_words, detected_language
from archiver.word_lists import word_table

TEXTS = {
    "en": "The council of the town said that the bridge is closed and that drivers have to wait for the ferry to the "
    "other side of the river.",
    "de": "Die Stadt hat die Brücke über den Fluss gesperrt, und das Rathaus teilte mit, dass der Verkehr nicht vor "
    "Montag wieder auf die Straße darf.",
    "es": "El alcalde dijo que los vecinos no se quedan sin puente: lo cierran por una semana, y para cruzar el río "
    "hay un barco como los de antes con dos viajes al día.",
    "pt": "A câmara fechou a ponte sobre o rio e os condutores que vão para o outro lado não têm como chegar ao centro "
    "da cidade em menos de uma hora.",
    "pl": "Rada miasta zamknęła most na rzece i nie wiadomo, jak długo kierowcy będą czekać na prom, który od "
    "poniedziałku pływa do centrum, bo się zepsuł.",
    "tr": "Belediye köprüyü kapattı ve sürücüler için bir vapur seferi daha olarak duyurdu, ama bu çok uzun bir yol "
    "gibi görünüyor ve ile gidenler şikâyetçi.",
    "zu": "Umkhandlu uthe ibhuloho livaliwe ngoba alikho isimo esihle futhi abashayeli kumele balinde ukuthi kufike "
    "esinye isikebhe lapho emfuleni uma bewela.",
    "uk": "Міська рада закрила міст за рішенням експертів, і не відомо, що буде з транспортом та як довго "
    "чекати на пором, бо це не так просто.",
    "ur": "شہر کی انتظامیہ نے دریا کے پل کو بند کر دیا ہے اور مالکان سے کہا ہے کہ وہ پیر تک رات میں "
    "انتظار کریں، یہ فیصلہ کل ہوا۔",
    "ja": "市議会は月曜日まで橋を閉鎖すると発表し、運転手には川を渡る渡し船を待つよう求めている。",
    "zh": "市议会宣布大桥在星期一之前关闭，司机必须等待渡船过河。",
    "ta": "நகர சபை திங்கட்கிழமை வரை பாலத்தை மூடியது, ஓட்டுநர்கள் படகுக்காக காத்திருக்க வேண்டும் என்று கூறியது.",
}
"""Texts that their letters or words tell."""
MODEL = "py3langid"


@pytest.mark.parametrize("language", TEXTS)
def test_language_of_a_text(language: str) -> None:
    assert detected_language(TEXTS[language]) == language


def test_letters_of_one_language_tell_it_among_words_of_another() -> None:
    """Pages on technical matters name half of what they speak of in English."""
    assert detected_language(TEXTS["zh"] + " the API of the Python and JSON is for the rest of us") == "zh"


def test_language_without_a_list_is_not_taken_for_one_that_shares_a_word() -> None:
    """Malagasy has "sy" in every line, as Afrikaans has, and "ny", "no" and "ao"."""
    text = (
        "Nikatona ny tetezana ao an-tanàna sy ny lalana mankany amin'ny renirano, hoy ny ben'ny tanàna, sy ny olona "
        "miandry ny sambo sy ny fiara izay no tonga aloha amin'ny alatsinainy."
    )

    assert detected_language(text) == "mg"


def test_languages_that_words_do_not_tell_apart_are_left_to_the_model() -> None:
    assert detected_language("Hei, jeg vet ikke hva dette er, og det er ikke så farlig heller for meg.") in (
        "no",
        "nb",
        "da",
    )


def test_text_of_few_words_is_in_no_language() -> None:
    assert detected_language("Bridge closed until Monday") is None


def test_model_is_loaded_for_what_nothing_else_tells_alone() -> None:
    """It takes half a second and 100 MB of every process that loads it."""
    script = f"""
import sys
from archiver.parsers.detection import detected_language
for text in {list(TEXTS.values())!r}:
    detected_language(text)
assert "{MODEL}" not in sys.modules
detected_language("Nikatona ny tetezana ao an-tanana sy ny lalana mankany amin'ny renirano, hoy ny ben'ny")
assert "{MODEL}" in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_lists_of_common_words_are_in_small_letters_and_long_enough() -> None:
    for language, words in word_table("parsers", "common.toml").items():
        assert words == words.lower(), language
        assert len(words.split()) == len(common_words(language)) >= 8, language
