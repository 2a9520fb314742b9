"""Lines that say who wrote: "By Ann Lee and Bo Ek", "Ann Lee | 3 May 2024", in many languages."""

import re
from collections.abc import Iterator
from functools import cache

from archiver.parsers.authors.asian_bylines import ASIAN_ROLE, CALLED, signed_in_asian
from archiver.parsers.authors.behind_names import (
    DEGREE,
    DEGREE_BEHIND,
    HEAD_OF,
    ON_BEHALF,
    ROLE_NOTE,
    SENT,
    without_rest,
    without_role,
)
from archiver.parsers.authors.credits import (
    author_labels,
    credits_another,
    with_by,
    without_credits,
    without_note,
)
from archiver.parsers.authors.person_names import (
    NOT_A_NAME,
    ROLE,
    is_agency,
    looks_like_a_name,
    may_be_unspaced_name,
)
from archiver.parsers.dates.written_dates import moment
from archiver.parsers.phrases import is_phrase, opens, phrases, says
from archiver.parsers.text import clean, ends_sentence, fold

# Where an agency writes from, below a text: "LUND (dpa-AFX)".
WIRED = re.compile(r"[^\W\d_a-z]{3,}[^a-z()]*\s\([^()]+\)")
ADDRESS = re.compile(r"https?:|www\.|@\w", re.IGNORECASE)
# Texts with such phrases head lists or are buttons.
LABELS = ("related", "popular", "latest", "section", "sponsored")
YEAR = re.compile(r"(?:19|20)\d\d")
# "Author(s): Ann Lee"
BYLINE_BREAK = re.compile(r"(?:\(s\))?\s*[:：・]\s*|\s+")
NAME_SPLIT = re.compile(
    r"\s*(?:[,;|│｜/•·、，]\s*(?:and|und|et|&)\s|[,;|│｜/•·、，]|\((?:with|avec|mit|con|com)\s"
    r"|\s(?:and|und|et|y|e|en|och|og|i|и|та|και|و|&|with|avec|mit|con)\s)\s*"
)
# Arabic sets "and" right before the second name; some names begin with that letter.
ARABIC_AND = re.compile(
    r"(?<=[\u0600-\u06ff])\sو(?!ليد|ائل|سام|جدي|فاء|داد|جيه|حيد|رد)(?=[\u0600-\u06ff]{3,}\s[\u0600-\u06ff]{2,}$)"
)
# Turkish for "and", between names of two words: "Olaylar ve Görüşler" is a desk.
TURKISH_AND = re.compile(r"(\w+\s\w+)\sve\s(?=\w+\s\w)")
# Names in capitals with "and" between them: "ANA LÓPEZ Y JUAN PÉREZ".
CAPITALS_AND = re.compile(
    r"(?<!\w)([^\W\da-z_]{2,}\s[^\W\da-z_]{2,})\s(?:AND|UND|ET|Y|E|OCH|OG)\s(?=[^\W\da-z_]{2,}\s[^\W\da-z_]{2})"
)
PART_BREAK = re.compile(r"\s+[-–—]\s+|[|│｜•·●]")
BEHIND_TIME = re.compile(r"\d[:.h]\d\d,\s+([^\d,]+)$")
# What stands beside names in a byline and is neither: accounts, mail addresses, times.
ACCOUNT = re.compile(r"(?<![^\s(])@\w+|\S+@\S+\.\w+")
MAIL = re.compile(r"(?<=[^\W\d_]\s)\(?[\w.+-]+@[\w-]+\.[\w.-]+\)?")
TIME = re.compile(
    r"(?<![\d:])\d{1,2}[:.h]\d\d(?::\d\d)?(?!\d)(?:\s?(?:uhr\b|h\b|[ap]\.?m?\b\.?))?(?:\s[A-Z]{1,4}T\b)?",
    re.IGNORECASE,
)
# What leads to a date or time that was cut out, and to the section that the story stands in.
LEADS_TO_DATE = re.compile(
    r"[\s,]+(?:on|at|am|um|vom|le|à|el|il|op|om|den|em|às?|@|-|[–—]|follow)?[\s,]*(?=\|)",
    re.IGNORECASE,
)
WEEKDAY = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo"
    r"|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|(?:segunda|terça|quarta|quinta|sexta)-feira"
    r"|(?:maan|dins|woens|donder|vrij|zater|zon)dag|thứ (?:hai|ba|tư|năm|sáu|bảy)|chủ nhật"
    r"|יום (?:ראשון|שני|שלישי|רביעי|חמישי|שישי)"
    r"|(?:يوم )?(?:الأحد|الاثنين|الإثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت)|(?:یک|دو|سه|چهار|پنج)[ \u200c]?شنبه)\b"
    r"|\b(?:mon|tue|wed|thu|fri|sat|sun)[.,]?(?=\s*\|)",
    re.IGNORECASE,
)
# Not "en" in Dutch, which is "and".
IN_SECTION = re.compile(
    r"\s(?:in|unter|dans|em)\s[^|]*$|^(?!door\s)(?P<name>[^|]*?)\sen\s[^|]*$", re.IGNORECASE
)
MOST_DATES = 3
# What stands before a name only where what follows looks like one, unless a colon follows: "From India to Argentina".
AMBIGUOUS = re.compile(r"(?:from|text|aus|texto|texte|de|da|di|haber)\s+(?![:：])", re.IGNORECASE)
# "Aus Lund berichten Ann Lee und Bo Ek"
REPORTS_FROM = re.compile(r"^aus\s[^\W\d_][^,:]{2,30}?\sbericht(?:et|en)\s", re.IGNORECASE)
ACCOUNT_NAME = re.compile(r"[a-z][\w.-]+")
# News agencies and editors sign with a few small letters: "dpa", "hej".
AGENCY = re.compile(r"[a-z]{2,5}")
# The names of papers and agencies, behind those of people.
PAPER = re.compile(
    r"\b(?:press|news|times|post|daily|herald|tribune|journal|gazette|telegraph|chronicle|reuters|bloomberg|magazine"
    r"|media|radio|television|network|agency|agence|agentur|ag[eê]ncia|agenzia|nachrichten|zeitung|presse)\b",
    re.IGNORECASE,
)
# Broadcasters have studios: "Ann Lee, ARD Nairobi".
BROADCASTER = re.compile(r"^[A-Z]{3,5}\s[A-Z][a-z]\w*$")
# "Autor/in: Ann Lee"
FEMALE = re.compile(r"/-?in(?:nen)?(?=\s?:)")
# Where a reporter is, behind the name: "Jean Dupont (à Lyon)".
PLACE = re.compile(r"\s*\((?:à|au|en|in|a|aus|em|från|i|w|v|в)\s[^()]*\)")
# How a line tells it in a sentence.
WRITTEN_BY = re.compile(
    r"^(?:this|the) (?:guest )?(?:post|article|story|piece|blog|column|report|essay|op-ed)(?: post)? (?:was|is) "
    r"(?:co-)?(?:written|authored|contributed|reported|penned) by\s+",
    re.IGNORECASE,
)
# Where scholars work, and the place: "Ann Lee, Institute of Hydrology, Lund (S)".
INSTITUTE = re.compile(
    r"\b(?:universit|institut|college\b|\w*hochschule\b|\w*anstalt\b|a[ck]adem|faculty\b|minister)|\([A-Z]{1,3}\)$",
    re.IGNORECASE,
)
# What stands behind names in a byline and is no further one.
NOT_SECOND = (ROLE, PAPER, BROADCASTER, INSTITUTE)
TEAM = re.compile(
    r"\b(?:redaktion|editorial|newsroom|news desk|staff|team|redacción|redação|redazione|rédaction|redactie"
    r"|redaksjonen|redaktionen|redakcja|redakce|редакция|редакція)\b",
    re.IGNORECASE,
)
OFFICE = re.compile(
    r"\b(?:desk|(?:news)?wire|gmbh|ltd|llc|inc|plc|s\.a|sp\.? z o\.o)\b"
    r"|[报報網网社台臺号號]$|新[闻聞]$|(?:신문|일보|뉴스|방송)$",
    re.IGNORECASE,
)
# Desks of broadcasters: "ABC News".
NETWORK = re.compile(r"[A-Z]{2,5}\s(?:News|Sports?|Radio|TV|Wire)")
# What data add to those who were in the pictures or made them up: "Ann Lee at River Models", "Bo Ek using Mill Gloss".
CREDITED = re.compile(r"\w\s(?:at|for|using)\s[^\W\d_a-z]")
# Japanese for foreign words: names have a dot between their parts.
KATAKANA = re.compile(r"[ァ-ヺー]+")
INITIALS = re.compile(r"(?:[^\W\d_]\.\s?){1,3}[^\W\d_]?")
# What stands around a name: frames of a line, brackets of Chinese and Japanese ones.
MARKS = " .,:;-–—|*│｜《》【】[]"
LONGEST_LINE = 120
# A line that gives the day of publication and that of an update.
LONGEST_DATED = 80
LONGEST_BYLINE = 400
# Characters of the authors stated for machines that are read.
MOST_NAMES = 2_000
LONGEST_NAME_WORDS = 5
LONGEST_TEAM_WORDS = 3
# Words of the longest phrase that stands before a name, and letters of the longest first word of one.
LONGEST_PHRASE = 4
LONGEST_FIRST = 20
# Letters of the words that say what a date is of.
LEAST_DATE_WORDS = 5


