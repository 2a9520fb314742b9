"""Values that carry where on the page they were read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from archiver.items import Origin, Precision

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Sourced(Generic[Value]):
    """A value and where on the page it was read; origin is None where the page does not say it."""

    value: Value
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Dated:
    """A date, how exactly the page gives it, and where it was read."""

    at: datetime
    """With time zone; midnight where the page gives the day only."""
    precision: Precision
    origin: Origin
