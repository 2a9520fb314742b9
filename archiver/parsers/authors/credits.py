"""Credits that name others than the author: who took the pictures, edited, translated or filmed."""

import re
from functools import cache

from archiver.parsers.text import MARKS, fold
from archiver.word_lists import lines, word_table

# What a label is followed by.
_BY = "by|von|par|de|di|por|per|door|van|av|af|oleh"
MARK = re.compile(rf"[:：・]|\s(?:{_BY})\b", re.IGNORECASE)
BY_BEHIND = re.compile(rf"\s(?:{_BY})$", re.IGNORECASE)
_WORD = rf"[^\W\d_][\w{MARKS}'’\u200c-]*"
# Up to three words before a colon or a word for "by", and the marks before them.
LABEL = re.compile(
    r"(?:^|[\s,;|/•·.(\[【（–—-]+)(?:(?:and|und|et|y|e|en|och|og|&)\s+)?"
    rf"(?P<label>{_WORD}(?:\s{_WORD}){{0,2}}?)"
    rf"(?:\s*[:：・]|\s+(?:{_BY})\b[:：]?\s)",
    re.IGNORECASE,
)
CALLED = re.compile(rf"({_WORD}(?:\s{_WORD})?)\s*[:：]\s*")
NOTE = re.compile(r"\s*\(([^()]{3,40})\)$")
END = re.compile(r"[|;/•·]")
# Longer texts are no bylines.
LONGEST = 200
# What credits a picture at the end of its caption, in so many characters of it.
LONGEST_CREDIT = 50
PICTURE = re.compile(
    r"(?:^|[\s(（/.。])(?:photo(?:graph)?s?|fotos?|bild(?:er|rechte|quelle|nachweis)?|image|picture|credit|crédit|写真|撮影|사진|фото|تصوير|صورة|φωτ\w*)\s*[:：=]"
    # "Reporter Wang Xiaoming took it", "supplied by", and the reporter of a Korean paper behind a sentence.
    r"|(?:记者|記者)\s*[\u4e00-\u9fff]{2,4}\s*(?:摄|攝|翻攝|图|圖)[）)]?$"
    # "Zhou Bin took it", "supplied by the museum", "still of a film", a bank of pictures.
    r"|(?:^|[\s(（。，,])[\u4e00-\u9fff]{2,12}\s?[摄攝][）)]?$|供[图圖](?:\s?[\u4e00-\u9fff]{2,8}[发發])?[）)]?$"
    r"|[\s(（。](?:视频|網路|网络|网页|影片)?截[图圖][）)]?。?$|[\s(（。](?:视觉中国|資料圖|资料图)(?:\s?资料)?[）)]?$"
    r"|\s제공$|[.다]\s[가-힣]{2,4}\s(?:선임)?기자$",
)
# Each of those has ":" or "=", or a letter of such a script; the wide colon is among them.
EASTERN = re.compile("[\u1100-\uffff]")


def without_credits(text: str) -> str:
    """Return a line without what credits others: "By Ann Lee. Photos: Bo Ek, Al Ty | City" is "By Ann Lee| City"."""
    if len(text) > LONGEST or MARK.search(text) is None:
        return text
    start = 0
    while found := LABEL.search(text, start):
        if fold(found["label"]) in _others():
            rest = END.search(text, found.end())
            text, start = text[: found.start()] + (text[rest.start() :] if rest else ""), found.start()
        else:
            start = found.start("label") + 1
    return text.strip()


def with_by(text: str) -> str:
    """Return a line that calls its author by a label as one that begins with "by": "Words: Ann Lee" is "By Ann Lee"."""
    found = CALLED.match(text)
    return f"by {text[found.end() :]}" if found and fold(found[1]) in author_labels() else text


def without_note(name: str) -> str:
    """Return a name without the note that it wrote, "Ann Lee (text)", or for whom: "Ann Lee (The River Post)".

    "" where the note credits another: "(photos)". A note of one word may be another name of the author.
    """
    noted = NOTE.search(name)
    if noted is None:
        return name
    note = fold(noted[1])
    if note in _others():
        return ""
    bare = name[: noted.start()]
    return bare if note in author_labels() or (" " in note and " " in bare) else name


def credits_another(name: str) -> bool:
    """Return whether what others did stands behind their name: "山田 太郎 訳" (translation)."""
    before, _, note = name.rpartition(" ")
    return bool(before) and not note.isascii() and fold(note) in _others()


def credits_picture(text: str) -> bool:
    """Return whether a caption ends with who took or supplied its picture."""
    end = text[-LONGEST_CREDIT:]
    if ":" in end or "=" in end or (not end.isascii() and EASTERN.search(end)):
        return PICTURE.search(end.lower()) is not None
    return False


def credits_others(label: str) -> bool:
    """Return whether a line is nothing but such a label, with the word for "by" behind it or not: "Reviewed by:"."""
    bare = label.strip(" :：")
    return fold(BY_BEHIND.sub("", bare)) in _others() and (
        bare != label.strip() or bare != BY_BEHIND.sub("", bare)
    )


@cache
def author_labels() -> frozenset[str]:
    """Return what names an author before a colon, folded."""
    return _labels("author")


@cache
def _others() -> frozenset[str]:
    return _labels("others")


def _labels(key: str) -> frozenset[str]:
    tables = word_table("parsers", "credits.toml").values()
    return frozenset(fold(label) for table in tables for label in lines(table.get(key, "")))
