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


def dates_in_address(url: str) -> list[str]:
    """Return the day in an address as a text that dates are read from, or nothing."""
    found = URL_DATE.search(url) or SHORT_URL_DATE.search(url) or QUERY_DATE.search(url)
    if found:
        return ["-".join(part.zfill(2) for part in found.groups())]
    named = NAMED_URL_DATE.search(url)
    return [f"{named[3]} {named[2]} {named[1]}"] if named else []
