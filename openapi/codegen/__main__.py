"""`python -m openapi.codegen generate|check`."""

from __future__ import annotations

import filecmp
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from openapi.codegen import (
    commands,
    contract,
    coverage,
    exports,
    factories,
    man,
    models,
    operations,
    reference,
    resources,
    unasync,
)
from openapi.codegen.files import format_python, remove_orphans, write

#: Where generated files are; beside them stand hand-written ones, so orphans are looked for by rule, not by folder.
INCOMPLETE = 3  # exit code of the late part: all was written, but an operation lacks something
COPIED = ("flext_sdk", "flext_cli", "openapi", "docs/reference", "docs/man", "tests", "pyproject.toml")


def generate(root: Path) -> bool:
    """Write everything that is derived from the contracts below `root`.

    Returns:
        Whether every operation has its method, command and test; what lacks is told on standard error.
    """
    sdk = root / "flext_sdk"
    spec = contract.with_local(contract.load(root / "openapi"), sdk / "_async" / "resources")
    _models_and_operations(root, spec)
    folder = sdk / "_async" / "resources"
    texts = {
        folder / f"_{r.name}.py": resources.render_resource(spec, r, base=resources.has_override(folder, r.name))
        for r in spec.resources
        if r.operations
    }
    _write_formatted(root, {**texts, sdk / "_async" / "_facade.py": resources.render_facade(spec, folder)})
    remove_orphans(folder, {*texts, folder / "__init__.py"}, "_*.py")

    sync = unasync.transform_tree(sdk / "_async", sdk / "_sync")
    _write_formatted(root, sync)
    remove_orphans(
        sdk / "_sync", {*sync, *(p for p in (sdk / "_sync").rglob("*.py") if p.name in unasync.HAND_WRITTEN)}
    )
    # The command table is read off what was just written, so it needs an interpreter that has not imported the old state.
    command = [sys.executable, "-P", "-m", "openapi.codegen", "late", str(root)]
    done = subprocess.run(command, cwd=root, env=_environment(root), check=False)
    if done.returncode not in {0, INCOMPLETE}:
        raise subprocess.CalledProcessError(done.returncode, command)
    return done.returncode == 0


def late(root: Path) -> None:
    """The parts that import the generated code."""
    spec = contract.with_local(contract.load(root / "openapi"), root / "flext_sdk" / "_async" / "resources")
    found = commands.collect(spec, root / "flext_sdk" / "_sync" / "resources", root / "flext_cli" / "commands")
    table = root / "flext_cli" / "_table"
    modules = {table / file: text for file, text in commands.render(spec, found).items()}
    _write_formatted(root, modules)
    remove_orphans(table, set(modules))
    from flext_sdk.errors import EXIT_CODES

    pages = reference.render_commands(commands.groups(spec, found), found, EXIT_CODES)
    folder = root / "flext_sdk" / "_async" / "resources"
    api = reference.render_api(spec, {r.name for r in spec.resources if resources.has_override(folder, r.name)})
    for name, texts in (("commands", pages), ("api", api)):
        target = root / "docs" / "reference" / name
        for file, text in texts.items():
            write(target / file, text)
        remove_orphans(target, {target / file for file in texts}, "**/*.md")
    write(root / "docs" / "reference" / "settings.md", reference.render_settings())
    from flext_sdk._version import __version__

    manual = man.render(
        __version__, commands.groups(spec, found), found, tuple(sorted(EXIT_CODES.items())), commands.ENVIRONMENT
    )
    for file, text in manual.items():
        write(root / "docs" / "man" / file, text)
    remove_orphans(root / "docs" / "man", {root / "docs" / "man" / file for file in manual}, "**/*.1")
    if problems := coverage.missing(spec, found, root / "tests"):
        print("operations that lack something:\n  " + "\n  ".join(problems), file=sys.stderr)
        sys.exit(INCOMPLETE)


def check(root: Path) -> None:
    """Generate into a copy and compare: drift, missing files and orphans all show as a difference."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        copy.mkdir()
        for name in COPIED:
            source = root / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
            elif source.exists():
                shutil.copy(source, copy / name)
        complete = generate(copy)
        different = sorted(_compare(copy, root))
        if different:
            sys.exit('generated files differ from the contract; run "make generate":\n  ' + "\n  ".join(different))
    if not complete:
        sys.exit(1)
    print("generated files are up to date")


def _compare(copy: Path, root: Path) -> list[str]:
    found = []
    for name in ("flext_sdk", "flext_cli", "docs/reference", "docs/man"):
        ours = {p.relative_to(copy) for p in (copy / name).rglob("*") if p.is_file() and "__pycache__" not in p.parts}
        theirs = {p.relative_to(root) for p in (root / name).rglob("*") if p.is_file() and "__pycache__" not in p.parts}
        found += [f"{p} (missing)" for p in ours - theirs]
        found += [f"{p} (orphan)" for p in theirs - ours]
        found += [str(p) for p in ours & theirs if not filecmp.cmp(copy / p, root / p, shallow=False)]
    return found


def _models_and_operations(root: Path, spec: contract.Contract) -> None:
    sdk = root / "flext_sdk"
    texts = models.render(spec)
    public = exports.names(spec, sdk, texts)
    files = {sdk / "models" / name: text for name, text in texts.items()}
    files[sdk / "_operations.py"] = operations.render(spec)
    files[sdk / "_exports.py"] = exports.render_map(public)
    files[sdk / "__init__.py"] = exports.render_init(public)
    files |= {sdk / "testing" / name: text for name, text in factories.render(spec, texts).items()}
    _write_formatted(root, files)
    remove_orphans(sdk / "models", set(files))


def _write_formatted(root: Path, files: dict[Path, str]) -> None:
    """Format in a folder beside, then write only what differs: file times stay as they are when nothing changed."""
    with tempfile.TemporaryDirectory(dir=root, prefix=".generate-") as folder:
        scratch = Path(folder)
        placed = {path: scratch / path.relative_to(root) for path in files}
        for path, text in files.items():
            write(placed[path], text)
        format_python(root, list(placed.values()))
        for path in files:
            write(path, placed[path].read_text(encoding="utf-8"))


def _environment(root: Path) -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(root)}


def main(arguments: list[str]) -> None:
    """Run one of generate, check, late."""
    root = Path(arguments[1]) if len(arguments) > 1 else Path.cwd()
    actions = {"generate": generate, "check": check, "late": late}
    if not arguments or arguments[0] not in actions:
        sys.exit("usage: python -m openapi.codegen generate|check")
    try:
        actions[arguments[0]](root)
    except (contract.ContractError, commands.CommandError, unasync.UnasyncError) as error:
        sys.exit(f"error: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode or 1)


if __name__ == "__main__":
    main(sys.argv[1:])
