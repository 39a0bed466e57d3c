"""Use-cases about Meltano projects."""

from __future__ import annotations

import json
import tempfile
import threading
from contextlib import nullcontext
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from flext_sdk._core.redact import is_secret_name, redact_json, redact_url
from flext_sdk.embedded.environments import EnvironmentFailedError
from flext_sdk.embedded.files import is_path
from flext_sdk.embedded.meltano.definitions import TYPES, Definition, definitions, near, type_of
from flext_sdk.embedded.meltano.environment import REQUIREMENTS
from flext_sdk.embedded.meltano.host import MeltanoError
from flext_sdk.embedded.meltano.projects import open_project
from flext_sdk.embedded.projects import ProjectError
from flext_sdk.embedded.settings import MASK
from flext_sdk.embedded.web.errors import ApiError, validation_failed
from flext_sdk.embedded.web.problems import problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flext_sdk.embedded.meltano.environment import MeltanoEnvironment
    from flext_sdk.embedded.meltano.host import Host
    from flext_sdk.embedded.meltano.runs import MeltanoRuns

# How long a request waits until Meltano is installed; whoever asks again a moment later waits on.
PATIENCE: Final = 20.0
# What reads a file of the project, changes it and writes it: two at once would lose the change of one.
_WRITE: Final = frozenset({"change", "cli", "set_state"})


