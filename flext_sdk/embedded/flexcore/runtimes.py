"""The runtimes: what can carry out an orchestration here, and what it takes to do so."""

from __future__ import annotations

import json
import os
import sys
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flext_sdk._core.redact import redact_text
from flext_sdk.embedded.flexcore.job import Ended, Stage
from flext_sdk.embedded.flexcore.operations import OPERATIONS, BadOutputError, possible, reason
from flext_sdk.embedded.flexcore.plugins import absolute_paths, masked
from flext_sdk.embedded.web.errors import ApiError, validation_failed
from flext_sdk.embedded.web.problems import did_you_mean, one_of, pointer, problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from flext_sdk.embedded.flexcore.settings import Limits
    from flext_sdk.embedded.plugins.catalogue import Catalogue
    from flext_sdk.embedded.plugins.plugin import Plugin

_SHOWN_OUTPUT: Final = 64 * 1024
SYNC: Final = "sync"


class JobFailedError(Exception):
    """The programs ended, and not well. The message is one line.

    Args:
        message: Why.
        hint: What to do about it.
        result: What is known nevertheless.
    """

    def __init__(self, message: str, *, hint: str | None = None, result: Any = None) -> None:  # noqa: ANN401 - any JSON
        super().__init__(message)
        self.hint = hint
        self.result = result


@dataclass(frozen=True, slots=True)
class Job:
    """An orchestration, ready to be started.

    Attributes:
        stages: Its programs; made from the private folder that they get.
        finish: From how they ended to the result.
        mask: Takes the secrets of the settings out of a line.
        environ: Variables in place of or beside the usual ones.
        folder: Current folder; the private one when None.
        heard: Whether lines on standard output belong into the log.
        holding: Keeps what the programs are made of on the disk while they run.
    """

    stages: Callable[[Path], Sequence[Stage]]
    finish: Callable[[Ended], Any]
    mask: Callable[[str], str] = redact_text
    environ: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    heard: bool = False
    holding: Callable[[], AbstractContextManager[None]] = nullcontext


@dataclass(frozen=True, slots=True)
class Runtime:
    """One runtime.

    Attributes:
        type: Its name.
        status: ``running`` when it can be used; else ``disabled``, ``not_installed`` or ``not_implemented``.
        capabilities: What it can do.
        message: What to do to use it, or to do without.
        prepare: From a request to a job; None where it cannot be used.
        probe: What to start to see whether it works.
    """

    type: str
    status: str
    capabilities: tuple[str, ...] = ()
    message: str | None = None
    prepare: Callable[[Mapping[str, Any]], Job] | None = None
    probe: tuple[str, ...] = ()


def runtimes(limits: Limits, catalogue: Catalogue) -> dict[str, Runtime]:
    """The runtimes by name.

    Args:
        limits: What is allowed.
        catalogue: The plugins.
    """
    usable = [plugin for plugin in catalogue.all() if plugin.usable and plugin.origin == "product"]
    singer = Runtime(
        "singer",
        "running" if usable else "not_installed",
        (*OPERATIONS, SYNC),
        None if usable else 'Install the connectors: pip install "flext-sdk[connectors]"',
        (lambda request: _singer(catalogue, request)) if usable else None,
        (*usable[0].argv, "--version") if usable else (),
    )
    off = "Off, for it starts any program on behalf of whoever has the token; FLEXT_ALLOW_PROCESSES=1 switches it on."
    state, message = ("running", None) if limits.allow_processes else ("disabled", off)
    return {
        each.type: each
        for each in (
            singer,
            Runtime("process", state, ("run",), message, _process if limits.allow_processes else None, ("true",)),
            Runtime(
                "python",
                state,
                ("run",),
                message,
                _python if limits.allow_processes else None,
                (sys.executable, "-I", "-c", ""),
            ),
            Runtime(
                "meltano",
                "not_installed",
                message="This platform runs Singer plugins by itself: use the runtime singer, or a pipeline.",
            ),
            Runtime("ray", "not_implemented", message="There is no Ray here; use the runtime singer, or a pipeline."),
            Runtime(
                "kubernetes",
                "not_implemented",
                message="There is no Kubernetes here; use the runtime singer, or a pipeline.",
            ),
        )
    }


