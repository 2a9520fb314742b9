"""archiver crawl: what a user and cron see of a crawl."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from commands import PROGRAM, Result, on_terminal, run_apart
from misbehaving import answer, misbehaving, no_answer, story

from archiver.errors import ExitCode
from archiver.sample import serve
from db.connection import read_archive
from db.read import statistics

FAST = ("--delay", "0", "--set", "AUTOTHROTTLE_ENABLED=False")
PAGES = {
    "/flood": answer(story("Flood closes the old bridge")),
    "/ferry": answer(story("Ferry runs again every hour")),
    "/gone": answer(b"", "404 Not Found"),
}


@pytest.fixture
def site() -> Iterator[str]:
    """Serve a site with two stories and one that is gone."""
    with misbehaving(PAGES) as server:
        yield server.url


def articles(archive: Path) -> int:
    with closing(read_archive(archive)) as connection:
        return statistics(connection).articles


def fields(result: Result, source: str = "127.0.0.1") -> list[str]:
    """Return the cells of the summary's row for the site, but for its name."""
    return next(line.split()[1:] for line in result.out.splitlines() if line.startswith(source))


def test_crawl_ends_with_a_summary_and_the_next_one_says_that_nothing_is_new(
    site: str, tmp_path: Path
) -> None:
    first = run_apart("crawl", site, *FAST, folder=tmp_path)
    soon = run_apart("crawl", site, *FAST, folder=tmp_path)
    again = run_apart("crawl", site, *FAST, "--revisit-after", "0", folder=tmp_path)

    assert (first.code, first.err) == (0, "")
    assert fields(first) == ["3", "5", "2", "0", "0", "0", "0", "1"]
    assert re.search(r"Failed at 127\.0\.0\.1:\d+: 1 gone\n  gone http://127\.0\.0\.1:\d+/gone", first.out)
    assert "Archived 2 new articles.\n" in first.out
    assert "archive.db holds 2 articles now; the crawl took " in first.out
    assert "Nothing new: no story was added, none has changed." in soon.out
    assert "3 known stories not asked for: their next visit is not due, or they are done with." in soon.out
    assert fields(again) == ["0", "5", "0", "0", "2", "0", "0", "1"]
    assert "Nothing new: no story was added, none has changed." in again.out
    assert articles(tmp_path / "archive.db") == 2


def test_budget_leaves_the_rest_to_the_next_crawl(site: str, tmp_path: Path) -> None:
    first = run_apart("crawl", site, *FAST, "--budget", "1", folder=tmp_path)
    second = run_apart("crawl", site, *FAST, folder=tmp_path)

    assert fields(first) == ["3", "3", "1", "0", "0", "0", "0", "0"]
    assert "2 more addresses known and left for the next crawl." in first.out
    assert fields(second) == ["0", "4", "1", "0", "0", "0", "0", "1"]


def test_sites_and_contact_are_read_from_sources_toml(site: str, tmp_path: Path) -> None:
    with misbehaving(PAGES) as other:
        (tmp_path / "sources.toml").write_text(
            f'contact = "me@example.org"\n[[source]]\nurl = "{site}"\n[[source]]\nurl = "{other.url}"\n'
        )
        result = run_apart("crawl", *FAST, folder=tmp_path)
        requests = "".join(other.requests)

    assert result.code == 0
    assert fields(result, "all ") == ["6", "10", "4", "0", "0", "0", "0", "2"]
    assert "(+me@example.org)" in requests


def test_command_line_comes_before_the_entry(site: str, tmp_path: Path) -> None:
    entry = f'[[source]]\nurl = "{site}"\npages = 2\ndelay = 60\n'
    (tmp_path / "sources.toml").write_text(entry)
    result = run_apart("crawl", *FAST, "--budget", "1", folder=tmp_path)

    assert fields(result) == ["3", "3", "1", "0", "0", "0", "0", "0"]


def test_sources_of_one_host_are_told_apart_and_in_all(site: str, tmp_path: Path) -> None:
    entries = "".join(f'[[source]]\nurl = "{site}{path}"\n' for path in ("gone/", ""))
    (tmp_path / "sources.toml").write_text(entries)
    result = run_apart("crawl", *FAST, folder=tmp_path)

    host = site.partition("://")[2]
    assert {f"{host}gone/", host, "all"} <= {line.split(" ")[0] for line in result.out.splitlines()}
    assert fields(result, "all ")[2] == "2"  # which of the two comes to a story first is chance
    assert "Archived 2 new articles.\n" in result.out


