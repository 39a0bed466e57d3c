"""Settings of a connector: read from files and the environment, and checked; every problem is named at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flext_sdk.connectors._errors import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flext_sdk.connectors.registry import Connector

Settings = dict[str, Any]

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
_NOUNS = {
    "string": "text",
    "boolean": "true or false",
    "array": "a list",
    "object": "a map",
    "integer": "a whole number",
    "number": "a number",
}


def load(connector: Connector, sources: Sequence[str], environ: Mapping[str, str]) -> Settings:
    """The settings of a run, with the defaults filled in.

    Args:
        connector: Whose settings.
        sources: Values of ``--config``: file names, or ``ENV`` for the environment; later ones win.
        environ: The environment.

    Raises:
        ConnectorError: If a file cannot be read or a setting is wrong; the message names every problem.
    """
    settings: Settings = {}
    for source in sources:
        settings |= from_environment(connector, environ) if source == "ENV" else read_object(source, "--config")
    problems = check(connector, settings)
    if problems:
        raise ConnectorError("the settings are not valid: " + "; ".join(problems))
    properties = connector.settings_schema["properties"]
    defaults = {name: schema["default"] for name, schema in properties.items() if "default" in schema}
    return defaults | {name: value for name, value in settings.items() if value is not None}


def read_object(source: str, option: str) -> dict[str, Any]:
    """A JSON object from a file.

    Raises:
        ConnectorError: If there is no such file, or no object in it.
    """
    try:
        data = json.loads(Path(source).read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ConnectorError(f"{option}: cannot read {source}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConnectorError(f"{option}: {source} is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise ConnectorError(f"{option}: {source} is not JSON: {error.msg} in line {error.lineno}") from None
    if not isinstance(data, dict):
        raise ConnectorError(f"{option}: {source} must hold a JSON object")
    return data


def from_environment(connector: Connector, environ: Mapping[str, str]) -> Settings:
    """Settings from variables such as ``TAP_CSV_PATH``; lists, maps, numbers and booleans are written as JSON."""
    settings: Settings = {}
    for name, schema in connector.settings_schema["properties"].items():
        text = environ.get(connector.environment_prefix + name.upper())
        if text is not None:
            settings[name] = _parse(text, _types(schema))
    return settings


def _parse(text: str, types: Sequence[str]) -> object:
    if "string" in types:
        return text
    if "array" in types and not text.lstrip().startswith(("[", "{")):
        return [part.strip() for part in text.split(",")]
    try:
        return json.loads(text.lower() if "boolean" in types else text)
    except json.JSONDecodeError:
        return text


def check(connector: Connector, settings: Mapping[str, Any]) -> list[str]:
    """Every problem of the settings, as a phrase each; empty when they are fine."""
    return _check_object("", settings, connector.settings_schema)


def _check_object(where: str, settings: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    properties: dict[str, dict[str, Any]] = schema["properties"]
    problems = [
        f"{where}{name} is required ({properties[name]['description'].rstrip('.')})"
        for name in schema["required"]
        if settings.get(name) is None
    ]
    for name, value in settings.items():
        if name in properties:
            if value is not None:
                problems += _check_value(where + name, value, properties[name])
        else:
            problems.append(_unknown(where, name, list(properties)))
    return problems


def _unknown(where: str, name: str, known: list[str]) -> str:
    import difflib

    close = difflib.get_close_matches(name, known, 1)
    return f"{where}{name} is no setting" + (
        f", did you mean {close[0]}?" if close else f" (there are: {', '.join(known)})"
    )


def _types(schema: Mapping[str, Any]) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def _check_value(where: str, value: object, schema: Mapping[str, Any]) -> list[str]:
    types = _types(schema)
    # True is an int in Python, but no number in JSON.
    fits = any(isinstance(value, _TYPES[name]) and (not isinstance(value, bool) or name == "boolean") for name in types)
    if not fits:
        wanted = " or ".join(_NOUNS[name] for name in types if name != "null")
        return [f"{where} must be {wanted}" + ("" if _is_secret(value, schema) else f", not {json.dumps(value)}")]
    if isinstance(value, list):
        inner = schema["items"]
        return [problem for i, item in enumerate(value) for problem in _check_value(f"{where}[{i}]", item, inner)]
    if isinstance(value, dict):
        if "properties" in schema:
            return _check_object(f"{where}.", value, schema)
        inner = schema["additionalProperties"]
        if inner is True:  # any JSON at all
            return []
        return [problem for key, item in value.items() for problem in _check_value(f"{where}.{key}", item, inner)]
    return _check_limits(where, value, schema)


def _is_secret(value: object, schema: Mapping[str, Any]) -> bool:
    """Whether a value must not be shown; a list or map may hold anything."""
    return bool(schema.get("secret")) or isinstance(value, list | dict)


def _check_limits(where: str, value: object, schema: Mapping[str, Any]) -> list[str]:
    if "enum" in schema and value not in schema["enum"]:
        choices = ", ".join(str(choice) for choice in schema["enum"] if choice is not None)
        return [f"{where} must be one of {choices}, not {json.dumps(value)}"]
    if isinstance(value, str) and len(value) < schema.get("minLength", 0):
        return [f"{where} must not be empty"]
    if "minimum" in schema and isinstance(value, int | float) and value < schema["minimum"]:
        return [f"{where} must be {schema['minimum']} or more"]
    return []
