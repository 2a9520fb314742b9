"""Names of hosts as the network knows them: in ASCII."""

JOINERS = "\u200c\u200d"
LONGEST_LABEL = 63


def ascii_host(host: str) -> str:
    """Return the name of a host in ASCII, as browsers make it so: "straße.example" is "xn--strae-oqa.example".

    That is UTS #46, which unlike IDNA 2003 keeps "ß" and "ς" (https://www.unicode.org/reports/tr46/). A name in ASCII
    comes back as it is. Raises UnicodeError if it can be no host's.
    """
    if host.isascii():
        return host
    import idna  # noqa: PLC0415 - few hosts need it

    return ".".join(map(_ascii_label, idna.uts46_remap(host, std3_rules=False).split(".")))


def _ascii_label(label: str) -> str:
    from idna import valid_contextj  # noqa: PLC0415 - as above

    if len(label) > LONGEST_LABEL:  # punycode is no shorter, and slow to make of very long ones
        raise UnicodeError(f"{label!r} is too long a part of a name")
    if any(c in JOINERS and not valid_contextj(label, place) for place, c in enumerate(label)):
        raise UnicodeError(f"{label!r} has a joiner where there is nothing to join")
    made = label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
    if not 0 < len(made) <= LONGEST_LABEL:
        raise UnicodeError(f"{label!r} is empty or too long a part of a name")
    return made
