"""The day that an address names."""

import re

URL_DATE = re.compile(
    r"/(20\d\d|19\d\d)[/-]?(?:(?<=/)[A-Za-z_]+/)?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?!\d)"
)
# The same with months and days of one digit, with the name of the month, and as a parameter.
SHORT_URL_DATE = re.compile(r"/(20\d\d|19\d\d)/(0?[1-9]|1[0-2])/(0?[1-9]|[12]\d|3[01])(?=[/?#]|$)")
NAMED_URL_DATE = re.compile(r"/(20\d\d|19\d\d)/([a-z]{3,9})/(0?[1-9]|[12]\d|3[01])(?=[/?#]|$)", re.IGNORECASE)
QUERY_DATE = re.compile(
    r"[?&](?:d|day|date|dt)=(20\d\d|19\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?=[&#]|$)"
)


# A day in the name of the page, which may be that of what it tells: "flood-20261120.html", "t20261120_12.html".
NAME_DATE = re.compile(
    r"(?:[-_/]|/t)(20\d\d)([-_]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?=[-_./]|$)[^/]*/?$"
)
FOLDER_DATE = re.compile(r"/(0[1-9]|[12]\d|3[01])([-.])(0[1-9]|1[0-2])\2(20\d\d)/")


def dates_in_name(url: str) -> list[str]:
    """Return the day in the name of a page or of a folder, as a text that dates are read from, or nothing."""
    path = url.partition("?")[0].partition("#")[0]
    if found := NAME_DATE.search(path):
        return [f"{found[1]}-{found[3]}-{found[4]}"]
    folder = FOLDER_DATE.search(path)
    return [f"{folder[4]}-{folder[3]}-{folder[1]}"] if folder else []


def dates_in_address(url: str) -> list[str]:
    """Return the day in an address as a text that dates are read from, or nothing."""
    found = URL_DATE.search(url) or SHORT_URL_DATE.search(url) or QUERY_DATE.search(url)
    if found:
        return ["-".join(part.zfill(2) for part in found.groups())]
    named = NAMED_URL_DATE.search(url)
    return [f"{named[3]} {named[2]} {named[1]}"] if named else []