def byline_names(text: str) -> tuple[str, ...]:
    """Return the names in a line that says who wrote ("By Ann Lee and Bo Ek"), or () if it is no such line."""
    if not _may_start_byline(text):
        return ()
    text = REPORTS_FROM.sub("von ", with_by(without_credits(clean(text))), count=1)
    return tuple(names_in(text)) if _starts_byline(text) else ()


def signed_names(text: str) -> tuple[str, ...]:
    """Return the names in a line that says who wrote beside other things: "3 May 2024 by Ann Lee | 5 comments"."""
    text = clean(text)
    if told := WRITTEN_BY.match(text):
        return tuple(people_in(text[told.end() :].partition(",")[0].rstrip(".")))
    if not ends_sentence(text) and (asian := signed_in_asian(text)):
        return asian
    parts = [part.strip(" ,(") for part in PART_BREAK.split(without_times(without_credits(text)))]
    for part in parts:
        names = byline_names(part)
        if len(names) > 1 and all(map(looks_like_a_name, names)):  # "By Ann Lee in London and Bo Ek in Paris"
            return names
        if names := byline_names(_without_section(part)) or byline_names(without_date_words(part)):
            return names
    if len(parts) > 1:
        accounts = (name for part in parts if (name := _without_phrase(part)) != part)
        return tuple(name for name in accounts if ACCOUNT_NAME.fullmatch(name))[:1]
    return ()


