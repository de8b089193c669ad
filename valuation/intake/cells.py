"""Cells that are not text yet: what a spreadsheet, Parquet or JSON holds, as text."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal


class UnreadableCell(ValueError):
    """The cell holds something that is no text, number, date or yes/no."""


def as_text(*, value: object, decimal: str) -> str:
    """The value as a CSV would show it; ``decimal`` is the mark that the file's texts use.

    8.0 becomes ``8``, dates ISO 8601 without their time, absence an empty text.
    """
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float() | Decimal():
            return _number(value, decimal)
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case time() | timedelta():
            return str(value)
        case _:
            raise UnreadableCell(f"a {type(value).__name__} where one value belongs")


def _number(value: float | Decimal, decimal: str) -> str:
    exact = Decimal(str(value))
    if not exact.is_finite():
        return str(value)
    if exact == exact.to_integral_value():
        return str(int(exact))
    return f"{exact:f}".replace(".", decimal)
