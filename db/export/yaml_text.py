"""Values as YAML takes them, in front matter."""

import json
import re
from collections.abc import Mapping

# Line ends and signs to YAML that JSON leaves as they are.
UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def yaml_text(value: object) -> str:
    """Return value in YAML, 1.1 or 1.2, on one line: JSON with some more characters escaped."""
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def front_matter(values: Mapping[str, object]) -> str:
    """Return values between the lines that make them front matter; what is None or empty is left out."""
    lines = [f"{name}: {yaml_text(value)}\n" for name, value in values.items() if value not in (None, [], {})]
    return f"---\n{''.join(lines)}---\n"