def _without_section(part: str) -> str:
    return IN_SECTION.sub(lambda found: found["name"] or "", part)


def without_date_words(part: str) -> str:
    """What stands before a date, without the words that say what it is the date of: "By Ann Lee Last updated"."""
    words = part.split()
    for start in range(2, len(words)):
        rest = " ".join(words[start:])
        # "Data" alone is a date's label in some languages, and a name in many.
        if len(rest) >= LEAST_DATE_WORDS and any(opens(use, rest) for use in ("updated", "published")):
            return " ".join(words[:start]).rstrip(",;-–—")
    return part


def without_times(text: str) -> str:
    """Return a line with bars where dates, times, accounts and the words that lead to them were."""
    text = ACCOUNT.sub(" | ", text)
    for _ in range(MOST_DATES):
        text = clean(text)
        if (found := moment(text)) is None:
            break
        text = f"{text[: found.start]} | {text[found.end :]}"
    return LEADS_TO_DATE.sub(" ", WEEKDAY.sub(" | ", TIME.sub(" | ", text)))


def names_in(text: str, *, stated: bool = False) -> Iterator[str]:
    """Yield the single names in a byline, without "By", titles after a comma, and what is no name at all.

    stated: the text is the page's author for machines, so that an account's name in small letters is one too.
    """
    text = HEAD_OF.sub("", MAIL.sub(" | ", text[:MOST_NAMES]))
    if ADDRESS.search(text):
        return
    is_person = False
    for number, part in enumerate(NAME_SPLIT.split(parted(clean(text)))):
        name = SENT.sub("", _bare(part, is_first=number == 0, stated=stated))
        if not name or (number and any(said.search(name) for said in NOT_SECOND)):
            continue
        name = without_role(name)
        if is_person and not stated and _is_capitalized_word(name):
            continue
        if (stated or not name[0].islower() or AGENCY.fullmatch(name)) and _may_be_name(name):
            is_person = is_person or " " in name
            yield name


