"""Names of steps and what they depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk.embedded.web.problems import Problem, did_you_mean, pointer, problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def dependency_problems(steps: Sequence[object]) -> Iterator[Problem]:
    """Duplicate names, unknown dependencies and circles among steps, whatever else is wrong with them."""
    places: dict[str, int] = {}
    for index, step in enumerate(steps):
        name = step.get("name") if isinstance(step, dict) else None
        if isinstance(name, str) and name:
            if name in places:
                message = f"the step {name!r} stands here twice; the first is number {places[name] + 1}"
                yield problem(pointer(["steps", index, "name"]), message, hint="Give each step a name of its own.")
            places.setdefault(name, index)
    edges: dict[str, dict[str, int]] = {}
    for name, index in places.items():
        step = steps[index]
        needs = step.get("depends_on") if isinstance(step, dict) else None
        edges[name] = {}
        for position, other in enumerate(needs if isinstance(needs, list) else ()):
            place = pointer(["steps", index, "depends_on", position])
            if not isinstance(other, str):
                continue  # the shape says so
            if other == name:
                yield problem(place, f"the step {name!r} depends on itself")
            elif other not in places:
                hint = f"Steps: {', '.join(places)}."
                yield problem(place, f"there is no step {other!r}{did_you_mean(other, places)}", hint=hint)
            else:
                edges[name].setdefault(other, position)
    for circle in _circles(edges):
        first, second = circle[0], circle[1]
        message = f"the steps depend on each other in a circle: {' -> '.join(circle)}"
        yield problem(
            pointer(["steps", places[first], "depends_on", edges[first][second]]),
            message,
            hint="Break it at one place.",
        )


def _circles(edges: Mapping[str, Mapping[str, Any]]) -> list[list[str]]:
    """One circle for each group of steps that wait for one another; its first step stands at its end again."""
    done: set[str] = set()
    found: list[list[str]] = []
    for start in edges:
        path: list[str] = []
        on_path: set[str] = set()
        # A stack instead of recursion: two hundred steps may hang on each other.
        stack: list[tuple[str, Iterator[str]]] = []
        if start not in done:
            stack.append((start, iter(edges[start])))
            path.append(start)
            on_path.add(start)
        while stack:
            name, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                stack.pop()
                path.pop()
                on_path.discard(name)
                done.add(name)
            elif following in on_path:
                found.append([*path[path.index(following) :], following])
            elif following not in done:
                stack.append((following, iter(edges[following])))
                path.append(following)
                on_path.add(following)
    return found
