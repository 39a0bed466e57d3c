"""Make the plugin index: install every plugin of plugins.yaml, ask it what it is, run it, and write down what was found.

Run it with a network and PostgreSQL's programs at hand: ``.venv/bin/python tools/plugin_index.py [NAME...]``. It takes some minutes, and
stops with what went wrong where a plugin no longer works, or one that was broken works again.
"""

from __future__ import annotations

import argparse
import json
import os
import struct
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from flext_sdk.embedded.environments import Environment, EnvironmentFailedError, Environments  # noqa: E402
from flext_sdk.embedded.plugins.describe import describe, environ_of  # noqa: E402
from flext_sdk.embedded.plugins.entry import entry_of  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

INDEX = ROOT / "flext_sdk" / "embedded" / "plugins" / "index"
ROWS = [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}, {"id": 3, "name": "c"}]


class TrialError(Exception):
    """A plugin does not do what it should."""


def main() -> int:
    """Make the index."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these")
    parser.add_argument("--environments", type=Path, default=ROOT / ".cache" / "flext-tests" / "environments")
    options = parser.parse_args()
    definitions = yaml.safe_load(Path(__file__).with_name("plugins.yaml").read_text(encoding="utf-8"))
    wanted = [each for each in definitions if not options.names or each["name"] in options.names]
    environments = Environments(options.environments, environ=os.environ)
    failed = 0
    INDEX.mkdir(exist_ok=True)
    with ExitStack() as stack:
        world = stack.enter_context(surroundings())
        for each in wanted:
            try:
                document = made(each, environments, world)
            except (TrialError, EnvironmentFailedError) as error:
                print(f"FAILED {each['name']}: {error}", flush=True)
                failed += 1
                continue
            entry_of(document)
            text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
            (INDEX / f"{each['name']}.json").write_text(text, encoding="utf-8")
            tested = document.get("tested")
            print(f"{each['name']}: {tested['how'] if tested else 'not tested'}", flush=True)
    if not options.names:
        known = {each["name"] for each in definitions}
        for file in INDEX.glob("*.json"):
            if file.stem not in known:
                file.unlink()
    return 1 if failed else 0


def made(definition: Mapping[str, Any], environments: Environments, world: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of one plugin."""
    document = {key: value for key, value in definition.items() if key not in {"try", "before", "without_catalog"}}
    try:
        environment = environments.find(definition["name"]) or environments.create(
            definition["name"], definition["requirements"], heard=lambda line: print("   ", line, flush=True)
        )
        said = describe(
            environment, os.environ, entry=entry_of({key: value for key, value in document.items() if key != "broken"})
        )
    except EnvironmentFailedError:
        if "broken" in definition:
            return document
        raise
    if "broken" in definition:
        raise TrialError("it works again: take broken out of plugins.yaml")
    document["capabilities"] = list(said.capabilities)
    if said.settings:
        document["settings"] = dict(said.settings)
    if "try" in definition:
        how = tried(definition, environment, world)
        today = datetime.now(UTC).date().isoformat()
        document["tested"] = {"python": environment.python, "date": today, "version": said.version, "how": how}
    return document


def tried(definition: Mapping[str, Any], environment: Environment, world: Mapping[str, Any]) -> str:
    """Run a plugin; tells what was done."""
    program = str(environment.program(definition["program"]))
    if isinstance(definition["try"], list):
        ran(program, *definition["try"])
        return f"installed, and started with {' '.join(definition['try'])}"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "out").mkdir()
        settings = filled(definition["try"], {**world, "out": str(folder / "out")})
        config = folder / "config.json"
        config.write_text(json.dumps(settings), encoding="utf-8")
        if definition["kind"] == "target":
            return loaded(program, config, folder, settings)
        if "before" in definition:
            ran(program, "--config", str(config), *definition["before"], folder=folder)
        return read(program, config, folder, with_catalog="without_catalog" not in definition)


def read(program: str, config: Path, folder: Path, *, with_catalog: bool) -> str:
    """Discover with a tap, then read."""
    catalog = json.loads(ran(program, "--config", str(config), "--discover", folder=folder))
    for stream in catalog["streams"]:
        metadata = stream.setdefault("metadata", [])
        top = next((each for each in metadata if each["breadcrumb"] == []), None)
        if top is None:
            metadata.append(top := {"breadcrumb": [], "metadata": {}})
        top["metadata"]["selected"] = True
        stream["schema"]["selected"] = True  # where old taps look
    (folder / "catalog.json").write_text(json.dumps(catalog), encoding="utf-8")
    options = ["--catalog", str(folder / "catalog.json")] if with_catalog else []
    output = ran(program, "--config", str(config), *options, folder=folder)
    rows = [json.loads(line) for line in output.splitlines() if '"RECORD"' in line]
    if len(rows) < len(ROWS) or not any(
        str(row["record"].get("name", row["record"].get("NAME", ""))).strip() == "c" for row in rows
    ):
        raise TrialError(f"it read {len(rows)} rows")
    return f"installed, discovered {len(catalog['streams'])} stream{'s' * (len(catalog['streams']) != 1)}, read {len(rows)} rows"