def test_sources_that_differ_in_their_scheme_alone_have_rows_of_their_own(tmp_path: Path) -> None:
    urls = ("http://127.0.0.1:9/", "https://127.0.0.1:9/")
    result = run_apart("crawl", *urls, *FAST, folder=tmp_path)
    status = run_apart("status", folder=tmp_path)

    assert {*urls, "all"} <= {line.split(" ")[0] for line in result.out.splitlines()}
    assert all(f"Failed at {url}: " in result.out for url in urls)
    assert {"http://127", "https://12"} <= {line[:10] for line in status.out.splitlines()}


def test_site_that_is_not_there_has_an_exit_code_of_its_own(tmp_path: Path) -> None:
    result = run_apart("crawl", "http://127.0.0.1:9/", *FAST, folder=tmp_path)

    assert result.code == 3
    assert "Nothing could be fetched." in result.out
    assert re.fullmatch(r"archiver: no page of any site could be fetched.*127\.0\.0\.1:9.*\n", result.err)


def test_sites_that_stay_away_are_told_to_cron_until_their_alarms_are(tmp_path: Path) -> None:
    urls = ("http://127.0.0.1:9/", "http://127.0.0.2:9/")
    results = [run_apart("crawl", *urls, "--quiet", *FAST, folder=tmp_path) for _ in range(4)]
    with_another = run_apart("crawl", *urls, "http://127.0.0.3:9/", "--quiet", *FAST, folder=tmp_path)

    assert {result.code for result in (*results, with_another)} == {3}
    first, second, *later = (result.err.splitlines() for result in results)
    assert [line.startswith("archiver: no page of any site") for line in first] == [True]
    assert ["nothing could be fetched in the last 2 crawls" in line for line in second] == [True, True]
    assert later == [[], []]
    assert "no page of any site" in with_another.err


def test_address_that_is_none_is_one_line(tmp_path: Path) -> None:
    result = run_apart("crawl", "ftp://news.example/", folder=tmp_path)

    assert result.code == 2
    assert result.err.startswith("archiver: 'ftp://news.example/' ")
    assert not (tmp_path / "archive.db").exists()


def test_no_site_at_all_says_how_to_name_one(tmp_path: Path) -> None:
    result = run_apart("crawl", folder=tmp_path)

    assert result.code == 2
    assert "name a site, such as https://news.example/, or list your sites in sources.toml" in result.err


def test_archive_in_a_directory_that_is_not_there_is_refused(site: str, tmp_path: Path) -> None:
    result = run_apart("crawl", site, "-a", "no/such/x.db", folder=tmp_path)

    assert (result.code, result.out) == (1, "")
    assert result.err == "archiver: no/such/x.db cannot be made: there is no directory no/such\n"
    assert not (tmp_path / "no").exists()


def test_log_is_not_written_into_the_archive(site: str, tmp_path: Path) -> None:
    run_apart("crawl", site, *FAST, "--quiet", folder=tmp_path)
    before = (tmp_path / "archive.db").read_bytes()

    result = run_apart("crawl", site, *FAST, "--log-file", "archive.db", folder=tmp_path)

    assert (result.code, result.err.count("\n")) == (1, 1)
    assert "name another file" in result.err
    assert (tmp_path / "archive.db").read_bytes() == before


