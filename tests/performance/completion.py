"""What a TAB costs: beside a bare interpreter, and inside of bash."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.performance.measure import Row, absolute, clean_environment, process_cpu, ratio

FLEXT = str(Path(sys.executable).with_name("flext"))
NAMES = 1000
ROUNDS = 41
BARE = "bare interpreter, CPU"


def measure() -> Iterator[Row]:
    """`flext <TAB>` and `flext pipeline start <TAB>` with 1,000 names, and the same in bash."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "cache" / "names" / "p_"
        folder.mkdir(parents=True)
        (folder / "pipelines").write_text("".join(f"orders-{number:04}\n" for number in range(NAMES)))
        environment = {**clean_environment(), "FLEXT_HOME": home}
        bare = process_cpu([sys.executable, "-c", "pass"], environment)
        for what, words in (
            ("flext <TAB>", ["."]),
            ("flext pipeline start <TAB>, 1,000 names", ["pipeline", "start", "."]),
            ("flext pipeline start --<TAB>", ["pipeline", "start", ".--"]),
        ):
            run = process_cpu([FLEXT, "__complete", *words], environment)
            yield ratio(f"{what} (zsh, fish, PowerShell)", BARE, run, bare, rounds=ROUNDS, goal="<= 1.25")
        yield from _in_bash(home)


_TIMER = r"""
tab() { COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _flext; }
timed() {
  local what=$1 round start end; shift
  for ((round = 0; round < 40; round++)); do
    start=$EPOCHREALTIME; "$@"; end=$EPOCHREALTIME
    echo "$what $((${end/./} - ${start/./}))"
  done
}
timed words tab flext ''
timed names tab flext pipeline start ''
timed prefix tab flext pipeline start orders-05
timed options tab flext pipeline start orders --
timed source source "$1"
"""


def _in_bash(home: str) -> Iterator[Row]:
    script = subprocess.run([FLEXT, "completion", "show", "bash"], capture_output=True, text=True, check=True).stdout
    file = Path(home) / "flext.bash"
    file.write_text(script)
    environment = {**os.environ, "FLEXT_HOME": home, "LC_ALL": "C"}
    command = ["bash", "--norc", "--noprofile", "-c", f'source "$1"\n{_TIMER}', "bash", str(file)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    found: dict[str, list[float]] = {}
    for line in told.splitlines():
        what, micros = line.split()
        found.setdefault(what, []).append(int(micros) / 1000)
    for key, what, goal in (
        ("words", "in bash: flext <TAB>", "<= 2"),
        ("options", "in bash: flext pipeline start orders --<TAB>", "<= 2"),
        ("names", "in bash: flext pipeline start <TAB>, 1,000 names", "<= 6"),
        ("prefix", "in bash: the same with a prefix", "<= 6"),
        ("source", "in bash: reading the script", "<= 10"),
    ):
        yield absolute(what, "wall", found[key][1:], " ms", goal)
    yield Row("in bash: size of the script", "", len(script.encode()) / 1024, None, "<= 30", " KiB")