class MeltanoService:
    """What can be done with Meltano projects, apart from schedules.

    Every method that takes a folder raises :class:`ApiError` where it is no project or something cannot be done.

    Args:
        environment: Where Meltano is.
        host: Keeps Meltano imported.
        runs: Starts runs.
        patience: Seconds that a request waits for Meltano to be installed.
    """

    def __init__(
        self, environment: MeltanoEnvironment, host: Host, runs: MeltanoRuns, *, patience: float = PATIENCE
    ) -> None:
        self._environment = environment
        self._host = host
        self._runs = runs
        self._patience = patience
        self._lock = threading.Lock()
        self._writing: dict[Path, threading.Lock] = {}
        self._making: _Making | None = None

    def init(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Makes a project."""
        folder = absolute_folder(request["project"])
        if (folder / "meltano.yml").exists():
            raise ApiError(409, "PROJECT_EXISTS", f"{folder} is a Meltano project already", hint="Use it as it is.")
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ApiError(409, "FOLDER_NOT_EMPTY", f"{folder} is not empty", hint="Choose another folder.")
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ApiError(
                422,
                "FOLDER_REFUSED",
                f"{folder.parent} cannot be made: {error.strerror}",
                hint="Choose another folder.",
            ) from None
        self.command(folder.parent, "init", folder.name, "--no-usage-stats")
        return {"project": str(folder), "name": folder.name, "meltano_version": self._host.version()}

    def page(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """The plugins of a project, or those that can be added."""
        if query.get("available"):
            found = [definition.view() for definition in definitions().values()]
        else:
            found = self.ask("plugins", self.folder(query))
            notes = {(one.type, one.name): one.note for one in definitions().values()}
            found = [{**plugin, "note": notes.get((plugin["type"], plugin["name"]))} for plugin in found]
        return {"plugins": found, "total": len(found)}

    def add(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Adds a plugin; it is not installed by that."""
        folder = self.folder(request)
        name, kind = request["name"], type_of(request["type"])
        if kind is None:
            raise _wrong("/type", f"there is no type of plugins {request['type']!r}", f"Types: {', '.join(TYPES)}.")
        given = request.get("from_ref")
        definition = _from_file(absolute_folder(given), name, kind) if given else _from_index(name, kind)
        present = {plugin["name"]: plugin for plugin in self.ask("plugins", folder)}
        if name in present:
            hint = f"See its settings: flext meltano config {name}"
            raise ApiError(
                409, "PLUGIN_EXISTS", f"{folder.name} has the {present[name]['type']} {name} already", hint=hint
            )
        with tempfile.TemporaryDirectory(prefix="flext-") as place:
            reference = Path(place) / f"{name}.yml"
            reference.write_text(yaml.safe_dump(dict(definition.document), sort_keys=False), "utf-8")
            words = ("add", "--plugin-type", kind, name, "--from-ref", str(reference), "--no-install")
            self.command(folder, *words)
        added = next(plugin for plugin in self.ask("plugins", folder) if plugin["name"] == name)
        return {**added, "note": definition.note}

    def install(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Starts a run that installs plugins."""
        folder = self.folder(request)
        names = self._known(folder, request.get("plugins") or (), "/plugins")
        options = ["--clean"] if request.get("clean") else []
        return self._runs.start(folder, "install", {"command": ["install", *options, *names]})

    def run(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Starts a run of taps, targets and jobs."""
        folder = self.folder(request)
        self._known(folder, request["tasks"], "/tasks", jobs=True)
        step = {
            "run": request["tasks"],
            **{key: request[key] for key in ("environment", "state_id_suffix", "force") if request.get(key)},
        }
        return self._runs.start(folder, "run", step, full_refresh=bool(request.get("full_refresh")))

    def invoke(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Starts a run that calls a plugin."""
        folder = self.folder(request)
        self._known(folder, [request["plugin"]], "/plugin")
        words = ["invoke", request["plugin"], *(request.get("arguments") or ())]
        return self._runs.start(folder, "invoke", {"command": words})

    def test(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Starts a run that tests plugins."""
        folder = self.folder(request)
        if request.get("config"):
            if request.get("plugins"):
                raise _wrong("/config", "either tests or settings are tried", "Leave one of the two out.")
            (name,) = self._known(folder, [request["config"]], "/config")
            return self._runs.start(folder, "test", {"command": ["config", "test", name]})
        names = self._known(folder, request.get("plugins") or (), "/plugins")
        return self._runs.start(folder, "test", {"command": ["test", *(names or ["--all"])]})

    def upgrade(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Starts a run that upgrades Meltano and a project."""
        folder = self.folder(request) if request.get("project") else None
        version = request.get("version")
        requirements = [*REQUIREMENTS]
        if version:
            if not version.startswith("4"):
                message = f"Meltano {version} cannot be used: this release works with Meltano 4"
                raise _wrong("/version", message, "Leave the version out for the newest that works.")
            requirements = [f"meltano=={version}" if version.count(".") == 2 else f"meltano=={version}.*"]
        return self._runs.start(folder, "upgrade", {"upgrade": {"requirements": requirements}})

    def config(self, component: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Shows or changes settings."""
        folder = self.folder(request)
        values = {key: _as_text(value) for key, value in (request.get("set") or {}).items()}
        unset = request.get("unset") or []
        asked = {"component": component, "extras": bool(request.get("extras"))}
        try:
            if values or unset:
                done = self.ask("change", folder, **asked, set=values, unset=unset)
                _refuse_change(component, done)
                settings = done["settings"]
            else:
                settings = self.ask("config", folder, **asked)
        except ApiError as error:
            if error.status == 404:  # only now, for whoever asks for what is there waits for one answer, not for two
                self._known(folder, [component], "/component")
            raise
        return {"component": component, "settings": [_without_secrets(setting) for setting in settings]}

    def states(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """The states of a project."""
        found = self.ask("states", self.folder(query), pattern=query.get("pattern"))
        return {"states": found, "total": len(found)}

    def state(self, state_id: str, query: Mapping[str, Any]) -> dict[str, Any]:
        """A state."""
        return self._state(self.folder(query), state_id)

    def set_state(self, state_id: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Replaces a state."""
        folder = self.folder(request)
        state = request["state"]
        if "singer_state" not in state:
            hint = 'Write {"singer_state": {"bookmarks": ...}}.'
            raise _wrong("/state", "a state has its bookmarks under singer_state", hint)
        self._runs.refuse_while_running(folder)
        found: list[dict[str, Any]] = self.ask("set_state", folder, state_id=state_id, state=state)
        return found[0] if found else {"state_id": state_id, "state": {}}

    def clear_state(self, state_id: str, query: Mapping[str, Any]) -> None:
        """Forgets a state."""
        folder = self.folder(query)
        self._state(folder, state_id)
        self._runs.refuse_while_running(folder)
        self.ask("set_state", folder, state_id=state_id, state=None)

    def folder(self, given: Mapping[str, Any]) -> Path:
        """The folder of a project that exists."""
        return project_folder(given.get("project"))

    def ask(self, do: str, folder: Path, **more: Any) -> Any:  # noqa: ANN401 - any JSON
        """Lets Meltano do something in a project; what changes its files does so alone."""
        self._ready()
        with self._lock:
            alone = self._writing.setdefault(folder, threading.Lock())
        try:
            with alone if do in _WRITE else nullcontext():
                return self._host.ask(do, folder, **more)
        except MeltanoError as error:
            raise refused(error) from None
        except EnvironmentFailedError as error:
            raise ApiError(503, "MELTANO_NOT_INSTALLED", str(error), hint=error.hint) from None

    def command(self, folder: Path, *words: str) -> str:
        """Gives a command to Meltano's own command line, and gives what it said."""
        done = self.ask("cli", folder, args=list(words))
        if done["code"]:
            error = done.get("error") or {}
            said = [line for line in done["said"].splitlines() if line.strip() and "[info" not in line]
            message = error.get("message") or (said[-1].strip() if said else "Meltano failed and did not say why")
            raise refused(MeltanoError(" ".join(message.split()), error.get("kind", "CliError")))
        return str(done["said"])

    def _state(self, folder: Path, state_id: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = self.ask("states", folder, state_id=state_id)
        if not found:
            known = [one["state_id"] for one in self.ask("states", folder)]
            likely = get_close_matches(state_id, known, n=1, cutoff=0.5)
            hint = f"Did you mean {likely[0]}?" if likely else "See what there is: flext meltano state list"
            raise ApiError(404, "STATE_NOT_FOUND", f"there is no state {state_id!r}", hint=hint)
        return found[0]

    def _known(self, folder: Path, names: Sequence[str], where: str, *, jobs: bool = False) -> list[str]:
        """The names, all of which the project has; a plugin may have a command or test behind a colon."""
        if not names:
            return []
        found = self.ask("names", folder)
        known = [*found["plugins"], *((*found["jobs"], *_mappings(folder)) if jobs else ())]
        for name in names:
            if name.split(":")[0] not in known:
                raise unknown_plugin(folder, name.split(":")[0], known, jobs=jobs, where=where)
        return list(names)

    def _ready(self) -> None:
        """Waits until Meltano is installed, which begins when it is first needed."""
        if self._environment.find() is not None:
            return
        with self._lock:
            if self._making is None or self._making.done.is_set():
                self._making = _Making(self._environment)
            making = self._making
        if not making.done.wait(self._patience):
            raise ApiError(
                503,
                "MELTANO_BEING_INSTALLED",
                "Meltano is just being installed, which happens once",
                hint="Try again in a moment.",
                headers={"Retry-After": "3"},
            )
        if making.error is not None:
            message, hint = str(making.error), making.error.hint
            raise ApiError(422, "MELTANO_NOT_INSTALLED", message, hint=hint)

    def close(self) -> None:
        """Ends what is being installed, and the process that keeps Meltano imported."""
        with self._lock:
            making = self._making
        if making is not None:
            making.close()
        self._host.close()


class _Making:
    """Meltano being installed, in a thread of its own."""

    def __init__(self, environment: MeltanoEnvironment) -> None:
        self.done = threading.Event()
        self.error: EnvironmentFailedError | None = None
        self._stop = threading.Event()
        self._environment = environment
        self._thread = threading.Thread(target=self._make, name="meltano-install", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Gives up."""
        self._stop.set()
        self._thread.join()

    def _make(self) -> None:
        try:
            self._environment.ready(heard=lambda _line: None, stop=self._stop)
        except EnvironmentFailedError as error:
            self.error = error
        finally:
            self.done.set()


def absolute_folder(text: str) -> Path:
    """A folder that was given; clients make it absolute.

    Raises:
        ApiError: It is relative.
    """
    path = Path(text).expanduser() if is_path(text) else None
    if path is None or not path.is_absolute():
        raise _wrong("/project", "the folder of the project must be an absolute path", "Clients make it one.")
    return path


def project_folder(text: str | None) -> Path:
    """The folder of a project that exists.

    Raises:
        ApiError: There is none, or its meltano.yml cannot be read.
    """
    if not text:
        raise _wrong("/project", "say which project", "Give its folder: project.")
    folder = absolute_folder(text)
    try:
        open_project(folder)
    except ProjectError as error:
        status = 404 if error.code == "PROJECT_NOT_FOUND" else 422
        raise ApiError(status, error.code, str(error), hint=error.hint) from None
    return folder


def _mappings(folder: Path) -> list[str]:
    """Names of mappings, which stand in a run between a tap and a target."""
    plugins = open_project(folder).get("plugins")
    mappers = plugins.get("mappers") if isinstance(plugins, dict) else None
    entries = [entry for mapper in mappers or () if isinstance(mapper, dict) for entry in mapper.get("mappings") or ()]
    return [str(entry["name"]) for entry in entries if isinstance(entry, dict) and "name" in entry]


def unknown_plugin(folder: Path, name: str, known: Sequence[str], *, jobs: bool, where: str) -> ApiError:
    """404: the project has no such plugin."""
    likely = get_close_matches(name, known, n=1, cutoff=0.6)
    what = "plugin and no job" if jobs else "plugin"
    if likely:
        hint = f"Did you mean {likely[0]}?"
    elif name in definitions():
        hint = f"Add it: flext meltano add {definitions()[name].type} {name}"
    else:
        hint = f"It has {', '.join(known)}." if known else "It has none; see flext meltano add --help"
    message = f"{folder.name} has no {what} {name!r}"
    return ApiError(404, "PLUGIN_NOT_FOUND", message, hint=hint, details={"where": where})


def refused(error: MeltanoError) -> ApiError:
    """An answer for what Meltano refused."""
    hints = {
        "HubConnectionError": "The index of this product does not have it, and Meltano's hub cannot be reached.",
        "ProjectReadonly": "The project is read-only (project_readonly in meltano.yml).",
        "Late": "Look what Meltano waits for: its database, or a lock.",
    }
    if error.kind == "Stopping":
        return ApiError(503, "STOPPING", str(error), headers={"Retry-After": "1"})
    status = 404 if error.kind == "PluginNotFoundError" else 422
    return ApiError(status, "MELTANO_REFUSED", f"Meltano: {error}", hint=hints.get(error.kind))


def _from_index(name: str, kind: str) -> Definition:
    found = definitions().get(name)
    if found is None:
        likely = near(name)
        hint = f"Did you mean {likely}?" if likely else "See what there is: flext meltano list --available"
        hint += " A definition of your own goes in with --from-ref FILE." if not likely else ""
        raise ApiError(404, "PLUGIN_NOT_FOUND", f"there is no plugin {name!r} in the index", hint=hint)
    if found.type != kind:
        hint = f"flext meltano add {found.type} {name}"
        raise ApiError(422, "WRONG_TYPE", f"{name} is {_a(found.type)}, not {_a(kind)}", hint=hint)
    return found


def _a(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" and word != "utility" else f"a {word}"


def _from_file(path: Path, name: str, kind: str) -> Definition:
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise _wrong("/from_ref", f"{path} cannot be read: {error.strerror}", "Look at the path.") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark is not None else ""
        why = getattr(error, "problem", None) or "it is not UTF-8 text"
        raise _wrong("/from_ref", f"{path}{place}: {why}", "Mend the YAML.") from None
    if not isinstance(document, dict) or not document.get("namespace"):
        message = f"{path} defines no plugin: it needs a name and a namespace"
        raise _wrong("/from_ref", message, "Take a file of Meltano's hub as a pattern.")
    return Definition(name, kind, None, {**document, "name": name})


def _refuse_change(component: str, done: Mapping[str, Any]) -> None:
    if "unknown" in done:
        likely = get_close_matches(done["unknown"], done["known"], n=1, cutoff=0.6)
        shown = [name for name in done["known"] if not name.startswith("_")]
        hint = f"Did you mean {likely[0]}?" if likely else f"It has {', '.join(shown[:30])}."
        raise _wrong(f"/set/{done['unknown']}", f"{component} has no setting {done['unknown']!r}", hint)
    if "wrong" in done:
        message = f"the value of {done['wrong']} is no {done['kind']}"
        raise _wrong(f"/set/{done['wrong']}", message, f"{component} takes a value of kind {done['kind']} there.")


def _without_secrets(setting: dict[str, Any]) -> dict[str, Any]:
    """A setting that is safe to show: also where the plugin does not say that it is secret, or a URL has a password."""
    value = setting["value"]
    if setting["secret"] or value is None:
        return setting
    if is_secret_name(setting["name"]):
        return {**setting, "value": MASK, "secret": True}
    return {**setting, "value": redact_url(value) if isinstance(value, str) and "://" in value else redact_json(value)}


def _as_text(value: object) -> object:
    """As Meltano takes values: text, and whatever has a structure as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def _wrong(where: str, message: str, hint: str) -> ApiError:
    return validation_failed([problem(where, message, hint=hint)])
