"""The chart of a search: a column for every day, month or year, and what each of few sites has."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from archives import article, crawl, filled, visit

from archiver.room.coverage import coverage_chart
from db.searching.facets import facets
from db.store import record_visit


@pytest.mark.parametrize(
    ("days", "unit", "names"),
    [
        (["2026-11-20", "2026-11-22"], "day", ["2026-11-20", "2026-11-21", "2026-11-22"]),
        (["2026-09-20", "2026-12-22"], "month", ["2026-09", "2026-10", "2026-11", "2026-12"]),
        (["2010-09-20", "2026-12-22"], "year", [str(year) for year in range(2010, 2027)]),
    ],
)
def test_chart_of_coverage_has_every_time_between_the_first_and_the_last(
    tmp_path: Path, days: list[str], unit: str, names: list[str]
) -> None:
    stories = [
        article(
            f"{n}", "Flood", f"Water {n}.", date_published=datetime.fromisoformat(day).replace(tzinfo=UTC)
        )
        for n, day in enumerate(days)
    ]
    archive = filled(tmp_path / "archive.db", stories)
    chart = coverage_chart(facets(archive, "flood").coverage, {"q": "flood"})
    archive.close()

    assert chart is not None
    assert (chart.unit, chart.series) == (unit, ())
    assert [name for name in names if f"<title>{name}: " in chart.drawing] == names
    assert len(chart.rows) == 2
    assert f"since={days[0]}" in chart.rows[0][1] or unit != "day"


def test_chart_shows_what_each_of_few_sites_has(tmp_path: Path) -> None:
    archive = filled(tmp_path / "archive.db", [])
    number = crawl(archive)
    for n, host in enumerate(("one.example", "one.example", "two.example")):
        story = replace(
            article(f"{n}", "Flood", f"Water {n}."),
            url=f"https://{host}/{n}",
            date_published=datetime(2026, 11, 19 + n // 2, tzinfo=UTC),
        )
        record_visit(archive, number, visit(story, source=f"https://{host}/"))
    found = facets(archive, "flood")
    chart = coverage_chart(found.coverage, {"q": "flood"})
    archive.close()

    assert chart is not None
    assert chart.series == ("one.example", "two.example")
    assert [row[2:] for row in chart.rows] == [(2, (2, 0)), (1, (0, 1))]
    assert "2026-11-19: 2 articles, 2 of one.example" in chart.drawing
    assert 'class="series-1"' in chart.drawing