def _is_capitalized_word(name: str) -> bool:
    """Whether a name is one word with capitals: behind a name of more words, that is a place or a paper."""
    return " " not in name and not name.islower() and name.lower() != name.upper()


def parted(text: str) -> str:
    """A byline without places in brackets, with commas between names that a dash parts."""
    text = TURKISH_AND.sub(r"\1, ", text) if " ve " in text else text
    text = CAPITALS_AND.sub(r"\1, ", ROLE_NOTE.sub("", text))
    text = ARABIC_AND.sub(", ", PLACE.sub("", FEMALE.sub("", text)))
    sides = text.split(" - ")
    return ", ".join(sides) if len(sides) > 1 and _persons(sides) == sides else text


def _persons(names: list[str]) -> list[str]:
    """Those of the names that look like persons', not like papers'."""
    return [name for name in names if looks_like_a_name(name) and not PAPER.search(name)]


def _bare(part: str, *, is_first: bool, stated: bool) -> str:
    """A name without what stands before and behind it, or "" where a note tells it from an author's."""
    name = CALLED.sub("", ASIAN_ROLE.sub("", _without_phrase(part.strip(MARKS)).strip(MARKS)))
    if is_first and len(sides := name.split(" - ")) > 1:  # "River Post - Ann Lee", "Lund - Ann Lee"
        people = _persons(sides)
        name = people[0] if len(people) == 1 else name
    name = without_note(name) if "(" in name else name.rstrip(")")
    return without_rest(name, stated=stated)


def people_in(text: str) -> Iterator[str]:
    """Yield the names in a line of names, roles and the like that look like persons'.

    Those behind "By" alone, where a part of the line begins with it: "River Radio | By Ann Lee".
    """
    parts = PART_BREAK.split(without_credits(text))
    signed = [part for part in parts if _may_start_byline(part) and _starts_byline(clean(part))]
    names = [name for part in signed or parts for name in names_in(part) if looks_like_a_name(name)]
    names = [name for name in names if not is_label(name)]
    yield from [name for name in names if not PAPER.search(name)] or names


def _may_be_name(name: str) -> bool:
    return (
        len(name.split()) <= LONGEST_NAME_WORDS
        and may_be_unspaced_name(name)
        and not NOT_A_NAME.search(name)
        and not WIRED.fullmatch(name)
        and not KATAKANA.fullmatch(name)
        and not DEGREE.fullmatch(name)
        and not is_phrase("by", name)
        and not is_phrase("by", name.rpartition(" ")[2])
        and not (name[:1].isdigit() and says("furniture", name))
        and not credits_another(name)
        and not says("published", name)
        and not says("updated", name)
    )


