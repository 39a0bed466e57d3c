"""From what an SDK method returns to plain data, and from plain data to what a cell shows."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from enum import Enum
from typing import Any

from flext_cli._types import Data

EMPTY = "-"
_TEXT = frozenset({str})
_ATOMS = frozenset({str, int, float, bool, type(None)})


def plain(value: Data) -> Data:  # noqa: PLR0911 - one line for each kind of value
    """Turn models, mappings, sequences and scalars into what JSON has; anything else becomes its text.

    A model is known by its `to_dict()`, so that no model library is imported here.
    """
    # Exact types first: what came from JSON passes at the cost of a look.
    kind = type(value)
    if kind in _ATOMS:
        return value
    if kind is dict and _TEXT.issuperset(map(type, value)):
        if _ATOMS.issuperset(map(type, value.values())):
            return value
        return {key: item if type(item) in _ATOMS else plain(item) for key, item in value.items()}
    if kind is list and _ATOMS.issuperset(map(type, value)):
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    to_dict = getattr(value, "to_dict", None)
    if to_dict is not None:
        return plain(to_dict())
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def is_stream(value: Data) -> bool:
    """Tell whether a value is to be taken item by item: a page, a generator, any iterable that is no container."""
    return (
        hasattr(value, "__iter__")
        and not isinstance(value, str | bytes | Mapping | list | tuple | set | frozenset)
        and not hasattr(value, "to_dict")
    )


def lookup(item: Data, path: str) -> Data:
    """Value at `a.b.0.c`, or None; a key that holds dots itself is found too."""
    if isinstance(item, dict) and (path in item or "." not in path):
        return item.get(path)
    for part in path.split("."):
        if isinstance(item, dict):
            item = item.get(part)
        elif isinstance(item, list) and part.isdecimal():
            item = item[int(part)] if int(part) < len(item) else None
        else:
            return None
    return item


def cell(value: Data) -> str:  # noqa: PLR0911 - one line for each kind of value
    """Text of a value in a table: `-` for nothing, yes and no, lists of scalars joined, the rest as JSON."""
    if isinstance(value, str):
        return (whole_seconds(value) if value[19:20] == "." else value) or EMPTY
    if value is None:
        return EMPTY
    if isinstance(value, bool):
        return "yes" if value else "no"
    if type(value) is list and value and _TEXT.issuperset(map(type, value)) and "" not in value:
        return ", ".join(map(cell, value) if value[0][19:20] == "." else value)  # tags, mostly
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return ", ".join(map(cell, value)) or EMPTY
    if isinstance(value, dict) and not any(isinstance(item, list | dict) for item in value.values()):
        return ", ".join(f"{key}={cell(item)}" for key, item in value.items()) or EMPTY
    return compact(value) if isinstance(value, list | dict) else str(value)


def whole_seconds(text: str, digits: int = 0) -> str:
    """A point in time as people read it: without the fraction of its second, or with that many digits of it.

    Programs get all of it: no other format but the table asks this.
    """
    if text[10:11] != "T" or text[4:5] != "-" or text[19:20] != "." or moment(text) is None:
        return text
    fraction = text[20:]
    zone = fraction.lstrip("0123456789")
    kept = fraction[: len(fraction) - len(zone)][:digits]
    return f"{text[:19]}{'.' if kept else ''}{kept}{zone}"


def field(value: Data) -> str:
    """Text of a value for a program (csv, plain): nothing is an empty field, nested data compact JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return compact(value) if isinstance(value, list | dict) else str(value)


def compact(value: Data) -> str:
    """JSON on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def moment(value: Data) -> datetime | None:
    """A point in time from RFC 3339 text or seconds since 1970; without a zone it is UTC."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        parsed = datetime.fromisoformat(value)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def ago(value: Data, now: Callable[[], datetime]) -> str:
    """How long ago, as in `3m ago`, or `in 2h`; after 30 days the date says more."""
    then = moment(value)
    if then is None:
        return cell(value)
    seconds = (now() - then).total_seconds()
    distance = abs(seconds)
    if distance >= 30 * 86400:
        return then.date().isoformat()
    if distance < 1:
        return "now"
    length, unit = next(each for each in ((86400, "d"), (3600, "h"), (60, "m"), (1, "s")) if distance >= each[0])
    text = f"{int(distance // length)}{unit}"
    return f"{text} ago" if seconds > 0 else f"in {text}"


def duration(value: Data) -> str:
    """Seconds as `450ms`, `3.2s`, `4m 05s`, `2h 03m`, `1d 04h`."""
    seconds = _number(value)
    if seconds is None:
        return cell(value)
    sign = "-" if seconds < 0 else ""
    seconds = abs(seconds)
    if seconds == 0:
        return "0s"
    if round(seconds * 1000) < 1:
        return f"{sign}<1ms"
    if seconds < 0.9995:
        return f"{sign}{seconds * 1000:.0f}ms"
    if seconds < 59.95:
        return f"{sign}{seconds:.1f}s"
    whole = round(seconds)
    units = ((86400, "d", 3600, "h"), (3600, "h", 60, "m"), (60, "m", 1, "s"))
    length, unit, part, below = next(each for each in units if whole >= each[0])
    return f"{sign}{whole // length}{unit} {whole % length // part:02d}{below}"


def size(value: Data) -> str:
    """Bytes as `512 B`, `1.5 MiB`."""
    number = _number(value)
    if number is None:
        return cell(value)
    if abs(number) < 1024:
        return f"{number:.0f} B"
    for unit in ("KiB", "MiB", "GiB", "TiB"):
        number /= 1024
        if abs(number) < 1024:
            return f"{number:.1f} {unit}"
    return f"{number / 1024:.1f} PiB"


def rate(value: Data) -> str:
    """Records in a second as `950/s`, `12.3k/s`."""
    number = _number(value)
    if number is None:
        return cell(value)
    for unit in ("", "k", "M", "G"):
        if abs(number) < 999.5 or unit == "G":
            break
        number /= 1000
    return f"{number:.1f}{unit}/s" if unit or (number != round(number) and abs(number) < 10) else f"{number:.0f}/s"


def percent(value: Data) -> str:
    """A share as `42%`; shares up to 1 are fractions, above they are hundredths already."""
    number = _number(value)
    if number is None:
        return cell(value)
    return f"{number * 100 if abs(number) <= 1 else number:.0f}%"


def truth(value: Data) -> str:
    """Anything as yes or no."""
    return EMPTY if value is None else "yes" if value else "no"


def _number(value: Data) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if abs(number) < float("inf") else None  # NaN fails this too


def formatter(name: str, now: Callable[[], datetime], *, live: bool = False) -> Callable[[Any], str]:
    """The function of a column's format; no name means as it is.

    Lines that arrive over time (`live`) keep the milliseconds of their moments: many have the same second.
    """
    if name == "ago":
        return lambda value: ago(value, now)
    if name:
        return FORMATS[name]
    return _live_cell if live else cell


def _live_cell(value: Data) -> str:
    return whole_seconds(value, 3) if isinstance(value, str) and value[19:20] == "." else cell(value)


FORMATS: dict[str, Callable[[Any], str]] = {
    "ago": cell,
    "duration": duration,
    "bytes": size,
    "rate": rate,
    "percent": percent,
    "bool": truth,
}


def records(value: Data) -> Iterator[Any]:
    """Items of a stream as plain data, one at a time."""
    return (plain(item) for item in value)
