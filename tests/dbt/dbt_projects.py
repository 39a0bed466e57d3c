"""Small dbt projects for tests."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import yaml

PROJECT = {"name": "shop", "version": "1.0", "profile": "shop"}


def profile(**output: Any) -> dict[str, Any]:
    return {"shop": {"target": "dev", "outputs": {"dev": {"type": "duckdb", "path": "shop.duckdb", **output}}}}


def project(folder: Path, files: dict[str, str] | None = None, **settings: Any) -> Path:
    """A project with these files."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, {"dbt_project.yml": yaml.safe_dump({**PROJECT, **settings})})
    if not (folder / "profiles.yml").exists():
        write(folder, {"profiles.yml": yaml.safe_dump(profile())})
    write(folder, files or {})
    return folder


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def node(key: str, *needs: str, **more: Any) -> dict[str, Any]:
    kind, _, name = key.split(".")
    return {
        "resource_type": kind,
        "name": name,
        "original_file_path": f"models/{name}.sql",
        "config": {"materialized": "view"},
        "depends_on": {"nodes": list(needs)},
        **more,
    }


def with_manifest(folder: Path, *, seconds_ahead: int = 10) -> Path:
    """As if dbt had read the project just now: raw -> a -> (b, c) -> d, and a test on b."""
    nodes = {
        "model.shop.a": node("model.shop.a", "source.shop.raw", description="The first."),
        "model.shop.b": node("model.shop.b", "model.shop.a"),
        "model.shop.c": node("model.shop.c", "model.shop.a"),
        "model.shop.d": node("model.shop.d", "model.shop.b", "model.shop.c"),
        "test.shop.t": node("test.shop.t", "model.shop.b", attached_node="model.shop.b"),
    }
    source = {"resource_type": "source", "source_name": "web", "name": "orders"}
    target = folder / "target"
    target.mkdir(exist_ok=True)
    (target / "manifest.json").write_text(json.dumps({"nodes": nodes, "sources": {"source.shop.raw": source}}))
    (target / "static_index.html").write_text("<html>the models of shop</html>")
    moment = (target / "manifest.json").stat().st_mtime + seconds_ahead
    os.utime(target / "manifest.json", (moment, moment))
    return folder
