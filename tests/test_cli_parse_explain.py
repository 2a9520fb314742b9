"""archiver parse --explain: each block of a page with what became of it and why."""

import json
from pathlib import Path
from typing import Any

import pytest
from commands import Result, Run, on_terminal, runner
from test_site_rules import CHRONICLE, PAGE, STORY, URL

RULES = """
[[source]]
url = "https://news.example/"

[[source.rules]]
body = ".text"
headline = [".missing", ".real-title"]
related = ".no-such"
remove = "footer"

[[source.rules]]
from = 2026-12-01
body = ".relaunched"
"""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run commands in a folder with the page."""
    monkeypatch.chdir(tmp_path)
    Path("page.html").write_bytes(PAGE)
    return runner(capsys)


def explained(run: Run, *arguments: object) -> str:
    result: Result = run(
        "parse", "--explain", "page.html", "--url", URL, "--fetched", "2026-11-23", *arguments
    )
    assert (result.code, result.err) == (0, "")
    return result.out


def line_of(out: str, text: str) -> str:
    (line,) = [line for line in out.splitlines() if line.endswith(text)]
    return line


def test_every_block_is_a_line_with_its_decision_and_why(run: Run) -> None:
    out = explained(run)

    assert "rules             none hold: there is no sources.toml\n" in out
    for text in STORY:
        assert line_of(out, text).startswith("story ")
    assert "div.text > p" in line_of(out, STORY[0])
    assert "label" in line_of(out, "  Advertisement")
    assert line_of(out, "Telephone and postal address of the newsroom").startswith("left out")
    assert "below the chance of 0.5" in line_of(out, "Telephone and postal address of the newsroom")
    assert line_of(out, "By Ann Lee and Bo Ek").startswith(("byline", "left out"))


def test_fields_stand_with_their_origin_and_links_with_their_chance(run: Run) -> None:
    Path("sources.toml").write_text(RULES.replace(".no-such", ".more"), "utf-8")
    out = explained(run)

    assert "date_published    2026-11-01T00:00:00+00:00 (meta)\n" in out
    link = line_of(out, "  Ferry runs again after three weeks of repairs  https://news.example/a/ferry")
    assert link.split()[:2] == ["related", "1.00"]
    assert out.endswith("left out          1 link below a chance of 0.05\n")


def test_what_rules_matched_and_decided_is_said(run: Run) -> None:
    Path("sources.toml").write_text(RULES, "utf-8")
    out = explained(run)

    assert "rules             sources.toml, https://news.example/\n" in out
    assert "  body            `.text` matched 1 element\n" in out
    assert "  headline        `.missing` matched nothing\n" in out
    assert "  related         `.no-such` matched nothing: the general logic decides\n" in out
    assert "rule body" in line_of(out, STORY[2])
    assert "outside of rule body" in line_of(out, CHRONICLE)
    assert line_of(out, "Telephone and postal address of the newsroom").startswith("removed")
    assert "rule headline" in line_of(out, "  Flood closes the old bridge")
    assert "headline          Flood closes the old bridge (rule)\n" in out


def test_rules_of_a_day_are_named_by_it(run: Run) -> None:
    Path("sites.toml").write_text(RULES, "utf-8")
    out = explained(run, "--sources", "sites.toml", "--fetched", "2026-12-24")

    assert "rules             sites.toml, https://news.example/ from 2026-12-01\n" in out
    assert "`.relaunched` matched nothing: the general logic decides" in out


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://other.example/a", "sources.toml does not name the site"),
        ("", "--url tells whose rules to take"),
    ],
)
def test_why_no_rules_hold_is_said(run: Run, url: str, why: str) -> None:
    Path("sources.toml").write_text(RULES, "utf-8")

    assert f"none hold: {why}\n" in run("parse", "--explain", "page.html", "--url", url).out


def test_file_that_lists_no_site_any_more_is_no_hindrance(run: Run) -> None:
    Path("sources.toml").write_text("", "utf-8")

    assert "none hold: sources.toml does not name the site\n" in explained(run)


def test_split_without_explanation_takes_the_same_rules(run: Run) -> None:
    Path("sources.toml").write_text(RULES, "utf-8")
    row = json.loads(run("parse", "page.html", "--url", URL, "--fetched", "2026-11-23").out)

    assert row["article"]["headline"] == "Flood closes the old bridge"
    assert row["article"]["body"].split("\n\n") == STORY


def test_json_holds_all_of_it(run: Run) -> None:
    Path("sources.toml").write_text(RULES, "utf-8")
    row: dict[str, Any] = json.loads(explained(run, "--json"))

    assert row["file"] == "page.html"
    assert [block["text"] for block in row["blocks"] if block["decision"] == "story"] == STORY
    assert {"key": "body", "selector": ".text", "count": 1, "note": ""} in row["rules"]
    assert {"field": "headline", "value": "Flood closes the old bridge", "origin": "rule"} in row["fields"]
    assert all(0 <= link["chance"] <= 1 for link in row["links"])


@pytest.mark.parametrize(
    ("page", "url", "verdict"),
    [
        (b"<p>Log in</p>", URL, "the page has no headline"),
        (b"<h1>Log in to your account here</h1><p>Name</p>", URL, "none of its blocks is likely"),
        (PAGE.replace(b"og:type", b"x"), "https://news.example/", "that of a site's first page"),
    ],
)
def test_page_without_article_says_why(run: Run, page: bytes, url: str, verdict: str) -> None:
    Path("page.html").write_bytes(page)
    out = run("parse", "--explain", "page.html", "--url", url).out

    assert verdict in next(line for line in out.splitlines() if line.startswith("no article"))


@pytest.mark.parametrize("columns", [80, 160])
def test_lines_fit_a_terminal(run: Run, columns: int) -> None:
    out = on_terminal("parse", "--explain", "page.html", "--url", "https://news.example/a", columns=columns)
    lines = [line for line in out.split("\x1b[0m")[0:] for line in line.splitlines()]

    assert "\x1b[32mstory" in out
    assert max(len(line.partition("m")[2] if line.startswith("\x1b") else line) for line in lines) <= columns


def test_plain_text_cannot_be_explained(run: Run) -> None:
    Path("dump.txt").write_text(STORY[0], "utf-8")

    assert run("parse", "--explain", "dump.txt").err == (
        "archiver: dump.txt: is plain text: only pages can be explained\n"
    )
    assert run("parse", "--explain", "--text", "page.html").code == 2


def test_sources_need_the_address(run: Run) -> None:
    result = run("parse", "page.html", "--sources", "sources.toml")

    assert result.code == 1
    assert result.err == "archiver: page.html: needs --url: it tells whose rules in sources.toml to take\n"


@pytest.mark.parametrize("arguments", [(), ("--sources", "sources.toml")])
def test_page_in_a_single_file_is_split_by_the_rules_of_its_own_address(
    run: Run, arguments: tuple[str, ...]
) -> None:
    Path("sources.toml").write_text(RULES, "utf-8")
    Path("saved.mhtml").write_bytes(
        b"Snapshot-Content-Location: %b\nContent-Type: multipart/related; boundary=b\n\n"
        b"--b\nContent-Type: text/html\n\n%b\n--b--\n" % (URL.encode(), PAGE)
    )

    split = json.loads(run("parse", "saved.mhtml", "--fetched", "2026-11-23", *arguments).out)
    told = run("parse", "--explain", "saved.mhtml", "--fetched", "2026-11-23", *arguments).out

    assert split["article"]["body"].split("\n\n") == STORY
    assert "rules             sources.toml, https://news.example/\n" in told


def test_fault_of_the_rules_ends_it_before_any_page(run: Run) -> None:
    Path("sources.toml").write_text(RULES.replace('".text"', '"div["'), "utf-8")
    result = run("parse", "page.html", "--url", URL)

    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(
        "archiver: sources.toml, line 6: source 1 (https://news.example/), rules 1: body:"
    )
