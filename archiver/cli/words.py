"""Arguments that are words to look for, of which some begin with a minus."""

import re
from collections.abc import Iterable
from itertools import islice

import click

# An option of one letter, perhaps with a number or a path behind it: -n5, -a./archive.db.
SHORT = re.compile(r"(-[A-Za-z])(?:[\d./].*)?")


class Words(click.Command):
    """A command to which "-bridge" is a word that is left out, not the option -b with a value or others behind it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read args, of which all that are no options are words."""
        options = [each for each in self.get_params(ctx) if isinstance(each, click.Option)]
        return super().parse_args(ctx, _words_last(args, options))


def _words_last(args: Iterable[str], options: list[click.Option]) -> list[str]:
    """Return args with the options first, each with its value, and then "--" and the words."""
    names = {name for option in options for name in option.opts}
    valued = {name for option in options if not option.is_flag for name in option.opts}
    first: list[str] = []
    words: list[str] = []
    rest = iter(args)
    for arg in rest:
        if arg == "--":
            words += rest
        elif _is_option(arg, names):
            value = list(islice(rest, arg in valued))
            first += (arg, *value)
            if arg in valued and not value:
                return first  # click says that it is missing
        else:
            words.append(arg)
    return [*first, "--", *words]


def _is_option(arg: str, names: set[str]) -> bool:
    short = SHORT.fullmatch(arg)
    # A letter alone is rather a wrong option than a word.
    return arg.startswith("--") or (short is not None and (short[1] in names or arg == short[1]))
