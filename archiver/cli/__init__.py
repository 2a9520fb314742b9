"""The command archiver: one file per command; only this package prints or exits."""

import io
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

import click

from archiver import __version__
from archiver.cli.listing import SUMMARIES, Later
from archiver.errors import ArchiverError, DiskFullError, ExitCode
from archiver.threads import ONE_THREAD


class Commands(click.Group):
    """The commands in the order in which one meets them; a reader that goes away ends any of them quietly."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click hands it over
        """Return the names of the commands in the order of their adding."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the name and the command that args begin with, and the rest of them."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, Later) else command, rest

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that ctx names and return its exit code, if it has one of its own."""
        try:
            result: object = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:  # `archiver export | head`
            _forget_output()
            return ExitCode.DONE
        return result

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run as click does; DiskFullError if standard output found no room."""
        try:
            return super().main(*args, **extra)
        except OSError as error:  # what else is written has errors of its own
            from db.disk import is_full  # noqa: PLC0415 - --help must not wait for it

            if not is_full(error):
                raise
            _forget_output()
            raise DiskFullError(
                "standard output cannot be written: the disk is full: free some space and run the same command again"
            ) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="archiver %(version)s")
def commands() -> None:
    """Archive news sites: articles, the related headlines around them, and a search over it all.

    \b
    archiver demo                              try it on a sample newspaper
    archiver crawl https://news.example/       archive a site
    archiver search flood bridge               find articles in the archive
    archiver show 12                           read one

    Everything lands in one SQLite file, archive.db. COMMAND --help tells more.
    """


for _name in SUMMARIES:
    commands.add_command(Later(_name))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; errors.ExitCode names them all."""
    _write_anything()
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
    try:
        with _ended_by_signals(is_program=argv is None):
            code = commands.main(argv, prog_name="archiver", standalone_mode=False)
    except ArchiverError as error:
        return _fail(str(error), error.exit_code, getattr(error, "__notes__", ()))
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return ExitCode.USAGE
    except click.UsageError as error:
        asked = f"; `{error.ctx.command_path} --help` tells more" if error.ctx else ""
        return _fail(f"{_sentence(error.format_message())}{asked}", ExitCode.USAGE)
    except click.ClickException as error:
        return _fail(_sentence(error.format_message()), ExitCode.FAILED)
    except click.Abort:
        return _fail("interrupted", ExitCode.INTERRUPTED)
    return code if isinstance(code, int) else ExitCode.DONE


@contextmanager
def _ended_by_signals(*, is_program: bool) -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does, and so the end of its terminal, unless nohup has that ignored.

    Abort also where SQLite makes an error of its own of it: what a signal raises in a function of ours that it calls.
    A program that has nothing left to do but to end is ended at once, with the code for it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ended: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        ended.append(number)
        signal.default_int_handler(number, frame)

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    # A crawl has handlers of its own for both by then.
    signal.signal(signal.SIGTERM, end)
    if before[signal.SIGINT] is signal.default_int_handler:  # a shell has it ignored behind "&"
        signal.signal(signal.SIGINT, end)
    if before[signal.SIGHUP] is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    try:
        yield
    except Exception as error:
        if ended and "user-defined function" in str(error):
            raise click.Abort from error
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, _end if is_program and handler is signal.SIG_DFL else handler)


def _end(*_: object) -> None:
    os._exit(ExitCode.INTERRUPTED)


def _fail(message: str, code: ExitCode, notes: Sequence[str] = ()) -> ExitCode:
    """Print one line on what failed, and one for each note on it."""
    print(f"archiver: {' '.join(message.split())}", file=sys.stderr)
    for note in notes:
        print(f"  {' '.join(note.split())}", file=sys.stderr)
    return code


def _sentence(message: str) -> str:
    """Return click's message as the others are written."""
    first = message[:1] if message[:2].isupper() else message[:1].lower()
    return first + message[1:].rstrip(".")


def _write_anything() -> None:
    """Let no character of a foreign script be an error of a terminal or locale that lacks it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _forget_output() -> None:
    """Send what Python still holds for standard output nowhere, so that its end is quiet too."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
