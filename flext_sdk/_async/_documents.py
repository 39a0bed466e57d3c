"""Documents given as a file, standard input, a mapping or a model."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from flext_sdk._async import _rt as rt
from flext_sdk._core.documents import MAX_BYTES, Document, load_document, locate
from flext_sdk.errors import Problem, UsageError, ValidationFailedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flext_sdk._core.types import Json

__all__ = ["Given", "read_definition", "read_json", "read_mapping", "write_json"]

_LARGEST = 32_000_000


class Given:
    """A definition as it is sent, and the document it came from, if any.

    Args:
        body: What is sent.
        document: The document, for the lines of problems.
    """

    def __init__(self, body: dict[str, Json], document: Document | None) -> None:
        self.body = body
        self.document = document

    def located(self, problems: Sequence[Problem]) -> list[Problem]:
        """The problems with their lines, in the order of the document."""
        if self.document is None:
            return list(problems)
        found = [locate(problem, self.document) for problem in problems]
        return sorted(found, key=lambda problem: (problem.line or 0, problem.column or 0))

    def explained(self, error: ValidationFailedError) -> ValidationFailedError:
        """The service's error with the lines of its problems."""
        problems = self.located(error.problems)
        wrong = [problem for problem in problems if problem.severity == "error"] or problems
        name = self.document.name if self.document is not None else "the definition"
        where = "standard input" if name == "-" else name
        message = str(wrong[0]) if len(wrong) == 1 else f"{len(wrong)} problems in {where}" if wrong else error.message
        return ValidationFailedError(
            message,
            problems=problems,
            code=error.code,
            hint=(wrong[0].hint if len(wrong) == 1 else None) or error.hint,
            status=error.status,
            request_id=error.request_id,
            details=error.details,
        )


async def read_definition(config: str | Path | Mapping[str, Json] | object) -> Given:
    """Read a pipeline definition.

    Args:
        config: Name of a file, ``"-"`` for standard input, a mapping, or a model.

    Returns:
        The definition, with the folder that its relative paths start from.

    Raises:
        UsageError: If the file cannot be read.
        ValidationFailedError: If it is no document that can be read, with line and column.
    """
    to_dict = getattr(config, "to_dict", None)
    if to_dict is not None:
        config = to_dict()
    if isinstance(config, Mapping):
        return Given({"base_path": _folder("-"), **config}, None)
    if not isinstance(config, str | Path):
        raise UsageError(f"A definition is a file, a mapping or a model, not {type(config).__name__}")
    name = str(config)
    if not name or "\n" in name:
        what = "the text of a definition itself" if name else "empty"
        raise UsageError(
            f"The name of the file with the definition is {what}",
            code="FILE_NOT_READABLE",
            hint="Give the path of a YAML or JSON file, or the definition as a mapping.",
        )
    content = await rt.to_thread(_read_input if name == "-" else _read_file, name)
    document = load_document(content, name=name)
    if not isinstance(document.data, Mapping):
        problem = locate(Problem("", "A definition is a mapping with a name and steps"), document)
        raise ValidationFailedError(str(problem), problems=[problem], code="BAD_DOCUMENT")
    return Given({"base_path": _folder(name), **document.data}, document)


async def read_mapping(name: str) -> dict[str, Json]:
    """Read a YAML or JSON file that holds a mapping, or such from standard input.

    Args:
        name: Name of the file, ``"-"`` for standard input.

    Raises:
        UsageError: If it cannot be read, or holds something else.
        ValidationFailedError: If it is no document that can be read, with line and column.
    """
    content = await rt.to_thread(_read_input if name == "-" else _read_file, name)
    found = load_document(content, name=name).data
    if not isinstance(found, dict):
        raise UsageError(f"{name} must hold a mapping of settings")
    return found


async def read_json(name: str) -> Json:
    """Read a JSON file that a program wrote, or such from standard input.

    Args:
        name: Name of the file, ``"-"`` for standard input.

    Raises:
        UsageError: If it cannot be read, or is not JSON.
    """
    content = await rt.to_thread(_read_input if name == "-" else _read_file, name, _LARGEST)
    try:
        found: Json = json.loads(content)
    except (ValueError, RecursionError):
        raise UsageError(f"{name} is not JSON", code="FILE_NOT_READABLE") from None
    return found


async def write_json(name: str, value: Json) -> None:
    """Write a JSON file in one step: a failure leaves what was there before.

    Args:
        name: Name of the file.
        value: What goes into it.

    Raises:
        UsageError: If it cannot be written.
    """
    await rt.to_thread(_write_file, Path(name), json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def _write_file(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"{path} cannot be written: {reason}", code="FILE_NOT_WRITABLE") from None


def _folder(name: str) -> str:
    return str(Path.cwd() if name == "-" else Path(name).absolute().parent)


def _read_input(_name: str, most: int = MAX_BYTES) -> bytes:
    if sys.stdin is None:  # started with it closed
        raise UsageError("Standard input is closed", code="FILE_NOT_READABLE", hint="Give the path of a file.")
    return sys.stdin.buffer.read(most + 1)


def _read_file(name: str, most: int = MAX_BYTES) -> bytes:
    try:
        with Path(name).open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        reason = (
            "there is no such file" if isinstance(error, FileNotFoundError) else (error.strerror or str(error)).lower()
        )
        raise UsageError(
            f"{name}: {reason}", code="FILE_NOT_READABLE", hint="Give the path of a YAML or JSON file, or -"
        ) from None
    except ValueError:
        raise UsageError(f"{name!r} is no name of a file", code="FILE_NOT_READABLE") from None


def problems_of(report: Json) -> list[Problem]:
    """The problems of a validation report, a model or plain data."""
    plain = report.to_dict() if hasattr(report, "to_dict") else report
    names = ("path", "message", "hint", "severity")
    return [
        replace(Problem("", ""), **{name: item[name] for name in names if item.get(name)})
        for item in plain.get("problems") or []
    ]
