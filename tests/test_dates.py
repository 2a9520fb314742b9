"""Dates as pages write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from archiver.parsers.dates.written_dates import moment

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MORNING = datetime(2024, 11, 22, 7, 57, tzinfo=UTC)
AFTERNOON = datetime(2024, 11, 22, 15, 5, tzinfo=UTC)
DAY = datetime(2024, 11, 22, tzinfo=UTC)


def hours(ahead: float) -> timezone:
    return timezone(timedelta(hours=ahead))


@pytest.mark.parametrize(
    ("text", "language", "at"),
    [
        ("2024-11-22T07:57:00Z", None, MORNING),
        ("2024-11-22T07:57:00.123+01:00", None, MORNING.replace(tzinfo=hours(1))),
        ("20241122T075700Z", None, MORNING),
        ("Fri, 22 Nov 2024 07:57:00 GMT", None, MORNING),
        ("22.11.2024 07.57", "de", MORNING),
        ("22. November 2024, 07:57 Uhr", "de", MORNING),
        ("Nov. 22, 2024 at 3:05 p.m. EST", "en-US", AFTERNOON.replace(tzinfo=hours(-5))),
        ("November 22, 2024 | 3:05 PM", "en", AFTERNOON),
        ("Published 11/22/2024", "en-US", DAY),
        ("22/11/2024 15:05", "en-GB", AFTERNOON),
        ("2024年11月22日 15時05分", "ja", AFTERNOON),
        ("2024.11.22 오후 3:05", "ko", AFTERNOON),
        ("22 ноября 2024, 15:05", "ru", AFTERNOON),
        ("22 листопада 2024, 15:05", "uk", AFTERNOON),
        ("22 de noviembre de 2024 - 15:05", "es", AFTERNOON),
        ("22 Νοεμβρίου 2024, 15:05", "el", AFTERNOON),
        ("٢٢ نوفمبر ٢٠٢٤", "ar", DAY),
        ("Thứ sáu, 22/11/2024, 15:05 (GMT+7)", "vi", AFTERNOON.replace(tzinfo=hours(7))),
        ("1er mars 2024", "fr", datetime(2024, 3, 1, tzinfo=UTC)),
        ("Sept. 5th, 2025", "en", datetime(2025, 9, 5, tzinfo=UTC)),
        ("22 November 2024, 24:00", "en", DAY + timedelta(days=1)),
        ("24 Kasım 2024 10:20", "tr", datetime(2024, 11, 24, 10, 20, tzinfo=UTC)),
        ("2024. november 22., 15:05", "hu", AFTERNOON),
        ("2024 m. lapkričio 22 d. 15:05", "lt", AFTERNOON),
        ("2024. gada 22. novembris", "lv", DAY),
        ("2024 November 22", "en", DAY),
        ("22. studenoga 2024", "hr", DAY),
        ("22 نومبر 2024", "ur", DAY),
        ("22 novembre 202423 novembre 2024", "fr", DAY),
        ("22. novembar 2024.", "sr", DAY),
        ("Jumat, 22 Nopember 2024", "id", DAY),
        ("22 ta' Novembru 2024", "mt", DAY),
        ("Nofembar 22, 2024", "so", DAY),
        ("2024 оны 11-р сарын 22", "mn", DAY),
        ("22.11.24", "en", DAY),
        ("12.11.2024", "en", datetime(2024, 11, 12, tzinfo=UTC)),
        ("Fri Nov 22 15:05:00 CET 2024", "de", AFTERNOON.replace(tzinfo=hours(1))),
        ("22 آب/أغسطس 2024", "ar", datetime(2024, 8, 22, tzinfo=UTC)),
        ("22 nov 24 | 15h05", "pt", AFTERNOON),
        ("22-Nov-24", "en", DAY),
        ("24.11.22", "ja", DAY),
        ("By Ann Lee2024-11-22 15:05:00 UTC", "en", AFTERNOON),
        ("November 22, 2024 3:05 PM ET", "en", AFTERNOON.replace(tzinfo=hours(-5))),
        ("July 22, 2024 3:05 PM ET", "en", datetime(2024, 7, 22, 15, 5, tzinfo=hours(-4))),
        ("October 29, 2006 3:05 PM PT", "en", datetime(2006, 10, 29, 15, 5, tzinfo=hours(-8))),
        ("Nov 22, 2024, 3:05 PM | 4,094 | ", "en", AFTERNOON),
        ("Publié le 22 novembre 2024 à 15:05 et modifié le 23 novembre", "fr", AFTERNOON),
        ("22. November 2024 15:05 ist es vorbei", "de", AFTERNOON),
        ("22 November 2024, 15:05 - 17:40", "en", AFTERNOON),
        ("22 November 2024, 15:05 -2 degrees", "en", AFTERNOON),
        ("22 November 2024 15:05 (+0530)", "en", AFTERNOON.replace(tzinfo=timezone(timedelta(hours=5.5)))),
        ("22 November 2024 15:05 GMT + 2", "en", AFTERNOON.replace(tzinfo=hours(2))),
        ("2024-11-22T15:05-500", None, AFTERNOON.replace(tzinfo=hours(-5))),
    ],
)
def test_full_dates_are_read_with_time_and_zone(text: str, language: str | None, at: datetime) -> None:
    found = moment(text, language=language, fetched=NOW)

    assert found is not None
    assert found.at == at
    assert found.at.utcoffset() == at.utcoffset()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("22 नवंबर 2024", "hi"),
        ("22 नवम्बर 2024, शुक्रवार", "hi"),
        ("२२ नोव्हेंबर २०२४", "mr"),
        ("২২ নভেম্বর ২০২৪", "bn"),
        ("22 நவம்பர் 2024", "ta"),
        ("నవంబర్ 22, 2024", "te"),
        ("2024 നവംബർ 22", "ml"),
        ("22 בנובמבר 2024", "he"),
        ("٢٢ تشرين الثاني ٢٠٢٤", "ar"),
        ("22 نوفمبر/تشرين الثاني 2024", "ar"),
        ("۲۲ نوامبر ۲۰۲۴", "fa"),
        ("22 ნოემბერი, 2024", "ka"),
        ("2024 жылғы 22 қараша", "kk"),
        ("22-noyabr 2024", "uz"),
        ("22 Nëntor 2024", "sq"),
        ("22 Samhain 2024", "ga"),
        ("2024ko azaroaren 22a", "eu"),
        ("ika-22 ng Nobyembre 2024", "fil"),
        ("22 tháng 11 năm 2024", None),
        ("22 KASIM 2024", "tr"),
        ("22 ΝΟΕΜΒΡΙΟΥ 2024", "el"),
        ("22 tháng 11, 2024", "vi"),
    ],
)
def test_months_are_read_in_many_languages(text: str, language: str | None) -> None:
    found = moment(text, language=language, fetched=NOW)

    assert found is not None
    assert found.at == DAY


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("22 พฤศจิกายน 2567", "th"),
        ("22 พ.ย. 2567", "th"),
        ("วันที่ 22 พฤศจิกายน พ.ศ. 2567", "th"),
        ("22/11/2567", "th"),
        ("۲ آذر ۱۴۰۳", "fa"),
        ("۱۴۰۳/۰۹/۰۲", "fa"),
        ("2 قوس 1403", "ps"),
        ("令和6年11月22日", "ja"),
        ("令和6年（2024年）11月22日", "ja"),
        ("民國113年11月22日", "zh-TW"),
    ],
)
def test_days_of_other_calendars_are_read(text: str, language: str) -> None:
    found = moment(text, language=language, fetched=NOW)

    assert found is not None
    assert found.at == DAY


def test_years_of_the_solar_calendar_begin_with_spring() -> None:
    begins = {year: moment(f"1 فروردین {year}", fetched=NOW) for year in range(1399, 1406)}

    # As Iran's official calendars have it.
    assert {year: found and found.at.date().isoformat() for year, found in begins.items()} == {
        1399: "2020-03-20",
        1400: "2021-03-21",
        1401: "2022-03-21",
        1402: "2023-03-21",
        1403: "2024-03-20",
        1404: "2025-03-21",
        1405: "2026-03-21",
    }


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("۳۰ اسفند ۱۴۰۴", "fa"),
        ("1403/09/02", "de"),
        ("۲۰ مهر", "fa"),
        ("20 जन", "hi"),
        ("ika-20 ng lupon", "fil"),
        ("令和6年13月1日", "ja"),
    ],
)
def test_what_is_no_day_of_another_calendar_gives_none(text: str, language: str) -> None:
    assert moment(text, language=language, fetched=NOW) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Dernière mise à jour à 08h40 le 20/11", "fr"),
        ("Zuletzt aktualisiert am 20.11. um 08:40 Uhr", "de"),
        ("Last updated: 20/11 08:40", "en-GB"),
        ("Last updated at 08:40 on 11/20", "en-US"),
        ("Updated Nov. 20, 8:40 a.m.", "en"),
        ("Updated at 8.40am on Friday 20 November", "en"),
        ("Actualizado: 20 de noviembre a las 8:40 h", "es"),
        ("Aggiornato alle 08:40 del 20/11", "it"),
        ("Atualizado em 20/11 às 08h40", "pt"),
        ("Laatst bijgewerkt 20-11 08:40", "nl"),
        ("Uppdaterad 20 nov kl 08.40", "sv"),
        ("Oppdatert 20.11. kl. 08:40", "no"),
        ("Обновлено 20.11 в 08:40", "ru"),
        ("11月20日 08:40 更新", "ja"),
        ("11/20 08:40更新", "ja"),
        ("최종수정 11.20 08:40", "ko"),
        ("آخر تحديث 20 نوفمبر 08:40", "ar"),
        ("Cập nhật 08:40 ngày 20/11", "vi"),
    ],
)
def test_day_without_year_belongs_to_the_year_before_the_fetch(text: str, language: str) -> None:
    found = moment(text, language=language, fetched=NOW)

    assert found is not None
    assert found.at == datetime(2026, 11, 20, 8, 40, tzinfo=UTC)
    assert moment(text, language=language, fetched=datetime(2026, 11, 19, tzinfo=UTC)).at.year == 2025  # type: ignore[union-attr]  # found above


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no date",
        "3.5 million in 10-12 days",
        "May we come in",
        "Updated 5 hours ago",
        "Page 1/3",
        "Sound 8/10",
        "31/02/2024",
        "9999-99-99",
        "1890-01-01",
        "00/00/0000",
        "30/11/0000",
        "1 January 0000",
    ],
)
def test_what_is_no_date_gives_none(text: str) -> None:
    assert moment(text, language="en", fetched=NOW) is None


def test_dates_later_than_the_fetch_are_refused() -> None:
    assert moment("2030-01-01", fetched=NOW) is None
    assert moment("25 November 2026", language="en", fetched=NOW) is None


def test_29_february_without_year_is_the_last_leap_year_s() -> None:
    found = moment("29 février", language="fr", fetched=NOW)

    assert found is not None
    assert found.at == datetime(2024, 2, 29, tzinfo=UTC)
    assert not found.precise


def test_zone_of_the_fetch_is_taken_where_the_text_names_none() -> None:
    found = moment("22.11.2024 07:57", language="de", fetched=NOW.astimezone(hours(9)))

    assert found is not None
    assert found.at.utcoffset() == timedelta(hours=9)


def test_day_that_a_template_hides_behind_a_name_gives_way_to_the_one_that_is_read() -> None:
    found = moment("AnnLee2024-11-21T07:57:00+01:00 November 22nd, 2024", language="en", fetched=NOW)

    assert found is not None
    assert found.at.date() == DAY.date()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("20 نوفمبر 2026 02:05 م", "ar"),
        ("٢٠/١١/٢٠٢٦ ١٤:٠٥", "ar"),
        ("20 نونبر 2026 - 14:05", "ar"),
        ("20 Νοεμβρίου 2026, 2:05 μ.μ.", "el"),
        ("2026/11/20 PM 2:05", "ja"),
        ("2026-11-20 PM 2:05:00", "ko"),
        ("2026-11-20 오후 2:05", "ko"),
    ],
)
def test_afternoon_is_told_before_or_behind_the_hour_in_many_languages(text: str, language: str) -> None:
    found = moment(text, language=language, fetched=NOW)

    assert found is not None
    assert found.at.replace(second=0) == datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
