"""Annotated SDK method and table entry to a cyclopts app with that one command; its errors to one line in our words.

cyclopts does the parsing, the conversion and the choices. Its own help and error panels are never shown: help comes
from the table, and errors are told by `flext_cli.output.errors`.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, get_args, get_origin

import cyclopts
from cyclopts import App, Parameter
from cyclopts import exceptions as errors

from flext_cli import params
from flext_cli.main import WrongUsage
from flext_cli.quick import Parsed, finisher
from flext_cli.suggest import nearest, question

if typing.TYPE_CHECKING:
    from flext_cli._types import Data, Entry

# Shared options live beside a method's parameters in one signature.
_SHARED = "shared_"
# cyclopts takes a lone "-" for an option; for us it is standard input, so it travels in disguise.
_DASH = "\0-"

_KINDS: dict[str, Any] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "path": str,
    "list": list[str],
    "mapping": list[str],
}


_STAND_INS: dict[Any, Any] = {str: "", int: 0, float: 0.0, bool: False, list[str]: []}


@dataclass(slots=True)
class _Target:
    """One parameter on its way from text to value."""

    param: Entry
    hint: Data
    finish: Callable[[Any], Any] | None = None


def hints(method: Callable[..., Any]) -> dict[str, Any]:
    """Annotations of a method that can be resolved; names that exist for type checkers alone are left out."""
    names = {
        **vars(typing),
        "Sequence": Sequence,
        "Mapping": Mapping,
        "Path": Path,
        **getattr(method, "__globals__", {}),
    }
    found: dict[str, Any] = {}
    for name, hint in inspect.get_annotations(method).items():
        if not isinstance(hint, str):
            found[name] = hint
            continue
        try:
            found[name] = eval(hint, names)  # noqa: S307 - our own source text, what typing.get_type_hints does
        except (NameError, AttributeError, TypeError):
            continue
    return found


def hint_of(param: Entry, found: Mapping[str, Any]) -> Data:
    """Type that cyclopts converts a parameter to: the method's annotation, or the table's word where that says more."""
    kind = param["type"]
    if kind in {"path", "list", "mapping"}:
        return _KINDS[kind]
    hint = _without_none(found.get(param["name"], Any))
    if hint in {str, int, float, bool} or _is_choice(hint):
        return hint
    if param["choices"]:
        return Literal[tuple(param["choices"])]
    return _KINDS.get(kind, str)


def _is_choice(hint: Data) -> bool:
    origin: object = get_origin(hint)
    return origin is Literal


def _without_none(hint: Data) -> Data:
    if get_origin(hint) in {typing.Union, UnionType}:
        kept = [each for each in get_args(hint) if each is not NoneType]
        return kept[0] if len(kept) == 1 else Any
    return hint


def _target(param: Entry, found: Mapping[str, Any]) -> _Target:
    # A duration is text to cyclopts; the last step understands its unit.
    return _Target(param, str if params.is_duration(param) else hint_of(param, found), finisher(param))


def app_for(words: str, entry: Entry, method: Callable[..., Any]) -> tuple[App, dict[str, _Target]]:
    """The cyclopts app of one command, and its parameters by their name in the app's signature."""
    found = hints(method)
    targets = {param["name"]: _target(param, found) for param in params.own(entry)}
    targets |= {_SHARED + param["name"]: _target(param, {}) for param in params.shared(entry)}

    def command(*_args: Data, **_kwargs: Data) -> None:
        """Stand in for the method: the call itself happens outside of the parser."""

    ordered = sorted(targets.items(), key=lambda each: (each[1].param["kind"] != "positional", 0))
    signature = inspect.Signature([_parameter(name, target) for name, target in ordered])
    command.__signature__ = signature  # type: ignore[attr-defined]
    command.__annotations__ = {name: _annotated(target) for name, target in targets.items()}
    app = App(
        name=f"flext {words}",
        help_flags=(),
        version_flags=(),
        help_format="plaintext",
        default_parameter=Parameter(negative=""),
        result_action="return_value",
        exit_on_error=False,
        print_error=False,
    )
    app.default(command)
    return app, targets


def _parameter(name: str, target: _Target) -> inspect.Parameter:
    positional = target.param["kind"] == "positional"
    default = inspect.Parameter.empty if target.param["required"] else _stand_in(target.hint)
    kind = inspect.Parameter.POSITIONAL_ONLY if positional else inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=default, annotation=_annotated(target))


def _stand_in(hint: Data) -> Data:
    """A default that is never used, for only what was given is read, but that fits the type.

    Where pydantic happens to be imported, cyclopts holds defaults against the annotation too.
    """
    if _is_choice(hint):
        return get_args(hint)[0]
    return _STAND_INS.get(hint)


def _annotated(target: _Target) -> Data:
    param = target.param
    converter = _choose if _is_choice(target.hint) else None
    if param["kind"] == "positional":
        options = Parameter(negative="", converter=converter)
    else:
        options = Parameter(
            converter=converter,
            name=param["flags"],
            negative=params.negatives(param) or "",
            env_var=param.get("env"),
            allow_leading_hyphen=any(str(choice).startswith("-") for choice in param["choices"]),
        )
    # Without "| None", for cyclopts would then read the word "none" as no value.
    return Annotated[target.hint, options]


