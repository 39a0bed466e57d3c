"""Base classes of the generated models: tolerant with what comes in, exact with what goes out."""

from __future__ import annotations

import itertools
from datetime import datetime
from enum import StrEnum
from typing import Any, Self, get_origin

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import core_schema

from flext_sdk._core.redact import MASK, is_secret_name, redact_text

__all__ = ["Model", "NullAsEmpty", "OpenEnum"]

_SHOWN_FIELDS = 6
_SHOWN_CHARACTERS = 60
# Both spellings are on the wire; ours is the one of the contract.
_SPELLINGS = {"canceled": "cancelled", "cancelled": "canceled"}


class Model(BaseModel):
    """Base of all models.

    Unknown fields are kept, so a newer server loses nothing on the way through; ``to_dict()`` gives back what came in.
    Validators are built on first use, not at import.
    """

    model_config = ConfigDict(
        extra="allow",
        defer_build=True,
        validate_by_alias=True,
        validate_by_name=True,
        protected_namespaces=(),
        hide_input_in_errors=True,  # an input may hold a secret
    )

    def to_dict(self) -> dict[str, Any]:
        """Return the model as plain JSON data under the names of the wire.

        Fields that were never set are left out, so reading and writing back changes nothing; times are RFC 3339 text.
        """
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)

    def __repr__(self) -> str:
        """First fields that were set, secrets masked and long values cut."""
        names = [name for name in type(self).model_fields if name in self.model_fields_set]
        names += list(self.model_extra or ())
        shown = [f"{name}={_short(name, getattr(self, name))}" for name in itertools.islice(names, _SHOWN_FIELDS)]
        more = [f"+{len(names) - _SHOWN_FIELDS} more"] if len(names) > _SHOWN_FIELDS else []
        return f"{type(self).__name__}({', '.join(shown + more)})"

    __str__ = __repr__


def _short(name: str, value: object) -> str:
    if is_secret_name(name) and value is not None:
        return repr(MASK)
    if isinstance(value, dict):
        return "{...}" if value else "{}"
    if isinstance(value, list | tuple) and value:
        return f"[{len(value)} items]" if not all(isinstance(item, str) for item in value) else _cut(repr(value))
    if isinstance(value, StrEnum):
        return repr(value.value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return _cut(redact_text(repr(value)))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 3] + "..."


class OpenEnum(StrEnum):
    """A set of known words that accepts unknown ones, so that a newer server does not break an older client.

    Case does not matter on the way in, and ``canceled`` and ``cancelled`` are the same word.
    An unknown member compares equal to its text, and `is_known` tells it from the words of the contract.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        word = value.lower()
        for candidate in (word, _SPELLINGS.get(word)):
            for member in cls:
                if member.value.lower() == candidate:
                    return member
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member

    @property
    def is_known(self) -> bool:
        """Whether the word is one of the contract's."""
        return self._name_ in type(self).__members__


class NullAsEmpty:
    """Annotation of a list or mapping for which ``null`` on the wire means empty; Go services write empty lists so.

    The check for null runs only where the value is no list or mapping, so the usual case costs nothing.
    """

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Build a union of the real type and a null that becomes empty."""
        empty = list if get_origin(source) is list else dict
        null = core_schema.no_info_after_validator_function(lambda _: empty(), core_schema.none_schema())
        return core_schema.union_schema([handler(source), null], mode="left_to_right")
