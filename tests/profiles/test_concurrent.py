"""Many writers at once, and writers that are killed."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import yaml

from flext_sdk.profiles import ProfileStore, Vault

WRITER = """
import sys
from flext_sdk.profiles import ConfigFile, ProfileStore, Vault
home, number = sys.argv[1], sys.argv[2]
store, vault, config = ProfileStore(home), Vault(home), ConfigFile(home)
sys.stdin.readline()
store.create(f"own{number}", extends=("shared",))
for turn in range(3):
    store.set("shared", f"variables.p{number}", f"v{turn}")
    vault.set("shared", f"s{number}", f"secret-{number}-{turn}")
    config.set(f"alias.a{number}", f"line {turn}")
    if turn == 1 and number == "7":
        vault.rotate()
vault.exchange("shared", lambda found: {**found, "count": str(int(found.get("count", "0")) + 1)})
"""


def test_32_processes_lose_and_tear_nothing(home: Path, store: ProfileStore) -> None:
    store.create("shared", description="of all")
    path = home / "profiles" / "shared.yaml"
    path.write_text("# kept\n" + path.read_text())
    crowd = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(home), str(number)],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(32)
    ]
    for one in crowd:
        one.stdin.write("\n")
        one.stdin.flush()
    while any(one.poll() is None for one in crowd):
        text = path.read_text()
        assert text.startswith("# kept\n")
        assert isinstance(yaml.safe_load(text), dict)
        time.sleep(0.01)
    assert [(one.returncode, one.communicate()[1]) for one in crowd] == [(0, "")] * 32
    assert yaml.safe_load(path.read_text())["variables"] == {f"p{number}": "v2" for number in range(32)}
    secrets = Vault(home).all("shared")
    assert secrets.pop("count") == "32"
    assert secrets == {f"s{number}": f"secret-{number}-2" for number in range(32)}
    assert yaml.safe_load((home / "config.yaml").read_text())["alias"] == {f"a{n}": "line 2" for n in range(32)}
    assert {f"own{number}" for number in range(32)} < set(store.names())
    assert not [each for each in home.rglob(".*") if each.name != ".profiles.lock"]


KILLED = """
import sys
from flext_sdk.profiles import Vault
vault = Vault(sys.argv[1])
print("ready", flush=True)
while True:
    vault.rotate()
"""


def test_a_rotation_that_is_killed_leaves_every_secret_readable(home: Path) -> None:
    vault = Vault(home)
    wanted = {f"p{number}": f"value {number}" for number in range(6)}
    for name, value in wanted.items():
        vault.set(name, "word", value)
    for turn in range(6):
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(home)], stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.003 * turn)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert {name: Vault(home).get(name, "word") for name in wanted} == wanted
    Vault(home).rotate()
    assert len(json.loads((home / "credentials" / "key.json").read_text())["keys"]) == 1