def find(known: Mapping[str, Runtime], name: str) -> Runtime:
    """The runtime of a name.

    Raises:
        ApiError: 404: there is none.
    """
    found = known.get(name)
    if found is None:
        message = f"there is no runtime {name!r}{did_you_mean(name, known)}"
        raise ApiError(404, "RUNTIME_NOT_FOUND", message, hint=f"Known: {one_of(list(known))}.")
    return found


def prepare(known: Mapping[str, Runtime], request: Mapping[str, Any]) -> Job:
    """The job of a request.

    Raises:
        ApiError: 422: the runtime does not exist, cannot be used, or cannot do this.
    """
    name = request["runtime_type"]
    if name not in known:
        message = f"there is no runtime {name!r}{did_you_mean(name, known)}"
        raise validation_failed([problem("/runtime_type", message, hint=f"Known: {one_of(list(known))}.")])
    runtime = known[name]
    if runtime.prepare is None:
        told = runtime.status.replace("_", " ")
        raise ApiError(422, "RUNTIME_NOT_AVAILABLE", f"the runtime {name} is {told} here", hint=runtime.message)
    return runtime.prepare(request)


# -- singer ------------------------------------------------------------------------------------------------------------


def _singer(catalogue: Catalogue, request: Mapping[str, Any]) -> Job:
    plugin = _plugin(catalogue, request["command"], "/command")
    args = list(request.get("args") or ["about"])
    config = dict(request.get("config") or {})
    known = possible(plugin) + ([SYNC] if plugin.kind == "tap" else [])
    if args[0] not in known:
        message = f"{plugin.name} has no operation {args[0]!r}{did_you_mean(args[0], known)}"
        raise validation_failed([problem("/args/0", message, hint=f"It has {one_of(known)}.")])
    if args[0] == SYNC:
        return _sync(catalogue, plugin, args, config, request.get("base_path"))
    if len(args) > 1:
        raise validation_failed([problem("/args/1", f"{args[0]} takes no further argument")])
    operation = OPERATIONS[args[0]]
    config = absolute_paths(plugin, config, request.get("base_path"))

    def stages(folder: Path) -> Sequence[Stage]:
        argv = [*plugin.argv, *operation.arguments]
        if operation.configured:
            argv += ["--config", _settings(folder, "config", config)]
        return [Stage(plugin.name, argv)]

    def finish(ended: Ended) -> Any:  # noqa: ANN401 - any JSON
        _check(ended, [plugin.name], config)
        try:
            return operation.parse(plugin, ended.output, ended.errors[0])
        except BadOutputError as error:
            raise JobFailedError(f"{plugin.name} {args[0]}: {error}") from None

    return Job(stages, finish, mask=lambda line: masked(line, config), holding=lambda: held(catalogue, [plugin.name]))


def _sync(
    catalogue: Catalogue,
    tap: Plugin,
    args: Sequence[str],
    config: Mapping[str, Any],
    base: str | None,
) -> Job:
    """A tap and a target joined by a pipe, without bookmarks: those are the business of pipelines."""
    if len(args) != 2:
        message = "sync needs one more argument: the target" if len(args) < 2 else "sync takes one target"
        raise validation_failed([problem("/args", message, hint='args: ["sync", "target-jsonl"]')])
    target = _plugin(catalogue, args[1], "/args/1")
    if target.kind != "target":
        raise validation_failed([problem("/args/1", f"{target.name} is no target")])
    parts: dict[str, dict[str, Any]] = {}
    for key, plugin in (("tap", tap), ("target", target)):
        value = config.get(key, {})
        if not isinstance(value, dict):
            raise validation_failed([problem(pointer(["config", key]), "must be a mapping of settings")])
        parts[key] = absolute_paths(plugin, value, base, place=("config", key))
    if unknown := sorted(set(config) - set(parts)):
        message = f"unknown key {unknown[0]!r}{did_you_mean(unknown[0], parts)}"
        raise validation_failed([problem(pointer(["config", unknown[0]]), message, hint="sync takes tap and target.")])

    def stages(folder: Path) -> Sequence[Stage]:
        return [
            Stage(plugin.name, [*plugin.argv, "--config", _settings(folder, key, parts[key])])
            for key, plugin in (("tap", tap), ("target", target))
        ]

    def finish(ended: Ended) -> Any:  # noqa: ANN401 - any JSON
        _check(ended, [tap.name, target.name], parts)
        states = [line for line in ended.output.splitlines() if line.strip()]
        try:
            state = json.loads(states[-1]) if states else None
        except ValueError:
            raise JobFailedError(f"{target.name} wrote a state that is not JSON") from None
        return {"tap": tap.name, "target": target.name, "state": state}

    return Job(
        stages,
        finish,
        mask=lambda line: masked(line, parts),
        holding=lambda: held(catalogue, [tap.name, target.name]),
    )