@pytest.mark.parametrize("command", [("crawl",), ("backfill", "--since", "2026", "{site}")])
def test_log_is_not_written_into_the_list_of_the_sites(
    site: str, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "sources.toml").write_text(f'[[source]]\nurl = "{site}"\n')
    words = [word.format(site=site) for word in command]
    result = run_apart(*words, "--log-file", "sources.toml", folder=tmp_path)

    assert (result.code, result.err.count("\n")) == (2, 1)
    assert "sources.toml lists the sites: name another --log-file" in result.err
    assert (tmp_path / "sources.toml").read_text() == f'[[source]]\nurl = "{site}"\n'


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--log-file", "archive.db"), "belongs to the archive"),
        (("--set", "LOG_LEVEL=FOO"), "'FOO' is no value for LOG_LEVEL"),
        (("--set", "ARCHIVE=x.db"), "named by --archive"),
        (("--notify", "nonsense"), "'--notify'"),
    ],
)
def test_crawl_that_is_refused_makes_no_file(
    site: str, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    result = run_apart("crawl", site, "--log-file", "crawl.log", *options, folder=tmp_path)

    assert result.code in (1, 2)
    assert result.err.count("\n") == 1
    assert message in result.err
    assert list(tmp_path.iterdir()) == []


def test_level_of_the_log_is_read_in_small_letters_too(site: str, tmp_path: Path) -> None:
    options = ("--set", "LOG_LEVEL=error", "--log-file", "crawl.log")
    assert run_apart("crawl", site, *FAST, "--quiet", *options, folder=tmp_path).code == 0
    assert (tmp_path / "crawl.log").read_text() == ""


def test_address_to_notify_that_nobody_can_tell_is_complained_of_at_once(site: str, tmp_path: Path) -> None:
    result = run_apart("crawl", site, *FAST, "--quiet", "--notify", "nonsense://token", folder=tmp_path)

    assert (result.code, result.err.count("\n")) == (0, 1)
    assert result.err.startswith("archiver: nonsense://... ")


def test_site_without_stories_is_told_as_such_with_what_was_looked_at(tmp_path: Path) -> None:
    bare = answer(b"<html><body><h1>Soon</h1><p>We open in May.</p></body></html>")
    with misbehaving({"/": bare}) as server:
        first = run_apart("crawl", server.url, *FAST, folder=tmp_path)
        again = run_apart("crawl", server.url, *FAST, "--revisit-after", "0", folder=tmp_path)
        shown = run_apart("show", server.url, folder=tmp_path)

    for result in (first, again):
        assert result.code == 0
        assert "Nothing new" not in result.out
        assert f"No stories were found at {server.url}\n" in result.out
        assert f"  looked at: {server.url} (0 headlines)\n" in result.out
        assert "no feed or sitemap was found from there" in result.out
        assert "feeds, sitemaps or fronts in sources.toml" in result.out
        assert f"archiver show {server.url}" in result.out
    assert "0 headlines" in shown.err


def test_pages_without_story_are_counted_where_no_story_was_found(tmp_path: Path) -> None:
    bare = answer(b"<html><body><form><input name=q></form><p>Search</p></body></html>")
    with misbehaving({"/a": bare, "/b": bare}) as server:
        result = run_apart("crawl", server.url, *FAST, folder=tmp_path)

    assert f"No stories were found at {server.url}\n" in result.out
    assert f"(0 headlines), {server.url}feed.xml (2 stories)\n" in result.out
    assert "2 pages visited, none of which holds a story" in result.out


def test_site_without_stories_is_named_beside_one_that_has_some(site: str, tmp_path: Path) -> None:
    with misbehaving({"/": answer(b"<html><body><p>Soon</p></body></html>")}) as empty:
        result = run_apart("crawl", site, empty.url, *FAST, folder=tmp_path)

    assert "Archived 2 new articles.\n" in result.out
    assert f"No stories were found at {empty.url}\n" in result.out
    assert f"No stories were found at {site}\n" not in result.out


def test_of_many_sites_without_stories_some_are_told_of_and_all_are_named(tmp_path: Path) -> None:
    soon = {"/": answer(b"<html><body><p>Soon</p></body></html>")}
    with ExitStack() as stack:
        sites = [stack.enter_context(misbehaving(soon)).url for _ in range(5)]
        told = run_apart("crawl", *sites, *FAST, folder=tmp_path).out

    assert told.count("No stories were found at ") == 3
    named = re.search("\nNor at 2 more sites: (.+), (.+)\n", told)
    assert named is not None
    assert all(f"No stories were found at http://{host}/" not in told for host in named.groups())


def test_failures_are_listed_by_the_command_that_the_summary_names(site: str, tmp_path: Path) -> None:
    summary = run_apart("crawl", site, *FAST, "-a", "mine.db", folder=tmp_path)
    line = next(line for line in summary.out.splitlines() if " stats --failed" in line)
    listed = run_apart(*shlex.split(line.partition(":")[0])[1:], folder=tmp_path)

    assert shlex.split(line.partition(":")[0])[1:] == ["stats", "--failed", "--archive", "mine.db"]
    assert f"{site}gone" in listed.out


def test_crawl_interrupted_before_its_first_story_says_so(tmp_path: Path) -> None:
    with misbehaving({"/": no_answer}) as server:
        arguments = [PROGRAM, "crawl", server.url, *FAST, "-a", str(tmp_path / "archive.db")]
        with subprocess.Popen(
            arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            while "/" not in server.asked:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=30)

    assert process.returncode == 130
    assert "Interrupted before the first story.\n" in out
    assert "Nothing new" not in out
    assert "No stories were found" not in out


def test_quiet_crawl_prints_nothing_and_its_log_names_every_page(tmp_path: Path) -> None:
    options = ("--quiet", "--log-file", "crawl.log")
    with misbehaving(PAGES) as server:
        result = run_apart(
            "crawl", server.url, *FAST, *options, folder=tmp_path, ARCHIVER_CONTACT="desk@example.org"
        )

    assert (result.code, result.out, result.err) == (0, "", "")
    log = (tmp_path / "crawl.log").read_text()
    assert f"stored {server.url}flood" in log
    assert f"gone {server.url}gone" in log
    assert "(+desk@example.org)" in "".join(server.requests)


def test_terminal_sees_a_bar_that_goes_away(tmp_path: Path) -> None:
    with misbehaving(PAGES) as server:
        screen = on_terminal("crawl", server.url, *FAST, "-a", tmp_path / "archive.db")

    assert "Crawling" in screen
    assert "/3" in screen
    assert "Crawling" not in screen.rpartition("\x1b[2K")[2]
    assert "Archived 2 new articles." in screen


def test_no_page_writes_to_the_terminal(tmp_path: Path) -> None:
    hostile = {
        "/a": answer(story("Flood \x1b]0;owned\x07 closes \x1b[31mthe bridge")),
        "/b": answer(b"", "302 Found", Location="javascript:\x1b]0;owned\x07"),
        "/c": answer(b"\0", content_type="image/\x1b]0;owned\x07"),
    }
    with misbehaving(hostile) as server:
        screen = on_terminal("crawl", server.url, *FAST, "-a", tmp_path / "archive.db")
        log = on_terminal(
            "crawl", server.url, *FAST, "-v", "--revisit-after", "0", "-a", tmp_path / "archive.db"
        )

    assert "Archived 1 new article." in screen
    assert "\x1b]" not in screen + log
    assert "\x1b[31m" not in screen + log


def test_log_of_a_long_crawl_gets_a_line_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import sys, archiver.cli.progress as progress; progress.LINE_SECONDS = 0.0;"
        "from archiver.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    python = Path(PROGRAM).with_name("python")
    with misbehaving(PAGES) as server:
        done = subprocess.run(
            [python, "-c", code, "crawl", server.url, *FAST, "-a", tmp_path / "archive.db"],
            capture_output=True,
            text=True,
            check=True,
        )

    assert re.search(r"^\d+ s: 3 pages visited \(2 new, 1 failed\), 0 waiting$", done.stderr, re.MULTILINE)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signal_that_comes_while_the_program_starts_interrupts_it(
    tmp_path: Path, number: signal.Signals
) -> None:
    sources = tmp_path / "sources.toml"
    os.mkfifo(sources)
    arguments = [PROGRAM, "crawl", "--sources", str(sources)]
    with (
        subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) as process,
        sources.open("w"),  # it waits for the sites now
    ):
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)

    assert (process.returncode, errors.strip()) == (ExitCode.INTERRUPTED, "archiver: interrupted")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signal_that_comes_when_a_command_has_ended_leaves_the_code_of_an_interruption(
    number: signal.Signals,
) -> None:
    ended = f"main(); print('ended', flush=True); os.kill(os.getpid(), {number.value})"
    script = f"import os, sys; from archiver.cli import main; sys.argv[1:] = ['--version']; {ended}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout.endswith("ended\n")) == (ExitCode.INTERRUPTED, True)


