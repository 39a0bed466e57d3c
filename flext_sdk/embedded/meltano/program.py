"""Answers questions about Meltano projects without Meltano's start: the program of Meltano's own environment.

It imports Meltano once and then makes a copy of itself (fork) for each request, which works in the project's folder and
ends; so nothing is carried over from one project or command to the next. Started by
:mod:`flext_sdk.embedded.meltano.host` as ``python -I program.py``; nothing of ours is imported, for Meltano's
environment has none of it.

Standard input has one request a line, ``{"id": 1, "project": "/folder", "do": "plugins", ...}``; standard output one
answer a line, ``{"id": 1, "answer": ...}`` or ``{"id": 1, "error": {"message": ..., "kind": ...}}``. It ends with its
standard input. No request and no answer is ever an argument of a process, because settings may be secret.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import sys
import tempfile
import warnings
from contextlib import suppress
from typing import Any

_MASK = "********"
_MOST_OUTPUT = 1 << 20

_AT_ONCE = 4
# What Meltano imports only when it looks at a project; each copy would do so again.
_WARM = (
    "ctypes",
    "meltano.core.meltano_file",
    "meltano.core.migration_service",
    "meltano.core.plugin.singer",
    "meltano.core.plugin_install_service",
    "meltano.core.plugin_invoker",
    "meltano.core.schedule_service",
    "meltano.core.state_service",
    "meltano.core.state_store.azure.settings",
    "meltano.core.state_store.google.settings",
    "meltano.core.state_store.s3.settings",
    "meltano.core.task_sets_service",
    "ruamel.yaml.mergevalue",
    "sqlite3.dbapi2",
)


def plugins(project: Any, _asked: dict[str, Any]) -> list[dict[str, Any]]:
    """The plugins of a project."""
    found = []
    for plugin in project.plugins.plugins():
        needs_package = bool(plugin.pip_url)
        place = project.dirs.venvs(plugin.type, plugin.plugin_dir_name, make_dirs=False)
        found.append(
            {
                "type": plugin.type.singular,
                "name": plugin.name,
                "variant": plugin.variant,
                "inherit_from": plugin.inherit_from,
                "pip_url": plugin.pip_url,
                "executable": plugin.executable if plugin.is_invokable() else None,
                "installed": place.is_dir() if needs_package else True,
            }
        )
    return found


def _component(project: Any, name: str) -> Any:
    """The settings of a plugin, or of the project where the name is ``meltano``."""
    if name == "meltano":
        return project.settings
    from meltano.core.plugin.settings_service import PluginSettingsService
    from meltano.core.plugin_invoker import invoker_factory  # noqa: F401 - what registers the plugins' own settings

    return PluginSettingsService(project, project.plugins.find_plugin(name))


def _session(project: Any) -> Any:
    import sqlalchemy
    from meltano.core.db import project_engine
    from meltano.core.migration_service import MigrationService

    engine, sessions = project_engine(project, default=True)
    service = MigrationService(engine)
    try:
        with engine.connect() as connection:
            found = connection.execute(sqlalchemy.text("SELECT version_num FROM alembic_version")).scalar()
    except sqlalchemy.exc.DBAPIError:  # a new database
        found = None
    # Asking Meltano's migrations whether they are needed takes longer than everything else together.
    if found != service.lock_path.read_text().strip():
        service.upgrade(silent=True)
    return sessions()


def config(project: Any, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """The settings of a component: values, where they come from, what they should be."""
    with _session(project) as session:
        settings = _component(project, asked["component"])
        found = settings.config_with_metadata(
            extras=None if asked.get("extras") else False, session=session, redacted=True, redacted_value=_MASK
        )
    shown = []
    for name, entry in found.items():
        definition = entry["setting"]
        value = entry["value"]
        secret = bool(getattr(definition, "sensitive", False) or getattr(definition, "is_redacted", False))
        shown.append(
            {
                "name": name,
                "value": _MASK if secret and value is not None else json.loads(json.dumps(value, default=str)),
                "source": entry["source"].value,
                "kind": definition.kind.value if definition.kind is not None else None,
                "secret": secret,
                "description": definition.description,
                "env": settings.setting_env(definition),
            }
        )
    return shown


def change(project: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """Sets and unsets settings: all of them, or none where one name or value is wrong."""
    with _session(project) as session:
        settings = _component(project, asked["component"])
        for name in [*asked["set"], *asked["unset"]]:
            if settings.find_setting(name) is None and settings.find_setting(name.split(".")[0]) is None:
                known = sorted(definition.name for definition in settings.definitions(extras=None))
                return {"unknown": name, "known": known}
        for name, value in asked["set"].items():
            definition = settings.find_setting(name)
            if definition is not None:
                try:
                    definition.cast_value(value)
                except Exception:  # noqa: BLE001 - whatever it is, the value is not what the setting takes
                    return {"wrong": name, "kind": definition.kind.value if definition.kind else None}
        stores = {}
        for name, value in asked["set"].items():
            _, metadata = settings.set_with_metadata(name, value, session=session)
            stores[name] = metadata["store"].value
        for name in asked["unset"]:
            stores[name] = settings.unset(name, session=session)["store"].value
    return {"stores": stores, "settings": config(project, asked)}


def schedules(project: Any, _asked: dict[str, Any]) -> list[dict[str, Any]]:
    """The schedules that meltano.yml has."""
    from meltano.core.schedule_service import ScheduleService

    return [
        {
            "name": entry.name,
            "interval": str(entry.interval),
            "job": getattr(entry, "job", None),
            "extractor": getattr(entry, "extractor", None),
            "loader": getattr(entry, "loader", None),
            "transform": getattr(entry, "transform", None),
        }
        for entry in ScheduleService(project).schedules()
    ]


def names(project: Any, _asked: dict[str, Any]) -> dict[str, list[str]]:
    """What can be named in a run: plugins and jobs."""
    from meltano.core.task_sets_service import TaskSetsService

    return {
        "plugins": [plugin.name for plugin in project.plugins.plugins()],
        "jobs": [job.name for job in TaskSetsService(project).list_task_sets()],
    }


def states(project: Any, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """The states that a project keeps."""
    from meltano.core.state_service import StateService

    with _session(project) as session, StateService(project, session) as service:
        if "state_id" in asked:
            ids = [found for found in service.state_store_manager.get_state_ids() if found == asked["state_id"]]
        else:
            ids = sorted(service.state_store_manager.get_state_ids(asked.get("pattern")))
        return [{"state_id": state_id, "state": service.get_state(state_id)} for state_id in ids]


def set_state(project: Any, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Replaces a state, or forgets it where none is given."""
    from meltano.core.state_service import StateService

    with _session(project) as session, StateService(project, session) as service:
        if asked["state"] is None:
            service.clear_state(asked["state_id"])
        else:
            service.set_state(asked["state_id"], json.dumps(asked["state"]))
    return states(project, {"state_id": asked["state_id"]})


