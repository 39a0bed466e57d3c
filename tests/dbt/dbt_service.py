"""A service without a web part that runs an endless model, to be killed: ``python dbt_service.py HOME ENVIRONMENTS PROJECT``.

Prints the id of the process group of dbt, once the model is being built.
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))

from engine_bench import Bench, eventually

from flext_sdk.embedded.environments import Environments

if __name__ == "__main__":
    home, environments, project = map(Path, sys.argv[1:])
    bench = Bench(home, environments=Environments(environments, environ=os.environ))
    bench.launch()
    run = bench.dbt.run({"project": str(project), "command": "run"})["execution_id"]
    eventually(lambda: bench.runs.show(run)["steps"][0]["nodes"], 180)
    print(bench.processes.all()[0].pid, flush=True)
    time.sleep(600)
