"""A service without a web part, to be killed by tests: ``python service.py HOME [DATABASE]``.

It reads commands from standard input, ``start NAME``, ``recheck`` or ``close``, and answers each with one line.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from engine_bench import Bench

if __name__ == "__main__":
    shared = {"database_url": sys.argv[2], "engine_url": sys.argv[2]} if len(sys.argv) > 2 else {}
    bench = Bench(Path(sys.argv[1]), engine=None, **shared)
    bench.launch()
    print("ready", flush=True)
    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "start":
            print(bench.begin(*arguments), flush=True)
        elif command == "recheck":
            bench._recheck()
            print("done", flush=True)
        elif command == "close":
            bench.close()
            print("closed", flush=True)
            break
