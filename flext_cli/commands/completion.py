"""Teach a shell to complete commands, options and names."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from flext_sdk._core.annotations import command
from flext_sdk.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flext_sdk import Flext

# How our own line in a start file is known again.
MARK = "# flext completion"


@command("completion show", positional=("shell",), metavars={"shell": "SHELL"}, local=True)
def show(client: Flext, shell: Literal["bash", "zsh", "fish", "powershell"]) -> str:  # noqa: ARG001 - it asks nobody
    """Print the completion script of a shell.

    Args:
        client: The client; it is not asked.
        shell: The shell.

    Returns:
        The script.

    Example:
        ```python
        from flext_cli.completion.scripts import script
        print(script("bash"))
        ```

    Command example:
        $ flext completion show bash > flext.bash
        $ flext completion show fish

    See also:
        flext completion install
    """
    from flext_cli.completion.scripts import script

    return script(shell)


@command(
    "completion install",
    positional=("shell",),
    metavars={"shell": "SHELL"},
    columns=("shell", "file", "start_file:START FILE", "done"),
    hidden=("environ",),
    mutating=True,
    local=True,
)
def install(
    client: Flext,  # noqa: ARG001 - as above
    shell: Literal["bash", "zsh", "fish", "powershell"] | None = None,
    *,
    activate: bool = True,
    dry_run: bool = False,
    environ: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Install completion for a shell, for you alone.

    The script is put where the shell keeps such things. Where the shell does not look there by itself, one line that
    does is added to the file it reads at its start. A shell that runs already completes after it was started anew.
    Install again after an update of this program.

    Args:
        client: The client; it is not asked.
        shell: The shell; the one of your account when left out.
        activate: Add that line to the start file.
        dry_run: Only say what would be done.
        environ: The environment; that of this process when left out.

    Returns:
        Shell, script file, start file (None where none is needed), and what was done.

    Raises:
        UsageError: The shell is not known, or cannot be told.
        ConfigurationError: A file cannot be written.

    Example:
        ```python
        from flext_cli.commands.completion import install
        install(client, "fish")
        ```

    Command example:
        $ flext completion install
        $ flext completion install zsh --dry-run

    See also:
        flext completion show
    """
    from flext_cli.completion.scripts import script

    env = os.environ if environ is None else environ
    chosen = shell or _shell_of(env)
    file, start, line = _places(chosen, env)
    try:
        present = start is not None and start.exists() and MARK in start.read_text(encoding="utf-8", errors="replace")
        adds = activate and start is not None and not present
        if not dry_run:
            _write(file, script(chosen))
            if adds and start is not None:
                before = start.read_text(encoding="utf-8", errors="surrogateescape") if start.exists() else ""
                gap = "" if not before or before.endswith("\n") else "\n"
                _write(start, f"{before}{gap}{line}  {MARK}\n")
    except OSError as error:
        raise ConfigurationError(
            f"Completion cannot be installed: {error.filename or file}: {(error.strerror or str(error)).lower()}",
            hint=f"Put the script somewhere else: flext completion show {chosen} > FILE",
        ) from None
    told = "would be written" if dry_run else "written"
    if adds:
        told += f"; line {'would be ' if dry_run else ''}added to the start file"
    elif start is not None and not present:
        told += f"; add to the start file: {line}"
    if not dry_run:
        told += "; start a new shell to use it"
    return {"shell": chosen, "file": str(file), "start_file": str(start) if start else None, "done": told}


def _shell_of(environ: Mapping[str, str]) -> str:
    # Containers and CI often leave SHELL out; the account still has one.
    name = Path(environ.get("SHELL") or _of_the_account()).name.removesuffix(".exe")
    name = {"pwsh": "powershell"}.get(name, name) or ("powershell" if sys.platform == "win32" else "")
    if name not in {"bash", "zsh", "fish", "powershell"}:
        told = f'"{name}" is none of them' if name else "SHELL is not set"
        raise UsageError(
            f"It cannot be told which shell you use: {told}", hint="Name it: flext completion install bash"
        )
    return name


def _of_the_account() -> str:
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_shell
    except (ImportError, KeyError):  # there are none on Windows; a container may run as a number without a name
        return ""


def _places(shell: str, environ: Mapping[str, str]) -> tuple[Path, Path | None, str]:
    """The script's file, the start file or None, and the line for it."""
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or "~").expanduser()
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    if shell == "bash":
        file = data / "bash-completion" / "completions" / "flext"
        return file, home / ".bashrc", f"[[ -r {_word(file)} ]] && source {_word(file)}"
    if shell == "zsh":
        file = data / "zsh" / "site-functions" / "_flext"
        start = Path(environ.get("ZDOTDIR") or home) / ".zshrc"
        folder = _word(file.parent)
        return file, start, f"fpath=({folder} $fpath); autoload -Uz compinit && compinit"
    if shell == "fish":
        return config / "fish" / "completions" / "flext.fish", None, ""
    place = home / "Documents" / "PowerShell" if sys.platform == "win32" else config / "powershell"
    file = place / "flext-completion.ps1"
    quoted = "'" + str(file).replace("'", "''") + "'"
    return file, place / "Microsoft.PowerShell_profile.ps1", f". {quoted}"


def _word(path: Path) -> str:
    return "'" + str(path).replace("'", "'\\''") + "'"


def _write(path: Path, text: str) -> None:
    # A start file may be a link into somebody's collection of such files: what it points to is written.
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f"{path.name}.flext-{os.getpid()}")
    try:
        scratch.write_text(text, encoding="utf-8", errors="surrogateescape", newline="\n")
        if path.exists():
            scratch.chmod(path.stat().st_mode & 0o777)
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
