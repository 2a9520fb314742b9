"""Under which part of a host sites are registered, by the public suffix list (https://publicsuffix.org/list/).

The list is the one that tldextract carries. Importing tldextract itself takes a seventh of a second, nearly all of it
for fetching newer lists by itself, which must not happen here.
"""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

# Other dots that the standard of names in all scripts knows (RFC 3490).
DOTS = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61", "."))
SNAPSHOT = ".tld_set_snapshot"


def registered_domain(host: str) -> str | None:
    """Return the registered domain of a host, with or without port: example.co.uk of a.news.example.co.uk.

    None if there is none: of an address in numbers, a name under no known suffix, or one that is a suffix itself.
    Hosts of blogs and the like (blogspot.com, github.io) are suffixes: each name under them is a site of its own.
    """
    if host.startswith("["):
        return None
    labels = host.translate(DOTS).partition(":")[0].strip().rstrip(".").split(".")
    size = _suffix_size([_unicode(label) for label in labels])
    return ".".join(labels[-size - 1 :]) if 0 < size < len(labels) and labels[-size - 1] else None


def _suffix_size(labels: Sequence[str]) -> int:
    """How many labels, the last ones, make the public suffix; 0 if there is none."""
    suffixes, size, tail = public_suffixes(), 0, ""
    for count, label in enumerate(reversed(labels), 1):
        longer = f"{label}.{tail}" if tail else label
        if f"!{longer}" in suffixes:
            return count - 1
        if longer in suffixes or f"*.{tail}" in suffixes:
            size = count
        tail = longer
    return size


def _unicode(label: str) -> str:
    """A label as the list has it: in lower case, its letters as they are read."""
    label = label.lower()
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


@cache
def public_suffixes() -> frozenset[str]:
    """Return the rules of the list, those of private domains too."""
    found = find_spec("tldextract")
    try:
        text = Path((found and found.origin) or "").with_name(SNAPSHOT).read_text("utf-8")
    except (OSError, ValueError):
        # It lies elsewhere by now: the slow way knows where.
        from tldextract import TLDExtract  # noqa: PLC0415 - see above

        extract = TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
        return frozenset(extract.tlds)
    return frozenset([line for line in text.splitlines() if line and line[0] != "/"])