def _plugin(catalogue: Catalogue, name: str, place: str) -> Plugin:
    found = catalogue.find(name)
    if found is None or found.kind not in {"tap", "target"}:
        message, hint = catalogue.missing(name) if found is None else (f"{name} is neither tap nor target", None)
        raise validation_failed([problem(place, message, hint=hint)])
    return found


@contextmanager
def held(catalogue: Catalogue, names: Sequence[str]) -> Iterator[None]:
    """Keeps plugins on the disk while the block runs."""
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(catalogue.using(name))
        yield


def _settings(folder: Path, name: str, config: Mapping[str, Any]) -> str:
    """A file, for arguments can be read by everybody on this machine."""
    path = folder / f"{name}.json"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(config, out)
    return str(path)


def _check(ended: Ended, names: Sequence[str], config: Mapping[str, Any]) -> None:
    """Fail where a program did: the target first, for a tap whose target is gone fails too, and says less."""
    for name, code, errors in reversed(list(zip(names, ended.codes, ended.errors, strict=True))):
        if code < 0:
            raise JobFailedError(f"{name} was ended by signal {-code}", result={"exit_code": code})
        if code:
            told = masked(reason(errors), config)
            raise JobFailedError(told if told.startswith(name) else f"{name}: {told}", result={"exit_code": code})


# -- any program -------------------------------------------------------------------------------------------------------


def _process(request: Mapping[str, Any]) -> Job:
    return _program(request, [request["command"], *(request.get("args") or [])])


def _python(request: Mapping[str, Any]) -> Job:
    # -P keeps the current folder off the module path: a file called csv.py beside the data must not be imported.
    return _program(request, [sys.executable, "-P", request["command"], *(request.get("args") or [])])


def _program(request: Mapping[str, Any], argv: Sequence[str]) -> Job:
    config = request.get("config") or {}
    if unknown := sorted(set(config) - {"cwd", "env"}):
        message = f"unknown key {unknown[0]!r}{did_you_mean(unknown[0], ('cwd', 'env'))}"
        raise validation_failed([problem(pointer(["config", unknown[0]]), message, hint="It takes cwd and env.")])
    env = config.get("env") or {}
    if not isinstance(env, dict) or not all(isinstance(value, str) for value in env.values()):
        raise validation_failed([problem("/config/env", "must be a mapping from name to text")])
    cwd = config.get("cwd") or request.get("base_path")
    if cwd is not None and not (isinstance(cwd, str) and Path(cwd).is_absolute() and Path(cwd).is_dir()):
        raise validation_failed([problem("/config/cwd", "must be the absolute path of a folder")])
    if any("\0" in each for each in (*argv, *env, *env.values())):
        raise validation_failed([problem("", "arguments and variables cannot hold a NUL character")])
    name = Path(request["command"]).name

    def finish(ended: Ended) -> Any:  # noqa: ANN401 - any JSON
        text = ended.output[-_SHOWN_OUTPUT:].decode(errors="replace")
        result = {"exit_code": ended.codes[0], "output": masked(text, env)}
        if ended.codes[0] < 0:
            raise JobFailedError(f"{name} was ended by signal {-ended.codes[0]}", result=result)
        if ended.codes[0]:
            told = masked(reason(ended.errors[0]), env)
            raise JobFailedError(f"{name} ended with code {ended.codes[0]}: {told}", result=result)
        return result

    return Job(
        lambda _folder: [Stage(name, argv)],
        finish,
        mask=lambda line: masked(line, env),
        environ=env,
        folder=Path(cwd) if cwd else None,
        heard=True,
    )
