"""The README and docs/ tell all that there is, and what they tell works."""

import re
import subprocess
import sys
import tomllib
from contextlib import closing
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import click
import pytest
from archives import DAY, FLOOD, NOON, SOURCE, filled, link, visit

from archiver import settings
from archiver.cli.listing import SUMMARIES, Later
from archiver.cli.source import source
from archiver.cli.watch import watch
from archiver.crawl.sources import read_sources
from archiver.errors import ExitCode
from archiver.items import Article, Image, LinkKind, Origin, Outcome, Precision, RelatedLink
from archiver.parsers.rules import SiteRules
from db.connection import read_archive
from db.store import record_visit
from spiders.frontier import Source

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
DOCS = "".join(
    file.read_text("utf-8") for file in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
)


def blocks(language: str) -> list[str]:
    """Return the documents' code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", [name for name in vars(settings) if name.isupper()])
def test_setting_is_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("name", SUMMARIES)
def test_command_is_in_the_readme(name: str) -> None:
    assert f"| `archiver {name}" in README


@pytest.mark.parametrize("code", list(ExitCode))
def test_exit_code_is_in_the_readme(code: ExitCode) -> None:
    assert f"\n| {code.value} | " in README


@pytest.mark.parametrize(
    "name",
    [
        *Outcome,
        *LinkKind,
        *Origin,
        *Precision,
        *(field.name for kind in (Article, RelatedLink, Image) for field in fields(kind)),
    ],
)
def test_outcome_kind_or_field_is_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README


def test_every_table_and_view_is_in_the_readme(tmp_path: Path) -> None:
    filled(tmp_path / "archive.db", ()).close()
    with closing(read_archive(tmp_path / "archive.db")) as archive:
        rows = archive.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
            " AND name NOT GLOB '*_fts_*' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_*'"
        ).fetchall()

    assert [row["name"] for row in rows if f"`{row['name']}`" not in README] == []


def test_options_named_in_the_readme_exist() -> None:
    known = {
        option
        for command in (
            *(Later(name).load() for name in SUMMARIES),
            *source.commands.values(),
            *watch.commands.values(),
        )
        for parameter in command.params
        for option in parameter.opts
    }
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", DOCS))

    assert named - known - {"--help"} == set()


def test_commands_of_the_sessions_are_understood() -> None:
    lines = [line for block in blocks("sh") + blocks("text") for line in block.splitlines()]
    used = [line.removeprefix("$ ").split()[1:] for line in lines if re.match(r"(?:\$ )?archiver ", line)]

    assert len(used) >= 8
    for name, *arguments in used:
        command = Later(name).load()
        end = arguments.index(">") if ">" in arguments else None
        with command.make_context(name, arguments[:end]) as context:
            assert isinstance(context, click.Context)


def test_python_example_prints_headline_and_related_links() -> None:
    code = next(block for block in blocks("python") if "split_page" in block)

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    first, *related = done.stdout.splitlines()
    assert first == "Flood closes the old bridge"
    assert "related https://news.example/2026/ferry Ferry runs again after three weeks of repairs" in related


def test_python_example_reads_the_archive(tmp_path: Path) -> None:
    story = replace(
        FLOOD, headline="Flood closes the swing bridge", body=f"{FLOOD.body}\n\nIt is a swing bridge."
    )
    with closing(filled(tmp_path / "archive.db", [FLOOD])) as archive:
        record_visit(archive, 1, visit(story, fetched=NOON + DAY, outcome=Outcome.CHANGED, article_id=1))
        shown = link("flood", "Bridge shut")
        front = visit(None, [shown], url=SOURCE, final_url=SOURCE, outcome=Outcome.LISTING)
        record_visit(archive, 1, front)
    code = next(block for block in blocks("python") if "archiver.open" in block)

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )

    assert done.stdout.splitlines() == [
        "Flood closes the old bridge -> Flood closes the swing bridge",
        "2 ['Bridge shut']",
    ]


def test_queries_run(tmp_path: Path) -> None:
    filled(tmp_path / "archive.db", [FLOOD]).close()
    (queries,) = blocks("sql")

    with closing(read_archive(tmp_path / "archive.db")) as archive:
        for query in queries.split(";\n"):
            archive.execute(query)


def test_sources_toml_is_one_that_a_crawl_takes(tmp_path: Path) -> None:
    text, _ = blocks("toml")
    (tmp_path / "sources.toml").write_text(text, "utf-8")

    file = read_sources(tmp_path / "sources.toml")

    assert file.contact == "you@example.org"
    assert [(each.name, each.delay) for each in file.sources] == [("The Courier", 5)]
    assert all(f"{key} = " in text for key in Source.__dataclass_fields__ if key != "rules")


def test_rules_are_ones_that_a_crawl_takes(tmp_path: Path) -> None:
    _, text = blocks("toml")
    (tmp_path / "sources.toml").write_text(text, "utf-8")

    (rules_of,) = read_sources(tmp_path / "sources.toml").sources

    first, second = rules_of.rules
    assert (first.valid_from, second.valid_from) == (None, date(2026, 3, 1))
    assert all(getattr(second, field.name) for field in fields(SiteRules))
    assert all(
        f"`{'from' if field.name == 'valid_from' else field.name}`" in DOCS for field in fields(SiteRules)
    )


def test_version_of_python_is_the_packages_own() -> None:
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]

    assert f"Python {needed.removeprefix('>=')} or newer" in README
