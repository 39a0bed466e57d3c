"""Names that the services told in ordinary calls, kept in files so that completing one never asks the network.

One file a kind (`pipelines`, `plugins`, `runs`), one name a line, in the order of their bytes: a shell finds the names
of a prefix by halving. Each platform has a folder of its own, named after what chooses it: `--url`, the variables, the
profile. Only `os` is imported: this is on the way of every TAB.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flext_cli._types import Data, Entry

MOST = 5000
LONGEST = 200
# Whatever else a name may hold, it is not offered: a shell would read it as its own.
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@+/")
_KEPT = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")
URLS = ("FLEXT_SERVICE_URL", "FLEXT_URL", "FLEXT_FLEXCORE_URL")

# Parameters that mean the same wherever they stand; a `name` is one of the group's own things.
BY_NAME = {
    "pipeline": "pipelines",
    "run": "runs",
    "execution_id": "runs",
    "target": "pipelines",
    "plugin": "plugins",
    "orchestration": "orchestrations",
    "workflow": "workflows",
    "runtime": "runtimes",
    "profile": "profiles",
    "username": "users",
}
# Commands whose answer tells names, besides those called `list`.
LISTS = {"pipeline runs": "runs", "auth user list": "users"}
# Files of this machine tell these names themselves.
LOCAL = "profiles"
# The file that tells whose names these are.
_PLATFORM = ".platform"


def home(environ: "Mapping[str, str]" = os.environ) -> str:
    """The folder of FLEXT on this machine."""
    return os.path.expanduser(environ.get("FLEXT_HOME") or "~/.flx")


def folder(environ: "Mapping[str, str]" = os.environ, *, url: str | None = None, profile: str | None = None) -> str:
    """The folder with the names of the platform that these choose, in the order in which a client asks them."""
    chosen = url or next((environ[name] for name in URLS if environ.get(name)), "")
    key = "u_" + _safe(chosen) if chosen else "p_" + _safe(profile or environ.get("FLEXT_PROFILE") or "")
    return f"{home(environ)}/cache/names/{key}"


def _safe(text: str) -> str:
    return "".join(chr(byte) if byte in _KEPT else "_" for byte in text.encode("utf-8", "surrogateescape"))


def kind_of(entry: "Entry", param: "Entry") -> str | None:
    """The kind of names that a parameter takes, None where nothing is known about it."""
    if param["type"] not in {"str", "list"} or param["choices"]:
        return None
    if param["name"] in {"name", "names"} and param["kind"] == "positional":
        attribute: str | None = entry["attribute"]
        return attribute
    return BY_NAME.get(param["name"])


def read(kind: str, where: str, environ: "Mapping[str, str]" = os.environ) -> "list[str]":
    """The names of a kind; empty where none were told yet."""
    if kind == LOCAL:
        try:
            found = os.listdir(f"{home(environ)}/profiles")
        except OSError:
            return []
        return sorted({"local", *(name.removesuffix(".yaml") for name in found if name.endswith(".yaml"))})
    try:
        with open(f"{where}/{kind}", encoding="ascii") as file:
            return file.read().splitlines()
    except (OSError, ValueError):
        return []


def update(
    kind: str,
    where: str,
    *,
    every: "Iterable[str] | None" = None,
    add: "Iterable[str]" = (),
    remove: "Iterable[str]" = (),
) -> None:
    """Keep what was told; nothing is written where nothing changes, and what cannot be written is left.

    Args:
        kind: The kind of the names.
        where: The platform's folder.
        every: All there are; what is not among them is forgotten.
        add: Names that there are, besides those that are known.
        remove: Names that there are no more.
    """
    before = read(kind, where)
    new = [name for name in (every if every is not None else add) if is_plain(name)]
    # Of too many the new ones are kept.
    kept = set(new[:MOST])
    if every is None:
        kept.update(before[: max(0, MOST - len(kept))])
    after = sorted(kept.difference(remove))
    if after != before:
        _write(kind, where, after)


def _write(kind: str, where: str, lines: "list[str]") -> None:
    path = f"{where}/{kind}"
    scratch = f"{path}.{os.getpid()}"
    try:
        os.makedirs(where, mode=0o700, exist_ok=True)
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="ascii", newline="\n") as file:
            file.write("".join(f"{line}\n" for line in lines))
        os.replace(scratch, path)
    except OSError:
        # A full disk or a folder of somebody else costs completion, not the command.
        try:
            os.unlink(scratch)
        except OSError:
            return


def is_plain(name: "Data") -> bool:
    """Whether a name can stand in any shell as it is."""
    return isinstance(name, str) and 0 < len(name) <= LONGEST and _PLAIN.issuperset(name) and name[0] not in "-@+"


class Watcher:
    """Looks at what a command shows, and keeps the names in it."""

    def __init__(self, words: str, entry: "Entry", where: str) -> None:
        self._where = where
        self._entry = entry
        self._verb = words.rpartition(" ")[2]
        self._kind = LISTS.get(words) or (entry["attribute"] if self._verb == "list" else None)
        if self._kind == LOCAL:
            self._kind = None
        columns = entry["output"]["columns"]
        self._path = columns[0][0] if columns else "name"
        self._seen: list[str] = []

    def settle(self, platform: str) -> None:
        """Forget names that another platform told: behind the same choice (a profile, say) may be another one now.

        Args:
            platform: What tells platforms apart, such as the address; one line.
        """
        if read(_PLATFORM, self._where) == [platform]:
            return
        try:
            for name in os.listdir(self._where):
                os.unlink(f"{self._where}/{name}")
        except OSError:
            pass  # none yet, or of somebody else
        _write(_PLATFORM, self._where, [platform])

    @property
    def listens(self) -> bool:
        """Whether the items of the answer tell names."""
        return self._kind is not None

    def see(self, item: "Data") -> "Data":
        """Take the name of an item on its way; gives the item back."""
        name = item.get(self._path) if isinstance(item, dict) else getattr(item, self._path, None)
        if isinstance(name, str) and len(self._seen) < MOST:
            self._seen.append(name)
        return item

    def finish(self, *, complete: bool) -> None:
        """Keep what was seen; `complete` if it was all there is."""
        if self._kind is not None and complete:
            update(self._kind, self._where, every=self._seen)
        elif self._kind is not None:
            update(self._kind, self._where, add=self._seen)

    def done(self, own: "Mapping[str, Data]", result: "Data") -> None:
        """A command that shows no list has succeeded: what it was given exists, or exists no more."""
        for param in self._entry["params"]:
            name, kind = own.get(param["name"]), kind_of(self._entry, param)
            # A target may be a pipeline or a run: nobody says which.
            if kind is None or kind == LOCAL or param["name"] == "target" or not isinstance(name, str):
                continue
            gone = self._verb in {"delete", "remove", "uninstall"} and param["kind"] == "positional"
            update(kind, self._where, **{"remove" if gone else "add": [name]})
        if self._verb in {"create", "install"} and self._entry["attribute"] not in {None, LOCAL}:
            name = result.get("name") if isinstance(result, dict) else getattr(result, "name", None)
            update(self._entry["attribute"], self._where, add=[name] if isinstance(name, str) else [])

    def missing(self, own: "Mapping[str, Data]") -> None:
        """The service knows nothing of that name: do not offer it again."""
        for param in self._entry["params"]:
            name, kind = own.get(param["name"]), kind_of(self._entry, param)
            if kind is not None and kind != LOCAL and isinstance(name, str):
                update(kind, self._where, remove=[name])