def _choose(choice: Data, tokens: Sequence[cyclopts.Token]) -> Data:
    """The choice that a text names; case does not matter."""
    choices = get_args(choice)
    text = tokens[0].value
    found = next((each for each in choices if str(each) == text), None)
    if found is None:
        found = next((each for each in choices if str(each).lower() == text.lower()), None)
    if found is None:
        raise cyclopts.CoercionError(token=tokens[0], target_type=choice)
    return found


def parse(words: str, entry: Entry, method: Callable[..., Any], tokens: Sequence[str]) -> Parsed:
    """Parse what stands behind a command's words.

    Raises:
        WrongUsage: If it does not fit; the message names the argument, what is wrong with it, and what would be right.
    """
    return parse_with(*app_for(words, entry, method), words, params.closed(entry, tokens))


def parse_with(app: App, targets: Mapping[str, _Target], words: str, tokens: Sequence[str]) -> Parsed:
    """Parse with an app that is there already.

    Raises:
        WrongUsage: As `parse` does.
    """
    try:
        _, bound, _ = app.parse_args(
            [_DASH if each == "-" else each for each in tokens], exit_on_error=False, print_error=False
        )
    except cyclopts.CycloptsError as error:
        raise WrongUsage(*explained(error, targets, words)) from error
    parsed = Parsed()
    for name, found in bound.arguments.items():
        target = targets[name]
        value = [_undisguised(each) for each in found] if isinstance(found, list) else _undisguised(found)
        try:
            final = target.finish(value) if target.finish else value
        except ValueError as error:
            raise WrongUsage(f"{_label(target.param)}: {error}", _see(words)) from error
        if name.startswith(_SHARED):
            parsed.shared[target.param["name"]] = final
        else:
            parsed.own[name] = final
    return parsed


def _undisguised(value: Data) -> Data:
    return "-" if value == _DASH else value


# -- errors in our words -------------------------------------------------------------------------------------


def explained(error: cyclopts.CycloptsError, targets: Mapping[str, _Target], words: str) -> tuple[str, str]:
    """Message and hint for an error of the parser."""
    hint = _see(words)
    if isinstance(error, errors.UnknownOptionError):
        word = (error.token.keyword or error.token.value).partition("=")[0]
        known = [flag for each in targets.values() for flag in (*each.param["flags"], *params.negatives(each.param))]
        near = question(word, [*known, "--help"])
        rest = next(
            (p for each in targets.values() if (p := each.param)["kind"] == "positional" and p["type"] == "list"), None
        )
        if near is None and rest is not None:
            hint = f"what belongs to {rest['name'].upper()} and begins with a dash stands behind --; {hint}"
        return f"unknown option {word}", near or hint
    if isinstance(error, errors.CoercionError):
        return _wrong_value(error, targets, hint)
    if isinstance(error, errors.MissingArgumentError):
        return _missing(error, targets, hint)
    if isinstance(error, errors.RepeatArgumentError):
        return f"{error.token.keyword} is given more than once", hint
    if isinstance(error, errors.UnusedCliTokensError):
        unused = error.unused_tokens or [""]
        return f'unexpected argument "{_undisguised(unused[0])}"', hint
    error.verbose = False
    return " ".join(str(error).split()).rstrip("."), hint


def _wrong_value(error: errors.CoercionError, targets: Mapping[str, _Target], hint: str) -> tuple[str, str]:
    target = _target_of(error, targets)
    value = _undisguised(error.token.value) if error.token is not None else ""
    name = (error.token and error.token.keyword) or (_label(target.param) if target else "value")
    if error.token is not None and error.token.source not in {"", "cli"} and target is not None:
        # From the environment: naming the flag would send the reader looking in the wrong place.
        name = str(target.param.get("env") or name)
    if target is not None and _is_choice(target.hint):
        # As help lists them: typing gives those of an equal Literal, which may have been written in another order.
        choices = [*map(str, target.param["choices"])] or [str(choice) for choice in get_args(target.hint)]
        close = nearest(value, choices, 1)
        if value.startswith("/") and "GET" in choices:
            hint = f"the method stands first: flext api GET {value}"
        return f'{name}: "{value}" is not one of {", ".join(choices)}', f"did you mean {close[0]}?" if close else hint
    kinds = {int: "a whole number", float: "a number", bool: "yes or no"}
    wanted = kinds.get(target.hint, "a valid value") if target is not None else "a valid value"
    return f'{name}: "{value}" is not {wanted}', hint


def _missing(error: errors.MissingArgumentError, targets: Mapping[str, _Target], hint: str) -> tuple[str, str]:
    target = _target_of(error, targets)
    value = params.placeholder(target.param) if target is not None else "an argument"
    if target is None or target.param["kind"] == "positional":
        return f"{value.removesuffix('...')} is missing", hint
    if error.keyword:
        return f"{error.keyword} needs a value: {value}", hint
    return f"{target.param['flags'][0]} {value} is missing", hint


def _target_of(error: cyclopts.CycloptsError, targets: Mapping[str, _Target]) -> _Target | None:
    return targets.get(error.argument.field_info.name) if error.argument is not None else None


def _label(param: Entry) -> str:
    return params.placeholder(param) if param["kind"] == "positional" else str(param["flags"][0])


def _see(words: str) -> str:
    return f"see: flext {words} --help"