def loaded(program: str, config: Path, folder: Path, settings: Mapping[str, Any]) -> str:
    """Write to a target, and look for the rows."""
    schema = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": ["string", "null"]}}}
    messages: list[dict[str, Any]] = [{"type": "SCHEMA", "stream": "rows", "schema": schema, "key_properties": ["id"]}]
    messages += [{"type": "RECORD", "stream": "rows", "record": row} for row in ROWS]
    messages.append({"type": "STATE", "value": {"done": 1}})
    given = "".join(json.dumps(message) + "\n" for message in messages)
    output = ran(program, "--config", str(config), folder=folder, given=given)
    if '"done": 1' not in output:
        raise TrialError(f"it did not confirm the state, but said {output!r}")
    if "host" in settings:
        told = psql(settings, "select string_agg(name, '' order by id) from tried.rows")
        if told != "abc":
            raise TrialError(f"the table holds {told!r}")
        return "installed, wrote 3 rows to a PostgreSQL"
    files = [path for path in (folder / "out").rglob("*") if path.is_file()]
    if not files or not any(b"c" in path.read_bytes() for path in files):
        raise TrialError("it wrote no file")
    return "installed, wrote 3 rows"


def psql(settings: Mapping[str, Any], sql: str) -> str:
    """One value from the PostgreSQL of the trial."""
    environ = {**os.environ, "PGPASSWORD": str(settings["password"])}
    argv = [
        "psql",
        "-h",
        settings["host"],
        "-p",
        str(settings["port"]),
        "-U",
        settings["user"],
        "-d",
        settings["database"],
        "-Atc",
        sql,
    ]
    return subprocess.run(argv, env=environ, capture_output=True, text=True, check=True).stdout.strip()


def ran(program: str, *arguments: str, folder: Path | None = None, given: str = "") -> str:
    """Run a program to its end; gives what it printed."""
    argv = [program, *arguments]
    done = subprocess.run(
        argv,
        input=given,
        capture_output=True,
        text=True,
        cwd=folder,
        env=environ_of(os.environ),
        timeout=60,
        check=False,
    )
    if done.returncode:
        raise TrialError(f"{' '.join(arguments)} gave {done.returncode}: {done.stderr.strip()[-400:]}")
    return done.stdout


def filled(value: Any, world: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    """Settings with their places filled."""
    if isinstance(value, dict):
        return {key: filled(each, world) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, world) for each in value]
    if isinstance(value, str) and value[1:-1] in world and value == "{" + value[1:-1] + "}":
        return world[value[1:-1]]
    if isinstance(value, str):
        for name, each in world.items():
            value = value.replace("{" + name + "}", str(each))
    return value


@contextmanager
def surroundings() -> Iterator[dict[str, Any]]:
    """Rows in many formats, a REST server, a PostgreSQL."""
    with tempfile.TemporaryDirectory() as name, rest_server() as api, postgres() as database:
        data = Path(name)
        (data / "csv").mkdir()
        (data / "csv" / "rows.csv").write_text(
            "id,name\n" + "".join(f"{row['id']},{row['name']}\n" for row in ROWS), encoding="utf-8"
        )
        (data / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
        (data / "rows.json").write_text(json.dumps(ROWS), encoding="utf-8")
        (data / "rows.dbf").write_bytes(dbf())
        yield {"data": str(data), "api": api, **database}


def dbf() -> bytes:
    """The rows as a dBase III file."""
    fields = [(b"ID", b"N", 4), (b"NAME", b"C", 10)]
    length = 1 + sum(size for _, _, size in fields)
    head = struct.pack("<BBBBIHH20x", 3, 126, 1, 1, len(ROWS), 32 + 32 * len(fields) + 1, length)
    head += b"".join(struct.pack("<11sc4xBB14x", name, kind, size, 0) for name, kind, size in fields) + b"\r"
    return head + b"".join(b" " + f"{row['id']:>4}{row['name']:<10}".encode() for row in ROWS) + b"\x1a"


@contextmanager
def rest_server() -> Iterator[str]:
    """A server with the rows at /rows (in an object) and /list?page=0 (bare)."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            listed = [] if "page=" in self.path and not self.path.endswith("page=0") else ROWS
            content = json.dumps(listed if self.path.startswith("/list") else {"rows": ROWS}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()


@contextmanager
def postgres() -> Iterator[dict[str, Any]]:
    """A PostgreSQL with the rows, on a free port, gone afterwards."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = programs[-1] if programs else Path("/usr/bin")
    # initdb refuses to work for root.
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as name, rest_server() as free:
        port = free.rpartition(":")[2]
        folder = Path(name)
        folder.chmod(0o777)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        password = folder / "password"
        password.write_text("tried\n", encoding="utf-8")
        password.chmod(0o644)

        def call(program: str, *arguments: str) -> None:
            subprocess.run([*user, str(found / program), *arguments], check=True, capture_output=True, cwd=folder)

        data = str(folder / "data")
        call("initdb", "-D", data, "-U", "tried", "-A", "scram-sha-256", f"--pwfile={password}", "-N")
        call(
            "pg_ctl",
            "-D",
            data,
            "-w",
            "-l",
            str(folder / "log"),
            "-o",
            f"-p {port} -h 127.0.0.1 -k {folder} -F",
            "start",
        )
        settings = {
            "host": "127.0.0.1",
            "port": int(port),
            "user": "tried",
            "password": "tried",
            "database": "postgres",
        }
        try:
            values = ", ".join(f"({row['id']}, '{row['name']}')" for row in ROWS)
            psql(settings, f"create table rows (id int primary key, name text); insert into rows values {values}")  # noqa: S608 - our own rows
            yield {f"pg_{key}": value for key, value in settings.items()}
        finally:
            call("pg_ctl", "-D", data, "-m", "immediate", "stop")


if __name__ == "__main__":
    sys.exit(main())
