"""Lists of an API as streams: fields found in the records or given, new records by a replication key."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson

from flext_sdk.connectors import _ties
from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._io import say
from flext_sdk.connectors._json import dumps
from flext_sdk.connectors._kinds import NOTHING, Kinds, fragment, from_fragment, join
from flext_sdk.connectors._observe import observe_records
from flext_sdk.connectors._pages import pages
from flext_sdk.connectors._stream import Chunk, Mark, Reading, Request, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flext_sdk.connectors._http import Api
    from flext_sdk.connectors._settings import Settings

Records = list[dict[str, Any]]
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class RestSource:
    """The lists that the settings name.

    Args:
        api: The server.
        settings: Of ``tap-rest``.

    Raises:
        ConnectorError: If two streams have one name.
    """

    def __init__(self, api: Api, settings: Settings) -> None:
        self._api = api
        self._sample = settings["sample"]
        self._settings: dict[str, Mapping[str, Any]] = {}
        if not settings["streams"]:
            raise ConnectorError("the settings are not valid: streams is empty")
        for stream in settings["streams"]:
            if stream["name"] in self._settings:
                raise ConnectorError(f"the settings are not valid: two streams are called {stream['name']}")
            self._settings[stream["name"]] = stream

    def streams(self, *, complete: bool) -> list[Stream]:
        """The streams; for their fields, some records of each are asked for."""
        return [self._stream(name, stream, complete) for name, stream in self._settings.items()]

    def _stream(self, name: str, stream: Mapping[str, Any], complete: bool) -> Stream:
        given = given_properties(name, stream.get("schema"))
        keys = tuple(dict.fromkeys(stream.get("keys") or ()))
        key = stream.get("replication_key")
        if given is not None:
            candidates = tuple(
                each for each in given if not (from_fragment(given[each]) or NOTHING) & {"object", "array"}
            )
            return Stream(name, given, keys, key, candidates)
        properties: dict[str, dict[str, Any]] = {}
        if complete:
            kinds: dict[str, Kinds] = {}
            walk = pages(self._api, stream, None)
            _sampled(walk, self._sample, kinds)
            properties = {each: fragment(found) for each, found in kinds.items()}
            if not properties:
                say("WARNING", f"{name}: there is no record, so no field of it is known")
        return Stream(name, properties, keys, key, tuple(properties), open_ended=True)

    def open(self, request: Request) -> Reading:
        """Begins to read a stream."""
        return _List(self._api, self._settings[request.stream.name], request, self._sample).reading()


def given_properties(name: str, schema: Mapping[str, Any] | None) -> dict[str, dict[str, Any]] | None:
    """The properties that the settings give, either alone or within a schema.

    Raises:
        ConnectorError: If they are none.
    """
    if not schema:
        return None
    inner = schema.get("properties")
    found = inner if isinstance(inner, dict) and not isinstance(inner.get("type"), str | list) else schema
    if not all(isinstance(part, dict) for part in found.values()) or not found:
        raise ConnectorError(f"the settings are not valid: streams.{name}.schema is no JSON Schema of a record")
    return dict(found)


def _sampled(walk: Iterator[Records], wanted: int, kinds: dict[str, Kinds]) -> list[Records]:
    """Pages with so many records, which show what the fields are."""
    taken: list[Records] = []
    count = 0
    for records in walk:
        taken.append(records)
        observe_records(records, kinds)
        count += len(records)
        if count >= wanted:
            break
    return taken


class _List:
    """One walk through a list."""

    def __init__(self, api: Api, settings: Mapping[str, Any], request: Request, sample: int) -> None:
        self._request = request
        self._sample = sample
        self._name = request.stream.name
        self._key = request.replication_key
        mark = request.mark
        self._value: Any
        self._value, ties = _ties.start_of(mark, self._key or "")
        keyless = bool(self._key) and not request.keys
        known = mark.get("version") if self._value is not None else None
        if keyless:
            self._version = known if isinstance(known, int) and known else request.new_version()
        else:
            self._version = 0 if self._key else request.new_version()
        self._complete = bool(keyless and known)
        self._sent = set(ties)
        self._start = None if self._value is None else _order(self._name, self._key, self._value)
        self._highest, self._text, self._ties = self._start, self._value, list(ties)
        self._kinds = self._known(mark)
        self._pages = pages(api, settings, None if self._value is None else str(self._value))

    def _known(self, mark: Mark) -> dict[str, Kinds]:
        """What earlier runs found, so that a list that has become empty still has its fields."""
        kinds = mark.get("kinds")
        if not isinstance(kinds, dict):
            return {}
        return {str(name): frozenset(map(str, found)) for name, found in kinds.items() if isinstance(found, list)}

    def reading(self) -> Reading:
        """The records; their bookmark holds only when all pages were read, for no order is known."""
        if self._request.limit:
            return Reading(self._first(), lambda: None)
        return Reading(self._chunks(), self._end, 0 if self._complete else self._version)

    def _first(self) -> Iterator[Chunk]:
        for records in self._pages:
            yield Chunk([self._lines(records[:1])], 1)
            return

    def _end(self) -> Mark:
        mark: Mark = {"kinds": {name: sorted(found) for name, found in self._kinds.items()}} if self._kinds else {}
        if self._version:
            mark["version"] = self._version
        if self._key and self._text is not None:
            mark |= _ties.bookmark(self._name, self._key, self._text, self._ties, keyed=bool(self._request.keys))
        return mark

    def _chunks(self) -> Iterator[Chunk]:
        if not self._request.stream.open_ended:
            for records in self._pages:
                yield self._chunk(records)
            return
        before: dict[str, Kinds] | None = None
        for records in self._looked_at():
            chunk = self._chunk(records)
            if before != self._kinds:
                before = dict(self._kinds)
                chunk.properties = self._properties()
            yield chunk
        if before is None and self._kinds:
            yield Chunk([], 0, properties=self._properties())
        elif before is None and self._version and not self._complete:
            # There is nothing that a target could make a table of.
            raise ConnectorError(f"{self._name}: there is no record, so no field is known; give the stream a schema")

    def _looked_at(self) -> Iterator[Records]:
        """All pages, each of them looked at before it is sent, the first ones together."""
        yield from _sampled(self._pages, self._sample, self._kinds)
        for records in self._pages:
            observe_records(records, self._kinds)
            yield records

    def _properties(self) -> dict[str, dict[str, Any]]:
        properties = {name: fragment(join(NOTHING, found, mixed=True)) for name, found in self._kinds.items()}
        for name in (*self._request.keys, *([self._key] if self._key else [])):
            if name not in properties:
                raise ConnectorError(
                    f"{self._name}: no record has the field {name}; there are: {', '.join(properties)}"
                )
        return properties

    def _chunk(self, records: Records) -> Chunk:
        if self._key:
            records = self._only_new(records)
        return Chunk([self._lines(records)] if records else [], len(records))

    def _lines(self, records: Records) -> bytes:
        left_out = self._request.left_out
        if left_out:
            records = [{name: value for name, value in record.items() if name not in left_out} for record in records]
        begin = b'{"type":"RECORD","stream":' + orjson.dumps(self._name) + b',"record":'
        end = b',"version":%d}\n' % self._version if self._version else b"}\n"
        return begin + (end + begin).join(map(dumps, records)) + end

    def _only_new(self, records: Records) -> Records:
        """The records that are not behind the last value, whatever the server made of it."""
        fresh = []
        for record in records:
            value = record.get(self._key or "")
            if value is None:
                fresh.append(record)
                continue
            order = _order(self._name, self._key, value)
            self._comparable(order)
            known = ""
            if self._start is not None:
                if order < self._start:
                    continue
                known = _ties.digest(dumps(record)) if order == self._start else ""
                if known in self._sent:
                    continue
            fresh.append(record)
            if self._highest is None or order > self._highest:
                self._highest, self._text, self._ties = order, value, []
            if order == self._highest and len(self._ties) <= _ties.KEYLESS:
                self._ties.append(known or _ties.digest(dumps(record)))
        return fresh

    def _comparable(self, order: tuple[str, Any]) -> None:
        if self._highest is not None and order[0] != self._highest[0]:
            raise ConnectorError(
                f"{self._name}: values of {self._key} are of several kinds, so that they have no order"
            )


def _order(stream: str, key: str | None, value: Any) -> tuple[str, Any]:  # noqa: ANN401 - JSON
    """What tells which of two values is the later one.

    Raises:
        ConnectorError: If nothing does.
    """
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return ("number", value)
    if not isinstance(value, str):
        raise ConnectorError(f"{stream}: the replication key {key} holds neither text nor numbers")
    if _DATE.match(value):
        try:
            moment = dt.datetime.fromisoformat(value)
        except ValueError:
            return ("text", value)
        return ("time", moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC))
    return ("text", value)
