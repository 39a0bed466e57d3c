"""What is asked of a person, or read in the person's place: secrets and passphrases, and files to import."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from flext_sdk._ask import on_terminal, typed
from flext_sdk.errors import UsageError
from flext_sdk.profiles._keys import from_descriptor, from_outside

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["passphrase_of", "secret_of", "text_of"]


def passphrase_of(descriptor: int | None, environ: Mapping[str, str], *, new: bool = False) -> str:
    """A passphrase from a file descriptor, or asked for; a new one is asked for twice.

    Raises:
        UsageError: If the two are not the same.
        VaultError: If there is nobody to ask.
    """
    if descriptor is not None:
        return from_descriptor(descriptor)
    if not new or environ.get("FLEXT_PASSPHRASE_FD", "").strip():
        return from_outside(environ)
    first = from_outside(environ, what="secrets (new)")
    if not first or from_outside(environ, what="secrets (again)") != first:
        raise UsageError("The two passphrases are not the same, or empty; nothing was done")
    return first


def text_of(file: str | Path) -> str:
    """The text of a file, or of standard input.

    Raises:
        UsageError: If it cannot be read.
    """
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read().decode("utf-8")
        return Path(file).expanduser().read_bytes().decode("utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not UTF-8 text") from None


def secret_of(file: str | Path | None, prompt: str) -> str:
    """A secret from a file, from standard input, or asked for without showing it.

    Raises:
        UsageError: If it is not one line of text.
    """
    text = typed(prompt) if file is None and on_terminal() else text_of("-" if file is None else file)
    lines = text.splitlines()
    if len(lines) != 1 or not lines[0].strip():
        raise UsageError(
            "The secret must be one line of text", hint="It comes from --file, standard input or the terminal."
        )
    return lines[0]
