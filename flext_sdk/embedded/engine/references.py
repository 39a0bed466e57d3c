"""References in settings to variables, to the environment and to secrets.

``${NAME}`` is a variable, ``${env:NAME}`` the service's environment, ``${secret:NAME}`` a secret. They are stored as
they were written and filled in when a step begins. ``$${`` stands for ``${`` itself. A setting that is nothing but one
variable takes the variable's type; inside longer text every value becomes text.

Secrets come from a :class:`Secrets` source; the one of this release, :class:`LocalSecrets`, looks at the variable
``FLEXT_SECRET_NAME`` of the service's environment and then at the file ``secrets/NAME`` in the home folder, which must
be readable by its owner alone.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

Kind = Literal["variable", "env", "secret"]

_PLACE = re.compile(r"\$(?P<escape>\$\{)|\$\{(?P<body>[^{}]*)\}|(?P<open>\$\{)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SECRET_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]*")


class MissingValueError(Exception):
    """Something that a definition refers to is not there; the message is one line.

    Attributes:
        hint: What to do about it.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Secrets(Protocol):
    """Where secrets come from."""

    def get(self, name: str) -> str | None:
        """The secret, or None.

        Raises:
            MissingValueError: If it is there and must not be used.
        """
        ...


class LocalSecrets:
    """Secrets of the environment and of files.

    Args:
        environ: The service's environment.
        folder: Where the files are.
    """

    def __init__(self, environ: Mapping[str, str], folder: Path) -> None:
        self._environ = environ
        self._folder = folder

    def get(self, name: str) -> str | None:
        """The variable ``FLEXT_SECRET_<name>``, or else what the file holds, without the line end at its end.

        Raises:
            MissingValueError: If others may read the file, or it cannot be read.
        """
        value = self._environ.get(f"FLEXT_SECRET_{re.sub(r'[^A-Za-z0-9]', '_', name).upper()}")
        if value is None:
            value = self._environ.get(f"FLEXT_SECRET_{name}")
        if value is not None:
            return value
        path = self._folder / name
        try:
            if path.stat().st_mode & 0o077:
                raise MissingValueError(
                    f"the secret {name} is not used: others may read {path}", f"Run: chmod 600 {path}"
                )
            return path.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise MissingValueError(f"the secret {name} cannot be read: {reason}", f"Look at {path}.") from None


@dataclass(frozen=True, slots=True)
class Reference:
    """One place in a text."""

    kind: Kind
    name: str
    text: str


def references(text: str) -> list[Reference]:
    """The references in a text, in order.

    Raises:
        ValueError: If one is not written properly; the message says what is wrong.
    """
    return [part for part in _parts(text) if isinstance(part, Reference)]


def has_reference(value: Any) -> bool:  # noqa: ANN401
    """Whether a text holds a reference, well written or not."""
    return isinstance(value, str) and "${" in value.replace("$${", "")