def test_nohup_keeps_a_command_from_ending_with_its_terminal(tmp_path: Path) -> None:
    sources = tmp_path / "sources.toml"
    os.mkfifo(sources)
    arguments = ["nohup", PROGRAM, "crawl", "--sources", str(sources)]
    with subprocess.Popen(
        arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        with sources.open("w") as sites:
            process.send_signal(signal.SIGHUP)
            sites.write("[[source]]")
        _, errors = process.communicate(timeout=30)

    assert process.returncode == ExitCode.FAILED
    assert "sources.toml" in errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_interrupted_crawl_keeps_what_it_has_and_the_next_goes_on(
    tmp_path: Path, number: signal.Signals
) -> None:
    with serve() as paper:
        arguments = [PROGRAM, "crawl", paper.url, "--delay", "0.3", "-v", "-a", str(tmp_path / "archive.db")]
        with subprocess.Popen(
            arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr is not None
            assert any(" stored " in line for line in process.stderr)
            process.send_signal(number)
            out, _ = process.communicate(timeout=30)
        assert process.returncode == 130
        assert "Stopped early. What was archived is whole" in out
        before = articles(tmp_path / "archive.db")
        rest = run_apart("crawl", paper.url, *FAST, "-a", tmp_path / "archive.db")

    assert rest.code == 0
    assert 0 < before < articles(tmp_path / "archive.db")
