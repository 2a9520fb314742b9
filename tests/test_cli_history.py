"""archiver history, diff, changes, related, front and missing as their users run them."""

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, filled, link, visit
from commands import Run, on_terminal, runner

from archiver.errors import ExitCode
from archiver.items import Outcome
from db.store import record_visit

SMUGGLED = '<script>alert(1)</script> "quoted" & more'
SHUT = replace(
    FLOOD,
    headline=f"Old bridge shut {SMUGGLED}",
    body=f"{FLOOD.body}\n\nCorrection: {SMUGGLED}",
)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(filled(tmp_path / "archive.db", [FLOOD])) as writer:
        record_visit(writer, 1, visit(SHUT, outcome=Outcome.CHANGED, article_id=1, fetched=NOON + DAY))
        shown = [link("flood", "Bridge!"), link("lost", "Lost story", 1)]
        front = visit(None, shown, url=SOURCE, final_url=SOURCE, outcome=Outcome.LISTING)
        record_visit(writer, 1, front)
    return tmp_path / "archive.db"


def test_history_tells_versions_and_headlines(run: Run, path: Path) -> None:
    told = run("history", FLOOD.url, "--archive", path).out
    assert "Version 2  2026-11-21 12:00 UTC · headline, correction\n" in told
    assert f"  headline    - {FLOOD.headline}\n" in told
    assert "  on front pages\n    Bridge!  2026-11-20 12:00 UTC\n" in told
    known = json.loads(run("history", "1", "--json", "--archive", path).out)
    assert [version["kinds"] for version in known["versions"]] == [[], ["headline", "correction"]]


def test_diff_is_plain_in_a_pipe_and_in_colour_on_a_terminal(run: Run, path: Path) -> None:
    plain = run("diff", "1", "--archive", path).out
    assert f"- [-{FLOOD.headline}-]\n" in plain
    assert f"+ {{+Correction: {SMUGGLED}+}}\n" in plain
    assert "… 1 paragraph as before" in plain
    coloured = on_terminal("diff", "1", "--archive", path)
    assert "\x1b[1;32mCorrection" in coloured
    assert "{+" not in coloured


def test_authors_are_told_with_commas(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    signed = replace(FLOOD, authors=("Zoë Müller", "Ann Lee", "Bo Ek"))
    with closing(filled(path, [FLOOD])) as writer:
        record_visit(writer, 1, visit(signed, outcome=Outcome.CHANGED, article_id=1, fetched=NOON + DAY))
    told = run("history", "1", "--archive", path).out
    assert "  authors     - Ann Lee, Zoë Müller\n              + Zoë Müller, Ann Lee, Bo Ek\n" in told
    assert "  Zoë Müller\n" in run("diff", "1", "--archive", path).out


def test_diff_as_a_page_holds_no_markup_of_the_story(run: Run, path: Path) -> None:
    page = run("diff", "1", "1", "2", "--html", "--archive", path).out
    assert "<script" not in page
    assert (
        "<ins>Correction: &lt;script&gt;alert(1)&lt;/script&gt; &quot;quoted&quot; &amp; more</ins>" in page
    )
    assert "default-src &#x27;none&#x27;" in page
    fields = json.loads(run("diff", "1", "--json", "--archive", path).out)["fields"]
    assert [field["field"] for field in fields] == ["headline", "body"]


def test_changes_front_related_and_missing_are_told(run: Run, path: Path) -> None:
    assert f"      - {FLOOD.headline}\n" in run("changes", "--archive", path).out
    assert run("changes", "--since", "2026-11-22", "--archive", path).out == ""
    assert "   1  Bridge!\n" in run("front", "news.example", "--archive", path).out
    assert "as read 2026-11-20 12:00 UTC, 12 h 0 min before" in (
        run("front", "news.example", "--at", "2026-11-21T00:00:00Z", "--archive", path).out
    )
    assert "Pointed to by 1 headline\n      Bridge!\n" in run("related", "1", "--archive", path).out
    assert "   1  Lost story\n" in run("missing", "--archive", path).out
    for line in ("changes", "missing"):
        assert all(json.loads(each) for each in run(line, "--json", "--archive", path).out.splitlines())


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (("changes", "--kind", "headline"), f"- {FLOOD.headline}"),
        (("changes", "--kind", "headline", "--kind", "gone"), f"- {FLOOD.headline}"),
        (("changes", "--kind", "byline"), ""),
        (("related", SOURCE, "--kind", "related"), "Lost story"),
    ],
)
def test_kinds_are_named_as_they_are_shown(
    run: Run, path: Path, arguments: tuple[str, ...], shown: str
) -> None:
    result = run(*arguments, "--archive", path)
    assert result.code == ExitCode.DONE
    assert shown in result.out if shown else result.out == ""


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("diff", "1", "1", "9"), ExitCode.FAILED, "article 1 has no version 9: it has 1 to 2"),
        (("diff", "1", "0"), ExitCode.USAGE, "0 is not in the range"),
        (("diff", "1", "1", "2", "3"), ExitCode.USAGE, "name two versions at most"),
        (("diff", "1", "--html", "--json"), ExitCode.USAGE, "exclude each other"),
        (("history", "7"), ExitCode.FAILED, "no article 7"),
        (("changes", "--kind", "rumour"), ExitCode.USAGE, "'rumour' is not one of"),
        (("changes", "--since", "tomorrow"), ExitCode.USAGE, "is no date"),
        (("changes", "--since", "2026-02", "--until", "2026-01"), ExitCode.USAGE, "later than --until"),
        (("front", "far.example"), ExitCode.USAGE, "no source 'far.example'"),
        (("front", "news.example", "--at", "noonish"), ExitCode.USAGE, "is no time"),
        (("front", "news.example", "--at", "2020-01-01"), ExitCode.FAILED, "give --at a later time"),
        (("related", f"{SOURCE}never"), ExitCode.FAILED, "no article at"),
        (("missing", "--source", "far.example"), ExitCode.USAGE, "no source 'far.example'"),
    ],
)
def test_bad_input_gets_one_line(
    run: Run, path: Path, arguments: tuple[str, ...], code: ExitCode, message: str
) -> None:
    result = run(*arguments, "--archive", path)
    assert (result.code, result.out) == (code, "")
    assert message in result.err.splitlines()[0]
