"""What dbt's manifest tells, without starting dbt: models, and what stands upon what."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any, Final

from flext_sdk.embedded.projects import ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from flext_sdk.embedded.dbt.projects import Project

_SHOWN: Final = ("model", "seed", "snapshot", "source", "exposure", "function")
_AHEAD: Final = 60 * 10**9
"""Nanoseconds by which the clock of a file server may be ahead."""


def is_fresh(project: Project) -> bool:
    """Whether the manifest is newer than everything that it was made from."""
    try:
        made = project.manifest.stat().st_mtime_ns
    except OSError:
        return False
    # One from the future was made before the clock was set back; what is changed now would look older than it.
    return made <= time.time_ns() + _AHEAD and all(changed < made for changed in _changes(project.sources))


def _changes(places: Iterable[Path]) -> Iterator[int]:
    """When each file, and each folder (files that are gone), was changed."""
    for place in places:
        try:
            yield place.stat().st_mtime_ns
        except OSError:
            continue
        for folder, _, names in os.walk(place):
            for entry in (folder, *(os.path.join(folder, name) for name in names)):  # noqa: PTH118 - thousands of them
                try:
                    yield os.stat(entry).st_mtime_ns  # noqa: PTH116
                except OSError:
                    continue


def read(project: Project) -> dict[str, Any]:
    """The manifest.

    Raises:
        ProjectError: It cannot be read.
    """
    try:
        found: dict[str, Any] = json.loads(project.manifest.read_bytes())
        found["nodes"], found["sources"]
    except (OSError, ValueError, KeyError, TypeError):
        raise ProjectError(
            "MANIFEST_UNREADABLE",
            f"{project.manifest} cannot be read",
            "Make it again: flext data dbt compile PROJECT",
        ) from None
    return found


def models(manifest: Mapping[str, Any], types: Sequence[str] = ()) -> list[dict[str, Any]]:
    """What a project consists of, sorted by type and name.

    Args:
        manifest: The manifest.
        types: Only these types; all but tests when left out.
    """
    tests = _tests(manifest)
    wanted = tuple(types) or _SHOWN
    found = [
        _entry(key, node, tests.get(key, 0))
        for key, node in _everything(manifest)
        if node.get("resource_type") in wanted
    ]
    order = {name: number for number, name in enumerate((*_SHOWN, "test"))}
    return sorted(found, key=lambda entry: (order.get(entry["type"], 99), entry["name"]))


def lineage(manifest: Mapping[str, Any], around: str | None = None) -> dict[str, Any]:
    """The graph: nodes, edges, and how it is drawn.

    Args:
        manifest: The manifest.
        around: Name or id of a node: only what it stands on and what stands upon it.

    Raises:
        ProjectError: There is no such node.
    """
    nodes = {entry["id"]: entry for entry in models(manifest)}
    parents = {key: [other for other in entry["depends_on"] if other in nodes] for key, entry in nodes.items()}
    children: dict[str, list[str]] = {key: [] for key in nodes}
    for key, needed in parents.items():
        for other in needed:
            children[other].append(key)
    if around is not None:
        chosen = [key for key, entry in nodes.items() if around in {key, entry["name"]}]
        if not chosen:
            raise ProjectError(
                "NODE_NOT_FOUND", f"there is no model {around!r} in the project", "See: flext data dbt models PROJECT"
            )
        kept = {*_reach(chosen, parents), *_reach(chosen, children)}
        nodes = {key: entry for key, entry in nodes.items() if key in kept}
        children = {key: [other for other in children[key] if other in kept] for key in nodes}
        parents = {key: [other for other in parents[key] if other in kept] for key in nodes}
    edges = [{"from": key, "to": other} for key in nodes for other in children[key]]
    return {"nodes": list(nodes.values()), "edges": edges, "drawing": list(_drawn(nodes, parents, children))}


def _reach(start: Iterable[str], along: Mapping[str, Sequence[str]]) -> set[str]:
    found, waiting = set(start), list(start)
    while waiting:
        for other in along[waiting.pop()]:
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def _drawn(
    nodes: Mapping[str, Mapping[str, Any]],
    parents: Mapping[str, Sequence[str]],
    children: Mapping[str, Sequence[str]],
) -> Iterator[dict[str, Any]]:
    """The graph as a tree from what stands on nothing; what was drawn already is named, not drawn again."""
    drawn: set[str] = set()
    roots = [key for key in nodes if not parents[key]]
    waiting = [(key, "", "") for key in reversed(roots)]
    while waiting:
        key, prefix, branch = waiting.pop()
        entry = nodes[key]
        below = children[key]
        again = key in drawn and bool(below)
        drawn.add(key)
        yield {
            "graph": f"{prefix}{branch}{entry['name']}{' (as above)' if again else ''}",
            "type": entry["type"],
            "materialized": entry["materialized"],
            "tests": entry["tests"],
        }
        if again:
            continue
        deeper = prefix + {"": "", "├─ ": "│  ", "└─ ": "   "}[branch]
        last = len(below) - 1
        waiting += [
            (child, deeper, "└─ " if number == last else "├─ ") for number, child in reversed(list(enumerate(below)))
        ]


def _everything(manifest: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for part in ("sources", "nodes", "exposures", "functions"):
        yield from (manifest.get(part) or {}).items()


def _tests(manifest: Mapping[str, Any]) -> dict[str, int]:
    """How many tests look at each node."""
    found: dict[str, int] = {}
    for node in manifest["nodes"].values():
        if node.get("resource_type") == "test":
            attached = node.get("attached_node")
            for key in [attached] if attached else (node.get("depends_on") or {}).get("nodes") or []:
                found[key] = found.get(key, 0) + 1
    return found


def _entry(key: str, node: Mapping[str, Any], tests: int) -> dict[str, Any]:
    source = node.get("resource_type") == "source"
    config = node.get("config") or {}
    return {
        "id": key,
        "name": f"{node['source_name']}.{node['name']}" if source else node.get("name", key),
        "type": node.get("resource_type", ""),
        "materialized": None if source else config.get("materialized"),
        "relation": node.get("relation_name"),
        "file": node.get("original_file_path"),
        "package": node.get("package_name"),
        "description": node.get("description") or None,
        "tags": list(node.get("tags") or ()),
        "columns": list(node.get("columns") or ()),
        "tests": tests,
        "depends_on": list((node.get("depends_on") or {}).get("nodes") or ()),
    }