def _without_phrase(part: str) -> str:
    """A name without the "By", "Text:" or "Written by" before it."""
    words = _without_colons(part).split(" ")
    start = 0
    while size := next(
        (
            size
            for size in range(min(LONGEST_PHRASE, len(words) - start - 1), 0, -1)
            if is_phrase("by", " ".join(words[start : start + size]).rstrip(",،"))
        ),
        0,
    ):
        start += size
    return " ".join(words[start:])


def _without_colons(text: str) -> str:
    return " ".join(word for word in BYLINE_BREAK.split(text) if word)


def is_label(text: str) -> bool:
    """Whether a text heads a list, names a section or is a button, by its words."""
    return any(says(use, text) for use in LABELS)


def is_team(text: str) -> bool:
    """Whether a line is nothing but the name of a newsroom: "City Desk Staff"."""
    return len(text.split()) <= LONGEST_TEAM_WORDS and TEAM.search(text) is not None


def is_office(name: str) -> bool:
    """Whether a name given as author is that of a desk, a paper or a company, not of a person."""
    return OFFICE.search(name) is not None or NETWORK.fullmatch(name) is not None


def is_credited(name: str) -> bool:
    """Whether a name stated as author is that of a model or of who dressed one, by what is added to it."""
    return CREDITED.search(name) is not None


def is_desk(name: str) -> bool:
    """Whether a name given as author says less than a person's does: that of a desk or a paper, or one word."""
    # Of scripts without capitals, names have no spaces, or have one word.
    is_word = " " not in name and name.lower() != name.upper()
    return is_word or is_office(name) or INITIALS.fullmatch(name) is not None


def is_dated(text: str) -> bool:
    """Whether a line is short and gives a year, in any digits and calendar."""
    if len(text) >= LONGEST_DATED or ends_sentence(text):
        return False
    return YEAR.search(text) is not None or ((found := moment(text)) is not None and found.has_year)


def beside_a_date(text: str) -> str | None:
    """Return the name in a line that gives it together with the date: "Ann Lee | 3 May 2024", "3 May by Ann Lee"."""
    if not YEAR.search(text):
        return None
    if (behind := BEHIND_TIME.search(text)) and looks_like_a_name(behind[1]):
        return behind[1]
    parts = PART_BREAK.split(without_times(text))
    if len(parts) < 2:
        return None
    named = (_name_of(part.strip()) for part in parts)
    return next((name for name in named if name), None)


def _name_of(part: str) -> str | None:
    """The first name that a part of a dated line gives, or None."""
    if names := byline_names(part):
        return names[0]
    bare = ON_BEHALF.sub("", _without_section(part))
    return next((name for name in (part, bare) if looks_like_a_name(name) or is_agency(name)), None)


def _may_start_byline(text: str) -> bool:
    """Whether a text begins with the first word of a phrase for "by" or of a label: few do."""
    if len(text) > LONGEST_BYLINE:
        return False
    first = BYLINE_BREAK.split(text.strip(), maxsplit=1)[0].rstrip(".,،")
    return len(first) <= LONGEST_FIRST and fold(first) in _first_words()


@cache
def _first_words() -> frozenset[str]:
    return frozenset(BYLINE_BREAK.split(phrase, maxsplit=1)[0] for phrase in phrases("by") | author_labels())


def _starts_byline(text: str) -> bool:
    """Whether a clean text begins with a phrase for "by", and what follows may be names."""
    rest = _without_phrase(text)
    if rest == _without_colons(text):
        return False
    if AMBIGUOUS.match(text) and not any(map(looks_like_a_name, NAME_SPLIT.split(rest))):
        return False
    return (
        1 <= len(rest.split()) <= 2 * LONGEST_NAME_WORDS
        and not rest[:1].islower()
        and not ends_sentence(DEGREE_BEHIND.sub("", text))
    )