@dataclass(slots=True)
class Resolver:
    """Fills in references, and remembers what must not be shown.

    Attributes:
        variables: Values of ``${NAME}``.
        environ: Values of ``${env:NAME}``.
        secrets: Source of ``${secret:NAME}``.
        sensitive: Values that were filled in and must be masked wherever they appear.
    """

    variables: Mapping[str, Any]
    environ: Mapping[str, str]
    secrets: Secrets
    sensitive: set[str] = field(default_factory=set)

    def settings(self, settings: Mapping[str, Any], schema: Mapping[str, Any], base_path: str | None) -> dict[str, Any]:
        """Settings of a plugin with everything filled in.

        Text that came from references is turned into the type that the plugin wants, and a path that was relative
        because of a reference is joined to ``base_path``.

        Args:
            settings: As stored.
            schema: The plugin's settings schema.
            base_path: Folder of the definition's file.

        Raises:
            MissingValueError: If something is not there; names every one.
        """
        missing: dict[str, MissingValueError] = {}
        properties: Mapping[str, Any] = schema.get("properties") or {}
        filled = {}
        for name, value in settings.items():
            new = self._value(value, missing)
            known = properties.get(name) or {}
            if has_reference(value) and isinstance(new, str):
                new = _typed(new, known)
                if known.get("format") == "path" and base_path is not None:
                    new = absolute(str(new), Path(base_path))
            filled[name] = new
        if missing:
            raise MissingValueError("; ".join(missing), next(iter(missing.values())).hint)
        return filled

    def _value(self, value: Any, missing: dict[str, MissingValueError]) -> Any:  # noqa: ANN401
        if isinstance(value, str):
            return self._text(value, missing)
        if isinstance(value, Mapping):
            return {key: self._value(item, missing) for key, item in value.items()}
        if isinstance(value, list):
            return [self._value(item, missing) for item in value]
        return value

    def _text(self, text: str, missing: dict[str, MissingValueError]) -> Any:  # noqa: ANN401
        if "${" not in text:
            return text
        values = []
        for part in _parts(text):
            if isinstance(part, str):
                values.append(part)
                continue
            try:
                value = self._look_up(part)
            except MissingValueError as error:
                missing.setdefault(str(error), error)
                continue
            if part.text == text:
                return value
            values.append(value if isinstance(value, str) else json.dumps(value))
        return "".join(values)

    def _look_up(self, reference: Reference) -> Any:  # noqa: ANN401
        name = reference.name
        if reference.kind == "variable":
            if name not in self.variables:
                raise MissingValueError(
                    f"the variable {name} has no value", f"Give one: variables: {{{name}: ...}}, or when starting."
                )
            return self.variables[name]
        if reference.kind == "env":
            value, hint = self.environ.get(name), f"Set {name} in the environment of the service and restart it."
            what = f"the environment variable {name} is not set"
        else:
            value = self.secrets.get(name)
            what = f"the secret {name} is not there"
            hint = secret_hint(name)
        if value is None:
            raise MissingValueError(what, hint)
        self.sensitive.add(value)
        return value


def secret_hint(name: str) -> str:
    """How to give the service a secret."""
    variable = f"FLEXT_SECRET_{re.sub(r'[^A-Za-z0-9]', '_', name).upper()}"
    return f"Set {variable} for the service, or write it to secrets/{name} in the home folder (mode 600)."


def absolute(path: str, base: Path) -> str:
    """A path that does not depend on the working folder; a leading ``~`` is the home folder.

    ``..`` is folded where that leads to the same place, which behind a symbolic link it does not.
    """
    joined = str(base / Path(path).expanduser())
    folded = os.path.normpath(joined)
    return folded if os.path.realpath(folded) == os.path.realpath(joined) else joined


def walk(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401
    """All texts inside a value, each with its JSON pointer."""
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from walk(item, f"{pointer}/{escape(str(key))}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from walk(item, f"{pointer}/{index}")


def escape(key: str) -> str:
    """A key as a part of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def _parts(text: str) -> Iterator[str | Reference]:
    position = 0
    for found in _PLACE.finditer(text):
        if found.start() > position:
            yield text[position : found.start()]
        position = found.end()
        if found["escape"]:
            yield "${"
        elif found["open"]:
            raise ValueError("a reference that begins with ${ is not closed")
        else:
            yield _reference(found["body"], found[0])
    if position < len(text):
        yield text[position:]


_KINDS: dict[str, tuple[Kind, re.Pattern[str]]] = {"env": ("env", _NAME), "secret": ("secret", _SECRET_NAME)}


def _reference(body: str, text: str) -> Reference:
    prefix, colon, name = body.partition(":")
    if not colon:
        if not _NAME.fullmatch(body):
            raise ValueError(f"{text} is no reference; write ${{NAME}} with letters, digits and _")
        return Reference("variable", body, text)
    if prefix not in _KINDS:
        raise ValueError(f"{text} is no reference: there is ${{NAME}}, ${{env:NAME}} and ${{secret:NAME}}")
    kind, allowed = _KINDS[prefix]
    if not allowed.fullmatch(name):
        raise ValueError(f"{text} is no reference: {name or 'nothing'} is not a name")
    return Reference(kind, name, text)


_READERS: dict[str, Callable[[str], Any]] = {
    "integer": int,
    "number": float,
    "boolean": lambda text: {"true": True, "false": False}[text],
}


def _typed(text: str, schema: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """Text that came from a reference, in the type that the setting wants, where it can be read so."""
    wanted = schema.get("type")
    types = [wanted] if isinstance(wanted, str) else list(wanted or ())
    if "string" in types:
        return text
    for name in types:
        if name in _READERS:
            try:
                return _READERS[name](text.strip().lower())
            except (ValueError, KeyError):
                continue
    return text
