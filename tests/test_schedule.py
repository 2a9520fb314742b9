"""archiver schedule prints what cron and systemd need to crawl, and it works as printed."""

import re
import shlex
import shutil
import socket
import subprocess
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from commands import Result, run_apart
from misbehaving import answer, misbehaving, story

from archiver.crawl.schedule import EVERY, Times, crontab_line, systemd_units, times
from archiver.errors import ScheduleError
from db.connection import read_archive
from db.read import statistics

ROOT = Path(__file__).parents[1]
PAGES = {"/flood": answer(story()), "/100%25": answer(story("All of it & more"))}
LINE = re.compile(r"((?:[\d,]+|\*) (?:[\d,]+|\*) \* \* \*) (.*)\n")


def schedule(*arguments: object, folder: Path | None = None, **environment: str) -> Result:
    return run_apart("schedule", *arguments, folder=folder, stdin=b"", **environment)


def as_cron(line: str) -> subprocess.CompletedProcess[str]:
    """Run the command of a crontab line as cron does: without our environment, in another directory."""
    match = LINE.fullmatch(line)
    assert match is not None, line
    command = re.sub(r"\\%", "%", match[2])
    # The module search path stands for the installation.
    return subprocess.run(
        ["env", "-i", f"PYTHONPATH={ROOT}", "/bin/sh", "-c", command],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_printed_line_crawls_from_anywhere_and_says_nothing(tmp_path: Path) -> None:
    folder = tmp_path / 'it\'s 100% "mine" & $HOME; #'
    folder.mkdir()
    with misbehaving(PAGES) as server:
        (folder / "sources.toml").write_text(
            f'contact = "me@example.org"\n[[source]]\nurl = "{server.url}"\n'
        )
        printed = schedule("--every", "15m", "--delay", "0", "--set", "PAGE_BUDGET=30", folder=folder)
        done = as_cron(printed.out)
        again = as_cron(printed.out)

    assert (printed.code, printed.out.count("\n")) == (0, 1)
    assert not re.search(r"(?<!\\)%", printed.out)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    with closing(read_archive(folder / "archive.db")) as archive:
        assert statistics(archive).articles == 2
    assert "stored" in (folder / "archive.log").read_text()


def test_printing_installs_and_makes_nothing(tmp_path: Path) -> None:
    result = schedule("--every", "1h", "https://news.example/", "--log-file", "x.log", folder=tmp_path)

    assert result.code == 0
    assert list(tmp_path.iterdir()) == []


def test_environment_becomes_options(tmp_path: Path) -> None:
    line = schedule(
        "--every",
        "30m",
        "https://news.example/",
        folder=tmp_path,
        ARCHIVER_ARCHIVE="mine.db",
        ARCHIVER_CONTACT="me@example.org",
    ).out
    words = shlex.split(line)[5:]

    assert words[1:] == [
        "crawl",
        "--archive",
        f"{tmp_path}/mine.db",
        "--contact",
        "me@example.org",
        "--log-file",
        f"{tmp_path}/mine.log",
        "--quiet",
        "--",
        "https://news.example/",
    ]
    assert Path(words[0]).is_absolute()


@pytest.mark.parametrize("every", EVERY)
def test_crawls_begin_regularly_all_day(every: int) -> None:
    when = times(timedelta(minutes=every), "host")
    moments = [hour * 60 + minute for hour in when.hours or range(24) for minute in sorted(when.minutes)]
    gaps = {
        later - earlier for earlier, later in zip(moments, [*moments[1:], moments[0] + 1440], strict=True)
    }

    assert gaps == {every}
    assert max(when.minutes) < 60
    assert max(when.hours, default=0) < 24


def test_minutes_stay_for_a_host_and_differ_between_hosts() -> None:
    hour = timedelta(hours=1)
    assert times(hour, "one") == times(hour, "one")
    assert len({times(hour, f"host-{number}").minutes for number in range(200)}) > 40


@pytest.mark.parametrize(
    ("every", "nearest"),
    [
        ("7m", "give 6m or 10m"),
        ("45m", "give 30m or 1h"),
        ("1m", "give 5m"),
        ("2d", "give 1d"),
        ("90m", "give 1h or 2h"),
        ("5h", "give 4h or 6h"),
        ("50s", "every 50s: give 5m"),
    ],
)
def test_what_cron_cannot_express_is_refused_with_the_nearest(every: str, nearest: str) -> None:
    result = schedule("--every", every, "https://news.example/")

    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert nearest in result.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--every", "1h"), "there is no .*sources.toml: `archiver source add URL`"),
        (("--every", "1h", "not a url"), "is no address of a site"),
        (("--every", "1h", "--sources", "missing.toml"), "there is no .*missing.toml"),
        (("--every", "1h", "https://a.example/", "--bogus"), "no such option '--bogus'"),
        (("--every", "1h", "https://a.example/", "--budget", "0"), "'--budget'"),
        (("--every", "1h", *(f"https://a{number}.example/" for number in range(60))), "--sources"),
        (("--every", "1h", "https://a.example/", "--archive", "a\nb.db"), "cannot stand in a schedule"),
    ],
)
def test_mistake_is_found_today(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    result = schedule(*arguments, folder=tmp_path)

    assert result.code in (1, 2)
    assert result.out == ""
    assert re.search(message, result.err)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--archive", "no/x.db"), "there is no directory"),
        (("--log-file", "no/x.log"), "cannot be written"),
        (("--archive", "archive.log"), "belongs to the archive"),
        (("--log-file", "archive.db"), "belongs to the archive"),
        (("--archive", "sources.toml"), "sources.toml cannot be read"),
        (("--log-file", "sources.toml"), "lists the sites"),
        (("--notify", "nonsense"), "'--notify'"),
        (("--notify", "nonsense://token"), r"nonsense://\.\.\. "),
        (("--notify", "https://"), r"https://\.\.\. names no host"),
    ],
)
def test_files_and_addresses_that_fail_at_night_are_refused_today(
    tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    sites = '[[source]]\nurl = "https://news.example/"\n'
    (tmp_path / "sources.toml").write_text(sites)
    result = schedule("--every", "1h", "--contact", "me@example.org", *options, folder=tmp_path)

    assert result.code in (1, 2)
    assert (result.out, result.err.count("\n")) == ("", 1)
    assert re.search(message, result.err)
    assert [path.name for path in tmp_path.iterdir()] == ["sources.toml"]
    assert (tmp_path / "sources.toml").read_text() == sites


def test_missing_contact_is_told(tmp_path: Path) -> None:
    assert "no --contact" in schedule("--every", "1h", "https://news.example/").err
    assert "no --contact" not in schedule("--every", "1h", "https://news.example/", "--contact", "x@y.z").err


def test_proxy_that_only_this_shell_knows_is_told(tmp_path: Path) -> None:
    proxies = {"https_proxy": "http://me:secret@127.0.0.1:3128"}
    told = schedule("--every", "1h", "https://news.example/", folder=tmp_path, **proxies)

    assert "https_proxy of this shell is not known there" in told.err
    assert "secret" not in told.out + told.err


def test_cron_takes_no_longer_line() -> None:
    when = times(timedelta(hours=1), "host")
    with pytest.raises(ScheduleError, match="cron takes 998"):
        crontab_line(when, ["archiver", "x" * 1000])


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("place", ["archive.db", 'it\'s 100% "mine" $HOME/news.db'])
def test_units_are_valid_to_systemd(tmp_path: Path, place: str) -> None:
    archive = tmp_path / place
    archive.parent.mkdir(exist_ok=True)
    printed = schedule("--every", "6h", "--systemd", "https://news.example/", "--archive", archive)
    assert printed.code == 0
    files = re.findall(
        r"^# /etc/systemd/system/(\S+)\n(.*?)(?=^# /etc|\Z)", printed.out, re.MULTILINE | re.DOTALL
    )
    for name, text in files:
        (tmp_path / name).write_text(text)
    names = [str(tmp_path / name) for name, _ in files]
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True, check=False
    )

    assert len(files) == 2
    assert [Path(name).suffix for name in names] == [".service", ".timer"]
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("every", [5, 60, 360, 1440])
def test_timer_runs_when_cron_would(every: int) -> None:
    when = times(timedelta(minutes=every), socket.gethostname())
    told = subprocess.run(
        ["systemd-analyze", "calendar", "--iterations=3", when.calendar],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    moments = re.findall(r" (\d\d):(\d\d):00 UTC", told) or re.findall(r" (\d\d):(\d\d):00", told)

    assert moments
    assert all(int(minute) in when.minutes for _, minute in moments)


def test_unit_of_another_archive_has_another_name() -> None:
    when = Times(every=60, minutes=(7,), hours=())
    names = [
        systemd_units(when, ["/bin/archiver"], Path(path), Path("/srv/x.log")).name
        for path in ("/srv/archive.db", "/srv/le monde.db")
    ]
    assert names == ["news-archiver", "news-archiver-le-monde"]
