"""The token transform: what it must change, what it must keep, and what it must refuse."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from openapi.codegen import unasync
from openapi.codegen.files import HEADER

ROOT = Path(__file__).resolve().parents[2]


def sync(text: str) -> str:
    return unasync.Transformer().file(text, "x.py").removeprefix(HEADER)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("async def f():\n    return await g()\n", "def f():\n    return g()\n"),
        ("async with a as b:\n    pass\n", "with a as b:\n    pass\n"),
        ("x = [i async for i in y]\n", "x = [i for i in y]\n"),
        ("class AsyncFlext(AsyncResources): ...\n", "class Flext(Resources): ...\n"),
        ("def __aenter__(self): ...\n", "def __enter__(self): ...\n"),
        ("from flext_sdk._async.client import AsyncFlext\n", "from flext_sdk._sync.client import Flext\n"),
        ('"""Use `await client.x()` with AsyncFlext."""\n', '"""Use `client.x()` with Flext."""\n'),
        ("x = 1  # await it\n", "x = 1  # it\n"),
        ('y = f"{await z} and {{AsyncPage}}"\n', 'y = f"{z} and {{Page}}"\n'),
        ("a = (\n    await b(\n        c,\n    )\n)\n", "a = (\n    b(\n        c,\n    )\n)\n"),
    ],
)
def test_each_form_becomes_its_sync_twin(before: str, after: str) -> None:
    assert sync(before) == after


def test_everything_else_stays_to_the_letter() -> None:
    text = "def f(x: int = 1) -> str:\n    # why: because\n    return f'{x!r:>{4}} {{}}' + r'\\d' + '''a\n\tb'''\n\n\nclass Asynchronous: ...\n"
    assert sync(text) == text


def test_async_only_regions_are_dropped() -> None:
    text = "a = 1\n    # async only: begin\nb = 2\n    # async only: end\nc = 3\n"
    assert sync(text) == "a = 1\nc = 3\n"


@pytest.mark.parametrize(
    "text",
    [
        "import asyncio\n",
        "x: Awaitable[int]\n",
        '"""an async thing"""\n'.replace("async thing", "async"),
        "# async only: begin\nx = 1\n",
        "# async only: end\n",
    ],
)
def test_residue_and_open_regions_are_refused(text: str) -> None:
    with pytest.raises(unasync.UnasyncError, match=r"x\.py"):
        sync(text)


def test_a_rule_that_nothing_uses_is_refused() -> None:
    transformer = unasync.Transformer()
    transformer.file("x = 1\n", "x.py")
    with pytest.raises(unasync.UnasyncError, match="__aenter__"):
        transformer.check_unused()


def test_a_hand_written_file_needs_its_twin(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "_rt.py").write_text("x = 1\n")
    with pytest.raises(unasync.UnasyncError, match="twin"):
        unasync.transform_tree(tmp_path / "a", tmp_path / "b")


def test_both_trees_have_the_same_files() -> None:
    trees = [
        {p.relative_to(ROOT / "flext_sdk" / name) for p in (ROOT / "flext_sdk" / name).rglob("*.py")}
        for name in ("_async", "_sync")
    ]
    assert trees[0] == trees[1]


def test_both_hand_written_faces_have_the_same_names() -> None:
    def public(name: str) -> list[str]:
        module = ast.parse((ROOT / "flext_sdk" / name / "_rt.py").read_text(encoding="utf-8"))
        found = next(n for n in module.body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "__all__")
        return list(ast.literal_eval(found.value))

    assert public("_async") == public("_sync")


def test_every_public_method_has_the_same_parameters_in_both_colours() -> None:
    from flext_sdk import AsyncFlext, Flext

    def methods(owner: type) -> dict[str, list[str]]:
        return {
            n: list(inspect.signature(m).parameters)
            for n, m in inspect.getmembers(owner, inspect.isfunction)
            if not n.startswith("_")
        }

    ours, theirs = methods(Flext), methods(AsyncFlext)
    theirs.pop("aclose", None)
    ours.pop("aclose", None)
    assert ours == theirs
    for name in ("Pipelines", "Plugins", "Services"):
        import flext_sdk

        assert methods(getattr(flext_sdk, name)) == methods(getattr(flext_sdk, f"Async{name}"))
