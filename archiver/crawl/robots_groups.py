"""Which lines of a robots.txt are for us, by RFC 9309, 2.2.1.

Protego, which reads the rules, takes the beginning of a name for the name, and one with a version for another.
"""

import re

EVERYBODY = "*"
# Lines without a colon and the usual misspellings among them, as Protego takes them.
AGENT = re.compile(r"user[- ]?agent[\s:]+(.*)", re.IGNORECASE)
RULE = re.compile("allow|dis|dias", re.IGNORECASE)
DELAY = re.compile("crawl[- ]delay", re.IGNORECASE)
# What counts of a name: a version may follow.
TOKEN = re.compile(r"[a-z_-]+|\*$")


def own_group(robots_txt: str, agent: str) -> str:
    """Return a robots.txt with the rules for an agent alone, those for everybody if it has none of its own."""
    ours = _token(agent)
    own, common = [f"User-agent: {EVERYBODY}"], [f"User-agent: {EVERYBODY}"]
    names: set[str] = set()
    is_named = is_open = is_delayed = False
    for each in robots_txt.splitlines():
        line = each.partition("#")[0].strip()
        if match := AGENT.match(line):
            if not is_open:
                names, is_open, is_delayed = set(), True, False
            names.add(_token(match[1]))
            is_named = is_named or ours in names
        elif RULE.match(line) or DELAY.match(line):
            own += [line] if ours in names else []
            common += [line] if EVERYBODY in names else []
            # A delay ends no list of names, as no other record does (2.2.4), but many who know no standard write a
            # delay for everybody, an empty line, and then whom they forbid everything.
            is_open, is_delayed = is_open and not RULE.match(line), True
        elif not each.strip():
            is_open = is_open and not is_delayed
    return "\n".join(own if is_named else common)


def _token(name: str) -> str:
    match = TOKEN.match(name.strip().lower())
    return match[0] if match else ""