def end_runs(project: Any, asked: dict[str, Any]) -> int:
    """Marks runs as failed that were killed before they could do so themselves; only those that we started."""
    import uuid

    from meltano.core.job import Job, State

    ended = 0
    with _session(project) as session:
        mine = [uuid.UUID(found) for found in asked["run_ids"]]
        for job in session.query(Job).filter(Job.run_id.in_(mine), Job.state == State.RUNNING):
            job.fail("its process was killed")
            job.save(session)
            ended += 1
    return ended


def cli(_project: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """A command of Meltano's own command line."""
    from meltano.cli import cli as command

    with tempfile.TemporaryFile() as said:
        # Meltano's log was set up when it was imported, so the streams themselves are turned round.
        sys.stdout.flush()
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
        code, error = 0, None
        try:
            command.main(args=asked["args"], prog_name="meltano", standalone_mode=False, obj={"project": None})
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        except Exception as failure:  # noqa: BLE001 - it is the answer
            code, error = 1, _error(failure)
        sys.stdout.flush()
        sys.stderr.flush()
        said.seek(0)
        return {"code": code, "said": said.read(_MOST_OUTPUT).decode("utf-8", "replace"), "error": error}


_DO = {do.__name__: do for do in (plugins, config, change, schedules, names, states, set_state, end_runs, cli)}


def _error(failure: BaseException) -> dict[str, str]:
    message = str(getattr(failure, "message", "") or getattr(failure, "reason", "") or failure)
    reason = " ".join(message.split()) or type(failure).__name__
    return {"message": reason, "kind": type(failure).__name__}


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    """In the copy: does what is asked."""
    from meltano.core.project import Project

    try:
        os.chdir(asked["project"])
        os.environ.update(asked.get("env") or {})
        do = _DO[asked["do"]]
        project = None if do is cli else Project.find(asked["project"])
        return {"id": asked["id"], "answer": do(project, asked)}
    except BaseException as failure:  # noqa: BLE001 - whatever it is, who asked wants to know
        return {"id": asked["id"], "error": _error(failure)}


class _Host:
    """Takes requests and starts copies."""

    def __init__(self) -> None:
        # What Meltano prints goes nowhere; only answers go to who asked.
        self._out = os.dup(1)
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        self._answers: dict[int, tuple[int, int, bytearray]] = {}
        self._waiting: list[dict[str, Any]] = []
        self._pending = b""
        self._poll = select.poll()
        self._poll.register(0, select.POLLIN | select.POLLHUP)

    def serve(self) -> None:
        """Goes on until its standard input ends."""
        self.tell({"ready": True})
        while True:
            for end, _ in self._poll.poll():
                if end == 0:
                    if not self._take():
                        return
                else:
                    self._hear(end)
            while self._waiting and len(self._answers) < _AT_ONCE:
                self._start(self._waiting.pop(0))

    def tell(self, message: dict[str, Any]) -> None:
        """Sends a line to who asked."""
        line = json.dumps(message).encode() + b"\n"
        while line:
            line = line[os.write(self._out, line) :]

    def end(self) -> None:
        """Ends the copies that still work."""
        for pid, _, _ in self._answers.values():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _take(self) -> bool:
        data = os.read(0, 1 << 16)
        *lines, self._pending = (self._pending + data).split(b"\n")
        for asked in map(json.loads, lines):
            if asked["do"] == "give_up":
                self._give_up(asked["id"])
            else:
                self._waiting.append(asked)
        return bool(data)

    def _give_up(self, number: int) -> None:
        self._waiting = [asked for asked in self._waiting if asked["id"] != number]
        for pid, found, _ in self._answers.values():
            if found == number:
                os.kill(pid, signal.SIGKILL)

    def _start(self, asked: dict[str, Any]) -> None:
        end, mine = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.close(end)
                os.close(self._out)
                nowhere = os.open(os.devnull, os.O_RDONLY)
                os.dup2(nowhere, 0)
                with os.fdopen(mine, "wb") as answer:
                    answer.write(json.dumps(_answer(asked), default=str).encode())
            finally:
                os._exit(0)
        os.close(mine)
        self._answers[end] = (pid, asked["id"], bytearray())
        self._poll.register(end, select.POLLIN | select.POLLHUP)

    def _hear(self, end: int) -> None:
        pid, number, text = self._answers[end]
        data = os.read(end, 1 << 16)
        if data:
            text += data
            return
        self._poll.unregister(end)
        os.close(end)
        del self._answers[end]
        os.waitpid(pid, 0)
        if text:
            self.tell(json.loads(bytes(text)))
        else:
            self.tell({"id": number, "error": {"message": "the command was ended", "kind": "Ended"}})


def main() -> None:
    """Imports Meltano and serves."""
    warnings.simplefilter("ignore")
    host = _Host()
    try:
        import sqlalchemy.dialects.sqlite  # noqa: F401
        from alembic import command  # noqa: F401
    except Exception as failure:  # noqa: BLE001 - told to who started it
        host.tell({"ready": False, "error": _error(failure)})
        return
    for name in _WARM:
        with suppress(ImportError):
            importlib.import_module(name)
    # The copies share this memory as long as nobody writes to it, which the collector would.
    gc.collect()
    gc.disable()
    gc.freeze()
    try:
        host.serve()
    finally:
        host.end()


if __name__ == "__main__":
    main()
