"""JSON lines and CSV."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import IO

import orjson

# Ends of lines to some readers of JSON lines, though not to JSON: their last byte, to look for, the character,
# and what stands for it.
OTHER_LINE_ENDS = (
    (b"\x85", b"\xc2\x85", b"\\u0085"),
    (b"\xa8", b"\xe2\x80\xa8", b"\\u2028"),
    (b"\xa9", b"\xe2\x80\xa9", b"\\u2029"),
)
# What a spreadsheet takes for the beginning of a formula, in half and full width.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# White space and quotes that some spreadsheets take off before they look.
BEFORE_FORMULA = " \n\"'\u00a0\u3000"


def write_jsonl(rows: Iterable[Mapping[str, object]], stream: IO[bytes]) -> int:
    """Write each row as one line of JSON in UTF-8 and return how many there were."""
    number = 0
    for number, row in enumerate(rows, 1):  # noqa: B007 - the count is the result
        line = orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
        if not line.isascii():
            for last, character, escaped in OTHER_LINE_ENDS:
                if last in line:
                    line = line.replace(character, escaped)
        stream.write(line)
    return number


def write_csv(
    rows: Iterable[Mapping[str, object]], stream: IO[bytes], columns: Sequence[str], *, raw: bool = False
) -> int:
    """Write columns of rows as CSV in UTF-8, with a header, and return how many rows there were.

    None is an empty cell. Lists are joined by "; " (images by their addresses), and a text that a spreadsheet
    would run as a formula gets an apostrophe in front; raw ones are as they are, lists in JSON.
    """
    number = 0
    text = io.TextIOWrapper(stream, "utf-8", newline="")
    writer = csv.writer(text)  # ends lines as RFC 4180 says
    cell = _raw_cell if raw else _safe_cell
    writer.writerow(columns)
    for number, row in enumerate(rows, 1):  # noqa: B007 - the count is the result
        writer.writerow([cell(row[column]) for column in columns])
    text.flush()
    text.detach()  # else it would close the stream, which is the caller's
    return number


def _raw_cell(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value


def _safe_cell(value: object) -> object:
    if isinstance(value, list):
        value = "; ".join(str(part["url"]) if isinstance(part, dict) else str(part) for part in value)
    if isinstance(value, str) and value.lstrip(BEFORE_FORMULA).startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
